#include "rigs/expected.h"

#include <algorithm>

#include "coffer/spec/messages.h"
#include "rigs/oracle.h"

namespace coffer::fuzz {

namespace {

bool of_the_wire(const spec::Way& way) {
  static const auto are = [] {
    std::vector<bool> each;
    for (const auto& one : spec::ways)
      each.push_back(one.event == "data" || one.event == "malformed" ||
                     std::ranges::any_of(spec::message_rows, [&](const auto& row) { return row.name == one.event; }));
    return each;
  }();
  return are[static_cast<std::size_t>(&way - spec::ways.data())];
}

/// Whether a state's table has a row for the event: only then are fields looked at.
bool has_row(const spec::Way& at, std::string_view event) {
  const auto of_the_state = [&](const spec::Way& way) { return way.from == at.from && way.machine == at.machine; };
  const auto* way = &at;  // ways of a state stand together
  while (way != spec::ways.begin() && of_the_state(way[-1])) --way;
  for (; way != spec::ways.end() && of_the_state(*way); ++way)
    if (way->event == event && way->row != "default" && way->row != "ignored") return true;
  return false;
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
  if (lost_ || told.way->row == "ignored" || !of_the_wire(*told.way)) return nullptr;
  demand(met_ < sent_.size(), "SES-003 an event of the wire comes of a frame");
  const auto& frame = sent_[met_++];
  const bool broken = event == "malformed";
  switch (frame.means) {
    case exactly:
      demand(event == frame.event, "MSG-003 a message is the event of its name");
      if (frame.step.op == trace::Op::data && told.way->row == "on_data") judge_data(static_cast<trace::Flaw>(frame.step.b), told);
      break;
    case or_fault:
      demand(broken || event == frame.event, "MSG-003 a message is the event of its name, or out of range");
      if (broken && static_cast<trace::Variant>(frame.step.b) != trace::Variant::extreme)
        demand(has_row(*told.way, frame.event), "MSG-006 whether the state admits a message is checked before its fields");
      break;
    case some_data: demand(event == "data", "FRM-016 a data frame is one, whatever it holds"); break;
    case fault: demand(broken, "FRM-011 a wrong header is malformed"); break;
    case anything: break;
    case unknown: lost_ = true; return nullptr;
  }
  return &frame;
}

void Expected::settled(bool reads) {
  const bool waits = met_ < sent_.size();
  if (waits && sent_[met_].means == Intent::Means::unknown) lost_ = true;
  if (reads && !lost_) demand(!waits, "SES-003 every frame that arrived is acted on");
}

}  // namespace coffer::fuzz
