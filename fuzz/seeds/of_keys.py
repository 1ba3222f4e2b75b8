"""Seeds of what is done with archive keys: wraps under the secrets that the target `wraps` knows.

Must not know: the reference's code. Wraps are made as spec/tools makes vectors of them.
"""
import archive
import key_wrap
import keys_and_wraps
import x25519

KINDS = ("account_wrap", "archive_wrap", "server_wrap", "recovery_wrap", "device_wrap")
CHANGES = ("user", "computer", "server", "secret", "salt-or-one-time-key", "rounds", "kind", "nothing", "small-order")
RIGHT, SMALL_ORDER = CHANGES.index("nothing"), CHANGES.index("small-order")
# rigs/wrap_opener.h has the same.
KEYS = archive.Keys(bytes(range(0x80, 0xA0)), 1, 2, 3)
SECRET, ONE_TIME, SALT, ROUNDS = b"\x5a" * 32, (9).to_bytes(32, "little"), bytes(16), 1
PRIME = 2**255 - 19
POINTS_OF_SMALL_ORDER = [point.to_bytes(32, "little") for point in (0, 1, PRIME - 1, PRIME, PRIME + 1)] + [
    bytes.fromhex(point) for point in ("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]


def seeds():
    """{target: {name: octets}}"""
    return {"wraps": wraps()}


def wrapping_key(kind):
    if kind in ("account_wrap", "archive_wrap"):
        return keys_and_wraps.of_password(KEYS, kind, SECRET, SALT, ROUNDS)
    if kind == "device_wrap":
        return keys_and_wraps.of_device(KEYS, SECRET)
    return keys_and_wraps.of_agreement(KEYS, kind, x25519.agree(SECRET, ONE_TIME), ONE_TIME, x25519.public(SECRET))


def wraps():
    made = {}
    right_header = bytes(8)
    for number, kind in enumerate(KINDS):
        name = kind.replace("_", "-")
        made[f"seed-{name}"] = bytes([number, RIGHT, 0]) + key_wrap.wrap(wrapping_key(kind), KEYS.archive_key)
        for change, what in enumerate(CHANGES[:SMALL_ORDER]):
            made[f"seed-{name}-sealed-another-{what}"] = bytes([number, change, 1]) + right_header + KEYS.archive_key
    for number, point in enumerate(POINTS_OF_SMALL_ORDER):
        for kind in ("server_wrap", "recovery_wrap"):
            made[f"seed-{kind.replace('_', '-')}-of-small-order-{number}"] = bytes([KINDS.index(kind), SMALL_ORDER, 0]) + right_header + point
    made["seed-of-31-octets"] = bytes([0, RIGHT, 0]) + bytes(7) + b"\x3f" + KEYS.archive_key[:31] + b"\0"
    made["seed-another-header"] = bytes([0, RIGHT, 0]) + bytes(3) + b"\1" + bytes(4) + KEYS.archive_key
    made["seed-weak-key"] = bytes([0, RIGHT, 0]) + right_header + bytes(32)
    return made
