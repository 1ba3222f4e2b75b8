"""The protocol's messages as dictionaries, and their one encoding; written from spec/schema/coffer.capnp alone, for peers that mean no harm."""

import struct

# name -> (data words, pointers, {field: (type, bit offset or pointer index)}), in the order of the union tags.
MESSAGES = {
    "disconnect": (1, 0, {"reason": ("u16", 0)}),
    "ping": (1, 0, {"token": ("u64", 0)}),
    "pong": (1, 0, {"token": ("u64", 0)}),
    "goodbye": (0, 0, {}),
    "version": (2, 3, {"protocol": ("u16", 0), "major": ("u16", 16), "minor": ("u16", 32), "patch": ("u16", 48), "time_zone_minutes": ("u16", 64),
                       "operating_system": ("text", 0), "virtual_machine": ("text", 1), "address": ("text", 2)}),
    "proceed": (1, 0, {"major": ("u16", 0), "minor": ("u16", 16), "patch": ("u16", 32)}),
    "computer": (1, 0, {"guid": ("u64", 0)}),
    "server_identity": (1, 0, {"guid": ("u64", 0)}),
    "login": (2, 3, {"registration_key": ("text", 0), "user_name": ("text", 1), "password": ("data", 2), "computer": ("u64", 0), "deferred": ("bool", 64)}),
    "login_accepted": (2, 0, {"user": ("u64", 0), "permissions": ("u32", 64)}),
    "config_state": (1, 0, {"version": ("u64", 0)}),
    "config_push": (1, 1, {"version": ("u64", 0), "settings": ("settings", 0)}),
    "config_ack": (1, 0, {"version": ("u64", 0)}),
    "ready": (0, 0, {}),
    "offer_blocks": (0, 1, {"ids": ("data", 0)}),
    "missing_blocks": (0, 1, {"indices": ("u16s", 0)}),
    "commit_version": (1, 3, {"number": ("u64", 0), "previous": ("data", 0), "link": ("data", 1), "record": ("data", 2)}),
    "version_committed": (1, 0, {"number": ("u64", 0)}),
    "list_versions": (1, 0, {"from": ("u64", 0)}),
    "versions": (1, 1, {"entries": ("entries", 0), "more": ("bool", 0)}),
    "restore_begin": (2, 0, {"version": ("u64", 0), "purpose": ("u16", 64)}),
    "restore_begun": (0, 0, {}),
    "fetch_blocks": (0, 1, {"ids": ("data", 0)}),
    "blocks_fetched": (0, 1, {"missing": ("u16s", 0)}),
    "restore_end": (1, 0, {"complete": ("bool", 0)}),
    "restore_ended": (0, 0, {}),
    "list_blocks": (0, 1, {"after": ("data", 0)}),
    "block_list": (1, 1, {"ids": ("data", 0), "more": ("bool", 0)}),
    "release_blocks": (0, 1, {"ids": ("data", 0)}),
    "blocks_released": (0, 0, {}),
    "fetch_key": (0, 0, {}),
    "key_state": (1, 3, {"modes": ("u16", 0), "escrow_key": ("data", 0), "device_key": ("data", 1), "record": ("data", 2)}),
    "store_key": (0, 1, {"record": ("data", 0)}),
    "key_stored": (1, 0, {"generation": ("u64", 0)}),
    "recover_key": (0, 1, {"recipient": ("data", 0)}),
    "key_recovered": (0, 1, {"wrap": ("data", 0)}),
    "change_password": (0, 2, {"current": ("data", 0), "replacement": ("data", 1)}),
    "password_changed": (0, 0, {}),
}
NAMES = list(MESSAGES)
ELEMENTS = {
    "settings": (1, 2, {"name": ("text", 0), "value": ("text", 1), "locked": ("bool", 0)}),
    "entries": (1, 2, {"number": ("u64", 0), "link": ("data", 0), "record": ("data", 1)}),
}
METADATA = (0, 2, {"id": ("data", 0), "checksum": ("data", 1)})
INTEGERS = {"u16": ("<H", 2), "u32": ("<I", 4), "u64": ("<Q", 8)}


def split(layout, values):
    """A struct's data section without its trailing zero words, and its pointers' values without the trailing empty ones."""
    data, pointers = bytearray(8 * layout[0]), [None] * layout[1]
    for field, (kind, at) in layout[2].items():
        value = values.get(field)
        if kind in INTEGERS:
            struct.pack_into(INTEGERS[kind][0], data, at // 8, int(value or 0) % (1 << 8 * INTEGERS[kind][1]))
        elif kind == "bool":
            data[at // 8] |= bool(value) << at % 8
        elif value:
            pointers[at] = (kind, value)
    while data and not any(data[-8:]):
        del data[-8:]
    while pointers and pointers[-1] is None:
        pointers.pop()
    return bytes(data), pointers


def struct_pointer(offset, data_words, pointers):
    return struct.pack("<iHH", (offset if data_words + pointers else -1) << 2, data_words, pointers)


def body(out, at, pointers):
    """Appends what the pointers at word `at` point to, each directly before what itself points to."""
    for index, pointer in enumerate(pointers):
        if pointer is None:
            continue
        kind, value = pointer
        offset = len(out) // 8 - (at + index) - 1
        if kind == "struct":
            data, inner = value
            out[8 * (at + index):8 * (at + index) + 8] = struct_pointer(offset, len(data) // 8, len(inner))
            start = len(out) // 8 + len(data) // 8
            out += data + bytes(8 * len(inner))
            body(out, start, inner)
        elif kind in ELEMENTS:
            elements = [split(ELEMENTS[kind], v) for v in value]
            words, count = max(len(d) // 8 for d, _ in elements), max(len(p) for _, p in elements)
            out[8 * (at + index):8 * (at + index) + 8] = struct.pack("<iI", offset << 2 | 1, len(elements) * (words + count) << 3 | 7)
            out += struct.pack("<iHH", len(elements) << 2, words, count)
            start = len(out) // 8
            for data, inner in elements:
                out += data.ljust(8 * words, b"\0") + bytes(8 * count)
            for number, (data, inner) in enumerate(elements):
                body(out, start + number * (words + count) + words, inner)
        else:
            octets = b"".join(struct.pack("<H", v) for v in value) if kind == "u16s" else value.encode() + b"\0" if kind == "text" else bytes(value)
            size, count = (3, len(value)) if kind == "u16s" else (2, len(octets))
            out[8 * (at + index):8 * (at + index) + 8] = struct.pack("<iI", offset << 2 | 1, count << 3 | size)
            out += octets + bytes(-len(octets) % 8)


def encode_struct(data, pointers):
    out = bytearray(8)
    body(out, 0, [("struct", (data, pointers))])
    return bytes(out)


def encode(name, **values):
    """The payload of a control frame."""
    tag = struct.pack("<Q", NAMES.index(name)) if NAMES.index(name) else b""
    return encode_struct(tag, [("struct", split(MESSAGES[name], values))])


def encode_metadata(block_id, checksum):
    payload = encode_struct(*split(METADATA, {"id": block_id, "checksum": checksum}))
    return payload + bytes(-len(payload) % 16)


def read_struct(octets, at, layout):
    """The fields of the struct that the pointer at octet `at` names. Raises struct.error, IndexError or ValueError on nonsense."""
    low, words, count = struct.unpack_from("<iHH", octets, at)
    start = at + 8 + 8 * (low >> 2)
    data = octets[start:start + 8 * words].ljust(8 * layout[0], b"\0")
    values = {}
    for field, (kind, where) in layout[2].items():
        if kind in INTEGERS:
            values[field] = struct.unpack_from(INTEGERS[kind][0], data, where // 8)[0]
        elif kind == "bool":
            values[field] = bool(data[where // 8] >> where % 8 & 1)
        elif kind in ("text", "data"):
            pointer = start + 8 * words + 8 * where
            offset, size = struct.unpack_from("<iI", octets, pointer) if where < count else (0, 0)
            first = pointer + 8 + 8 * (offset >> 2)
            values[field] = octets[first:first + (size >> 3)] if size else b""
    return values, start + 8 * words


def decode(payload):
    """(name, values) of a control payload, or None for what cannot be read."""
    try:
        tag, pointer = read_struct(payload, 0, (1, 1, {"tag": ("u16", 0)}))
        name = NAMES[tag["tag"]]
        return name, read_struct(payload, pointer, MESSAGES[name])[0]
    except (struct.error, IndexError, ValueError):
        return None


def control(name, **values):
    payload = encode(name, **values)
    return struct.pack(">BBI", 1, 0, len(payload)) + payload


def data(block_id, checksum, sealed):
    metadata = encode_metadata(block_id, checksum)
    return struct.pack(">BBI", 2, len(metadata) // 16, len(metadata) + len(sealed)) + metadata + sealed
