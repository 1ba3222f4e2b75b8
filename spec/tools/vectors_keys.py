"""Vectors of sections 7.4, 7.5 and 7.9: wraps and key records. Must not know: the reference's code.

Passwords have few rounds here, save one: vectors are about what is computed, and a reader of them has no policy.
"""
import hashlib

import archive
import key_wrap
import keys_and_wraps as made
import x25519
from book import Book
from keys_and_wraps import ACCOUNT_PASSWORD, ARCHIVE_PASSWORD, CUSTOM
from vectors_archive import KEYS, OTHER

PASSWORD, SALT, ROUNDS = b"correct horse", bytes(range(0x50, 0x60)), 1_000
ONE_TIME, ESCROW, CLIENT, DEVICE = (bytes([octet]) + bytes(range(1, 32)) for octet in (0x11, 0x22, 0x33, 0x44))
OTHER_COMPUTER = archive.Keys(KEYS.archive_key, KEYS.user, KEYS.computer + 1, KEYS.server)
OTHER_SERVER = archive.Keys(KEYS.archive_key, KEYS.user, KEYS.computer, KEYS.server + 1)
OTHER_KEY = archive.Keys(bytes(range(2, 34)), KEYS.user, KEYS.computer, KEYS.server)


def who(keys):
    given = keys.owner()
    del given["archive_key"]
    return given


def flipped(octets, at):
    return octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]


# ---- Wraps -----------------------------------------------------------------------------------------------------------------------
def wraps():
    book = Book()
    passwords(book)
    agreements(book)
    devices(book)
    return book.rows


def broken(book, kind, twin, given, wrapped, wrapping_key):
    """The failures that every kind of wrap has, each made from an accepted vector."""
    def refused(name, requirement, comment, octets, reason="wrap_broken"):
        book.refused(f"{twin}-{name}", requirement, kind, comment, given(octets), reason, twin)

    refused("first-bit", "KEY-018", "one bit of the first octet", flipped(wrapped, 0))
    refused("middle-bit", "KEY-018", "one bit in the middle", flipped(wrapped, 20))
    refused("last-bit", "KEY-018", "one bit of the last octet", flipped(wrapped, 39))
    refused("cut", "KEY-014", "39 octets", wrapped[:39], "wrap_length")
    refused("part-missing", "KEY-014", "32 octets, a whole number of parts", wrapped[:32], "wrap_length")
    refused("longer", "KEY-014", "an octet behind", wrapped + b"\0", "wrap_length")
    refused("of-31-octets", "KEY-018", "a good wrap of 31 octets is as long as one of 32", key_wrap.wrap(wrapping_key, KEYS.archive_key[:31]))
    refused("of-33-octets", "KEY-014", "a good wrap of 33 octets", key_wrap.wrap(wrapping_key, KEYS.archive_key + b"\0"), "wrap_length")
    refused("without-padding", "KEY-014", "RFC 3394's key wrap, which has another integrity check", key_wrap.wrapped_as(wrapping_key, bytes.fromhex("a6" * 8), KEYS.archive_key))


def passwords(book):
    def given(wrapped, keys=KEYS, wrap="account_wrap", password=PASSWORD, salt=SALT, rounds=ROUNDS):
        return who(keys) | {"wrap": wrap, "password": password.hex(), "salt": salt.hex(), "rounds": rounds, "wrapped": wrapped.hex()}

    def good(name, requirement, comment, **how):
        how = {"wrap": "account_wrap", "password": PASSWORD, "salt": SALT, "rounds": ROUNDS, "keys": KEYS} | how
        wrapping = made.of_password(how["keys"], how["wrap"], how["password"], how["salt"], how["rounds"])
        wrapped = key_wrap.wrap(wrapping, how["keys"].archive_key)
        book.accepted(f"{name}-made", requirement, "password_wrap", comment,
                      how["keys"].owner() | {"wrap": how["wrap"], "password": how["password"].hex(), "salt": how["salt"].hex(), "rounds": how["rounds"]},
                      {"wrapping_key": wrapping.hex(), "wrapped": wrapped.hex()})
        book.accepted(name, requirement, "open_password_wrap", comment, given(wrapped, **how), {"archive_key": how["keys"].archive_key.hex()})
        return wrapped, wrapping

    wrapped, wrapping = good("account", "KEY-015", "under the account password")
    good("archive", "KEY-015", "the same password as archive password gives another wrapping key", wrap="archive_wrap")
    good("a-hundred-thousand-rounds", "KEY-015", "the least count outside the test profile", rounds=100_000)
    good("password-of-one-octet", "KEY-015", "the shortest password", password=b"x")
    good("password-of-1024-octets", "KEY-015", "the longest password; over 128 octets HMAC hashes its key first", password=archive.sha256(b"long") * 32)
    good("password-of-any-octets", "KEY-015", "a password is octets, not text", password=bytes(range(256)))
    good("highest-identifiers", "KEY-015", "identifiers are 8 octets each", keys=archive.Keys(bytes(range(255, 223, -1)), 2**64 - 1, 2**64 - 1, 2**64 - 1))
    broken(book, "open_password_wrap", "account", lambda octets: given(octets), wrapped, wrapping)
    for name, comment, how in (("another-password", "one letter is another", {"password": b"correct horsf"}), ("another-case", "one letter is a capital", {"password": b"Correct horse"}),
                               ("another-salt", "one bit of the salt", {"salt": flipped(SALT, 15)}), ("one-round-more", "the count is part of the computation", {"rounds": ROUNDS + 1}),
                               ("taken-for-archive-wrap", "an account_wrap shown as an archive_wrap", {"wrap": "archive_wrap"}), ("another-user", "of another user", {"keys": OTHER}),
                               ("another-computer", "of another computer", {"keys": OTHER_COMPUTER}), ("another-server", "of another server", {"keys": OTHER_SERVER})):
        book.refused(name, "KEY-015", "open_password_wrap", comment, given(wrapped, **how), "wrap_broken", "account")
    verifier = hashlib.pbkdf2_hmac("sha512", PASSWORD, SALT, ROUNDS, 32)
    book.refused("under-a-verifier", "KEY-015", "open_password_wrap", "under the bare salt, as a login's verifier is made", given(key_wrap.wrap(verifier, KEYS.archive_key)), "wrap_broken", "account")


def agreements(book):
    def given(one_time, wrapped, keys=KEYS, wrap="server_wrap", recipient=ESCROW):
        return who(keys) | {"wrap": wrap, "recipient_private": recipient.hex(), "one_time": one_time.hex(), "wrapped": wrapped.hex()}

    def good(name, comment, wrap, recipient):
        public = x25519.public(recipient)
        one_time, wrapped = made.wrapped_for(KEYS, wrap, ONE_TIME, public)
        wrapping = made.of_agreement(KEYS, wrap, x25519.agree(ONE_TIME, public), one_time, public)
        book.accepted(f"{name}-made", "KEY-016", "agreement_wrap", comment, KEYS.owner() | {"wrap": wrap, "one_time_private": ONE_TIME.hex(), "recipient": public.hex()},
                      {"one_time": one_time.hex(), "wrapping_key": wrapping.hex(), "wrapped": wrapped.hex()})
        book.accepted(name, "KEY-016", "open_agreement_wrap", comment, given(one_time, wrapped, wrap=wrap, recipient=recipient), {"archive_key": KEYS.archive_key.hex()})
        return one_time, wrapped, wrapping

    one_time, wrapped, wrapping = good("server", "for the server's escrow key", "server_wrap", ESCROW)
    good("recovery", "for a client's one-time key", "recovery_wrap", CLIENT)
    broken(book, "open_agreement_wrap", "server", lambda octets: given(one_time, octets), wrapped, wrapping)
    for name, comment, how in (("server-for-another-recipient", "opened with another escrow key", {"recipient": CLIENT}), ("server-taken-for-recovery", "a server_wrap shown as a recovery_wrap", {"wrap": "recovery_wrap"}),
                               ("server-of-another-user", "of another user", {"keys": OTHER}), ("server-of-another-computer", "of another computer", {"keys": OTHER_COMPUTER}),
                               ("server-of-another-server", "of another server", {"keys": OTHER_SERVER})):
        book.refused(name, "KEY-016", "open_agreement_wrap", comment, given(one_time, wrapped, **how), "wrap_broken", "server")
    book.refused("server-another-one-time-key", "KEY-016", "open_agreement_wrap", "with the one-time key of another wrap", given(x25519.public(DEVICE), wrapped), "wrap_broken", "server")
    book.refused("server-high-bit", "KEY-016", "open_agreement_wrap", "the same point written otherwise is another one-time key: its octets are in the wrapping key", given(one_time[:31] + bytes([one_time[31] | 128]), wrapped), "wrap_broken", "server")
    of_zeros = made.of_agreement(KEYS, "server_wrap", bytes(32), bytes(32), x25519.public(ESCROW))
    book.refused("server-point-of-small-order", "KEY-017", "open_agreement_wrap", "a good wrap under the secret of zeros that everybody knows", given(bytes(32), key_wrap.wrap(of_zeros, KEYS.archive_key)),
                 "secret_of_zeros", "server")
    book.refused("server-another-point-of-small-order", "KEY-017", "open_agreement_wrap", "1 is of small order as well",
                 given((1).to_bytes(32, "little"), key_wrap.wrap(made.of_agreement(KEYS, "server_wrap", bytes(32), (1).to_bytes(32, "little"), x25519.public(ESCROW)), KEYS.archive_key)),
                 "secret_of_zeros", "server")


def devices(book):
    def given(wrapped, keys=KEYS, device_key=DEVICE):
        return who(keys) | {"device_key": device_key.hex(), "wrapped": wrapped.hex()}

    wrapping = made.of_device(KEYS, DEVICE)
    wrapped = key_wrap.wrap(wrapping, KEYS.archive_key)
    book.accepted("device-made", "KEY-049", "device_wrap", "under the device key that the server hands out", KEYS.owner() | {"device_key": DEVICE.hex()}, {"wrapping_key": wrapping.hex(), "wrapped": wrapped.hex()})
    book.accepted("device", "KEY-049", "open_device_wrap", "under the device key that the server hands out", given(wrapped), {"archive_key": KEYS.archive_key.hex()})
    broken(book, "open_device_wrap", "device", given, wrapped, wrapping)
    for name, comment, how in (("device-another-key", "another device key", {"device_key": CLIENT}), ("device-of-another-user", "of another user", {"keys": OTHER}),
                               ("device-of-another-computer", "of another computer", {"keys": OTHER_COMPUTER}), ("device-of-another-server", "of another server", {"keys": OTHER_SERVER})):
        book.refused(name, "KEY-049", "open_device_wrap", comment, given(wrapped, **how), "wrap_broken", "device")


# ---- Key records -----------------------------------------------------------------------------------------------------------------
def key_records():
    book = Book()
    escrow = x25519.public(ESCROW)
    server, account = made.server_part(KEYS, ONE_TIME, escrow), made.password_part(KEYS, "account_wrap", PASSWORD, SALT, 100_000)
    archived = made.password_part(KEYS, "archive_wrap", PASSWORD, SALT, 100_000)
    forms = {"account": (ACCOUNT_PASSWORD, server + account), "account-without-password": (ACCOUNT_PASSWORD, server + bytes(60)), "archive": (ARCHIVE_PASSWORD, archived), "custom": (CUSTOM, b"")}
    comments = {"account": "both wraps", "account-without-password": "an account without a password of its own: 60 zero octets", "archive": "the archive password's wrap alone", "custom": "no wrap"}

    def parts(mode, wraps):
        shown = {}
        if mode == ACCOUNT_PASSWORD:
            shown |= {"escrow_key": wraps[:32].hex(), "one_time": wraps[32:64].hex(), "server_wrap": wraps[64:104].hex()}
        if mode != CUSTOM and any(wraps[-60:]):
            shown |= {"rounds": int.from_bytes(wraps[-60:-56], "big"), "salt": wraps[-56:-40].hex(), "password_wrap": wraps[-40:].hex()}
        return shown

    def given(octets, keys=KEYS):
        return who(keys) | {"record": octets.hex()}

    def held(octets, keys=KEYS):
        return keys.owner() | {"record": octets.hex()}

    for name, (mode, wraps) in forms.items():
        octets = made.record(KEYS, mode, 7, wraps)
        fields = {"mode": mode, "generation": "7", **parts(mode, wraps)}
        book.accepted(f"{name}-made", "KEY-022", "seal_key_record", comments[name], KEYS.owner() | fields, {"record": octets.hex()})
        book.accepted(name, "KEY-021", "read_key_record", comments[name], given(octets), {**fields, "check": KEYS.check.hex(), "tag": octets[-32:].hex()})
        book.accepted(f"{name}-held", "KEY-022", "check_key_record", comments[name], held(octets), {"mode": mode, "generation": "7"})
    good = {name: made.record(KEYS, mode, 7, wraps) for name, (mode, wraps) in forms.items()}
    book.accepted("first", "KEY-021", "read_key_record", "generation 1", given(first := made.record(KEYS, CUSTOM, 1, b"")),
                  {"mode": CUSTOM, "generation": "1", "check": KEYS.check.hex(), "tag": first[-32:].hex()})
    book.accepted("last", "KEY-021", "read_key_record", "the last generation", given(last := made.record(KEYS, CUSTOM, 2**64 - 1, b"")),
                  {"mode": CUSTOM, "generation": str(2**64 - 1), "check": KEYS.check.hex(), "tag": last[-32:].hex()})

    def refused(name, requirement, comment, octets, reason, twin, keys=KEYS):
        book.refused(name, requirement, "read_key_record", comment, given(octets, keys), reason, twin)

    refused("nothing", "KEY-021", "no octets", b"", "key_record_length", "custom")
    refused("format-0", "KEY-021", "the format octet is 0x00", made.record(KEYS, CUSTOM, 7, b"", form=0), "unknown_key_record_format", "custom")
    refused("format-2", "KEY-021", "the format octet is 0x02", made.record(KEYS, CUSTOM, 7, b"", form=2), "unknown_key_record_format", "custom")
    for mode in (0, 4, 255):
        refused(f"mode-{mode}", "KEY-021", "no such mode", made.record(KEYS, mode, 7, b""), "unknown_key_mode", "custom")
    for name in ("account", "archive", "custom"):
        refused(f"{name}-cut", "KEY-021", "the last octet is missing", good[name][:-1], "key_record_length", name)
        refused(f"{name}-longer", "KEY-021", "an octet behind", good[name] + b"\0", "key_record_length", name)
    refused("custom-with-a-wrap", "KEY-021", "mode custom, and as long as archive_password", made.record(KEYS, CUSTOM, 7, archived), "key_record_length", "custom")
    refused("archive-with-the-server-s", "KEY-021", "mode archive_password, and as long as account_password", made.record(KEYS, ARCHIVE_PASSWORD, 7, server + archived), "key_record_length", "archive")
    refused("account-without-the-server-s", "KEY-021", "mode account_password, and as long as archive_password", made.record(KEYS, ACCOUNT_PASSWORD, 7, account), "key_record_length", "account")
    refused("archive-without-a-wrap", "KEY-021", "mode archive_password, and as long as custom", made.record(KEYS, ARCHIVE_PASSWORD, 7, b""), "key_record_length", "archive")
    refused("generation-0", "KEY-021", "generation 0", made.record(KEYS, CUSTOM, 0, b""), "generation_0", "custom")
    for name, keys in (("user", OTHER), ("computer", OTHER_COMPUTER), ("server", OTHER_SERVER)):
        refused(f"of-another-{name}", "KEY-024", f"of another {name}", made.record(keys, CUSTOM, 7, b""), "another_owner", "custom")
    for name, wrap, mode, before in (("account", "account_wrap", ACCOUNT_PASSWORD, server), ("archive", "archive_wrap", ARCHIVE_PASSWORD, b"")):
        for rounds in (0, 1, 99_999, 10_000_001, 2**32 - 1):
            part = rounds.to_bytes(4, "big") + archived[4:] if name == "archive" else rounds.to_bytes(4, "big") + account[4:]
            refused(f"{name}-of-{rounds}-rounds", "KEY-025", "fewer than 100,000 or more than 10,000,000 rounds", made.record(KEYS, mode, 7, before + part), "rounds_out_of_range", name)
    refused("archive-without-password", "KEY-025", "60 zero octets are for account_password alone", made.record(KEYS, ARCHIVE_PASSWORD, 7, bytes(60)), "rounds_out_of_range", "archive")
    refused("account-almost-without-password", "KEY-025", "of 60 octets, one is not zero", made.record(KEYS, ACCOUNT_PASSWORD, 7, server + bytes(59) + b"\1"), "rounds_out_of_range", "account-without-password")

    def unfit(name, requirement, comment, octets, reason, twin, keys=KEYS):
        book.refused(name, requirement, "check_key_record", comment, held(octets, keys), reason, twin)

    unfit("another-key", "KEY-028", "whole, and of another archive key", good["custom"], "check_differs", "custom-held", OTHER_KEY)
    unfit("check-changed", "KEY-028", "another check value, under a good tag", made.record(KEYS, CUSTOM, 7, b"", check=OTHER_KEY.check), "check_differs", "custom-held")
    for name in ("account", "archive", "custom"):
        octets, twin = good[name], f"{name}-held"
        unfit(f"{name}-generation-changed", "KEY-022", "a later generation than its maker gave it", flipped(octets, 32), "tag_differs", twin)
        unfit(f"{name}-tag-changed", "KEY-022", "one bit of the tag", flipped(octets, len(octets) - 1), "tag_differs", twin)
    unfit("archive-salt-changed", "KEY-022", "one bit of the salt", flipped(good["archive"], 75), "tag_differs", "archive-held")
    unfit("archive-rounds-changed", "KEY-022", "256 rounds more", flipped(good["archive"], 68), "tag_differs", "archive-held")
    unfit("archive-wrap-changed", "KEY-022", "one bit of the wrap", flipped(good["archive"], 90), "tag_differs", "archive-held")
    unfit("account-escrow-key-changed", "KEY-022", "one bit of the escrow key", flipped(good["account"], 66), "tag_differs", "account-held")
    unfit("account-password-taken-out", "KEY-022", "the account_wrap made zeros by who has no key", good["account"][:-92] + bytes(60) + good["account"][-32:], "tag_differs", "account-held")
    return book.rows
