"""The state is the same byte for byte for any number of threads, any order of paths, and any split over runs and merges."""

import functools
import itertools
import random

import pytest

import program

SHAPES = [
    ("per-space", "raw", "zstd"),
    ("per-space", "sse", "gzip"),
    ("per-space", "jsonl", "none"),
    ("mixed", "jsonl", "zstd"),
]


@pytest.fixture(scope="module")
def fleets(tmp_path_factory):
    """Makes the fleet of a shape once; gives its shards."""
    root = tmp_path_factory.mktemp("fleets")

    @functools.cache
    def make(shape, wrapping, compression):
        out = root / f"{shape}-{wrapping}-{compression}"
        words = ["--spaces", 70, "--seed", 11, "--bytes", "3M", "--shape", shape, "--compress", compression, "--out", out]
        words += ["--format", wrapping] + (["--shards", 7] if shape == "mixed" else [])
        made = program.run(*words, program=program.FLEETGEN)
        assert made.status == program.OK, made.err
        shards = sorted(path for path in (out / "logs").rglob("*") if path.is_file())
        assert len(shards) >= 7
        return out / "logs", shards

    return make


def state_of(path, *words):
    """Scans into a state; its bytes. Fleets made by fleetgen are whole, so nothing may be damaged."""
    result = program.scan("--report", "none", "--state", path, *words)
    assert result.status == program.OK, result.err
    return path.read_bytes()


def merge(path, *states, words=()):
    result = program.run("merge", *words, *states, "-o", path)
    assert result.status == program.OK, result.err
    return path.read_bytes()


@pytest.mark.parametrize("shape", SHAPES, ids="-".join)
def test_any_number_of_threads_gives_the_same_state_and_report(fleets, tmp_path, shape):
    logs, _ = fleets(*shape)
    expected = state_of(tmp_path / "one", "-j", 1, "--format", shape[1], logs)
    report = program.scan("--report", "jsonl", "-j", 1, "--format", shape[1], logs).out
    assert len(expected) > 1000
    for jobs in (2, 3, 16):
        assert state_of(tmp_path / "many", "-j", jobs, "--format", shape[1], logs) == expected
        assert program.scan("--report", "jsonl", "-j", jobs, "--format", shape[1], logs).out == report


@pytest.mark.parametrize("shape", SHAPES, ids="-".join)
def test_any_order_of_paths_gives_the_same_state(fleets, tmp_path, shape):
    logs, shards = fleets(*shape)
    words = ["--format", shape[1]]
    expected = state_of(tmp_path / "directory", *words, logs)
    shuffled = random.Random(5).sample(shards, len(shards))
    assert state_of(tmp_path / "forward", *words, *shards) == expected
    assert state_of(tmp_path / "backward", *words, *reversed(shards)) == expected
    assert state_of(tmp_path / "shuffled", *words, "-j", 2, *shuffled) == expected


@pytest.mark.parametrize("shape", SHAPES, ids="-".join)
@pytest.mark.parametrize("parts", [2, 5])
def test_any_split_over_runs_merged_in_any_order_gives_the_same_state(fleets, tmp_path, shape, parts):
    logs, shards = fleets(*shape)
    words = ["--format", shape[1]]
    expected = state_of(tmp_path / "whole", *words, logs)
    draw = random.Random(parts)
    shuffled = draw.sample(shards, len(shards))
    states = []
    for part in range(parts):
        states.append(tmp_path / f"part{part}")
        state_of(states[-1], *words, "-j", 1 + part % 3, *shuffled[part::parts])
    assert merge(tmp_path / "forward", *states) == expected
    assert merge(tmp_path / "backward", *reversed(states)) == expected
    grouped = functools.reduce(lambda left, right: fold(tmp_path, left, right), draw.sample(states, parts))
    assert grouped.read_bytes() == expected


numbers = itertools.count()


def fold(tmp_path, left, right):
    path = tmp_path / f"fold{next(numbers)}"
    merge(path, left, right)
    return path


def test_one_state_merged_alone_is_itself(fleets, tmp_path):
    logs, _ = fleets(*SHAPES[0])
    expected = state_of(tmp_path / "one", "--format", "raw", logs)
    assert merge(tmp_path / "again", tmp_path / "one") == expected


def test_an_empty_state_adds_nothing(fleets, tmp_path):
    logs, _ = fleets(*SHAPES[0])
    (tmp_path / "none").write_text("")
    state_of(tmp_path / "empty", "--files-from", tmp_path / "none")
    expected = state_of(tmp_path / "one", "--format", "raw", logs)
    assert merge(tmp_path / "both", tmp_path / "empty", tmp_path / "one", tmp_path / "empty") == expected


@pytest.mark.parametrize("limit", [1, 20])
def test_a_cap_on_spaces_gives_the_same_state_too(fleets, tmp_path, limit):
    _, shards = fleets("mixed", "jsonl", "zstd")
    words = ["--spaces-max", limit]

    def capped(path, *more):
        result = program.scan("--report", "none", "--state", path, *words, *more)
        assert result.status == program.DAMAGE, result.err
        return path.read_bytes()

    expected = capped(tmp_path / "whole", "-j", 1, *shards)
    assert capped(tmp_path / "threads", "-j", 3, *reversed(shards)) == expected
    capped(tmp_path / "a", *shards[::2])
    capped(tmp_path / "b", *shards[1::2])
    assert merge(tmp_path / "ab", tmp_path / "a", tmp_path / "b", words=words) == expected
    assert merge(tmp_path / "ba", tmp_path / "b", tmp_path / "a", words=words) == expected


def test_damage_is_told_alike_whatever_the_split(fleets, tmp_path):
    _, shards = fleets("per-space", "jsonl", "none")
    damaged = []
    for number, path in enumerate(shards[:12]):
        copy = tmp_path / "damaged" / f"{number}.log"
        copy.parent.mkdir(exist_ok=True)
        content = path.read_bytes()
        copy.write_bytes(content[: len(content) // 2] + b"\n{broken\n" + content[len(content) // 2 :])
        damaged.append(copy)

    def damaged_state(path, *words):
        result = program.scan("--report", "none", "--format", "jsonl", "--state", path, *words)
        assert result.status == program.DAMAGE, result.err
        return path.read_bytes()

    expected = damaged_state(tmp_path / "one", "-j", 1, *damaged)
    assert damaged_state(tmp_path / "many", "-j", 4, *reversed(damaged)) == expected
    damaged_state(tmp_path / "a", *damaged[:5])
    damaged_state(tmp_path / "b", *damaged[5:])
    assert merge(tmp_path / "ba", tmp_path / "b", tmp_path / "a") == expected
