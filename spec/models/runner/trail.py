"""What spin prints of a trail, as a Way: which process does what, and, where the property is about what comes at last, the round that is never left."""
import re

from .way import Way

STEP = re.compile(r"^\s*(\d+):\s+proc\s+(\d+) \((\w+):\d+\) \S+:(\d+) \(state \d+\)\s+\[")
VALUE = re.compile(r"^\t\t(\S.*?) = (.*)$")
CYCLE = "<<<<<START OF CYCLE>>>>>"
AGAIN, NOTHING = "from here on, again and again", "from here on nothing happens any more"


def way(text, printed):
    """The steps of `printed` (spin -t -p -g) through the model's text. A step is a change, or a line of the text that says in a comment what it does."""
    source, found = text.splitlines(), []
    values, at = {}, None
    for line in printed.splitlines():
        if CYCLE in line:
            found.append({"rule": AGAIN, "given": {}, "changed": {}})
            at = None
        elif line.startswith("spin: trail ends"):
            break
        elif step := STEP.match(line):
            number, process, name, place = step.groups()
            if at != (number, process, place):
                at = (number, process, place)
                comment = source[int(place) - 1].partition("//")[2].strip()
                found.append({"rule": f"{name}: {comment}" if comment else name, "given": {}, "changed": {}})
        elif found and at and (value := VALUE.match(line)) and values.get(value[1]) != value[2]:
            found[-1]["changed"][value[1]] = values[value[1]] = value[2]
    found = [step for step in found if step["changed"] or ": " in step["rule"] or step["rule"] == AGAIN]
    if found and found[-1]["rule"] == AGAIN:
        found[-1] = found[-1] | {"rule": NOTHING}
    return Way({}, found)
