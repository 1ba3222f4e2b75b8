#include "client/watch.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <ranges>
#include <thread>
#include <utility>

#include "client/laggards.h"
#include "client/tree_rescan.h"
#include "client/tree_watch.h"

namespace coffer::client {
namespace {

Moment now() { return std::chrono::ceil<Moment>(std::chrono::steady_clock::now().time_since_epoch()); }

/// One look and one backup, on a thread of its own.
class Attempt {
 public:
  struct Result {
    Scan scan;
    bool changed = false;
    std::vector<std::string> destinations;        // that were asked
    std::optional<Outcome<DeviceBackup>> report;  // none: nothing is other than it was
  };
  /// Which destinations get a new version of what changed, and which the last one that they lack.
  struct Destinations {
    std::vector<std::string> all, behind;
  };

  Attempt(const WatchOptions& options, TreeWatch& watch, const std::optional<Scan>& last, Dirty dirty, Destinations destinations)
      : options_(options),
        watch_(watch),
        last_(last),
        dirty_(std::move(dirty)),
        destinations_(std::move(destinations)),
        done_(::eventfd(0, EFD_CLOEXEC)) {
    thread_ = std::thread([this] { run(); });
  }
  ~Attempt() {
    if (thread_.joinable()) thread_.detach();  // only when the process is about to end
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  int done_fd() const { return done_.fd(); }
  Result result() {
    thread_.join();
    return std::move(result_);
  }

 private:
  void run() {
    ScanOptions scanning = options_.scan;
    scanning.before_listing = [this](const std::string& path, int directory) { watch_.watch(path, directory); };
    const auto look = [&](bool everything) {
      Scan scan = everything || !last_ ? scan_tree(options_.paths, scanning) : scan_again(*last_, dirty_, scanning);
      for (const std::string& source : scan.sources) watch_.watch_source(source);
      return scan;
    };
    result_.scan = look(dirty_.everything);
    // [ARC-095] A client that watches SHOULD make a version only when something is other than in the version before.
    result_.changed = !last_ || last_->found != result_.scan.found;
    result_.destinations = result_.changed ? destinations_.all : destinations_.behind;
    if (!result_.destinations.empty()) {
      int looks = 0;
      const auto found = [&] {
        if (++looks > 1) result_.scan = look(true);
        return result_.scan;
      };
      result_.report = options_.back_up(found, result_.destinations);
    }
    const std::uint64_t one = 1;
    (void)!::write(done_.fd(), &one, sizeof one);
  }

  const WatchOptions& options_;
  TreeWatch& watch_;
  const std::optional<Scan>& last_;
  const Dirty dirty_;
  const Destinations destinations_;
  Descriptor done_;
  Result result_;
  std::thread thread_;
};

class Watching {
 public:
  explicit Watching(const WatchOptions& options) : options_(options), plan_(options.pauses, now()), laggards_(options.pauses) {}

  bool run() {
    while (true) {
      wait();
      if (stopped_) return !attempt_;
      gone_ = watch_.tell(plan_, now()) || gone_;
      if (attempt_ && attempt_done_) settle();
      if (const auto due = next_attempt(); due && now() >= *due)
        attempt_ = std::make_unique<Attempt>(options_, watch_, last_, plan_.begin(now()), destinations(now()));
    }
  }

 private:
  std::optional<Moment> next_attempt() const {
    const auto due = plan_.due(), behind = laggards_.due();
    if (attempt_ || !due) return std::nullopt;
    return behind ? std::min(*due, *behind) : due;
  }

  /// A destination that pauses gets what has changed meanwhile when its pause is over; one that is behind gets it at once then.
  Attempt::Destinations destinations(Moment at) const {
    Attempt::Destinations now{.all = {}, .behind = laggards_.due_by(at)};
    for (const std::string& name : options_.destinations)
      if (!laggards_.pauses(name, at)) now.all.push_back(name);
    if (now.all.empty()) now.all = options_.destinations;
    return now;
  }

  void wait() {
    std::array<pollfd, 3> waits{
        {{options_.stop_fd, POLLIN, 0}, {watch_.fd(), POLLIN, 0}, {attempt_ ? attempt_->done_fd() : -1, POLLIN, 0}}};
    int milliseconds = -1;
    if (const auto due = next_attempt()) milliseconds = static_cast<int>(std::clamp<std::int64_t>((*due - now()).count(), 0, 3'600'000));
    ::poll(waits.data(), waits.size(), milliseconds);
    stopped_ = waits[0].revents != 0;
    attempt_done_ = waits[2].revents != 0;
  }

  void settle() {
    auto result = attempt_->result();
    attempt_.reset();
    gone_ = watch_.tell(plan_, now()) || gone_;
    const auto pauses = tally(result);
    if (auto failure = failure_of(result)) {
      if (!result.changed) plan_.done(now());
      const Moment pause = result.changed ? plan_.failed(now()) : std::ranges::min(std::views::values(pauses));
      return options_.tell({.kind = WatchEvent::Kind::failed, .failure = std::move(failure), .pause = pause, .pauses = pauses});
    }
    last_ = std::move(result.scan);
    plan_.done(now());
    if (std::exchange(gone_, false)) forget_what_is_gone();
    say_what_is_watched();
    if (result.report)
      options_.tell({.kind = WatchEvent::Kind::backed_up, .backup = std::move(**result.report), .pauses = pauses});
    else
      options_.tell({.kind = WatchEvent::Kind::unchanged});
  }

  /// Who has the version and who lacks it, with the pauses of those. One destination alone is the plan's matter.
  std::map<std::string, Moment> tally(const Attempt::Result& result) {
    std::map<std::string, Moment> pauses;
    if (!result.report || options_.destinations.size() == 1) return pauses;
    for (std::size_t i = 0; i < result.destinations.size(); ++i) {
      const std::string& name = result.destinations[i];
      if (*result.report && (*result.report)->report.destinations[i])
        laggards_.caught_up(name);
      else
        pauses[name] = laggards_.failed(name, now());
    }
    // Who was left out because it pauses lacks this version too, and has its moment already.
    return pauses;
  }

  /// Of an attempt after which no destination has what was found.
  static std::optional<Failure> failure_of(const Attempt::Result& result) {
    if (!result.report) return std::nullopt;
    if (!*result.report) return (*result.report).error();
    const DeviceBackup& backup = **result.report;
    if (std::ranges::any_of(backup.report.destinations, &Outcome<DestinationReport>::has_value)) return std::nullopt;
    Failure failure{.code = backup.code(), .message = "no destination has a new version"};
    for (const std::string& words : failures_of(backup)) failure.message += "\n  " + words;
    return failure;
  }

  void forget_what_is_gone() {
    std::set<std::string> present{last_->sources.begin(), last_->sources.end()};
    for (const Found& found : last_->found)
      if (found.entry.type == archive::EntryType::directory) present.insert(found.entry.path);
    watch_.keep_only(present);
    const std::set<std::string> unwatched = plan_.unwatched();
    for (const std::string& path : unwatched)
      if (!present.contains(path)) plan_.can_watch(path);
  }

  /// [ARC-093] A client that watches MUST … say what that is.
  void say_what_is_watched() {
    if (told_ && *told_ == plan_.unwatched()) return;
    told_ = plan_.unwatched();
    options_.tell({.kind = WatchEvent::Kind::watching, .directories = watch_.watched(), .unwatched = {told_->begin(), told_->end()}});
  }

  const WatchOptions& options_;
  TreeWatch watch_;
  WatchPlan plan_;
  Laggards laggards_;
  std::optional<Scan> last_;  // as it was backed up
  std::unique_ptr<Attempt> attempt_;
  std::optional<std::set<std::string>> told_;
  bool stopped_ = false, attempt_done_ = false, gone_ = false;
};

}  // namespace

bool watch(const WatchOptions& options) {
  auto watching = std::make_unique<Watching>(options);
  const bool ended = watching->run();
  options.tell({.kind = WatchEvent::Kind::stopped});
  if (!ended) (void)watching.release();  // its thread still uses it
  return ended;
}

}  // namespace coffer::client
