"""A proxy on the loopback that counts octets, so that a test can strike at one exact octet of a connection, or do something
there while both sides wait, and not at a moment in time."""
import socket
import threading

import programs


class Proxy:
    """Forwards every connection to `target` (a port). After strike_after() it forwards exactly so many octets, strikes, and cuts the rest off;
    after hold_before() it acts before it forwards the octet of that number, and goes on."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.target = None
        self.counted = {"to_server": 0, "to_client": 0}
        self.plan = None
        self.struck = threading.Event()
        self.guard = threading.Lock()
        self.accepting = threading.Thread(target=self._accept, daemon=True)
        self.accepting.start()

    def reset(self, target):
        """Counts from nought again, towards this port, without a plan."""
        with self.guard:
            self.target, self.plan, self.struck = target, None, threading.Event()
            self.counted = {"to_server": 0, "to_client": 0}

    def strike_after(self, direction, octets, action):
        with self.guard:
            self.plan = (direction, octets, action, True)

    def hold_before(self, direction, octets, action):
        with self.guard:
            self.plan = (direction, octets, action, False)

    def close(self):
        """Its thread is to end before the descriptor does: the next socket gets the same number, and the thread would accept for that one."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.accepting.join(programs.DEADLINE_SECONDS)
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
        """How many of them may pass, what to do after them, and whether nothing passes then."""
        with self.guard:
            before = self.counted[direction]
            self.counted[direction] = before + octets
            if self.plan is None or self.plan[0] != direction or self.counted[direction] < self.plan[1]:
                return octets, None, False
            _, planned, action, cut = self.plan
            self.plan = None
            return planned - before - (0 if cut else 1), action, cut

    def _forward(self, source, sink, direction):
        try:
            while octets := source.recv(16384):
                allowed, action, cut = self._allowed(direction, len(octets))
                sink.sendall(octets[:allowed])
                if action:
                    action()
                    self.struck.set()
                if cut:
                    source.shutdown(socket.SHUT_RDWR)
                    break
                sink.sendall(octets[allowed:])
        except OSError:
            pass
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class AtMoments(programs.EndToEnd):
    """A test of a server, a device that speaks to it through a proxy, and a tree that is yet to be made."""

    def setUp(self):
        super().setUp()
        self.proxy = Proxy()
        self.addCleanup(self.proxy.close)
        self.server = self.serve()
        self.proxy.reset(self.server.port)
        self.device_ = self.device(self.server, port=self.proxy.port)
        self.tree = self.path("tree")
