// Made by spec/tools/generate.py from spec/tables/reasons.toml. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace coffer::spec {

enum class Reason : std::uint16_t {
  goodbye = 0,
  unexpected_message = 1,
  unknown_frame_kind = 2,
  bad_metadata_length = 3,
  frame_too_large = 4,
  malformed_message = 5,
  field_out_of_range = 6,
  timeout = 7,
  version_too_old = 8,
  version_invalid = 9,
  computer_refused = 10,
  server_refused = 11,
  login_refused = 12,
  not_permitted = 13,
  bad_config_ack = 14,
  checksum_mismatch = 15,
  unwanted_block = 16,
  blocks_outstanding = 17,
  version_conflict = 18,
  no_such_version = 19,
  bad_answer = 20,
  server_stopping = 21,
  busy = 22,
  internal_error = 23,
  quota_exceeded = 24,
  bad_key_record = 25,
  key_mode_refused = 26,
  key_conflict = 27,
  nothing_to_recover = 28,
  password_refused = 29,
};

struct ReasonRow {
  Reason reason;
  std::string_view name;
  std::string_view by;  // client, server or both
  std::string_view requirement;
  std::string_view text;
};

inline constexpr std::array<ReasonRow, 30> reason_rows{{
    {Reason::goodbye, "goodbye", "server", "SES-030", "the session ended as its client asked"},
    {Reason::unexpected_message, "unexpected_message", "both", "SES-002", "a message or data frame that the state does not admit"},
    {Reason::unknown_frame_kind, "unknown_frame_kind", "both", "FRM-004", "a frame kind that this channel does not know"},
    {Reason::bad_metadata_length, "bad_metadata_length", "both", "FRM-005", "metadata_blocks contradicts the frame's kind or length"},
    {Reason::frame_too_large, "frame_too_large", "both", "FRM-008", "a frame longer than its kind and state allow"},
    {Reason::malformed_message, "malformed_message", "both", "MSG-002", "a payload or metadata part that is not the one encoding of a message"},
    {Reason::field_out_of_range, "field_out_of_range", "both", "MSG-005", "a field outside its stated range"},
    {Reason::timeout, "timeout", "both", "SES-005", "the peer did not act within the state's time"},
    {Reason::version_too_old, "version_too_old", "server", "SES-012", "the client is older than the server's minimum version"},
    {Reason::version_invalid, "version_invalid", "server", "SES-011", "the version message names another protocol"},
    {Reason::computer_refused, "computer_refused", "server", "IDN-003", "this computer may not connect"},
    {Reason::server_refused, "server_refused", "client", "IDN-006", "the server's identity is not the expected one"},
    {Reason::login_refused, "login_refused", "server", "IDN-014", "this login is not accepted"},
    {Reason::not_permitted, "not_permitted", "server", "SES-021", "the user's roles do not permit the operation"},
    {Reason::bad_config_ack, "bad_config_ack", "server", "CFG-004", "the acknowledged configuration version is not the pushed one"},
    {Reason::checksum_mismatch, "checksum_mismatch", "both", "ARC-031", "a data part whose SHA-256 is not its metadata's checksum"},
    {Reason::unwanted_block, "unwanted_block", "server", "ARC-032", "a block that was not asked for"},
    {Reason::blocks_outstanding, "blocks_outstanding", "server", "ARC-036", "a commit while blocks that were named missing have not arrived"},
    {Reason::version_conflict, "version_conflict", "server", "ARC-037", "a version that does not continue the chain"},
    {Reason::no_such_version, "no_such_version", "server", "ARC-051", "a restore of a version that the archive does not have"},
    {Reason::bad_answer, "bad_answer", "client", "SES-040", "an answer that does not fit what was asked"},
    {Reason::server_stopping, "server_stopping", "server", "SES-032", "the server is shutting down"},
    {Reason::busy, "busy", "server", "LIM-004", "the server has no room for another session"},
    {Reason::internal_error, "internal_error", "both", "ERR-006", "the peer failed for a reason of its own"},
    {Reason::quota_exceeded, "quota_exceeded", "server", "ARC-130", "the user's blocks have no more room at the server"},
    {Reason::bad_key_record, "bad_key_record", "server", "KEY-023", "a key record that is not one, is another's, or does not hold what it has to"},
    {Reason::key_mode_refused, "key_mode_refused", "server", "KEY-010", "a key mode that is not permitted or lower than the one in force"},
    {Reason::key_conflict, "key_conflict", "server", "KEY-032", "a key record that does not follow the one in force"},
    {Reason::nothing_to_recover, "nothing_to_recover", "server", "KEY-045", "the server cannot open the archive's key"},
    {Reason::password_refused, "password_refused", "server", "KEY-044", "the current password is not the one that was given"},
}};

/// The specification's word for it; empty for a value outside the table.
constexpr std::string_view name(Reason value) {
  switch (value) {
    case Reason::goodbye: return "goodbye";
    case Reason::unexpected_message: return "unexpected_message";
    case Reason::unknown_frame_kind: return "unknown_frame_kind";
    case Reason::bad_metadata_length: return "bad_metadata_length";
    case Reason::frame_too_large: return "frame_too_large";
    case Reason::malformed_message: return "malformed_message";
    case Reason::field_out_of_range: return "field_out_of_range";
    case Reason::timeout: return "timeout";
    case Reason::version_too_old: return "version_too_old";
    case Reason::version_invalid: return "version_invalid";
    case Reason::computer_refused: return "computer_refused";
    case Reason::server_refused: return "server_refused";
    case Reason::login_refused: return "login_refused";
    case Reason::not_permitted: return "not_permitted";
    case Reason::bad_config_ack: return "bad_config_ack";
    case Reason::checksum_mismatch: return "checksum_mismatch";
    case Reason::unwanted_block: return "unwanted_block";
    case Reason::blocks_outstanding: return "blocks_outstanding";
    case Reason::version_conflict: return "version_conflict";
    case Reason::no_such_version: return "no_such_version";
    case Reason::bad_answer: return "bad_answer";
    case Reason::server_stopping: return "server_stopping";
    case Reason::busy: return "busy";
    case Reason::internal_error: return "internal_error";
    case Reason::quota_exceeded: return "quota_exceeded";
    case Reason::bad_key_record: return "bad_key_record";
    case Reason::key_mode_refused: return "key_mode_refused";
    case Reason::key_conflict: return "key_conflict";
    case Reason::nothing_to_recover: return "nothing_to_recover";
    case Reason::password_refused: return "password_refused";
  }
  return {};
}

}  // namespace coffer::spec
