"""A client that walks to ready and then does only what chapter 7 says: made of the null peers' encoder and the specification's own tools, so that none of
the reference's code takes part.
"""
import os
import secrets
import socket
import ssl
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "../../interop/null_peers"), os.path.join(HERE, "../../spec/tools")]
import archive
import key_wrap
import keys_and_wraps
import x25519
from messages import control, decode

from programs import DEADLINE_SECONDS, REGISTRATION_KEY

ROUNDS = 1000


class Refused(Exception):
    """The server's Disconnect, by its number."""


class Peer:
    """One session in ready."""

    def __init__(self, server, computer, password, user="alice"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode, context.maximum_version = False, ssl.CERT_NONE, ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384")
        raw = socket.create_connection(("127.0.0.1", server.port), DEADLINE_SECONDS)
        self.channel, self.buffer, self.computer = context.wrap_socket(raw), b"", computer
        self.ask("version", "proceed", protocol=6, major=7, operating_system="Linux", address="127.0.0.1")
        self.server = self.ask("computer", "server_identity", guid=computer)["guid"]
        self.user = self.ask("login", "login_accepted", registration_key=REGISTRATION_KEY, user_name=user, password=password.encode(), computer=computer)["user"]
        pushed = self.ask("config_state", None, version=0)
        if pushed[0] == "config_push":
            self.ask("config_ack", "ready", version=pushed[1]["version"])

    def ask(self, name, answer, **values):
        """The fields of the answer; of any answer, where none is named, its name too."""
        self.channel.sendall(control(name, **values))
        got, fields = self.receive()
        if got == "disconnect":
            self.channel.close()
            raise Refused(fields["reason"])
        assert answer in (None, got), f"{name} is answered by {got}"
        return fields if answer else (got, fields)

    def receive(self):
        while len(self.buffer) < 6 or len(self.buffer) < 6 + struct.unpack_from(">I", self.buffer, 2)[0]:
            more = self.channel.recv(65536)
            if not more:
                raise ConnectionError("the server ended the connection")
            self.buffer += more
        length = struct.unpack_from(">I", self.buffer, 2)[0]
        body, self.buffer = self.buffer[6:6 + length], self.buffer[6 + length:]
        return decode(body)

    def keys(self, archive_key):
        return archive.Keys(archive_key, self.user, self.computer, self.server)

    def state(self):
        return self.ask("fetch_key", "key_state")

    def record(self, archive_key, mode, generation, password):
        """A key record as section 7.5 has it."""
        keys, wraps = self.keys(archive_key), b""
        if mode == keys_and_wraps.ACCOUNT_PASSWORD:
            wraps = keys_and_wraps.server_part(keys, secrets.token_bytes(32), self.state()["escrow_key"])
        if mode != keys_and_wraps.CUSTOM:
            which = "account_wrap" if mode == keys_and_wraps.ACCOUNT_PASSWORD else "archive_wrap"
            wraps += keys_and_wraps.password_part(keys, which, password.encode(), secrets.token_bytes(16), ROUNDS)
        return keys_and_wraps.record(keys, mode, generation, wraps)

    def store(self, record):
        return self.ask("store_key", "key_stored", record=record)["generation"]

    def recovers(self, archive_key):
        """Whether the server hands out a wrap of just this key, for this request alone."""
        mine = secrets.token_bytes(32)
        wrap = self.ask("recover_key", "key_recovered", recipient=x25519.public(mine))["wrap"]
        one_time, keys = wrap[:32], self.keys(archive_key)
        wrapping = keys_and_wraps.of_agreement(keys, "recovery_wrap", x25519.agree(mine, one_time), one_time, x25519.public(mine))
        return key_wrap.wrap(wrapping, archive_key) == wrap[32:]

    def opens(self, archive_key, password, mode=keys_and_wraps.ACCOUNT_PASSWORD):
        """Whether this password is the one of the record in force."""
        record, keys = self.state()["record"], self.keys(archive_key)
        part, which = record[-92:-32], "account_wrap" if mode == keys_and_wraps.ACCOUNT_PASSWORD else "archive_wrap"
        rounds, salt = int.from_bytes(part[:4], "big"), part[4:20]
        return key_wrap.wrap(keys_and_wraps.of_password(keys, which, password.encode(), salt, rounds), archive_key) == part[20:]

    def leave(self):
        self.channel.sendall(control("goodbye"))
        self.receive()
        self.channel.close()
