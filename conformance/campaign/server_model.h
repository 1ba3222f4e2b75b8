// What a server must answer to every octet that one session sends it: the checks of the specification, in their order, over what the world
// knows. It says what is due before anything comes back. Must not know: traces, connections, how long anything takes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/world.h"
#include "coffer/spec/server_session.h"
#include "wire/frame.h"

namespace coffer::conformance {

/// A control message that is due, or a data frame.
struct Due {
  std::string_view name;                                          // "pong", "data"
  std::function<std::string(const Message&)> complaint = {};      // empty: it is as it must be. Of data: its metadata
  std::function<std::string(const Octets&)> data_complaint = {};  // of data: what it carries
  bool may_be_left_out = false;                                   // of a block that may be gone
};

/// What one frame brings about.
struct Answer {
  std::string_view rule;                   // whose sentence asks for it
  std::vector<Due> frames = {};            // in order
  std::vector<spec::Reason> refusal = {};  // any of these, and the end
  bool ends = false;                       // the connection ends, after frames and refusal
  std::function<void()> if_refused = {};   // where `refusal` may come in place of `frames`: what then holds
};

/// How a frame was met, for what a campaign has seen.
struct Met {
  spec::server_session::State state;
  std::string_view event;  // as the table has it
  Answer answer;
};

class ServerModel {
 public:
  using State = spec::server_session::State;

  explicit ServerModel(World& world) : world_(world) {}

  /// The octets arrive, as far as they are taken: a frame that is not whole yet waits.
  std::vector<Met> hear(View octets);
  /// The client's side ends. `orderly`: by a close that the server has answered; else nobody knows when it notices.
  void leave(bool orderly);
  /// A record came that was not made for this place: the server ends, and says nothing that could be read.
  void lose_channel();

  State state() const { return state_; }
  bool open() const { return state_ != State::closed; }
  /// Octets of a frame that is not whole yet: what is sent next belongs to it.
  bool waits_for_more() const { return !held_.empty(); }

  // What a client of this session would go by.
  KnownArchive* archive() { return archive_; }
  std::uint64_t user() const { return account_ == nullptr ? 0 : account_->id; }
  std::uint64_t computer() const { return computer_; }

 private:
  Met next_frame(Frame frame);
  Answer hear_message(const Message& message);
  Answer hear_data(const Frame& frame);

  Answer hear_version(const Message& message);
  Answer hear_computer(const Message& message);
  Answer hear_login(const Message& message);
  Answer hear_offer(const Message& message);
  Answer hear_commit(const Message& message);
  Answer hear_fetch(const Message& message);
  Answer hear_list_blocks(const Message& message);
  Answer hear_list_versions(const Message& message);
  Answer hear_key_record(const Message& message);
  Answer key_state();

  Answer refuse(std::string_view rule, spec::Reason reason);
  Answer close(std::string_view rule);
  bool may(std::uint32_t any_of) const { return (permissions_ & any_of) != 0; }
  void end();

  World& world_;
  State state_ = State::await_version;
  Octets held_;
  std::vector<Account> accounts_ = world_.fixture.accounts();
  const Account* account_ = nullptr;
  std::uint64_t computer_ = 0;
  std::uint32_t permissions_ = 0;
  KnownArchive* archive_ = nullptr;
  std::set<Octets> wanted_, released_, came_;
  std::uint64_t releases_asked_ = 0;  // since the last commit
};

}  // namespace coffer::conformance
