"""Chapters 7 and 8 once more, in Python, from their sentences alone: what the vectors of archives are made with.

Must not know: the reference's code. Cryptography is hashlib's, hmac's and gcm.py's.
"""
import dataclasses
import hashlib
import hmac

import canonical
import gcm

CONTENT, LEAF, ID_LIST, NODE = 0, 1, 2, 3


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def hkdf(key, info, length=32):
    """RFC 5869 with SHA-256 and an empty salt."""
    pseudorandom, out, last = mac(bytes(32), key), b"", b""
    while len(out) < length:
        last = mac(pseudorandom, last, info, bytes([len(out) // 32 + 1]))
        out += last
    return out[:length]


def u64(number):
    return number.to_bytes(8, "big")


@dataclasses.dataclass
class Keys:
    """[KEY-002] [KEY-003]"""
    archive_key: bytes
    user: int
    computer: int
    server: int

    def __post_init__(self):
        for name in ("block-id", "block", "record", "chunker", "check"):
            setattr(self, name.replace("-", "_"), hkdf(self.archive_key, f"coffer/1 {name}".encode()))
        self.archive = hkdf(self.archive_key, b"coffer/1 archive" + u64(self.user) + u64(self.computer) + u64(self.server))[:16]

    def owner(self):
        return {"archive_key": self.archive_key.hex(), "user": str(self.user), "computer": f"{self.computer:016x}", "server": f"{self.server:016x}"}


def block_id(keys, kind, block):
    """[ARC-001]"""
    return mac(keys.block_id, bytes([kind]), block)


def sealed(key, nonce, associated, plaintext, form=b"\1"):
    """[ARC-012] [ARC-020]"""
    return form + nonce + gcm.seal(key, nonce, associated, plaintext)


def seal_block(keys, identity, nonce, packed, form=b"\1"):
    """[ARC-012] [ARC-013] [ARC-014]; packed: the compression octet and what follows it [ARC-015]."""
    return sealed(mac(keys.block, identity), nonce, b"\1" + keys.archive + identity, packed, form)


def seal_record(keys, number, previous, nonce, plaintext, form=b"\1"):
    """[ARC-020] [ARC-028]"""
    return sealed(keys.record, nonce, b"\2" + keys.archive + u64(number) + previous, plaintext, form)


def link(previous, number, record):
    """[ARC-021]"""
    return sha256(b"coffer/1 link", previous, u64(number), record)


def record(spec, **fields):
    return canonical.single(spec, "VersionRecord", **fields)


def rows(spec, struct_name, items):
    """The octets of a leaf [ARC-022] or a node [ARC-061]."""
    encoded = [canonical.single(spec, struct_name, **item) for item in items]
    return b"".join(len(octets).to_bytes(4, "big") + octets for octets in encoded)


def numbers(*values):
    """Extents, and numbers of retired versions."""
    return b"".join(map(u64, values))


def gear(keys):
    """[ARC-019]"""
    octets = hkdf(keys.chunker, b"coffer/1 gear", 2048)
    return octets, [int.from_bytes(octets[i : i + 8], "big") for i in range(0, 2048, 8)]


def path_hash(table, path):
    h = 0
    for b in path:
        h = (2 * h + table[b]) % 2**64
    return h


def cut(table, data):
    """[ARC-018] The lengths of the blocks, by the rules of section 8.3."""
    lengths, at = [], 0
    while at < len(data):
        h, n = 0, 0
        for b in data[at : at + 1_048_576]:
            n += 1
            if n <= 65_472:
                continue
            h = (2 * h + table[b]) % 2**64
            if 65_536 <= n <= 212_992 and h >> 44 == 0 or n > 212_992 and h >> 48 == 0:
                break
        lengths.append(n)
        at += n
    return lengths


def stream(seed, length):
    """Octets that look random and need no storing: SHA-256 of the seed and a counter (8 octets big-endian), block by block."""
    return b"".join(sha256(seed, u64(i)) for i in range(-(-length // 32)))[:length]
