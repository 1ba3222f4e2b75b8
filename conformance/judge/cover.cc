#include "judge/cover.h"

#include "coffer/spec/requirements.h"

namespace coffer::conformance {

std::vector<RequirementCover> cover(const std::vector<Case>& all, const std::vector<CaseResult>& results) {
  std::map<std::string, std::vector<std::string>, std::less<>> cases;
  for (const auto& one : all)
    for (const auto& id : one.requirements) cases[id].push_back(one.id);
  std::map<std::string, Verdict, std::less<>> verdicts;
  for (const auto& result : results) {
    if (result.skip != Skip::no) continue;
    for (const auto& id : result.requirements) verdicts[id] = worse(verdicts[id], result.verdict);
  }
  std::vector<RequirementCover> covered;
  for (const auto& row : spec::requirements) {
    RequirementCover entry{.id = std::string(row.id),
                           .level = std::string(row.level),
                           .role = std::string(row.role),
                           .judged = std::string(row.judged),
                           .provenance = std::string(row.provenance),
                           .chapter = std::string(row.chapter),
                           .sentence = std::string(row.sentence),
                           .cases = {}};
    if (const auto found = cases.find(row.id); found != cases.end()) entry.cases = found->second;
    if (const auto found = verdicts.find(row.id); found != verdicts.end()) entry.verdict = found->second;
    covered.push_back(std::move(entry));
  }
  return covered;
}

}  // namespace coffer::conformance
