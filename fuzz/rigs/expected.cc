#include "rigs/expected.h"

#include <algorithm>

#include "coffer/spec/messages.h"
#include "rigs/oracle.h"

namespace coffer::fuzz {

namespace {

bool of_the_wire(std::string_view event) {
  return event == "data" || event == "malformed" ||
         std::ranges::any_of(spec::message_rows, [&](const auto& row) { return row.name == event; });
}

/// Whether a state's table has a row for the event: only then are fields looked at.
bool has_row(const spec::Way& at, std::string_view event) {
  return std::ranges::any_of(spec::ways, [&](const auto& way) {
    return way.machine == at.machine && way.from == at.from && way.event == event && way.row != "default" && way.row != "ignored";
  });
}

/// [FRM-016] Metadata before data: a flaw has its own reason, and nothing else has it.
void judge_data(trace::Flaw flaw, const Told& told) {
  const auto reason = told.reason;
  const bool of_form = reason == "malformed_message" || reason == "field_out_of_range";
  switch (flaw) {
    case trace::Flaw::none: demand(!of_form && reason != "checksum_mismatch", "FRM-015 a good block is taken for one"); return;
    case trace::Flaw::checksum: demand(told.way->to == "closed" && !of_form, "FRM-016 flawed data is refused"); return;
    case trace::Flaw::padding: demand(reason == "malformed_message", "FRM-015 padding that is not zero is malformed"); return;
    case trace::Flaw::id_length: demand(reason == "field_out_of_range", "MSG-005 an id has its length"); return;
    case trace::Flaw::too_short: demand(reason == "field_out_of_range", "FRM-018 a data part has its least length"); return;
  }
}

}  // namespace

const Intent* Expected::met(const Told& told) {
  using enum Intent::Means;
  const auto event = told.way->event;
  if (lost_ || told.way->row == "ignored" || !of_the_wire(event)) return nullptr;
  demand(!pending_.empty(), "SES-003 an event of the wire comes of a frame");
  last_ = pending_.front();
  pending_.pop_front();
  const bool broken = event == "malformed";
  switch (last_.means) {
    case exactly:
      demand(event == last_.event, "MSG-003 a message is the event of its name");
      if (last_.step.op == trace::Op::data && told.way->row == "on_data") judge_data(static_cast<trace::Flaw>(last_.step.b), told);
      break;
    case or_fault:
      demand(broken || event == last_.event, "MSG-003 a message is the event of its name, or out of range");
      if (broken && static_cast<trace::Variant>(last_.step.b) != trace::Variant::extreme)
        demand(has_row(*told.way, last_.event), "MSG-006 whether the state admits a message is checked before its fields");
      break;
    case some_data: demand(event == "data", "FRM-016 a data frame is one, whatever it holds"); break;
    case fault: demand(broken, "FRM-011 a wrong header is malformed"); break;
    case anything: break;
    case unknown: lost_ = true; return nullptr;
  }
  return &last_;
}

void Expected::settled(bool reads) {
  if (!lost_ && !pending_.empty() && pending_.front().means == Intent::Means::unknown) lost_ = true;
  if (reads && !lost_) demand(pending_.empty(), "SES-003 every frame that arrived is acted on");
}

}  // namespace coffer::fuzz
