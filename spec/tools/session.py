"""One whole session with fixed values: as a vector, and as a page that names every field. Must not know: the reference's code."""
import archive
import canonical
import explain
from vectors_archive import KEYS
from vectors_wire import CONTROL, DATA, frame

CONTENT = b"Hello, Coffer.\n"
VERSION = dict(protocol=6, major=7, minor=0, patch=0, time_zone_minutes=60, operating_system="Linux", address="192.0.2.7")
LOGIN = dict(registration_key="ABCDEFGH12345678", user_name="alice", password=b"correct horse battery", computer=KEYS.computer)
SETTINGS = [dict(name="schedule", value="hourly", locked=True)]
CREATED_NS = 1_700_000_000_000_000_000


class Session:
    """What both sides hold, and every frame in order."""

    def __init__(self, spec):
        self.spec = spec
        self.frames = []  # (from, title, frame, parts to explain)
        self.content = self.block(archive.CONTENT, CONTENT, bytes(range(0x10, 0x1C)))
        entry = dict(path=b"hello.txt", mode=0o644, modified_ns=CREATED_NS - 10**9, size=len(CONTENT), blocks=self.content["id"])
        self.leaf_octets = archive.rows(spec, "Entry", [entry])
        self.leaf = self.block(archive.LEAF, self.leaf_octets, bytes(range(0x20, 0x2C)))
        self.record = archive.record(spec, number=1, previous=bytes(32), created_ns=CREATED_NS, root=self.leaf["id"], entry_count=1, content_octets=len(CONTENT))
        self.sealed_record = archive.seal_record(KEYS, 1, bytes(32), bytes(range(0x30, 0x3C)), self.record)
        self.link = archive.link(bytes(32), 1, self.sealed_record)
        self.walk()

    @staticmethod
    def block(kind, octets, nonce):
        identity = archive.block_id(KEYS, kind, octets)
        sealed = archive.seal_block(KEYS, identity, nonce, b"\0" + octets)
        return {"id": identity, "nonce": nonce, "sealed": sealed, "checksum": archive.sha256(sealed)}

    def walk(self):
        ids = self.content["id"] + self.leaf["id"]
        self.say("client", "version", **VERSION)
        self.say("server", "proceed", major=7, minor=1, patch=2)
        self.say("client", "computer", guid=KEYS.computer)
        self.say("server", "server_identity", guid=KEYS.server)
        self.say("client", "login", **LOGIN)
        self.say("server", "login_accepted", user=KEYS.user, permissions=3)
        self.say("client", "config_state")
        self.say("server", "config_push", version=3, settings=SETTINGS)
        self.say("client", "config_ack", version=3)
        self.say("server", "ready")
        self.say("client", "offer_blocks", ids=ids)
        self.say("server", "missing_blocks", indices=[0, 1])
        self.store("the content", self.content)
        self.store("the leaf", self.leaf)
        self.say("client", "commit_version", number=1, previous=bytes(32), link=self.link, record=self.sealed_record)
        self.say("server", "version_committed", number=1)
        self.say("client", "list_versions", **{"from": 1})
        self.say("server", "versions", entries=[dict(number=1, link=self.link, record=self.sealed_record)])
        self.say("client", "goodbye")
        self.say("server", "disconnect", reason=0)

    def say(self, sender, name, **fields):
        payload = canonical.message(self.spec, name, **fields)
        self.frames.append((sender, name, frame(CONTROL, payload), explain.message(self.spec, "Control", payload)))

    def store(self, title, block):
        part = canonical.single(self.spec, "BlockMetadata", id=block["id"], checksum=block["checksum"])
        padding = bytes(-len(part) % 16)
        parts = explain.message(self.spec, "BlockMetadata", part) + [(padding, "padding of the metadata part")] + sealed_parts(block["sealed"])
        self.frames.append(("client", f"data frame: {title}", frame(DATA, part + padding + block["sealed"], (len(part) + len(padding)) // 16), parts))


def sealed_parts(sealed):
    return [(sealed[:1], "the format"), (sealed[1:13], "nonce"), (sealed[13:-16], "ciphertext: one compression octet and the block"), (sealed[-16:], "tag")]


def vector(spec):
    s = Session(spec)
    shown = {"version": VERSION, "login": LOGIN | {"password": LOGIN["password"].hex(), "computer": f"{KEYS.computer:016x}"}, "settings": SETTINGS, "config_version": 3,
             "server": f"{KEYS.server:016x}", "server_version": [7, 1, 2], "user": KEYS.user, "permissions": 3, "archive_key": KEYS.archive_key.hex(),
             "content": CONTENT.hex(), "leaf": s.leaf_octets.hex(), "blocks": [{k: v.hex() for k, v in b.items()} for b in (s.content, s.leaf)],
             "record": s.sealed_record.hex(), "link": s.link.hex()}
    return [{"id": "worked_session", "requirement": "SES-001", "kind": "session", "comment": "version to goodbye: one file stored, committed, listed", "input": shown,
             "expect": {"accepted": {"frames": [{"from": sender, "octets": octets.hex()} for sender, _, octets, _ in s.frames]}}}]


def page(spec):
    s = Session(spec)
    lines = [HEAD, "## Keys and what is sealed\n", "```"]
    rows = [("archive key", KEYS.archive_key), ("user, computer, server", b"".join(map(archive.u64, (KEYS.user, KEYS.computer, KEYS.server)))), ("archive identifier", KEYS.archive),
            ("block-id key", KEYS.block_id), ("block key", KEYS.block), ("record key", KEYS.record), ("content", CONTENT), ("its block id", s.content["id"]),
            ("its key", archive.mac(KEYS.block, s.content["id"])), ("its nonce", s.content["nonce"]), ("sealed", s.content["sealed"]), ("its checksum", s.content["checksum"]),
            ("leaf", s.leaf_octets), ("its block id", s.leaf["id"]), ("its key", archive.mac(KEYS.block, s.leaf["id"])), ("its nonce", s.leaf["nonce"]),
            ("sealed", s.leaf["sealed"]), ("its checksum", s.leaf["checksum"]), ("version record", s.record), ("its nonce", bytes(range(0x30, 0x3C))),
            ("sealed", s.sealed_record), ("link", s.link)]
    for name, octets in rows:
        lines += dump(octets, name)
    lines += ["```\n", "The leaf's entry and the version record, word by word:\n", "```"]
    lines += dump(s.leaf_octets[:4], "length of the entry")
    for struct_name, octets in (("Entry", s.leaf_octets[4:]), ("VersionRecord", s.record)):
        for part, text in explain.message(s.spec, struct_name, octets):
            lines += dump(part, text)
        lines.append("")
    lines[-1] = "```\n"
    for number, (sender, title, octets, parts) in enumerate(s.frames, 1):
        arrow = "client → server" if sender == "client" else "server → client"
        lines += [f"## {number} {title} ({arrow}, {len(octets)} octets)\n", "```"]
        lines += dump(octets[:1], "kind: " + ("control" if octets[0] == CONTROL else "data")) + dump(octets[1:2], "metadata_blocks") + dump(octets[2:6], f"length: {len(octets) - 6}")
        for part, text in parts:
            lines += dump(part, text)
        lines.append("```\n")
    return "\n".join(lines).rstrip("\n") + "\n"


HEAD = """# A whole session, octet by octet

Made by `spec/tools/generate.py` without any code of the reference; a test drives the reference's client and server with the same values and
compares every frame. The values are fixed for this page: nonces of a real client are random, and so are archive keys. What stands here
goes through the TLS channel. Words of messages are little-endian; see section 3.3.

The client of computer 0x1122334455667788 logs in as alice, takes configuration 3, stores one file of 15 octets as version 1, lists the
versions and leaves.
"""


def dump(octets, text):
    """Rows of sixteen octets, the text beside the first."""
    rows = [octets[i : i + 16].hex(" ") for i in range(0, len(octets), 16)] or [""]
    return [f"{rows[0]:<47}  {text}"] + rows[1:]
