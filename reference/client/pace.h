// How fast long work goes and how long it will still take, from what was done when: the last quarter of a minute counts.
// Must not know: clocks, terminals, what the work is.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace coffer::client {

/// How far it is.
struct WorkDone {
  /// What `files` and `octets` are while not all has been found: what an earlier run found, or only what this one has found so far.
  enum class Totals : std::uint8_t { exact, about, at_least };
  std::uint64_t files_done = 0, files = 0;
  std::uint64_t octets_done = 0, octets = 0;  // of content
  Totals totals = Totals::exact;
};

/// How far a reading is of which nobody knows beforehand how much it is: of lists of files, and of the ids of blocks.
struct BlocksSeen {
  std::uint64_t blocks = 0, octets = 0;           // octets: sealed, received
  std::uint64_t versions_done = 0, versions = 0;  // none, where it is one that is read
};

class Pace {
 public:
  /// Since any one moment.
  using Moment = std::chrono::milliseconds;

  /// What was done by then. Moments do not go back.
  void note(Moment now, const WorkDone& done);
  /// Content, a second.
  std::optional<double> octets_per_second() const;
  /// nullopt: nobody can know yet.
  std::optional<std::chrono::seconds> left() const;

 private:
  struct Point {
    Moment when{};
    WorkDone done;
  };
  std::deque<Point> points_;
};

/// "1,203 of 60,000 files, 120 MB of 1.5 GB, 85.0 MB/s, 0:16 left"
std::string line_of(const WorkDone& done, const Pace& pace);
/// {"files_done", "files", "octets_done", "octets", "octets_per_second", "seconds_left"}; the last two are null while nobody can know.
/// While the totals are not exact, "totals" says what they are: "about" or "at_least".
std::string json_of(const std::string& doing, const WorkDone& done, const Pace& pace);

/// "2 of 12 versions, 1203 blocks, 12.1 MiB, 1.2 MiB/s"
std::string line_of(const BlocksSeen& seen, const Pace& pace);
/// {"versions_done", "versions", "blocks", "octets_done", "octets_per_second"}; the first two where there are several.
std::string json_of(const std::string& doing, const BlocksSeen& seen, const Pace& pace);

}  // namespace coffer::client
