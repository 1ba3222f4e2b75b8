// Made by spec/tools/generate.py from spec/traces/attacks.json and spec/traces/models.json. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <array>
#include <string_view>

namespace coffer::spec {

/// An attack that a checker found on a broken variant of a model, and the case of the conformance suite that plays it.
struct AttackRow {
  std::string_view id;            // model, variant, claim
  std::string_view case_id;
  std::string_view says;          // what is broken in the variant
  // Of a case that is made from the attack: the state in which the fault comes, the fault (a message, or malformed), what comes behind it.
  std::string_view stand, fault, follow;
};

inline constexpr std::array<AttackRow, 37> attack_rows{{
    {"client_session.hole_in_the_default.total", "client.state.leaving.ping", "the default does not cover leaving", "", "", ""},
    {"client_session.login_accepted_unasked.no_step_skipped", "client.state.await_server_identity.login_accepted", "an accepted login is believed while the server's identity is awaited", "", "", ""},
    {"client_session.ready_at_any_time.no_step_skipped", "client.state.await_login_accepted.ready", "ready is believed while the login is checked", "", "", ""},
    {"client_session.unexpected_is_survived.fault_ends_it", "client.traces.unexpected_is_survived", "an unexpected message returns to ready", "await_proceed", "ping", "proceed"},
    {"client_session.malformed_is_survived.fault_ends_it", "client.traces.malformed_is_survived", "a malformed message leaves the client ready", "await_proceed", "malformed", "proceed"},
    {"client_session.disconnect_is_survived.fault_ends_it", "client.traces.disconnect_is_survived", "a Disconnect of the server leaves the client ready", "await_proceed", "disconnect", "proceed"},
    {"server_session.hole_in_the_default.total", "state.restoring.pong", "the default does not cover restoring", "", "", ""},
    {"server_session.login_before_computer.no_step_skipped", "state.await_computer.login", "a login is read while the computer is awaited", "", "", ""},
    {"server_session.own_message_believed.no_step_skipped", "state.await_computer.login_accepted", "the server takes a client's login_accepted for its own", "", "", ""},
    {"server_session.fetch_in_ready.restore_is_announced", "state.ready.fetch_blocks", "blocks may be fetched in ready", "", "", ""},
    {"server_session.malformed_is_survived.fault_ends_it", "traces.malformed_is_survived", "a malformed message leaves the session ready", "await_version", "malformed", "ping"},
    {"server_session.unexpected_is_survived.fault_ends_it", "traces.unexpected_is_survived", "an unexpected message starts the session again", "await_version", "ping", "version"},
    {"server_session.disconnect_is_survived.fault_ends_it", "traces.disconnect_is_survived", "a Disconnect of the client leaves the session ready", "await_version", "disconnect", "ping"},
    {"server_session.login_twice.one_user", "state.await_config.login", "a login is read while the configuration is awaited", "", "", ""},
    {"server_session.closed_greets_again.closed_for_good", "traces.closed_greets_again", "closed reads a version", "await_version", "disconnect", "version"},
    {"server_session.closed_greets_again.deterministic", "traces.closed_greets_again", "closed reads a version", "await_version", "disconnect", "version"},
    {"server_session.pong_for_anyone.reticent", "state.await_version.ping", "a ping is answered before the version", "", "", ""},
    {"server_session.says_it_twice.disconnect_is_the_last_word", "state.await_version.ping", "the default sends its Disconnect twice", "", "", ""},
    {"session_pair.no_goodbye_in_restoring.legal_is_accepted", "session.goodbye_in_restoring", "the server does not know goodbye while restoring", "", "", ""},
    {"session_pair.ready_unsaid.quiet_means_agreed", "configuration.ready_once_acknowledged", "the server becomes ready after a push without saying so", "", "", ""},
    {"bounded-session-key.computer_before_version.step_by_step", "state.await_version.computer", "the server takes a computer before any version", "", "", ""},
    {"bounded-session-key.minimum_unchecked.no_old_version", "version.too_old_before_identity", "the server takes every version", "", "", ""},
    {"bounded-session-key.held_unchecked_at_login.computer_once", "identity.second_login_loses", "the server does not ask again, when the login is good, whether the computer is connected elsewhere by now", "", "", ""},
    {"bounded-session-key.login_names_another.checked_is_logged_in", "login.of_another_computer", "the server does not compare the login's computer with the one presented", "", "", ""},
    {"bounded-session-key.shown_is_taken.nobody_locked_out", "identity.strangers_keep_nobody_out", "a computer's place is taken as soon as its identity is shown", "", "", ""},
    {"ownership.place_looked_at_in_the_computer_step_only.one_session_per_computer", "identity.second_login_loses", "the place is looked at when the computer is shown, and not again when the login is accepted", "", "", ""},
    {"ownership.place_taken_by_showing_it.strangers_keep_nobody_out", "identity.strangers_keep_nobody_out", "the computer step takes the place", "", "", ""},
    {"ownership.place_before_the_owner.place_is_no_secret_leaked", "identity.credentials_before_the_place", "the login looks at the place before it looks whose computer it is", "", "", ""},
    {"ownership.last_user_owns.owner_stays", "login.computer_of_another_user", "whoever logs in gets the computer", "", "", ""},
    {"ownership.bound_only_once_backed_up.inside_is_the_owner", "login.unknown_computer_becomes_the_users", "a computer is bound by its first backup and not by the login", "", "", ""},
    {"ownership.bound_only_once_backed_up.nothing_of_nobody", "login.unknown_computer_becomes_the_users", "a computer is bound by its first backup and not by the login", "", "", ""},
    {"ownership.archive_of_the_computer.archives_apart", "login.archives_are_apart", "archives are found by computer alone, and a purge forgets those of a computer that is bound again", "", "", ""},
    {"unbounded-session.minimum_unchecked.no_old_version", "version.too_old_before_identity", "the server takes every version", "", "", ""},
    {"version_chain.memory_unasked.nothing_older_than_seen", "client.chain.emptied", "the client takes every chain that opens", "", "", ""},
    {"version_chain.number_for_the_link.nothing_older_than_seen", "client.chain.forked", "the client compares the number of its newest version and not its link: a fork that is as long passes", "", "", ""},
    {"version_chain.only_its_own_are_remembered.nothing_older_than_seen", "client.chain.rolled_back", "the client remembers what it commits and not what it sees", "", "", ""},
    {"version_chain.memory_after_the_next_backup.nothing_older_than_seen", "client.chain.rolled_back_before_a_backup", "the client does not remember a version that it commits until it sees it", "", "", ""},
}};

}  // namespace coffer::spec
