"""A proxy on the loopback that counts octets, so that a test can strike at one exact octet of a connection and not at a moment in time."""
import socket
import threading


class Proxy:
    """Forwards every connection to `target` (a port). After strike_after() it forwards exactly so many octets, strikes, and cuts the rest off."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.target = None
        self.counted = {"to_server": 0, "to_client": 0}
        self.plan = None
        self.struck = threading.Event()
        self.guard = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self, target):
        """Counts from nought again, towards this port, without a plan."""
        with self.guard:
            self.target, self.plan, self.struck = target, None, threading.Event()
            self.counted = {"to_server": 0, "to_client": 0}

    def strike_after(self, direction, octets, action):
        with self.guard:
            self.plan = (direction, octets, action)

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._join, args=(client, server), daemon=True).start()

    def _join(self, client, server):
        back = threading.Thread(target=self._forward, args=(server, client, "to_client"), daemon=True)
        with client, server:
            back.start()
            self._forward(client, server, "to_server")
            back.join()

    def _allowed(self, direction, octets):
        """How many of them may pass, and what to do after them."""
        with self.guard:
            before = self.counted[direction]
            self.counted[direction] = before + octets
            if self.plan is None or self.plan[0] != direction or self.counted[direction] < self.plan[1]:
                return octets, None
            action, allowed = self.plan[2], self.plan[1] - before
            self.plan = None
            return allowed, action

    def _forward(self, source, sink, direction):
        try:
            while octets := source.recv(16384):
                allowed, action = self._allowed(direction, len(octets))
                sink.sendall(octets[:allowed])
                if action:
                    action()
                    self.struck.set()
                    source.shutdown(socket.SHUT_RDWR)
                    break
        except OSError:
            pass
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
