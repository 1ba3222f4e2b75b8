"""The way through a model that is made from tables (../../generated/models/), as steps of the tables: which state, event, row, messages sent, state.

Of one side alone an event and its row are one step. Of two sides each event is a step of its own, for the other side may act in between.
"""
import re

ROW = re.compile(r"^(\w+) (on_\w+|begin_body|refuse|deliver) to (its state|\w+)(?:, ([\w ]+))? \(([A-Z]{3}-\d{3})\)$")
DEFAULT = re.compile(r"^(\w+) default \(([A-Z]{3}-\d{3})\)$")
IGNORED = "closed ignores everything"
SIDES = ("client", "server", "frame")
RULE = re.compile(r'\brule "([^"]*)".*?==>\s*begin\s(.*?)\bendrule;', re.DOTALL)


def from_tables(model):
    return any(name.endswith(".rules.m") for name in model.files)


def row_of(rule):
    """(side, its table's part of the rule's name) of a rule that is a row, the default, or none of both."""
    if m := ROW.match(rule) or DEFAULT.match(rule):
        return m[1], m
    return None, None


def told(text, way):
    """The steps of this way through this text."""
    does = dict(RULE.findall(text))
    values, found = dict(way.start), []
    alone = sum(f"{side}_event" in values for side in SIDES) == 1
    for step in way.steps:
        before = dict(values)
        values.update(step["changed"])
        side, row = row_of(step["rule"])
        if side:
            entry = {} if alone else {"side": side}
            entry |= {"from": bare(side, before[side]), "event": bare("e", before[f"{side}_event"])}
            if side == "server" and bare("e", before.get("operation", "e_none")) != "none":
                entry["operation"] = bare("e", before["operation"])
            body = does[step["rule"]]
            handler = re.search(rf"\b{side}_take\({side}_(\w+),", body)
            entry |= {"row": handler[1] if handler else "default", "sends": re.findall(rf"\b{side}_send\(e_(\w+)\)", body), "to": bare(side, values[side])}
            if alone and found and "row" not in found[-1]:
                found.pop()
            found.append(entry)
        elif step["rule"] == IGNORED:
            entry = found.pop()
            found.append(entry | {"row": "ignored", "sends": [], "to": entry["from"]})
        elif side := next((s for s in SIDES if step["changed"].get(f"{s}_event", "e_none") != "e_none"), None):
            entry = {"from": bare(side, values[side]), "event": bare("e", values[f"{side}_event"])}
            found.append(entry if alone else {"side": side, **entry, "by": "itself" if "does something" in step["rule"] else "wire"})
        else:
            found.append({"wire": step["rule"]})
    return found


def bare(prefix, value):
    return value.removeprefix(f"{prefix}_")
