"""Seeds out of the specification alone: one example of each message, written by spec/tools/canonical.py, framed, cut and damaged in the
ways that chapter 3 tells apart; manifests and blocks as chapter 8 has them.
"""
import hashlib
import struct

import canonical
import vectors_keys

ID, SUM, LINK = b"\xa1" * 32, b"\xb2" * 32, b"\x11" * 32


def messages(spec):
    """Every kind of message with every field set."""
    sample = {"UInt8": 1, "UInt16": 6, "UInt32": 3, "UInt64": 0x0123456789ABCDEF, "Int16": 60, "Int64": 1, "Bool": True, "Text": "Debian 12", "Data": ID}

    def value(kind):
        if kind.startswith("List("):
            inner = kind[5:-1]
            return [0, 1] if inner == "UInt16" else [fields(inner)]
        return sample[kind]

    structs = {s.name: s for s in spec.structs}

    def fields(name):
        return {field.name: value(field.type) for field in structs[name].fields}

    for member in structs["Control"].fields:
        yield member.name, canonical.message(spec, member.name, **fields(member.type))


def frame(kind, blocks, body):
    return struct.pack(">BBI", kind, blocks, len(body)) + body


def seeds(spec):
    """{target: {name: octets}}"""
    made = {}

    def write(target, name, octets):
        made.setdefault(target, {})[f"seed-{name}"] = octets

    metadata = canonical.single(spec, "BlockMetadata", id=ID, checksum=SUM) + bytes(8)
    stream = b""
    for name, payload in messages(spec):
        write("control_payload", name, payload)
        stream += frame(1, 0, payload)
    write("control_payload", "metadata", metadata)
    write("control_payload", "trailing-word", payload + bytes(8))
    plain, cut = b"\x01\x00", b"\x01\x03" + struct.pack(">HHH", 3, 77, 500)
    data = frame(2, len(metadata) // 16, metadata + b"sealed" * 8)
    write("frame_reader", "stream", plain + stream + data)
    write("frame_reader", "stream-in-pieces", cut + stream + data)
    write("frame_reader", "unknown-kind", plain + data + frame(9, 0, b""))
    write("frame_reader", "control-with-metadata", plain + frame(1, 1, bytes(16)))
    write("frame_reader", "metadata-longer-than-body", plain + frame(2, 2, bytes(16)))
    write("frame_reader", "too-large", plain + struct.pack(">BBI", 1, 0, 65537))
    write("frame_reader", "too-large-before-login", b"\x00\x00" + struct.pack(">BBI", 1, 0, 4097))
    for row in vectors_keys.key_records():
        if row["kind"] == "read_key_record":
            write("key_record", row["id"], b"\x01" + bytes.fromhex(row["input"]["record"]))
    entries = [
        {"path": b"home", "type": 1, "mode": 0o755, "modified_ns": 1},
        {"path": b"home/letter", "type": 0, "mode": 0o644, "modified_ns": 2, "size": 5, "blocks": ID},
        {"path": b"home/link", "type": 2, "mode": 0o777, "target": b"letter"},
        {"path": b"home/second", "type": 3, "mode": 0o644, "target": b"home/letter"},
    ]
    encoded = [canonical.single(spec, "Entry", **entry) for entry in entries]
    manifest = b"".join(struct.pack(">I", len(entry)) + entry for entry in encoded)
    anywhere = b"\x00\x00"
    write("manifest", "four-entries", anywhere + manifest)
    write("manifest", "four-entries-in-their-place", b"\x04home\x04home" + manifest)
    children = [canonical.single(spec, "Child", path=path, id=ID) for path in (b"home", b"usr/bin")]
    write("manifest", "two-children", anywhere + b"".join(struct.pack(">I", len(child)) + child for child in children))
    for name, path in (("upwards", b"../secret"), ("absolute", b"/etc/passwd")):
        entry = canonical.single(spec, "Entry", path=path, mode=0o644, modified_ns=1)
        write("manifest", name, anywhere + struct.pack(">I", len(entry)) + entry)
    record = canonical.single(spec, "VersionRecord", number=2, previous=LINK, created_ns=1, depth=0, root=ID, entry_count=4, content_octets=5, retired=LINK[:8])
    write("manifest", "record", anywhere + record)
    for kind in range(4):
        write("sealed_block", f"stored-{kind}", bytes([kind, 0]) + b"plain text" * 4)
    # One zstd frame with a stated content size: magic, single segment, size, one raw block that is the last.
    text = b"compressed"
    zstd = bytes.fromhex("28b52ffd20") + bytes([len(text)]) + struct.pack("<I", len(text) << 3 | 1)[:3] + text
    write("sealed_block", "one-zstd-frame", b"\x00\x01" + zstd)
    write("sealed_block", "sealed-shape", b"\x00\x01" + hashlib.sha256(b"nonce").digest() * 2)
    return made
