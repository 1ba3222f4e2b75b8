// One whole session each, as a trace: what the mutators take pieces from, so that a campaign gets past the first steps from nothing.
#pragma once

#include "coffer/spec/messages.h"
#include "trace/trace.h"

namespace coffer::fuzz {

namespace walk {
inline trace::Step says(spec::MessageKind kind) { return {trace::Op::message, static_cast<std::uint8_t>(kind)}; }
inline trace::Step fits() { return {trace::Op::answer}; }
inline trace::Step answers(trace::Answer answer, std::uint16_t value = 0) {
  return {trace::Op::answer, static_cast<std::uint8_t>(answer), value};
}
inline trace::Step asks(trace::Request request, std::uint16_t number = 1, std::uint32_t value = 1) {
  return {trace::Op::request, static_cast<std::uint8_t>(request), number, value};
}
inline trace::Step block(std::uint8_t number) { return {trace::Op::data, number}; }
}  // namespace walk

/// The client's messages and the shell's answers, as a server's session meets them.
inline trace::Trace server_walk() {
  using namespace walk;
  using K = spec::MessageKind;
  return {says(K::version),
          says(K::computer),
          fits(),
          says(K::login),
          fits(),
          says(K::config_state),
          says(K::config_ack),
          says(K::ping),
          says(K::offer_blocks),
          answers(trace::Answer::missing_found, 3),
          block(0),
          block(1),
          says(K::commit_version),
          fits(),
          says(K::list_versions),
          fits(),
          says(K::list_blocks),
          fits(),
          says(K::release_blocks),
          fits(),
          says(K::fetch_key),
          fits(),
          says(K::store_key),
          fits(),
          says(K::recover_key),
          fits(),
          says(K::change_password),
          fits(),
          says(K::restore_begin),
          fits(),
          says(K::fetch_blocks),
          answers(trace::Answer::block_loaded),
          fits(),
          says(K::restore_end),
          fits(),
          says(K::goodbye)};
}

/// The server's messages and the program's requests, as a client's session meets them.
inline trace::Trace client_walk() {
  using namespace walk;
  using K = spec::MessageKind;
  return {{trace::Op::stop},
          says(K::proceed),
          says(K::server_identity),
          says(K::login_accepted),
          says(K::config_push),
          says(K::ready),
          asks(trace::Request::ping),
          {trace::Op::message, static_cast<std::uint8_t>(K::pong), static_cast<std::uint16_t>(trace::Variant::varied), 1},
          asks(trace::Request::offer, 0, 2),
          says(K::missing_blocks),
          asks(trace::Request::block, 0),
          asks(trace::Request::block, 1),
          asks(trace::Request::commit),
          says(K::version_committed),
          asks(trace::Request::list),
          says(K::versions),
          asks(trace::Request::list_blocks),
          says(K::block_list),
          asks(trace::Request::release),
          says(K::blocks_released),
          asks(trace::Request::fetch_key),
          says(K::key_state),
          asks(trace::Request::store_key),
          says(K::key_stored),
          asks(trace::Request::recover_key),
          says(K::key_recovered),
          asks(trace::Request::change_password),
          says(K::password_changed),
          asks(trace::Request::restore),
          says(K::restore_begun),
          asks(trace::Request::fetch, 0, 3),
          block(0),
          block(2),
          {trace::Op::message, static_cast<std::uint8_t>(K::blocks_fetched), static_cast<std::uint16_t>(trace::Variant::varied), 2},
          asks(trace::Request::end_restore),
          says(K::restore_ended),
          asks(trace::Request::leave),
          says(K::disconnect)};
}

/// A program's requests of one session, end to end, and the last record of each way looked at.
inline trace::Trace pair_walk() {
  using namespace walk;
  using R = trace::Request;
  const auto tampers = [](trace::Tamper how, std::uint16_t to_client) {
    return trace::Step{trace::Op::channel, static_cast<std::uint8_t>(how), to_client};
  };
  return {{trace::Op::stop},
          asks(R::ping),
          tampers(trace::Tamper::deliver, 0),
          tampers(trace::Tamper::deliver, 1),
          asks(R::offer, 0, 2),
          asks(R::block, 0),
          asks(R::block, 1),
          asks(R::commit),
          tampers(trace::Tamper::deliver, 0),
          fits(),
          asks(R::list),
          asks(R::list_blocks),
          asks(R::release),
          asks(R::fetch_key),
          asks(R::store_key),
          asks(R::recover_key),
          asks(R::change_password),
          asks(R::restore),
          asks(R::fetch, 0, 3),
          asks(R::end_restore),
          asks(R::leave)};
}

/// Two users' sessions beside each other, and the first one's again after a restart.
inline trace::Trace world_walk() {
  using namespace walk;
  using R = trace::Request;
  const auto turns_to = [](std::uint8_t number) { return trace::Step{trace::Op::session, number}; };
  return {{trace::Op::stop},        asks(R::offer, 0, 2),
          asks(R::block, 0),        asks(R::block, 1),
          asks(R::commit),          asks(R::fetch_key),
          asks(R::store_key, 0, 0), asks(R::recover_key),
          asks(R::change_password), turns_to(1),
          {trace::Op::stop},        asks(R::offer, 0, 2),
          asks(R::list_blocks),     {trace::Op::channel, static_cast<std::uint8_t>(trace::Tamper::divert), 0},
          {trace::Op::restart},     turns_to(2),
          {trace::Op::stop},        asks(R::fetch_key),
          asks(R::recover_key),     asks(R::list),
          asks(R::release),         asks(R::restore),
          asks(R::fetch, 0, 3),     asks(R::end_restore)};
}

}  // namespace coffer::fuzz
