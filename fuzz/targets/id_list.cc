// An opened id list as an attacker who holds the keys would write it: whole ids, at least one, and exactly its octets.
#include <algorithm>

#include "archive/id_list.h"
#include "rigs/oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  const View block(data, size);
  const auto ids = archive::read_id_list(block);
  if (!ids) {
    fuzz::demand(size % 32 != 0 || size == 0, "ARC-047 whole ids are a list");
    return 0;
  }
  fuzz::demand(!ids->empty(), "ARC-047 a list names something");
  fuzz::demand(ids->size() * 32 == size, "ARC-047 a list is its ids");
  for (std::size_t i = 0; i < ids->size(); ++i)
    fuzz::demand(std::ranges::equal((*ids)[i], block.subspan(32 * i, 32)), "ARC-047 ids in their order");
  return 0;
}
