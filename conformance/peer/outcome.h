// How a script ends early. A script reads as a list of what must happen, so an expectation that is not met leaves it by throwing one of
// these; the judge catches them and nobody else does. Must not know: verdicts, cases.
#pragma once

#include <stdexcept>
#include <string>

namespace coffer::conformance {

/// The implementation did something else than the rule under test demands.
struct Unmet : std::runtime_error {
  Unmet(std::string expected_, std::string actual_)
      : std::runtime_error("expected " + expected_ + "; got " + actual_), expected(std::move(expected_)), actual(std::move(actual_)) {}
  std::string expected, actual;
  bool on_the_way = false;  // before what the case is about was asked: a failure all the same, of whatever the way takes
};

/// The way to what is under test was blocked: nothing is shown either way.
struct NotReached : std::runtime_error {
  NotReached(std::string expected_, std::string actual_)
      : std::runtime_error("could not reach " + expected_ + ": " + actual_), expected(std::move(expected_)), actual(std::move(actual_)) {}
  std::string expected, actual;
};

/// The suite or the adapter broke.
struct SuiteFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The adapter does not implement what the case needs.
struct Unimplemented : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace coffer::conformance
