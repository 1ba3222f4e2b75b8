"""Vectors of chapter 3: headers, streams, messages, metadata parts. Must not know: the reference's code."""
import ipaddress
import re
import struct

import canonical
from book import Book
from canonical import list_pointer, struct_pointer
from lint_tables import flat

CONTROL, DATA = 1, 2


# ---- Frames ----------------------------------------------------------------------------------------------------------------------
def header(kind, blocks, length):
    return struct.pack(">BBI", kind, blocks, length)


def frame(kind, body, blocks=0):
    return header(kind, blocks, len(body)) + body


def frames(spec):
    book = Book()

    def judged(name, requirement, comment, kind, blocks, length, reason=None, twin=None, verified=True):
        given = {"header": header(kind, blocks, length).hex(), "verified": verified}
        if reason:
            book.refused(name, requirement, "header", comment, given, reason, twin)
        else:
            book.accepted(name, requirement, "header", comment, given, {"kind": kind, "metadata_blocks": blocks, "length": length})

    judged("control-of-one-octet", "FRM-001", "the least a control frame's header can say, bar nothing", CONTROL, 0, 1)
    judged("control-empty", "FRM-002", "a body of no octets is a header's right; the message check refuses it", CONTROL, 0, 0)
    judged("length-is-big-endian", "FRM-001", "258, not 33,619,968", CONTROL, 0, 258)
    judged("control-of-sixteen", "FRM-003", "a control frame has no metadata part", CONTROL, 0, 16)
    for kind in (0x00, 0x03, 0x10, 0x11, 0x12, 0xFF):
        judged(f"kind-{kind:02x}", "FRM-004", "no kind of the TLS channel", kind, 0, 16, "unknown_frame_kind", "control-of-sixteen")
    judged("control-with-metadata", "FRM-005", "only data frames have a metadata part", CONTROL, 1, 16, "bad_metadata_length", "control-of-sixteen")
    judged("data-without-metadata", "FRM-007", "a data frame names its block", DATA, 0, 32, "bad_metadata_length", "data-all-metadata")
    judged("data-all-metadata", "FRM-007", "16 × metadata_blocks equals length: the data part is empty, which the data part's own check judges", DATA, 2, 32)
    judged("data-metadata-one-too-long", "FRM-007", "16 × metadata_blocks exceeds length by one", DATA, 2, 31, "bad_metadata_length", "data-all-metadata")
    judged("data-most-metadata", "FRM-006", "255 blocks of 16", DATA, 255, 4080)
    judged("control-longest", "FRM-008", "65,536 is allowed", CONTROL, 0, 65_536)
    judged("control-too-long", "FRM-008", "65,537 is not", CONTROL, 0, 65_537, "frame_too_large", "control-longest")
    judged("data-longest", "FRM-009", "4,259,840 is allowed", DATA, 6, 4_259_840)
    judged("data-too-long", "FRM-009", "4,259,841 is not", DATA, 6, 4_259_841, "frame_too_large", "data-longest")
    judged("length-of-all-ones", "FRM-009", "a signed reading would take it for −1", DATA, 6, 0xFFFF_FFFF, "frame_too_large", "data-longest")
    judged("unverified-longest", "FRM-010", "4,096 is allowed before the user is verified", CONTROL, 0, 4_096, verified=False)
    judged("unverified-control-too-long", "FRM-010", "4,097 is not", CONTROL, 0, 4_097, "frame_too_large", "unverified-longest", verified=False)
    judged("unverified-data-longest", "FRM-010", "whether data may come at all is the session's question", DATA, 6, 4_096, verified=False)
    judged("unverified-data-too-long", "FRM-010", "the limit is any frame's", DATA, 6, 4_097, "frame_too_large", "unverified-data-longest", verified=False)
    judged("order-kind-before-length", "FRM-011", "kind and length are wrong; kind is looked at first", 0x03, 0, 0xFFFF_FFFF, "unknown_frame_kind", "control-longest")
    judged("order-kind-before-metadata", "FRM-011", "kind is no kind, so its metadata_blocks have no rule to break", 0x03, 9, 16, "unknown_frame_kind", "control-of-sixteen")
    judged("order-control-metadata-before-length", "FRM-011", "a control frame's metadata_blocks come before its length", CONTROL, 1, 65_537, "bad_metadata_length", "control-longest")
    judged("order-length-before-data-metadata", "FRM-011", "a data frame's length comes before its metadata_blocks", DATA, 0, 4_259_841, "frame_too_large", "data-longest")

    def streamed(name, requirement, comment, octets, whole, reason=None, verified=True):
        given = {"octets": octets.hex(), "verified": verified}
        seen = {"frames": [{"kind": k, "metadata": m.hex(), "body": b.hex()} for k, m, b in whole]}
        if reason:
            book.refused(name, requirement, "stream", comment, given, reason, "two-frames-joined", **seen)
        else:
            book.accepted(name, requirement, "stream", comment, given, seen)

    ping = canonical.message(spec, "ping", token=7)
    part = canonical.single(spec, "BlockMetadata", id=bytes([1]) * 32, checksum=bytes([2]) * 32) + bytes(8)
    data = frame(DATA, part + b"sealed", 6)
    streamed("two-frames-joined", "FRM-013", "to be read alike whole and cut at every place", frame(CONTROL, ping) + data, [(CONTROL, b"", ping), (DATA, part, b"sealed")])
    streamed("an-unfinished-frame", "FRM-013", "one whole frame, and a second that lacks its last octet", frame(CONTROL, ping) + data[:-1], [(CONTROL, b"", ping)])
    streamed("refused-by-its-header-alone", "FRM-012", "nothing of the body is here, and none is needed", frame(CONTROL, ping) + header(0x03, 0, 5), [(CONTROL, b"", ping)], "unknown_frame_kind")
    streamed("nothing-after-a-refusal", "FRM-017", "what follows a refused header is not read, though it is a good frame", header(CONTROL, 0, 65_537) + frame(CONTROL, ping), [], "frame_too_large")
    streamed("an-empty-body", "FRM-002", "six octets are a whole frame when length is 0", header(CONTROL, 0, 0) + frame(CONTROL, ping), [(CONTROL, b"", b""), (CONTROL, b"", ping)])
    return book.rows


# ---- Messages --------------------------------------------------------------------------------------------------------------------
ID_A, ID_B = bytes(range(32)), bytes(range(100, 132))
KEY_RECORD = bytes(range(98))
TYPICAL = {  # every field another value, so that no two can be exchanged unnoticed
    "disconnect": dict(reason=12),
    "ping": dict(token=0x0102030405060708),
    "pong": dict(token=0xFFFFFFFFFFFFFFFF),
    "goodbye": {},
    "version": dict(protocol=6, major=7, minor=258, patch=65535, time_zone_minutes=-210, operating_system="Linux 6.1", virtual_machine="kvm", address="192.0.2.7"),
    "proceed": dict(major=7, minor=1, patch=2),
    "computer": dict(guid=0x1122334455667788),
    "server_identity": dict(guid=0x8877665544332211),
    "login": dict(registration_key="ABCDefgh12345678", user_name="alice", password=b"correct horse", computer=0x1122334455667788, deferred=True),
    "login_accepted": dict(user=41, permissions=3),
    "config_state": dict(version=2),
    "config_push": dict(version=3, settings=[dict(name="schedule", value="hourly", locked=True), dict(name="colour", value="")]),
    "config_ack": dict(version=4),
    "ready": {},
    "offer_blocks": dict(ids=ID_A + ID_B),
    "missing_blocks": dict(indices=[0, 2, 258]),
    "commit_version": dict(number=2, previous=ID_A, link=ID_B, record=b"a sealed version record"),
    "version_committed": dict(number=2),
    "list_versions": dict(**{"from": 5}),
    "versions": dict(entries=[dict(number=5, link=ID_A, record=b"fifth"), dict(number=6, link=ID_B, record=b"the sixth record")], more=True),
    "restore_begin": dict(version=6, purpose=1),
    "restore_begun": {},
    "fetch_blocks": dict(ids=ID_B),
    "blocks_fetched": dict(missing=[1]),
    "restore_end": dict(complete=True),
    "restore_ended": {},
    "list_blocks": dict(after=ID_B),
    "block_list": dict(ids=ID_A + ID_B, more=True),
    "release_blocks": dict(ids=ID_B + ID_A),
    "blocks_released": {},
    "fetch_key": {},
    "key_state": dict(modes=5, escrow_key=ID_A, device_key=ID_B, record=KEY_RECORD),
    "store_key": dict(record=KEY_RECORD),
    "key_stored": dict(generation=7),
    "recover_key": dict(recipient=ID_A),
    "key_recovered": dict(wrap=ID_A + bytes(range(40))),
    "change_password": dict(current=b"correct horse", replacement=b"another one"),
    "password_changed": {},
}
ZERO = {  # messages whose fields may all be zero or empty: the shortest encodings
    "disconnect": dict(reason=0), "ping": {}, "pong": {}, "proceed": {}, "config_state": {}, "config_push": {}, "config_ack": {},
    "missing_blocks": {}, "list_versions": {}, "versions": {}, "blocks_fetched": {}, "restore_end": {}, "block_list": {},
}
BAD_TEXT = {"not-utf8": b"a\xff", "overlong": b"\xc0\xaf", "overlong-nul": b"\xc0\x80", "surrogate": b"\xed\xa0\x80", "beyond-unicode": b"\xf4\x90\x80\x80",
            "cut-sequence": b"\xe2\x82", "stray-continuation": b"\x80", "nul-inside": b"a\0b"}
GOOD_TEXT = {"two-octets-each": "é" * 4, "three-octets-each": "€" * 4, "four-octets-each": "\U0001F512", "highest": "\U0010FFFF", "below-surrogates": "\uD7FF", "above-surrogates": "\uE000"}
ADDRESSES = {
    "v4-least": "0.0.0.0", "v4-most": "255.255.255.255", "v6-zero": "::", "v6-loopback": "::1", "v6-gap": "2001:db8::7", "v6-whole-in-capitals": "2001:DB8:0:0:0:0:0:7",
    "v6-gap-then-v4": "::ffff:192.0.2.7", "v6-whole": "1:2:3:4:5:6:7:8", "v6-link-local": "fe80::1", "v6-gap-at-the-end": "1:2:3:4:5:6:7::", "v6-gap-at-the-start": "::2:3:4:5:6:7:8",
    "v6-whole-then-v4": "1:2:3:4:5:6:192.0.2.7", "v6-prefix-then-v4": "64:ff9b::192.0.2.7", "v6-capitals-then-gap": "ABCD:ef01::",
}
NO_ADDRESSES = {
    "empty": "", "v4-three-numbers": "192.0.2", "v4-256": "192.0.2.256", "v4-leading-zero": "192.0.2.07", "v4-space-behind": "192.0.2.7 ", "v4-space-before": " 192.0.2.7",
    "v4-dot-behind": "192.0.2.7.", "v4-hexadecimal": "0x7f.0.0.1", "v4-one-number": "3221225991", "v6-seven-groups": "1:2:3:4:5:6:7", "v6-nine-groups": "1:2:3:4:5:6:7:8:9",
    "v6-two-gaps": "::1::2", "v6-begins-with-a-colon": ":1", "v6-five-digits": "2001:db8::12345", "v6-zone": "fe80::1%eth0", "v6-brackets": "[::1]", "v6-prefix-length": "::1/128",
    "a-name": "localhost", "v6-then-v4-256": "::ffff:192.0.2.256", "v6-eight-groups-and-a-gap-behind": "1:2:3:4:5:6:7:8::", "v6-eight-groups-and-a-gap": "1:2:3:4::5:6:7:8",
    "v6-three-colons-within": "1:::2", "v6-three-colons": ":::", "v6-one-colon": ":", "v6-colon-behind": "1::2:", "v6-one-group-and-a-colon": "12:", "v4-then-gap": "192.0.2.7::",
    "v4-within-v6": "::192.0.2.7:5", "v6-seven-groups-then-v4": "1:2:3:4:5:6:7:192.0.2.7", "v6-no-digit": "::g", "v4-empty-number": "192.0..7", "v4-dot-before": ".192.0.2.7",
    "v4-minus": "192.0.2.-7", "v4-plus": "+1.0.2.7", "v4-four-digits": "192.0.2.1000", "v6-leading-zeros": "::00001", "nul-inside": b"192.0.2.7\0",
}
MOST = {"UInt16": 2**16 - 1, "UInt32": 2**32 - 1, "UInt64": 2**64 - 1, "Int16": 2**15 - 1}


def shown(spec, struct_name, values):
    """Field values as the vectors write them: 64-bit numbers as decimal text, data as hex, the rest as JSON has it; every field present."""
    structs = {s.name: s for s in spec.structs}
    result = {}
    for field in structs[struct_name].fields:
        value = values.get(field.name)
        inner = re.fullmatch(r"List\((\w+)\)", field.type)
        if field.type in ("UInt64", "Int64"):
            value = str(value or 0)
        elif field.type == "Data":
            value = (value or b"").hex()
        elif field.type == "Text":
            value = value or ""
        elif field.type == "Bool":
            value = bool(value)
        elif inner and inner[1] in structs:
            value = [shown(spec, inner[1], item) for item in value or []]
        elif inner:
            value = value or []
        else:
            value = value or 0
        result[field.name] = value
    return result


def messages(spec):
    book = Book()
    types = {f.name: f.type for s in spec.structs if s.name == "Control" for f in s.fields}

    def good(name, requirement, comment, message, values):
        book.accepted(name, requirement, "message", comment, {"octets": canonical.message(spec, message, **values).hex()},
                      {"message": message, "fields": shown(spec, types[message], values)})

    for label, comment, samples in (("typical", "every field another value", TYPICAL), ("zero", "every field zero or empty", ZERO)):
        for message, values in samples.items():
            good(f"{message}-{label}", "MSG-001", comment, message, values)
            book.accepted(f"encode-{message}-{label}", "MSG-001", "encode", f"{comment}; there is one right form", {"message": message, "fields": shown(spec, types[message], values)},
                          {"octets": canonical.message(spec, message, **values).hex()})
    good("ping-seven", "MSG-001", "the ping that the malformed ones are made from", "ping", dict(token=7))
    ranges(spec, book, good, types)
    for name, (requirement, comment, octets) in malformed(spec).items():
        book.refused(name, requirement, "message", comment, {"octets": octets.hex()}, "malformed_message", MADE_FROM.get(name, "ping-seven"))
    return book.rows


MADE_FROM = {  # what a malformed message is made from, when not from a ping
    "unused-octets-of-a-data-word": "disconnect-zero", "reversed-sections": "disconnect-zero", "unused-bits-beside-a-flag": "restore_end-typical", "null-message": "goodbye-typical",
    "trailing-zero-word": "ping-zero", "trailing-null-pointer": "missing_blocks-zero", "empty-list-as-object": "missing_blocks-zero", "empty-data-as-object": "offer_blocks-typical",
    "list-beyond-the-end": "offer_blocks-typical", "list-of-another-size": "offer_blocks-typical", "struct-for-a-list": "offer_blocks-typical",
    "empty-text-as-object": "config_push-typical", "elements-of-no-size": "config_push-typical", "one-element-of-no-size": "config_push-typical", "element-count-beyond-the-list": "config_push-typical",
    "objects-in-another-order": "login-typical", "two-pointers-to-one-object": "login-typical", "padding-not-zero": "version-typical", "text-without-its-zero": "version-typical",
}


def ranges(spec, book, good, types):
    """Each bound of each field from both sides."""
    structs = {s.name: s for s in spec.structs}
    for row in spec.tables["messages"]["message"]:
        kinds = flat(structs, types[row["name"]])
        for field, written in row["fields"].items():
            accepted, refused = bounds(kinds[field], written, TYPICAL[row["name"]].get(field))
            for sign, cases in (("in", accepted), ("out", refused)):
                for label, value in cases:
                    values = with_field(TYPICAL[row["name"]], field, value)
                    identity = f"{row['name']}-{field}-{label}"
                    if sign == "in":
                        good(identity, "MSG-005", f"`{written}` allows {quoted(value)}", row["name"], values)
                    else:
                        book.refused(identity, refused_by(written, label), "message", f"`{written}` does not allow {quoted(value)}",
                                     {"octets": canonical.message(spec, row["name"], **values).hex()}, "field_out_of_range", f"{row['name']}-typical", field=field)


def quoted(value):
    """A short text as it is: a label says little of an address."""
    return repr(value) if isinstance(value, str) and len(value) < 50 else "it"


def refused_by(written, label):
    if label in BAD_TEXT:
        return "MSG-007"
    special = {"ip": "MSG-011", "alphanumeric": "MSG-009" if label.startswith("with") else "MSG-005"}
    if label in ("part-of-an-id", "equal-neighbours", "descending"):
        return "MSG-010"
    return special.get(written.split()[-1], "MSG-005")


def with_field(values, field, value):
    outer, _, inner = field.partition(".")
    if not inner:
        return values | {outer: value}
    first, *rest = values[outer]
    return values | {outer: [first | {inner: value}, *rest]}


def bounds(kind, written, typical):
    """(label, value) that the range allows, and that it does not. `typical`: what the field has in a right message."""
    low, _, high = written.split()[0].partition("..")
    if written == "any":
        return [], []
    if written == "ip":
        for text in ADDRESSES.values():
            ipaddress.ip_address(text)
        return list(ADDRESSES.items()), list(NO_ADDRESSES.items())
    if written.endswith("alphanumeric"):
        n = int(low)
        return ([("digits", "0" * n), ("letters", "zZaA" * (n // 4))],
                [("empty", ""), ("shorter", "A" * (n - 1)), ("longer", "A" * (n + 1)), ("with-dash", "A" * (n - 1) + "-"), ("with-accent", "A" * (n - 2) + "é"),
                 ("with-nul", b"A" * (n - 1) + b"\0"), ("with-space", " " + "A" * (n - 1))])
    least, most = int(low), MOST[kind] if high == "max" else int(high or low)
    if "utf8" in written:
        in_range = [("shortest", "x" * least)] * (least > 0) + [("longest", "x" * most)] + list(GOOD_TEXT.items())
        return in_range, [("empty", "")] * (least > 0) + [("too-long", "x" * (most + 1))] + list(BAD_TEXT.items())
    if written.endswith("ids"):
        return ([("fewest", ID_A * least), ("most", ID_A * most)], [("none", b"")] * (least > 0) + [("too-many", ID_A * (most + 1)), ("part-of-an-id", ID_A + b"\1")])
    if written.endswith("increasing"):
        return ([("none", []), ("extremes", [0, 65535]), ("most", list(range(most)))],
                [("equal-neighbours", [3, 3]), ("descending", [0, 2, 1]), ("too-many", list(range(most + 1)))])
    if written.endswith("items"):
        return [("most", typical[:1] * most)], [("too-many", typical[:1] * (most + 1))]
    if kind == "Data":
        return ([("shortest", b"\1" * least)] + [("longest", b"\1" * most)] * (most > least),
                [("empty", b""), ("shorter", b"\1" * max(0, least - 1))][: (least > 0) + (least > 1)] + [("longer", b"\1" * (most + 1))])
    out = [("below", least - 1)] * (kind.startswith("Int") or least > 0) + [("above", most + 1)] * (most < MOST[kind])
    return [("least", least), ("most", most)], out


def malformed(spec):
    """name: (requirement, comment, octets). Where a message is wanted, one that would be right but for the one thing."""
    ping = canonical.message(spec, "ping", token=7)
    version = canonical.message(spec, "version", **TYPICAL["version"])
    login = canonical.message(spec, "login", **TYPICAL["login"])
    root, control = struct_pointer(0, 1, 1), lambda tag: struct.pack("<Q", tag)
    push, missing, offer, disconnect, goodbye = 11, 15, 14, 0, 3
    beyond = len(next(s for s in spec.structs if s.name == "Control").tags)

    def put(octets, at, new):
        return octets[:at] + new + octets[at + len(new) :]

    zero_sized = root + control(push) + struct_pointer(0, 1, 1) + struct.pack("<Q", 3) + list_pointer(0, 7, 0)
    text = version.index(b"Linux 6.1\0")
    # Login's words: root, tag, pointer; computer, deferred; key, name, password; then the three objects.
    objects = {name: login.index(needle) for name, needle in (("key", b"ABCD"), ("name", b"alice"), ("password", b"correct"))}
    key_words, name_words = login[objects["key"] : objects["name"]], login[objects["name"] : objects["password"]]
    pointers = objects["key"] - 24
    swapped = login[:pointers] + list_pointer((objects["key"] + len(name_words) - pointers) // 8 - 1, 2, 17) \
        + list_pointer((objects["key"] - pointers - 8) // 8 - 1, 2, 6) + login[pointers + 16 : objects["key"]] + name_words + key_words + login[objects["password"] :]
    aliased = put(login, pointers + 8, list_pointer((objects["key"] - pointers - 8) // 8 - 1, 2, 17))
    return {
        "no-octets": ("MSG-001", "an empty body is no message", b""),
        "half-a-word": ("MSG-001", "four octets", ping[:4]),
        "not-whole-words": ("MSG-002", "one octet beyond the last word", ping + b"\0"),
        "a-word-behind": ("MSG-002", "a zero word behind the message", ping + bytes(8)),
        "cut-by-a-word": ("MSG-002", "the last word is missing", ping[:-8]),
        "cut-by-an-octet": ("MSG-002", "the last octet is missing", ping[:-1]),
        "null-root": ("MSG-001", "a null root pointer reads as every default, and is not how these are encoded", bytes(8)),
        "segment-table": ("MSG-001", "the stream form's table in front", struct.pack("<II", 0, len(ping) // 8) + ping),
        "unknown-tag": ("MSG-003", "one beyond the last message", root + control(beyond) + struct_pointer(-1, 0, 0)),
        "unknown-tag-65535": ("MSG-003", "the highest tag", root + control(65535) + struct_pointer(-1, 0, 0)),
        "null-message": ("MSG-001", "goodbye as a null pointer", struct_pointer(0, 1, 0) + control(goodbye)),
        "unknown-data-word": ("MSG-004", "ping with a second data word", root + control(1) + struct_pointer(0, 2, 0) + struct.pack("<QQ", 7, 9)),
        "unknown-pointer": ("MSG-004", "ping with a pointer to one octet", root + control(1) + struct_pointer(0, 1, 1) + struct.pack("<Q", 7) + list_pointer(0, 2, 1) + b"\1" + bytes(7)),
        "unknown-field-of-control": ("MSG-004", "a second data word beside the union tag", struct_pointer(0, 2, 1) + control(1) + control(9) + struct_pointer(0, 1, 0) + struct.pack("<Q", 7)),
        "unused-octets-of-a-data-word": ("MSG-004", "an octet behind Disconnect's reason", root[:4] + struct.pack("<HH", 0, 1) + struct_pointer(0, 1, 0) + struct.pack("<HHI", 5, 0, 1)),
        "unused-octets-beside-the-tag": ("MSG-004", "an octet behind the union tag", root + struct.pack("<HHI", 1, 1, 0) + struct_pointer(0, 1, 0) + struct.pack("<Q", 7)),
        "unused-bits-beside-a-flag": ("MSG-004", "a bit beside restore_end's flag", root + control(24) + struct_pointer(0, 1, 0) + struct.pack("<Q", 3)),
        "trailing-zero-word": ("MSG-002", "ping of token 0 with its data word", root + control(1) + struct_pointer(0, 1, 0) + bytes(8)),
        "trailing-null-pointer": ("MSG-002", "missing_blocks of no index with its pointer", root + control(missing) + struct_pointer(0, 0, 1) + bytes(8)),
        "empty-data-as-object": ("MSG-001", "no ids, and a pointer to them", root + control(offer) + struct_pointer(0, 0, 1) + list_pointer(0, 2, 0)),
        "empty-list-as-object": ("MSG-001", "no indices, and a pointer to them", root + control(missing) + struct_pointer(0, 0, 1) + list_pointer(0, 3, 0)),
        "empty-text-as-object": ("MSG-001", "a setting's empty value as a text of its terminating zero alone",
                                 root + control(push) + struct_pointer(0, 1, 1) + struct.pack("<Q", 3) + list_pointer(0, 7, 3) + struct_pointer(1, 1, 2)
                                 + struct.pack("<Q", 1) + list_pointer(1, 2, 2) + list_pointer(1, 2, 1) + b"n" + bytes(7) + bytes(8)),
        "objects-in-another-order": ("MSG-002", "the user's name before the registration key", swapped),
        "two-pointers-to-one-object": ("MSG-002", "registration key and name share their octets", aliased),
        "a-gap": ("MSG-002", "a zero word between root pointer and struct", struct_pointer(1, 1, 1) + bytes(8) + ping[8:]),
        "padding-not-zero": ("MSG-002", "an octet behind a text's end", put(version, text + 10, b"\1")),
        "text-without-its-zero": ("MSG-001", "the text's last counted octet is not zero", put(version, text + 9, b"!")),
        "list-beyond-the-end": ("MSG-002", "ids that claim more octets than there are", root + control(offer) + struct_pointer(0, 0, 1) + list_pointer(0, 2, 64) + ID_A),
        "struct-beyond-the-end": ("MSG-002", "a message that begins behind the last word", root + control(1) + struct_pointer(5, 1, 0) + struct.pack("<Q", 7)),
        "list-of-another-size": ("MSG-002", "ids as a list of two-octet elements", root + control(offer) + struct_pointer(0, 0, 1) + list_pointer(0, 3, 16) + ID_A),
        "struct-for-a-list": ("MSG-002", "ids as a struct", root + control(offer) + struct_pointer(0, 0, 1) + struct_pointer(0, 4, 0) + ID_A),
        "far-pointer": ("MSG-001", "a far pointer into the one segment", root + control(1) + struct.pack("<II", 3 << 3 | 2, 0) + struct_pointer(0, 1, 0) + struct.pack("<Q", 7)),
        "capability": ("MSG-002", "a capability where the message should be", root + control(1) + struct.pack("<II", 3, 0)),
        "pointer-to-itself": ("MSG-002", "a struct that is its own pointer", root + control(1) + struct_pointer(-1, 1, 0)),
        "root-to-itself": ("MSG-002", "a root pointer that points at itself", struct_pointer(-1, 1, 1)),
        "elements-of-no-size": ("MSG-008", "536,870,911 settings in one word", zero_sized + struct_pointer(2**29 - 1, 0, 0)),
        "one-element-of-no-size": ("MSG-008", "one setting whose every field is empty", zero_sized + struct_pointer(1, 0, 0)),
        "element-count-beyond-the-list": ("MSG-002", "a tag word that claims one setting more than its list has words for",
                                          root + control(push) + struct_pointer(0, 1, 1) + struct.pack("<Q", 3) + list_pointer(0, 7, 1) + struct_pointer(2, 1, 0) + struct.pack("<QQ", 1, 1)),
        "reversed-sections": ("MSG-002", "disconnect of reason 0 with the tag's word kept", root + control(disconnect) + struct_pointer(-1, 0, 0)),
    }


# ---- Metadata parts --------------------------------------------------------------------------------------------------------------
def metadata(spec):
    book = Book()

    def part(**fields):
        octets = canonical.single(spec, "BlockMetadata", **fields)
        return octets + bytes(-len(octets) % 16)

    whole = part(id=ID_A, checksum=ID_B)

    def refused(name, requirement, comment, octets, reason="malformed_message"):
        book.refused(name, requirement, "metadata", comment, {"octets": octets.hex()}, reason, "whole")

    named = {"id": ID_A.hex(), "checksum": ID_B.hex()}
    book.accepted("whole", "FRM-015", "metadata", "88 octets and eight of padding", {"octets": whole.hex()}, named)
    book.accepted("encode", "FRM-015", "encode_metadata", "there is one right form", named, {"octets": whole.hex()})
    refused("sixteen-zeros-more", "FRM-015", "a whole block of padding", whole + bytes(16))
    refused("padding-not-zero", "FRM-015", "the last octet of the padding is 1", whole[:-1] + b"\1")
    refused("padding-begins-not-zero", "FRM-015", "the first octet of the padding is 1", whole[:88] + b"\1" + bytes(7))
    refused("cut-by-a-block", "FRM-015", "the last sixteen octets are missing", whole[:-16])
    refused("all-zero", "FRM-015", "a null root pointer and padding", bytes(16))
    refused("another-struct", "FRM-015", "a control message", canonical.message(spec, "ping", token=7))
    refused("unknown-data-word", "FRM-015", "a data word before the pointers", struct_pointer(0, 1, 2) + struct.pack("<Q", 1) + whole[8:88])
    refused("objects-in-another-order", "FRM-015", "the checksum's octets before the id's", struct_pointer(0, 0, 2) + list_pointer(5, 2, 32) + list_pointer(0, 2, 32) + ID_B + ID_A + bytes(8))
    refused("no-id", "MSG-005", "an id of no octets", part(checksum=ID_B), "field_out_of_range")
    refused("short-id", "MSG-005", "an id of 31 octets", part(id=ID_A[:31], checksum=ID_B), "field_out_of_range")
    refused("long-checksum", "MSG-005", "a checksum of 33 octets", part(id=ID_A, checksum=ID_B + b"\1"), "field_out_of_range")
    refused("no-checksum", "MSG-005", "a checksum of no octets", part(id=ID_A), "field_out_of_range")
    return book.rows
