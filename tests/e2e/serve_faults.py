"""What the fault tests of serve send and look at: Forward chunks that are sent until they are acknowledged, syslog frames, disks
that fill up, the memory of a process, and states without what legitimately differs."""

import contextlib
import gzip
import json
import os
import pathlib
import select
import socket
import subprocess
import threading
import time

import msgpack
import pytest

import formats
import program
import serve

MIB = 1 << 20
START_S = 1769853600  # 2026-01-31T10:00:00Z
FORWARD = "forward://127.0.0.1:0?space={space}&channel=run&text={log}"


# --- Forward ---------------------------------------------------------------------------------------------------------------


def entry(space, text, second=START_S, nanosecond=0):
    """An entry as Fluentd sends it: EventTime and a record."""
    time_of_it = msgpack.ExtType(0, second.to_bytes(4, "big") + nanosecond.to_bytes(4, "big"))
    return [time_of_it, {"space": space, "log": text}]


def packed(entries, chunk=None, compress=None, tag="app"):
    """A PackedForward message."""
    body = b"".join(msgpack.packb(item) for item in entries)
    options = {"size": len(entries)}
    if chunk is not None:
        options["chunk"] = chunk
    if compress is not None:
        body = compress(body)
        options["compressed"] = "gzip" if compress is gzip.compress else "zstd"
    return msgpack.packb([tag, body, options])


class Acks:
    """The acknowledgements of a connection, as they come."""

    def __init__(self, sock):
        self.sock = sock
        self.unpacker = msgpack.Unpacker(raw=False)

    def read(self, seconds=serve.LIMIT_S):
        """Ids that came; [] where none came in time. ConnectionError where the server is gone."""
        if not select.select([self.sock], [], [], seconds)[0]:
            return []
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionResetError("the server closed the connection")
        self.unpacker.feed(data)
        return [answer["ack"] for answer in self.unpacker]

    def wait(self, wanted, seconds=serve.LIMIT_S):
        """Until all of these came; in whatever order."""
        missing = set([wanted] if isinstance(wanted, str) else wanted)
        end = time.monotonic() + seconds
        while missing:
            assert time.monotonic() < end, f"no ack of {sorted(missing)[:5]} ({len(missing)})"
            missing -= set(self.read(0.1))


class Sender(threading.Thread):
    """Sends chunks until each is acknowledged: reconnects, and sends those without an ack again under their old ids. `chunks` are
    (id, message) of any number; `window` so many are under way at most."""

    def __init__(self, server, chunks, index=0, window=6):
        super().__init__(daemon=True)
        self.server, self.index, self.window = server, index, window
        self.chunks = iter(chunks)
        self.pending = {}  # id: message, in the order sent
        self.acked = []
        self.resent = 0
        self.twice = 0
        self.over = threading.Event()  # no more chunks are begun
        self.error = None

    def run(self):
        try:
            self._run()
        except BaseException as error:  # pylint: disable=broad-except
            self.error = error

    def _run(self):
        more = True
        while more or self.pending:
            with contextlib.suppress(OSError):
                more = self._connection(more)
            time.sleep(0.01)

    def _connection(self, more):
        with socket.create_connection(("127.0.0.1", self.server.port(self.index)), timeout=serve.LIMIT_S) as sock:
            acks = Acks(sock)
            for message in list(self.pending.values()):
                self.resent += 1
                sock.sendall(message)
            while more or self.pending:
                while more and len(self.pending) < self.window:
                    chunk = None if self.over.is_set() else next(self.chunks, None)
                    more = chunk is not None
                    if more:
                        self.pending[chunk[0]] = chunk[1]
                        sock.sendall(chunk[1])
                for name in acks.read(0.05) if self.pending else []:
                    self.twice += self.pending.pop(name, None) is None
                    self.acked.append(name)
        return more

    def finish(self, seconds=serve.LIMIT_S):
        """Lets what is under way be acknowledged, and ends."""
        self.over.set()
        self.join(seconds)
        if self.error is not None:
            raise self.error
        assert not self.is_alive(), f"{len(self.pending)} chunks are not acknowledged: {sorted(self.pending)[:3]}"


# --- other frames ----------------------------------------------------------------------------------------------------------


def syslog(host, text, time_text="2026-01-31T10:00:00Z", counted=False):
    """An RFC 5424 message, newline-framed or octet-counted."""
    message = f"<14>1 {time_text} {host} app - - - {text}".encode()
    return b"%d %s" % (len(message), message) if counted else message + b"\n"


def json_line(space, text, second=START_S):
    return json.dumps({"space": space, "channel": "run", "text": text, "time": second}).encode() + b"\n"


# --- memory, descriptors, disks --------------------------------------------------------------------------------------------


def resident(pid):
    """VmRSS of a process, in bytes."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


class Watch(threading.Thread):
    """The most memory that a process held while this was open; a sanitizer's own is not the program's, so ask `counts` first."""

    counts = not program.SANITIZED

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak = pid, resident(pid)
        self.begin = self.peak
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.01):
            with contextlib.suppress(OSError, AssertionError):
                self.peak = max(self.peak, resident(self.pid))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


class Disk:
    """A small file system of its own, which can be filled up and freed again."""

    def __init__(self, path, size):
        self.path = pathlib.Path(path)
        self.path.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.path]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            pytest.skip("a file system can be mounted by root only")

    def fill(self):
        with open(self.path / "ballast", "ab", buffering=0) as ballast:
            for size in (65536, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        assert ballast.write(bytes(size)) == size or size > 1

    def free(self):
        (self.path / "ballast").unlink()

    def end(self):
        subprocess.run(["umount", "-l", self.path], check=False)


# --- what it comes to ------------------------------------------------------------------------------------------------------


def counts(state):
    """{space: (lines, {rule: (count, first ns, last ns)})} of a state's bytes; "demoted" is part of the rule."""
    found = formats.parse_state(formats.decompress(state))
    return {
        name: (
            space["lines"],
            {
                (item["rule"], item["demoted"]): (item["count"], item["first"]["time_ns"], item["last"]["time_ns"])
                for item in space["evidence"]
            },
        )
        for name, space in found["spaces"].items()
        if space["lines"] > 0
    }


def verdicts(server):
    return {name: space["verdict"] for name, space in server.spaces().items()}
