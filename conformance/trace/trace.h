// A trace: what one side of a session meets, step by step. One form that fuzzers mutate (records of eight octets, any eight octets are
// a step) and that people read and write (a line each). What a step means to a session is the player's business.
// Must not know: sessions, codecs, anything of reference/ or conformance/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::trace {

enum class Op : std::uint8_t {
  message,  // a: spec::MessageKind; b: Variant; c: value. The peer sends a control message
  data,     // a: block; b: Flaw. The peer sends a data frame
  answer,   // a: Answer; b, c: value. The shell's answer to a server's question
  request,  // a: Request; b: block or number; c: value. The client's program asks
  wait,     // c: milliseconds. Time goes on
  header,   // a: kind; b: metadata_blocks; c: length. The peer sends a frame's header and no body
  flip,     // b: octet; a: bit. In the next frame that the peer sends
  split,    // b: octet. The next frame arrives in two pieces
  stop,     // the server is told to stop; a client's channel comes up
  vanish,   // the channel ends
  join,     // the next frame waits, to arrive together with the one behind it
  // Of several sessions, and of who stands between a client and a server. Players of one session pass over these.
  session,  // a: which session the steps behind this are about
  channel,  // a: Tamper; b: direction, 0 to the server; c: which record. Records on their way
  restart,  // a: which user was blocked meanwhile, or let in again; 0: none. The server's process begins anew; what it stored stays
};
inline constexpr std::size_t op_count = 14;
/// Those that a player of one session knows come first.
inline constexpr std::size_t ops_of_one_session = 11;

enum class Variant : std::uint16_t { good, varied, out_of_range, extreme };
inline constexpr std::size_t variant_count = 4;

enum class Flaw : std::uint16_t { none, checksum, padding, id_length, too_short };
inline constexpr std::size_t flaw_count = 5;

enum class Answer : std::uint8_t {
  fitting,  // whatever was asked last, in the affirmative
  computer_admitted,
  computer_refused,
  login_admitted,
  login_refused,
  missing_found,
  committed,
  versions_found,
  restore_admitted,
  block_loaded,
  blocks_loaded,
  restore_closed,
  refused,
  failed,
  block_ids_found,
  release_staged,
  key_found,
  key_kept,
  key_opened,
  password_set,
};
inline constexpr std::size_t answer_count = 20;

/// What is done with the record at hand, the c-th that waits on its way.
enum class Tamper : std::uint8_t {
  deliver,  // as it is
  drop,
  replay,   // one that was delivered before
  damage,   // one bit of it, and delivered
  reflect,  // to its own sender
  divert,   // into the next session
  end,      // the stream ends behind what was delivered
};
inline constexpr std::size_t tamper_count = 7;

inline constexpr std::size_t sessions_max = 4, users_max = 4;

enum class Request : std::uint8_t {
  ping,
  offer,
  block,
  commit,
  list,
  restore,
  fetch,
  end_restore,
  leave,
  list_blocks,
  release,
  fetch_key,
  store_key,
  recover_key,
  change_password
};
inline constexpr std::size_t request_count = 15;

struct Step {
  Op op = Op::message;
  std::uint8_t a = 0;
  std::uint16_t b = 0;
  std::uint32_t c = 0;
  bool operator==(const Step&) const = default;
};
using Trace = std::vector<Step>;

inline constexpr std::size_t step_octets = 8;

/// Any octets are a trace: out-of-range choices wrap around, a rest of fewer than eight octets is dropped.
Trace from_octets(std::span<const std::uint8_t> octets);
std::vector<std::uint8_t> to_octets(const Trace& trace);

/// First line `coffer-trace 1`, then a line per step; `#` begins a comment.
std::string to_text(const Trace& trace);
/// Errors name the line and what was expected there.
std::expected<Trace, std::string> from_text(std::string_view text);
inline constexpr std::string_view text_head = "coffer-trace 1";

/// Either form, told apart by the text's first line. Text that cannot be read is an empty trace.
Trace from_either(std::span<const std::uint8_t> octets);

}  // namespace coffer::trace
