"""No acknowledged record is lost and none is counted twice: not by kill -9 under load, not by SIGTERM under load, not where an ack
is lost and its chunk comes again."""

import collections
import os
import random
import time

import serve
import serve_faults as faults
from phrases import MISSING

KILLS = int(os.environ.get("SIFT_KILLS", "10"))
SENDERS = 4
SPACES = 3  # a sender's own; one more is everybody's
SHARED = "kill/shared"
FAST = ("--checkpoint-interval", "150ms", "--segment-bytes", "256K", "--no-cache")


class Load:
    """Chunks without end, and what they come to: {space: lines}, {space: hits}."""

    def __init__(self, sender, seed):
        self.draw = random.Random(seed)
        self.sender = sender
        self.lines, self.hits = collections.Counter(), collections.Counter()
        self.records = 0

    def size(self):
        """Most chunks are small; some are larger than what is scanned at once, by records or by bytes."""
        kind = self.draw.random()
        return (20_000, 0) if kind < 0.02 else (60, 9_000) if kind < 0.06 else (self.draw.randrange(1, 200), 0)

    def __iter__(self):
        number = 0
        while True:
            records, padding = self.size()
            entries = []
            for at in range(records):
                space = SHARED if at % 5 == 0 else f"kill/s{self.sender}-{at % SPACES}"
                hit = at % 4 == 0
                entries.append(faults.entry(space, (MISSING if hit else f"line {at}") + "." * padding))
                self.lines[space] += 1
                self.hits[space] += hit
            self.records += records
            number += 1
            name = f"chunk-{self.sender}-{number}"
            yield name, faults.packed(entries, name)


def found(server):
    """({space: lines}, {space: hits}) of what the server's state says."""
    counts = faults.counts(server.state())
    lines = collections.Counter({space: lines for space, (lines, _) in counts.items()})
    hits = collections.Counter({space: sum(item[0] for item in evidence.values()) for space, (_, evidence) in counts.items()})
    return lines, hits


def begin(server):
    loads = [Load(number, seed=number + 1) for number in range(SENDERS)]
    senders = [faults.Sender(server, load) for load in loads]
    for sender in senders:
        sender.start()
    return loads, senders


def compare(server, loads, senders):
    """All that was sent is acknowledged by now: it is there, once. Gives (lost, twice, records)."""
    lines = sum((load.lines for load in loads), collections.Counter())
    hits = sum((load.hits for load in loads), collections.Counter())
    assert sum(len(sender.acked) for sender in senders) > 0
    server.wait_lines(lines.total(), exactly=False)
    got_lines, got_hits = found(server)
    lost = (lines - got_lines).total() + (hits - got_hits).total()
    twice = (got_lines - lines).total() + (got_hits - hits).total()
    return lost, twice, lines.total()


def test_kill_9_in_a_loop_under_load(tmp_path, capsys):
    draw = random.Random(7)
    with serve.Server(tmp_path, faults.FORWARD, options=FAST) as server:
        loads, senders = begin(server)
        for _ in range(KILLS):
            before = sum(len(sender.acked) for sender in senders)
            serve.until(lambda: sum(len(sender.acked) for sender in senders) > before, lambda: f"no ack: {server.log}")
            time.sleep(draw.random() * 0.4)
            server.kill()
            server.start()
        for sender in senders:
            sender.finish()
        lost, twice, records = compare(server, loads, senders)
        resent = sum(sender.resent for sender in senders)
    with capsys.disabled():
        print(f"\nkill loop: {KILLS} kills, {records:,} records acknowledged, {resent} chunks sent again, {lost} lost, {twice} twice")
    assert resent > 0, "no kill came while a chunk was under way"
    assert (lost, twice) == (0, 0)
