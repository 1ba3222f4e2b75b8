"""How an attack follows from the clauses of a text: facts, each by one clause from facts before it. Searched backwards from the goal, by the clauses only
that a prover's proof names, so that it ends. Knows no model.
"""
import pathlib
import re
import subprocess
import tempfile

TOKEN = re.compile(r"\s*([A-Za-z_0-9$]+|=>|[(),\[\]!?:&])")
WORK = 60_000  # unifications before it gives up
DEEPEST = 40
KNOWN = ("att", "later")
TAKEN_FOR_GRANTED = ("client", "server", "differ", "account")


class Terms:
    """Terms of TPTP: a variable is its name, anything else (head, arguments…)."""

    def __init__(self, text):
        self.tokens, place = [], 0
        text = text.strip()
        while place < len(text):
            m = TOKEN.match(text, place)
            self.tokens.append(m[1])
            place = m.end()
        self.at = 0

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def formula(self):
        """(premises, conclusions)."""
        if self.peek() in "!?" and self.peek():
            while self.next() != ":":
                pass
        left = self.conjunction()
        if self.peek() == "=>":
            self.next()
            return left, self.conjunction()
        return left

    def conjunction(self):
        found = [self.part()]
        while self.peek() == "&":
            self.next()
            found.append(self.part())
        return found[0] if len(found) == 1 and isinstance(found[0], tuple) and found[0] and isinstance(found[0][0], list) else [a for f in found for a in (f if isinstance(f, list) else [f])]

    def part(self):
        if self.peek() == "(":
            self.next()
            inner = self.formula()
            self.next()  # the closing bracket
            return inner
        return self.term()

    def term(self):
        head = self.next()
        if self.peek() != "(":
            return head if head[0].isupper() else (head,)
        self.next()
        arguments = [self.term()]
        while self.next() == ",":
            arguments.append(self.term())
        return (head, *arguments)


def clauses(formulas, used):
    """(name, premises, conclusion) of each Horn clause of the axioms named."""
    for name, role, text in formulas:
        if role == "conjecture" or name not in used:
            continue
        read = Terms(text).formula()
        premises, conclusions = read if isinstance(read, tuple) else ([], read)
        for conclusion in conclusions:
            yield name, premises, conclusion


class Search:
    def __init__(self, known):
        self.known, self.count, self.work = {}, 0, 0
        for name, premises, conclusion in known:
            self.known.setdefault(conclusion[0], []).append((name, premises, conclusion))

    def fresh(self, term, number):
        if isinstance(term, str):
            return f"{term}{number}"
        return (term[0], *(self.fresh(a, number) for a in term[1:]))

    def seen(self, term, bound):
        while isinstance(term, str) and term in bound:
            term = bound[term]
        return term

    def unify(self, a, b, bound):
        """The bindings with which both are the same, or None."""
        self.work += 1
        a, b = self.seen(a, bound), self.seen(b, bound)
        if a == b:
            return bound
        if isinstance(a, str):
            return None if self.inside(a, b, bound) else {**bound, a: b}
        if isinstance(b, str):
            return None if self.inside(b, a, bound) else {**bound, b: a}
        if a[0] != b[0] or len(a) != len(b):
            return None
        for x, y in zip(a[1:], b[1:]):
            if (bound := self.unify(x, y, bound)) is None:
                return None
        return bound

    def inside(self, variable, term, bound):
        term = self.seen(term, bound)
        return term == variable if isinstance(term, str) else any(self.inside(variable, t, bound) for t in term[1:])

    def whole(self, term, bound):
        term = self.seen(term, bound)
        return term if isinstance(term, str) else (term[0], *(self.whole(t, bound) for t in term[1:]))

    def fitting(self, goal, bound):
        found = []
        for name, premises, conclusion in self.known.get(goal[0], []):
            self.count += 1
            if (now := self.unify(goal, self.fresh(conclusion, self.count), bound)) is not None:
                found.append((name, [self.fresh(p, self.count) for p in premises], now))
        return found

    def prove(self, goals, bound, left, chosen):
        """(bindings, what was chosen) of the first way to all goals with `left` rules at most, or None. A goal: (term, the goals above it);
        chosen: (clause, goal, its premises), each goal once, however often it is needed."""
        if self.work > WORK or left < 0:
            return None
        best, open_goals = None, []
        done = {self.whole(goal, bound) for _, goal, _ in chosen}
        for goal, over in goals:
            whole = self.whole(goal, bound)
            if whole in over:
                return None
            if whole not in done:
                open_goals.append((whole, over))
        if not open_goals:
            return (bound, chosen) if ordered(self, bound, chosen) else None
        for index, (whole, _) in enumerate(open_goals):
            if whole[0] in KNOWN and isinstance(whole[1], str):
                continue  # anything would do: the last to be looked at
            options = self.fitting(whole, bound)
            if not options:
                return None
            if best is None or len(options) < len(best[1]):
                best = (index, options)
        if best is None:
            best = (0, self.fitting(open_goals[0][0], bound))
        index, options = best
        whole, over = open_goals[index]
        rest = open_goals[:index] + open_goals[index + 1:]
        for name, premises, now in sorted(options, key=lambda o: len(o[1])):
            below = (*over, whole)
            if (found := self.prove([*((p, below) for p in premises), *rest], now, left - bool(premises), [*chosen, (name, whole, premises)])) is not None:
                return found
        return None


def ordered(search, bound, chosen):
    """(clause, fact) with every fact after its premises; nothing when they lean on each other in a circle."""
    facts = {search.whole(goal, bound): (name, [search.whole(p, bound) for p in premises]) for name, goal, premises in chosen}
    lines, done, under_way = [], set(), set()

    def settle(fact):
        if fact in done:
            return True
        if fact in under_way or fact not in facts:
            return False
        under_way.add(fact)
        if not all(settle(p) for p in facts[fact][1]):
            return False
        done.add(fact)
        lines.append((facts[fact][0], fact))
        return True
    return lines if all(settle(fact) for fact in facts) else []


def written(term):
    return term if isinstance(term, str) else term[0] if len(term) == 1 else f"{term[0]}({', '.join(map(written, term[1:]))})"


def who(name):
    if name.startswith(("always_build", "d_", "k_")):
        return "the network has or makes"
    if name.startswith("always_take"):
        return "the network takes apart"
    return name


def of(text, claim):
    """The attack on this claim, fact by fact; what needs no premise and says only who takes part is left out."""
    from . import horn
    formulas = horn.formulas(text)
    goal = next(formula for name, _, formula in formulas if name == claim)
    used = proof(formulas, goal)
    read = Terms(goal).formula()
    goals = [(g, ()) for g in read]
    for left in range(1, DEEPEST + 1):
        search = Search(clauses(formulas, used))
        if (found := search.prove(goals, {}, left, [])) is not None:
            return told(ordered(search, *found))
        if search.work > WORK:
            break
    return [{"rule": name} for name in used if name != "goal"]


def told(facts):
    names, lines = {}, []

    def named(term):
        if isinstance(term, str):
            letter = re.match(r"[A-Z]+", term)[0]
            alike = sum(v.rstrip("0123456789") == letter for v in names.values())
            return names.setdefault(term, f"{letter}{alike + 1}" if alike else letter)
        return (term[0], *(named(t) for t in term[1:]))
    for name, fact in facts:
        if fact[0] not in TAKEN_FOR_GRANTED:
            lines.append({"rule": who(name), "fact": written(named(fact))})
    return lines


def proof(formulas, goal):
    """Names of the axioms of a prover's proof: of the one that needs fewer."""
    from . import horn
    axioms = "".join(f"fof({name}, {role}, {formula}).\n" for name, role, formula in formulas if role != "conjecture")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "model.p"
        file.write_text(f"{axioms}fof(goal, conjecture, {goal}).\n")
        first = said("eprover", *horn.EPROVER, "--tptp3-format", "-s", "--proof-object", "--cpu-limit=60", file)
        second = said("SPASS", "-TPTP", "-PGiven=0", "-PProblem=0", "-DocProof", "-TimeLimit=60", file)
    of_eprover = sorted(set(re.findall(r"file\('[^']*', (\w+)\)", first)))
    of_spass = sorted(re.search(r"Formulae used in the proof : (.*)", second)[1].split())
    return min(of_eprover, of_spass, key=len)


def said(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False).stdout
