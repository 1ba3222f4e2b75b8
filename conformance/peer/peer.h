// What both scripted peers can do once their channel is up: send anything, and say what must come back.
// Expectations that are not met throw (outcome.h). Must not know: cases, verdicts, adapters.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "peer/channel.h"
#include "peer/outcome.h"
#include "peer/used_once.h"
#include "wire/archive.h"
#include "wire/frame.h"
#include "wire/random.h"

namespace coffer::conformance {

/// How long an answer may take, and the leave to depart from a rule's reason code.
struct Patience {
  std::chrono::milliseconds answer{5000};
  bool strict = true;  // a refusal must carry the very reason that the specification gives
};

/// What one script's peers share: transcript, randomness, patience, and what was refused or tolerated along the way.
struct Stage {
  Recorder& recorder;  // of the whole script, also where several stages serve it
  Random random;
  Patience patience;
  UsedOnce* used_once = nullptr;            // of the whole run; nullptr: nobody looks across scripts
  bool expected_refusal = false;            // the script demanded one, or an end: it needs a twin
  std::vector<std::string> tolerated = {};  // departures that lenient judging let pass
  Deadline deadline() const { return Clock::now() + patience.answer; }
};

struct ReceivedBlock {
  Octets id, checksum, data;
};

/// The next thing that arrives: a control message, a data frame, or the end.
struct Received {
  enum class What : std::uint8_t { message, data, other_frame, end, nothing } what = What::nothing;
  Frame frame = {};
  Decoded decoded = {};  // of a message, or of a data frame's metadata
  bool is(std::string_view message_name) const;
  std::string text() const;  // for a verdict's "actual"
};

class Peer {
 public:
  virtual ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // ---- Sending: nothing is checked --------------------------------------------------------------------------------
  void send(const Message& message, const Forge& forge = {});
  void send(const Frame& frame);
  /// A true data frame for that block.
  void send(const SealedBlock& block);
  /// Octets as they are; `what` is how the transcript calls them.
  void send_octets(View octets, std::string what = "octets");
  /// The same octets, `piece` of them per TLS record.
  void send_in_pieces(View octets, std::size_t piece);
  /// Several frames in one TLS record.
  void send_together(std::initializer_list<Frame> frames);
  void corrupt_next_record(std::size_t before_the_last = 0) { channel_->corrupt_next_record(before_the_last); }
  /// The record that carries this message, made and not sent.
  Octets kept(const Message& message);
  /// A record as the network would bring it once more, elsewhere or to the wrong side.
  void send_bare(View record, std::string what) { channel_->send_bare(record, stage_.deadline(), std::move(what)); }
  void close_notify();
  void shut_sending();
  void abort();

  // ---- What must come back -------------------------------------------------------------------------------------------
  /// The next frame is this message, in its one encoding.
  Message expect(std::string_view name);
  ReceivedBlock expect_data();
  /// Whatever comes next; `nothing` when the patience ends.
  Received next();
  /// The implementation refuses what was sent: Disconnect with this reason, and the connection ends. The case needs a twin.
  void expect_refusal(spec::Reason reason);
  void expect_refusal(std::initializer_list<spec::Reason> any_of);
  /// It refuses by ending the connection, with or without a Disconnect; no other frame comes. The case needs a twin.
  void expect_refusal_by_close();
  /// It ends the connection without having read what came last: no frame but perhaps a Disconnect(internal_error). The case needs a twin.
  void expect_end_unread();
  /// Disconnect with this reason and the end, where that is no refusal: goodbye, server_stopping. With another the case needs a twin.
  void expect_end(spec::Reason reason);
  /// As expect_end, and close_notify and the end of the stream came in this order [SES-004].
  void expect_orderly_end(spec::Reason reason);
  /// The connection ends without any further frame. The case needs a twin.
  void expect_end_without_frame();
  /// Nothing further was sent so far: looks, without waiting.
  void expect_nothing_yet();
  /// Nothing comes for so long, no end either.
  void expect_nothing_for(std::chrono::milliseconds time);

  // ---- What is known ---------------------------------------------------------------------------------------------------
  const ChannelFacts& facts() const { return channel_->facts(); }
  const ChannelEnd& end() const { return channel_->end(); }
  Channel& channel() { return *channel_; }
  char name() const { return name_; }
  Stage& stage() { return stage_; }

 protected:
  Peer(Stage& stage, char name) : stage_(stage), name_(name) {}
  Received receive(Deadline deadline);
  void end_with(const std::vector<spec::Reason>& reasons);
  [[noreturn]] void unmet(std::string expected, const Received& got);

  Stage& stage_;
  char name_;
  std::unique_ptr<Channel> channel_;
  FrameCutter cutter_;
};

}  // namespace coffer::conformance
