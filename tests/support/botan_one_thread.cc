// For ThreadSanitizer's lane, and where memory is made to fail: what Botan's own pool of threads is given to do is done at once, by the
// thread that asks. The library is not instrumented, so what the pool hands back would be taken for a race, and a suppression that names
// the library would hide ours; and what its threads throw, nobody can catch. The linker takes this definition before the one of Botan; were
// its signature another, that one would be taken, and the lane be red again.
#include <functional>

namespace Botan {
class Thread_Pool {
 public:
  void queue_thunk(std::function<void()> thunk);
};

void Thread_Pool::queue_thunk(std::function<void()> thunk) { thunk(); }
}  // namespace Botan
