// A whole, valid fixture for tests to read, break and log into.
#pragma once

#include <string>

namespace coffer::accounts {

inline const std::string example_fixture = R"({
  "coffer_fixture": 1,
  "profile": "test",
  "server": {"guid": "00000000000000aa", "version": "7.0.0", "minimum_version": "6.5.0"},
  "pbkdf2_rounds": 2,
  "timers_ms": {"step": 500, "idle": 700},
  "limits": {"sessions_max": 9, "unverified_max": 3, "unverified_events_per_minute": 5, "unverified_events_max": 6, "quota_octets": 7},
  "organisations": [
    {"name": "acme", "registration_keys": [{"key": "ABCDEFGH12345678", "deferred": true}, {"key": "abcdefgh12345678"}]},
    {"name": "umbra", "registration_keys": [{"key": "UUUUUUUU00000000", "deferred": false}]}],
  "users": [
    {"id": 1, "name": "alice", "organisation": "acme", "password": "correct horse", "roles": ["desktop_user", "console_user"]},
    {"id": 2, "name": "bob", "organisation": "acme", "password": "battery staple", "roles": ["desktop_user"], "state": "active"},
    {"id": 3, "name": "carol", "organisation": "acme", "password": "carol's", "roles": [], "state": "blocked"},
    {"id": 4, "name": "dave", "organisation": "acme", "password": "dave's", "roles": ["desktop_user"], "state": "deactivated"},
    {"id": 5, "name": "erin", "organisation": "acme", "password": "erin's", "roles": ["desktop_user"], "state": "deauthorized"},
    {"id": 6, "name": "alice", "organisation": "umbra", "password": "other alice", "roles": ["console_user"]}],
  "computers": [
    {"guid": "0000000000000001", "user": 1},
    {"guid": "0000000000000002", "user": null, "state": "active"},
    {"guid": "0000000000000003", "user": 1, "state": "blocked"},
    {"guid": "0000000000000004", "user": 1, "state": "deactivated"},
    {"guid": "0000000000000005", "user": 1, "state": "deauthorized"}],
  "configuration": {"version": 3, "settings": [{"name": "colour", "value": "green", "locked": true}]}
})";

}  // namespace coffer::accounts
