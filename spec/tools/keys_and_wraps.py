"""Sections 7.4, 7.5 and 7.9 once more, in Python, from their sentences alone: wraps and key records.

Must not know: the reference's code. Cryptography is hashlib's, key_wrap.py's and x25519.py's.
"""
import hashlib

import key_wrap
import x25519
from archive import hkdf, mac, u64

ACCOUNT_PASSWORD, ARCHIVE_PASSWORD, CUSTOM = 1, 2, 3


def purpose(keys, wrap):
    """What every wrapping key is bound to: the wrap's label and whose archive it is."""
    return b"coffer/1 " + wrap.replace("_", " ").encode() + u64(keys.user) + u64(keys.computer) + u64(keys.server)


def of_password(keys, wrap, password, salt, rounds):
    """[KEY-015]"""
    return hashlib.pbkdf2_hmac("sha512", password, purpose(keys, wrap) + salt, rounds, 32)


def of_agreement(keys, wrap, secret, one_time, recipient):
    """[KEY-016]"""
    return hkdf(secret, purpose(keys, wrap) + one_time + recipient)


def of_device(keys, device_key):
    """[KEY-049]"""
    return hkdf(device_key, purpose(keys, "device_wrap"))


def wrapped_for(keys, wrap, one_time_private, recipient):
    """The one-time public key and the wrap."""
    one_time = x25519.public(one_time_private)
    return one_time, key_wrap.wrap(of_agreement(keys, wrap, x25519.agree(one_time_private, recipient), one_time, recipient), keys.archive_key)


def password_part(keys, wrap, password, salt, rounds):
    """[KEY-021] The password's wrap as a key record holds it."""
    return rounds.to_bytes(4, "big") + salt + key_wrap.wrap(of_password(keys, wrap, password, salt, rounds), keys.archive_key)


def server_part(keys, one_time_private, escrow_key):
    return escrow_key + b"".join(wrapped_for(keys, "server_wrap", one_time_private, escrow_key))


def record(keys, mode, generation, wraps, form=1, check=None):
    """[KEY-021] [KEY-022]"""
    before = bytes([form, mode]) + u64(keys.user) + u64(keys.computer) + u64(keys.server) + u64(generation) + (check or keys.check) + wraps
    return before + mac(hkdf(keys.archive_key, b"coffer/1 key record"), before)
