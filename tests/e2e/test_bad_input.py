"""Bad shards are counted and named (path, offset, reason), set exit status 1 and harm nothing else."""

import json
import os
import random
import socket
import struct

import pytest

import program
import shards
from phrases import MISSING, log

GOOD = log(50_000, seed=2)


@pytest.fixture
def beside(tmp_path):
    """Scans bad shards beside a good one, which must come out unharmed; gives the report. `files` is {path: content}."""

    def check(files, *words, reasons, status=program.DAMAGE):
        root = tmp_path / "logs"
        for path, content in files.items():
            shards.put(root / path, content)
        good = shards.put(root / "good/space/run.log", shards.zstd(GOOD))
        found = program.report("-j", 2, *words, root, status=status)
        assert set(found.reasons) <= set(reasons) and bool(found.reasons) == bool(reasons)
        text = program.scan(*words, root)
        assert text.status == status
        for reason in found.reasons:
            assert reason in text.text
        alone = program.report("--format", "raw", good).spaces["good/space"]
        assert found.spaces["good/space"] == alone
        assert alone["verdict"] == "dep_missing_module"
        return found

    return check


def lines_before(content, offset):
    """How many hits stand in whole lines before an offset."""
    return content[:offset].count(MISSING + "\n")


# --- compressed data -----------------------------------------------------------------------------------------------------

CONTENT = log(1_000_000)


@pytest.mark.parametrize("pack", [shards.zstd, shards.gzip], ids=["zstd", "gzip"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
def test_a_truncated_file_gives_what_came_before(beside, pack, share):
    whole = pack(CONTENT)
    found = beside({"acme/cut/run.log": whole[: int(len(whole) * share)]}, reasons=["truncated"])
    offset = found.only_damage("acme/cut/run.log", "truncated")
    assert 0 < offset <= len(CONTENT)
    assert offset > len(CONTENT) * (share - 0.3), "most of what could be decoded was"
    assert found.spaces["acme/cut"]["bytes"] == offset
    assert abs(found.counts("acme/cut")["module-not-found"][0] - lines_before(CONTENT, offset)) <= 1


@pytest.mark.parametrize(
    "pack, size", [(shards.zstd, 4), (shards.zstd, 5), (shards.zstd, 9), (shards.gzip, 2), (shards.gzip, 3), (shards.gzip, 10)]
)
def test_a_file_that_stops_behind_its_magic_is_named(beside, pack, size):
    found = beside({"acme/cut/run.log": pack(CONTENT)[:size]}, reasons=["truncated"])
    assert found.only_damage("acme/cut/run.log", "truncated") == 0


@pytest.mark.parametrize("pack", [shards.zstd, shards.gzip], ids=["zstd", "gzip"])
def test_a_corrupt_block_gives_what_came_before(beside, pack):
    whole = bytearray(pack(CONTENT))
    middle = len(whole) // 2
    whole[middle : middle + 64] = bytes(byte ^ 0x5A for byte in whole[middle : middle + 64])
    found = beside({"acme/bad/run.log": bytes(whole)}, reasons=["corrupt"])
    offset = found.only_damage("acme/bad/run.log", "corrupt")
    assert 0 < offset <= len(CONTENT)
    assert found.counts("acme/bad")["module-not-found"][0] > 0


@pytest.mark.parametrize("pack, back", [(shards.zstd, 4), (shards.gzip, 8)], ids=["zstd", "gzip"])
def test_a_wrong_checksum_is_told(beside, pack, back):
    whole = bytearray(pack(CONTENT))
    whole[-back] ^= 0xFF
    found = beside({"acme/bad/run.log": bytes(whole)}, reasons=["corrupt"])
    offset = found.only_damage("acme/bad/run.log", "corrupt")
    assert offset > len(CONTENT) - 256 * 1024, "all but the last read was handed out"
    assert abs(found.counts("acme/bad")["module-not-found"][0] - lines_before(CONTENT, offset)) <= 1


@pytest.mark.parametrize("pack", [shards.zstd, shards.gzip], ids=["zstd", "gzip"])
@pytest.mark.parametrize("garbage", [b"garbage", b"\x00garbage", b"x" * 100_000], ids=["short", "zero", "long"])
def test_garbage_after_the_last_frame_is_told(beside, pack, garbage):
    found = beside({"acme/bad/run.log": pack(CONTENT) + garbage}, reasons=["trailing_bytes"])
    assert found.only_damage("acme/bad/run.log", "trailing_bytes") == len(CONTENT)
    assert found.counts("acme/bad")["module-not-found"][0] == CONTENT.count(MISSING)


@pytest.mark.parametrize("pack", [shards.zstd, shards.gzip], ids=["zstd", "gzip"])
def test_a_truncated_second_frame_leaves_the_first(beside, pack):
    found = beside({"acme/bad/run.log": pack(CONTENT) + pack(CONTENT)[:-50]}, reasons=["truncated"])
    assert found.only_damage("acme/bad/run.log", "truncated") >= len(CONTENT)
    assert found.counts("acme/bad")["module-not-found"][0] >= CONTENT.count(MISSING)


def test_a_skippable_frame_that_is_cut_short_is_told(beside):
    cut = shards.zstd(CONTENT) + struct.pack("<II", 0x184D2A50, 0xFFFFFFF0) + b"few"
    found = beside({"acme/bad/run.log": cut}, reasons=["truncated"])
    assert found.only_damage("acme/bad/run.log", "truncated") == len(CONTENT)


def raw_frame(content, window_log, dictionary=None):
    """A zstd frame of one raw block, which asks for a window and perhaps a dictionary (RFC 8878 section 3.1.1)."""
    window = (window_log - 10) << 3
    header = bytes([0, window]) if dictionary is None else bytes([1, window, dictionary])
    return b"\x28\xb5\x2f\xfd" + header + (len(content) << 3 | 1).to_bytes(3, "little") + content


@pytest.mark.parametrize("window_log", [28, 31, 41])
def test_a_window_over_the_limit_is_refused(beside, tmp_path, window_log):
    frame = raw_frame(MISSING.encode() + b"\n", window_log)
    found = beside({"acme/wide/run.log": frame}, reasons=["window_limit"])
    assert found.only_damage("acme/wide/run.log", "window_limit") == 0
    assert "acme/wide" not in found.spaces
    if window_log == 28 and not program.SANITIZED:
        found = program.report("--window-log", 28, tmp_path / "logs")
        assert found.counts("acme/wide") == {"module-not-found": (1, 0)}


def test_a_lower_window_limit_is_obeyed(beside):
    frame = raw_frame(MISSING.encode() + b"\n", 20)
    assert beside({"acme/wide/run.log": frame}, reasons=[], status=program.OK).counts("acme/wide")
    assert "acme/wide" not in beside({}, "--window-log", 19, reasons=["window_limit"]).spaces


def test_a_dictionary_is_asked_for(beside):
    found = beside({"acme/dict/run.log": raw_frame(b"text\n", 20, dictionary=7)}, reasons=["dictionary"])
    assert found.only_damage("acme/dict/run.log", "dictionary") == 0


def test_random_bytes_behind_a_magic_are_damage(beside):
    draw = random.Random(3)
    magics = (b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd\x04\x50")
    files = {f"acme/r{number}/run.log": magics[number % 3] + draw.randbytes(5000) for number in range(12)}
    found = beside(files, reasons=["corrupt", "truncated", "window_limit", "dictionary"])
    assert {source for source, _, _ in found.damages} == set(files)
    assert len(found.damages) == len(files)


@pytest.mark.parametrize("wrapping", ["auto", "raw", "jsonl", "sse"])
def test_random_bytes_harm_nothing(tmp_path, wrapping):
    draw = random.Random(4)
    root = tmp_path / "logs"
    for number in range(4):
        shards.put(root / f"acme/r{number}/run.log", b"\x00" + draw.randbytes(200_000))
    good = MISSING if wrapping in ("auto", "raw") else json.dumps({"text": MISSING})
    shards.put(root / "good/space/run.log", good + "\n")
    result = program.scan("--format", wrapping, "--report", "jsonl", root)
    found = program.Report(result.lines)
    assert result.status == (program.DAMAGE if wrapping == "jsonl" else program.OK)
    if wrapping != "sse":
        assert found.counts("good/space") == {"module-not-found": (1, 0)}
    if wrapping == "jsonl":
        assert found.reasons["json_syntax"] > 100


# --- files ---------------------------------------------------------------------------------------------------------------


def test_an_empty_file_is_told(beside):
    found = beside({"acme/none/run.log": b""}, reasons=["empty"])
    assert found.only_damage("acme/none/run.log", "empty") == 0


@pytest.mark.parametrize("kind", ["zstd", "gzip", "skippable"])
def test_an_empty_frame_is_no_damage(beside, kind):
    content = getattr(shards, kind)(b"")
    assert beside({"acme/none/run.log": content}, reasons=[], status=program.OK).summary["shards"] == 2


def test_an_unreadable_file_and_directory_are_told(tmp_path):
    root = tmp_path / "logs"
    shards.put(root / "good/space/run.log", MISSING + "\n")
    shards.put(root / "acme/secret/run.log", MISSING + "\n").chmod(0)
    shards.put(root / "closed/dir/run.log", MISSING + "\n")
    (root / "closed").chmod(0)
    try:
        result = program.scan("--report", "jsonl", root, before=program.powerless())
    finally:
        (root / "closed").chmod(0o700)
    assert result.status == program.DAMAGE, result.err
    found = program.Report(result.lines)
    assert found.damages == [("acme/secret/run.log", 0, "unreadable"), ("closed", 0, "unreadable")]
    assert list(found.spaces) == ["good/space"]


def test_a_path_that_is_not_there_is_told(beside, tmp_path):
    found = beside({}, tmp_path / "nowhere.log", reasons=["unreadable"])
    assert found.only_damage("nowhere.log", "unreadable") == 0


def test_a_link_that_leads_nowhere_is_told(beside, tmp_path):
    (tmp_path / "logs/acme").mkdir(parents=True)
    (tmp_path / "logs/acme/lost").symlink_to("nowhere")
    assert beside({}, reasons=["unreadable"]).only_damage("acme/lost", "unreadable") == 0


def test_a_file_that_fails_while_it_is_read_is_told(beside):
    found = beside({}, "/proc/self/mem", reasons=["unreadable"])
    assert found.only_damage("mem", "unreadable") == 0


def test_a_directory_loop_is_told_and_not_followed(beside, tmp_path):
    deep = tmp_path / "logs/acme/deep"
    deep.mkdir(parents=True)
    (deep / "up").symlink_to("../..")
    found = beside({"acme/demo/run.log": MISSING + "\n"}, reasons=["directory_loop"])
    assert found.only_damage("acme/deep/up", "directory_loop") == 0
    assert found.counts("acme/demo") == {"module-not-found": (1, 0)}
    assert found.summary["shards"] == 2


def test_what_is_no_file_is_told_and_skipped(beside, tmp_path):
    place = tmp_path / "logs/acme"
    place.mkdir(parents=True)
    listener = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(place)  # a socket's path is short
    try:
        listener.bind("socket")
    finally:
        os.chdir(here)
    os.mkfifo(place / "pipe")
    found = beside({}, reasons=["not_a_file"])
    listener.close()
    assert found.damages == [("acme/pipe", 0, "not_a_file"), ("acme/socket", 0, "not_a_file")]


def test_names_of_files_with_control_characters_cannot_steer_the_terminal(beside, tmp_path):
    name = "acme/\x1b]0;owned\x07\n\r"
    found = beside({f"{name}/run.log": b"", os.fsdecode(b"acme/\xff/run.log"): b""}, reasons=["empty"])
    assert len(found.damages) == 2
    text = program.scan(tmp_path / "logs").text
    assert "\x1b" not in text and "\x07" not in text and "\r" not in text


@pytest.mark.parametrize("events", ["hits.events", "hits.events.zst"])
def test_a_state_and_events_among_the_logs_are_no_logs(beside, tmp_path, events):
    """Written into the directory that is scanned: the next scan must not take them for logs."""
    root = tmp_path / "logs"
    first = shards.put(root / "acme/demo/run.log", MISSING + "\n")
    made = program.scan("--report", "none", "--state", root / "fleet.state", "--events", root / events, first)
    assert made.status == program.OK, made.err
    found = beside({}, reasons=["own_file"])
    assert found.damages == [("fleet.state", 0, "own_file"), (events, 0, "own_file")]
    assert found.counts("acme/demo") == {"module-not-found": (1, 0)}
    assert "-" not in found.spaces


def test_a_line_about_a_state_is_a_line(tmp_path):
    path = shards.put(tmp_path / "acme/demo/run.log", "\x85spacesift state\n" + MISSING + "\n")
    assert program.report(path).counts("acme/demo") == {"module-not-found": (1, 0)}


COSTLY_RULES = """
ruleset: {name: costly, version: "1"}
classes: [{id: c, title: Trouble}]
rules:
  - id: costly
    class: c
    severity: error
    title: Too much to ask
    any: ['fault (?=(?:a+)+$)']
    examples: {match: ['fault aaa'], no_match: ['fault']}
"""


@pytest.mark.parametrize("wrap", ["raw", "jsonl"])
def test_a_line_too_costly_for_a_rule_is_counted_and_named_whatever_the_way(tmp_path, wrap):
    rules = shards.put(tmp_path / "rules.yaml", COSTLY_RULES)
    costly = "fault " + 40 * "a" + "!"
    lines = (["fault aa", costly, "nothing"] + 3000 * ["padding " * 8]) * 20
    text = "\n".join(lines) + "\n" if wrap == "raw" else shards.json_lines({"space": "acme/demo", "text": line} for line in lines)
    path = shards.put(tmp_path / "acme/demo/run.log", text)
    offsets = [at for at in range(len(text)) if text.startswith(costly, at)]
    if wrap == "jsonl":
        offsets = [text.rindex("\n", 0, at) + 1 for at in offsets]
    seen = set()
    for mode in ("adaptive", "batch", "lines"):
        found = program.report("--scan-mode", mode, path, rules=rules, status=program.DAMAGE)
        assert found.reasons == {"match_limit": 20}
        assert [(at, reason) for _, at, reason in found.damages] == [(at, "match_limit") for at in offsets]
        assert found.counts("acme/demo") == {"costly": (20, 0)}
        seen.add(json.dumps(found.objects))
    assert len(seen) == 1
    assert "match_limit" in program.scan(path, rules=rules).text


def test_the_first_thousand_places_are_listed_and_all_are_counted(tmp_path):
    path = shards.put(tmp_path / "a.jsonl", "{broken\n" * 1500)
    found = program.report("--format", "jsonl", path, status=program.DAMAGE)
    assert found.reasons == {"json_syntax": 1500}
    assert found.damages == [("a.jsonl", 8 * at, "json_syntax") for at in range(1000)]
    assert found.summary["records_dropped"] == 1500


def test_all_that_is_bad_at_once_is_told_apart(tmp_path):
    root = tmp_path / "logs"
    shards.put(root / "a/cut/run.log", shards.zstd(CONTENT)[:-100])
    shards.put(root / "b/tail/run.log", shards.gzip(CONTENT) + b"tail")
    shards.put(root / "c/none/run.log", b"")
    shards.put(root / "d/wide/run.log", raw_frame(b"x\n", 30))
    (root / "loop").symlink_to(".")
    (root / "lost").symlink_to("nowhere")
    shards.put(root / "z/good/run.log", GOOD)
    found = program.report("-j", 3, root, status=program.DAMAGE)
    assert [(source, reason) for source, _, reason in found.damages] == [
        ("a/cut/run.log", "truncated"),
        ("b/tail/run.log", "trailing_bytes"),
        ("c/none/run.log", "empty"),
        ("d/wide/run.log", "window_limit"),
        ("loop", "directory_loop"),
        ("lost", "unreadable"),
    ]
    assert found.counts("z/good")["module-not-found"][0] == GOOD.count(MISSING)
    text = program.scan(root).text
    for source, _, reason in found.damages:
        assert source in text and reason in text
