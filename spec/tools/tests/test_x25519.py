"""x25519.py against the vectors of RFC 7748, sections 5.2 and 6.1, and against OpenSSL."""
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import x25519

# What stands before the 32 octets in DER: PKCS#8 and SubjectPublicKeyInfo of RFC 8410.
PRIVATE, PUBLIC = bytes.fromhex("302e020100300506032b656e04220420"), bytes.fromhex("302a300506032b656e032100")


def by_openssl(private, public):
    with tempfile.TemporaryDirectory() as place:
        mine, theirs = pathlib.Path(place) / "mine.der", pathlib.Path(place) / "theirs.der"
        mine.write_bytes(PRIVATE + private)
        theirs.write_bytes(PUBLIC + public)
        command = ["openssl", "pkeyutl", "-derive", "-keyform", "DER", "-inkey", mine, "-peerform", "DER", "-peerkey", theirs]
        return subprocess.run(command, check=True, capture_output=True).stdout


class X25519(unittest.TestCase):
    def test_one_agreement_rfc_7748_5_2(self):
        k = bytes.fromhex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4")
        u = bytes.fromhex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
        self.assertEqual("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552", x25519.agree(k, u).hex())

    def test_a_thousand_agreements_rfc_7748_5_2(self):
        k = u = x25519.BASE
        for i in range(1000):
            k, u = x25519.agree(k, u), k
            if i == 0:
                self.assertEqual("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", k.hex())
        self.assertEqual("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", k.hex())

    def test_agrees_with_openssl(self):
        for seed in (b"a", b"b", b"c"):
            mine, theirs = hashlib.sha256(seed).digest(), x25519.public(hashlib.sha256(seed + b"'").digest())
            self.assertEqual(by_openssl(mine, theirs).hex(), x25519.agree(mine, theirs).hex())

    def test_a_point_of_small_order_gives_zeros(self):
        for point in (bytes(32), (1).to_bytes(32, "little"), (x25519.P - 1).to_bytes(32, "little")):
            self.assertEqual(bytes(32), x25519.agree(hashlib.sha256(b"a").digest(), point))

    def test_keys_of_other_lengths_are_refused(self):
        with self.assertRaises(ValueError):
            x25519.agree(bytes(31), bytes(32))


if __name__ == "__main__":
    unittest.main()
