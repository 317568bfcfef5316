"""Bad records between good ones are counted and named, and cost nothing but themselves."""

import json

import pytest

import formats
import program
import shards
from phrases import MISSING


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
    assert found.only_damage("bad.jsonl", reason) == len(before)
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
