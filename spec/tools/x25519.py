"""X25519 from RFC 7748, for test vectors only: slow, and not constant in time. Checked against the RFC's own vectors and OpenSSL in tests/test_x25519.py."""

P = 2**255 - 19
BASE = (9).to_bytes(32, "little")


def scalar(octets):
    clamped = bytearray(octets)
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    return int.from_bytes(clamped, "little")


def agree(private, public):
    """The shared secret, 32 octets; zeros where the public key is of small order."""
    if len(private) != 32 or len(public) != 32:
        raise ValueError("keys of 32 octets are wanted")
    k, u = scalar(private), int.from_bytes(public, "little") % 2**255
    x2, z2, x3, z3, swapped = 1, 0, u, 1, 0
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if swapped != bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swapped = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a % P, b * b % P, d * a % P, c * b % P
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swapped:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def public(private):
    return agree(private, BASE)
