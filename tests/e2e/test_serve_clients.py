"""Clients as they should not be: half-open, one byte at a time, silent, never reading their acks, thousands at once. Each costs its own
connection only: beside it, another one is served."""

import resource
import socket
import ssl
import time

import pytest

import program
import serve
import serve_faults as faults
from phrases import MEMORY, MISSING

LINES = "tcp://127.0.0.1:0?space={space}&channel=run"
SYSLOG = "syslog://127.0.0.1:0?space={host}&channel=run"
ALL = (LINES, SYSLOG, faults.FORWARD)


def served(server, index=2, name="alive"):
    """Another client's chunk is acknowledged meanwhile."""
    with server.connect(index) as sock:
        sock.sendall(faults.packed([faults.entry("good/space", "fine")], name))
        faults.Acks(sock).wait(name)


def wait_closed(server, reason, count, index):
    name = server.addresses[index]
    serve.until(
        lambda: server.metric("spacesift_connections_closed_total", listener=name, reason=reason) == count,
        lambda: f"{server.metrics()}",
    )


def at_end(sock):
    """Waits for the server to close."""
    sock.settimeout(serve.LIMIT_S)
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        pass


# --- slow ------------------------------------------------------------------------------------------------------------------

PIECES = {
    "lines": (0, (MISSING + "\n" + MEMORY + "\n").encode(), "-"),
    "json": (0, faults.json_line("slow/space", MISSING) + faults.json_line("slow/space", MEMORY), "slow/space"),
    "syslog-lf": (1, faults.syslog("slow", MISSING) + faults.syslog("slow", MEMORY), "slow"),
    "syslog-counted": (1, faults.syslog("slow", MISSING, counted=True) + faults.syslog("slow", MEMORY, counted=True), "slow"),
    "forward": (2, faults.packed([faults.entry("slow/space", MISSING), faults.entry("slow/space", MEMORY)], "slow"), "slow/space"),
}


def test_one_byte_at_a_time(tmp_path):
    with serve.Server(tmp_path, *ALL) as server:
        socks = {name: server.connect(index) for name, (index, _, _) in PIECES.items()}
        for sock in socks.values():
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(max(len(content) for _, content, _ in PIECES.values())):
            for name, sock in socks.items():
                sock.sendall(PIECES[name][1][at : at + 1])
        faults.Acks(socks["forward"]).wait("slow")
        for sock in socks.values():
            sock.close()
        served(server)
        server.wait_lines(2 * len(PIECES) + 1)
        found = faults.counts(server.state())
        for space, lines in {"-": 2, "slow/space": 4, "slow": 4}.items():
            assert found[space][0] == lines
            assert {rule: count for (rule, _), (count, _, _) in found[space][1].items()} == {
                "module-not-found": lines // 2,
                "memory-limit": lines // 2,
            }
        assert server.reasons().keys() <= {"no_space"}


def test_compressed_streams_one_byte_at_a_time(tmp_path):
    import shards  # pylint: disable=import-outside-toplevel

    with serve.Server(tmp_path, LINES, faults.FORWARD) as server:
        for pack in (shards.zstd, shards.gzip):
            with server.connect(0) as sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for byte in pack(MISSING + "\n" + MEMORY + "\n"):
                    sock.sendall(bytes([byte]))
        server.wait_lines(4)
        assert server.space("-")["verdict"] == "oom"
        served(server, 1)


# --- half-open and silent --------------------------------------------------------------------------------------------------


def test_a_half_closed_sender_still_gets_its_ack(tmp_path):
    with serve.Server(tmp_path, faults.FORWARD) as server, server.connect() as sock:
        sock.sendall(faults.packed([faults.entry("half/closed", MISSING)], "last words"))
        sock.shutdown(socket.SHUT_WR)
        faults.Acks(sock).wait("last words")
        at_end(sock)
        wait_closed(server, "peer", 1, 0)


def test_half_open_connections_cost_themselves_only(tmp_path):
    """Begun and never ended: a handshake and silence, a frame's first half, a frame's first half and the end of sending."""
    whole = faults.packed([faults.entry("half/open", MISSING)] * 50, "never whole")
    with serve.Server(tmp_path, *ALL) as server:
        silent = [server.connect(index) for index in range(3)]
        halves = [server.connect(index) for index in range(3)]
        for sock, content in zip(halves, [b"no newline", b"99 <14>1 half", whole[:-5]]):
            sock.sendall(content)
        with server.connect(2) as sock:
            sock.sendall(whole[:-1])
            sock.shutdown(socket.SHUT_WR)
            at_end(sock)
        served(server)
        assert server.metric("spacesift_connections") == 6
        for sock in silent + halves:
            sock.close()
        serve.until(lambda: server.metric("spacesift_connections") == 0, lambda: server.metrics())
        server.wait(lambda _: server.reasons().get("truncated", 0) == 3)
        assert "half/open" not in server.spaces()
        assert server.metric("spacesift_queued_bytes") == 0
        served(server, name="never whole")  # its id was not taken by the torn one
        server.wait_lines(3)


def test_silence_is_cut_off_after_the_idle_timeout(tmp_path):
    with serve.Server(tmp_path, *ALL, options=["--idle-timeout", "1500ms"]) as server:
        silent = [server.connect(index) for index in range(3)]
        with server.connect(0) as talker:
            end = time.monotonic() + 3.5
            while time.monotonic() < end:
                talker.sendall(b"still here\n")
                time.sleep(0.2)
            for index, sock in enumerate(silent):
                at_end(sock)
                wait_closed(server, "idle", 1, index)
            talker.sendall(b"still here\n")
            served(server)
        wait_closed(server, "peer", 1, 0)


def test_a_frame_must_be_whole_within_the_frame_timeout(tmp_path):
    with serve.Server(tmp_path, *ALL, options=["--frame-timeout", "1s"]) as server:
        begun = [b"no newline", b"99 <14>1 half", faults.packed([faults.entry("a/b", "x")], "half")[:-3]]
        socks = [server.connect(index) for index in range(3)]
        idle = server.connect(2)
        start = time.monotonic()
        for sock, content in zip(socks, begun):
            sock.sendall(content)
        socks[2].sendall(b"")
        for index, sock in enumerate(socks):
            at_end(sock)
            wait_closed(server, "frame_timeout", 1, index)
        assert 0.9 < time.monotonic() - start < 20
        served(server)
        idle.sendall(faults.packed([faults.entry("a/b", "x")], "idle before"))
        faults.Acks(idle).wait("idle before")
        idle.close()


def test_dripping_bytes_do_not_put_the_frame_timeout_off(tmp_path):
    with serve.Server(tmp_path, *ALL, options=["--frame-timeout", "1s"]) as server, server.connect(2) as sock:
        message = faults.packed([faults.entry("a/b", "x" * 1000)], "drip")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for byte in message:
                sock.sendall(bytes([byte]))
                time.sleep(0.02)
        wait_closed(server, "frame_timeout", 1, 2)
        served(server)


# --- acks that nobody reads ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [False, True], ids=["new", "again"])
def test_a_client_that_never_reads_its_acks_is_cut_off(tmp_path, again):
    """`again`: they are of chunks that came before, which wait in another place."""
    path = tmp_path / "forward.sock"
    with serve.Server(tmp_path, f"forward+unix://{path}", faults.FORWARD) as server:
        sent = 0
        with server.connect(0) as sock:
            with pytest.raises((BrokenPipeError, ConnectionResetError)):
                for number in range(20_000):
                    name = f"{number % 2 if again else number}-" + "i" * 450
                    sock.sendall(faults.packed([faults.entry("deaf/space", "x")], name))
                    sent += 1
        wait_closed(server, "slow", 1, 0)
        served(server, 1)
        serve.until(lambda: server.metric("spacesift_queued_bytes") == 0, lambda: server.metrics())
        assert sent > 100


# --- many ------------------------------------------------------------------------------------------------------------------


def test_2000_connections_opened_and_cut(tmp_path):
    with serve.Server(tmp_path, *ALL) as server:
        before = server.metrics()["process_open_fds"]
        memory = faults.resident(server.pid)
        begun = [b"", b"half a line", b"<14>1 ", faults.packed([faults.entry("cut/space", "x")])[:-1]]
        for turn in range(10):
            socks = [server.connect(at % 3) for at in range(200)]
            for at, sock in enumerate(socks):
                sock.sendall(begun[(at + turn) % len(begun)])
                if at % 2:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # RST
            for sock in socks:
                sock.close()
        served(server)
        serve.until(lambda: server.metric("spacesift_connections") == 0, lambda: server.metrics())
        assert server.metric("spacesift_connections_accepted_total") == 2001
        assert server.metrics()["process_open_fds"] <= before + 1
        assert server.metric("spacesift_queued_bytes") == 0
        if not program.SANITIZED:
            assert faults.resident(server.pid) - memory < 32 * faults.MIB


def test_the_connection_limit_refuses_and_counts(tmp_path):
    with serve.Server(tmp_path, *ALL, options=["--connections-max", "20"]) as server:
        socks = [server.connect(2) for _ in range(20)]
        serve.until(lambda: server.metric("spacesift_connections") == 20, lambda: server.metrics())
        for _ in range(30):
            with server.connect(2) as sock:
                at_end(sock)
        assert server.metric("spacesift_connections_refused_total", reason="connection_limit") == 30
        for sock in socks:  # those within are served
            sock.sendall(faults.packed([faults.entry("in/side", "x")], "within"))
        faults.Acks(socks[0]).wait("within")
        socks.pop().close()
        serve.until(lambda: server.metric("spacesift_connections") == 19, lambda: server.metrics())
        served(server)
        for sock in socks:
            sock.close()


def test_descriptors_that_run_out_delay_newcomers_and_harm_nobody(tmp_path):
    with serve.Server(tmp_path, *ALL) as server:
        hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)[1]
        with server.connect(2) as early:
            acks = faults.Acks(early)
            early.sendall(faults.packed([faults.entry("early/space", "x")], "first"))
            acks.wait("first")  # the journal has its file
            room = int(server.metrics()["process_open_fds"]) + 12
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (room, hard))
            socks = [server.connect(2) for _ in range(60)]
            server.wait_note("a connection was refused: descriptors")
            early.sendall(faults.packed([faults.entry("early/space", "x")] * 300, "early"))
            acks.wait("early")
            for sock in socks[:55]:
                sock.close()
            socks[55].sendall(faults.packed([faults.entry("late/space", "x")], "late"))
            faults.Acks(socks[55]).wait("late")  # its turn has come
            refused = server.metric("spacesift_connections_refused_total", reason="descriptors")
            assert 1 <= refused < 100, "it waits between attempts"
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (hard, hard))
            for sock in socks[55:]:
                sock.close()
        served(server)


def test_few_descriptors_limit_connections_and_not_the_journal(tmp_path):
    with serve.Server(tmp_path, *ALL, before=["prlimit", "--nofile=256:256"]) as server:
        most = int(server.wait_note(r"descriptors .*for (\d+) connections")[1])
        assert 64 <= most < 256
        socks = [server.connect(2) for _ in range(most)]
        serve.until(lambda: server.metric("spacesift_connections") == most, lambda: server.metrics())
        with server.connect(2) as sock:
            at_end(sock)
        assert server.metric("spacesift_connections_refused_total", reason="connection_limit") == 1
        socks[0].sendall(faults.packed([faults.entry("early/space", "x")], "crowded"))
        faults.Acks(socks[0]).wait("crowded")
        for sock in socks:
            sock.close()


# --- TLS -------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certs(tmp_path_factory):
    return serve.certificates(tmp_path_factory.mktemp("certs"))


def tls_listener(certs, **options):
    return serve.listener("forward+tls://127.0.0.1:0", cert=certs["cert"], key=certs["key"], text="{log}", **options)


def speak(server, context):
    with server.connect(0, context) as sock:
        sock.sendall(faults.packed([faults.entry("tls/space", "x")], "secret"))
        faults.Acks(sock).wait("secret")


def test_plain_text_and_garbage_at_a_tls_port_are_turned_away(tmp_path, certs):
    hello = bytes.fromhex("16030100c8010000c40303") + bytes(20)  # a ClientHello that breaks off
    garbage = [b"GET / HTTP/1.1\r\n\r\n", b"\x93\xa1a\x00\x80", bytes(range(256)) * 64, hello, b"\x16\x03\x01\xff\xff" + b"\xaa" * 70000]
    with serve.Server(tmp_path, tls_listener(certs)) as server:
        for content in garbage:
            with server.connect() as sock:
                try:
                    sock.sendall(content)
                    sock.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                at_end(sock)
        wait_closed(server, "tls", len(garbage), 0)
        assert "TLS with" in server.log
        speak(server, serve.client_context(certs))
        server.wait_lines(1)


def test_a_silent_tls_handshake_is_cut_off(tmp_path, certs):
    with serve.Server(tmp_path, tls_listener(certs), options=["--idle-timeout", "1s"]) as server:
        with server.connect() as silent, server.connect() as half:
            half.sendall(bytes.fromhex("1603010200"))
            speak(server, serve.client_context(certs))
            at_end(silent)
            at_end(half)
        wait_closed(server, "idle", 2, 0)


def test_a_handshake_of_tls_must_be_done_within_the_frame_timeout(tmp_path, certs):
    with serve.Server(tmp_path, tls_listener(certs), options=["--frame-timeout", "1s"]) as server, server.connect(0) as sock:
        at_end(sock)
        wait_closed(server, "frame_timeout", 1, 0)


def test_client_certificates_are_asked_for_and_checked(tmp_path, certs, tmp_path_factory):
    strangers = serve.certificates(tmp_path_factory.mktemp("strangers"))
    with serve.Server(tmp_path, tls_listener(certs, client_ca=certs["ca"])) as server:
        stranger = serve.client_context(certs)
        stranger.load_cert_chain(strangers["client_cert"], strangers["client_key"])
        for context in (serve.client_context(certs), stranger):
            with pytest.raises((ssl.SSLError, OSError)):
                with server.connect(0, context) as sock:
                    sock.sendall(faults.packed([faults.entry("tls/space", "x")], "secret"))
                    faults.Acks(sock).read()
        wait_closed(server, "tls", 2, 0)
        speak(server, serve.client_context(certs, own=True))
        server.wait_lines(1)


def test_wrong_tls_settings_are_told_at_the_start(tmp_path, certs):
    def told(url):
        return program.run("serve", "--check", "--rules", program.RULES, "--listen", url)

    assert told(tls_listener(certs)).status == program.OK
    wrong_key = serve.listener("forward+tls://127.0.0.1:0", cert=certs["cert"], key=certs["client_key"])
    no_file = serve.listener("forward+tls://127.0.0.1:0", cert=tmp_path / "none.pem", key=certs["key"])
    for url in (wrong_key, no_file, "forward+tls://127.0.0.1:0"):
        result = told(url)
        assert result.status == program.USAGE and result.err


# --- HTTP tokens -----------------------------------------------------------------------------------------------------------


def test_http_wants_its_token(tmp_path):
    token = tmp_path / "token"
    token.write_text("0123456789abcdef0123\n")
    token.chmod(0o600)
    with serve.Server(tmp_path / "serve", faults.FORWARD, options=["--http-token-file", str(token)]) as server:
        for path in ("/metrics", "/api/v1/summary", "/api/v1/state"):
            assert server.ask(path).status == 401
            assert server.ask(path, headers={"Authorization": "Bearer 0123456789abcdef0124"}).status == 401
            assert server.ask(path, headers={"Authorization": "Bearer 0123456789abcdef0123"}).status == 200
        assert server.ask("/healthz").status == 200


def test_http_for_other_machines_needs_a_token(tmp_path):
    server = serve.Server(tmp_path, faults.FORWARD, options=["--http", "0.0.0.0:0"], wait=False)
    log = server.ended(program.USAGE)
    assert "token" in log
    token = tmp_path / "readable"
    token.write_text("0123456789abcdef0123\n")
    token.chmod(0o644)
    server = serve.Server(tmp_path, faults.FORWARD, options=["--http-token-file", str(token)], wait=False)
    assert str(token) in server.ended(program.USAGE)
