// Sessions with several destinations, opened at once, each in a thread: who is there is served while others are still on their way.
// Must not know: what is done in the sessions.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/session.h"
#include "client/version_list.h"

namespace coffer::client {

struct Opened {
  Session session;
  archive::ChainPoint head;  // the newest version there, remembered
};

class Openings {
 public:
  /// Called in several threads.
  using Open = std::function<Outcome<Opened>(const std::string& name)>;

  Openings(Open open, std::vector<std::string> names);

  /// One that is there, or not to be had. Names are given as their places.
  struct End {
    std::size_t place;
    Outcome<Opened> opened;
  };
  /// Those that came to an end since the last call: waits until one is open or all have failed, and then no longer than a moment for
  /// others. Empty: none is left. Until the next call nobody is kept waiting in an open session: who comes later is left again, and opened
  /// anew by that call.
  std::vector<End> take();

 private:
  struct Way {
    std::optional<Outcome<Opened>> came;
    bool under_way = false, taken = false;
    std::jthread thread;
  };
  // Both with the mutex held.
  void begin(std::size_t place);
  void end(Way& way);

  const Open open_;
  const std::vector<std::string> names_;
  std::mutex mutex_;
  std::condition_variable came_;
  bool awaited_ = false;
  std::vector<Way> ways_;  // last: its threads use all else
};

}  // namespace coffer::client
