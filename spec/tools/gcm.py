"""AES-256-GCM from FIPS 197 and SP 800-38D, for test vectors only: slow, and not constant in time. Checked against NIST's vectors and OpenSSL in tests/test_gcm.py."""


def _tables():
    """The S-box, from inverses in GF(2^8) and the affine map."""
    log, power, value = [0] * 256, [0] * 256, 1
    for i in range(255):
        power[i], log[value] = value, i
        value ^= _double(value)
    box = []
    for x in range(256):
        inverse = power[(255 - log[x]) % 255] if x else 0
        box.append(0x63 ^ inverse ^ _turn(inverse, 1) ^ _turn(inverse, 2) ^ _turn(inverse, 3) ^ _turn(inverse, 4))
    return box


def _double(x):
    return x << 1 ^ (0x11B if x & 0x80 else 0)


def _turn(x, by):
    return (x << by | x >> (8 - by)) & 0xFF


SBOX = _tables()


class Aes256:
    def __init__(self, key):
        if len(key) != 32:
            raise ValueError("32 octets of key are wanted")
        words, constant = [list(key[i : i + 4]) for i in range(0, 32, 4)], 1
        for i in range(8, 60):
            word = list(words[-1])
            if i % 8 == 0:
                word = [SBOX[b] for b in word[1:] + word[:1]]
                word[0] ^= constant
                constant = _double(constant)
            elif i % 8 == 4:
                word = [SBOX[b] for b in word]
            words.append([a ^ b for a, b in zip(word, words[-8])])
        self.rounds = [sum(words[i : i + 4], []) for i in range(0, 60, 4)]

    def encrypt(self, block):
        state = [a ^ b for a, b in zip(block, self.rounds[0])]
        for number in range(1, 15):
            state = [SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]  # substitute and shift rows
            if number < 14:
                state = sum((_mix(state[i : i + 4]) for i in range(0, 16, 4)), [])
            state = [a ^ b for a, b in zip(state, self.rounds[number])]
        return bytes(state)


def _mix(c):
    every = c[0] ^ c[1] ^ c[2] ^ c[3]
    return [c[i] ^ every ^ _double(c[i] ^ c[(i + 1) % 4]) for i in range(4)]


def _multiply(x, y):
    """In GF(2^128) with GCM's order of bits."""
    product = 0
    for i in range(127, -1, -1):
        if y >> i & 1:
            product ^= x
        x = x >> 1 ^ (0xE1 << 120 if x & 1 else 0)
    return product


def seal(key, nonce, associated, plaintext):
    """ciphertext ‖ tag; the nonce has 12 octets."""
    aes = Aes256(key)
    subkey = int.from_bytes(aes.encrypt(bytes(16)), "big")
    stream = b"".join(aes.encrypt(nonce + (i + 2).to_bytes(4, "big")) for i in range(-(-len(plaintext) // 16)))
    ciphertext = bytes(a ^ b for a, b in zip(plaintext, stream))
    digest = 0
    for part in (associated, ciphertext):
        for i in range(0, len(part), 16):
            digest = _multiply(digest ^ int.from_bytes(part[i : i + 16].ljust(16, b"\0"), "big"), subkey)
    digest = _multiply(digest ^ (8 * len(associated) << 64 | 8 * len(ciphertext)), subkey)
    first = int.from_bytes(aes.encrypt(nonce + b"\0\0\0\1"), "big")
    return ciphertext + (digest ^ first).to_bytes(16, "big")
