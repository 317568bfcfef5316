"""A disk that is full or fails: nothing is acknowledged while it lasts, /readyz says why, memory stays within its limit, and nothing is
lost when space returns."""

import json
import os
import resource
import select
import time

import pytest

import serve
import serve_faults as faults
from phrases import MISSING

LIMIT = 16 * faults.MIB
OVERHEAD = 64 * faults.MIB  # what the limit is not about: the program, its rules and threads, the picture of the fleet
QUIET_S = 0.6  # acks come within 200 ms


@pytest.fixture
def disk(tmp_path):
    disk = faults.Disk(tmp_path / "disk", "64m")
    yield disk
    disk.end()


def random_chunk(name, records=200, space="disk/random"):
    """Records that do not become small: hits with a random text."""
    entries = [faults.entry(f"{space}{at % 3}", f"{MISSING} {os.urandom(60).hex()}") for at in range(records)]
    return faults.packed(entries, name)


def trouble(server):
    """Waits until /readyz is about the journal."""

    def told():
        answer = server.ask("/readyz")
        return answer.status == 503 and "the journal cannot be written" in answer.json["reasons"]

    serve.until(told, lambda: server.ask("/readyz").body)


def quiet(*all_acks):
    for acks in all_acks:
        assert acks.read(QUIET_S) == []


def check_outage(server, begin, end):
    """One chunk before, some while the journal cannot be written, and one after; then a crash."""
    with server.connect() as one, server.connect() as two:
        acks, others = faults.Acks(one), faults.Acks(two)
        one.sendall(random_chunk("before"))
        acks.wait("before")
        begin()
        during = random_chunk("during")
        one.sendall(during + random_chunk("during too", 5000))
        two.sendall(during)  # again, while the first is not safe
        trouble(server)
        quiet(acks, others)
        assert server.ask("/healthz").status == 200
        assert server.metric("spacesift_journal_up") == 0 and server.metric("spacesift_journal_errors_total") > 0
        end()
        acks.wait(["during", "during too"])
        others.wait("during")
        serve.until(lambda: server.ask("/readyz").status == 200, lambda: server.ask("/readyz").body)
        one.sendall(random_chunk("after"))
        acks.wait("after")
    server.wait_note("the journal can be written again")
    server.wait_lines(5600)
    found = faults.counts(server.state())
    server.kill()
    server.start()
    server.wait_lines(5600)
    assert faults.counts(server.state()) == found


def test_a_full_disk_delays_acks_and_loses_nothing(disk, tmp_path):
    with serve.Server(tmp_path, faults.FORWARD, data_dir=disk.path / "data") as server:
        check_outage(server, disk.fill, disk.free)
        assert server.space("disk/random0")["lines"] > 0


def test_a_checkpoint_that_cannot_be_written_costs_nothing(disk, tmp_path):
    options = ["--checkpoint-interval", "100ms"]
    with serve.Server(tmp_path, faults.FORWARD, data_dir=disk.path / "data", options=options) as server:
        check_outage(server, disk.fill, disk.free)
        done = server.metric("spacesift_checkpoints_total")
        with server.connect() as sock:
            sock.sendall(random_chunk("one more"))
            faults.Acks(sock).wait("one more")
        server.wait(lambda _: server.metric("spacesift_checkpoints_total") > done)


def test_writes_that_fail_delay_acks_and_lose_nothing(tmp_path):
    """A limit on the size of files, as the system's quota and such: every write fails."""
    with serve.Server(tmp_path, faults.FORWARD) as server:
        unlimited = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)

        def refuse():
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, unlimited[1]))

        check_outage(server, refuse, lambda: resource.prlimit(server.pid, resource.RLIMIT_FSIZE, unlimited))


def test_sigterm_while_the_disk_is_full_ends_in_time_and_keeps_what_was_acknowledged(disk, tmp_path):
    server = serve.Server(tmp_path, faults.FORWARD, data_dir=disk.path / "data")
    with server.connect() as sock:
        acks = faults.Acks(sock)
        sock.sendall(random_chunk("safe"))
        acks.wait("safe")
        disk.fill()
        unsafe = random_chunk("unsafe", 5000)
        sock.sendall(unsafe)
        trouble(server)
        begun = time.monotonic()
        server.process.terminate()
        server.process.wait(serve.LIMIT_S)
        assert time.monotonic() - begun < 30
    status = server.process.returncode
    server._reap()  # pylint: disable=protected-access
    assert status not in (0, -9) and status > 0, "it could not keep what it knew, and says so"
    disk.free()
    server.start()
    with server, server.connect() as sock:
        sock.sendall(unsafe)
        faults.Acks(sock).wait("unsafe")
        server.wait_lines(5200)


class Flood:
    """Sends chunks over several connections as long as the server takes them."""

    def __init__(self, server, connections=4):
        self.socks = [server.connect() for _ in range(connections)]
        self.rest = {sock: b"" for sock in self.socks}
        self.names = {sock: [] for sock in self.socks}
        self.acks = {sock: faults.Acks(sock) for sock in self.socks}
        for sock in self.socks:
            sock.setblocking(False)
        self.messages = 0
        self.records = 0

    def _next(self, sock):
        name = f"flood-{self.messages}"
        self.messages += 1
        self.records += 500
        self.names[sock].append(name)
        self.rest[sock] = random_chunk(name, 500, "flood/s")

    def send(self, still_s, most_s, more=True):
        """Until nothing was taken for so long, or so much time has passed. Whether it stood still."""
        begun = moved = time.monotonic()
        while time.monotonic() - moved < still_s:
            if time.monotonic() - begun > most_s:
                return False
            wanting = [sock for sock in self.socks if more or self.rest[sock]]
            if not wanting:
                return True
            for sock in select.select([], wanting, [], 0.05)[1]:
                if not self.rest[sock]:
                    self._next(sock)
                sent = sock.send(self.rest[sock])
                self.rest[sock] = self.rest[sock][sent:]
                moved = time.monotonic()
        return True

    def finish(self):
        """The rest of what was begun; waits for all acks."""
        for sock in self.socks:
            sock.setblocking(True)
            sock.settimeout(serve.LIMIT_S)
            sock.sendall(self.rest[sock])
            self.acks[sock].wait(self.names[sock])
            sock.close()


def test_a_flood_with_a_stopped_journal_stays_within_the_memory_limit(disk, tmp_path):
    options = ["--memory-limit", "16M"]
    with serve.Server(tmp_path, faults.FORWARD, data_dir=disk.path / "data", options=options) as server:
        disk.fill()
        with faults.Watch(server.pid) as watch:
            flood = Flood(server)
            assert flood.send(still_s=1.5, most_s=60), f"it took {flood.records} records and did not stop reading: {server.metrics()}"
        assert server.metric("spacesift_paused_connections") > 0
        reasons = server.ask("/readyz").json["reasons"]
        assert {"the journal cannot be written", "the memory limit is reached"} <= set(reasons)
        if watch.counts:
            assert watch.peak - watch.begin < LIMIT + OVERHEAD
        disk.free()
        flood.finish()
        server.wait_lines(flood.records)
        assert server.metric("spacesift_paused_connections") == 0
        assert server.metric("spacesift_queued_bytes") < LIMIT // 4


def test_drop_newest_drops_and_counts_what_does_not_fit(disk, tmp_path):
    options = ["--memory-limit", "16M", "--overflow", "drop-newest"]
    with serve.Server(tmp_path, faults.FORWARD, data_dir=disk.path / "data", options=options) as server:
        disk.fill()
        with faults.Watch(server.pid) as watch:
            flood = Flood(server)
            end = time.monotonic() + 60
            while server.metric("spacesift_dropped_records_total", reason="overflow") < 20_000:
                assert time.monotonic() < end, f"{flood.records} records and nothing dropped"
                flood.send(still_s=0.3, most_s=0.5)
        if watch.counts:
            assert watch.peak - watch.begin < LIMIT + OVERHEAD
        disk.free()
        flood.finish()
        dropped = int(server.metric("spacesift_dropped_records_total", reason="overflow"))
        server.wait_lines(flood.records - dropped)
        assert server.reasons()["overflow_dropped"] == dropped
        assert json.loads(server.ask("/readyz").body)["status"] == "ready"
