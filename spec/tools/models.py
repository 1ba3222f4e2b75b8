"""Writes the state machines as Murphi (rumur) and Promela (spin), for spec/models/. Pure functions: specification in, text out.

A machine becomes a *table* (names, and which row a state and event have) and *rules* (one for each row, target and answer). What the rules call is written
by hand beside each model, between the two: ROLE_may (what the table leaves open), ROLE_take (the change of state) and ROLE_send.
"""
import models_accounts
import models_keys

HEAD = "{mark} Made by spec/tools/generate.py from {source}. Do not edit.\n"


def role(machine):
    return machine["name"].split("_")[0]


def events(spec, machine):
    wire = [m["name"] for m in spec.tables["messages"]["message"]] if machine.get("messages_are_events") else []
    return wire + [e["name"] for e in machine["event"]]


def arriving(spec, machine):
    """What the wire can bring to this side, right or wrong."""
    return [e for e in events(spec, machine) if e in ("data", "malformed")] + ([m["name"] for m in spec.tables["messages"]["message"]] if machine.get("messages_are_events") else [])


def steps(machine):
    """(row, from or None for "each of its states to itself", target, what is sent) of each way through each row."""
    for row in machine["row"]:
        stays = row["targets"] == row["states"] and len(row["states"]) > 1
        for target in row["targets"]:
            if target == machine["final"]:
                closing = machine.get("closing", {})
                choices = [closing["sends"]] if closing and row["event"] not in closing["except_after"] else [""]
            else:
                choices = row.get("sends", {}).get(target, [""])
            for choice in choices:
                yield row, stays, target, choice.split()


def source(machines):
    return " and ".join(f"spec/tables/machines/{m['name']}.toml" for m in machines)


def murphi_table(spec, machines):
    every = list(dict.fromkeys(e for m in machines for e in events(spec, m)))
    text = HEAD.format(mark="--", source=source(machines)) + f"type\n  event: enum {{ e_none, {', '.join('e_' + e for e in every)} }};\n"
    return text + "".join(murphi_machine(spec, m) for m in machines)


def murphi_machine(spec, m):
    r = role(m)
    states, handlers = [s["name"] for s in m["state"]], [row["handler"] for row in m["row"]]
    kinds = {kind: [s["name"] for s in m["state"] if s.get(kind)] for kind in ("held", "driven")}

    def one_of(variable, prefix, names):
        return " | ".join(f"{variable} = {prefix}{n}" for n in names) or "false"
    text = f"type\n  {r}_state: enum {{ {', '.join(f'{r}_{s}' for s in states)} }};\n  {r}_handler: enum {{ {', '.join(f'{r}_{h}' for h in handlers)} }};\n"
    text += f"\nfunction {r}_row(h: {r}_handler; s: {r}_state; e: event): boolean;\nbegin\n  switch h\n"
    for row in m["row"]:
        text += f"    case {r}_{row['handler']}: return e = e_{row['event']} & ({one_of('s', r + '_', row['states'])});\n"
    text += f"  endswitch;\nendfunction;\n\nfunction {r}_rows(s: {r}_state; e: event): 0 .. {len(handlers)};\nvar count: 0 .. {len(handlers)};\nbegin\n  count := 0;\n"
    text += f"  for h: {r}_handler do if {r}_row(h, s, e) then count := count + 1; endif; endfor;\n  return count;\nendfunction;\n"
    for kind, names in kinds.items():
        text += f"\nfunction {r}_{kind}(s: {r}_state): boolean;\nbegin return {one_of('s', r + '_', names)}; endfunction;\n"
    text += f"\nfunction {r}_wire(e: event): boolean;\nbegin return {one_of('e', 'e_', arriving(spec, m))}; endfunction;\n"
    default = f"{r}_wire(e) & {r}_rows(s, e) = 0 & !{r}_held(s) & s != {r}_{m['final']}" if arriving(spec, m) else "false"
    return text + f"\nfunction {r}_default(s: {r}_state; e: event): boolean;\nbegin return {default}; endfunction;\n\n"


def murphi_rules(spec, machines):
    text = HEAD.format(mark="--", source=source(machines))
    for m in machines:
        r = role(m)
        for row, stays, target, sent in steps(m):
            if stays and target != row["targets"][0]:
                continue
            to = r if stays else f"{r}_{target}"
            name = f"{r} {row['handler']} to {'its state' if stays else target}{', ' + ' '.join(sent) if sent else ''} ({row['requirement']})"
            first = f"e_{sent[0]}" if sent else "e_none"
            text += f'rule "{name}" {r}_row({r}_{row["handler"]}, {r}, {r}_event) & {r}_may({r}_{row["handler"]}, {to}, {first}) ==> begin {r}_take({r}_{row["handler"]}, {to});'
            text += "".join(f" {r}_send(e_{s});" for s in sent) + " endrule;\n"
        if arriving(spec, m):
            text += f'rule "{r} default ({m["default"]["requirement"]})" {r}_default({r}, {r}_event) ==> begin {r}_refuse({r}_{m["final"]}); {r}_send(e_{m["closing"]["sends"]}); endrule;\n'
        text += "\n"
    return text


def promela(spec, m):
    """One side as a process: it takes what `event` holds, a row at a time. The environment is written by hand beside the model."""
    r = role(m)
    names = lambda prefix, words: ", ".join(prefix + w for w in words)
    kinds = {kind: [s["name"] for s in m["state"] if s.get(kind)] for kind in ("held", "driven")}
    timed = list(dict.fromkeys(s for row in m["row"] if row["event"] == "timer_expired" for s in row["states"]))
    final = f"{r}_{m['final']}"
    one_of = lambda words: " || ".join(f"state == {r}_{w}" for w in words) or "false"
    text = HEAD.format(mark="//", source=source([m])).rstrip("\n") + "\n"
    text += f"mtype:event = {{ e_none, {names('e_', events(spec, m))} }};\nmtype:state = {{ {names(r + '_', [s['name'] for s in m['state']])} }};\n\n"
    text += f"mtype:event event = e_none;\nmtype:state state = {r}_{m['initial']};\n\n"
    text += f"#define held ({one_of(kinds['held'])})\n#define driven ({one_of(kinds['driven'])})\n#define timed ({one_of(timed)})\n#define closed (state == {final})\n\n"
    handled = {}
    text += f"active proctype {r.capitalize()}() {{\nend:  // to wait is no error here; that no wait lasts is what is claimed\n  do\n"
    for row in m["row"]:
        stays = row["targets"] == row["states"] and len(row["states"]) > 1
        for s in row["states"]:
            handled.setdefault(s, []).append(row["event"])
        for target in row["targets"][:1] if stays else row["targets"]:
            change = "" if stays else f"state = {r}_{target}; "
            text += f"  :: atomic {{ event == e_{row['event']} && ({one_of(row['states'])}) -> {change}event = e_none }}  // {row['handler']} ({row['requirement']})\n"
    wire = " || ".join(f"event == e_{e}" for e in arriving(spec, m))
    has_row = " || ".join(f"(state == {r}_{s} && ({' || '.join(f'event == e_{e}' for e in es)}))" for s, es in handled.items())
    text += f"  :: atomic {{ ({wire}) && !closed && !held && !({has_row}) -> state = {final}; event = e_none }}  // default ({m['default']['requirement']})\n"
    text += "  :: atomic { closed -> break }\n  od\n}\n\n"
    text += "// What the wire may bring, right or wrong: not in a held state.\n"
    text += f"inline any_wire_event() {{\n  if\n" + "".join(f"  :: event = e_{e}\n" for e in arriving(spec, m)) + "  fi\n}\n\n"
    internal = [e["name"] for e in m["event"] if e["name"] not in ("data", "malformed", "timer_expired", "peer_closed", "stop")]
    text += "// What the server's own work, or the client's program, may bring where the table has a row for it.\n"
    text += "inline any_own_event() {\n  if\n"
    for e in internal:
        states = [s for row in m["row"] if row["event"] == e for s in row["states"]]
        text += f"  :: ({one_of(states)}) -> event = e_{e}\n"
    return text + "  fi\n}\n"


def outputs(spec):
    machines = {m["name"]: m for m in spec.machines}
    pair = [machines["client_session"], machines["server_session"]]
    for name, of in [*((n, [m]) for n, m in machines.items()), ("session_pair", pair)]:
        yield f"generated/models/{name}.table.m", murphi_table(spec, of)
        yield f"generated/models/{name}.rules.m", murphi_rules(spec, of)
    yield "generated/models/key_modes.table.m", models_keys.murphi(spec)
    yield "generated/models/accounts.table.m", models_accounts.murphi(spec)
    for m in pair:
        yield f"generated/models/{m['name']}.pml", promela(spec, m)
