#include "judge/worker.h"

#include <fmt/format.h>

#include <algorithm>

#include "judge/execute.h"

namespace coffer::conformance {

Worker::Worker(const RunOptions& options, const Implementation& implementation, const ServerCredentials& credentials, UsedOnce& used_once)
    : options_(options),
      implementation_(implementation),
      deployment_(options.subject, credentials, options.scratch_parent),
      used_once_(used_once),
      waiting_(options.patience) {}

CaseResult Worker::work(const Task& task) {
  CaseResult result = describe(*task.subject);
  result.iteration = task.iteration;
  result.seed = seed_of(options_.seed, task.iteration);
  result.reproduce = reproduce_line(task.subject->id, options_, task.iteration);
  if (hung_ >= hung_max) {
    result.script.note = "not run: the adapter did not answer in the cases before";
    return result;
  }
  if (auto why = not_claimed(*task.subject); !why.empty()) {
    result.skip = Skip::not_applicable;
    result.skip_reason = std::move(why);
  } else {
    try {
      Execution execution{.setting = deployment_.setting_for(*task.subject),
                          .patience = waiting_.now(),
                          .seed = result.seed,
                          .iteration = task.iteration,
                          .guids_apart = options_.guids_apart,
                          .used_once = &used_once_};
      result = execute(*task.subject, execution);
      waiting_.learn(result);
    } catch (const Unimplemented& reason) {
      result.skip = Skip::unimplemented;
      result.skip_reason = reason.what();
    } catch (const std::exception& fault) {
      result.verdict = Verdict::error;
      result.script.ran = true;
      result.script.verdict = Verdict::error;
      result.script.expected = "an adapter that keeps its contract";
      result.script.actual = fault.what();
    }
    hung_ = deployment_.adapter_hung() ? hung_ + 1 : 0;
    // What misbehaved may have harmed the server: the next case gets another one.
    if (result.verdict > Verdict::pass) deployment_.discard();
  }
  auto errors = deployment_.take_errors();
  if (result.verdict > Verdict::pass) result.adapter_stderr = std::move(errors);
  result.reproduce = reproduce_line(task.subject->id, options_, task.iteration);
  judge_standing(result, options_.baseline);
  return result;
}

std::string Worker::not_claimed(const Case& subject) const {
  const auto claims = [](const std::vector<std::string>& claimed, std::string_view what) {
    return std::ranges::find(claimed, what) != claimed.end();
  };
  if (subject.role != Role::endpoint && !claims(implementation_.roles, name(subject.role)))
    return options_.subject.server ? "--connect judges a server; a client takes an adapter"
                                   : fmt::format("the adapter's `hello` does not claim the role {}", name(subject.role));
  const auto& kind = subject.needs.vector_kind;
  if (!kind.empty() && !options_.subject.server && !claims(implementation_.vectors, kind))
    return fmt::format("the adapter's `hello` names no \"vectors\" of the kind {}", kind);
  if (subject.needs.destinations && !implementation_.destinations)
    return "the adapter's `hello` does not say that its client has several destinations";
  return {};
}

std::uint64_t seed_of(std::uint64_t seed, std::uint32_t iteration) {
  constexpr std::uint64_t kept = (std::uint64_t{1} << 48) - 1;
  return iteration <= 1 ? seed : Random(seed, fmt::format("iteration {}", iteration)).number() & kept;
}

std::string reproduce_line(std::string_view id, const RunOptions& options, std::uint32_t iteration) {
  const auto& subject = options.subject;
  std::string line = fmt::format("{} run {} --seed {}", shell_quoted(options.program), shell_quoted(id), seed_of(options.seed, iteration));
  const auto add = [&](std::string_view option, std::string_view value) {
    if (!value.empty()) line += fmt::format(" {} {}", option, shell_quoted(value));
  };
  add("--connect", subject.server ? fmt::format("{}:{}", subject.server->host, subject.server->port) : "");
  add("--pin", subject.pin ? hex(*subject.pin) : "");
  add("--adapter", subject.adapter_command);
  add("--fault", subject.fault);
  add("--fixture", subject.fixture_file);
  if (options.patience.answer != Patience{}.answer) add("--answer-ms", std::to_string(options.patience.answer.count()));
  if (subject.hello_within != hello_patience)
    add("--hello-seconds", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(subject.hello_within).count()));
  return line + (options.patience.strict ? "" : " --lenient");
}

std::string shell_quoted(std::string_view word) {
  if (!word.empty() &&
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-") == std::string_view::npos)
    return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace coffer::conformance
