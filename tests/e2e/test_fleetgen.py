"""fleetgen from outside: what it writes is what it says, and the same again for the same options."""

import collections
import datetime
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess

import pytest
import zstandard

BINARY = pathlib.Path(os.environ["SIFT_BIN_DIR"]) / "fleetgen"
SMALL = ["--spaces", "120", "--bytes", "3M", "--seed", "7"]


def fleetgen(*arguments, code=0):
    """Runs fleetgen and returns what it printed on stdout and stderr."""
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def content(path):
    """The decompressed bytes of a log file, of all its frames or members."""
    data = path.read_bytes()
    if path.suffix == ".zst":
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True) as reader:
            return reader.read()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def truth(directory):
    return [json.loads(line) for line in (directory / "truth.jsonl").read_text().splitlines()]


def files(directory):
    return sorted(path for path in (directory / "logs").rglob("*") if path.is_file())


def digest(directory):
    """What stands in a directory, names and bytes."""
    found = hashlib.sha256()
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        found.update(str(path.relative_to(directory)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def place(path):
    """Space and channel of a per-space file."""
    return f"{path.parts[-3]}/{path.parts[-2]}", path.name.split(".")[0]


def repaired(line):
    """Text as JSON can hold it: bytes that are no UTF-8 become U+FFFD."""
    return line.decode("utf-8", errors="replace")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    directory = tmp_path_factory.mktemp("fleet") / "raw"
    fleetgen(*SMALL, "--out", directory)
    return directory


@pytest.mark.parametrize("options", [[], ["--shape", "mixed", "--shards", "3"]])
def test_the_files_do_not_depend_on_the_threads_or_the_day(tmp_path, options):
    for name, jobs in (("a", 1), ("b", 4)):
        fleetgen(*SMALL, *options, "-j", jobs, "--out", tmp_path / name)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


def test_another_seed_is_another_fleet(tmp_path, fleet):
    fleetgen("--spaces", "120", "--bytes", "3M", "--seed", "8", "--out", tmp_path / "b")
    ours = {space["space"] for space in truth(fleet)}
    theirs = {space["space"] for space in truth(tmp_path / "b")}
    assert len(ours & theirs) < 12


def test_the_truth_names_each_space_once_and_counts_its_bytes(fleet):
    spaces = truth(fleet)
    assert len({space["space"] for space in spaces}) == 120
    for space in spaces:
        assert set(space) == {"space", "verdict", "branch", "attempts", "decoys", "incident", "cause", "bytes"}
        assert re.fullmatch(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", space["space"])
    counted = collections.Counter()
    for path in files(fleet):
        counted[place(path)[0]] += len(content(path))
    assert counted == {space["space"]: space["bytes"] for space in spaces}


@pytest.mark.parametrize("size, spaces", [(3 << 20, 120), (20 << 20, 300), (12 << 20, 10000)])
def test_bytes_are_kept_within_two_percent(tmp_path, size, spaces):
    fleetgen("--spaces", spaces, "--bytes", size, "--shape", "mixed", "--out", tmp_path / "f")
    total = sum(space["bytes"] for space in truth(tmp_path / "f"))
    essential = size / spaces < 1500
    assert total > size if essential else abs(total - size) < 0.02 * size


def test_too_few_bytes_are_said(tmp_path):
    _, errors = fleetgen("--spaces", 500, "--bytes", "1K", "--out", tmp_path / "f")
    assert "1024 bytes are too few for 500 Spaces" in errors


def test_the_incident_is_wide_enough_and_dated_within_forty_minutes(fleet):
    struck = [space for space in truth(fleet) if space["incident"]]
    assert len(struck) >= max(8, 0.05 * 120)
    assert {space["verdict"] for space in struck} == {"platform_incident"}
    queued = []
    for path in files(fleet):
        if place(path)[0] in {space["space"] for space in struck} and place(path)[1] == "build":
            text = content(path).decode()
            assert "ERROR: failed to push spaces-registry.huggingface.tech/" in text
            stamps = re.findall(r"===== Build Queued at (\S+ \S+)", text)
            queued.append(datetime.datetime.fromisoformat(stamps[-1]))
    assert len(queued) == len(struck)
    assert max(queued) - min(queued) < datetime.timedelta(minutes=40)


def test_without_the_incident_nobody_is_struck(tmp_path):
    fleetgen(*SMALL, "--no-incident", "--faults", "0", "--out", tmp_path / "f")
    assert {space["verdict"] for space in truth(tmp_path / "f")} <= {"healthy", "no_fault_seen"}


def test_decoys_stand_in_steps_that_end_well(fleet):
    with_decoys = {space["space"] for space in truth(fleet) if space["decoys"] > 0}
    assert with_decoys
    for path in files(fleet):
        space, channel = place(path)
        if channel == "build":
            steps = content(path).decode().split("\n--> ")
            lenient = [step for step in steps if re.search(r"\|\| (true|echo)|; exit 0", step.split("\n")[0])]
            assert bool(lenient) == (space in with_decoys)
            for step in lenient:
                assert re.search(r"^DONE [\d.]+s$", step, re.MULTILINE)


def test_older_attempts_stand_before_the_one_that_counts(fleet):
    several = [space for space in truth(fleet) if space["attempts"] > 1]
    assert len(several) > 10
    for space in several:
        marks = []
        for channel in ("build", "run"):
            path = fleet / "logs" / space["space"] / f"{channel}.log.zst"
            if path.exists():
                marks.append(re.findall(rb"===== (?:Build Queued|Application Startup) at (\S+ \S+)", content(path)))
        for stamps in marks:
            assert stamps == sorted(stamps)
        assert sum(map(len, marks)) >= space["attempts"]


def test_a_space_without_marks_has_no_attempts(fleet):
    for space in truth(fleet):
        logs = b"".join(content(path) for path in files(fleet) if place(path)[0] == space["space"])
        assert (space["attempts"] > 0) == (b"\n===== " in b"\n" + logs)


def test_json_lines_and_events_say_what_the_raw_files_say(tmp_path, fleet):
    fleetgen(*SMALL, "--format", "jsonl", "--compress", "gzip", "--out", tmp_path / "jsonl")
    fleetgen(*SMALL, "--format", "sse", "--compress", "none", "--out", tmp_path / "sse")
    assert truth(tmp_path / "jsonl") == truth(fleet)
    assert truth(tmp_path / "sse") == truth(fleet)
    replayed = 0
    for path in files(fleet):
        space, channel = place(path)
        lines = [repaired(line) for line in content(path).split(b"\n")[:-1]]
        folder = pathlib.Path(space)
        objects = [json.loads(line) for line in content(tmp_path / "jsonl" / "logs" / folder / f"{channel}.jsonl.gz").splitlines()]
        texts = [item["data"] for item in objects]
        assert [text.removesuffix("\n") for text in texts] == lines
        assert all(text.endswith("\n") == text.startswith("=====") for text in texts)
        events = (tmp_path / "sse" / "logs" / folder / f"{channel}.sse").read_text().split("\n\n")
        sent = [json.loads(event[6:])["data"] for event in events if event.startswith("data: {")]
        assert all(event.startswith("data: {") or event in (": keep-alive", "") for event in events)
        again = len(sent) - len(texts)
        replayed += again > 0
        assert sent == texts[:again] + texts  # a reconnect sends what there was once more, from the start
    assert replayed > 10


def test_mixed_shards_hold_the_same_lines_in_the_order_of_time(tmp_path, fleet):
    fleetgen(*SMALL, "--shape", "mixed", "--shards", "3", "--out", tmp_path / "mixed")
    assert truth(tmp_path / "mixed") == truth(fleet)
    shards = files(tmp_path / "mixed")
    assert [path.name for path in shards] == [f"shard-000{at}.jsonl.zst" for at in range(3)]
    found = collections.defaultdict(list)
    homes = collections.defaultdict(set)
    for path in shards:
        times = []
        for line in content(path).splitlines():
            record = json.loads(line)
            times.append(record["timestamp"])
            found[record["space"], record["channel"]].append(record["data"].removesuffix("\n"))
            homes[record["space"]].add(path.name)
        assert times == sorted(times)
    assert all(len(home) == 1 for home in homes.values())
    for path in files(fleet):
        assert found.pop(place(path)) == [repaired(line) for line in content(path).split(b"\n")[:-1]]
    assert not found


def test_the_text_compresses_as_real_logs_do_and_shows_few_faults(tmp_path):
    out, _ = fleetgen("--spaces", 100, "--bytes", "24M", "--compress", "none", "--out", tmp_path / "f")
    assert "MB of log text" in out
    compressor = zstandard.ZstdCompressor(level=3)
    text = packed = 0
    broken = False
    for path in files(tmp_path / "f"):
        data = path.read_bytes()
        text += len(data)
        packed += len(compressor.compress(data))
        broken = broken or "\ufffd" in data.decode("utf-8", errors="replace")
    assert 6 < text / packed < 12
    assert broken


def test_a_directory_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "letter").write_text("mine")
    _, errors = fleetgen(*SMALL, "--out", tmp_path, code=2)
    assert "is not empty; name another directory, or type --force" in errors
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]
    fleetgen(*SMALL, "--force", "--out", tmp_path)
    assert (tmp_path / "letter").read_text() == "mine"
    assert len(truth(tmp_path)) == 120


def test_wrong_usage_says_what_to_type(tmp_path):
    _, errors = fleetgen("--shape", "mixed", "--format", "raw", "--out", tmp_path / "f", code=2)
    assert "--shape mixed --format jsonl" in errors
    _, errors = fleetgen("--out", tmp_path / "no" / "such" / "place", code=2)
    assert "No such file or directory" in errors
    _, errors = fleetgen("--nonsense", code=2)
    assert "--help" in errors
    help_text, _ = fleetgen("--help")
    for option in ("--spaces", "--seed", "--bytes", "--shape", "--format", "--compress", "--shards", "--faults", "--out", "--force"):
        assert option in help_text
