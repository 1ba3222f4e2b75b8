"""AES-256 key wrap with padding (RFC 5649) over gcm.py's AES, for test vectors only. Checked against the RFC's method in OpenSSL in tests/test_key_wrap.py.

Must not know: what is wrapped, and where the wrapping key comes from.
"""
import gcm

ALTERNATIVE_INITIAL_VALUE = bytes.fromhex("a65959a6")


def wrap(wrapping_key, octets):
    """For 9 octets or more, which need the wrapping process of RFC 3394; shorter ones have a process of their own and are not needed here."""
    if len(octets) < 9:
        raise ValueError("nine octets or more are wanted")
    return wrapped_as(wrapping_key, ALTERNATIVE_INITIAL_VALUE + len(octets).to_bytes(4, "big"), octets + bytes(-len(octets) % 8))


def wrapped_as(wrapping_key, first, padded):
    """RFC 3394 with this integrity check register, right or wrong."""
    aes, a = gcm.Aes256(wrapping_key), first
    r = [padded[i : i + 8] for i in range(0, len(padded), 8)]
    for j in range(6):
        for i, part in enumerate(r):
            block = aes.encrypt(a + part)
            a = (int.from_bytes(block[:8], "big") ^ (len(r) * j + i + 1)).to_bytes(8, "big")
            r[i] = block[8:]
    return a + b"".join(r)
