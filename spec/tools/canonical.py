"""Cap'n Proto's canonical form, written anew from its encoding rules and the schema's layout: the independent side of the vectors.

Values are dicts by the schema's field names in snake case; what is left out is zero or empty, and empty text, data and lists are null
pointers (MSG-001). Must not know: the reference's code or Cap'n Proto's library.
"""
import re
import struct

SCALARS = {"UInt8": "<B", "UInt16": "<H", "UInt32": "<I", "UInt64": "<Q", "Int16": "<h", "Int64": "<q"}


def message(spec, name, **fields):
    """The control payload of a message."""
    return Encoder(spec).root("Control", {name: fields})


def single(spec, struct_name, **fields):
    """The canonical form of one struct by itself: BlockMetadata, VersionRecord, Entry."""
    return Encoder(spec).root(struct_name, fields)


class Encoder:
    def __init__(self, spec):
        self.structs = {s.name: s for s in spec.structs}
        self.words = bytearray()

    def root(self, name, values):
        at = self.reserve(1)
        self.structure(at, self.structs[name], values)
        return bytes(self.words)

    def reserve(self, words):
        at = len(self.words)
        self.words += bytes(8 * words)
        return at

    def structure(self, pointer, layout, values):
        data, pointers = self.sections(layout, values)
        size = trimmed_words(data)
        count = used_pointers(pointers)
        if size == 0 and count == 0:
            self.words[pointer : pointer + 8] = struct_pointer(-1, 0, 0)
            return
        at = self.reserve(size + count)
        self.words[pointer : pointer + 8] = struct_pointer((at - pointer) // 8 - 1, size, count)
        self.body(at, data[: 8 * size], pointers[:count])

    def body(self, at, data, pointers):
        self.words[at : at + len(data)] = data
        for index, child in enumerate(pointers):
            if child is not None:
                self.child(at + len(data) + 8 * index, *child)

    def sections(self, layout, values):
        """The data section in full length, and per pointer None or (type, value)."""
        data, pointers = bytearray(8 * layout.data_words), [None] * layout.pointers
        unknown = set(values) - {f.name for f in layout.fields}
        if unknown:
            raise ValueError(f"{layout.name} has no field {unknown}")
        if layout.tags:
            (tag,) = values
            struct.pack_into("<H", data, 0, layout.tags.index(tag))
        for field in layout.fields:
            if field.name not in values:
                continue
            value = values[field.name]
            if field.type == "Bool":
                data[field.offset // 8] |= int(value) << field.offset % 8
            elif field.type in SCALARS:
                struct.pack_into(SCALARS[field.type], data, field.offset // 8, value)
            elif field.type in self.structs or len(value) > 0:
                pointers[field.offset] = (field.type, value)
        return data, pointers

    def child(self, pointer, kind, value):
        if kind in self.structs:
            self.structure(pointer, self.structs[kind], value)
        elif kind in ("Text", "Data"):
            octets = (value if isinstance(value, bytes) else value.encode()) + (b"\0" if kind == "Text" else b"")
            self.plain_list(pointer, 2, len(octets), octets)
        elif kind == "List(UInt16)":
            self.plain_list(pointer, 3, len(value), struct.pack(f"<{len(value)}H", *value))
        else:
            self.struct_list(pointer, self.structs[re.fullmatch(r"List\((\w+)\)", kind)[1]], value)

    def plain_list(self, pointer, element_size, count, octets):
        at = self.reserve(-(-len(octets) // 8))
        self.words[at : at + len(octets)] = octets
        self.words[pointer : pointer + 8] = list_pointer((at - pointer) // 8 - 1, element_size, count)

    def struct_list(self, pointer, layout, items):
        """Every element is as large as the largest needs; a tag word says how large."""
        sections = [self.sections(layout, item) for item in items]
        size = max(trimmed_words(data) for data, _ in sections)
        count = max(used_pointers(pointers) for _, pointers in sections)
        each = size + count
        tag = self.reserve(1)
        self.words[pointer : pointer + 8] = list_pointer((tag - pointer) // 8 - 1, 7, len(items) * each)
        self.words[tag : tag + 8] = struct_pointer(len(items), size, count)
        first = self.reserve(len(items) * each)
        for index, (data, pointers) in enumerate(sections):
            self.body(first + 8 * each * index, data[: 8 * size], pointers[:count])


def trimmed_words(data):
    return -(-len(bytes(data).rstrip(b"\0")) // 8)


def used_pointers(pointers):
    return max((i + 1 for i, child in enumerate(pointers) if child is not None), default=0)


def struct_pointer(offset, data_words, pointers):
    return struct.pack("<IHH", offset << 2 & 0xFFFFFFFF, data_words, pointers)


def list_pointer(offset, element_size, count):
    return struct.pack("<II", (offset << 2 | 1) & 0xFFFFFFFF, count << 3 | element_size)
