#include "rigs/program.h"

#include "protocol/samples.h"

namespace coffer::fuzz {

namespace p = protocol;
namespace samples = protocol::samples;

p::ClientRequest make_request(const trace::Step& step) {
  const auto number = step.b;
  const auto value = step.c;
  const auto& block = samples::block(number % 16U);
  const auto ids = samples::ids(number % 8U, value % 5);
  switch (static_cast<trace::Request>(step.a)) {
    case trace::Request::ping: return p::BeginPing{value};
    case trace::Request::offer: return p::BeginOffer{ids};
    case trace::Request::block: return p::SendBlock{block.id, block.checksum, block.sealed};
    case trace::Request::commit: {
      auto version = samples::commit();
      version.number = number;
      return p::BeginCommit{std::move(version)};
    }
    case trace::Request::list: return p::BeginList{number};
    case trace::Request::restore: return p::RequestRestore{number, static_cast<std::uint16_t>(value)};
    case trace::Request::fetch: return p::BeginFetch{ids};
    case trace::Request::end_restore: return p::FinishRestore{value % 2 != 0};
    case trace::Request::leave: return p::Leave{};
    case trace::Request::list_blocks: return p::BeginListBlocks{};
    case trace::Request::release: return p::BeginRelease{ids};
    case trace::Request::fetch_key: return p::BeginFetchKey{};
    case trace::Request::store_key: return p::BeginStoreKey{Octets(98, static_cast<std::uint8_t>(value)), 1};
    case trace::Request::recover_key: return p::BeginRecoverKey{Octets(32, static_cast<std::uint8_t>(value))};
    case trace::Request::change_password: return p::BeginChangePassword{{1}, {2}};
  }
  return p::Leave{};
}

}  // namespace coffer::fuzz
