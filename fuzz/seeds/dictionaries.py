"""Dictionaries for engines out of the specification and the contracts: what stands in a target's inputs and is hard to guess.

fuzz/dict/TARGET.dict, one entry a line in the form of AFL and libFuzzer. Must not know: engines.
"""
import json
import struct

import of_specification

FIXTURE_WORDS = ("test", "production", "active", "deauthorized", "blocked", "deactivated", "desktop_user", "console_user")


def entry(octets):
    return '"' + "".join(chr(o) if 32 <= o < 127 and o not in (34, 92) else f"\\x{o:02x}" for o in octets) + '"'


def dictionaries(spec, root):
    """{target: octets of its file}"""
    made = {
        "frame_reader": headers(spec), "control_payload": payloads(spec), "differential": payloads(spec), "trace_text": trace_words(spec),
        "fixture": json_words([root / "interop/schema/prepare.schema.json"]) | {f'"{word}"'.encode() for word in FIXTURE_WORDS},
        "adapter_reply": json_words(sorted((root / "interop/schema").glob("*.schema.json"))),
    }
    made["vector_file"] = set().union(*(words_of(json.loads(path.read_text())["vectors"]) for path in sorted((root / "spec/vectors").glob("*.json"))))
    return {target: ("# Made by ./dev fuzz seeds from the specification. Do not edit.\n" + "".join(f"{entry(word)}\n" for word in sorted(words))).encode()
            for target, words in made.items()}


def headers(spec):
    """Frame headers: every kind that chapter 3 names, and lengths at each limit and one beyond."""
    limits = [row["value"] for row in spec.tables["limits"]["limit"] if "octets" in row["name"] and row["value"] < 2 ** 31]
    lengths = sorted({0, 16, 30, *limits, *(limit + 1 for limit in limits)})
    return {struct.pack(">BBI", kind, blocks, length) for kind, blocks in ((1, 0), (2, 5), (9, 0)) for length in lengths}


def payloads(spec):
    """The words with which messages begin: the root pointer, the union's tag, the pointer to the member."""
    return {payload[at : at + 8] for _, payload in of_specification.messages(spec) for at in range(0, min(len(payload), 32), 8) if any(payload[at : at + 8])}


def trace_words(spec):
    words = {"coffer-trace 1\n", "good", "varied", "out_of_range", "extreme", "checksum", "padding", "id_length", "too_short", "fitting", "value=", "number=",
             "message ", "data ", "answer ", "request ", "wait ms=", "header kind=", "metadata_blocks=", "length=", "flip bit=", "octet=", "split octet=", "stop\n",
             "vanish\n", "join\n", "session number=", "channel ", "restart\n", "record=", "to_client="}
    return {word.encode() for word in words} | {f"{message['name']} ".encode() for message in spec.tables["messages"]["message"]}


def words_in(value):
    if isinstance(value, dict):
        return set(value) | set().union(*map(words_in, value.values()), set())
    if isinstance(value, list):
        return set().union(*map(words_in, value), set())
    return {value} if isinstance(value, str) and len(value) <= 24 else set()


def words_of(rows):
    """Keys and short words, quoted as JSON has them, of vectors' kinds and inputs."""
    words = words_in([[row["kind"], row["input"]] for row in rows])
    return {f'"{word}"'.encode() for word in words if 1 < len(word) <= 16 and word.isascii() and word.isprintable() and not is_hex(word)}


def is_hex(word):
    return all(c in "0123456789abcdef" for c in word)


def json_words(paths):
    found = set()
    for path in paths:
        found |= properties(json.loads(path.read_text()))
    return {f'"{word}"'.encode() for word in found}


def properties(schema):
    """Names of members, and the words of enumerations and constants."""
    if isinstance(schema, list):
        return set().union(*map(properties, schema), set())
    if not isinstance(schema, dict):
        return set()
    found = set(schema.get("properties", {})) | {word for word in schema.get("enum", []) if isinstance(word, str)}
    if isinstance(schema.get("const"), str):
        found.add(schema["const"])
    return found.union(*map(properties, schema.values()))

