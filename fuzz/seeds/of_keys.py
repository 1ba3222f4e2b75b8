"""Seeds of what is done with archive keys: wraps under the secrets that the target `wraps` knows, acts for the target `key_modes`.

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
    return {"wraps": wraps(), "key_modes": key_modes()}


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
    made["seed-header-of-rfc-3394"] = bytes([0, RIGHT, 0]) + bytes.fromhex("00ffff00a6a6a686") + KEYS.archive_key
    made["seed-weak-key"] = bytes([0, RIGHT, 0]) + right_header + bytes(32)
    return made


# In the order of tests/support/keys/key_world.cc.
ACTS = ("store-account-password", "store", "store-another-key", "send-something-wrong", "replay", "change-archive-password", "forget-archive-password",
        "change-account-password", "reset-account-password", "rotate-escrow-key", "forbid", "permit", "block", "reactivate", "log-out", "unlock", "recover", "die", "purge", "lose-the-key",
        "lose-server-keys", "copy", "put-back")
MODES = ("account-password", "archive-password", "custom")
# What happens to a key by spec/tables/key_modes.toml, in acts; `store` is of the mode above the one in force.
EVENTS = {
    "create": ("store",), "raise": ("store",), "unlock": ("log-out", "unlock"), "change_account_password": ("change-account-password",),
    "reset_account_password": ("reset-account-password",), "change_archive_password": ("change-archive-password",),
    "account_password_forgotten": ("reset-account-password", "unlock"), "archive_password_forgotten": ("forget-archive-password", "unlock"),
    "key_lost": ("lose-the-key", "log-out", "lose-the-key", "unlock"), "forbid": ("forbid",), "new_escrow_key": ("rotate-escrow-key",),
    "replace_computer": ("block", "reactivate", "unlock"), "log_out": ("log-out",), "deauthorise": ("block", "unlock"), "block": ("block", "reactivate"),
    "deactivate": ("block", "reset-account-password"), "purge": ("purge", "recover"), "server_loses_keys": ("lose-server-keys", "unlock", "store"),
    "escrow_key_lost": ("rotate-escrow-key", "unlock", "store"),  # the world's escrow keys have successors
    "put_back": ("copy", "store", "change-account-password", "put-back", "unlock", "store"),
}


def act(name, how=0):
    return bytes([ACTS.index(name), how])


def key_modes():
    """Every act in every mode, with the key on the device; and lives of keys."""
    made = {}
    for how, mode in enumerate(MODES):
        for name in ACTS:
            made[f"seed-{mode}-{name}"] = act("store", how) + act("unlock") + act(name) + act("store", how)
    for how, mode in enumerate((*MODES, "none")):
        before = act("store", how) if mode in MODES else b""
        for event, acts in EVENTS.items():
            made[f"seed-{event.replace('_', '-')}-in-{mode}"] = before + act("unlock") + b"".join(act(name, (how + 1) % 3 if name in ("store", "rotate-escrow-key") else how) for name in acts)
    made |= {
        "seed-raised-twice": b"".join(act("store", how) for how in range(3)),
        "seed-every-former-record-again": b"".join(act("store", how) for how in (0, 0, 1, 1)) + b"".join(act("replay", how) for how in range(3)),
        "seed-lower-again": act("store", 1) + act("store", 0),
        "seed-everything-wrong": b"".join(act("send-something-wrong", how) for how in range(8)) + act("store") + b"".join(act("send-something-wrong", how) for how in range(8)),
        "seed-forbidden-and-permitted": act("forbid", 1) + act("store", 1) + act("permit", 1) + act("store", 1) + act("forbid", 1) + act("change-archive-password"),
        "seed-dies-at-each-change": b"".join(act("die") + act(*one) for one in (("store", 0), ("change-account-password",), ("rotate-escrow-key", 1), ("store", 1), ("change-archive-password",), ("store", 2))),
        "seed-blocked-and-active-again": act("store") + act("unlock") + act("block") + act("unlock") + act("reactivate") + act("unlock") + act("recover"),
        "seed-another-escrow-key": act("store") + act("rotate-escrow-key", 1) + act("rotate-escrow-key", 0) + act("recover") + act("change-account-password"),
        "seed-reset-and-unlocked": act("store") + act("unlock") + act("reset-account-password") + act("unlock") + act("change-account-password"),
    }
    return made
