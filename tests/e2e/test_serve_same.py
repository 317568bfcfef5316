"""The same records give the same state: over any number of connections, loops and protocols, however they are cut on the way, and as
`spacesift scan` finds it in a file."""

import contextlib
import gzip
import json
import random
import time

import pytest
import zstandard

import program
import serve
import serve_faults as faults
import shards
from phrases import CONFLICT, HEALTHY, MEMORY, MISSING, SERVES, START

JSON = "tcp://127.0.0.1:0?space={space}&channel={channel}&time={time}&text={text}"
SYSLOG = "syslog://127.0.0.1:0?space={sd.space.id}&channel={sd.space.channel}"
FORWARD = "forward://127.0.0.1:0?space={space}&channel={channel}&text={text}"
SPACES = 12
TEXTS = [START, SERVES, HEALTHY, MISSING, CONFLICT, MEMORY, "DONE 1.2s", "--> RUN make", "TypeError: bad value", "nothing of note"]


def records(seed, count=1200):
    """(space, channel, second, text): each Space's in the order of their time."""
    draw = random.Random(seed)
    made = []
    for at in range(count):
        channel = draw.choice(["run", "build"])
        made.append((f"owner/space{draw.randrange(SPACES):02}", channel, faults.START_S + at * 7, draw.choice(TEXTS)))
    return made


def as_json(space, channel, second, text):
    return json.dumps({"space": space, "channel": channel, "time": second, "text": text}).encode() + b"\n"


def as_syslog(space, channel, second, text, counted):
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))
    message = f'<14>1 {moment} host app - - [space@32473 id="{space}" channel="{channel}"] {text}'.encode()
    return b"%d %s" % (len(message), message) if counted else message + b"\n"


def as_forward(space, channel, second, text):
    item = faults.entry(space, text, second)
    return [item[0], {"space": space, "channel": channel, "text": text}]


def zstd_stream(pieces):
    squeeze = zstandard.ZstdCompressor().compressobj()
    return [squeeze.compress(piece) + squeeze.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) for piece in pieces] + [squeeze.flush()]


def encode(way, mine, draw):
    """The bytes of a connection that sends these records."""
    if way in ("json", "zstd", "gzip"):
        pieces = [as_json(*record) for record in mine]
        return b"".join(zstd_stream(pieces)) if way == "zstd" else shards.gzip(b"".join(pieces)) if way == "gzip" else b"".join(pieces)
    if way.startswith("syslog"):
        return b"".join(as_syslog(*record, way == "syslog-counted") for record in mine)
    parts, at = [], 0
    while at < len(mine):
        size = draw.choice([1, 2, 30, 100])
        entries = [as_forward(*record) for record in mine[at : at + size]]
        compress = draw.choice([None, gzip.compress, zstandard.ZstdCompressor().compress])
        parts.append(faults.packed(entries, None, compress))
        at += size
    return b"".join(parts)


def split(all_records, connections):
    """By Space: what comes of one keeps its order."""
    return [[record for record in all_records if hash_of(record[0]) % connections == number] for number in range(connections)]


def hash_of(space):
    return int(space[-2:])


def send(server, index, contents, draw):
    """All connections at once, in pieces of any size."""
    with contextlib.ExitStack() as stack:
        begun = [[stack.enter_context(server.connect(index)), content] for content in contents if content]
        while begun:
            one = draw.choice(begun)
            size = draw.choice([1, 7, 100, 5000, 70_000])
            one[0].sendall(one[1][:size])
            one[1] = one[1][size:]
            if not one[1]:
                begun.remove(one)


def scanned(tmp_path, all_records):
    """What scan says of the same records in a file: (counts, verdicts)."""
    shard = shards.put(tmp_path / "all.jsonl", b"".join(as_json(*record) for record in all_records).decode())
    state = tmp_path / "scan.state"
    words = ["--format", "jsonl", "--state", state, "--field", "space=space", "--field", "time=time", "--field", "text=text"]
    found = program.report(*words, "--field", "channel=channel", shard)
    return faults.counts(state.read_bytes()), found.verdicts


WAYS = {"json": 0, "zstd": 0, "gzip": 0, "syslog-lf": 1, "syslog-counted": 1, "forward": 2}


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_way_of_the_records_does_not_matter(tmp_path, jobs):
    all_records = records(seed=jobs)
    expected = scanned(tmp_path, all_records)
    assert len(expected[0]) == SPACES and sum(lines for lines, _ in expected[0].values()) == len(all_records)
    draw = random.Random(jobs)
    for way, index in WAYS.items():
        connections = draw.choice([1, 2, 5, SPACES])
        told = f"{way} over {connections} connections, -j{jobs}"
        with serve.Server(tmp_path / way, JSON, SYSLOG, FORWARD, data_dir=None, options=["--jobs", str(jobs)]) as server:
            send(server, index, [encode(way, mine, draw) for mine in split(all_records, connections)], draw)
            server.wait_lines(len(all_records))
            assert faults.counts(server.state()) == expected[0], told
            assert faults.verdicts(server) == expected[1], told


def test_a_restart_in_the_middle_does_not_matter(tmp_path):
    """Open steps, marks and times are carried over: by a checkpoint, by the journal, by both."""
    all_records = records(seed=3)
    expected = scanned(tmp_path, all_records)
    draw = random.Random(3)
    with serve.Server(tmp_path / "serve", JSON, SYSLOG, FORWARD) as server:
        for turn, at in enumerate(range(0, len(all_records), 240)):
            part = all_records[at : at + 240]
            send(server, 0, [encode("json", mine, draw) for mine in split(part, 3)], draw)
            server.wait_lines(at + len(part))
            serve.until(
                lambda: server.metric("spacesift_journal_durable_sequence") == server.metric("spacesift_journal_appended_sequence"),
                server.metrics,
            )
            server.kill() if turn % 2 else server.stop()
            server.start()
        server.wait_lines(len(all_records))
        assert faults.counts(server.state()) == expected[0]
        assert faults.verdicts(server) == expected[1]
