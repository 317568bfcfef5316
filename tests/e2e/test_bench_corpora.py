"""The corpora of spacesift bench: logs, compressed shards, directories, and the databases of hsbench."""

import gzip
import os
import sqlite3
import subprocess

import pytest

import program
from bench_scene import LINES, bench, corpus_of, log, place, slow  # noqa: F401 (fixtures)


def test_hsbenchs_corpus_is_the_text_it_was_made_of(slow, place, log):
    path = place / "corpus.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE chunk (id integer primary key, stream_id integer not null, data blob)")
    text = log.read_bytes()
    half = len(text) // 2
    pieces = [(1, text[:1000]), (1, text[1000:half]), (2, text[half:].split(b"\n", 1)[0])]
    pieces[1] = (1, text[1000:half].rsplit(b"\n", 1)[0])  # streams begin on lines of their own
    rest = text[1000 + len(pieces[1][1]) + 1 :]
    pieces[2] = (2, rest)
    for number, (stream, data) in enumerate(pieces):
        database.execute("INSERT INTO chunk VALUES (?, ?, ?)", (number, stream, data))
    database.commit()
    database.close()
    told = corpus_of("--rules", slow, "--corpus", path)
    expected = corpus_of("--rules", slow, "--corpus", log)
    for key in ("bytes", "lines"):
        assert told["context"]["corpus"][key] == expected["context"]["corpus"][key]
    assert told["found"] == expected["found"]


def test_a_database_that_is_no_corpus_is_told(slow, place):
    path = place / "other.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE other (id integer)")
    database.commit()
    database.close()
    assert "needs a table 'chunk'" in bench("--rules", slow, "--corpus", path, status=program.USAGE).err


@pytest.mark.parametrize("harm", ["cut", "overwritten"])
def test_a_damaged_corpus_of_hsbench_is_told(slow, place, log, harm):
    path = place / f"{harm}.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE chunk (id integer primary key, stream_id integer not null, data blob)")
    database.executemany("INSERT INTO chunk VALUES (?, ?, ?)", ((i, i % 5, b"code abcd1234x\n" * 20) for i in range(2000)))
    database.commit()
    database.close()
    data = bytearray(path.read_bytes())
    for page in range(8192, len(data), 4096):
        data[page : page + 100] = b"\xff" * 100
    path.write_bytes(path.read_bytes()[: len(data) // 2] if harm == "cut" else data)
    result = bench("--rules", slow, "--corpus", path, status=program.USAGE)
    assert "the file is damaged" in result.err and result.out == b""


def test_a_shard_that_was_cut_is_told(slow, place, log):
    path = place / "cut.log.gz"
    path.write_bytes(gzip.compress(log.read_bytes())[:50000])
    assert "stops in the middle" in bench("--rules", slow, "--corpus", path, status=program.USAGE).err


def test_one_line_is_enough_of_a_corpus(slow, place):
    path = place / "one.log"
    path.write_text("step 7: code abcd00007x")  # and no newline
    told = bench("--rules", slow, "--corpus", path, "-j", "9", "--format", "json").document
    assert told["found"]["hits"] == 1 and told["context"]["corpus"]["lines"] == 1
    assert {"path/threads:8", "path/threads:9"} <= {entry["name"] for entry in told["benchmarks"]}


def test_compressed_shards_and_directories_are_read(slow, place, log):
    shards = place / "shards"
    shards.mkdir()
    half = LINES // 2
    lines = log.read_text().splitlines(keepends=True)
    (shards / "a.log.gz").write_bytes(gzip.compress("".join(lines[:half]).encode()))
    (shards / "b.log").write_text("".join(lines[half:]).rstrip("\n"))
    told = corpus_of("--rules", slow, "--corpus", shards)
    assert told["context"]["corpus"]["lines"] == LINES
    assert told["found"]["hits"] == 2 * LINES // 1000


def test_logs_without_a_line_are_no_corpus(slow, place):
    empty = place / "empty"
    empty.mkdir()
    (empty / "app.log").write_bytes(b"")
    assert "holds no text" in bench("--rules", slow, "--corpus", empty, status=program.USAGE).err


def test_a_corpus_beyond_the_limit_gives_a_part_of_each_file(slow, place, log):
    parts = place / "parts"
    parts.mkdir()
    for name in ("a", "b"):
        (parts / name).write_bytes(log.read_bytes())
    corpus = corpus_of("--rules", slow, "--corpus", parts, "--corpus-bytes-max", "1000000")["context"]["corpus"]
    assert corpus["cut"] and corpus["bytes"] <= 1000002
    assert [file["bytes"] for file in corpus["files"]] == pytest.approx([500000, 500000], abs=1000)


@pytest.mark.parametrize(
    "text, lines",
    [
        (b"a\r\nb\r\n", 2),
        (b"10%\r20%\r30%\ndone\n", 2),
        (b"\n\nx", 3),
        (b'{"text": "a\\nb"}\n{"text": "c"}\n', 2),
    ],
)
def test_lines_are_counted_as_a_scan_counts_them(slow, tmp_path, text, lines):
    path = tmp_path / "some.log"
    path.write_bytes(text)
    scanned = program.scan("--report", "jsonl", "--space", "a/b", path)
    assert corpus_of("--rules", slow, "--corpus", path)["context"]["corpus"]["lines"] == lines
    assert program.Report(scanned.lines).summary["lines"] == lines


def test_lines_that_returns_part_are_one_where_the_corpus_is_cut_too(slow, tmp_path):
    path = tmp_path / "progress.log"
    path.write_bytes(b"10 %\r20 %\r30 %\r\n" * 1000)
    corpus = corpus_of("--rules", slow, "--corpus", path, "--corpus-bytes-max", "1700")["context"]["corpus"]
    assert corpus["cut"] and 90 <= corpus["lines"] <= 110


def test_a_pipe_is_read_from_its_begin(slow, log, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", log, pipe]):
        told = corpus_of("--rules", slow, "--corpus", pipe)
    assert told["context"]["corpus"]["lines"] == LINES and told["context"]["corpus"]["bytes"] == log.stat().st_size


def test_an_empty_log_takes_nothing_from_the_share_of_others(slow, log, tmp_path):
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_bytes(log.read_bytes())
    (tmp_path / "empty.log").write_bytes(b"")
    corpus = corpus_of("--rules", slow, "--corpus", tmp_path, "--corpus-bytes-max", "1000000")["context"]["corpus"]
    assert [file["bytes"] for file in corpus["files"]] == pytest.approx([500000, 500000], abs=1000)
