"""What words of the specification lead to: ids of requirements and claims, names of the tables, sections and chapters."""
import re

WORD = re.compile(r"\b(?:([A-Z]{3}-\d{3})|([WTPVR]\d{1,2}|[CN]\d{1,2})(?![\w-])|([a-z]+(?:_[a-z0-9]+)+)|([Ss]ections? |[Cc]hapters? )(\d+(?:\.\d+)?(?:(?:, | and | to | or )\d+(?:\.\d+)?)*)(?![\d%])|(?<=\()(\d+\.\d+)(?=\)))")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def anchors(spec, claims):
    """word -> anchor. Of a name that is several things, the first kind below wins."""
    found = {}
    kinds = [("reason", [r["name"] for r in spec.tables["reasons"]["reason"]]), ("message", [m["name"] for m in spec.tables["messages"]["message"]]),
             ("limit", [r["name"] for r in spec.tables["limits"]["limit"]]), ("timer", [r["name"] for r in spec.tables["timers"]["timer"]]),
             ("permission", [r["name"] for r in spec.tables["permissions"]["permission"]]), ("role", [r["name"] for r in spec.tables["permissions"]["role"]])]
    for kind, names in kinds:
        for name in names:
            found.setdefault(name, f"{kind}-{name}")
    for machine in spec.machines:
        found.setdefault(machine["name"], f"machine-{machine['name'].replace('_', '-')}")
        for state in machine["state"]:
            found.setdefault(state["name"], f"state-{machine['name'].replace('_', '-')}-{state['name']}")
    found |= {r.id: r.id for r in spec.requirements}
    found |= {identity: identity for identity in claims}
    stated = (spec.root / "02-threats.md").read_text()
    return found | {identity: identity for identity in re.findall(r"^\| ([CN]\d+) \|", stated, re.M)}


class Links:
    def __init__(self, known, sections):
        self.known, self.sections = known, sections

    def __call__(self, text):
        return WORD.sub(self.one, text)

    def one(self, match):
        word = match[1] or match[2] or match[3]
        if word:
            of_id = ' class="id-link"' if match[1] else ""
            return f'<a{of_id} href="#{self.known[word]}">{word}</a>' if word in self.known else word
        return (match[4] or "") + NUMBER.sub(self.section, match[5] or match[6])

    def section(self, match):
        number = match[0]
        return f'<a href="#section-{number}">{number}</a>' if number in self.sections else number
