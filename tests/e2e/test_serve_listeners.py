"""The listeners of serve: text and JSON Lines, compressed and not, TLS, IPv6, unix sockets, and what systemd passes and hears."""

import contextlib
import fcntl
import itertools
import json
import os
import socket
import ssl
import statistics
import time
import zlib

import pytest
import zstandard

import peers
import program
import serve
import shards
from phrases import MISSING, lines

TEXT, JSON, TLS, TLS_OWN, SIX, UNIX, SYSLOG_UNIX = range(7)
LOG = lines("loading", "panic: overflow", MISSING)


@pytest.fixture(scope="module")
def certs(tmp_path_factory):
    return serve.certificates(tmp_path_factory.mktemp("certs"))


def has_ipv6():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as sock:
        sock.bind(("::1", 0))
        return True
    return False


@pytest.fixture(scope="module")
def server(tmp_path_factory, certs):
    directory = tmp_path_factory.mktemp("serve")
    own = {"cert": certs["cert"], "key": certs["key"]}
    listeners = [
        serve.listener("tcp://127.0.0.1:0", space="alice/text", channel="run"),
        "tcp://127.0.0.1:0",
        serve.listener("tcp+tls://127.0.0.1:0", **own),
        serve.listener("syslog+tls://127.0.0.1:0", client_ca=certs["ca"], **own),
        "tcp://[::1]:0" if has_ipv6() else "tcp://127.0.0.1:0",
        f"tcp+unix://{directory}/lines.sock",
        f"syslog+unix://{directory}/syslog.sock",
    ]
    with serve.Server(directory, *listeners) as server:
        yield server
        assert server.reasons() == {}


def json_lines(log):
    rows = (
        {"space": space, "channel": channel, "timestamp": peers.stamp(at, 9), "message": text}
        for space, channel, at, text in log.records
    )
    return shards.json_lines(rows).encode()


# --- text and JSON Lines ---------------------------------------------------------------------------------------------------


def test_raw_text_belongs_to_whom_the_listener_says(server):
    before = time.time_ns()
    server.send(TEXT, LOG + "and no newline at the end")
    space = server.wait_space("alice/text", 4)
    assert space["verdict"] == "dep_missing_module"
    assert {item["rule"] for item in space["evidence"]} == {"module-not-found", "panic"}
    for item in space["evidence"]:
        assert item["last"]["source"] == server.addresses[TEXT]
        assert before <= peers.instant(item["last"]["time"]) <= time.time_ns()


def test_json_lines_in_pieces(server):
    log = peers.Log("json")
    content = json_lines(log)
    with server.connect(JSON) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(content), 50):
            sock.sendall(content[at : at + 50])
    log.check(server, JSON, digits=9)


def zstd_stream(pieces):
    """One frame, flushed after each piece: what it gives may be read at once."""
    compressor = zstandard.ZstdCompressor().compressobj()
    for piece in pieces:
        yield compressor.compress(piece) + compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    yield compressor.flush()


def gzip_stream(pieces):
    compressor = zlib.compressobj(wbits=31)
    for piece in pieces:
        yield compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH)
    yield compressor.flush()


@pytest.mark.parametrize("stream", [zstd_stream, gzip_stream])
def test_compressed_streams_are_read_as_they_come(server, stream):
    """What was flushed is known while the stream is still open; when it ended, nothing is missing or damaged."""
    log = peers.Log("stream-" + stream.__name__.replace("_", "-"))
    rows = json_lines(log).splitlines(keepends=True)
    with server.connect(JSON) as sock:
        parts = stream([b"".join(rows[:2]), b"".join(rows[2:])])
        sock.sendall(next(parts))
        server.wait_space(log.app, 5)
        for part in parts:
            sock.sendall(part)
    log.check(server, JSON, digits=9)


@pytest.mark.parametrize("press", [shards.zstd, shards.gzip])
def test_frames_and_members_follow_each_other(server, press):
    log = peers.Log("frames-" + press.__name__)
    rows = json_lines(log).splitlines(keepends=True)
    server.send(JSON, b"".join(press(row) for row in rows))
    log.check(server, JSON, digits=9)


# --- transports ------------------------------------------------------------------------------------------------------------


def closed(server, index):
    """{reason: count} of a listener's connections that ended."""
    reasons = ("peer", "tls", "error", "protocol")
    listener = server.addresses[index]
    return {why: server.metric("spacesift_connections_closed_total", listener=listener, reason=why) for why in reasons}


@pytest.mark.parametrize("farewell", [True, False])
def test_tls_with_and_without_a_farewell(server, certs, farewell):
    log = peers.Log("tls-polite" if farewell else "tls-curt")
    before = closed(server, TLS)
    with server.connect(TLS, serve.client_context(certs)) as sock:
        assert sock.version() in ("TLSv1.2", "TLSv1.3")
        sock.sendall(json_lines(log))
        if farewell:
            sock.unwrap()
    log.check(server, TLS, digits=9)
    server.wait(lambda s: closed(s, TLS) == {**before, "peer": before["peer"] + 1})


def test_clients_without_the_wanted_certificate_are_refused(server, certs):
    before = closed(server, TLS_OWN)
    with pytest.raises((ssl.SSLError, ConnectionError)):  # in TLS 1.3 a client hears of it when it reads
        with server.connect(TLS_OWN, serve.client_context(certs)) as sock:
            sock.sendall(b"<11>1 - - bob/intruder - - - hello\n")
            assert sock.recv(1) != b"", "the connection was taken"
    server.wait(lambda s: closed(s, TLS_OWN)["tls"] == before["tls"] + 1)
    assert server.ask("/api/v1/spaces/bob/intruder").status == 404
    log = peers.Log("tls-own")
    server.send(TLS_OWN, peers.counted(log.syslog()), serve.client_context(certs, own=True))
    log.check(server, TLS_OWN)


def test_plain_text_at_a_tls_listener_is_refused(server):
    before = closed(server, TLS)
    server.send(TLS, LOG)
    server.wait(lambda s: closed(s, TLS)["tls"] == before["tls"] + 1)


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_ipv6(server):
    log = peers.Log("six")
    assert server.addresses[SIX].startswith("tcp://[::1]:")
    server.send(SIX, json_lines(log))
    log.check(server, SIX, digits=9)


def test_unix_sockets(server):
    log = peers.Log("unix")
    server.send(UNIX, json_lines(log))
    log.check(server, UNIX, digits=9)
    log = peers.Log("unix-syslog")
    server.send(SYSLOG_UNIX, peers.counted(log.syslog()))
    log.check(server, SYSLOG_UNIX)


def test_a_unix_socket_left_by_a_crash_is_taken_over_and_one_in_use_is_not(tmp_path):
    url = serve.listener(f"tcp+unix://{tmp_path}/a.sock", space="alice/unix")
    with serve.Server(tmp_path / "first", url) as server:
        server.kill()
        assert (tmp_path / "a.sock").exists()
        server.start()
        server.send(0, LOG)
        server.wait_space("alice/unix", 3)
        words = ["serve", "--rules", program.RULES, "--listen", url]
        second = program.run(*words)
        assert second.status == program.USAGE and "a.sock: cannot listen" in second.err
        server.send(0, LOG)
        server.wait_space("alice/unix", 6)
    assert not (tmp_path / "a.sock").exists()


# --- systemd ---------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def passed(names):
    """Listening sockets, and the words that start a program with them as systemd does: from descriptor 3 on."""
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
        high = [fcntl.fcntl(sock, fcntl.F_DUPFD, 10) for sock in socks]  # clear of where they go
        stack.callback(lambda: [os.close(fd) for fd in high])
        moves = " ".join(f"{3 + at}<&{fd}" for at, fd in enumerate(high))
        script = f'export LISTEN_PID=$$ LISTEN_FDS={len(names)} LISTEN_FDNAMES={":".join(names)}; exec "$@" {moves}'
        yield socks, {"before": ["bash", "-c", script, "bash"], "pass_fds": high}


def test_sockets_that_systemd_passes(tmp_path):
    """Told apart by their names, in whatever order; what was sent before the server began is not lost, nor over a restart."""
    with passed(["lines", "syslog"]) as (socks, start):
        early = socket.create_connection(socks[0].getsockname())
        early.sendall(LOG.encode())
        early.close()
        urls = ["syslog+systemd://syslog", serve.listener("tcp+systemd://lines", space="alice/passed", channel="run")]
        with serve.Server(tmp_path, *urls, **start) as server:
            assert server.addresses == ["syslog+systemd://syslog", "tcp+systemd://lines"]
            assert server.wait_space("alice/passed", 3)["verdict"] == "dep_missing_module"
            log = peers.Log("passed-syslog")
            with socket.create_connection(socks[1].getsockname()) as sock:
                sock.sendall(peers.counted(log.syslog()))
            log.check(server, 0)
            server.stop()
            with socket.create_connection(socks[0].getsockname()) as sock:
                sock.sendall(LOG.encode())
            server.start()
            server.wait_space("alice/passed", 6)


def test_a_socket_that_systemd_did_not_pass_is_told(tmp_path):
    with passed(["lines"]) as (_, start):
        words = ["serve", "--rules", program.RULES, "--listen", "tcp+systemd://other"]
        result = program.run(*words, before=start["before"], pass_fds=start["pass_fds"])
    assert result.status == program.USAGE
    assert "tcp+systemd://other: cannot listen: systemd passed no listening stream socket of that name" in result.err


class Manager:
    """The socket that a service manager hears on."""

    def __init__(self, address):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(address)
        self.sock.settimeout(serve.LIMIT_S)

    def next(self):
        return self.sock.recv(4096).decode()


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told_of_start_and_end(tmp_path, abstract):
    name = f"@spacesift-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    manager = Manager(name.replace("@", "\0"))
    with serve.Server(tmp_path, "tcp://127.0.0.1:0", env={"NOTIFY_SOCKET": name}) as server:
        assert manager.next() == "READY=1"
        server.send(0, LOG)  # whoever waited for READY is served
        server.wait_lines(3)
        server.stop()
    assert manager.next() == "STOPPING=1"
    manager.sock.close()


def test_the_watchdog_is_fed(tmp_path):
    manager = Manager(str(tmp_path / "notify"))
    env = {"NOTIFY_SOCKET": tmp_path / "notify", "WATCHDOG_USEC": 1_000_000}
    with serve.Server(tmp_path, "tcp://127.0.0.1:0", env=env) as server:
        assert manager.next() == "READY=1"
        assert manager.next() == "WATCHDOG=1"
        told = []
        for _ in range(7):
            assert manager.next() == "WATCHDOG=1"
            told.append(time.monotonic())
        gaps = [after - before for before, after in itertools.pairwise(told)]
        assert 0.25 < statistics.median(gaps) < 1, "twice in each interval"
        server.stop()
    manager.sock.close()


def test_the_watchdog_of_another_process_is_left_alone(tmp_path):
    manager = Manager(str(tmp_path / "notify"))
    env = {"NOTIFY_SOCKET": tmp_path / "notify", "WATCHDOG_USEC": 200_000, "WATCHDOG_PID": os.getpid()}
    with serve.Server(tmp_path, "tcp://127.0.0.1:0", env=env) as server:
        time.sleep(0.5)
        server.stop()
    assert [manager.next(), manager.next()] == ["READY=1", "STOPPING=1"]
    manager.sock.close()


# --- what the HTTP side tells of it ----------------------------------------------------------------------------------------


def test_hits_come_as_events_with_their_channel(server):
    host, port = server.http.rsplit(":", 1)
    log = peers.Log("events")
    with socket.create_connection((host, int(port)), timeout=serve.LIMIT_S) as sock:
        sock.sendall(b"GET /api/v1/events/stream?space=alice%2Fevents HTTP/1.1\r\nHost: a\r\n\r\n")
        stream = sock.makefile("rb")
        while stream.readline() != b": events from now on\n":
            pass
        server.send(JSON, json_lines(log))
        rows = (line for line in stream if line.startswith(b"data: "))
        events = [json.loads(next(rows)[6:]) for _ in range(3)]
    told = [(event["rule"], event["space"], event["channel"], peers.instant(event["time"])) for event in events]
    rules = ("module-not-found", "exception", "panic")
    assert told == [(rule, log.app, "run", log.records[1 + at][2]) for at, rule in enumerate(rules)]
