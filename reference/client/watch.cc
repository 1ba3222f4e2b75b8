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
#include "client/tree_digest.h"
#include "client/tree_watch.h"

namespace coffer::client {
namespace {

Moment now() { return std::chrono::ceil<Moment>(std::chrono::steady_clock::now().time_since_epoch()); }

bool can_be_read(const std::string& path) {
  auto root = file_system_root();
  if (!root) return false;
  const auto file = open_file(*root, path);
  if (!file) return false;
  std::array<char, 65'536> octets;
  ssize_t count = 0;
  while ((count = ::read(file->fd(), octets.data(), octets.size())) > 0) {
  }
  return count == 0;
}

/// One look and one backup, on a thread of its own.
class Attempt {
 public:
  /// How the trees were when a version was made of them, as far as the next look needs it.
  struct Made {
    Digest digest{};
    std::vector<std::string> left;  // as in BackupReport
  };
  struct Result {
    bool changed = false;
    std::vector<std::string> destinations;        // that were asked
    std::optional<Outcome<DeviceBackup>> report;  // none: nothing is other than it was
  };
  /// Which destinations get a new version of what changed, and which the last one that they lack.
  struct Destinations {
    std::vector<std::string> all, behind;
  };

  Attempt(const WatchOptions& options, TreeWatch& watch, const std::optional<Made>& last, Destinations destinations)
      : options_(options), watch_(watch), last_(last), destinations_(std::move(destinations)), done_(::eventfd(0, EFD_CLOEXEC)) {
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
    watch_.begin_look();
    for (const std::string& path : options_.paths) watch_.watch_source(path);
    const Digest digest = look_through(options_.paths, scanning, [this](const Found& found) { watch_.found(found); });
    watch_.end_look();
    // [ARC-095] A client that watches SHOULD make a version only when something is other than in the version before.
    result_.changed = !last_ || last_->digest != digest || std::ranges::any_of(last_->left, can_be_read);
    result_.destinations = result_.changed ? destinations_.all : destinations_.behind;
    if (!result_.destinations.empty()) result_.report = options_.back_up(result_.destinations);
    const std::uint64_t one = 1;
    (void)!::write(done_.fd(), &one, sizeof one);
  }

  const WatchOptions& options_;
  TreeWatch& watch_;
  const std::optional<Made>& last_;
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
      if (watch_.take_changes()) plan_.changed(now());
      if (attempt_ && attempt_done_) settle();
      // [ARC-091] A client that watches MUST look at everything again when it may have missed changes: a mount hides and shows whole trees.
      if (mounts_moved_ && !attempt_) {
        mounts_moved_ = false;
        if (watch_.take_mounts()) plan_.changed(now());
      }
      if (const auto due = next_attempt(); due && now() >= *due) {
        plan_.begin();
        attempt_ = std::make_unique<Attempt>(options_, watch_, last_, destinations(now()));
      }
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
    std::array<pollfd, 4> waits{{{options_.stop_fd, POLLIN, 0},
                                 {watch_.fd(), POLLIN, 0},
                                 {attempt_ ? attempt_->done_fd() : -1, POLLIN, 0},
                                 {watch_.mounts_fd(), POLLPRI, 0}}};
    int milliseconds = -1;
    if (const auto due = next_attempt()) milliseconds = static_cast<int>(std::clamp<std::int64_t>((*due - now()).count(), 0, 3'600'000));
    ::poll(waits.data(), waits.size(), milliseconds);
    stopped_ = waits[0].revents != 0;
    attempt_done_ = waits[2].revents != 0;
    mounts_moved_ = mounts_moved_ || waits[3].revents != 0;
  }

  void settle() {
    auto result = attempt_->result();
    attempt_.reset();
    if (watch_.take_changes()) plan_.changed(now());
    plan_.watches_all(watch_.unwatched().empty());
    const auto pauses = tally(result);
    if (auto failure = failure_of(result)) {
      // Of a version that only those who lacked it were to get, their own pauses are all there is to wait for.
      const Moment pause = result.changed ? plan_.failed(now()) : std::ranges::min(std::views::values(pauses));
      if (!result.changed) after_a_look();
      return options_.tell({.kind = WatchEvent::Kind::failed, .failure = std::move(failure), .pause = pause, .pauses = pauses});
    }
    if (result.report && result.changed) {
      BackupReport& report = (*result.report)->report;
      last_ = Attempt::Made{report.digest.value_or(Digest{}), std::move(report.left)};
    }
    const Moment pause = after_a_look();
    say_what_is_watched();
    WatchEvent event{.kind = WatchEvent::Kind::unchanged, .left = last_->left.size(), .pause = pause, .pauses = pauses};
    if (result.report) {
      event.kind = WatchEvent::Kind::backed_up;
      event.backup = std::move(**result.report);
    }
    options_.tell(event);
  }

  /// Until what the last version lacks is looked for again; 0: it lacks nothing.
  Moment after_a_look() {
    if (!last_->left.empty()) return plan_.left(now());
    plan_.done(now());
    return {};
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

  /// [ARC-093] A client that watches MUST … say what that is.
  void say_what_is_watched() {
    const auto unwatched = watch_.unwatched();
    if (told_ && *told_ == unwatched) return;
    told_ = unwatched;
    options_.tell({.kind = WatchEvent::Kind::watching, .directories = watch_.watched(), .unwatched = {unwatched.begin(), unwatched.end()}});
  }

  const WatchOptions& options_;
  TreeWatch watch_;
  WatchPlan plan_;
  Laggards laggards_;
  std::optional<Attempt::Made> last_;
  std::unique_ptr<Attempt> attempt_;
  std::optional<std::set<std::string>> told_;
  bool stopped_ = false, attempt_done_ = false, mounts_moved_ = false;
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
