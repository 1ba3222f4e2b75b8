"""The server's channel as OpenSSL, which owes this project nothing, sees it."""
import re
import socket
import subprocess
import unittest

import programs

SUITE = "ECDHE-RSA-AES256-GCM-SHA384"


class Channel(programs.EndToEnd):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def s_client(self, *arguments, said=""):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.server.port}", *arguments], input=said, capture_output=True,
                              text=True, errors="replace", timeout=programs.DEADLINE_SECONDS)
        return done.stdout + done.stderr

    def established(self):
        return [event for event in self.server.events() if event["event"] == "channel_established"]

    def test_CHN_003_the_one_suite_with_the_extended_master_secret(self):
        seen = self.s_client("-tls1_2", "-cipher", SUITE)
        self.assertIn(f"Cipher is {SUITE}", seen)
        self.assertIn("Extended master secret: yes", seen)
        self.assertIn("Compression: NONE", seen)
        self.assertEqual([event["fields"]["version"] for event in self.established()], ["TLSv1.2"])
        self.assertIn("AES_256_GCM", self.established()[0]["fields"]["cipher"])

    def test_CHN_002_every_other_version_is_refused(self):
        for version in ("-tls1", "-tls1_1", "-tls1_3"):
            with self.subTest(version):
                seen = self.s_client(version, "-cipher", "ALL:@SECLEVEL=0")
                self.assertIn("Cipher is (NONE)", seen)
                self.assertRegex(seen, "alert protocol version|alert handshake failure")
        self.assertEqual(self.established(), [])

    def test_CHN_004_every_other_suite_is_refused(self):
        listed = subprocess.run(["openssl", "ciphers", "-tls1_2", "-s", "ALL:@SECLEVEL=0"], capture_output=True, text=True, check=True)
        suites = [suite for suite in listed.stdout.strip().split(":") if suite != SUITE]
        self.assertGreater(len(suites), 20)
        for suite in suites:
            with self.subTest(suite):
                seen = self.s_client("-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")
                self.assertIn("Cipher is (NONE)", seen)
        self.assertEqual(self.established(), [])

    def test_CHN_007_nothing_is_resumed(self):
        seen = self.s_client("-tls1_2", "-reconnect")
        self.assertEqual(re.findall(r"^(New|Reused), TLSv1\.2", seen, re.MULTILINE), ["New"] * 6)
        self.assertNotIn("TLS session ticket:", seen)

    def test_CHN_006_renegotiation_is_refused(self):
        client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{self.server.port}", "-tls1_2"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        self.addCleanup(client.kill)
        seen = ""
        while "Verify return code" not in seen or not seen.endswith("---\n"):
            line = client.stdout.readline()
            self.assertTrue(line, seen)
            seen += line
        client.stdin.write("R\n")
        client.stdin.flush()
        rest, _ = client.communicate(timeout=programs.DEADLINE_SECONDS)
        self.assertIn("RENEGOTIATING", rest)
        self.assertIn("no renegotiation", rest)
        self.assertEqual(len(self.established()), 1)

    def test_CHN_010_a_handshake_has_an_end(self):
        record = b"\x16\x03\x03\x40\x00" + b"\x01\xff\xff\xff" + bytes(16380)
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=programs.DEADLINE_SECONDS) as peer:
            sent = 0
            try:
                while sent < 10_000_000:
                    sent += peer.send(record if sent == 0 else record[:5] + bytes(16384))
                    peer.setblocking(False)
                    try:
                        if peer.recv(100):
                            break
                    except BlockingIOError:
                        pass
                    peer.setblocking(True)
            except (BrokenPipeError, ConnectionResetError):
                pass
            self.assertLess(sent, 10_000_000)

    def test_CHN_001_octets_that_are_no_TLS_end_the_connection(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=programs.DEADLINE_SECONDS) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: coffer\r\n\r\n")
            while peer.recv(100):
                pass
        self.assertEqual(self.established(), [])


class ForeignServer(programs.EndToEnd):
    """coffer in front of OpenSSL's server: it trusts the pinned key, and speaks nothing weaker than the one suite to it."""

    def pinned_server(self, *arguments):
        key, certificate = self.path("k.pem"), self.path("c.pem")
        made = programs.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=x")
        self.assertEqual(made.returncode, 0, made.stderr)
        public = programs.run("openssl", "pkey", "-in", key, "-pubout", "-out", self.path("p.pem"))
        self.assertEqual(public.returncode, 0, public.stderr)
        digest = subprocess.run(["sh", "-c", 'openssl pkey -pubin -in "$0" -outform DER | sha256sum', self.path("p.pem")], capture_output=True,
                                text=True, check=True).stdout.split()[0]
        server = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, *arguments],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        self.addCleanup(lambda: (server.kill(), server.wait(), server.stdin.close(), server.stdout.close()))
        line = ""
        while not line.startswith("ACCEPT"):
            line = server.stdout.readline()
            self.assertTrue(line)
        return int(line.rsplit(":", 1)[1]), digest

    def login(self, *arguments):
        port, pin = self.pinned_server(*arguments)
        home = self.path(f"home-{port}")
        device = programs.Device(home, f"127.0.0.1:{port}", pin)
        return programs.run(f"{programs.BIN}/coffer", "--home", home, "--json", "--timers-ms", "answer=300", "login", "--registration-key",
                            programs.REGISTRATION_KEY, "--user", "alice", "--password-file", "-", input="x\n"), device

    def test_CHN_009_the_pin_is_the_digest_that_openssl_computes(self):
        login, _ = self.login("-tls1_2", "-cipher", SUITE)
        # The channel stands; that server then answers nothing to the version.
        self.assertIn("does not answer in time", login.stdout + login.stderr)

    def test_CHN_013_nothing_weaker_is_spoken(self):
        for arguments in [("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), ("-tls1_3",), ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"),
                          ("-tls1_2", "-cipher", "AES256-GCM-SHA384")]:
            with self.subTest(arguments):
                login, _ = self.login(*arguments)
                self.assertEqual(login.returncode, 3, login.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
