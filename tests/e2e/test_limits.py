"""Endless lines, bombs and crowds of Spaces are held within bounds of memory, counted and named."""

import pytest

import program
import shards
from phrases import MEMORY, MISSING, log

MEMORY_MAX = 100_000_000
MIB = 1 << 20
GOOD = log(50_000, seed=2)


def measured(tmp_path, *words, status):
    """Scans, checks that memory stayed in bounds (not where a sanitizer's own is counted); gives the report."""
    result, peak = program.peak_memory(tmp_path, "scan", "--rules", program.RULES, "--report", "jsonl", "-j", 2, *words)
    assert result.status == status, (result.status, result.err)
    if not program.SANITIZED:
        assert peak < MEMORY_MAX
    return program.Report(result.lines)


def endless(size, pack=shards.zstd):
    """Compressed text of `size` bytes and no line's end: frames of one content, so that making it costs nothing."""
    piece = b"A" * (50_000_000 if program.SANITIZED else 100_000_000)
    return pack(piece) * (size // len(piece)), size // len(piece) * len(piece)


def test_a_line_of_5_gb_is_cut_counted_and_named(tmp_path):
    content, size = endless(50_000_000 if program.SANITIZED else 5_000_000_000)
    end = shards.zstd("\n" + MISSING + "\n")
    shards.put(tmp_path / "logs/acme/long/run.log", shards.zstd(MEMORY + "\n") + content + end)
    shards.put(tmp_path / "logs/good/space/run.log", shards.zstd(GOOD))
    found = measured(tmp_path, tmp_path / "logs", status=program.DAMAGE)
    assert found.counts("acme/long") == {"memory-limit": (1, 0), "module-not-found": (1, 0)}
    assert found.spaces["acme/long"]["lines"] == 3
    assert found.spaces["acme/long"]["bytes"] == len(MEMORY) + 1 + size + len(MISSING) + 2
    assert found.sample("acme/long", "module-not-found")["line"] == 3
    assert found.counts("good/space")["module-not-found"][0] == GOOD.count(MISSING)
    assert found.reasons == {"line_cut": 1}
    assert found.damages == [("acme/long/run.log", len(MEMORY) + 1, "line_cut")]


@pytest.mark.parametrize("pack", [shards.zstd, shards.gzip], ids=["zstd", "gzip"])
def test_a_decompression_bomb_is_held_in_bounds_and_named(tmp_path, pack):
    content, size = endless(50_000_000 if program.SANITIZED else 1_000_000_000, pack)
    assert size > 500 * len(content)
    shards.put(tmp_path / "logs/acme/bomb/run.log", content)
    shards.put(tmp_path / "logs/good/space/run.log", shards.zstd(GOOD))
    found = measured(tmp_path, tmp_path / "logs", status=program.DAMAGE)
    assert found.summary["bytes"] == size + len(GOOD)
    assert found.counts("good/space")["module-not-found"][0] == GOOD.count(MISSING)
    assert [(source, offset) for source, offset, _ in found.damages] == [("acme/bomb/run.log", 0)]


def test_a_bomb_of_hits_is_held_in_bounds(tmp_path):
    repeats = 50_000 if program.SANITIZED else 1_000_000
    shards.put(tmp_path / "acme/bomb/run.log", shards.zstd((MISSING + "\n") * repeats))
    found = measured(tmp_path, "--events", "/dev/null", tmp_path / "acme", status=program.OK)
    assert found.counts("acme/bomb") == {"module-not-found": (repeats, 0)}


def test_a_match_within_a_cut_lines_pieces_is_found(tmp_path):
    row = "B" * (3 * MIB) + MEMORY
    found = program.Report(program.scan("--report", "jsonl", shards.put(tmp_path / "acme/long/run.log", row + "\n")).lines)
    assert found.counts("acme/long") == {"memory-limit": (1, 0)}
    assert found.reasons == {"line_cut": 1}


def test_a_json_string_of_100_mb_is_dropped_counted_and_named(tmp_path):
    size = 20_000_000 if program.SANITIZED else 100_000_000
    path = tmp_path / "logs/mixed.jsonl"
    good = shards.mixed([("acme/demo", MISSING)])
    path.parent.mkdir()
    with open(path, "w", encoding="utf-8") as out:
        out.write(good + '{"space":"acme/huge","message":"')
        for _ in range(size // 1_000_000):
            out.write("C" * 1_000_000)
        out.write('"}\n' + good)
    found = measured(tmp_path, "--format", "jsonl", path, status=program.DAMAGE)
    assert found.only_damage("mixed.jsonl", "record_too_long") == len(good)
    assert found.counts("acme/demo") == {"module-not-found": (2, 0)}
    assert found.summary["records_dropped"] == 1
    told = measured(tmp_path, path, status=program.DAMAGE)
    assert told.damages == found.damages, "the format is told in spite of it"


def test_many_spaces_are_told_apart_in_little_memory(tmp_path):
    count = 3_000 if program.SANITIZED else 30_000
    rows = shards.json_lines({"space": f"owner{at % 99}/name-{at}", "text": MISSING, "time": 1769853600} for at in range(count))
    path = shards.put(tmp_path / "mixed.jsonl", shards.zstd(rows))
    found = measured(tmp_path, path, status=program.OK)
    assert found.summary["spaces"] == count
    assert set(found.verdicts.values()) == {"dep_missing_module"}


def test_spaces_over_the_limit_are_counted_together(tmp_path):
    rows = shards.json_lines({"space": f"owner/name-{at:04}", "text": MISSING} for at in range(1000))
    path = shards.put(tmp_path / "mixed.jsonl", rows)
    found = program.report("--format", "jsonl", "--spaces-max", 100, path, status=program.DAMAGE)
    assert [name for name in found.spaces if name != "~overflow"] == [f"owner/name-{at:04}" for at in range(100)]
    assert found.counts("~overflow") == {"module-not-found": (900, 0)}
    assert found.summary["spaces"] == 100
    assert abs(found.summary["overflow_spaces"] - 900) < 90
    assert found.reasons["space_limit"] == found.summary["overflow_spaces"]
    whole = program.report("--format", "jsonl", "--spaces-max", 1000, path)
    assert whole.summary["overflow_spaces"] == 0
