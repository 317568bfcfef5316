"""Frames that are truncated, too large or made to harm, of each protocol: a counted reason, other connections unharmed, memory bounded."""

import contextlib
import socket
import threading
import time

import pytest
import zstandard

import program
import serve
import serve_faults as faults
import shards
from phrases import MISSING

LINES = "tcp://127.0.0.1:0?space={space}&channel=run"
SYSLOG = "syslog://127.0.0.1:0?space={host}&channel=run"
LIMITS = ("--frame-bytes-max", "4M", "--inflated-bytes-max", "8M", "--memory-limit", "64M")
MEMORY_MAX = 200 * faults.MIB


def damage(server):
    """{reason: count} as /metrics has it now."""
    prefix = 'spacesift_damage_total{reason="'
    return {name[len(prefix) : -2]: int(value) for name, value in server.metrics().items() if name.startswith(prefix) and value}


def throw(server, index, content):
    """Sends all that is taken, then ends; waits for the server to do so too. What it answered."""
    answer = b""
    with server.connect(index) as sock, contextlib.suppress(OSError):
        try:
            sock.sendall(content)
        finally:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_WR)
            while piece := sock.recv(65536):
                answer += piece
    return answer


class Beside:
    """Another client of each protocol, connected all the while, which must be served before and after."""

    def __init__(self, server):
        self.server = server
        self.socks = [server.connect(index) for index in range(3)]
        self.acks = faults.Acks(self.socks[2])
        self.turns = 0

    def speak(self):
        self.turns += 1
        self.socks[0].sendall(faults.json_line("good/lines", MISSING))
        self.socks[1].sendall(faults.syslog("good-syslog", MISSING))
        self.socks[2].sendall(faults.packed([faults.entry("good/forward", MISSING)], f"good-{self.turns}"))
        self.acks.wait(f"good-{self.turns}")

    def check(self):
        """All that was said is counted."""

        def counted(server):
            spaces = server.spaces()
            return all(spaces.get(name, {}).get("lines") == self.turns for name in ("good/lines", "good-syslog", "good/forward"))

        self.server.wait(counted)
        for sock in self.socks:
            sock.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serve.Server(tmp_path_factory.mktemp("hostile"), LINES, SYSLOG, faults.FORWARD, options=LIMITS) as started:
        yield started


ENTRIES = [faults.entry("bad/forward", "x")]
RAW_ZSTD = zstandard.ZstdCompressor().compress


def long_window(content):
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=27)
    squeeze = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return squeeze.compress(content) + squeeze.flush()


def bomb(pack, size):
    return b"".join(pack(b"A" * faults.MIB) for _ in range(size // faults.MIB))


HOSTILE = {  # name: (listener, content, reasons that may be counted, one at least)
    "lines-endless": (0, b"A" * (3 * faults.MIB), {"line_cut"}),
    "lines-json-broken": (0, faults.json_line("a/b", "x") + b'{"space": "a/b", "text": \n' * 3, {"json_syntax"}),
    "lines-json-deep": (0, faults.json_line("a/b", "x") + b'{"a":' * 100_000 + b"1\n", {"json_depth", "json_syntax"}),
    "lines-json-endless": (0, faults.json_line("a/b", "x") + b'{"text": "' + b"A" * (3 * faults.MIB), {"record_too_long"}),
    "lines-json-no-text": (0, faults.json_line("a/b", "x") + b'{"space": "a/b", "text": []}\n', {"json_text"}),
    "lines-zstd-torn": (0, RAW_ZSTD(b"a line\n" * 1000)[:-3], {"truncated"}),
    "lines-zstd-broken": (0, RAW_ZSTD(b"a line\n" * 1000)[:12] + b"\xff" * 500, {"corrupt"}),
    "lines-zstd-window": (0, long_window(b"a line\n" * 1000), {"window_limit"}),
    "lines-gzip-torn": (0, shards.gzip(b"a line\n" * 1000)[:-9], {"truncated"}),
    "lines-gzip-broken": (0, shards.gzip(b"a line\n")[:10] + b"\xff" * 500, {"corrupt"}),
    "lines-zstd-bomb": (0, bomb(RAW_ZSTD, 64 * faults.MIB), {"line_cut"}),
    "lines-gzip-bomb": (0, bomb(shards.gzip, 64 * faults.MIB), {"line_cut"}),
    "syslog-count-over": (1, b"5000000 <14>1 - h a - - - " + b"x" * 4_999_977, {"frame_too_long"}),
    "syslog-count-torn": (1, b"500 <14>1 - h a - - - x", {"truncated"}),
    "syslog-endless": (1, b"<14>1 - h a - - - " + b"x" * (5 * faults.MIB), {"line_cut", "frame_too_long"}),
    "syslog-zlib-bomb": (1, bomb(shards.gzip, 64 * faults.MIB), {"line_cut", "frame_too_long", "syslog_syntax", "frame_syntax"}),
    "forward-noise": (2, bytes(range(1, 128)) * 100, {"frame_syntax"}),
    "forward-reserved": (2, b"\xc1" * 100, {"frame_syntax"}),
    "forward-http": (2, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", {"frame_syntax"}),
    "forward-json": (2, b'["tag", 1, {"log": "x"}]', {"forward_json"}),
    "forward-array-4g": (2, b"\xdd\xff\xff\xff\xff" + b"\xa1a" * 1000, {"frame_too_long"}),
    "forward-entries-4g": (2, b"\x92\xa1a\xdd\xff\xff\xff\xff" + b"\x92\x00\x80" * 2_000_000, {"frame_too_long"}),
    "forward-bin-4g": (2, b"\x92\xa1a\xc6\xff\xff\xff\xff" + bytes(faults.MIB), {"frame_too_long", "truncated"}),
    "forward-bin-over": (2, b"\x92\xa1a\xc6\x00\x50\x00\x00" + bytes(5 * faults.MIB), {"frame_too_long"}),
    "forward-nested": (2, b"\x92\xa1a" + b"\x91" * 1_000_000, {"frame_syntax", "frame_too_long", "truncated"}),
    "forward-torn": (2, faults.packed(ENTRIES, "torn")[:-1], {"truncated"}),
    "forward-chunk-number": (2, faults.packed(ENTRIES, 5), {"forward_chunk_id"}),
    "forward-chunk-long": (2, faults.packed(ENTRIES, "i" * 600), {"forward_chunk_id"}),
    "forward-entry-none": (2, faults.packed([5, "x", [1], {}], "e"), {"forward_entry"}),
    "forward-not-a-message": (2, b"\x91\xa1a" + b"\x80" + b"\xa1a", {"frame_syntax"}),
    "forward-gzip-broken": (2, faults.packed(ENTRIES, "z1", lambda body: shards.gzip(body)[:10] + b"\xff" * 50), {"corrupt"}),
    "forward-gzip-torn": (2, faults.packed(ENTRIES, "z2", lambda body: shards.gzip(body)[:-9]), {"truncated"}),
    "forward-gzip-bomb": (2, faults.packed(ENTRIES, "z3", lambda _: bomb(shards.gzip, 64 * faults.MIB)), {"inflated_limit"}),
    "forward-zstd-bomb": (2, faults.packed(ENTRIES, "z4", lambda _: bomb(RAW_ZSTD, 512 * faults.MIB)), {"inflated_limit"}),
    "forward-zstd-window": (2, faults.packed(ENTRIES, "z5", lambda body: long_window(body * 100)), {"window_limit"}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_frame_is_counted_and_harms_nobody_else(server, name):
    index, content, reasons = HOSTILE[name]
    beside = Beside(server)
    base = {space: item["lines"] for space, item in server.spaces().items()}
    beside.turns = base.get("good/forward", 0)
    beside.speak()
    before = damage(server)
    with faults.Watch(server.pid) as watch:
        answer = throw(server, index, content)
        serve.until(
            lambda: any(damage(server).get(reason, 0) > before.get(reason, 0) for reason in reasons),
            lambda: f"{before} before, {damage(server)} now: {server.log[-2000:]}",
            20,
        )
    new = {reason for reason, count in damage(server).items() if count > before.get(reason, 0)}
    assert new <= reasons | {"no_space", "syslog_syntax", "bad_time"}, new
    if watch.counts:
        assert watch.peak < MEMORY_MAX
    if index == 2 and reasons & {"corrupt", "inflated_limit", "window_limit", "forward_entry"}:
        assert answer, "what can never be read is acknowledged all the same: else it would come again for ever"
    beside.speak()
    beside.check()


def throw_all(server, count, make, index):
    """`count` connections at once, all still open when this is given back."""
    socks = [server.connect(index) for _ in range(count)]

    def send(sock):
        with contextlib.suppress(OSError):
            sock.sendall(make)

    senders = [threading.Thread(target=send, args=(sock,), daemon=True) for sock in socks]
    for sender in senders:
        sender.start()
    return socks, senders


@pytest.mark.parametrize("overflow", ["block", "drop-newest"])
def test_unfinished_frames_that_fill_the_memory_do_not_stop_the_server(tmp_path, overflow):
    """Twelve clients begin a frame of 12 MiB each where 32 are allowed, and never end it: without them anybody is served."""
    begun = b"\x92\xa1a\xc6\x00\xc0\x00\x00" + bytes(12 * faults.MIB - 1000)
    options = ["--memory-limit", "32M", "--overflow", overflow]
    with serve.Server(tmp_path, faults.FORWARD, options=options) as server:
        with faults.Watch(server.pid) as watch:
            socks, senders = throw_all(server, 12, begun, 0)
            time.sleep(0.5)
            with server.connect() as sock:
                sock.sendall(faults.packed([faults.entry("good/space", "x")], "good"))
                faults.Acks(sock).wait("good")
        if watch.counts:
            assert watch.peak - watch.begin < 32 * faults.MIB + 64 * faults.MIB
        assert server.metric("spacesift_connections_closed_total", reason="memory") > 0
        for sock in socks:
            sock.close()
        for sender in senders:
            sender.join(serve.LIMIT_S)
        if overflow == "block":
            server.wait_lines(1)
        serve.until(lambda: server.metric("spacesift_queued_bytes") == 0, server.metrics)


def test_windows_of_decompressors_count_against_the_memory_limit(tmp_path):
    parameters = zstandard.ZstdCompressionParameters(window_log=23, compression_level=1)
    squeeze = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    stream = b"".join(squeeze.compress((b"y" * 999 + b"\n") * 100) for _ in range(100))
    stream += squeeze.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)  # 10 MB from 17 KB, and the window stays
    with serve.Server(tmp_path, LINES, options=["--memory-limit", "32M"]) as server:
        with faults.Watch(server.pid) as watch:
            socks, senders = throw_all(server, 30, stream, 0)
            for sender in senders:
                sender.join(serve.LIMIT_S)
            serve.until(lambda: server.metric("spacesift_connections_closed_total", reason="memory") > 0, server.metrics)
            server.send(0, faults.json_line("good/space", "x"))
            server.wait(lambda _: "good/space" in server.spaces())
        if not program.SANITIZED:
            assert watch.peak - watch.begin < 32 * faults.MIB + 64 * faults.MIB
        for sock in socks:
            sock.close()
        serve.until(lambda: server.metric("spacesift_queued_bytes") == 0, server.metrics)
