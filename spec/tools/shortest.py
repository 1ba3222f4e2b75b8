"""The shortest path to each way through each row of each machine, and of client and server together: traces/paths.json. What the models' checkers explore is
the same machines; that every rule of a model fires is for them to say. Pure: tables in, rows out; of paths of one length the first by the table's order.
"""
import collections
import json

import paths

ROOM, SPARE = 3, 2  # as models/session_pair/pair.m has it
ANSWERS = {"offer_blocks": ("missing_blocks",), "commit_version": ("version_committed",), "list_versions": ("versions",), "list_blocks": ("block_list",), "release_blocks": ("blocks_released",),
           "fetch_key": ("key_state",), "store_key": ("key_stored",), "recover_key": ("key_recovered",), "change_password": ("password_changed",),
           "restore_begin": ("restore_begun",),
           "restore_end": ("restore_ended",), "fetch_blocks": ("blocks_fetched", "data blocks_fetched")}


def fits(side, event, operation, way):
    """An operation ends where its request says."""
    return side.name != "server" or event != "done" or " ".join(way.sends) in ANSWERS.get(operation, ())


def step(side, state, event, operation, way):
    entry = {"from": state, "event": event}
    if side.name == "server" and operation:
        entry["operation"] = operation
    return entry | {"row": way.row, "sends": list(way.sends), "to": way.to}


def search(start, follow, wanted):
    """{name: steps} of each name that a step carries, the shortest first. `follow` yields (name or "", step, next)."""
    came, found, waiting = {start: None}, {}, collections.deque([start])
    while waiting and len(found) < len(wanted):
        at = waiting.popleft()
        for name, taken, after in follow(at):
            if name in wanted and name not in found:
                found[name] = [*back(came, at), taken]
            if after not in came:
                came[after] = (at, taken)
                waiting.append(after)
    return found


def back(came, at):
    steps = []
    while came[at]:
        at, taken = came[at]
        steps.insert(0, taken)
    return steps


def held(side, state, event):
    return event if side.name == "server" and state in side.held else ""


def alone(side):
    """Of one machine: its events and rows, a step each."""
    def follow(at):
        state, operation = at
        for event in side.order:
            if event in side.wire and (state in side.held or (side.name == "client" and state == side.initial)):
                continue
            for way in side.allowed(state, event):
                if (state != side.final or event in side.wire) and fits(side, event, operation, way):
                    yield key(side, state, way), step(side, state, event, operation, way), (way.to, held(side, way.to, event))
    return (side.initial, ""), follow


def key(side, state, way):
    target = "" if (way.row, "", way.sends) in side.ways and way.to == state else way.to
    return (side.name, way.row, target, way.sends)


Pair = collections.namedtuple("Pair", "client server pending_client pending_server operation to_client to_server broken damaged")


def together(client, server):
    """Of both: what one sends the other reads, in order; a side's event and its row are steps of their own."""
    sides = {"client": client, "server": server}

    def follow(at):
        for name, side in sides.items():
            other = "server" if name == "client" else "client"
            state, pending, inbound = getattr(at, name), getattr(at, f"pending_{name}"), getattr(at, f"to_{name}")
            ended = at.broken or getattr(at, other) == sides[other].final
            if pending:
                outbound = getattr(at, f"to_{other}")
                for way in side.allowed(state, pending):
                    if way.row == "ignored" or not fits(side, pending, at.operation, way) or (way.sends and len(outbound) + SPARE > ROOM):
                        continue
                    after = {name: way.to, f"pending_{name}": ""}
                    if not ended:
                        after[f"to_{other}"] = outbound + way.sends
                    if way.to == side.final:
                        after[f"to_{name}"] = ()
                    if name == "server":
                        after["operation"] = held(side, way.to, pending)
                    yield key(side, state, way), {"side": name} | step(side, state, pending, at.operation, way), at._replace(**after)
                continue
            look = {"side": name, "from": state}
            reads = inbound and state not in side.held and state != side.final and not (name == "client" and state == side.initial)
            if reads:
                yield "", look | {"event": inbound[0], "by": "wire"}, at._replace(**{f"pending_{name}": inbound[0], f"to_{name}": inbound[1:]})
            if not inbound and ended and state != side.final:
                yield "", look | {"event": "peer_closed", "by": "wire"}, at._replace(**{f"pending_{name}": "peer_closed"})
            for event in side.order:
                if event not in side.wire and event != "peer_closed" and side.of.get((state, event)):
                    yield "", look | {"event": event, "by": "itself"}, at._replace(**{f"pending_{name}": event})
        if not at.broken and at.client != client.final and at.server != server.final:
            yield "", {"wire": "the channel breaks"}, at._replace(broken=True, to_client=(), to_server=())
        for name in sides:
            queue = getattr(at, f"to_{name}")
            if queue and not at.damaged:
                yield ("damaged", name), {"wire": f"a frame to the {name} is damaged"}, at._replace(**{"damaged": True, f"to_{name}": ("malformed", *queue[1:])})
    return Pair(client.initial, server.initial, "", "", "", (), (), False, False), follow


def rows(spec):
    for model in paths.MODELS:
        walk = paths.Walk(spec, model)
        sides = list(walk.sides.values())
        wanted = [(s.name, row, target, sent) for s in sides for row, target, sent in s.ways if walk.alone or row != "default"]
        start, follow = alone(sides[0]) if walk.alone else together(*sides)
        found = search(start, follow, set(wanted))
        for name in wanted:
            if name not in found:
                raise ValueError(f"{model}: there is no way to {name}")
            side, row, target, sent = name
            requirement = next((r["requirement"] for r in walk.sides[side].machine["row"] if r["handler"] == row), walk.sides[side].machine["default"]["requirement"])
            says = f"{side} {row} to {target or 'its state'}{', ' + ' '.join(sent) if sent else ''}"
            yield {"id": f"{model}.{says.replace(',', '').replace(' ', '_')}", "requirement": requirement, "kind": "path", "comment": says, "input": {"model": model}, "expect": {"steps": found[name]}}


def rendered(spec):
    """One line for each step: a diff shows what changed."""
    def line(value):
        return json.dumps(value, ensure_ascii=False)

    def one(r):
        steps = ",\n   ".join(map(line, r["expect"]["steps"]))
        return "{" + ",\n ".join(f"{line(k)}: {line(v)}" for k, v in r.items() if k != "expect") + f',\n "expect": {{"steps": [\n   {steps}]}}}}'
    return "[\n" + ",\n".join(map(one, rows(spec))) + "\n]\n"
