"""key_wrap.py against RFC 5649's example that its AES can do, and against OpenSSL on octets of many lengths."""
import hashlib
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import key_wrap


def by_openssl(key, octets):
    return subprocess.run(["openssl", "enc", "-id-aes256-wrap-pad", "-K", key.hex(), "-iv", key_wrap.ALTERNATIVE_INITIAL_VALUE.hex()], input=octets, check=True, capture_output=True).stdout


class KeyWrap(unittest.TestCase):
    def test_agrees_with_openssl_on_lengths_around_whole_parts(self):
        key, octets = hashlib.sha256(b"coffer").digest(), hashlib.shake_256(b"key").digest(80)
        for length in (9, 15, 16, 17, 31, 32, 33, 40, 56, 64):
            with self.subTest(length=length):
                self.assertEqual(by_openssl(key, octets[:length]).hex(), key_wrap.wrap(key, octets[:length]).hex())

    def test_thirty_two_octets_take_forty(self):
        self.assertEqual(40, len(key_wrap.wrap(bytes(32), bytes(32))))

    def test_the_key_wrap_without_padding_is_the_same_process_rfc_3394_4_6(self):
        wrapped = key_wrap.wrapped_as(bytes(range(32)), bytes.fromhex("a6" * 8), bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f"))
        self.assertEqual("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21", wrapped.hex())

    def test_short_octets_are_refused(self):
        with self.assertRaises(ValueError):
            key_wrap.wrap(bytes(32), bytes(8))


if __name__ == "__main__":
    unittest.main()
