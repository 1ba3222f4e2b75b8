"""A canonical message word by word, each with what it is: for readers who check their own encoder. Reads only what canonical.py wrote."""
import re
import struct

SIGNED = {"Int16", "Int64"}
BITS = {"Bool": 1, "UInt8": 8, "UInt16": 16, "Int16": 16, "UInt32": 32, "UInt64": 64, "Int64": 64}


def message(spec, struct_name, octets):
    """(octets, what they are) of each word or row of words, in order."""
    return Explainer(spec, octets).walk(struct_name)


class Explainer:
    def __init__(self, spec, octets):
        self.structs = {s.name: s for s in spec.structs}
        self.octets = octets
        self.said = {}  # octet offset -> (length, text)

    def walk(self, name):
        self.structure(0, self.structs[name], name, "root")
        return [(self.octets[at : at + length], text) for at, (length, text) in sorted(self.said.items())]

    def word(self, at):
        return int.from_bytes(self.octets[at : at + 8], "little")

    def target(self, at):
        offset = self.word(at) & 0xFFFFFFFF
        return at + 8 + 8 * ((offset ^ 0x80000000) - 0x80000000 >> 2)

    def structure(self, at, layout, path, role):
        size, count = self.word(at) >> 32 & 0xFFFF, self.word(at) >> 48
        text = "nothing, every field is zero or empty" if size + count == 0 else f"{plural(size, 'data word')}, {plural(count, 'pointer')}"
        self.said[at] = (8, f"{role}: a struct {layout.name}, {text}")
        if size + count:
            self.body(self.target(at), layout, size, count, path)

    def body(self, at, layout, size, count, path):
        tag = struct.unpack_from("<H", self.octets, at)[0] if layout.tags and size else 0
        for index in range(size):
            inside = [self.scalar(at, f) for f in layout.fields if f.type in BITS and f.offset // 64 == index]
            self.said[at + 8 * index] = (8, f"{path}: union tag {tag}, {layout.tags[tag]}" if layout.tags else f"{path}: " + ", ".join(inside))
        for field in layout.fields:
            if field.type in BITS or field.offset >= count or layout.tags and field.name != layout.tags[tag]:
                continue
            pointer = at + 8 * (size + field.offset)
            if self.word(pointer) == 0:
                self.said[pointer] = (8, f"{path}: {field.name}, a null pointer: empty")
            elif field.type in self.structs:
                self.structure(pointer, self.structs[field.type], field.name, f"{path}: {field.name}")
            else:
                self.list(pointer, field, path)

    def scalar(self, at, field):
        bits = BITS[field.type]
        value = int.from_bytes(self.octets[at : at + 8 * (field.offset // 64 + 1)], "little") >> field.offset & (1 << bits) - 1
        if field.type in SIGNED and value >> bits - 1:
            value -= 1 << bits
        return f"{field.name} = {bool(value) if bits == 1 else f'0x{value:016x}' if field.name in ('guid', 'computer') else value}"

    def list(self, pointer, field, path):
        count, start = self.word(pointer) >> 35, self.target(pointer)
        if inner := re.fullmatch(r"List\((\w+)\)", field.type):
            if inner[1] in self.structs:
                return self.struct_list(pointer, start, field, self.structs[inner[1]], path)
            length, what = 2 * count, f"{plural(count, 'number')} of two octets"
        else:
            length, what = count, plural(count, "octet") + (", the last one zero" if field.type == "Text" else "")
        self.said[pointer] = (8, f"{path}: {field.name}, a list of {what}")
        value = self.octets[start : start + length]
        shown = f"“{value[:-1].decode()}”" if field.type == "Text" else ", ".join(map(str, struct.unpack(f"<{count}H", value))) if inner else f"{length} octets"
        padding = -length % 8
        self.said[start] = (length + padding, f"{field.name}: {shown}" + (f", and {plural(padding, 'octet')} of padding" if padding else ""))

    def struct_list(self, pointer, start, field, layout, path):
        tag = self.word(start)
        count, size, pointers = tag % 2**32 >> 2, tag >> 32 & 0xFFFF, tag >> 48
        self.said[pointer] = (8, f"{path}: {field.name}, a list of structs in {plural(count * (size + pointers), 'word')}")
        self.said[start] = (8, f"{field.name}: {plural(count, 'element')} of {plural(size, 'data word')}, {plural(pointers, 'pointer')} each")
        for index in range(count):
            self.body(start + 8 + 8 * index * (size + pointers), layout, size, pointers, f"{field.name}[{index}]")


def plural(number, word):
    return f"{number} {word}" + ("" if number == 1 else "s")
