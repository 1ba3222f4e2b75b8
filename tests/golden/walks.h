// The reference's machines along given steps of their tables: each event is brought about for real, and what came of it is told as a step.
// Must not know: files, what the steps are for.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace coffer::golden {

/// A step as spec/tools/paths.py writes it. Without `row`: an event that a side is about to look at. With `wire`: nobody's.
struct Step {
  std::string side, from, event, row, to, wire;
  std::vector<std::string> sends;
  bool itself = false;  // the event comes from the side itself, not from the wire

  bool operator==(const Step&) const = default;
};
std::string text(const Step& step);

/// What a machine did with one event: its row by the table ("default", "ignored"), what it sent, where it stands.
struct Outcome {
  std::string row, to;
  std::vector<std::string> sends;
};

/// One machine of the reference on the bench.
class Machine {
 public:
  virtual ~Machine() = default;
  virtual std::string state() const = 0;
  /// Brings the event about, so that it leads to `to` where the table leaves a choice; `arrived`: the frame that brings it, empty to make
  /// one. What was sent is appended to `sent`, a frame each.
  virtual Outcome meet(const Step& step, const std::string& arrived, std::deque<std::string>& sent) = 0;
};

/// A whole frame.
std::string disconnect_frame();

/// `steps`: all that is to come, for what has to be arranged from the start.
std::unique_ptr<Machine> machine_of(const std::string& side, const std::vector<Step>& steps);

}  // namespace coffer::golden
