"""Events over HTTP as they come."""

import json
import select
import socket

import pytest

import program
from http_demo import Server, files, serve, server  # noqa: F401 (fixtures)


class Stream:
    """A reader of events."""

    def __init__(self, server, query=""):
        self.sock = server.socket()
        self.sock.sendall(f"GET /api/v1/events/stream{query} HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n".encode())
        self.data = b""
        head = self.until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.0 200 ") or head.startswith(b"HTTP/1.1 200 "), head
        assert b"Content-Type: text/event-stream" in head
        assert self.until(b"\n\n") == b"retry: 2000\n: events from now on\n\n"

    def until(self, end):
        while end not in self.data:
            piece = self.sock.recv(65536)
            assert piece, self.data
            self.data += piece
        at = self.data.index(end) + len(end)
        part, self.data = self.data[:at], self.data[at:]
        return part

    def event(self):
        """The next event: (id, kind, object); comments are passed over."""
        fields = {}
        while not fields:
            fields = dict(line.split(": ", 1) for line in self.until(b"\n\n").decode().splitlines() if line and line[0] != ":")
        return int(fields.get("id", 0)), fields["event"], json.loads(fields["data"])

    def silent(self, seconds=0.4):
        return not self.data and not select.select([self.sock], [], [], seconds)[0]


def test_events_come_as_the_program_prints_them(serve, files):
    server = serve()
    assert server.tell(f"publish {files[1]}") == "published 0"  # nobody listens
    stream = Stream(server)
    assert stream.silent()
    assert server.tell(f"publish {files[1]}") == "published 1"
    printed = program.run("events", files[1]).lines
    got = [stream.event() for _ in printed]
    assert [item for _, _, item in got] == printed
    assert {kind for _, kind, _ in got} == {"hit"}
    assert [number for number, _, _ in got] == list(range(got[0][0], got[0][0] + len(printed)))
    stream.sock.close()


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ("?class=oom", lambda event: event["class"] == "oom"),
        ("?class=oom&class=dep_missing_module", lambda event: event["class"] in ("oom", "dep_missing_module")),
        ("?severity=error", lambda event: event["severity"] in ("error", "fatal")),
        ("?space=owner1%2Fspace0001&space=owner2/space0002", lambda event: event["space"] in ("owner1/space0001", "owner2/space0002")),
        ("?rule=startup&space=owner3/space0003", lambda event: event["rule"] == "startup" and event["space"] == "owner3/space0003"),
    ],
)
def test_streams_are_filtered(server, files, query, passes):
    wanted = [event for event in program.run("events", files[1]).lines if passes(event)]
    assert wanted
    stream = Stream(server, query)
    server.tell(f"publish {files[1]}")
    assert [stream.event()[2] for _ in wanted] == wanted
    assert stream.silent()
    stream.sock.close()


def test_a_silent_stream_is_kept_alive(serve):
    stream = Stream(serve(keepalive_ms=300))
    for _ in range(2):
        assert stream.until(b"\n\n") == b": keep-alive\n\n"
    stream.sock.close()


def test_a_slow_reader_is_cut_and_others_are_not(serve, files):
    server = serve(stream_bytes_max=300_000, tap_bytes_max=50_000_000)
    slow, quick = Stream(server), Stream(server, "?space=owner1/space0001")
    slow.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    for _ in range(400):
        server.tell(f"publish {files[1]}")
    for _ in range(400):
        quick.event()
    lines = server.ask("/metrics").body.decode()
    assert "spacesift_http_streams_cut_total 1\n" in lines
    assert "spacesift_http_streams 1\n" in lines
    with pytest.raises(AssertionError):  # what had been sent, then the end
        while True:
            slow.until(b"\n\n")
    quick.sock.close()


def test_readers_are_told_of_gaps(serve, files):
    server = serve(tap_bytes_max=10)
    stream = Stream(server)
    server.tell(f"publish {files[1]}")
    number, kind, item = stream.event()
    assert (number, kind, item) == (0, "gap", {"blocks": 1})
    stream.sock.close()


def test_streams_leave_room_for_others(serve):
    server = serve(connections_max=4)
    streams = [Stream(server), Stream(server)]
    answer = server.ask("/api/v1/events/stream")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert server.ask("/healthz").status == 200
    for stream in streams:
        stream.sock.close()


def test_a_server_ends_with_readers_connected(files):
    server = Server(files[0])
    held = [Stream(server), Stream(server)]
    idle = server.socket()
    idle.sendall(b"GET /healthz HT")
    server.end()
    for stream in held:
        stream.sock.close()
    idle.close()
