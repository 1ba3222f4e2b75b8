// spec/traces/paths.json, the tables' shortest ways (spec/tools/shortest.py), and attacks.json, what the models' checkers found, walked by
// the reference's real machines. A path is seen row by row; an attack is walked up to the step that the tables forbid, and there the
// reference does what they say and not what the broken model did.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "walks.h"

namespace coffer::golden {
namespace {

using Json = nlohmann::json;

const std::map<std::string, std::string> only_side = {
    {"server_session", "server"}, {"client_session", "client"}, {"frame_reader", "frame"}};

std::vector<Step> steps_of(const std::string& model, const Json& steps) {
  std::vector<Step> read;
  for (const auto& step : steps) {
    Step one;
    one.wire = step.value("wire", "");
    one.side = only_side.contains(model) ? only_side.at(model) : step.value("side", "");
    one.from = step.value("from", "");
    one.event = step.value("event", "");
    one.row = step.value("row", "");
    one.to = step.value("to", "");
    one.sends = step.value("sends", std::vector<std::string>{});
    one.itself = step.value("by", "") == "itself";
    read.push_back(std::move(one));
  }
  return read;
}

/// A client that closes before it has a channel says so to nobody.
bool unheard(const Step& step) { return step.side == "client" && step.from == "connecting" && step.to == "closed"; }

/// One or two machines, and what is on its way between them.
class Walk {
 public:
  Walk(std::string model, const std::vector<Step>& steps) : alone_(only_side.contains(model)) {
    for (const auto* side : {"client", "server", "frame"})
      if (alone_ ? side == only_side.at(model) : side != std::string("frame")) machines_[side] = machine_of(side, steps);
  }

  Machine& of(const std::string& side) { return *machines_.at(side); }

  /// The event is brought about; what the machine did.
  Outcome meet(const Step& step) {
    std::deque<std::string> sent;
    const auto outcome = of(step.side).meet(step, arrived_[step.side], sent);
    arrived_[step.side].clear();
    if (alone_) return outcome;
    const std::string other = step.side == "client" ? "server" : "client";
    if (!broken_ && of(other).state() != "closed") queue_[other].insert(queue_[other].end(), sent.begin(), sent.end());
    if (outcome.to == "closed") queue_[step.side].clear();
    return outcome;
  }

  /// A step of a path: walked, and seen to be what it says.
  void follow(const Step& step) {
    if (!step.wire.empty()) return happens(step.wire);
    EXPECT_EQ(of(step.side).state(), step.from);
    if (step.row.empty()) return look(step);
    const auto outcome = meet(step);
    if (!alone_ && unheard(step)) queue_["server"].push_back(disconnect_frame());  // by the table it is said all the same
    EXPECT_EQ(outcome.row, step.row);
    EXPECT_EQ(outcome.to, step.to);
    EXPECT_TRUE(outcome.sends == step.sends || unheard(step)) << "it sends something else";
  }

 private:
  /// A side takes what is first on its way to it.
  void look(const Step& step) {
    auto& queue = queue_[step.side];
    if (step.itself || step.event == "peer_closed" || alone_) return;
    ASSERT_FALSE(queue.empty()) << "nothing is on its way";
    arrived_[step.side] = queue.front();
    queue.pop_front();
  }

  void happens(const std::string& what) {
    if (what == "the channel breaks") {
      broken_ = true;
      queue_.clear();
    }
    for (const auto* side : {"client", "server"})
      if (what == std::string("a frame to the ") + side + " is damaged") {
        ASSERT_FALSE(queue_[side].empty());
        queue_[side].front()[0] = 9;
      }
  }

  bool alone_;
  std::map<std::string, std::unique_ptr<Machine>> machines_;
  std::map<std::string, std::deque<std::string>> queue_;
  std::map<std::string, std::string> arrived_;  // what a side is about to look at
  bool broken_ = false;
};

void judge_path(const Json& input, const Json& expect) {
  const auto model = input.at("model").get<std::string>();
  const auto steps = steps_of(model, expect.at("steps"));
  Walk walk(model, steps);
  for (const auto& step : steps) {
    SCOPED_TRACE(text(step));
    walk.follow(step);
    if (testing::Test::HasFailure()) return;
  }
}

/// The step at which an attack leaves the tables; where it keeps to them to its end, the event that the broken model has no answer to.
std::optional<Step> turning(const std::vector<Step>& steps, std::size_t breaks_at) {
  if (breaks_at < steps.size()) return steps[breaks_at];
  std::map<std::string, std::optional<Step>> waiting;
  for (const auto& step : steps)
    if (step.wire.empty()) waiting[step.side] = step.row.empty() ? std::optional(step) : std::nullopt;
  for (const auto& [side, step] : waiting)
    if (step) return step;
  return std::nullopt;
}

void judge_attack(const Json& input, const Json& expect) {
  const auto model = input.at("model").get<std::string>();
  auto steps = steps_of(model, input.at("steps"));
  const auto breaks_at = expect.at("breaks_at").get<std::size_t>();
  const auto& instead = expect.at("instead");
  const auto turn = turning(steps, breaks_at);
  const std::vector<Step> lawful(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(breaks_at));
  Walk walk(model, lawful);
  for (const auto& step : lawful) {
    SCOPED_TRACE(text(step));
    walk.follow(step);
    if (testing::Test::HasFailure()) return;
  }
  if (instead.contains("ends_by")) {  // the broken model never gets out of here
    for (const auto& [side, events] : instead.at("ends_by").items()) {
      const auto event = events.at(0).get<std::string>();
      const auto outcome =
          walk.meet({.side = side, .from = walk.of(side).state(), .event = event, .row = {}, .to = {}, .wire = {}, .sends = {}});
      EXPECT_EQ(outcome.to, "closed") << side << " × " << event;
    }
    return;
  }
  ASSERT_TRUE(turn.has_value());
  SCOPED_TRACE("at " + text(*turn));
  auto presented = *turn;
  std::vector<Step> allowed;
  for (const auto& way : instead.at("ways"))
    allowed.push_back({.side = turn->side,
                       .from = turn->from,
                       .event = turn->event,
                       .row = way.at("row"),
                       .to = way.at("to"),
                       .wire = {},
                       .sends = way.at("sends").get<std::vector<std::string>>()});
  if (!allowed.empty()) {  // of several ways, the one that the attack was on
    const auto likeness = [&](const Step& way) {
      const bool begins_alike = !way.sends.empty() && !turn->sends.empty() && way.sends.front() == turn->sends.front();
      return (begins_alike ? 2 : 0) + (way.to == turn->to ? 1 : 0);
    };
    const auto& way = *std::ranges::max_element(allowed, {}, likeness);
    presented.row = way.row;
    presented.to = way.to;
    presented.sends = way.sends;
  }
  const auto outcome = walk.meet(presented);
  const auto did = Step{.side = turn->side,
                        .from = turn->from,
                        .event = turn->event,
                        .row = outcome.row,
                        .to = outcome.to,
                        .wire = {},
                        .sends = outcome.sends,
                        .itself = turn->itself};
  EXPECT_FALSE(did == *turn) << "as in the broken model: " << text(did);
  if (allowed.empty()) {  // the event cannot arise here: octets stay unread, a request is not taken, a body without a header is read as one
    EXPECT_TRUE(did.sends.empty()) << text(did);
    EXPECT_TRUE(did.to == turn->from || did.to == "failed") << text(did);
    return;
  }
  const auto is_did = [&](const Step& way) { return way.row == did.row && way.to == did.to && (way.sends == did.sends || unheard(did)); };
  EXPECT_TRUE(std::ranges::any_of(allowed, is_did)) << text(did);
}

/// Each trace of one file; a failure says which it was and what it is about.
template <typename Judge>
void run_traces(const std::string& name, Judge judge) {
  std::ifstream file(std::string(COFFER_SPECIFICATION) + "/traces/" + name + ".json");
  ASSERT_TRUE(file) << "there is no spec/traces/" << name << ".json";
  const auto traces = Json::parse(file);
  ASSERT_FALSE(traces.empty());
  for (const Json& trace : traces) {
    SCOPED_TRACE(trace.at("id").get<std::string>() + ": " + trace.at("comment").get<std::string>());
    judge(trace.at("input"), trace.at("expect"));
  }
}

}  // namespace

TEST(Traces, SES_001_the_machines_take_the_rows_of_every_path) { run_traces("paths", judge_path); }
TEST(Traces, SES_001_the_machines_keep_to_their_tables_where_an_attack_does_not) { run_traces("attacks", judge_attack); }

}  // namespace coffer::golden
