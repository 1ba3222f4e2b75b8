// What an implementation under test sends before TLS is up, read by hand: the suite takes no harm, and once it has read an answer, more
// octets do not take the answer back.
#include <algorithm>

#include "rigs/oracle.h"
#include "wire/tls_hello.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  const conformance::View octets(data, size);
  const auto whole = conformance::read_server_flight(octets);
  if (!whole) {
    for (std::size_t less = size - std::min<std::size_t>(size, 8); less < size; ++less)
      fuzz::demand(!conformance::read_server_flight(octets.first(less)), "an answer that was there stays there");
    return 0;
  }
  fuzz::demand(!whole->alert || !whole->version, "an answer is an alert or a hello");
  fuzz::demand(whole->session_id.size() <= 255, "a session id has its length in one octet");
  return 0;
}
