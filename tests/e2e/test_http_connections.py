"""HTTP under hostile and slow clients, and under many: each costs its own connection only."""

import concurrent.futures
import select
import socket
import time

import pytest

from http_demo import drain, files, serve, server  # noqa: F401 (fixtures)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
        b"GET /" + b"a" * 100_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        bytes(range(256)) * 10,
    ],
    ids=lambda value: repr(value[:16]),
)
def test_hostile_bytes_cost_their_own_connection_only(server, request_bytes):
    with server.socket() as sock:
        try:
            sock.sendall(request_bytes)
            sock.shutdown(socket.SHUT_WR)
            drain(sock)
        except OSError:  # it had been cut before all was sent
            pass
    assert server.ask("/healthz").status == 200


# --- who may ask -----------------------------------------------------------------------------------------------------------


def test_more_connections_than_allowed_wait_their_turn(serve):
    server = serve(connections_max=4)
    held = [server.socket() for _ in range(4)]
    for sock in held:
        sock.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        assert sock.recv(65536).startswith(b"HTTP/1.1 200 ")
    with server.socket() as waiting:
        waiting.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        assert not select.select([waiting], [], [], 0.4)[0]
        held.pop().close()
        assert waiting.recv(65536).startswith(b"HTTP/1.1 200 ")
    for sock in held:
        sock.close()
    for _ in range(50):
        assert server.ask("/healthz").status == 200


def test_idle_connections_make_room(serve):
    server = serve(connections_max=4)
    held = [server.socket() for _ in range(12)]  # none of them asks for anything
    begun = time.monotonic()
    assert server.ask("/healthz").status == 200
    assert time.monotonic() - begun < 15
    for sock in held:
        sock.close()


def test_one_address_serves_only_so_many_states_at_once(serve):
    server = serve()
    held = []
    for _ in range(20):
        sock = server.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        sock.sendall(b"GET /api/v1/state HTTP/1.1\r\n\r\n")
        held.append(sock)
    assert server.ask("/healthz").status == 200
    for sock in held:
        assert sock.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 503")
        sock.close()


def test_a_slow_request_is_cut_whatever_it_drips(serve):
    server = serve(head_timeout_ms=800)
    begun = time.monotonic()
    with server.socket() as sock:
        try:
            for byte in b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 1000:
                sock.sendall(bytes([byte]))
                time.sleep(0.05)
        except ConnectionError:
            pass
    assert 0.5 < time.monotonic() - begun < 30  # all of it takes 51 s
    with server.socket() as silent:
        assert silent.recv(10) == b""
    assert server.ask("/healthz").status == 200


def test_an_idle_connection_is_closed(serve):
    server = serve(idle_timeout_ms=700)
    with server.socket() as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        assert sock.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert sock.recv(10) == b""


def connections(server):
    """How many there are, the one that asks included."""
    lines = server.ask("/metrics").body.decode().splitlines()
    return next(int(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("spacesift_http_connections "))


def test_an_answer_that_nobody_takes_is_cut(serve):
    server = serve(stall_timeout_ms=5000)
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        host, port = server.address.split(":")
        sock.connect((host, int(port)))
        for _ in range(20):  # more than the system's buffers take
            sock.sendall(b"GET /api/v1/spaces?limit=1000 HTTP/1.1\r\n\r\n")
        for expected in (2, 1):
            until = time.monotonic() + 30
            while connections(server) != expected:
                assert time.monotonic() < until
                time.sleep(0.05)


def test_many_clients_at_once(server, files):
    want = files[0].read_bytes()

    def one(at):
        if at % 3 == 0:
            answer = server.ask("/api/v1/state")
            return answer.status == 503 or answer.body == want
        return server.ask(["/api/v1/spaces?limit=50", "/metrics"][at % 2]).status in (200, 503)

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        assert all(pool.map(one, range(200)))


def test_clients_that_leave_in_the_middle_leave_nothing_behind(serve):
    server = serve(connections_max=8)
    for at in range(40):
        with server.socket() as sock:
            path = [b"/api/v1/spaces?limit=1000", b"/api/v1/state", b"/api/v1/events/stream", b"/metrics"][at % 4]
            sock.sendall(b"GET " + path + b" HTTP/1.1\r\n\r\n")
            if at % 8 >= 4:
                sock.recv(10)
    server.tell("none")
    assert server.ask("/healthz").status == 200


# --- events ----------------------------------------------------------------------------------------------------------------
