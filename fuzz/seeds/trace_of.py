"""One connection of a transcript as a trace (conformance/trace/): what the implementation's session met, step by step.

A trace says less than a transcript: values become the variants that a player can make, and a refusal tells what its cause must have
been. So a trace is a walk of the same shape, not a recording. Must not know: which transcripts are worth keeping.
"""

# What a server's shell has answered when the server says this.
SAID_AFTER_ANSWER = {"server_identity": "fitting", "login_accepted": "fitting", "version_committed": "fitting", "versions": "fitting",
                     "restore_begun": "fitting", "restore_ended": "fitting"}
# What the shell, not the session, has refused when the server ends with this reason.
SHELL_REFUSED_AFTER = {"computer": "computer_refused", "login": "login_refused", "offer_blocks": "refused", "data frame": "refused",
                       "commit_version": "refused", "list_versions": "refused", "list_blocks": "refused", "release_blocks": "refused", "fetch_key": "refused", "store_key": "refused", "recover_key": "refused", "change_password": "refused", "restore_begin": "refused", "fetch_blocks": "refused"}
SESSION_REASONS = {"goodbye", "unexpected_message", "unknown_frame_kind", "bad_metadata_length", "frame_too_large", "malformed_message",
                   "field_out_of_range", "timeout", "version_too_old", "version_invalid", "server_stopping", "permission_denied"}
STEPS_MAX = 64
LONG_MS = 600000


def trace_of(role, lines, reasons):
    """The text of the trace, or None when the connection says nothing to a session. `reasons`: their names in the table's order."""
    steps = server_steps(lines, reasons) if role == "server" else client_steps(lines)
    if not steps or len(steps) > STEPS_MAX:
        return None
    return "\n".join(["coffer-trace 1", *steps]) + "\n"


def fields_of(line):
    return dict(line.get("fields", []))


def list_length(text):
    return 0 if text == "[]" else text.count(",") + 1


def bits(text):
    """"[0, 2]" as 5: the indices that a step can name."""
    return sum(1 << int(index) for index in text.strip("[]").split(",") if index.strip() and int(index) < 16)


def ids_count(line):
    """How many ids a message carries, as far as its length tells."""
    return max(1, min(4, (int(fields_of(line)["length"]) - 24) // 32))


def refusals(lines):
    """Per line: the reason with which the implementation ended after it, when it was the last that was sent before."""
    ends, reason = {}, None
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        if line["direction"] == "received" and line["what"] == "disconnect":
            reason = fields_of(line).get("reason", "").split(" ")[0]
        elif line["direction"] == "sent" and reason is not None:
            ends[at], reason = reason, None
    return ends


def sent(line, refusal, varied):
    """Steps for a frame that the suite sent."""
    what, fields = line["what"], fields_of(line)
    if what == "data frame":
        flaw = {"field_out_of_range": "id_length", "malformed_message": "padding", "checksum_mismatch": "checksum",
                "bad_metadata_length": None}.get(refusal, "whole")
        if flaw and int(fields["length"]) - 16 * int(fields["metadata_blocks"]) < 30:
            flaw = "too_short"
        if flaw:
            return [f"data {flaw}"]
    if "kind" not in fields:
        return []
    if line.get("octets", 0) != int(fields["length"]) + 6 or fields["kind"] not in ("0x01", "0x02") or what == "data frame":
        return [f"header kind={int(fields['kind'], 16)} metadata_blocks={fields['metadata_blocks']} length={fields['length']}"]
    if fields["kind"] == "0x01" and fields["metadata_blocks"] != "0":
        return [f"flip octet=1 bit=0", "message ping good"]
    if what == "control frame":
        return [f"flip octet={12 + len(line.get('note', '')) % 16} bit=1", "message ping good"]
    if refusal == "field_out_of_range":
        return [f"message {what} out_of_range"]
    if refusal == "malformed_message":
        return [f"flip octet={int(fields['length'])} bit=0", f"message {what} good"]
    value = varied(what, fields, line)
    return [f"message {what} good" if value is None else f"message {what} varied value={value}"]


def client_said(what, fields, line):
    """The `value` that varies a client's message as this one differs from the good one."""
    if what == "version" and (fields["protocol"] != "6" or fields["major"] != "7"):
        return (int(fields["protocol"]) - 5) % 3 + 3 * (int(fields["major"]) % 12)
    if what == "login" and fields["deferred"] == "true":
        return 1
    if what == "commit_version" and fields["number"] != "1":
        return (int(fields["number"]) - 1) % 4
    if what == "list_versions" and fields["from"] != "1":
        return int(fields["from"]) % 4
    if what == "restore_begin" and (fields["version"], fields["purpose"]) != ("1", "0"):
        return (int(fields["version"]) - 1) % 4 + 4 * (int(fields["purpose"]) % 2)
    if what in ("offer_blocks", "fetch_blocks"):
        return 8 * (ids_count(line) - 1)
    if what == "restore_end" and fields["complete"] == "false":
        return 0
    return None


def server_steps(lines, reasons):
    steps, ends, asked, loaded, block = [], refusals(lines), [], 0, 0
    pushed = next((fields_of(line)["version"] for line in lines if line["what"] == "config_push"), None)
    for at, line in enumerate(lines):
        what, way, fields = line["what"], line["direction"], fields_of(line)
        if way == "sent":
            made = sent(line, ends.get(at), client_said)
            if made == ["message config_state good"] and pushed is None:
                made = ["message config_state varied value=2"]  # as new as the server's
            if made == ["message config_ack good"] and fields["version"] != pushed:
                made = ["message config_ack varied value=3"]
            if made and made[-1].startswith("data") and block:
                made[-1] = made[-1].replace("data", f"data block={block % 16}")
            block = block + 1 if what == "data frame" else 0
            steps += made
            asked.append(what)
        elif way == "received":
            if what in SAID_AFTER_ANSWER:
                steps.append(f"answer {SAID_AFTER_ANSWER[what]}")
            elif what == "missing_blocks":
                steps.append(f"answer missing_found value={bits(fields['indices'])}")
            elif what == "data frame":
                steps.append(f"answer block_loaded value={loaded}")
                loaded += 1
            elif what == "blocks_fetched":
                steps.append(f"answer blocks_loaded value={bits(fields['missing'])}")
                loaded = 0
            elif what == "disconnect":
                steps += refused(fields["reason"].split(" ")[0], asked, reasons)
    return steps


def refused(reason, asked, reasons):
    if reason == "timeout":
        return [f"wait ms={LONG_MS}"]
    if reason == "server_stopping":
        return ["stop"]
    answer = SHELL_REFUSED_AFTER.get(asked[-1] if asked else None)
    if reason in SESSION_REASONS or answer is None:
        return []
    return [f"answer refused value={reasons.index(reason)}" if answer == "refused" else f"answer {answer}"]


def server_said(what, fields, line):
    if what == "missing_blocks":
        return bits(fields["indices"]) % 16
    if what == "blocks_fetched":
        return bits(fields["missing"]) % 16
    if what == "version_committed" and fields["number"] != "1":
        return (int(fields["number"]) - 1) % 4
    if what == "versions" and fields["entries"].count("version_entry{") != 1:
        return fields["entries"].count("version_entry{") % 4 + 16 + (32 if fields["more"] == "true" else 0)
    if what == "disconnect":
        return int(fields["reason"].split("(")[-1].rstrip(")"))
    if what == "pong":
        return 1
    if what == "login_accepted" and fields["permissions"] != "3":
        return int(fields["permissions"])
    return None


def client_steps(lines):
    steps, ends, block = [], refusals(lines), 0
    for at, line in enumerate(lines):
        what, way, fields = line["what"], line["direction"], fields_of(line)
        if way == "happened" and what.startswith("TLS established"):
            steps.append("stop")  # the channel is up
        elif way == "sent":
            steps += sent(line, ends.get(at), server_said)
        elif way == "received":
            steps += request(what, fields, line, block)
            block = block + 1 if what == "data frame" else 0
            if what == "disconnect" and fields["reason"].startswith("timeout"):
                steps.append(f"wait ms={LONG_MS}")
    return steps if len(steps) > 1 else []


def request(what, fields, line, block):
    """What the client's program asked when the client says this."""
    if what == "data frame":
        return [f"request block number={block % 16}"]
    asked = {"ping": lambda: "ping value=1", "offer_blocks": lambda: f"offer value={ids_count(line)}",
             "commit_version": lambda: f"commit number={fields['number']}", "list_versions": lambda: f"list number={fields['from']}",
             "restore_begin": lambda: f"restore number={fields['version']} value={fields['purpose']}",
             "fetch_blocks": lambda: f"fetch value={ids_count(line)}",
             "fetch_key": lambda: "fetch_key", "store_key": lambda: "store_key", "recover_key": lambda: "recover_key", "change_password": lambda: "change_password",
             "list_blocks": lambda: "list_blocks", "release_blocks": lambda: f"release value={ids_count(line)}",
             "restore_end": lambda: f"end_restore value={int(fields['complete'] == 'true')}", "goodbye": lambda: "leave"}
    return [f"request {asked[what]()}"] if what in asked else []
