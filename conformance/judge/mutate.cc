#include "judge/mutate.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "coffer/spec/requirements.h"
#include "judge/worker.h"

namespace coffer::conformance {
namespace {

bool cites(const Case& one, const std::vector<std::string>& requirements) {
  return std::ranges::any_of(one.requirements, [&](const auto& id) { return std::ranges::find(requirements, id) != requirements.end(); });
}

/// So many of them, from all over the list.
std::vector<const Case*> spread(const std::vector<const Case*>& cases, std::size_t count) {
  if (cases.size() <= count) return cases;
  std::vector<const Case*> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(cases[i * cases.size() / count]);
  return chosen;
}

/// What a case's id begins with: its chapter's word, behind "client." or "vectors." where there is that.
std::string family_of(const Case& one) {
  const auto word = one.id.find('.');
  const bool more = one.id.starts_with("client.") || one.id.starts_with("vectors.");
  return one.id.substr(0, more ? one.id.find('.', word + 1) : word);
}

/// So many of each family.
std::vector<const Case*> spread_of_each(const std::vector<const Case*>& cases, std::size_t count) {
  std::map<std::string, std::vector<const Case*>> families;
  for (const auto* one : cases) families[family_of(*one)].push_back(one);
  std::vector<const Case*> chosen;
  for (const auto& [family, members] : families) std::ranges::copy(spread(members, count), std::back_inserter(chosen));
  return chosen;
}

/// One fault in one role, and the cases that are to notice it.
struct Trial {
  const OfferedFault* fault;
  Role role;
  std::vector<const Case*> citing, reserve;  // the reserve only when nothing else has killed it
  std::vector<const Case*> others;
  std::size_t others_all = 0;  // from which those were chosen
};

class Matrix {
 public:
  Matrix(const std::vector<Case>& all, const MutateOptions& options) : all_(all), options_(options) {}

  MutateResult run() {
    const auto began = Clock::now();
    result_.suite_version = options_.run.suite_version;
    result_.command_line = options_.run.command_line;
    result_.seed = options_.run.seed;
    result_.started_at =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
    result_.every_fault = options_.faults.empty();
    try {
      meet();
      if (result_.troubles.empty()) judge();
    } catch (const std::exception& fault) {
      result_.troubles.push_back(fault.what());
    }
    result_.duration_ms = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count());
    result_.exit_code = exit_code();
    return std::move(result_);
  }

 private:
  void meet() {
    result_.implementation.adapter_command = options_.run.subject.adapter_command;
    result_.troubles = preflight(options_.run.subject.adapter_command, nullptr, {}, options_.run.subject.hello_within);
    if (!result_.troubles.empty()) return;
    Adapter adapter(options_.run.subject.adapter_command);
    auto said = hello(adapter, options_.run.subject.hello_within);
    result_.implementation.name = std::move(said.name);
    result_.implementation.version = std::move(said.version);
    result_.implementation.roles = std::move(said.roles);
    result_.implementation.claims = std::move(said.claims);
    result_.implementation.vectors = std::move(said.vectors);
    result_.implementation.destinations = said.destinations;
    offered_ = std::move(said.faults);
    if (offered_.empty()) result_.troubles.push_back("the adapter's `hello` offers no faults: there is nothing to try the suite with");
    for (const auto& fault : offered_)
      for (const auto& id : fault.requirements)
        if (spec::requirement(id) == nullptr)
          result_.troubles.push_back(fmt::format("the fault {} breaks {}, which the specification does not have", fault.name, id));
  }

  void judge() {
    plan();
    if (trials_.empty()) {
      result_.troubles.push_back("no fault that the adapter offers is asked for");
      return;
    }
    run_clean();
    result_.faults.resize(trials_.size());
    const ServerCredentials credentials;
    std::atomic<std::size_t> next = 0;
    std::size_t done = 0;
    std::mutex reporting;
    const auto work = [&] {
      for (std::size_t at; (at = next++) < trials_.size();) {
        auto tried = attempt(trials_[at], credentials);
        const std::lock_guard lock(reporting);
        if (options_.on_fault) options_.on_fault(++done, trials_.size(), tried);
        result_.faults[at] = std::move(tried);
      }
    };
    std::vector<std::thread> workers;
    for (std::size_t i = 1; i < std::min<std::size_t>(std::max(options_.run.jobs, 1u), trials_.size()); ++i) workers.emplace_back(work);
    work();
    for (auto& worker : workers) worker.join();
    excuse_faults();
    count_requirements();
    find_idle_citations();
    find_stale_excuses();
  }

  bool claims(Role role) const {
    return std::ranges::find(result_.implementation.roles, std::string(name(role))) != result_.implementation.roles.end();
  }

  void plan() {
    for (const auto role : {Role::server, Role::client}) {
      if (!claims(role)) continue;
      std::vector<const Case*> cases;
      for (const auto* one : select(all_, options_.run.selection))
        if (answers(*one, role)) cases.push_back(one);
      for (const auto& fault : offered_) {
        const bool asked =
            options_.faults.empty() || std::ranges::any_of(options_.faults, [&](const auto& glob) { return matches(glob, fault.name); });
        if (asked && std::ranges::find(fault.roles, std::string(name(role))) != fault.roles.end())
          trials_.push_back(plan(fault, role, cases));
      }
    }
  }

  /// A test vector that no role is bound to is for both.
  bool answers(const Case& one, Role role) const {
    const auto& kind = one.needs.vector_kind;
    if (kind.empty()) return one.role == role;
    return (one.role == role || one.role == Role::endpoint) &&
           std::ranges::find(result_.implementation.vectors, kind) != result_.implementation.vectors.end();
  }

  Trial plan(const OfferedFault& fault, Role role, const std::vector<const Case*>& cases) const {
    Trial trial{.fault = &fault, .role = role, .citing = {}, .reserve = {}, .others = {}, .others_all = 0};
    std::vector<const Case*> citing, rest;
    for (const auto* one : cases)
      if (cites(*one, fault.requirements))
        citing.push_back(one);
      else if (one->needs.vector_kind.empty())
        rest.push_back(one);
    trial.others_all = rest.size();
    trial.citing = spread_of_each(citing, options_.every_case ? citing.size() : options_.citing_max);
    for (const auto* one : citing)
      if (std::ranges::find(trial.citing, one) == trial.citing.end()) trial.reserve.push_back(one);
    if (options_.every_case) {
      trial.others = std::move(rest);
      return trial;
    }
    std::set<std::string> seen;
    for (const auto* one : rest)
      if (!one->requirements.empty() && seen.insert(one->requirements.front()).second) trial.others.push_back(one);
    // Those of the same chapter first: they are the nearest.
    std::ranges::stable_partition(trial.others,
                                  [&](const Case* one) { return one->requirements.front().substr(0, 3) == fault.name.substr(0, 3); });
    return trial;
  }

  /// What does not pass without a fault proves nothing with one.
  void run_clean() {
    std::set<const Case*> wanted;
    for (const auto& trial : trials_)
      for (const auto* some : {&trial.citing, &trial.others}) wanted.insert(some->begin(), some->end());
    std::vector<Case> cases;
    for (const auto& one : all_)
      if (wanted.contains(&one)) cases.push_back(one);
    RunOptions options = options_.run;
    options.selection = {};
    options.on_result = {};
    auto clean = conformance::run(cases, options);
    result_.clean_run = static_cast<std::uint32_t>(clean.cases.size());
    for (auto& one : clean.cases) {
      if (one.verdict == Verdict::pass) continue;
      left_out_.insert(one.id);
      result_.clean.push_back(std::move(one));
    }
  }

  FaultResult attempt(const Trial& trial, const ServerCredentials& credentials) const {
    const auto began = Clock::now();
    FaultResult tried{.fault = trial.fault->name,
                      .role = std::string(name(trial.role)),
                      .what = trial.fault->what,
                      .requirements = trial.fault->requirements};
    tried.citing = static_cast<std::uint32_t>(trial.citing.size() + trial.reserve.size());
    tried.others_all = static_cast<std::uint32_t>(trial.others_all);
    tried.others_chosen = static_cast<std::uint32_t>(trial.others.size());
    RunOptions options = options_.run;
    options.subject.fault = trial.fault->name;
    options.baseline = {};
    UsedOnce used_once;
    Worker worker(options, result_.implementation, credentials, used_once);

    bool confirmed = false;
    const auto run_citing = [&](const std::vector<const Case*>& cases, bool until_killed) {
      for (const auto* one : cases) {
        if (left_out_.contains(one->id)) continue;
        auto ended = worker.work({one, 1, 0});
        ++tried.citing_run;
        const bool by_vector = !one->needs.vector_kind.empty() && !judged_by_vectors(tried.requirements);
        auto& catches = by_vector ? tried.vectors : ended.script.on_the_way ? tried.on_the_way : tried.killers;
        if (!take(tried, ended, catches)) {
          // One that came to nothing may have had a slow machine: only what passes is known not to notice.
          if (ended.verdict == Verdict::pass) tried.silent.push_back(one->id);
          continue;
        }
        if (&catches != &tried.killers) continue;
        // Once may be chance: a slow machine. Twice is the fault; with other made-up values, as devices keep what they saw.
        if (!confirmed) confirmed = failed(worker.work({one, 2, 0}));
        if (!confirmed) tried.killers.pop_back();
        if (confirmed && until_killed) return;
      }
    };
    run_citing(trial.citing, false);
    if (tried.killers.empty() && tried.trouble.empty()) run_citing(trial.reserve, true);
    const auto until = Clock::now() + options_.others_max;
    for (const auto* one : trial.others) {
      if (left_out_.contains(one->id)) continue;
      if (!options_.every_case && Clock::now() >= until) break;
      ++tried.others_run;
      take(tried, worker.work({one, 1, 0}), tried.others);
    }
    const bool elsewhere = !tried.others.empty() || !tried.on_the_way.empty() || !tried.vectors.empty();
    tried.fate = !tried.killers.empty()   ? Fate::killed
                 : !tried.trouble.empty() ? Fate::broken
                 : elsewhere              ? Fate::caught_elsewhere
                                          : Fate::survived;
    tried.duration_ms = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count());
    return tried;
  }

  static bool judged_by_vectors(const std::vector<std::string>& requirements) {
    return std::ranges::all_of(requirements, [](const auto& id) { return spec::requirement(id)->judged == "vector"; });
  }

  static bool failed(const CaseResult& ended) { return ended.verdict == Verdict::fail || ended.verdict == Verdict::warn; }

  /// Whether it caught the fault; then it is among the catches.
  static bool take(FaultResult& tried, const CaseResult& ended, std::vector<Catch>& catches) {
    if (ended.verdict == Verdict::inconclusive) ++tried.inconclusive;
    if (ended.verdict == Verdict::error && tried.trouble.empty()) tried.trouble = ended.id + ": " + ended.script.actual;
    if (!failed(ended)) return false;
    catches.push_back({ended.id, ended.requirements, ended.script.expected, ended.script.actual});
    return true;
  }

  /// The reason in the exceptions, which is used by that; empty: there is none.
  std::string excuse_of(const std::string& subject, const std::string& role) {
    for (const auto& excuse : options_.excuses)
      if (excuse.cases.empty() && excuse.subject == subject && (excuse.role.empty() || excuse.role == role)) {
        used_.insert(&excuse);
        return excuse.reason;
      }
    return {};
  }

  void excuse_faults() {
    for (auto& fault : result_.faults)
      if (fault.fate != Fate::killed) fault.excuse = excuse_of(fault.fault, fault.role);
  }

  /// What its line says that wire or stored state can judge, and what a case does judge, whatever its line says.
  bool judged_from_outside(const spec::Requirement& row, Role role) const {
    if (row.judged == "wire" || row.judged == "state") return true;
    return std::ranges::any_of(
        all_, [&](const Case& one) { return one.role == role && one.needs.vector_kind.empty() && cites(one, {std::string(row.id)}); });
  }

  void count_requirements() {
    for (const auto& row : spec::requirements)
      for (const auto role : {Role::server, Role::client}) {
        if (row.level != "MUST" || !judged_from_outside(row, role) || !claims(role) || (row.role != "endpoint" && row.role != name(role)))
          continue;
        RequirementFaults one{.id = std::string(row.id), .role = std::string(name(role)), .sentence = std::string(row.sentence)};
        for (const auto& fault : result_.faults)
          if (fault.role == one.role && std::ranges::find(fault.requirements, one.id) != fault.requirements.end()) {
            one.faults.push_back(fault.fault);
            if (fault.fate == Fate::killed) one.killed.push_back(fault.fault);
          }
        if (one.killed.empty()) one.excuse = excuse_of(one.id, one.role);
        result_.requirements.push_back(std::move(one));
      }
  }

  /// Of requirements of which a fault was not asked for nothing is known.
  void find_idle_citations() {
    std::map<std::string, std::size_t> all, tried;
    for (const auto& fault : offered_)
      for (const auto& id : fault.requirements)
        for (const auto& role : fault.roles) all[id] += claims(role == "server" ? Role::server : Role::client) ? 1 : 0;
    for (const auto& fault : result_.faults)
      for (const auto& id : fault.requirements) ++tried[id];
    std::map<std::pair<std::string, std::string>, IdleCitation> idle;
    std::set<std::pair<std::string, std::string>> shown;
    for (const auto& fault : result_.faults)
      for (const auto& id : fault.requirements) {
        for (const auto* some : {&fault.killers, &fault.vectors})
          for (const auto& one : *some) shown.emplace(one.id, id);
        if (tried[id] != all[id]) continue;
        const auto doubt = [&](const std::string& one) {
          auto& found = idle[{one, id}];
          found.id = one;
          found.requirement = id;
          found.faults.push_back(fault.fault);
        };
        for (const auto& one : fault.silent)
          if (case_cites(one, id)) doubt(one);
        for (const auto& one : fault.on_the_way)
          if (case_cites(one.id, id)) doubt(one.id);
      }
    std::map<const Excuse*, std::uint32_t> excused;
    for (auto& [key, one] : idle) {
      if (shown.contains(key) || one.faults.size() < faults_for(one.id, one.requirement)) continue;
      for (const auto& excuse : options_.excuses)
        if (!excuse.cases.empty() && excuse.subject == one.requirement && matches(excuse.cases, one.id) &&
            excused[&excuse]++ < excuse.at_most) {
          one.excuse = excuse.reason;
          break;
        }
      result_.idle.push_back(std::move(one));
    }
  }

  /// How many of the faults tried break that requirement in a role that the case is for.
  std::size_t faults_for(const std::string& id, const std::string& requirement) const {
    const auto& subject = *std::ranges::find(all_, id, &Case::id);
    return static_cast<std::size_t>(std::ranges::count_if(result_.faults, [&](const FaultResult& fault) {
      return std::ranges::find(fault.requirements, requirement) != fault.requirements.end() &&
             answers(subject, fault.role == "server" ? Role::server : Role::client);
    }));
  }

  bool case_cites(const std::string& id, const std::string& requirement) const {
    const auto found = std::ranges::find(all_, id, &Case::id);
    return found != all_.end() && cites(*found, {requirement});
  }

  void find_stale_excuses() {
    if (!result_.every_fault) return;
    // A citation's is needed for as long as there are such: whether one of them falls once in a while is no reason to take it away.
    const auto is_cited = [&](const Excuse& excuse) {
      return std::ranges::any_of(all_, [&](const Case& one) { return matches(excuse.cases, one.id) && cites(one, {excuse.subject}); });
    };
    for (const auto& excuse : options_.excuses)
      if (excuse.cases.empty() ? !used_.contains(&excuse) : !is_cited(excuse))
        result_.stale.push_back(excuse.subject + (excuse.role.empty() ? "" : " (" + excuse.role + ")") +
                                (excuse.cases.empty() ? "" : " cited by " + excuse.cases));
  }

  int exit_code() const {
    const auto any = [&](Fate fate) {
      return std::ranges::any_of(result_.faults, [&](const auto& one) { return one.fate == fate && one.excuse.empty(); });
    };
    if (!result_.troubles.empty() || !result_.clean.empty() || any(Fate::broken)) return 4;
    if (any(Fate::survived) || any(Fate::caught_elsewhere)) return 1;
    const auto open = [](const auto& one) { return one.killed.empty() && one.excuse.empty(); };
    if (result_.every_fault && std::ranges::any_of(result_.requirements, open)) return 1;
    if (std::ranges::any_of(result_.idle, [](const auto& one) { return one.excuse.empty(); })) return 1;
    return result_.stale.empty() ? 0 : 2;
  }

  const std::vector<Case>& all_;
  const MutateOptions& options_;
  MutateResult result_;
  std::vector<OfferedFault> offered_;
  std::vector<Trial> trials_;
  std::set<std::string> left_out_;
  std::set<const Excuse*> used_;
};

}  // namespace

std::string_view name(Fate fate) {
  switch (fate) {
    case Fate::killed: return "killed";
    case Fate::caught_elsewhere: return "caught_elsewhere";
    case Fate::survived: return "survived";
    case Fate::broken: return "broken";
  }
  return {};
}

std::expected<std::vector<Excuse>, std::string> parse_excuses(const std::string& text) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (document.is_discarded() || !document.is_object() || document.value("coffer_mutate_exceptions", 0) != 1 ||
      !document.contains("exceptions") || !document["exceptions"].is_array())
    return std::unexpected("expected {\"coffer_mutate_exceptions\": 1, \"exceptions\": [ … ]}");
  std::vector<Excuse> excuses;
  for (const auto& one : document["exceptions"]) {
    const auto text_of = [&](const char* member) {
      const auto found = one.find(member);
      return found != one.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    Excuse excuse{text_of("requirement") + text_of("fault") + text_of("citation"), text_of("role"), text_of("reason"), text_of("case")};
    const auto at_most = one.find("at_most");
    if (excuse.cases.find_first_of("*?") != std::string::npos) {
      if (at_most == one.end() || !at_most->is_number_unsigned())
        return std::unexpected("an exception for a pattern of cases says for how many (\"at_most\"), got: " + one.dump());
      excuse.at_most = at_most->get<std::uint32_t>();
    }
    if (excuse.subject.empty() || excuse.reason.empty() || text_of("citation").empty() != excuse.cases.empty())
      return std::unexpected(
          "each exception names a \"requirement\", a \"fault\" or a \"citation\" with the \"case\", and its \"reason\", got: " +
          one.dump());
    if (!excuse.role.empty() && excuse.role != "server" && excuse.role != "client")
      return std::unexpected("an exception's \"role\" is server or client, got: " + one.dump());
    excuses.push_back(std::move(excuse));
  }
  return excuses;
}

MutateResult mutate(const std::vector<Case>& all, const MutateOptions& options) { return Matrix(all, options).run(); }

}  // namespace coffer::conformance
