"""Servers on loopback that are no transcription service, and what stands between: certificates, proxies, ports that swallow everything."""

import contextlib
import socket
import ssl
import subprocess
import threading

LIST = b'{"transcripts": [], "page_details": {"limit": 200, "result_count": 0}}'


def http(status="200 OK", body=b"", content_type="text/html; charset=utf-8", **headers):
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", f"content-type: {content_type}", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


A_LIST = http(body=LIST, content_type="application/json")


class Impostor:
    """Serves each connection by a function of it, in a thread of its own."""

    def __init__(self, serve):
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.heads = []
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._guarded, args=(connection,), daemon=True).start()

    def _guarded(self, connection):
        with contextlib.suppress(OSError, ValueError), connection:
            self._serve(self, connection)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()


def head_of(connection):
    """The head of a request, read to its end."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(1)
        if not piece:
            raise ValueError("hung up")
        head += piece
    return head.decode("latin-1")


def saying(answer):
    """Answers every request with these bytes."""

    def serve(server, connection):
        server.heads.append(head_of(connection))
        connection.sendall(answer)

    return Impostor(serve)


def blurting(answer):
    """Sends these bytes to whoever connects, and hangs up."""
    return Impostor(lambda _, connection: (connection.sendall(answer), connection.recv(1 << 16)))


def silent():
    """Reads, and never answers."""
    return Impostor(lambda _, connection: [None for _ in iter(lambda: connection.recv(1 << 16), b"")])


def over_tls(certificate, answer, garble=False):
    """Answers every request with these bytes, over TLS; with ``garble`` in bytes that are not TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))

    def serve(server, connection):
        raw = connection.dup()
        with context.wrap_socket(connection, server_side=True) as secure, raw:
            server.heads.append(head_of(secure))
            (raw if garble else secure).sendall(answer)

    return Impostor(serve)


def http_tunnel(target, refusal=None):
    """An HTTP proxy: whatever host is asked for, it leads to one port here; or refuses with these bytes."""

    def serve(server, connection):
        server.heads.append(head_of(connection))
        if refusal:
            connection.sendall(refusal)
            return
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        _join(connection, target)

    return Impostor(serve)


def socks_tunnel(target, reply=0, login=None):
    """A SOCKS5 proxy (RFC 1928, 1929): whatever name is asked for, it leads to one port here."""

    def serve(server, connection):
        _, n_methods = connection.recv(2)
        methods = connection.recv(n_methods)
        wanted = 2 if login else 0
        if wanted not in methods:
            connection.sendall(b"\x05\xff")
            return
        connection.sendall(bytes([5, wanted]))
        if login:
            _, length = connection.recv(2)
            name = connection.recv(length)
            password = connection.recv(connection.recv(1)[0])
            connection.sendall(bytes([1, (name, password) != login]))
        *_, kind = connection.recv(4)
        host = connection.recv(connection.recv(1)[0] if kind == 3 else 4)
        port = int.from_bytes(connection.recv(2))
        server.heads.append(f"{host.decode('latin-1')}:{port}")
        connection.sendall(bytes([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]))
        if reply == 0:
            _join(connection, target)

    return Impostor(serve)


def _join(connection, port):
    with socket.create_connection(("127.0.0.1", port)) as other:
        forth = threading.Thread(target=_pump, args=(connection, other), daemon=True)
        forth.start()
        _pump(other, connection)


def _pump(source, target):
    with contextlib.suppress(OSError):
        while piece := source.recv(1 << 16):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def swallowing():
    """A port whose packets get no answer: its queue of connections is full, and nobody takes one."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@contextlib.contextmanager
def unused_port():
    """A port where nobody listens, and that nobody else can take meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def certificate(folder, name, *, alternatives="DNS:localhost,IP:127.0.0.1", days=2):
    """A self-signed certificate; its key is beside it. With negative ``days`` it has expired."""
    path = folder / f"{name}.pem"
    (folder / "names").write_text(f"subjectAltName={alternatives}")
    request = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}"]
    _openssl(*request, "-keyout", path.with_suffix(".key"), "-out", path.with_suffix(".csr"))
    signed = ["x509", "-req", "-in", path.with_suffix(".csr"), "-signkey", path.with_suffix(".key"), "-extfile", folder / "names"]
    _openssl(*signed, "-days", str(days), "-out", path)
    return path


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
