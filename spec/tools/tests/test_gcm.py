"""gcm.py against the GCM submission's test cases 13 to 16 (AES-256), as NIST's validation suite also carries them, and against OpenSSL: on octets of many
lengths, and on everything that the vectors have sealed with it."""
import ctypes
import ctypes.util
import hashlib
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import archive
import gcm
import specification
import vectors

KEY = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
NONCE = bytes.fromhex("cafebabefacedbaddecaf888")
PLAIN = bytes.fromhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255")
SEALED = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"

SET_IV_LENGTH, GET_TAG = 0x9, 0x10  # EVP_CTRL_AEAD_SET_IVLEN, EVP_CTRL_AEAD_GET_TAG


def openssl():
    """libcrypto, which the package openssl brings along."""
    library = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_gcm"):
        getattr(library, name).restype = ctypes.c_void_p
    return library


def sealed_by_openssl(library, key, nonce, associated, plaintext):
    context, written = ctypes.c_void_p(library.EVP_CIPHER_CTX_new()), ctypes.c_int()
    out, tag = ctypes.create_string_buffer(len(plaintext) + 16), ctypes.create_string_buffer(16)

    def done(status):
        if status != 1:
            raise RuntimeError("OpenSSL refuses")
    done(library.EVP_EncryptInit_ex(context, ctypes.c_void_p(library.EVP_aes_256_gcm()), None, None, None))
    done(library.EVP_CIPHER_CTX_ctrl(context, SET_IV_LENGTH, len(nonce), None))
    done(library.EVP_EncryptInit_ex(context, None, None, key, nonce))
    done(library.EVP_EncryptUpdate(context, None, ctypes.byref(written), associated, len(associated)))
    done(library.EVP_EncryptUpdate(context, out, ctypes.byref(written), plaintext, len(plaintext)))
    done(library.EVP_EncryptFinal_ex(context, out, ctypes.byref(written)))
    done(library.EVP_CIPHER_CTX_ctrl(context, GET_TAG, 16, tag))
    library.EVP_CIPHER_CTX_free(context)
    return out.raw[:len(plaintext)] + tag.raw


class OpenSsl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.library = openssl()

    def agrees(self, *given):
        self.assertEqual(sealed_by_openssl(self.library, *given).hex(), gcm.seal(*given).hex())

    def test_agrees_on_octets_of_every_length_around_a_block(self):
        octets = hashlib.shake_256(b"coffer").digest(200)
        for length in (0, 1, 15, 16, 17, 31, 32, 33, 100):
            for associated in (0, 1, 15, 16, 17, 49):
                with self.subTest(length=length, associated=associated):
                    self.agrees(octets[:32], octets[32:44], octets[44:44 + associated], octets[93:93 + length])

    def test_agrees_on_everything_that_the_vectors_have_sealed(self):
        made, seal = [], gcm.seal

        def noted(*given):
            made.append(given)
            return seal(*given)
        self.assertIs(archive.gcm, gcm, "the test's own premise")
        gcm.seal = noted
        self.addCleanup(setattr, gcm, "seal", seal)
        for _ in vectors.outputs(specification.load(pathlib.Path(gcm.__file__).parents[1])):
            pass
        gcm.seal = seal
        self.assertGreater(len(set(made)), 30)
        for given in set(made):
            self.agrees(*given)


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
