#include "peer/peer.h"

#include <fmt/format.h>

#include <algorithm>

namespace coffer::conformance {
namespace {

std::string reason_text(std::uint64_t value) {
  for (const auto& row : spec::reason_rows)
    if (static_cast<std::uint64_t>(row.reason) == value) return std::string(row.name);
  return fmt::format("reason {}", value);
}

std::string reasons_text(const std::vector<spec::Reason>& reasons) {
  std::vector<std::string> names;
  for (const auto reason : reasons) names.push_back(reason_text(static_cast<std::uint64_t>(reason)));
  return fmt::format("{}", fmt::join(names, " or "));
}

}  // namespace

bool Received::is(std::string_view message_name) const {
  return what == What::message && decoded.message && decoded.message->name() == message_name;
}

std::string Received::text() const {
  switch (what) {
    case What::message: {
      std::string text = decoded.message ? to_text(*decoded.message) : "a control frame that holds no message";
      if (!decoded.defects.empty()) text += " (" + decoded.defects.front() + ")";
      return text;
    }
    case What::data: return fmt::format("a data frame of {} octets", frame.body.size());
    case What::other_frame: return fmt::format("a frame of kind 0x{:02x}", frame.kind);
    case What::end: return "the end of the connection";
    case What::nothing: return "nothing in time";
  }
  return {};
}

Peer::~Peer() = default;

// ---- Sending ---------------------------------------------------------------------------------------------------------------------

void Peer::send(const Message& message, const Forge& forge) { send(control_frame(message, forge)); }

void Peer::send(const Frame& frame) {
  stage_.recorder.frame(name_, Direction::sent, frame);
  channel_->send(encode(frame), stage_.deadline());
}

void Peer::send(const SealedBlock& block) { send(data_frame(block.id, block.checksum, block.sealed)); }

void Peer::send_octets(View octets, std::string what) {
  stage_.recorder.octets(name_, Direction::sent, std::move(what), octets);
  channel_->send(octets, stage_.deadline());
}

void Peer::send_in_pieces(View octets, std::size_t piece) {
  stage_.recorder.octets(name_, Direction::sent, fmt::format("in records of {} octets", piece), octets);
  while (!octets.empty()) {
    const View part = octets.first(std::min(piece, octets.size()));
    channel_->send(part, stage_.deadline());
    octets = octets.subspan(part.size());
  }
}

void Peer::send_together(std::initializer_list<Frame> frames) {
  Octets all;
  for (const auto& frame : frames) {
    stage_.recorder.frame(name_, Direction::sent, frame, "in one record with its neighbours");
    const Octets octets = encode(frame);
    all.insert(all.end(), octets.begin(), octets.end());
  }
  channel_->send(all, stage_.deadline());
}

Octets Peer::kept(const Message& message) {
  channel_->keep_next_record();
  send(message);
  return channel_->last_sent();
}

void Peer::close_notify() { channel_->send_close_notify(); }
void Peer::shut_sending() { channel_->shut_sending(); }
void Peer::abort() { channel_->abort(); }

// ---- Receiving -------------------------------------------------------------------------------------------------------------------

Received Peer::receive(Deadline deadline) {
  for (;;) {
    if (auto frame = cutter_.next()) {
      stage_.recorder.frame(name_, Direction::received, *frame);
      Received received{.frame = std::move(*frame)};
      if (received.frame.kind == kind_control) {
        received.what = Received::What::message;
        received.decoded = decode(received.frame.body);
        if (received.frame.metadata_blocks != 0)
          received.decoded.defects.push_back("metadata_blocks of a control frame is not 0 (FRM-003)");
        if (stage_.used_once != nullptr && received.decoded.message) stage_.used_once->take(*received.decoded.message);
      } else if (received.frame.kind == kind_data) {
        received.what = Received::What::data;
        received.decoded = data_parts(received.frame).metadata;
      } else {
        received.what = Received::What::other_frame;
      }
      return received;
    }
    if (cutter_.broken()) return {.what = Received::What::other_frame};
    Octets octets;
    switch (channel_->receive(octets, deadline)) {
      case Arrival::octets: cutter_.feed(octets); break;
      case Arrival::nothing: return {.what = Received::What::nothing};
      case Arrival::ended:
      case Arrival::reset: return {.what = Received::What::end};
    }
  }
}

Received Peer::next() { return receive(stage_.deadline()); }

void Peer::unmet(std::string expected, const Received& got) { throw Unmet(std::move(expected), got.text()); }

Message Peer::expect(std::string_view name) {
  auto received = next();
  if (!received.is(name) || !received.decoded.canonical()) unmet(std::string(name), received);
  return std::move(*received.decoded.message);
}

ReceivedBlock Peer::expect_data() {
  auto received = next();
  if (received.what != Received::What::data) unmet("a data frame", received);
  if (!received.decoded.canonical()) throw Unmet("a data frame with canonical metadata", received.decoded.defects.front());
  return {received.decoded.message->octets("id"), received.decoded.message->octets("checksum"), data_parts(received.frame).data};
}

void Peer::end_with(const std::vector<spec::Reason>& reasons) {
  // Who ends every connection as soon as it is made shows nothing by ending this one. A farewell is not to be had so: goodbye answers one,
  // and a server stops when it is told to.
  const bool farewell = reasons == std::vector{spec::Reason::goodbye} || reasons == std::vector{spec::Reason::server_stopping};
  if (!farewell) stage_.expected_refusal = true;
  const std::string expected = fmt::format("Disconnect({}) and the end of the connection", reasons_text(reasons));
  const auto received = next();
  if (!received.is("disconnect") || !received.decoded.canonical()) unmet(expected, received);
  const auto value = received.decoded.message->number("reason");
  const bool right = std::ranges::any_of(reasons, [&](spec::Reason reason) { return static_cast<std::uint64_t>(reason) == value; });
  if (!right) {
    const std::string actual = fmt::format("Disconnect({})", reason_text(value));
    if (stage_.patience.strict) throw Unmet(expected, actual);
    stage_.tolerated.push_back(fmt::format("reason {} in place of {}", reason_text(value), reasons_text(reasons)));
  }
  const auto after = next();
  if (after.what != Received::What::end) unmet("the end of the connection after Disconnect", after);
}

void Peer::expect_refusal(spec::Reason reason) { expect_refusal({reason}); }

void Peer::expect_refusal(std::initializer_list<spec::Reason> any_of) { end_with({any_of}); }

void Peer::expect_refusal_by_close() {
  stage_.expected_refusal = true;
  auto received = next();
  if (received.is("disconnect")) received = next();
  if (received.what != Received::What::end) unmet("the end of the connection", received);
}

void Peer::expect_end_unread() {
  stage_.expected_refusal = true;
  auto received = next();
  const auto internal = static_cast<std::uint64_t>(spec::Reason::internal_error);
  if (received.is("disconnect") && received.decoded.message->number("reason") == internal) received = next();
  if (received.what != Received::What::end) unmet("the end of the connection, and nothing that speaks of what came", received);
}

void Peer::expect_end(spec::Reason reason) { end_with({reason}); }

void Peer::expect_orderly_end(spec::Reason reason) {
  end_with({reason});
  if (!channel_->end().close_notify)
    throw Unmet("close_notify before the end of the stream (SES-004)", channel_->end().reset ? "a reset" : "the end of the stream alone");
  if (!channel_->await_finish(stage_.deadline()))
    throw Unmet("the end of the stream after close_notify (SES-004)", channel_->end().reset ? "a reset" : "nothing in time");
}

void Peer::expect_end_without_frame() {
  stage_.expected_refusal = true;
  const auto received = next();
  if (received.what != Received::What::end) unmet("the end of the connection, and no frame before it", received);
}

void Peer::expect_nothing_yet() {
  const auto received = receive(Clock::now());
  if (received.what != Received::What::nothing) unmet("nothing so far", received);
}

void Peer::expect_nothing_for(std::chrono::milliseconds time) {
  const auto received = receive(Clock::now() + time);
  if (received.what != Received::What::nothing) unmet(fmt::format("nothing for {} ms", time.count()), received);
}

}  // namespace coffer::conformance
