"""Small servers that take what log collectors send, written against the protocols' own texts, not against our code."""

import contextlib
import gzip
import hashlib
import os
import re
import socket
import ssl
import subprocess
import threading

import msgpack
import zstandard

PATIENCE_S = 60


class Receiver(threading.Thread):
    """Listens on a free port or a unix socket, and hands each connection to `serve`, one at a time."""

    def __init__(self, *, path=None, family=socket.AF_INET, tls=None):
        super().__init__(daemon=True)
        if path is not None:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(path))
        else:
            self.listener = socket.socket(family)
            self.listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
            self.port = self.listener.getsockname()[1]
        self.listener.listen(64)
        self.listener.settimeout(PATIENCE_S)
        self.tls = tls
        self.connections = 0
        self.problems = []
        self.threads = []

    def serve(self, connection, number):
        raise NotImplementedError

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        # shutdown() wakes whoever sits in accept(); close() alone does not
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join(PATIENCE_S)
        for thread in self.threads:
            thread.join(PATIENCE_S)

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self.attend, args=(connection, self.connections), daemon=True)
            self.threads.append(thread)
            thread.start()

    def attend(self, connection, number):
        connection.settimeout(PATIENCE_S)
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                self.serve(connection, number)
        except Exception as error:  # pylint: disable=broad-except
            self.problems.append(error)


def chunks_of(connection):
    """What comes, until the peer is done."""
    while True:
        data = connection.recv(1 << 16)
        if not data:
            return
        yield data


def inflated(data):
    """What zstd frames or gzip members hold; anything else as it is. Fails where the last one is cut."""
    if data[:4] == b"\x28\xb5\x2f\xfd":
        out = b""
        while data:
            reader = zstandard.ZstdDecompressor().decompressobj()
            out += reader.decompress(data)
            assert reader.unused_data != data
            data = reader.unused_data
        return out
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


class Lines(Receiver):
    """Keeps what each connection sent."""

    def __init__(self, **options):
        super().__init__(**options)
        self.streams = {}

    def serve(self, connection, number):
        self.streams[number] = b"".join(chunks_of(connection))

    @property
    def lines(self):
        return [line for stream in self.streams.values() for line in inflated(stream).split(b"\n")[:-1]]


RFC5424 = re.compile(
    rb'<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) (\S{1,255}) (\S{1,48}) (\S{1,128}) - '
    rb'\[space@32473 id="([^"\\\]]+)" channel="([a-z]+)"\] (.*)',
    re.DOTALL,
)
RFC3164 = re.compile(rb"<(\d{1,3})>([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (\S+) (\S+)\[([a-z]+)\]: (.*)", re.DOTALL)


class Syslog(Lines):
    """Tells the two framings apart frame by frame, as RFC 6587 has them."""

    @property
    def frames(self):
        found = []
        for data in self.streams.values():
            while data:
                if data[:1].isdigit():
                    length, data = data.split(b" ", 1)
                    found.append(data[: int(length)])
                    assert len(found[-1]) == int(length)
                    data = data[int(length) :]
                else:
                    frame, data = data.split(b"\n", 1)
                    found.append(frame)
        return found


class Unpacker:
    """Objects from bytes as they come. Text that is not UTF-8 keeps its bytes; map keys may be anything."""

    def __init__(self):
        self.unpacker = msgpack.Unpacker(raw=False, unicode_errors="surrogateescape", strict_map_key=False, max_buffer_size=1 << 28)

    def feed(self, data):
        self.unpacker.feed(data)
        return iter(self.unpacker)


def entries_of(body):
    return list(Unpacker().feed(body))


def event_time(value):
    assert isinstance(value, msgpack.ExtType) and value.code == 0 and len(value.data) == 8
    return int.from_bytes(value.data[:4], "big") * 10**9 + int.from_bytes(value.data[4:], "big")


class Forward(Receiver):
    """Keeps the records of each chunk, and acknowledges them.

    `cut(number, chunks)` says, before a chunk is acknowledged, whether to drop the connection: `number` of the connection,
    `chunks` that it brought. `keep` says whether what is dropped so was taken before. `key` and `users` ask for a handshake."""

    def __init__(self, *, cut=None, keep=True, silent=False, reverse=0, key=None, users=None, lie=False, **options):
        super().__init__(**options)
        self.cut, self.keep, self.silent, self.reverse = cut, keep, silent, reverse
        self.key, self.users, self.lie = key, users or {}, lie
        self.lock = threading.Lock()
        self.ids = {}  # id: times it came
        self.messages = []  # of each chunk when it first came: (tag, [(time_ns, metadata, record)], option)
        self.acknowledged = set()
        self.pings = []

    def parse(self, message):
        tag, second = message[0], message[1]
        if isinstance(second, msgpack.ExtType):
            option = message[3] if len(message) > 3 else {}
            entries = [[second, message[2]]]
        else:
            option = message[2] if len(message) > 2 else {}
            if isinstance(second, bytes):
                compressed = option.get("compressed", "text")
                assert (second[:2] == b"\x1f\x8b") == (compressed == "gzip")
                assert (second[:4] == b"\x28\xb5\x2f\xfd") == (compressed == "zstd")
                second = entries_of(inflated(second))
            entries = second
            assert option["size"] == len(entries)
        records = []
        for head, record in entries:
            time, metadata = head if isinstance(head, list) else (head, None)
            records.append((event_time(time), metadata, record))
        return tag, records, option

    def greet(self, connection, objects):
        nonce, auth = os.urandom(16), os.urandom(16) if self.users else b""
        connection.sendall(msgpack.packb(["HELO", {"nonce": nonce, "auth": auth, "keepalive": True}]))

        def digest(*parts):
            return hashlib.sha512(b"".join(part.encode() if isinstance(part, str) else part for part in parts)).hexdigest()

        ping = next(objects)
        self.pings.append(ping)
        word, name, salt, proof, user, password = ping
        assert word == "PING"
        good = proof == digest(salt, name, nonce, self.key)
        if self.users:
            good = good and password == digest(auth, user, self.users.get(user, ""))
        else:
            assert user == password == ""
        answer = digest(salt, "here", nonce, "another key" if self.lie else self.key)
        connection.sendall(msgpack.packb(["PONG", good, "" if good else "shared_key mismatch", "here", answer if good else ""]))
        return good

    def serve(self, connection, number):
        def objects():
            unpacker = Unpacker()
            for data in chunks_of(connection):
                yield from unpacker.feed(data)

        stream = objects()
        if self.key is not None and not self.greet(connection, stream):
            return
        chunks, held = 0, []
        for message in stream:
            if self.take(connection, number, message, chunks, held):
                return
            chunks += 1
        assert not held

    def take(self, connection, number, message, chunks, held):
        """True where the connection is to be dropped."""
        tag, records, option = self.parse(message)
        chunk = option.get("chunk")
        drop = self.cut is not None and self.cut(number, chunks)
        if drop and not self.keep:
            return True
        with self.lock:
            times = self.ids.get(chunk, 0)
            if chunk is None or times == 0:
                self.messages.append((tag, records, option))
            if chunk is not None:
                self.ids[chunk] = times + 1
        if drop:
            return True
        if chunk is not None and not self.silent:
            held.append(chunk)
            if len(held) > self.reverse:
                for chunk in reversed(held):
                    connection.sendall(msgpack.packb({"ack": chunk}))
                    self.acknowledged.add(chunk)
                held.clear()
        return False

    @property
    def records(self):
        return [record for _, records, _ in self.messages for record in records]


def certificate(directory, name="server", subject="127.0.0.1", extra="IP:127.0.0.1,DNS:localhost"):
    """A self-made certificate and its key, made by openssl."""
    cert, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={subject}", "-addext", f"subjectAltName={extra}", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def server_tls(cert, key, client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    if client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca)
    return context
