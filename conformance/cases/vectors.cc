// spec/vectors: each vector is a case, run by whoever answers the adapter's verb "vector". A refusal counts with its twin, the accepted
// vector that it was made from by breaking one thing.
#include <fmt/format.h>

#include <map>
#include <memory>

#include "cases/all.h"
#include "cases/vector_answer.h"
#include "cases/vector_texts.h"
#include "coffer/spec/requirements.h"
#include "judge/context.h"
#include "peer/outcome.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;

struct Vector {
  std::string id, requirement, kind, comment, twin;
  json input, expect;
  Reasons reasons = Reasons::ours;
  bool refused() const { return expect.contains("refused"); }
};

/// The vectors of one file, by id.
using VectorFile = std::map<std::string, Vector>;

VectorFile read(const VectorText& file) {
  const auto document = json::parse(file.text);
  if (document.at("coffer_vectors") != 1) throw SuiteFault(fmt::format("spec/vectors/{}.json is of another format", file.name));
  const bool on_the_wire = file.name == "frames" || file.name == "messages" || file.name == "metadata" || file.name == "handshake";
  VectorFile read;
  for (const auto& one : document.at("vectors"))
    read[one.at("id")] = {.id = one.at("id"),
                          .requirement = one.at("requirement"),
                          .kind = one.at("kind"),
                          .comment = one.at("comment"),
                          .twin = one.value("twin", ""),
                          .input = one.at("input"),
                          .expect = one.at("expect"),
                          .reasons = on_the_wire ? Reasons::normative : Reasons::ours};
  return read;
}

std::string outcome(const Vector& vector) {
  if (!vector.refused()) return "accepted";
  const auto& refusal = vector.expect.at("refused");
  return fmt::format("refused by the layer {}, for {}", refusal.at("layer").get<std::string>(), refusal.at("reason").get<std::string>());
}

void ask(Context& c, const Vector& vector) {
  if (vector.refused()) c.stage().expected_refusal = true;
  auto judged = judge_answer(vector.expect, c.vector(vector.kind, vector.input), vector.reasons);
  for (auto& remark : judged.remarks) c.remark(std::move(remark));
  if (judged.agrees) return;
  if (!judged.code_alone_differs || c.stage().patience.strict) throw Unmet(judged.expected, judged.actual);
  c.stage().tolerated.push_back(fmt::format("{} in place of {}", judged.actual, judged.expected));
}

Role role_of(const spec::Requirement& row) {
  return row.role == "server" ? Role::server : row.role == "client" ? Role::client : Role::endpoint;
}

Case case_of(std::string_view file, const Vector& vector, const std::shared_ptr<const VectorFile>& all) {
  const auto* row = spec::requirement(vector.requirement);
  if (row == nullptr) throw SuiteFault(fmt::format("the vector {}/{} names {}", file, vector.id, vector.requirement));
  Case made{
      .id = fmt::format("vectors.{}.{}", file, vector.id),
      .requirements = {vector.requirement},
      .level = row->level.starts_with("SHOULD") ? Level::should : Level::must,
      .role = role_of(*row),
      .needs = {.verbs = {"vector"}, .vector_kind = vector.kind},
      .goal = fmt::format("{}: {}: {}", vector.kind, vector.comment, outcome(vector)),
      .steps = {fmt::format("give the implementation the input of {} in spec/vectors/{}.json, of kind {}", vector.id, file, vector.kind),
                "expect it " + outcome(vector) + (vector.refused() ? "" : ", with the output that the vector has")}};
  made.script = [all, id = vector.id](Context& c) { ask(c, all->at(id)); };
  if (!vector.refused()) return made;
  made.steps.push_back(fmt::format("twin: give it {}, expect it accepted", vector.twin));
  made.twin = [all, id = vector.twin](Context& c) { ask(c, all->at(id)); };
  return made;
}

}  // namespace

std::vector<Case> vector_cases() {
  std::vector<Case> cases;
  for (const auto& file : vector_texts()) {
    const auto all = std::make_shared<const VectorFile>(read(file));
    for (const auto& [id, vector] : *all) cases.push_back(case_of(file.name, vector, all));
  }
  return cases;
}

}  // namespace coffer::conformance
