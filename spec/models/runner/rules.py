"""The plain notation for Horn clauses, and its translation to TPTP. Knows nothing of what any model is about.

    message login(user, password).          a constructor that everyone can build and take apart; its fields have names
    message login(user, -password).         the same message with that field left out of it, in every rule
    rule s_login: p(X), q(X, Y) -> r(X).    for all X, Y; several conclusions are several clauses of one name
    attack someone_else: r(mallory).        what must not be derivable
    cover login: r(alice).                  what must be

Words that begin with a capital are variables. `#` begins a comment. A value that a conclusion needs and no premise gives (because the field that
carried it was left out) is one that the network chooses: att(X) is added to the premises.
"""
import re

STATEMENT = re.compile(r"\s*(message|rule|attack|cover)\s+(.*?)\.(?=\s*(?:message\s|rule\s|attack\s|cover\s|$))", re.DOTALL)
TOKEN = re.compile(r"\s*([A-Za-z_0-9]+|[(),])")
LATER = "later"


def is_rules(text):
    return re.search(r"^rule \w+:", text, re.MULTILINE) is not None


def tptp(text):
    """The same as formulas of TPTP, one to a line."""
    lines, left_out = [], {}
    kinds_of_knowledge = ("att", LATER) if f"{LATER}(" in text else ("att",)
    statements = split(text)
    for kind, body in statements:
        if kind == "message":
            name, fields = re.fullmatch(r"(\w+)\((.*)\)", body.strip(), re.DOTALL).groups()
            fields = [f.strip() for f in fields.split(",")]
            left_out[name] = (len(fields), {i for i, f in enumerate(fields) if f.startswith("-")})
            lines += message(name, *left_out[name], kinds_of_knowledge)
    for kind, body in statements:
        if kind == "rule":
            name, clause = body.split(":", 1)
            if clause.count("->") != 1:
                raise ValueError(f"rule {name.strip()} wants one arrow, and a full stop with the next statement on a new line")
            before, after = clause.split("->")
            premises, conclusions = (terms(side, left_out) for side in (before, after))
            lost = variables(terms(before, {})) & variables(conclusions) - variables(premises)
            premises += [("att", [(v,)]) for v in sorted(lost)]
            lines += rule(name.strip(), premises, conclusions)
            if name.startswith("d_") and LATER in kinds_of_knowledge:
                lines += rule(f"{name.strip()}_later", *(known_later(side) for side in (premises, conclusions)))
        elif kind in ("attack", "cover"):
            name, goal = body.split(":", 1)
            lines.append(f"fof({name.strip()}, conjecture, {quantified('?', ' & '.join(written(t) for t in terms(goal, left_out)))}).")
    return "\n".join(lines) + "\n"


def split(text):
    text = re.sub(r"#[^\n]*", "", text)
    statements, end = [], 0
    while match := STATEMENT.match(text, end):
        statements.append((match[1], match[2]))
        end = match.end()
    if text[end:].strip():
        raise ValueError(f"neither message, rule, attack nor cover: {text[end:].strip()[:80]}")
    return statements


def message(name, arity, without, kinds_of_knowledge):
    """What is known of a message when its fields are, and the other way round: at once, and later."""
    there = [f"X{i}" for i in range(arity) if i not in without]
    whole = f"{name}({', '.join('nil' if i in without else f'X{i}' for i in range(arity))})"
    for known in kinds_of_knowledge:
        parts = [f"{known}({x})" for x in there]
        if parts:
            together = " & ".join(parts)
            yield f"fof(always_build_{name}_{known}, axiom, {quantified('!', f'(({together}) => {known}({whole}))')})."
            yield f"fof(always_take_{name}_{known}, axiom, {quantified('!', f'({known}({whole}) => ({together}))')})."
        else:
            yield f"fof(always_build_{name}_{known}, axiom, {known}({whole}))."


def rule(name, premises, conclusions):
    after = " & ".join(written(t) for t in conclusions)
    if not premises:
        return [f"fof({name}, axiom, {quantified('!', after)})."]
    return [f"fof({name}, axiom, {quantified('!', '((' + ' & '.join(written(t) for t in premises) + ') => (' + after + '))')})."]


def known_later(side):
    return [(LATER, t[1]) if t[0] == "att" else t for t in side]


def quantified(sign, formula):
    names = sorted(set(re.findall(r"\b[A-Z]\w*", formula)))
    return f"{sign} [{', '.join(names)}] : ({formula})" if names else f"({formula})"


def terms(text, left_out):
    """The terms between commas, with nil for every field that is left out."""
    tokens, place = [], 0
    text = text.strip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            raise ValueError(f"not a term: {text[place:place + 40]}")
        tokens.append(match[1])
        place = match.end()
    return several(tokens, left_out) if tokens else []


def several(tokens, left_out):
    found = [term(tokens, left_out)]
    while tokens and tokens[0] == ",":
        tokens.pop(0)
        found.append(term(tokens, left_out))
    return found


def term(tokens, left_out):
    """(head,) of a constant or variable, (head, arguments) of the others."""
    head = tokens.pop(0)
    if not tokens or tokens[0] != "(":
        return (head,)
    tokens.pop(0)
    arguments = several(tokens, left_out)
    if not tokens or tokens.pop(0) != ")":
        raise ValueError(f"a bracket after {head} is not closed")
    arity, without = left_out.get(head, (len(arguments), ()))
    if arity != len(arguments):
        raise ValueError(f"{head} has {arity} fields, not {len(arguments)}")
    return (head, [("nil",) if i in without else a for i, a in enumerate(arguments)])


def written(t):
    return t[0] if len(t) == 1 else f"{t[0]}({', '.join(written(a) for a in t[1])})"


def variables(side):
    found = set()
    for t in side:
        if len(t) > 1:
            found |= variables(t[1])
        elif t[0][0].isupper():
            found.add(t[0])
    return found
