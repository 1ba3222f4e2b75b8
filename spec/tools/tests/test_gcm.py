"""gcm.py against the GCM submission's test cases 13 to 16 (AES-256), as NIST's validation suite also carries them."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import gcm

KEY = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
NONCE = bytes.fromhex("cafebabefacedbaddecaf888")
PLAIN = bytes.fromhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255")
SEALED = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"


class Gcm(unittest.TestCase):
    def test_case_13_nothing_under_a_zero_key(self):
        self.assertEqual("530f8afbc74536b9a963b4f1c4cb738b", gcm.seal(bytes(32), bytes(12), b"", b"").hex())

    def test_case_14_one_block_under_a_zero_key(self):
        self.assertEqual("cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919", gcm.seal(bytes(32), bytes(12), b"", bytes(16)).hex())

    def test_case_15_four_blocks(self):
        self.assertEqual(SEALED + "b094dac5d93471bdec1a502270e3cc6c", gcm.seal(KEY, NONCE, b"", PLAIN).hex())

    def test_case_16_with_associated_data_and_a_short_last_block(self):
        associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        self.assertEqual(SEALED[:120] + "76fc6ece0f4e1768cddf8853bb2d551b", gcm.seal(KEY, NONCE, associated, PLAIN[:60]).hex())

    def test_a_key_of_another_length_is_no_key(self):
        with self.assertRaises(ValueError):
            gcm.seal(bytes(16), bytes(12), b"", b"")


if __name__ == "__main__":
    unittest.main()
