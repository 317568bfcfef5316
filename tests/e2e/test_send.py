"""fleetgen --send: what arrives is what the files would hold, over each protocol, and every chunk is acknowledged in the end."""

import collections
import datetime
import json
import socket
import subprocess
import time

import pytest

import program
import receivers

FLEET = ["--spaces", "60", "--bytes", "600K", "--seed", "7"]
LINES_PER_CHUNK = 100


def fleetgen(*words, **options):
    return program.run(*words, program=program.FLEETGEN, **options)


def send(url, *words, status=0):
    """Sends the fleet; the outcome and the result."""
    result = fleetgen(*FLEET, "--send", url, "--json", *words)
    assert result.status == status, (result.err, result.out)
    return result.document, result


def nanoseconds(stamp):
    date, fraction = stamp.removesuffix("Z").split(".")
    seconds = datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.timezone.utc).timestamp()
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The same fleet as files: {(space, channel): [line]}, as bytes."""
    directory = tmp_path_factory.mktemp("written") / "fleet"
    assert fleetgen(*FLEET, "--compress", "none", "--out", directory).status == 0
    found = {}
    for path in (directory / "logs").rglob("*.log"):
        found[f"{path.parts[-3]}/{path.parts[-2]}", path.stem] = path.read_bytes().split(b"\n")[:-1]
    return found


def gathered(records):
    """(space, channel, bytes) → as `written`."""
    found = collections.defaultdict(list)
    for space, channel, text in records:
        found[space, channel].append(text)
    return dict(found)


def as_bytes(text):
    return text.encode("utf-8", "surrogateescape")


def forwarded(receiver):
    return gathered((record["space"], record["channel"], as_bytes(record["message"])) for _, _, record in receiver.records)


def readable(found):
    """As JSON can hold it."""
    return {place: [line.decode("utf-8", "replace") for line in lines] for place, lines in found.items()}


def total(written):
    return sum(map(len, written.values()))


@pytest.mark.parametrize("options", [[], ["--compress", "zstd"], ["--compress", "gzip"], ["--preload"], ["--connections", "4"]])
def test_lines_are_those_of_the_mixed_shards(written, options):
    with receivers.Lines() as receiver:
        outcome, _ = send(f"tcp://127.0.0.1:{receiver.port}", *options)
    records = [json.loads(line) for line in receiver.lines]
    assert not receiver.problems
    assert outcome["lines"] == len(records) == total(written)
    assert outcome["bytes"] == sum(map(len, receiver.streams.values()))
    assert outcome["text_bytes"] == sum(len(line) + 1 for lines in written.values() for line in lines)
    found = gathered((record["space"], record["channel"], record["data"].removesuffix("\n")) for record in records)
    assert found == readable(written)
    assert receiver.connections == (4 if options[:1] == ["--connections"] else 1)


def test_raw_lines_are_the_text_and_one_space_keeps_to_its_connection(written):
    with receivers.Lines() as receiver:
        send(f"tcp://127.0.0.1:{receiver.port}", "--format", "raw", "--connections", "60")
    assert receiver.connections == 60
    streams = collections.Counter(tuple(sorted(stream.split(b"\n")[:-1])) for stream in receiver.streams.values())
    spaces = collections.defaultdict(list)
    for (space, _), lines in written.items():
        spaces[space] += lines
    assert streams == collections.Counter(tuple(sorted(lines)) for lines in spaces.values())


def test_the_same_seed_sends_the_same_bytes():
    streams = []
    for _ in range(2):
        with receivers.Lines() as receiver:
            send(f"tcp://127.0.0.1:{receiver.port}")
        streams.append(receiver.streams[1])
    assert streams[0] == streams[1]


@pytest.mark.parametrize("framing", ["counted", "lf"])
def test_syslog_names_the_space_in_structured_data(written, framing):
    with receivers.Syslog() as receiver:
        send(f"syslog://127.0.0.1:{receiver.port}", "--framing", framing)
    assert receiver.streams[1][:1].isdigit() == (framing == "counted")
    matches = [receivers.RFC5424.fullmatch(frame) for frame in receiver.frames]
    assert all(matches)
    assert {int(match[1]) for match in matches} <= set(range(192))
    assert gathered((match[6].decode(), match[7].decode(), match[8]) for match in matches) == written


def test_old_syslog_names_the_space_in_its_tag(written):
    with receivers.Syslog() as receiver:
        send(f"syslog://127.0.0.1:{receiver.port}", "--rfc", "3164", "--times", "now")
    matches = [receivers.RFC3164.fullmatch(frame) for frame in receiver.frames]
    assert all(matches)
    found = gathered((match[4].decode(), match[5].decode(), match[6]) for match in matches)
    assert {place: len(lines) for place, lines in found.items()} == {place: len(lines) for place, lines in written.items()}


MODES = {
    "message": ["--mode", "message"],
    "forward": ["--mode", "forward"],
    "packed": [],
    "gzip": ["--mode", "compressed"],
    "zstd": ["--compress", "zstd"],
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("ack", [False, True])
def test_forward_in_each_mode(written, mode, ack):
    chunk = [] if mode == "message" else ["--chunk", LINES_PER_CHUNK]
    with receivers.Forward() as receiver:
        outcome, _ = send(f"forward://127.0.0.1:{receiver.port}", *MODES[mode], *chunk, *(["--ack"] if ack else []), "--tag", "kube.x")
    assert not receiver.problems
    assert forwarded(receiver) == written
    assert {tag for tag, _, _ in receiver.messages} == {"kube.x"}
    assert outcome["chunks"] == len(receiver.messages)
    assert outcome["acks"] == len(receiver.acknowledged) == (len(receiver.messages) if ack else 0)
    if mode != "message":
        assert {len(records) for _, records, _ in receiver.messages[:-1]} == {LINES_PER_CHUNK}
    assert all(metadata is None for _, metadata, _ in receiver.records)
    times = [time_ns for time_ns, _, _ in receiver.records]
    assert times == sorted(times)


def test_records_of_kubernetes_look_as_fluent_bit_makes_them(written):
    with receivers.Forward() as receiver:
        send(f"forward://127.0.0.1:{receiver.port}", "--record", "kubernetes")
    with receivers.Lines() as lines:
        send(f"tcp://127.0.0.1:{lines.port}", "--record", "kubernetes")
    for time_ns, metadata, record in receiver.records:
        assert metadata == {}
        assert list(record) == ["time", "stream", "_p", "log", "kubernetes"]
        assert nanoseconds(record["time"]) == time_ns // 1000 * 1000
        assert set(record["kubernetes"]) == {
            "pod_name", "namespace_name", "pod_id", "labels", "annotations", "host", "pod_ip", "container_name", "docker_id",
            "container_hash", "container_image"}  # fmt: skip
    records = [record for _, _, record in receiver.records]

    def places(records, text):
        for record in records:
            labels = record["kubernetes"]["labels"]
            yield f"{labels['space-owner']}/{labels['space-name']}", labels["channel"], text(record["log"])

    assert gathered(places(records, as_bytes)) == written
    parsed = [json.loads(line) for line in lines.lines]
    assert gathered(places(parsed, str)) == readable(written)
    assert [record["kubernetes"] for record in parsed] == [record["kubernetes"] for record in records]


def test_times_are_the_logs_own_or_end_now():
    spans = {}
    for which in ("log", "now"):
        with receivers.Forward() as receiver:
            send(f"forward://127.0.0.1:{receiver.port}", "--times", which)
        spans[which] = [time_ns for time_ns, _, _ in receiver.records]
    assert len({now - log for now, log in zip(spans["now"], spans["log"])}) == 1
    days = (time.time() - max(spans["now"]) / 1e9) / 86400, (time.time() - min(spans["now"]) / 1e9) / 86400
    assert 0 <= days[0] and 3 < days[1] <= 5


def test_acks_may_come_late_and_in_any_order(written):
    with receivers.Forward(reverse=4) as receiver:
        fleet = total(written)
        size = fleet // 10 + 1
        outcome, _ = send(f"forward://127.0.0.1:{receiver.port}", "--ack", "--chunk", size, "--window", 5)
    assert not receiver.problems
    assert outcome["acks"] == outcome["chunks"] == 10
    assert outcome["resent"] == 0


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("preload", [[], ["--preload"]])
def test_chunks_cut_off_are_sent_again_under_the_same_id(written, keep, preload):
    def cut(number, chunks):
        return number < 6 and chunks == 3 * number

    with receivers.Forward(cut=cut, keep=keep) as receiver:
        outcome, _ = send(f"forward://127.0.0.1:{receiver.port}", "--ack", "--retry", "--chunk", LINES_PER_CHUNK, *preload)
    assert not [problem for problem in receiver.problems if not isinstance(problem, OSError)]
    assert forwarded_any_order(receiver) == any_order(written)
    assert receiver.acknowledged == set(receiver.ids)
    assert outcome["acks"] == outcome["chunks"] == len(receiver.ids)
    assert receiver.connections == 6 and outcome["reconnects"] == 5
    assert outcome["resent"] >= 5
    if keep:
        assert max(receiver.ids.values()) >= 2


def any_order(found):
    return {place: sorted(lines) for place, lines in found.items()}


def forwarded_any_order(receiver):
    return any_order(forwarded(receiver))


def test_without_retry_a_cut_connection_is_an_error():
    with receivers.Forward(cut=lambda number, chunks: chunks == 4) as receiver:
        outcome, result = send(f"forward://127.0.0.1:{receiver.port}", "--ack", "--chunk", LINES_PER_CHUNK, status=1)
    assert receiver.connections == 1
    # acks that the sender had not read yet may go down with the connection
    assert outcome["broken"] == 1 and outcome["acks"] <= 4 < outcome["chunks"]
    assert f"forward://127.0.0.1:{receiver.port}: " in result.err


def test_acks_that_do_not_come_are_an_error():
    with receivers.Forward(silent=True) as receiver:
        outcome, result = send(f"forward://127.0.0.1:{receiver.port}", "--ack", "--window", 3, "--timeout", 1, status=1)
    assert outcome["chunks"] == 3 and outcome["acks"] == 0
    assert "3 chunks wait for their acks" in result.err


def test_a_server_that_comes_later_is_waited_for(written, tmp_path):
    path = tmp_path / "late.sock"
    running = program.start([program.FLEETGEN, *FLEET, "--send", f"forward+unix://{path}", "--ack", "--retry", "--json"],
                            stdout=subprocess.PIPE)  # fmt: skip
    time.sleep(0.5)
    assert running.poll() is None
    with receivers.Forward(path=path) as receiver:
        out, _ = running.communicate(timeout=program.TIMEOUT_S)
    assert running.returncode == 0
    assert json.loads(out)["acks"] == len(receiver.messages)
    assert forwarded(receiver) == written


def test_ids_are_new_each_time_or_follow_the_seed():
    seen = []
    for words in ([], [], ["--ids", "seed"], ["--ids", "seed"]):
        with receivers.Forward() as receiver:
            send(f"forward://127.0.0.1:{receiver.port}", "--ack", "--connections", 3, *words)
        assert len(receiver.ids) == len(receiver.messages)
        seen.append(set(receiver.ids))
    assert not seen[0] & seen[1]
    assert seen[2] == seen[3] and not seen[2] & seen[0]


def secret(tmp_path, name, text):
    (tmp_path / name).write_text(text + "\n")
    return tmp_path / name


def test_the_handshake_with_a_key_and_a_user(written, tmp_path):
    key, password = secret(tmp_path, "key", "the key"), secret(tmp_path, "password", "pass word")
    with receivers.Forward(key="the key") as receiver:
        send(f"forward://127.0.0.1:{receiver.port}", "--shared-key", key)
    assert forwarded(receiver) == written
    with receivers.Forward(key="the key", users={"ann": "pass word"}) as receiver:
        send(f"forward://127.0.0.1:{receiver.port}", "--shared-key", key, "--user", "ann", "--password", password, "--ack")
    assert forwarded(receiver) == written
    assert receiver.pings[0][4] == "ann"


def test_a_handshake_that_fails_says_why(tmp_path):
    key, wrong = secret(tmp_path, "key", "the key"), secret(tmp_path, "wrong", "no key")
    with receivers.Forward(key="the key") as receiver:
        url = f"forward://127.0.0.1:{receiver.port}"
        _, result = send(url, "--shared-key", wrong, "--ack", "--retry", status=1)
        assert "refuses us: shared_key mismatch" in result.err
        _, result = send(url, "--ack", status=1)
        assert "--shared-key FILE" in result.err
    with receivers.Forward(key="the key", lie=True) as receiver:
        _, result = send(f"forward://127.0.0.1:{receiver.port}", "--shared-key", key, status=1)
        assert "does not know it itself" in result.err
    with receivers.Forward(key="the key", users={"ann": "x"}) as receiver:
        _, result = send(f"forward://127.0.0.1:{receiver.port}", "--shared-key", key, status=1)
        assert "--user NAME --password FILE" in result.err
    with receivers.Forward() as receiver:
        _, result = send(f"forward://127.0.0.1:{receiver.port}", "--shared-key", key, "--timeout", 1, status=1)
        assert "leave out --shared-key" in result.err
    result = fleetgen("--send", "forward://127.0.0.1:1", "--shared-key", tmp_path / "none")
    assert result.status == 2 and "No such file" in result.err


def test_tls_with_a_certificate_that_is_looked_at(written, tmp_path):
    cert, key = receivers.certificate(tmp_path)
    tls = receivers.server_tls(cert, key)
    with receivers.Forward(tls=tls) as receiver:
        outcome, _ = send(f"forward+tls://127.0.0.1:{receiver.port}", "--ca", cert, "--ack")
    assert outcome["acks"] == outcome["chunks"] > 0
    assert forwarded(receiver) == written
    with receivers.Lines(tls=tls) as receiver:
        send(f"tcp+tls://localhost:{receiver.port}", "--ca", cert, "--format", "raw")
    assert len(receiver.lines) == total(written)
    with receivers.Syslog(tls=tls) as receiver:
        send(f"syslog+tls://127.0.0.1:{receiver.port}", "--insecure")
    assert len(receiver.frames) == total(written)


def test_tls_refuses_what_it_does_not_know(tmp_path):
    cert, key = receivers.certificate(tmp_path)
    other, other_key = receivers.certificate(tmp_path, name="other", subject="elsewhere", extra="DNS:elsewhere")
    with receivers.Lines(tls=receivers.server_tls(cert, key)) as receiver:
        for words in ([], ["--ca", other]):
            _, result = send(f"tcp+tls://127.0.0.1:{receiver.port}", *words, status=1)
            assert "--ca FILE" in result.err
    assert not any(receiver.streams.values())
    with receivers.Lines(tls=receivers.server_tls(other, other_key)) as receiver:
        _, result = send(f"tcp+tls://127.0.0.1:{receiver.port}", "--ca", other, status=1)
        assert "certificate" in result.err and "address mismatch" in result.err
    result = fleetgen("--send", "tcp+tls://127.0.0.1:1", "--ca", key.with_name("none"))
    assert result.status == 2 and "--ca" in result.err and "PEM" in result.err


def test_tls_shows_a_certificate_of_its_own(written, tmp_path):
    cert, key = receivers.certificate(tmp_path)
    mine, mine_key = receivers.certificate(tmp_path, name="client", subject="client", extra="DNS:client")
    with receivers.Lines(tls=receivers.server_tls(cert, key, client_ca=mine)) as receiver:
        send(f"tcp+tls://127.0.0.1:{receiver.port}", "--ca", cert, "--cert", mine, "--key", mine_key)
    assert len(receiver.lines) == total(written)


def test_tls_to_a_server_without_it_says_so():
    with receivers.Lines() as receiver:
        _, result = send(f"tcp+tls://127.0.0.1:{receiver.port}", "--insecure", "--timeout", 1, status=1)
    assert "does the server speak TLS?" in result.err


@pytest.mark.parametrize("protocol", ["tcp", "syslog"])
def test_unix_sockets(written, tmp_path, protocol):
    path = tmp_path / "in.sock"
    with {"tcp": receivers.Lines, "syslog": receivers.Syslog}[protocol](path=path) as receiver:
        send(f"{protocol}+unix://{path}")
    found = receiver.lines if protocol == "tcp" else receiver.frames
    assert len(found) == total(written)


def test_ipv6(written):
    try:
        receiver = receivers.Lines(family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with receiver:
        send(f"tcp://[::1]:{receiver.port}")
    assert len(receiver.lines) == total(written)


@pytest.mark.parametrize("url, words", [("tcp", []), ("forward", ["--ack", "--connections", "3"])])
def test_the_rate_is_kept(written, url, words):
    rate = total(written) / 2
    with {"tcp": receivers.Lines, "forward": receivers.Forward}[url]() as receiver:
        outcome, _ = send(f"{url}://127.0.0.1:{receiver.port}", "--rate", rate, *words)
    assert not receiver.problems
    assert outcome["lines"] == total(written)
    assert 1.9 < outcome["seconds"] < 10


def shares_at_a_rate():
    """Of the lines sent in about a second: how much is there after half of the time, and how much came at once at most."""
    arrivals = []

    class Timed(receivers.Lines):
        def serve(self, connection, number):
            for data in receivers.chunks_of(connection):
                arrivals.append((time.monotonic(), data.count(b"\n")))

    with Timed() as receiver:
        outcome, _ = send(f"tcp://127.0.0.1:{receiver.port}", "--rate", "3000", "--format", "raw", "--bytes", "300K")
    begin, end = arrivals[0][0], arrivals[-1][0]
    early = sum(count for at, count in arrivals if at < begin + (end - begin) / 2)
    return early / outcome["lines"], max(count for _, count in arrivals) / outcome["lines"]


def test_lines_come_evenly_at_a_rate():
    shares = [shares_at_a_rate() for _ in range(3)]  # a busy machine may hold one up
    assert any(abs(early - 0.5) < 0.15 and most < 0.25 for early, most in shares), shares


def test_the_truth_is_written_as_with_files(tmp_path):
    assert fleetgen(*FLEET, "--out", tmp_path / "files").status == 0
    with receivers.Lines() as receiver:
        send(f"tcp://127.0.0.1:{receiver.port}", "--out", tmp_path / "sent", "--connections", 7)
    assert (tmp_path / "sent/truth.jsonl").read_bytes() == (tmp_path / "files/truth.jsonl").read_bytes()
    assert [path.name for path in (tmp_path / "sent").iterdir()] == ["truth.jsonl"]


def test_the_outcome_is_told_in_words(written):
    with receivers.Forward() as receiver:
        url = f"forward://127.0.0.1:{receiver.port}"
        result = fleetgen(*FLEET, "--send", url, "--ack", "--chunk", LINES_PER_CHUNK)
    chunks = len(receiver.messages)
    assert result.status == 0 and result.err == ""
    assert result.text.startswith(f"{url}: 60 Spaces, 21 faulty")
    assert f"{total(written)} lines, " in result.text
    assert f" in {chunks} chunks, in " in result.text
    assert f"{chunks} of {chunks} chunks acknowledged, half of them within " in result.text


def test_nobody_there_is_an_error_with_a_hint(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        outcome, result = send(url, status=1)
    assert outcome["lines"] == 0 and "nobody listens there" in result.err
    _, result = send(f"tcp+unix://{tmp_path}/none", status=1)
    assert "nobody listens there" in result.err
    _, result = send("tcp://name.invalid:80", status=1)
    assert "tcp://name.invalid:80: " in result.err


def test_a_connection_cut_without_acks_is_an_error():
    class Cutting(receivers.Lines):
        def serve(self, connection, number):
            connection.recv(100)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    with Cutting() as receiver:
        outcome, _ = send(f"tcp://127.0.0.1:{receiver.port}", status=1)
    assert outcome["broken"] == 1


def test_a_server_that_does_not_read_to_the_end_is_an_error():
    """All of it fits into the socket's buffers, so that only the end of the connection can tell."""

    class Deaf(receivers.Lines):
        def serve(self, connection, number):
            time.sleep(0.3)

    with Deaf() as receiver:
        url = f"tcp://127.0.0.1:{receiver.port}"
        result = fleetgen("--spaces", 1, "--bytes", "1K", "--no-incident", "--send", url, "--json")
    assert result.status == 1 and result.document["broken"] == 1
    assert 0 < result.document["bytes"] < 64 * 1024


def test_wrong_usage_says_what_to_type():
    for words, hint in [
        (["--send", "localhost:24224"], "forward://HOST:PORT"),
        (["--send", "tcp://h:1", "--ack"], "--ack goes with --send forward://HOST:PORT"),
        (["--rate", "5", "--out", "d"], "--rate goes with --send URL"),
    ]:
        result = fleetgen(*words)
        assert result.status == 2 and hint in result.err and result.out == b""
    help_text = fleetgen("--help").text
    for option in ("send", "rate", "connections", "times", "record", "preload", "timeout", "json", "framing", "rfc", "mode", "tag",
                   "chunk", "ack", "window", "ids", "retry", "shared-key", "user", "password", "ca", "cert", "key", "insecure"):  # fmt: skip
        assert f"      --{option} " in help_text
