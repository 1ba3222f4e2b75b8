#include "net/process_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace coffer::net {

// [KEY-052] A client SHOULD wipe the archive key from memory when it is done with it, and keep it from being written to swap.
void keep_memory_to_itself() {
  constexpr rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

}  // namespace coffer::net
