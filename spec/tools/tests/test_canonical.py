"""The tools that make vectors, against others: canonical.py against the Cap'n Proto compiler, archive.py's HKDF against RFC 5869."""
import pathlib
import subprocess
import sys
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))
import archive
import canonical
import explain
import specification
import vectors_wire

SPEC = specification.load(TOOLS.parent)


def literal(value):
    """A Python value as Cap'n Proto's text format has it. Empty lists and texts are left out by the caller: there they are null pointers."""
    if isinstance(value, dict):
        return "(" + ", ".join(f"{camel(k)} = {literal(v)}" for k, v in value.items() if v not in ("", b"", [])) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, bytes):
        return f'0x"{value.hex()}"'
    if isinstance(value, str):
        return '"' + value + '"'
    return str(value).lower()


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def compiled(struct_name, text):
    return subprocess.run(["capnp", "convert", "text:canonical", str(TOOLS.parent / "schema/coffer.capnp"), struct_name], input=text.encode(), capture_output=True, check=True).stdout


class Canonical(unittest.TestCase):
    def test_every_message_is_what_the_compiler_makes_of_it(self):
        for samples in (vectors_wire.TYPICAL, vectors_wire.ZERO):
            for name, fields in samples.items():
                with self.subTest(name):
                    self.assertEqual(compiled("Control", literal({name: fields})).hex(), canonical.message(SPEC, name, **fields).hex())

    def test_an_unknown_field_is_no_field(self):
        with self.assertRaises(ValueError):
            canonical.message(SPEC, "ping", tokn=1)

    def test_what_is_explained_is_all_of_a_message(self):
        for name, fields in vectors_wire.TYPICAL.items():
            octets = canonical.message(SPEC, name, **fields)
            with self.subTest(name):
                self.assertEqual(octets.hex(), b"".join(part for part, _ in explain.message(SPEC, "Control", octets)).hex())


class Hkdf(unittest.TestCase):
    def test_case_3_of_rfc_5869_without_salt_and_info(self):
        self.assertEqual("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8", archive.hkdf(b"\x0b" * 22, b"", 42).hex())


if __name__ == "__main__":
    unittest.main()
