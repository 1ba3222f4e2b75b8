#include "campaign/walks.h"

#include "coffer/spec/messages.h"

namespace coffer::conformance {

namespace {

using K = spec::MessageKind;

/// Words for steps, so that a walk is written as it is read.
struct Walk {
  trace::Trace steps = {};
  Walk& says(std::initializer_list<K> kinds) {
    for (const auto kind : kinds) steps.push_back({trace::Op::message, static_cast<std::uint8_t>(kind)});
    return *this;
  }
  Walk& varied(K kind, std::uint32_t value) {
    steps.push_back({trace::Op::message, static_cast<std::uint8_t>(kind), static_cast<std::uint16_t>(trace::Variant::varied), value});
    return *this;
  }
  Walk& blocks(std::initializer_list<std::uint8_t> numbers) {
    for (const auto number : numbers) steps.push_back({trace::Op::data, number});
    return *this;
  }
  Walk& session(std::uint8_t number) {
    steps.push_back({trace::Op::session, number});
    return *this;
  }
  Walk& join() {
    steps.push_back({trace::Op::join});
    return *this;
  }
  Walk& up() { return says({K::version, K::computer, K::login, K::config_state, K::config_ack}); }
};

}  // namespace

std::vector<trace::Trace> server_walks() {
  return {
      // A backup, everything that can be asked about it, a restore.
      Walk()
          .up()
          .says({K::ping, K::offer_blocks})
          .blocks({0, 1, 2})
          .says({K::commit_version, K::list_versions, K::list_blocks, K::fetch_key, K::store_key, K::fetch_key, K::restore_begin, K::ping,
                 K::fetch_blocks, K::restore_end, K::goodbye})
          .steps,
      // Release, another version, and what is left of it in the next session.
      Walk()
          .up()
          .says({K::offer_blocks})
          .blocks({0, 1, 2})
          .says({K::commit_version, K::release_blocks, K::list_blocks, K::offer_blocks})
          .blocks({0})
          .says({K::commit_version, K::release_blocks, K::commit_version, K::goodbye})
          .session(0)
          .up()
          .says({K::list_blocks, K::offer_blocks, K::list_versions})
          .steps,
      // Released, and the session ended; the next one commits.
      Walk()
          .up()
          .says({K::offer_blocks})
          .blocks({0, 1, 2})
          .says({K::commit_version, K::release_blocks, K::goodbye})
          .session(0)
          .up()
          .says({K::commit_version, K::restore_begin, K::fetch_blocks})
          .steps,
      // Users who may do less.
      Walk().session(1).up().says({K::ping, K::offer_blocks}).blocks({0, 1, 2}).says({K::commit_version, K::restore_begin}).steps,
      Walk().session(2).up().says({K::ping, K::list_versions, K::offer_blocks}).steps,
      // Two sessions of one computer, and archives side by side.
      Walk().session(3).says({K::version, K::computer}).session(0).up().says({K::ping}).session(3).says({K::login}).steps,
      Walk()
          .up()
          .says({K::offer_blocks})
          .blocks({0, 1, 2})
          .says({K::commit_version})
          .session(1)
          .up()
          .says({K::offer_blocks})
          .blocks({0, 1, 2})
          .says({K::release_blocks, K::commit_version})
          .session(0)
          .says({K::restore_begin, K::fetch_blocks})
          .steps,
      // Many versions, and keys by generation; several frames in one record.
      Walk()
          .up()
          .join()
          .says({K::ping, K::ping, K::commit_version, K::commit_version})
          .varied(K::list_versions, 2)
          .varied(K::store_key, 1)
          .says({K::store_key, K::fetch_key, K::recover_key})
          .steps,
      Walk().up().says({K::change_password, K::goodbye}).session(0).says({K::version}).varied(K::computer, 3).steps,
  };
}

std::vector<trace::Trace> client_walks() {
  std::vector<trace::Trace> walks;
  constexpr std::size_t answers = 12;
  for (const auto request :
       {trace::Request::ping, trace::Request::list, trace::Request::commit, trace::Request::restore, trace::Request::leave}) {
    walks.push_back({{trace::Op::request, static_cast<std::uint8_t>(request)}});
    walks.back().insert(walks.back().end(), answers, {trace::Op::answer});
  }
  return walks;
}

}  // namespace coffer::conformance
