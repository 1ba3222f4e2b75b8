"""TLS by hand over a socket: handshake, read, write. A channel that accepts everything also swallows what TLS itself would refuse."""

import hashlib
import pathlib
import ssl
import subprocess


def make_identity(folder):
    """A key, a certificate, and the pin of the key."""
    key, certificate = pathlib.Path(folder, "key.pem"), pathlib.Path(folder, "certificate.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "30", "-subj", "/CN=null peer"],
                   check=True, capture_output=True)
    public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "der"], check=True, capture_output=True).stdout
    return key, certificate, hashlib.sha256(public).hexdigest()


ALLOW_CLIENT_RENEGOTIATION = 1 << 8  # SSL_OP_ALLOW_CLIENT_RENEGOTIATION of OpenSSL 3, for which the library has no name


def server_context(key, certificate):
    """Every version and suite that the library still has, and a second handshake on whoever asks for one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options = (context.options | ALLOW_CLIENT_RENEGOTIATION) & ~ssl.OP_NO_RENEGOTIATION
    return context


def client_context():
    """Trusts everybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


class Channel:
    def __init__(self, socket, context, server_side, swallow):
        self.socket, self.swallow, self.broken = socket, swallow, False
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=server_side)

    def _flush(self):
        if self.outgoing.pending:
            self.socket.sendall(self.outgoing.read())

    def _run(self, step):
        """Runs a step of TLS, feeding it from the socket; None at the connection's end."""
        while True:
            try:
                if not self.broken:
                    result = step()
                    self._flush()
                    return result
            except ssl.SSLWantReadError:
                self._flush()
            except ssl.SSLError:
                self.broken = True
                if not self.swallow:
                    self._flush()
                    return None
                self.outgoing.read()  # the alert is not sent: this peer refuses nothing
            octets = self.socket.recv(65536)
            if not octets:
                return None
            if not self.broken:
                self.incoming.write(octets)

    def handshake(self):
        return self._run(lambda: self.tls.do_handshake() or True)

    def read(self):
        return self._run(lambda: self.tls.read(65536)) or None

    def write(self, octets):
        if not self.broken:
            self.tls.write(octets)
            self._flush()

    def end(self):
        """close_notify; the socket itself is the caller's."""
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass
        self._flush()
