#include "campaign/campaign.h"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "campaign/trial.h"
#include "campaign/walks.h"
#include "coffer/spec/limits.h"
#include "trace/mutate.h"

namespace coffer::conformance {

namespace {

constexpr std::size_t findings_max = 50;  // beyond that an implementation is another one, and the campaign has said so

std::string_view machine_of(Role role) { return role == Role::client ? "client_session" : "server_session"; }

std::unique_ptr<Target> target_for(const CampaignOptions& options, const ServerCredentials* credentials) {
  return options.role == Role::client ? client_target(options.subject, *credentials) : server_target(options.subject);
}

double seconds_since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

/// A header of numbers that come from nowhere is refused for its kind, and shows little: most get a kind that there is, and a length at a
/// limit.
void aim(trace::Step& step, trace::Random& random) {
  using namespace spec::limits;
  constexpr std::uint64_t lengths[] = {0, 16, unverified_octets_max, control_octets_max, data_octets_max, 0xFFFFFFFE};
  if (step.op != trace::Op::header || random() % 8 == 0) return;
  step.a = random() % 2 != 0 ? kind_control : kind_data;
  step.b = static_cast<std::uint16_t>(random() % 3 == 0 ? random() % 256 : random() % 2);
  step.c = static_cast<std::uint32_t>(lengths[random() % 6] + random() % 2);
}

/// A step that may well be refused: where a session of a trace ends without one, it has shown less than its handshake cost.
void provoke(trace::Trace& trace, trace::Random& random) {
  const auto any = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  // What only a server says is refused alike in every state.
  auto kind = static_cast<std::uint8_t>(any(spec::message_rows.size()));
  while (spec::message_rows[kind].from == "server" && any(4) != 0) kind = static_cast<std::uint8_t>(any(spec::message_rows.size()));
  const auto variant = static_cast<std::uint16_t>(1 + any(trace::variant_count - 1));
  switch (any(6)) {
    case 0:
      trace.push_back({trace::Op::data, static_cast<std::uint8_t>(any(16)), static_cast<std::uint16_t>(any(trace::flaw_count))});
      return;
    case 1: trace.push_back({trace::Op::header}); return aim(trace.back(), random);
    case 2: trace.push_back({trace::Op::flip, static_cast<std::uint8_t>(any(8)), static_cast<std::uint16_t>(any(256))}); break;
    case 3: trace.push_back({trace::Op::channel, static_cast<std::uint8_t>(any(trace::tamper_count))}); break;
    default: trace.push_back({trace::Op::message, kind, variant, any(256)}); return;
  }
  trace.push_back({trace::Op::message, kind});
}

class Campaign {
 public:
  explicit Campaign(const CampaignOptions& options)
      : options_(options), reach_(machine_of(options.role)), walks_(options.role == Role::client ? client_walks() : server_walks()) {
    if (options.role == Role::client) credentials_ = std::make_unique<ServerCredentials>();
    first_ = walks_;
    first_.insert(first_.end(), options.corpus.begin(), options.corpus.end());
    corpus_ = first_;
  }

  CampaignResult run() {
    std::vector<std::thread> workers;
    working_ = std::max(1u, options_.jobs);
    for (std::uint32_t job = 0; job < std::max(1u, options_.jobs); ++job) workers.emplace_back([this, job] { work(job); });
    {
      std::unique_lock lock(mutex_);
      while (!ended_.wait_for(lock, options_.tell_each, [this] { return working_ == 0; }))
        if (options_.on_progress) options_.on_progress(progress());
    }
    for (auto& worker : workers) worker.join();
    result_.last = progress();
    result_.missing = reach_.missing();
    return std::move(result_);
  }

 private:
  void work(std::uint32_t job) {
    try {
      Trial trial(options_, target_for(options_, credentials_.get()), fmt::format("job {} play", job));
      trace::Random random(static_cast<trace::Random::result_type>(options_.seed * 2 + job * 7919 + 1));
      for (std::uint64_t mine = 0; auto number = begin(); ++mine) {
        const auto trace = trace::from_octets(trace::to_octets(*number <= first_.size() ? first_[*number - 1] : another(random)));
        auto played = trial.play(trace);
        take(trial, trace, std::move(played), *number);
      }
    } catch (const std::exception& trouble) {
      const std::lock_guard lock(mutex_);
      if (result_.trouble.empty()) result_.trouble = trouble.what();
      stop_ = true;
    }
    const std::lock_guard lock(mutex_);
    --working_;
    ended_.notify_all();
  }

  /// The number of the next run; nullopt: there is none.
  std::optional<std::uint64_t> begin() {
    if (stop_ || (options_.time.count() != 0 && Clock::now() - began_ >= options_.time)) return std::nullopt;
    const auto number = ++begun_;
    return options_.runs != 0 && number > options_.runs ? std::nullopt : std::optional(number);
  }

  trace::Trace another(trace::Random& random) {
    trace::Trace trace, other;
    const auto& walk = walks_[random() % walks_.size()];
    {
      const std::lock_guard lock(mutex_);
      trace = random() % 4 == 0 ? walk : corpus_[random() % corpus_.size()];
      if (random() % 8 == 0) other = corpus_[random() % corpus_.size()];
    }
    if (!other.empty()) trace = trace::cross(std::move(trace), other, random);
    trace::mutate(trace, {walk, trace::op_count}, random);
    for (auto& step : trace) aim(step, random);
    if (trace.size() < trace::steps_max && random() % 4 != 0) provoke(trace, random);
    // A restart costs as much as hundreds of sessions.
    if (random() % 64 != 0) std::erase_if(trace, [](const trace::Step& step) { return step.op == trace::Op::restart; });
    return trace;
  }

  void take(Trial& trial, const trace::Trace& trace, Played played, std::uint64_t number) {
    bool examine = false;
    {
      const std::lock_guard lock(mutex_);
      ++runs_;
      sessions_ += played.sessions;
      if (reach_.take(played)) {
        last_new_ = Clock::now();
        if (number > first_.size()) corpus_.push_back(trace);
        if (options_.on_new) options_.on_new(trace);
      }
      examine = !played.complaints.empty() && !known_[played.complaints.front().signature()]++;
    }
    if (!examine) return;
    const auto seconds = seconds_since(began_);
    auto finding = trial.examine(trace, std::move(played.complaints.front()));
    finding.run = number;
    finding.seconds = seconds;
    const std::lock_guard lock(mutex_);
    if (options_.on_finding) options_.on_finding(finding);
    const bool enough = options_.stop_at_first && finding.grade == Grade::stable;
    result_.findings.push_back(std::move(finding));
    if (enough || result_.findings.size() >= findings_max) stop_ = true;
  }

  Progress progress() {
    Progress now{.seconds = seconds_since(began_),
                 .since_new = seconds_since(last_new_),
                 .runs = runs_,
                 .sessions = sessions_,
                 .corpus = corpus_.size(),
                 .findings = result_.findings.size(),
                 .states = reach_.states(),
                 .transitions = reach_.transitions(),
                 .reasons = reach_.reasons()};
    const auto passed = std::max(now.seconds - told_.seconds, 0.001);
    now.runs_per_second = static_cast<double>(now.runs - told_.runs) / passed;
    now.sessions_per_second = static_cast<double>(now.sessions - told_.sessions) / passed;
    told_ = now;
    return now;
  }

  const CampaignOptions& options_;
  std::unique_ptr<ServerCredentials> credentials_;
  const Clock::time_point began_ = Clock::now();
  std::atomic<std::uint64_t> begun_ = 0;
  std::atomic<bool> stop_ = false;

  std::mutex mutex_;  // of all below
  std::condition_variable ended_;
  std::uint32_t working_ = 0;
  Clock::time_point last_new_ = began_;
  Reach reach_;
  std::vector<trace::Trace> walks_, first_, corpus_;  // first: played as they are, before anything is changed
  std::map<std::string, std::uint64_t> known_;        // signatures of complaints
  std::uint64_t runs_ = 0, sessions_ = 0;
  Progress told_;
  CampaignResult result_;
};

}  // namespace

std::string_view name(Grade grade) { return grade == Grade::stable ? "stable" : "flaky"; }

std::string Finding::name() const {
  std::uint32_t number = 2'166'136'261U;
  for (const char c : complaint.signature()) number = (number ^ static_cast<std::uint8_t>(c)) * 16'777'619U;
  std::string made = fmt::format("{}-{}-{}-{:08x}", complaint.rule, complaint.state, complaint.event, number);
  for (auto& c : made)
    if (c != '-' && c != '_' && std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return made;
}

CampaignResult campaign(const CampaignOptions& options) { return Campaign(options).run(); }

Replayed replay(const trace::Trace& trace, const CampaignOptions& options) {
  const ServerCredentials credentials;
  Trial trial(options, target_for(options, &credentials), "replay");
  Replayed replayed{.played = trial.play(trace, Recorder::Keeps::everything), .transcript = {}};
  replayed.transcript = trial.take_transcript();
  return replayed;
}

}  // namespace coffer::conformance
