"""Forward as Fluent Bit and Fluentd put it on the wire, byte by byte, for neither is to be had where the tests run."""

import base64
import collections
import gzip
import hashlib
import os
import socket
import struct
import time

import msgpack
import pytest

import peers
import serve
import shards
from phrases import MEMORY

KEY, USER, PASSWORD = "a key that both sides know", "collector", "sesame"
HOSTNAME = "spacesift.test"
PLAIN, AUTH = range(2)
GROUP_START, GROUP_END = 0xFFFFFFFF, 0xFFFFFFFE  # in place of the seconds


@pytest.fixture(scope="module")
def server(tmp_path_factory, expected):
    directory = tmp_path_factory.mktemp("serve")
    key, users = directory / "key", directory / "users"
    key.write_text(KEY + "\n")
    users.write_text(f"other:{PASSWORD}\n{USER}:{PASSWORD}\n")
    auth = serve.listener("forward://127.0.0.1:0", shared_key_file=key, users_file=users, hostname=HOSTNAME)
    with serve.Server(directory, "forward://127.0.0.1:0", auth) as server:
        yield server
        assert server.reasons() == expected


@pytest.fixture(scope="module")
def expected():
    """What was odd so far, by reason: as the tests of this file meant it."""
    return collections.Counter()


@pytest.fixture
def odd(server, expected):
    """odd(reason): one more of these must be counted; nothing else may be, which each test looks at when it ends."""
    yield lambda reason: expected.update({reason: 1})
    server.wait(lambda s: s.reasons() == expected)


def event_time(seconds, ns=0):
    return msgpack.ExtType(0, struct.pack(">II", seconds, ns))


def event_time_of(at):
    return event_time(at // peers.SECOND, at % peers.SECOND)


def pack(value):
    return msgpack.packb(value, use_bin_type=True)


def str32(content):
    """As Fluentd types bodies, binary or not."""
    return b"\xdb" + struct.pack(">I", len(content)) + content


def short_str(content):
    """Any bytes, typed str."""
    return (bytes([0xA0 + len(content)]) if len(content) < 32 else b"\xd9" + bytes([len(content)])) + content


class Answers:
    """What the server says on a connection, one msgpack value after the other."""

    def __init__(self, sock):
        self.sock = sock

    def next(self):
        """One value, which must come in one read of at most 1,023 bytes, as Fluent Bit wants it."""
        data = self.sock.recv(1024)
        assert 0 < len(data) <= 1023, data
        return data

    def ack(self, chunk):
        """The ack of a chunk is next, typed str as it was sent."""
        told = self.next()
        assert told == b"\x81\xa3ack" + short_str(chunk), told

    def closed(self):
        return self.sock.recv(1024) == b""


@pytest.fixture
def connection(server):
    with server.connect(PLAIN) as sock:
        yield sock


# --- Fluent Bit ------------------------------------------------------------------------------------------------------------


def bit_chunk(payload):
    """The chunk's id: 16 bytes of a digest."""
    return base64.b64encode(hashlib.sha512(payload).digest()[:16]).decode()


def bit_entries(log, nested):
    return [[[event_time_of(at), {}] if nested else event_time_of(at), record] for at, record in log.forward()]


def bit_send(sock, tag, entries, options):
    """Header, entries and options in three writes, the options last."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    count = b"\x93" if options is not None else b"\x92"
    header = count + pack(tag) + b"\xdd" + struct.pack(">I", len(entries))
    for piece in (header, b"".join(map(pack, entries)), pack(options) if options is not None else b""):
        sock.sendall(piece)
        time.sleep(0.01)


@pytest.mark.parametrize("nested", [False, True])
def test_fluent_bit_forwards(server, connection, nested):
    log = peers.Log("bit-nested" if nested else "bit-flat")
    entries = bit_entries(log, nested)
    chunk = bit_chunk(pack(entries))
    added = {"Node": "n1", "Env": {"of": ["all"]}}  # by add_option
    bit_send(connection, "kube.var.log", entries, {"chunk": chunk, "size": len(entries), "fluent_signal": 0, **added})
    Answers(connection).ack(chunk.encode())
    log.check(server, PLAIN, digits=9)


def test_fluent_bit_forwards_single_messages_with_metadata(server, connection):
    """Of tags that are made from records."""
    log = peers.Log("bit-single")
    for at, record in log.forward():
        connection.sendall(pack(["kube.var.log", event_time_of(at), record, {"metadata": {"otlp": {}}, "chunk": f"s{at}"}]))
        Answers(connection).ack(f"s{at}".encode())
    log.check(server, PLAIN, digits=9)


def test_fluent_bit_forwards_without_options(server, connection):
    log = peers.Log("bit-bare")
    bit_send(connection, "kube.var.log", bit_entries(log, True), None)
    log.check(server, PLAIN, digits=9)


def test_fluent_bit_compresses_into_bin(server, connection):
    """Its options come behind the body that they tell of; sizes count markers too."""
    log = peers.Log("bit-gzip")
    marker = [[event_time(GROUP_START), {}], {"resource": {}}], [[event_time(GROUP_END), {}], {}]
    entries = [marker[0], *bit_entries(log, True), marker[1]]
    body = gzip.compress(b"".join(map(pack, entries)))
    chunk = bit_chunk(body)
    options = {"chunk": chunk, "size": len(entries), "fluent_signal": 0, "compressed": "gzip"}
    connection.sendall(b"\x93" + pack("kube.var.log") + pack(body) + pack(options))
    Answers(connection).ack(chunk.encode())
    log.check(server, PLAIN, digits=9)


def test_group_markers_are_no_records(server, connection):
    log = peers.Log("bit-groups")
    entries = bit_entries(log, True)
    start, end = [[event_time(GROUP_START), {}], {"schema": "otlp"}], [[event_time(GROUP_END), {}], {}]
    marked = [start, *entries[:2], end, start, *entries[2:], end]
    chunk = bit_chunk(pack(marked))
    bit_send(connection, "logs", marked, {"chunk": chunk, "size": len(marked)})
    Answers(connection).ack(chunk.encode())
    log.check(server, PLAIN, digits=9)


def test_what_a_group_says_holds_for_its_entries(server, connection):
    now = int(time.time())
    start = [[event_time(GROUP_START), {}], {"space": "alice/bit-group", "channel": "run"}]
    when = [event_time(now), {}]
    inner = [[when, {"message": "panic: overflow"}], [when, {"space": "bob/bit-group", "message": MEMORY}]]
    end = [[event_time(GROUP_END), {}], {}]
    bit_send(connection, "logs", [start, *inner, end], {"size": 4})
    assert server.wait_space("alice/bit-group", 1)["verdict"] == "startup_crash"
    assert server.wait_space("bob/bit-group", 1)["verdict"] == "oom"


def test_times_of_other_types(server, connection):
    """Integers, floats, and EventTime in its longer form."""
    space = {"space": "alice/bit-times", "channel": "run", "message": MEMORY}
    base = int(time.time()) - 600
    long_form = b"\xc7\x08\x00" + struct.pack(">II", base + 2, 5)
    entries = [pack([base, space]), pack([base + 1.5, space]), b"\x92" + long_form + pack(space)]
    connection.sendall(b"\x92" + pack("t") + b"\x93" + b"".join(entries))
    found = server.wait_space("alice/bit-times", 3)
    (item,) = found["evidence"]
    assert item["count"] == 3
    assert peers.instant(item["first"]["time"]) == base * peers.SECOND
    assert peers.instant(item["last"]["time"]) == (base + 2) * peers.SECOND + 5


def test_a_time_of_zero_is_now(server, connection):
    before = time.time_ns()
    connection.sendall(pack(["t", 0, {"space": "alice/zero", "message": MEMORY}]))
    (item,) = server.wait_space("alice/zero", 1)["evidence"]
    assert before <= peers.instant(item["last"]["time"]) <= time.time_ns()


def test_metrics_are_acked_and_dropped(server, connection, odd):
    odd("forward_signal")
    body = pack({"meta": {"cmetrics": {}}}) + b"\x00\x01\x02"
    connection.sendall(b"\x93" + pack("metrics") + pack(body) + pack({"chunk": "m1", "fluent_signal": 1}))
    Answers(connection).ack(b"m1")
    connection.sendall(pack(["t", 0, {"space": "alice/behind-metrics", "message": "still here"}]))
    server.wait_space("alice/behind-metrics", 1)


def test_records_of_the_kubernetes_filter(server, connection):
    """Of tail and the filter: the Space stands in labels of the pod."""
    at = (int(time.time()) - 60) * peers.SECOND
    record = {
        "time": "2026-01-31T10:00:05Z",
        "stream": "stderr",
        "_p": "F",
        "log": MEMORY,
        "kubernetes": {
            "pod_name": "app-0",
            "namespace_name": "spaces",
            "labels": {"space-owner": "alice", "space-name": "kube", "channel": "run"},
            "annotations": {},
            "container_name": "app",
        },
    }
    connection.sendall(pack(["kube.x", [[[event_time_of(at), {}], record]], {"size": 1}]))
    space = server.wait_space("alice/kube", 1)
    assert space["verdict"] == "oom"
    assert peers.instant(space["evidence"][0]["last"]["time"]) == at


# --- Fluentd ---------------------------------------------------------------------------------------------------------------


def fluentd_message(log, compress, chunk):
    """PackedForward as Fluentd makes it; `compressed` is always told."""
    entries = [pack([event_time_of(at), record]) for at, record in log.forward()]
    kind, body = compress(entries)
    return b"\x93" + pack("app.spaces") + str32(body) + pack({"size": len(entries), "compressed": kind, "chunk": chunk})


COMPRESS = {
    "text": lambda entries: ("text", b"".join(entries)),
    "gzip": lambda entries: ("gzip", gzip.compress(b"".join(entries[:2])) + gzip.compress(b"".join(entries[2:]))),
    "zstd": lambda entries: ("zstd", shards.zstd(b"".join(entries[:2])) + shards.zstd(b"".join(entries[2:]))),
}


@pytest.mark.parametrize("kind", COMPRESS)
def test_fluentd_forwards(server, connection, kind):
    """A chunk's id ends in a newline and comes back as it was; bodies of several members or frames are one."""
    log = peers.Log("fluentd-" + kind)
    chunk = base64.encodebytes(os.urandom(16)).decode()
    assert chunk.endswith("\n")
    message = fluentd_message(log, COMPRESS[kind], chunk)
    connection.sendall(message)
    Answers(connection).ack(chunk.encode())
    log.check(server, PLAIN, digits=9)


def test_fluentd_opens_a_connection_for_each_chunk_and_for_heartbeats(server):
    log = peers.Log("fluentd-connections")
    closed = server.metric("spacesift_connections_closed_total", reason="peer")
    for at, record in log.forward():
        for _ in range(5):
            server.connect(PLAIN).close()
        with server.connect(PLAIN) as sock:
            entry = pack([event_time_of(at), record])
            chunk = bit_chunk(entry) + "\n"
            sock.sendall(b"\x93" + pack("app") + str32(entry) + pack({"size": 1, "compressed": "text", "chunk": chunk}))
            Answers(sock).ack(chunk.encode())
    log.check(server, PLAIN, digits=9)
    server.wait(lambda s: s.metric("spacesift_connections_closed_total", reason="peer") >= closed + 6 * len(log.records))


def test_heartbeats_within_a_connection_are_nothing(server, connection):
    connection.sendall(b"\xc0\xc0" + pack(["t", 0, {"space": "alice/beat", "message": "one"}]) + b"\xc0")
    connection.sendall(pack(["t", 0, {"space": "alice/beat", "message": "two"}]))
    server.wait_space("alice/beat", 2)


def test_a_chunk_that_comes_again_is_acked_and_not_counted(server):
    log = peers.Log("fluentd-again")
    message = fluentd_message(log, COMPRESS["text"], "again\n")
    dropped = server.metric("spacesift_dropped_records_total", reason="duplicate")
    for _ in range(3):
        with server.connect(PLAIN) as sock:
            sock.sendall(message)
            Answers(sock).ack(b"again\n")
    log.check(server, PLAIN, digits=9)
    assert server.metric("spacesift_dropped_records_total", reason="duplicate") == dropped + 2


def test_damage_is_acked_so_that_it_does_not_come_again(server, connection, odd):
    odd("forward_entry")
    now = int(time.time())
    good = {"space": "alice/damage", "message": MEMORY}
    connection.sendall(pack(["t", [[now, good], "no entry", [now, good]], {"chunk": "c"}]))
    Answers(connection).ack(b"c")
    assert server.wait_space("alice/damage", 2)["verdict"] == "oom"


# --- the handshake ---------------------------------------------------------------------------------------------------------


def digest(*parts):
    return hashlib.sha512(b"".join(parts)).hexdigest()


def shake(answers, salt, key=KEY, user=USER, password=PASSWORD):
    """Says PING to a HELO; what PONG says. The salt is typed str, whatever its bytes."""
    helo = msgpack.unpackb(answers.next(), raw=True)
    assert helo[0] == b"HELO"
    nonce, auth = helo[1][b"nonce"], helo[1][b"auth"]
    assert nonce and auth and helo[1][b"keepalive"] is True
    host = b"collector.test"
    salted = short_str(salt)
    digests = pack(digest(salt, host, nonce, key.encode())), pack(user), pack(digest(auth, user.encode(), password.encode()))
    answers.sock.sendall(b"\x96" + pack("PING") + pack(host.decode()) + salted + b"".join(digests))
    pong = msgpack.unpackb(answers.next(), raw=True)
    assert pong[0] == b"PONG"
    if pong[1]:
        assert pong[2:] == [b"", HOSTNAME.encode(), digest(salt, HOSTNAME.encode(), nonce, KEY.encode()).encode()]
    return pong


@pytest.mark.parametrize(
    ("kind", "salt"),
    [("bit-salt", bytes(range(0xF0, 0x100))), ("bit-salt-zero", bytes(16)), ("fluentd-salt", b"0123456789abcdef" * 2)],
    ids=["bit", "bit-zero", "fluentd"],
)
def test_peers_that_know_the_key_are_let_in(server, kind, salt):
    log = peers.Log(kind)
    with server.connect(AUTH) as sock:
        answers = Answers(sock)
        assert shake(answers, salt)[1] is True
        entries = bit_entries(log, True)
        for at, entry in enumerate(entries):  # the handshake is made once
            bit_send(sock, "t", [entry], {"chunk": f"{kind}{at}"})
            answers.ack(f"{kind}{at}".encode())
        log.check(server, AUTH, digits=9)


@pytest.mark.parametrize("wrong", [{"key": "another"}, {"user": "nobody"}, {"password": "guess"}])
def test_peers_that_do_not_know_it_are_told_and_cut_off(server, odd, wrong):
    odd("auth_failed")
    with server.connect(AUTH) as sock:
        answers = Answers(sock)
        pong = shake(answers, os.urandom(16), **wrong)
        assert pong[1] is False and pong[2] and pong[3:] == [b"", b""], pong
        assert answers.closed()


def test_records_without_a_handshake_are_refused(server, odd):
    odd("auth_missing")
    with server.connect(AUTH) as sock:
        answers = Answers(sock)
        answers.next()
        sock.sendall(pack(["t", 0, {"space": "alice/sneak", "message": MEMORY}]))
        assert answers.closed()
    assert server.ask("/api/v1/spaces/alice/sneak").status == 404
