"""Seeds of what stands beside the protocol: fixtures, archive keys, adapters' replies, a server's first flight of TLS, vectors.

The fixture is the one that `coffer-conform fixture` prints, and changes of it that the contract (interop/README.md) speaks of.
"""
import copy
import json
import struct


def seeds(fixture_text, vectors):
    """{target: {name: octets}}. `vectors`: the folder of the specification's."""
    return {"fixture": fixtures(json.loads(fixture_text)), "adapter_reply": replies(), "server_flight": flights(),
            "archive_key": keys(), "vector_file": asked(vectors)}


def fixtures(fixture):
    short = copy.deepcopy(fixture)
    short["users"], short["computers"] = short["users"][:1], short["computers"][:1]

    def changed(**members):
        return {**copy.deepcopy(short), **members}

    production = changed(profile="production", pbkdf2_rounds=100000)
    production["users"][0].pop("password")
    production["users"][0]["verifier"] = {"salt": "5a" * 16, "rounds": 100000, "hash": "a5" * 64}
    dangling = changed()
    dangling["users"][0]["organisation"] = "nobody"
    made = {
        "whole": fixture,
        "short": short,
        "production": production,
        "timers": changed(timers_ms={"step": 400, "idle": 400, "answer": 400, "linger": 100}, limits={"sessions_max": 2, "unverified_max": 2}),
        "few-rounds-in-production": changed(profile="production", pbkdf2_rounds=1000),
        "dangling-organisation": dangling,
        "unknown-member": changed(colour="blue"),
        "computer-of-nobody": changed(computers=[{"guid": "b10c000000000001", "user": None, "state": "blocked"}]),
    }
    octets = {f"seed-{name}": json.dumps(value).encode() for name, value in made.items()}
    return octets | {"seed-member-given-twice": octets["seed-short"].replace(b"{", b'{"profile": "test", ', 1)}


def replies():
    made = {
        "hello": [{"id": 1, "name": "other", "version": "2.1", "roles": ["server", "client"], "claims": {"timers": True}}],
        "serve": [{"id": 2, "port": 40123, "host": "127.0.0.1", "pin": "5a" * 32}],
        "out-of-order": [{"id": 2, "port": 1}, {"id": 1, "name": "other", "roles": ["client"]}],
        "unimplemented": [{"id": 1, "unimplemented": "no observer"}, {"id": 2, "unimplemented": 7}],
        "error": [{"id": 1, "error": "no room"}, {"id": 2, "error": {"code": 5}}],
        "late": [{"id": 4}, {"id": 4}],
        "twice": [{"id": 1}, {"id": 1}],
        "unknown-role": [{"id": 1, "name": "other", "roles": ["proxy"]}],
        "drive": [{"id": 3, "ended": "failed", "detail": "the server refused: busy"}],
        "vector-accepted": [{"id": 1, "accepted": {"octets": "00fe", "entries": [{"path": "a"}]}}, {"id": 2, "accepted": {"octets": "00ff", "entries": [{"path": "a"}, {"path": "b"}]}}],
        "vector-refused": [{"id": 1, "refused": {"layer": "fields", "reason": "malformed_message", "frames": [1, 2]}}, {"id": 2, "refused": {"layer": 3}}],
    }
    lines = {f"seed-{name}": "".join(json.dumps(reply) + "\n" for reply in replied).encode() for name, replied in made.items()}
    return lines | {"seed-not-json": b"ready.\n", "seed-blank-lines": b"\n \r\n" + lines["seed-hello"]}


def keys():
    digits = bytes(range(32)).hex()
    made = {"lower": digits + "\n", "upper-with-spaces": " \t" + digits.upper() + "\r\n", "one-digit-short": digits[:-1], "weak": "00" * 32,
            "not-hex": digits[:-1] + "g"}
    return {f"seed-{name}": text.encode() for name, text in made.items()}


def flights():
    def record(kind, body):
        return struct.pack(">BHH", kind, 0x0303, len(body)) + body

    def message(kind, body):
        return bytes([kind]) + len(body).to_bytes(3, "big") + body

    extensions = struct.pack(">HH", 23, 0) + struct.pack(">HH", 35, 0) + struct.pack(">HHB", 0xFF01, 1, 0)
    hello = message(2, b"\x03\x03" + b"\x5a" * 32 + b"\x04" + b"ABCD" + b"\xc0\x30\x00" + struct.pack(">H", len(extensions)) + extensions)
    certificate = message(11, b"\0\0\3" + b"\0\0\0")
    whole = hello + certificate
    return {
        "seed-alert": record(21, b"\x02\x28"),
        "seed-hello-alone": record(22, hello),
        "seed-hello-and-certificate": record(22, whole),
        "seed-in-small-records": b"".join(record(22, whole[at : at + 7]) for at in range(0, len(whole), 7)),
        "seed-not-tls": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    }


def asked(folder):
    """Of each kind of vector the shortest that is accepted and the shortest that is refused, as coffer-vector is asked."""
    shortest = {}
    for path in sorted(folder.glob("*.json")):
        for row in json.loads(path.read_text())["vectors"]:
            line = json.dumps({"kind": row["kind"], "input": row["input"]}).encode() + b"\n"
            name = f"seed-{row['kind']}-{next(iter(row['expect']))}"
            if len(line) < 4096 and len(line) < len(shortest.get(name, b" " * 4096)):
                shortest[name] = line
    return shortest
