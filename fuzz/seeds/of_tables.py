"""Seeds out of the machines' tables: for each row a walk to its state and its event, once for each way out of it: each target, each guard that
decides between targets, each rule that ends the session there.

What a trace can bring about of a way is said here by event; that every way of the tables is brought about by some seed is seen by reach.py,
which asks the sessions themselves. Must not know: transcripts.
"""
import specification

LONG = ["wait ms=999999"]
FINAL = "closed"
# Wrong octets for each rule of headers and encodings.
BROKEN = {
    "FRM-004": ["header kind=9"], "FRM-005": ["header kind=1 metadata_blocks=1 length=16"], "FRM-007": ["header kind=2 length=64"],
    "FRM-008": ["header kind=1 length=65537"], "FRM-009": ["header kind=2 metadata_blocks=1 length=4259841"], "FRM-010": ["header kind=1 length=4097"],
    "MSG-002": ["flip bit=7 octet=8", "message ping good"], "MSG-003": ["flip bit=7 octet=15", "message goodbye good"],
}
DATA = {"MSG-005": "data block=0 id_length", "FRM-015": "data block=0 padding", "FRM-018": "data block=0 too_short", "ARC-031": "data block=0 checksum",
        "ARC-032": "data block=3", "ARC-055": "data block=0 checksum", "ARC-056": "data block=3"}


def seeds(spec):
    """{target: {name: octets}}: of the ways that differ in nothing but their state, each rule once and each state once."""
    made = {}
    for machine, side in ((m, SIDES[m["name"]](spec)) for m in spec.machines if m["name"] in SIDES):
        files, shown = made.setdefault(machine["name"], {}), set()
        for row in machine["row"]:
            for state in row["states"]:
                for target, way, lines in side.ways(row, state):
                    shows = {(row["handler"], state, target), (row["handler"], way)}
                    if lines is not None and not shows <= shown:
                        shown |= shows
                        files[f"seed-table-{state}.{row['event']}.{way}.trace"] = trace(lines)
        for state in (s["name"] for s in machine["state"]):
            if (walk := side.unasked(state)) is not None:
                files[f"seed-table-{state}.default.trace"] = trace(walk)
    return made


def trace(lines):
    return ("\n".join(["coffer-trace 1", *lines]) + "\n").encode()


class Side:
    def __init__(self, spec):
        self.spec = spec
        self.reasons = [reason["name"] for reason in spec.tables["reasons"]["reason"]]

    def ways(self, row, state):
        """(target, name, lines) of each way out of the row; lines None where no trace goes it."""
        stays = row["targets"] == row["states"] and len(row["states"]) > 1
        for target in [state] if stays else row["targets"]:
            if target == FINAL and row.get("rules"):
                for rule in row["rules"]:
                    yield target, rule, self.by_rule(row, state, rule)
                continue
            for guard in row.get("guards", {}).get(target, [""]):
                yield target, f"{target}{'.' + guard if guard else ''}", self.lines(row, state, target, guard)

    def by_rule(self, row, state, rule):
        event = row["event"]
        if event == "timer_expired":
            return self.walk(state) + LONG if rule in self.timers(state) else None
        if event == "malformed":
            broken = self.out_of_range(state) if rule == "MSG-005" else BROKEN.get(rule) if rule != "FRM-010" or self.limited(state) else None
            if rule in ("FRM-008", "FRM-009") and self.limited(state):
                return None  # FRM-010 comes first
            return None if broken is None else self.walk(state) + broken
        return self.refused(row, state, rule)

    def out_of_range(self, state):
        """A message that the state admits, with a field outside its range."""
        admitted = [row["event"] for row in self.machine["row"] if state in row["states"]]
        ranged = [event for event in admitted if event in self.RANGED]
        return [f"message {ranged[0]} out_of_range"] if ranged else None

    @property
    def machine(self):
        return next(m for m in self.spec.machines if m["name"] == self.NAME)


class Server(Side):
    NAME = "server_session"
    RANGED = ("version", "computer", "login", "offer_blocks", "fetch_blocks")
    OPERATIONS = {"offer": "offer_blocks", "commit": "commit_version", "list": "list_versions", "list_blocks": "list_blocks", "release": "release_blocks",
                  "fetch_key": "fetch_key", "store_key": "store_key", "recover_key": "recover_key", "change_password": "change_password",
                  "restore": "restore_begin", "fetch": "fetch_blocks", "end": "restore_end"}
    DONE = {"offer": ["answer missing_found value=3"], "commit": ["answer committed"], "list": ["answer versions_found"],
            "list_blocks": ["answer block_ids_found value=1"], "release": ["answer release_staged"], "fetch_key": ["answer key_found value=1"],
            "store_key": ["answer key_kept"], "recover_key": ["answer key_opened"], "change_password": ["answer password_set"],
            "restore": ["answer restore_admitted"],
            "fetch": ["answer block_loaded", "answer blocks_loaded value=1"], "end": ["answer restore_closed"]}

    def walk(self, state, permissions=3, operation=None):
        identity = ["message version good", "message computer good"]
        known = identity + ["answer computer_admitted", "message login good"]
        user = known + [f"answer login_admitted value={permissions}"]
        ready = user + ["message config_state varied value=2"]
        restoring = ready + ["message restore_begin good", "answer restore_admitted"]
        return {"await_version": [], "await_computer": identity[:1], "checking_computer": identity, "await_login": known[:3], "checking_login": known,
                "await_config": user, "await_config_ack": user + ["message config_state good"], "ready": ready,
                "serving": ready + [f"message {operation or 'offer_blocks'} good"], "restoring": restoring,
                "serving_restore": restoring + [f"message {operation or 'fetch_blocks'} good"], FINAL: ["stop"]}[state]

    def timers(self, state):
        return ("SES-006",) if state in ("ready", "restoring") else ("SES-005",)

    def limited(self, state):
        return state in ("await_version", "await_computer", "await_login")

    def unasked(self, state):
        return None if state in ("checking_computer", "checking_login", "serving", "serving_restore") else self.walk(state) + ["message server_identity good"]

    def lines(self, row, state, target, guard):
        event = row["event"]
        if event == "done":
            return self.walk(state, operation=self.OPERATIONS[guard]) + self.DONE[guard]
        if event == "data":
            return self.walk(state) + ["message offer_blocks good", "answer missing_found value=3", "data block=0", "data block=1"]
        last = {"peer_closed": ["vanish"], "stop": ["stop"], "computer_admitted": ["answer computer_admitted"], "login_admitted": ["answer login_admitted value=3"],
                "config_state": ["message config_state good" if target == "await_config_ack" else "message config_state varied value=2"]}
        return self.walk(state) + last.get(event, [f"message {event} good"])

    def refused(self, row, state, rule):
        event, wanted = row["event"], ["message offer_blocks good", "answer missing_found value=3"]
        if rule == "SES-021":
            return self.walk(state, permissions=0) + (["data block=0"] if event == "data" else [f"message {event} good"])
        if event == "data":
            return self.walk(state) + (wanted if rule == "ARC-031" else []) + [DATA[rule]]
        if event == "refused":
            reason = min(specification.reasons_of(self.spec, rule))
            return self.walk(state) + [f"answer refused value={self.reasons.index(reason)}"]
        last = {"SES-011": ["message version varied value=21"], "SES-012": ["message version varied value=4"], "IDN-003": ["answer computer_refused"],
                "IDN-014": ["answer login_refused"], "IDN-026": ["answer computer_refused"], "IDN-017": ["message login varied value=2"],
                "CFG-004": ["message config_ack varied value=3"], "ARC-036": [*wanted, "message commit_version good"], "ERR-006": ["answer failed"],
                "SES-030": ["message goodbye good"], "SES-032": ["stop"]}
        return self.walk(state) + last[rule]


class Client(Side):
    NAME = "client_session"
    RANGED = ("server_identity", "login_accepted", "version_committed")
    ASKS = {"await_pong": "ping value=1", "await_missing_blocks": "offer value=2", "await_version_committed": "commit number=1", "await_versions": "list number=1",
            "await_block_list": "list_blocks", "await_blocks_released": "release value=2", "await_key_state": "fetch_key",
            "await_key_stored": "store_key", "await_key_recovered": "recover_key value=1", "await_password_changed": "change_password", "await_restore_begun": "restore number=1", "leaving": "leave"}
    REQUESTS = {"begin_ping": "ping value=1", "begin_offer": "offer value=2", "begin_commit": "commit number=1", "begin_list": "list number=1",
                "begin_list_blocks": "list_blocks", "begin_release": "release value=2", "begin_fetch_key": "fetch_key",
                "begin_store_key": "store_key", "begin_recover_key": "recover_key value=1", "begin_change_password": "change_password", "begin_restore": "restore number=1", "begin_fetch": "fetch value=2",
                "end_restore": "end_restore value=1", "leave": "leave"}
    UNFIT = {("server_identity", "IDN-006"): "server_identity varied value=1", ("pong", "SES-042"): "pong varied value=7",
             ("missing_blocks", "SES-040"): "missing_blocks varied value=8", ("version_committed", "ARC-039"): "version_committed varied value=2",
             ("versions", "SES-040"): "versions varied value=32", ("versions", "ARC-042"): "versions varied value=2",
             ("block_list", "SES-040"): "block_list varied value=96", ("block_list", "ARC-112"): "block_list varied value=136",
             ("key_stored", "KEY-033"): "key_stored varied value=2", ("blocks_fetched", "ARC-056"): "blocks_fetched varied value=1"}
    FIT = {"pong": "pong varied value=1", "key_stored": "key_stored varied value=0"}

    def walk(self, state):
        steps = ["stop", "message proceed good", "message server_identity good", "message login_accepted good"]
        ready = steps + ["message ready good"]
        restoring = ready + ["request restore number=1", "message restore_begun good"]
        walks = {"connecting": [], "await_proceed": steps[:1], "await_server_identity": steps[:2], "await_login_accepted": steps[:3], "await_ready": steps,
                 "configured": steps + ["message config_push good"], "ready": ready, "restoring": restoring, "await_blocks": restoring + ["request fetch value=2"],
                 "await_restore_ended": restoring + ["request end_restore value=1"], FINAL: steps[:1] + ["vanish"]}
        return walks[state] if state in walks else ready + [f"request {self.ASKS[state]}"]

    def timers(self, _):
        return ("SES-041",)

    def limited(self, _):
        return False

    def unasked(self, state):
        return None if state == "connecting" else self.walk(state) + ["message config_ack good"]

    def lines(self, row, state, target, guard):
        event = row["event"]
        if event == "send_block":
            return self.walk(state) + ["request offer value=2", "message missing_blocks good", "request block number=0", "request block number=1"]
        if event in self.REQUESTS:
            return self.walk(state) + [f"request {self.REQUESTS[event]}"]
        last = {"connected": "stop", "peer_closed": "vanish", "data": "data block=0"}
        return self.walk(state) + [last.get(event) or f"message {self.FIT.get(event, event + ' good')}"]

    def refused(self, row, state, rule):
        if row["event"] == "data":
            return self.walk(state) + [DATA[rule]]
        return self.walk(state) + [f"message {self.UNFIT[row['event'], rule]}"]


SIDES = {side.NAME: side for side in (Server, Client)}
