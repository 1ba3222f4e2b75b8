"""An adapter whose client and server are worth nothing: `null_peer.py MODE`, for runs that show that the suite cannot be pleased by accident.

  closed   nobody listens; nobody connects         random   answers with random octets
  close    accepts (or connects) and closes        refuse   speaks TLS properly and refuses everything at once, with any reason
  silent   accepts and says nothing                accept   speaks TLS properly and refuses nothing, ever
  echo     sends back what it received
"""

import json
import os
import random
import socket
import sys
import tempfile
import threading

import accepting
from channel import Channel, client_context, make_identity, server_context
from messages import control

VECTORS = ["header", "stream", "message", "encode", "metadata", "encode_metadata", "server_handshake", "client_handshake", "keys", "archive_identifier", "given_key", "gear", "cuts", "block_id", "open_block", "seal_block",
           "link", "chain", "open_record", "seal_record", "leaf", "node", "id_list",
           "path_hash"]
MODES = ["closed", "close", "silent", "echo", "random", "refuse", "accept"]
DRIVE_SECONDS_MAX = 20  # a suite that forgets to close does not hold the adapter for ever
REASONS = 25            # the reasons that there are, and one more


class NullPeer:
    def __init__(self, mode):
        self.mode, self.listener, self.connections = mode, None, 0
        self.folder = tempfile.TemporaryDirectory()
        self.key, self.certificate, self.pin = make_identity(self.folder.name)
        self.server_tls, self.client_tls = server_context(self.key, self.certificate), client_context()
        self.world = accepting.World()

    # ---- the server --------------------------------------------------------------------------------------------------------------
    def serve(self):
        self.stop()
        self.listener = socket.create_server(("127.0.0.1", 0))
        port = self.listener.getsockname()[1]
        if self.mode == "closed":
            self.stop()
        else:
            threading.Thread(target=self.accept_all, args=(self.listener,), daemon=True).start()
        return {"host": "127.0.0.1", "port": port, "pin": self.pin, "server": f"{self.world.guid:016x}"}

    def stop(self):
        if self.listener is not None:
            self.listener.close()
            self.listener = None

    def accept_all(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.in_peace, args=(connection, self.serve_one), daemon=True).start()

    def serve_one(self, connection):
        if self.mode not in ("refuse", "accept"):
            self.speak_nonsense(connection)
            return
        channel = Channel(connection, self.server_tls, server_side=True, swallow=self.mode == "accept")
        if not channel.handshake():
            return
        if self.mode == "refuse":
            self.refuse(channel)
            return
        session, buffer = accepting.Server(self.world), bytearray()
        while not session.leaving and (octets := channel.read()) is not None:
            buffer += octets
            for kind, blocks, body in accepting.frames(buffer):
                channel.write(session.answer(kind, blocks, body))
        if not session.leaving:
            channel.write(session.on_other({}))  # a client that ended without a word is answered like any other
        channel.end()

    # ---- the client --------------------------------------------------------------------------------------------------------------
    def drive(self, request):
        if self.mode != "closed":
            connection = socket.create_connection((request["host"], request["port"]), timeout=DRIVE_SECONDS_MAX)
            self.in_peace(connection, lambda c: self.drive_one(c, request))
        return {"ended": "refused" if self.mode == "refuse" else "ok"}

    def drive_one(self, connection, request):
        if self.mode not in ("refuse", "accept"):
            self.speak_nonsense(connection)
            return
        channel = Channel(connection, self.client_tls, server_side=False, swallow=self.mode == "accept")
        if not channel.handshake():
            return
        if self.mode == "refuse":
            self.refuse(channel)
            return
        for message in accepting.client_messages(request):
            channel.write(message)
            if channel.read() is None:
                return
        while channel.read() is not None:
            pass

    # ---- both ---------------------------------------------------------------------------------------------------------------------
    def in_peace(self, connection, conversation):
        """A conversation, whatever becomes of it."""
        with connection:
            connection.settimeout(DRIVE_SECONDS_MAX)
            self.connections += 1
            try:
                conversation(connection)
            except OSError:
                pass

    def refuse(self, channel):
        channel.write(control("disconnect", reason=self.connections % REASONS))
        channel.end()

    def speak_nonsense(self, connection):
        if self.mode == "close":
            return
        if self.mode == "random":
            connection.sendall(random.Random(self.connections).randbytes(4096))
        while octets := connection.recv(65536):
            if self.mode == "echo":
                connection.sendall(octets)

    # ---- test vectors -------------------------------------------------------------------------------------------------------------
    def vector(self, given):
        """Every vector is refused for the same reason, accepted without a look, given back, or answered with octets that mean nothing."""
        if self.mode == "refuse":
            return {"refused": {"layer": "encoding", "reason": "malformed_message"}}
        if self.mode == "random":
            return {"accepted": {name: random.Random(name).randbytes(32).hex() for name in ("block", "octets", "id", "link", "sealed", "archive")}}
        return {"accepted": given if self.mode == "echo" else {}}

    # ---- the adapter's verbs -------------------------------------------------------------------------------------------------------
    def answer(self, request):
        verb = request.get("verb")
        if verb == "hello":
            speaks = self.mode in ("echo", "random", "refuse", "accept")
            return {"name": "null peer: " + self.mode, "version": "1", "roles": ["server", "client"]} | ({"vectors": VECTORS} if speaks else {})
        if verb == "vector" and request["kind"] in VECTORS:
            return self.vector(request["input"])
        if verb == "prepare":
            self.world = accepting.World(request.get("fixture"))
            return {}
        if verb == "serve":
            return self.serve()
        if verb == "drive":
            return self.drive(request)
        if verb in ("reset", "bye"):
            self.stop()
            return {}
        return {"unimplemented": f"a null peer has no {verb}"}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in MODES:
        print(__doc__, file=sys.stderr)
        return 64
    peer = NullPeer(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = peer.answer(request)
        except OSError as trouble:
            reply = {"ended": "failed", "detail": str(trouble)} if request.get("verb") == "drive" else {"error": str(trouble)}
        print(json.dumps({"id": request.get("id"), **reply}), flush=True)
        if request.get("verb") == "bye":
            break
    os._exit(0)  # conversations that still wait are not worth waiting for


if __name__ == "__main__":
    sys.exit(main())
