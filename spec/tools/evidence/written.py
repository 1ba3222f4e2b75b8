"""Which cases, faults and tests the house has written, and for which requirement in which role: known from the text of the house, without any run.

A case cites a requirement as a string, `"FRM-012"`, in the file that makes it; a comment is no citation. Cases made over the tables take theirs from the
same strings, save those of states.cc, which also cite what a row of the server's machine stands for. It must not know: what ran.
"""
import collections
import re

CITED = re.compile(r'"([A-Z]{3}-\d{3})"')
COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|//.*')  # and quoted texts, which may have // in them
FAULT = re.compile(r"^COFFER_FAULT\((([A-Z]{3})_(\d{3})\w*), (\w+),", re.M)
CATALOGUE = "reference/fault/catalogue.inc"
CASES = "conformance/cases"
NEXT_FIELD = re.compile(r"[,{]\s*\.(\w+) = ")
NOTHING = re.compile(r'(?:std::vector<std::string>\s*)?\{\s*(?:""\s*)?\}|""')
MAKER = re.compile(r"^Case (\w+)\(([^{;]*?)\) \{", re.M)
BOTH = {"client", "server"}
TESTS, PROGRAMS_TESTS = "tests", "tests/end_to_end"  # those of the second say one by one what they ran
FUZZ_TARGETS = "fuzz/targets"
METHOD = re.compile(r"^ +def (test_\w+)\(self", re.M)
TEST = re.compile(r"^(TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\(\s*(\w+),\s*(\w+)[,)]", re.M)


def sources(house):
    """(path in the house, text without comments) of each file that makes cases."""
    for path in sorted((house / CASES).glob("*.cc")):
        yield path.relative_to(house).as_posix(), COMMENT.sub(lambda m: m[1] or "", path.read_text(errors="replace"))


def roles_of(text):
    """The roles whose cases a file makes: those of a client say so; what makes none is for the cases of both."""
    if not re.search(r"\bCase\b", text):
        return BOTH
    return (BOTH if "Role::server" in text else {"client"}) if "Role::client" in text else {"server"}


def cited(house, spec):
    """id -> role -> the places whose cases cite it."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for name, text in sources(house):
        roles = roles_of(text)
        for number, line in enumerate(text.splitlines(), 1):
            for identity in CITED.findall(line):
                for role in roles:
                    found[identity][role].append(f"{name}:{number}")
        if name == f"{CASES}/states.cc" and "->requirement" in text:
            for identity in of_rows(spec):
                found[identity]["server"].append(f"{name}:1")
    return found


def of_rows(spec):
    """What the rows stand for by which the server takes a message, unless it binds the client alone: as states.cc reads the table."""
    messages = {m["name"] for m in spec.tables.get("messages", {}).get("message", [])} - {"disconnect"}
    clients = {r.id for r in spec.requirements if r.role == "client"}
    return {row["requirement"] for m in spec.machines if m["name"] == "server_session" for row in m["row"] if row["event"] in messages} - clients


def catalogue(house):
    """(fault, the requirement that it breaks, role) of each fault in each role."""
    path = house / CATALOGUE
    return [(name, f"{prefix}-{number}", role) for name, prefix, number, roles in FAULT.findall(path.read_text() if path.exists() else "")
            for role in (sorted(BOTH) if roles == "both" else [roles])]


def faults(house):
    """id -> the roles in which the catalogue has a fault that breaks it."""
    found = collections.defaultdict(set)
    for _, identity, role in catalogue(house):
        found[identity].add(role)
    return found


def tests(house):
    """(place, a pattern of the names that a report gives it) of each GoogleTest test, each test of the programs and each replay of a fuzz target's inputs."""
    for path in sorted((house / TESTS).rglob("*.cc")):
        text = path.read_text(errors="replace")
        for found in TEST.finditer(text):
            name = re.escape(f"{found[2]}.{found[3]}")
            yield f"{path.relative_to(house).as_posix()}:{text.count(chr(10), 0, found.start()) + 1}", re.compile(rf"(?:\w+/)?{name}/\w+" if found[1] == "TEST_P" else name)
    for path in sorted((house / PROGRAMS_TESTS).glob("*_test.py")):
        text = path.read_text()
        for found in METHOD.finditer(text):
            yield f"{path.relative_to(house).as_posix()}:{text.count(chr(10), 0, found.start()) + 1}", re.compile(rf".*: {found[1]}")
    for path in sorted((house / FUZZ_TARGETS).glob("*.cc")):
        if path.stem != "canary":  # which has nothing to replay
            yield f"{path.relative_to(house).as_posix()}:1", re.compile(rf"fuzz\.replay\.{path.stem}")


def citing_nothing(house):
    """The places of cases that cite no requirement: without the field, with an empty one, or made by a function that is given none."""
    for name, text in sources(house):
        at = lambda position: f"{name}:{text.count(chr(10), 0, position) + 1}"
        for match in re.finditer(r"[{\s]\.id = ", text):
            field = NEXT_FIELD.search(text, match.end())
            if not re.match(r"requirements?$", field[1] if field else "") or NOTHING.match(text, field.end()):
                yield at(match.start() + 1)
        for maker in MAKER.finditer(text):
            names = [parameter.split()[-1] for parameter in split(maker[2])]
            which = next((n for n, word in enumerate(names) if word in ("requirement", "requirements")), None)
            for call in re.finditer(rf"\b{maker[1]}\(", text) if which is not None else ():
                if call.start() != maker.start(1):
                    given = split(inside(text, call.end()))
                    if len(given) > which and NOTHING.fullmatch(given[which]):
                        yield at(call.start())


def inside(text, start):
    """From behind an opening bracket to the one that closes it."""
    depth = 1
    for at, letter in letters(text, start):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0:
            return text[start:at]
    return text[start:]


def split(arguments):
    """At the commas that stand in no brackets and no quotes; a parameter's default falls away."""
    depth, cuts = 0, [-1]
    for at, letter in letters(arguments, 0):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            cuts.append(at)
    parts = [arguments[a + 1:b] for a, b in zip(cuts, [*cuts[1:], len(arguments)])]
    return [part.partition(" = ")[0].strip() for part in parts if part.strip()]


def letters(text, start):
    """(position, letter) of what stands in no quotes."""
    quoted = False
    for at in range(start, len(text)):
        if text[at] == '"' and text[at - 1:at] != "\\":
            quoted = not quoted
        elif not quoted:
            yield at, text[at]
