"""Seeds out of what the conformance suite did: streams, payloads, plaintexts and walks of its transcripts.

Input: the lines of `coffer-conform run --transcripts FILE`. Every piece has a name, CASE[+twin]@PART, and features: what it shows that
others may not. `choose` keeps, per target, few pieces that show everything. Only what the suite itself says is used: what an
implementation says differs from run to run. Must not know: how the suite is run.
"""
import re
import struct

from trace_of import trace_of

TARGETS = ("frame_reader", "control_payload", "server_session", "client_session", "manifest", "sealed_block", "id_list", "server_flight")
INPUT_OCTETS_MAX = 4096
PIECES_MAX = {"server_session": 24, "client_session": 24}
BEFORE_TLS = {"client hello", "half a client hello", "a server's first flight"}
SIDE_BY_SIDE = "client.destinations."  # which of two connections comes first, and gets the first letter, differs from run to run
PLAINTEXTS = {"content block": 0, "leaf": 1, "id list": 2, "node": 3}  # the target's octet for the block's type


def pieces(scripts, reasons):
    """{target: {name: (octets, features)}} of these transcripts."""
    found = {target: {} for target in TARGETS}
    for script in scripts:
        if script["verdict"] != "pass" or script["case"].startswith(SIDE_BY_SIDE):
            continue
        name = script["case"] + ("+twin" if script["script"] else "")
        by_connection = {}
        for line in script["transcript"]:
            by_connection.setdefault(line["connection"], []).append(line)
        for connection, lines in by_connection.items():
            if connection:
                streams(found["frame_reader"], f"{name}@{connection}", lines)
                payloads(found["control_payload"], f"{name}@{connection}", lines)
                walks(found[f"{script['role']}_session"], f"{name}@{connection}.trace", script["role"], lines, reasons)
            else:
                plaintexts(found, name, lines)
                flights(found["server_flight"], name, lines)
    return {target: {name: piece for name, piece in of_target.items() if len(piece[0]) <= INPUT_OCTETS_MAX}
            for target, of_target in found.items()}


def octets_of(line):
    """All of the line's octets, or None when the transcript has only their beginning."""
    octets = bytes.fromhex(line.get("hex", ""))
    return octets if len(octets) == line.get("octets", 0) else None


def streams(found, name, lines):
    sent = [line for line in lines if line["direction"] == "sent" and line["what"] not in BEFORE_TLS and "hex" in line]
    parts = [octets_of(line) for line in sent]
    if not sent or None in parts:
        return
    verified = any(line["what"] == "login_accepted" for line in lines)
    features = {("verified", verified)}
    for line, octets in zip(sent, parts):
        if len(octets) < 6 or not fields_known(line):
            features.add(("octets", re.sub(r"\d+", "N", line["what"])))
            continue
        kind, metadata_blocks, length = struct.unpack(">BBI", octets[:6])
        known = kind in (1, 2)  # of another kind nothing else matters
        fit = (length > len(octets) - 6) - (length < len(octets) - 6)
        features.add((kind, min(metadata_blocks, 8), length.bit_length(), fit, verified) if known else (kind,))
    cuts = [at for at in (3, 77, 500) if at < sum(map(len, parts))] if any("records" in line["what"] for line in sent) else []
    found[name] = (struct.pack(f">BB{len(cuts)}H", verified, len(cuts), *cuts) + b"".join(parts), features)


def fields_known(line):
    return any(name == "length" for name, _ in line.get("fields", []))


def payloads(found, name, lines):
    for at, line in enumerate(line for line in lines if line["direction"] == "sent" and fields_known(line)):
        octets = bytes.fromhex(line["hex"])
        kind, metadata_blocks, length = struct.unpack(">BBI", octets[:6])
        payload = octets[6 : 6 + (16 * metadata_blocks if kind == 2 else length)]
        if kind not in (1, 2) or len(payload) != (16 * metadata_blocks if kind == 2 else length):
            continue
        defects = re.sub(r"\d+", "N", line.get("note", "")).replace("in one record with its neighbours", "").split("; ")
        features = {("message", line["what"])} | {("defect", re.sub(r"^[a-z_]+: ", "", defect)) for defect in defects if defect}
        found[f"{name}{at}"] = (payload, features)


def walks(found, name, role, lines, reasons):
    text = trace_of(role, lines, reasons)
    if text is None:
        return
    steps = [re.sub(r" (value|number|length|octet)=\d+", "", step) for step in text.splitlines()[1:]]
    found[name] = (text.encode(), set(zip(["begin", *steps], steps)))


def plaintexts(found, name, lines):
    for at, line in enumerate(line for line in lines if line["what"].endswith(" before it is sealed")):
        plaintext, kind = octets_of(line), line["what"].removesuffix(" before it is sealed")
        if plaintext is None:
            continue
        if kind in PLAINTEXTS:
            found["sealed_block"][f"{name}@{at}"] = (bytes([PLAINTEXTS[kind], 0]) + plaintext, {(kind, len(plaintext).bit_length())})
        if kind == "id list":
            found["id_list"][f"{name}@{at}"] = (plaintext, {(len(plaintext) % 32 != 0, len(plaintext).bit_length())})
        if kind in ("leaf", "node"):
            found["manifest"][f"{name}@{at}"] = (b"\0\0" + plaintext, {kind} | manifest_features(plaintext))
        if kind == "version record":
            found["manifest"][f"{name}@{at}"] = (b"\0\0" + plaintext, {("record", len(plaintext))})


def flights(found, name, lines):
    for at, line in enumerate(line for line in lines if line["what"] == "a server's first flight"):
        found[f"{name}@{at}"] = (octets_of(line) or b"", {("flight", line.get("hex"))})


def manifest_features(manifest):
    """The texts in its entries, each of which some case is about, and how many entries there are."""
    features, entries = set(), 0
    while len(manifest) >= 4:
        length = int.from_bytes(manifest[:4], "big")
        entry, manifest = manifest[4 : 4 + length], manifest[4 + length :]
        entries += 1
        for at in range(0, len(entry), 8):  # a text begins with a word and is followed by zeros up to the next
            text = re.match(rb"[ -~]*", entry[at:])[0]
            if text and not any(entry[at + len(text) : -(-(at + len(text)) // 8) * 8]):
                features.add(("text", text))
    return features | {("entries", entries)}


def choose(stable):
    """Few pieces, deterministically: always the one that shows most that is new, the shorter and then the first by name among equals."""
    chosen = {}
    cases = set()
    for target, candidates in sorted(stable.items()):
        left, picked, shown = dict(candidates), {}, set()
        while left and len(picked) < PIECES_MAX.get(target, 1 << 30):
            name = min(left, key=lambda name: (-len(left[name][1] - shown), case_of(name) not in cases, len(left[name][0]), name))
            if not left[name][1] - shown:
                break
            octets, features = left.pop(name)
            shown |= features
            picked[name] = octets
            cases.add(case_of(name))
        chosen[target] = picked
    return chosen


def case_of(name):
    return name.split("@")[0].removesuffix("+twin")
