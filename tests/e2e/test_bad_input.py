"""Bad input is counted and named (path, offset, reason), sets exit status 1, harms nothing else and holds memory in bounds."""

import json
import os
import random
import socket
import struct

import pytest

import formats
import program
import shards

MISSING = "ModuleNotFoundError: No module named 'torch'"
MEMORY = "Memory limit exceeded (16Gi)"
MEMORY_MAX = 100_000_000
MIB = 1 << 20


def text_of(size, seed=1):
    """Text that compresses like a log, with a hit each few lines."""
    draw = random.Random(seed)
    words = ["loading", "weights", "INFO", "request", "served", "in", "tokens", "batch", "of", "GPU", "cache"]
    rows = []
    length = 0
    while length < size:
        row = MISSING if len(rows) % 10 == 9 else " ".join(draw.choices(words, k=9)) + f" {draw.random()}"
        rows.append(row + "\n")
        length += len(row) + 1
    return "".join(rows)


GOOD = text_of(50_000, seed=2)


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


def one_damage(found, source, reason):
    """The offset of the only damage told."""
    ((at, offset, why),) = found.damages
    assert (at, why) == (source, reason)
    assert found.reasons == {reason: 1}
    return offset


def lines_before(content, offset):
    """How many hits stand in whole lines before an offset."""
    return content[:offset].count(MISSING + "\n")


# --- compressed data -----------------------------------------------------------------------------------------------------

CONTENT = text_of(1_000_000)


@pytest.mark.parametrize("pack", [shards.zstd, shards.gzip], ids=["zstd", "gzip"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
def test_a_truncated_file_gives_what_came_before(beside, pack, share):
    whole = pack(CONTENT)
    found = beside({"acme/cut/run.log": whole[: int(len(whole) * share)]}, reasons=["truncated"])
    offset = one_damage(found, "acme/cut/run.log", "truncated")
    assert 0 < offset <= len(CONTENT)
    assert offset > len(CONTENT) * (share - 0.3), "most of what could be decoded was"
    assert found.spaces["acme/cut"]["bytes"] == offset
    assert abs(found.counts("acme/cut")["module-not-found"][0] - lines_before(CONTENT, offset)) <= 1


@pytest.mark.parametrize(
    "pack, size", [(shards.zstd, 4), (shards.zstd, 5), (shards.zstd, 9), (shards.gzip, 2), (shards.gzip, 3), (shards.gzip, 10)]
)
def test_a_file_that_stops_behind_its_magic_is_named(beside, pack, size):
    found = beside({"acme/cut/run.log": pack(CONTENT)[:size]}, reasons=["truncated"])
    assert one_damage(found, "acme/cut/run.log", "truncated") == 0


@pytest.mark.parametrize("pack", [shards.zstd, shards.gzip], ids=["zstd", "gzip"])
def test_a_corrupt_block_gives_what_came_before(beside, pack):
    whole = bytearray(pack(CONTENT))
    middle = len(whole) // 2
    whole[middle : middle + 64] = bytes(byte ^ 0x5A for byte in whole[middle : middle + 64])
    found = beside({"acme/bad/run.log": bytes(whole)}, reasons=["corrupt"])
    offset = one_damage(found, "acme/bad/run.log", "corrupt")
    assert 0 < offset <= len(CONTENT)
    assert found.counts("acme/bad")["module-not-found"][0] > 0


@pytest.mark.parametrize("pack, back", [(shards.zstd, 4), (shards.gzip, 8)], ids=["zstd", "gzip"])
def test_a_wrong_checksum_is_told(beside, pack, back):
    whole = bytearray(pack(CONTENT))
    whole[-back] ^= 0xFF
    found = beside({"acme/bad/run.log": bytes(whole)}, reasons=["corrupt"])
    offset = one_damage(found, "acme/bad/run.log", "corrupt")
    assert offset > len(CONTENT) - 256 * 1024, "all but the last read was handed out"
    assert abs(found.counts("acme/bad")["module-not-found"][0] - lines_before(CONTENT, offset)) <= 1


@pytest.mark.parametrize("pack", [shards.zstd, shards.gzip], ids=["zstd", "gzip"])
@pytest.mark.parametrize("garbage", [b"garbage", b"\x00garbage", b"x" * 100_000], ids=["short", "zero", "long"])
def test_garbage_after_the_last_frame_is_told(beside, pack, garbage):
    found = beside({"acme/bad/run.log": pack(CONTENT) + garbage}, reasons=["trailing_bytes"])
    assert one_damage(found, "acme/bad/run.log", "trailing_bytes") == len(CONTENT)
    assert found.counts("acme/bad")["module-not-found"][0] == CONTENT.count(MISSING)


@pytest.mark.parametrize("pack", [shards.zstd, shards.gzip], ids=["zstd", "gzip"])
def test_a_truncated_second_frame_leaves_the_first(beside, pack):
    found = beside({"acme/bad/run.log": pack(CONTENT) + pack(CONTENT)[:-50]}, reasons=["truncated"])
    assert one_damage(found, "acme/bad/run.log", "truncated") >= len(CONTENT)
    assert found.counts("acme/bad")["module-not-found"][0] >= CONTENT.count(MISSING)


def test_a_skippable_frame_that_is_cut_short_is_told(beside):
    cut = shards.zstd(CONTENT) + struct.pack("<II", 0x184D2A50, 0xFFFFFFF0) + b"few"
    found = beside({"acme/bad/run.log": cut}, reasons=["truncated"])
    assert one_damage(found, "acme/bad/run.log", "truncated") == len(CONTENT)


def raw_frame(content, window_log, dictionary=None):
    """A zstd frame of one raw block, which asks for a window and perhaps a dictionary (RFC 8878 section 3.1.1)."""
    header = bytes([0 if dictionary is None else 1, (window_log - 10) << 3]) + (b"" if dictionary is None else bytes([dictionary]))
    return b"\x28\xb5\x2f\xfd" + header + (len(content) << 3 | 1).to_bytes(3, "little") + content


@pytest.mark.parametrize("window_log", [28, 31, 41])
def test_a_window_over_the_limit_is_refused(beside, tmp_path, window_log):
    frame = raw_frame(MISSING.encode() + b"\n", window_log)
    found = beside({"acme/wide/run.log": frame}, reasons=["window_limit"])
    assert one_damage(found, "acme/wide/run.log", "window_limit") == 0
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
    assert one_damage(found, "acme/dict/run.log", "dictionary") == 0


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
    shards.put(root / "good/space/run.log", MISSING + "\n" if wrapping in ("auto", "raw") else json.dumps({"text": MISSING}) + "\n")
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
    assert one_damage(found, "acme/none/run.log", "empty") == 0


@pytest.mark.parametrize("content", [shards.zstd(b""), shards.gzip(b""), shards.skippable(b"x")], ids=["zstd", "gzip", "skippable"])
def test_an_empty_frame_is_no_damage(beside, content):
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
    assert one_damage(found, "nowhere.log", "unreadable") == 0


def test_a_link_that_leads_nowhere_is_told(beside, tmp_path):
    (tmp_path / "logs/acme").mkdir(parents=True)
    (tmp_path / "logs/acme/lost").symlink_to("nowhere")
    assert one_damage(beside({}, reasons=["unreadable"]), "acme/lost", "unreadable") == 0


def test_a_file_that_fails_while_it_is_read_is_told(beside):
    found = beside({}, "/proc/self/mem", reasons=["unreadable"])
    assert one_damage(found, "mem", "unreadable") == 0


def test_a_directory_loop_is_told_and_not_followed(beside, tmp_path):
    deep = tmp_path / "logs/acme/deep"
    deep.mkdir(parents=True)
    (deep / "up").symlink_to("../..")
    found = beside({"acme/demo/run.log": MISSING + "\n"}, reasons=["directory_loop"])
    assert one_damage(found, "acme/deep/up", "directory_loop") == 0
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
    found = beside({f"{name}/run.log": b"", "acme/\udcff/run.log".encode("utf-8", "surrogateescape").decode("latin-1"): b""}, reasons=["empty"])
    assert len(found.damages) == 2
    text = program.scan(tmp_path / "logs").text
    assert "\x1b" not in text and "\x07" not in text and "\r" not in text


def test_the_first_thousand_places_are_listed_and_all_are_counted(tmp_path):
    path = shards.put(tmp_path / "a.jsonl", "{broken\n" * 1500)
    found = program.report("--format", "jsonl", path, status=program.DAMAGE)
    assert found.reasons == {"json_syntax": 1500}
    assert found.damages == [("a.jsonl", 8 * at, "json_syntax") for at in range(1000)]
    assert found.summary["records_dropped"] == 1500


# --- sizes ---------------------------------------------------------------------------------------------------------------


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
    assert one_damage(found, "mixed.jsonl", "record_too_long") == len(good)
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


# --- records -------------------------------------------------------------------------------------------------------------


def record(text=MISSING, **more):
    return json.dumps({"text": text, "space": "acme/demo", "channel": "run", **more})


@pytest.mark.parametrize(
    "bad, reason",
    [
        ('{"text": "cut sho', "json_syntax"),
        ('{"text": "a" "b"}', "json_syntax"),
        ('{"text": "a",}', "json_syntax"),
        ('{"text": "a"} trailing', "json_syntax"),
        ('{"text": "bad \\q escape"}', "json_syntax"),
        ('{"text": "raw \x01 control"}', "json_syntax"),
        ("not json at all", "json_syntax"),
        ("[]", "json_syntax"),
        ('{"text": nul}', "json_syntax"),
        ("{}", "json_text"),
        ('{"space": "acme/demo"}', "json_text"),
        ('{"text": 7}', "json_text"),
        ('{"text": {"text": "deeper"}}', "json_text"),
        ('{"text": null}', "json_text"),
        ('{"text": "a", "x": ' + "[" * 100 + "]" * 100 + "}", "json_depth"),
        ('{"x": ' + '{"a":' * 200 + "1" + "}" * 200 + ', "text": "a"}', "json_depth"),
        ('{"text": "a", "x": ' + "[" * 300_000, "json_syntax"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_bad_record_between_good_ones_is_dropped_counted_and_named(tmp_path, bad, reason):
    before, after = record() + "\n", record() + "\n" + record() + "\n"
    path = shards.put(tmp_path / "bad.jsonl", before + bad + "\n" + after)
    found = program.report("--format", "jsonl", path, status=program.DAMAGE)
    assert one_damage(found, "bad.jsonl", reason) == len(before)
    assert found.counts("acme/demo") == {"module-not-found": (3, 0)}
    assert found.summary["records_dropped"] == 1


@pytest.mark.parametrize(
    "time",
    [
        "9999-12-31T23:59:59Z",
        "0000-00-00T00:00:00Z",
        "2026-13-45T99:99:99Z",
        "1969-12-31T23:59:59Z",
        "not a time",
        -1,
        1e300,
        99999999999999999999999,
        "٢٠٢٦-٠١-٣١",
        "9" * 10_000,
    ],
    ids=lambda value: str(value)[:24],
)
def test_an_absurd_time_is_counted_and_its_record_kept_undated(tmp_path, time):
    events_path = tmp_path / "e"
    content = record(time="2026-01-31T10:00:00Z") + "\n" + record("Memory limit exceeded", time=time) + "\n"
    found = program.report("--format", "jsonl", "--events", events_path, "-", stdin=content.encode(), status=program.DAMAGE)
    assert found.reasons == {"bad_time": 1}
    assert found.damages[0][1:] == (content.index("\n") + 1, "bad_time")
    assert found.counts("acme/demo") == {"memory-limit": (1, 0), "module-not-found": (1, 0)}
    assert found.summary["now"] == "2026-01-31T10:00:00Z"
    assert found.summary["records_dropped"] == 0
    times = {event["rule"]: event["time_ns"] for event in formats.read_events(events_path)[1]}
    assert times["module-not-found"] == 1769853600 * 10**9
    assert times["memory-limit"] in (None, times["module-not-found"]), "undated, or no older than the line before"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "acme/..",
        "./demo",
        "acme/demo/more",
        "/demo",
        "acme/",
        "acme\u0000/demo",
        "acme/\x1b[31mred",
        "acme/de mo",
        "acme/d\u00e9mo",
        "acme/demo\n",
        "a" * 193,
        "~overflow",
        "\u202eacme/demo",
    ],
    ids=repr,
)
def test_a_bad_space_name_is_counted_and_its_lines_go_to_the_dash(name):
    content = record() + "\n" + json.dumps({"text": "Memory limit exceeded", "space": name}) + "\n" + record() + "\n"
    found = program.report("--format", "jsonl", "-", stdin=content.encode(), status=program.DAMAGE)
    assert found.reasons == {"bad_space_name": 1, "no_space": 1}, "named, and counted among what stands under the dash"
    assert found.damages[0][1:] == (len(record()) + 1, "bad_space_name")
    assert set(found.spaces) == {"-", "acme/demo"}
    assert found.counts("-") == {"memory-limit": (1, 0)}
    assert found.counts("acme/demo") == {"module-not-found": (2, 0)}


def test_invalid_utf8_in_json_is_repaired_and_counted(tmp_path):
    content = (record() + "\n").encode() + b'{"text":"Memory limit exceeded \xff\xfe","space":"acme/demo"}\n'
    path = shards.put(tmp_path / "bad.jsonl", content)
    found = program.report("--format", "jsonl", path)
    assert found.reasons == {"utf8_repaired": 1}
    assert found.sample("acme/demo", "memory-limit")["text"].startswith("Memory limit exceeded \ufffd")


def test_nul_bytes_and_invalid_utf8_in_raw_lines_are_kept(tmp_path):
    content = b"\x00\x00" + b"\xff\xfe Memory limit exceeded \x00\xc3\n" + MISSING.encode() + b"\n"
    path = shards.put(tmp_path / "acme/demo/run.log", content)
    result = program.scan("--report", "jsonl", "--events", tmp_path / "e", path)
    assert result.status == program.OK
    assert program.Report(result.lines).counts("acme/demo") == {"memory-limit": (1, 0), "module-not-found": (1, 0)}
    assert formats.read_events(tmp_path / "e")[1][0]["text"] == content.split(b"\n")[0]


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
