"""Writes every way that the machines' tables allow as constexpr C++: what fuzz targets hold a session's steps and frames against. The rooms
of reference/ have no use for it. Pure functions: specification in, text out.
"""
import cpp
import paths
import specification


def ways(spec, machine):
    """(from, event, row, to, sends, guard, rules) of each: `sends` are the alternatives, each the frames in order; `rules` are (rule, reason)."""
    side = paths.Side(spec, machine)
    messages = {m["name"] for m in spec.tables["messages"]["message"]} if machine.get("messages_are_events") else set()
    own = {e["name"] for e in machine["event"]}
    events = [*(m["name"] for m in spec.tables["messages"]["message"] if m["name"] in messages), *(e["name"] for e in machine["event"])]
    of_the_wire = messages | ({"data", "malformed"} & own if messages else set())
    rows = {(state, row["event"]): row for row in machine["row"] for state in row["states"]}
    ended = [(machine["default"]["requirement"], machine["default"].get("outcome", ""))]
    for state in (s["name"] for s in machine["state"]):
        for event in events:
            if row := rows.get((state, event)):
                yield from ways_of(spec, machine, row, state)
            elif state == side.final or event not in of_the_wire:
                yield state, event, "ignored", state, [""], "", []
            elif state not in side.held:
                yield state, event, "default", side.final, [machine["closing"]["sends"]], "", ended


def ways_of(spec, machine, row, state):
    stays = row["targets"] == row["states"] and len(row["states"]) > 1
    for target in [state] if stays else row["targets"]:
        rules, sends = [], row.get("sends", {}).get(target, [""])
        if target == machine["final"]:
            rules = [(rule, reason) for rule in row.get("rules", ()) for reason in sorted(specification.reasons_of(spec, rule))]
            closing = machine.get("closing", {})
            sends = [closing["sends"]] if closing and row["event"] not in closing["except_after"] else [""]
        guards = row.get("guards", {}).get(target, [""])
        paired = len(guards) == len(sends)
        for at, guard in enumerate(guards):
            yield state, row["event"], row["handler"], target, [sends[at]] if paired else sends, guard, rules


HEAD = '''/// One way that a machine's table allows: from one state, by one event, through one row ("default" and "ignored" are the table's rules for pairs
/// without one) to another state.
struct Way {
  std::string_view machine, from, event, row, to;
  std::string_view sends;  // the frames in order, alternatives apart by '|'; `data` stands for one or more
  std::string_view guard;  // what decides for it where a row leads to several states
  std::string_view rules;  // by which this side ends the machine there, each with a reason: "SES-011:version_invalid SES-012:version_too_old"
};
'''


def header(spec):
    rows = [(machine["name"], *way) for machine in spec.machines for way in ways(spec, machine)]
    text = "".join("    {" + ", ".join(map(cpp.quoted, (machine, start, event, row, to, "|".join(sends), guard, " ".join(":".join(rule) for rule in rules)))) + "},\n"
                   for machine, start, event, row, to, sends, guard, rules in rows)
    body = HEAD + f"\ninline constexpr std::array<Way, {len(rows)}> ways{{{{\n{text}}}}};\n"
    return cpp.header("spec/tables/machines/", ["array", "string_view"], body)
