"""States and events in use: merge, report, explain and events, and what they say of files that are none of theirs."""

import json

import msgpack
import pytest

import formats
import program
import shards
from phrases import MEMORY, MISSING, START

SERVES = "Uvicorn running on http://0.0.0.0:7860"
RULES = ["--rules", program.RULES]

LOGS = {
    "acme/broken/run.log": f"{START}\n2026-01-31T10:00:05Z {MISSING}\n",
    "acme/fine/run.log": f"{START}\n{SERVES}\n",
    "zoo/hungry/run.log": f"{START}\n{SERVES}\n2026-01-31T11:00:00Z {MEMORY}\n2026-01-31T12:00:00Z {MEMORY}\n",
}


@pytest.fixture
def logs(tree):
    return tree(LOGS)


def scanned(tmp_path, *words, name="fleet", status=program.OK, **options):
    """A scan's state and events."""
    state, events = tmp_path / f"{name}.state", tmp_path / f"{name}.events"
    result = program.scan("--report", "none", "--state", state, "--events", events, *words, **options)
    assert result.status == status, result.err
    return state, events


def refused(result, *parts):
    """Exit status 2, nothing on standard output, and one line that says all of `parts`."""
    assert result.status == program.USAGE
    assert result.out == b""
    first = result.err.splitlines()[0]
    assert first.startswith("spacesift: ")
    for part in parts:
        assert str(part) in first, result.err


# --- merge -----------------------------------------------------------------------------------------------------------------


def test_merge_folds_the_states_of_several_scans(logs, tmp_path):
    whole, _ = scanned(tmp_path, logs, name="whole")
    parts = [scanned(tmp_path, path, name=path.parent.name)[0] for path in sorted(logs.rglob("*.log"))]
    out = tmp_path / "out.state"
    result = program.run("merge", *parts, "-o", out)
    assert (result.status, result.out, result.err) == (program.OK, b"", "")
    assert out.read_bytes() == whole.read_bytes()
    assert program.run("merge", "-o", "-", *parts).out == whole.read_bytes()


def test_merge_may_write_over_one_of_its_inputs(logs, tmp_path):
    whole, _ = scanned(tmp_path, logs, name="whole")
    one, _ = scanned(tmp_path, logs / "acme", name="one")
    two, _ = scanned(tmp_path, logs / "zoo", name="two")
    assert program.run("merge", one, two, "-o", one).status == program.OK
    assert one.read_bytes() == whole.read_bytes()


def test_merge_keeps_damage_and_adds_it_up(logs, tmp_path):
    shards.put(logs / "acme/none/run.log", "")
    one, _ = scanned(tmp_path, logs / "acme", name="one", status=program.DAMAGE)
    two, _ = scanned(tmp_path, logs / "zoo", name="two")
    out = tmp_path / "out.state"
    assert program.run("merge", one, two, "-o", out).status == program.OK
    fleet = formats.read_state(out)["fleet"]
    assert fleet["damages"] == [{"source": "acme/none/run.log", "offset": 0, "reason": "empty"}]
    assert fleet["reasons"] == {"empty": 1}
    assert fleet["shards"] == 4


def test_merge_may_cap_the_spaces(logs, tmp_path):
    state, _ = scanned(tmp_path, logs)
    out = tmp_path / "out.state"
    assert program.run("merge", "--spaces-max", 1, state, "-o", out).status == program.OK
    assert list(formats.read_state(out)["spaces"]) == ["acme/broken", "~overflow"]


# --- report ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_report_says_what_scan_said(logs, tmp_path, kind):
    state, _ = scanned(tmp_path, logs)
    result = program.run("report", *RULES, "--report", kind, state)
    assert (result.status, result.err) == (program.OK, "")
    assert result.out == program.scan("--report", kind, logs).out


def test_report_in_text_differs_from_scans_only_in_the_speed(logs, tmp_path):
    state, _ = scanned(tmp_path, logs)
    scan = program.scan(logs).text.splitlines()
    report = program.run("report", *RULES, state).text.splitlines()
    assert scan[1].startswith(report[1])
    assert scan[1][len(report[1]):] == "" or scan[1][len(report[1]):].startswith(", read in ")
    assert scan[2:] == report[2:]


def test_report_folds_several_states(logs, tmp_path):
    parts = [scanned(tmp_path, path, name=path.parent.name)[0] for path in sorted(logs.rglob("*.log"))]
    result = program.run("report", *RULES, "--report", "jsonl", *reversed(parts))
    assert result.out == program.scan("--report", "jsonl", logs).out
    assert result.status == program.OK


def test_report_takes_json_output_now_and_top(logs, tmp_path):
    state, _ = scanned(tmp_path, logs)
    path = tmp_path / "report.json"
    result = program.run("report", *RULES, "--json", "-o", path, "--now", "2027-01-01T00:00:00Z", state)
    assert (result.status, result.out) == (program.OK, b"")
    assert json.loads(path.read_text())["summary"]["now"] == "2027-01-01T00:00:00Z"
    assert "acme/broken" in program.run("report", *RULES, state).text
    assert "acme/broken" not in program.run("report", *RULES, "--top", 1, state).text


def test_report_of_the_built_in_pack_needs_no_rules(logs, tmp_path, pack):
    state, _ = scanned(tmp_path, logs, rules=None)
    result = program.run("report", "--report", "jsonl", state)
    assert result.status == program.OK
    assert program.Report(result.lines).verdicts["acme/broken"] == "dep_missing_module"


# --- explain ---------------------------------------------------------------------------------------------------------------


def test_explain_walks_the_tree_to_the_verdict(logs, tmp_path):
    state, _ = scanned(tmp_path, logs)
    text = program.run("explain", *RULES, state, "acme/broken").text
    asked = [
        "Do many fail alike?",
        "Did memory run out?",
        "Do pins exclude each other?",
        "Is a module missing?",
    ]
    places = [text.index(question) for question in asked]
    assert places == sorted(places)
    assert "Did it panic?" not in text, "the first node that holds decides"
    assert "module-not-found" in text[places[-1] :]
    assert MISSING in text
    assert "dep_missing_module" in text
    assert "acme/broken/run.log:2" in text


def test_explain_in_json_tells_each_node_and_what_decided(logs, tmp_path, schema):
    state, _ = scanned(tmp_path, logs)
    result = program.run("explain", *RULES, "--json", state, "acme/broken")
    assert result.status == program.OK
    document = result.document
    schema(document["space"])
    assert document["space"] == program.report(logs).spaces["acme/broken"]
    assert [(node["id"], node["holds"]) for node in document["path"]] == [
        ("incident", False),
        ("memory", False),
        ("conflict", False),
        ("module", True),
    ]
    assert [node["evidence"] is not None for node in document["path"]] == [False, False, False, True]
    assert document["path"][-1]["evidence"]["rule"] == document["space"]["proof"] == "module-not-found"


def test_explain_folds_several_states(logs, tmp_path):
    one, _ = scanned(tmp_path, logs / "acme", name="one")
    two, _ = scanned(tmp_path, logs / "zoo", name="two")
    assert "memory-limit" in program.run("explain", *RULES, one, two, "zoo/hungry").text


def test_explain_of_an_unknown_space_says_how_to_list_them(logs, tmp_path):
    state, _ = scanned(tmp_path, logs)
    refused(program.run("explain", *RULES, state, "acme/nobody"), "acme/nobody", "spacesift report")


def test_explain_needs_a_state_and_a_space(logs, tmp_path):
    state, _ = scanned(tmp_path, logs)
    refused(program.run("explain", *RULES, state), "spacesift explain fleet.state owner/name")


# --- events ----------------------------------------------------------------------------------------------------------------


def printed(*words, status=program.OK, **options):
    result = program.run("events", *words, **options)
    assert result.status == status, result.err
    return result.lines


def test_events_prints_what_the_file_holds(logs, tmp_path):
    _, path = scanned(tmp_path, logs)
    _, events = formats.read_events(path)
    found = printed(path)
    assert len(found) == len(events) == 8
    for shown, event in zip(found, events):
        for key in ("space", "channel", "rule", "class", "severity", "severity_number", "source", "offset", "line", "text"):
            assert shown[key] == event[key]
        assert shown.get("fields", {}) == event.get("fields", {})
    assert [event["time"] for event in found if event["rule"] == "module-not-found"] == ["2026-01-31T10:00:05Z"]


@pytest.mark.parametrize("compress", [shards.zstd, shards.gzip, bytes], ids=["zstd", "gzip", "plain"])
def test_events_reads_compressed_files_and_standard_input(logs, tmp_path, compress):
    _, path = scanned(tmp_path, logs)
    other = shards.put(tmp_path / "other", compress(path.read_bytes()))
    assert printed(other) == printed(path)
    assert printed("-", stdin=other.read_bytes()) == printed(path)
    assert printed(other, path) == printed(path) * 2


def test_events_reads_what_scan_compressed(logs, tmp_path):
    _, path = scanned(tmp_path, logs)
    assert program.scan("--report", "none", "--events", tmp_path / "e.zst", "-j", 1, logs).status == program.OK

    def in_order(events):
        return sorted(events, key=lambda event: (event["source"], event["offset"], event["rule"]))

    assert in_order(printed(tmp_path / "e.zst")) == in_order(printed(path))


@pytest.mark.parametrize(
    "words, expected",
    [
        (["--space", "acme/broken"], ["startup", "module-not-found"]),
        (["--space", "acme/broken", "--space", "acme/fine"], ["startup", "module-not-found", "startup", "listening"]),
        (["--space", "acme"], []),
        (["--class", "oom"], ["memory-limit"] * 2),
        (["--rule", "listening", "--rule", "memory-limit"], ["listening", "listening", "memory-limit", "memory-limit"]),
        (["--class", "oom", "--space", "acme/broken"], []),
        (["--since", "2026-01-31T11:00:00Z"], ["memory-limit"] * 2),
        (["--until", "2026-01-31T11:00:00Z", "--class", "oom"], []),
        (["--since", "2026-01-31T11:00:00Z", "--until", "2026-01-31T12:00:00Z"], ["memory-limit"]),
        (["--since", "2026-01-31 10:00:05", "--until", "2026-01-31T10:00:06Z"], ["module-not-found"]),
    ],
    ids=lambda value: " ".join(value) if value and value[0].startswith("--") else "",
)
def test_events_keeps_what_was_asked_for(logs, tmp_path, words, expected):
    _, path = scanned(tmp_path, "-j", 1, logs)
    assert sorted(event["rule"] for event in printed(path, *words)) == sorted(expected)


def test_events_without_a_time_pass_only_where_no_time_is_asked_for(tmp_path):
    _, path = scanned(tmp_path, "-", stdin=f"{MISSING}\n".encode())
    (event,) = printed(path)
    assert event["time"] is None
    assert printed(path, "--since", "1990-01-01T00:00:00Z") == []
    assert printed(path, "--until", "2099-01-01T00:00:00Z") == []


def test_text_that_is_no_utf8_is_printed_as_json_all_the_same(tmp_path):
    _, path = scanned(tmp_path, "-", stdin=b"\xff\x01 Memory limit exceeded \xc3\n")
    (event,) = printed(path)
    assert event["text"] == "\ufffd\x01 Memory limit exceeded \ufffd"


@pytest.mark.parametrize("cut", [1, 40])
def test_events_cut_short_print_what_came_before_and_set_status_1(logs, tmp_path, cut):
    _, path = scanned(tmp_path, "-j", 1, logs)
    whole = printed(path)
    short = shards.put(tmp_path / "short", path.read_bytes()[:-cut])
    result = program.run("events", short)
    assert result.status == program.DAMAGE
    assert str(short) in result.err
    assert result.lines == whole[: len(result.lines)]
    assert len(result.lines) == len(whole) - 1


# --- files that are none of theirs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["merge", "-o", "-"], ["report", *RULES], ["explain", *RULES]], ids=lambda words: words[0])
@pytest.mark.parametrize(
    "what, parts",
    [
        ("nothing", ["No such file"]),
        ("a directory", ["Is a directory"]),
        ("an empty file", ["is no state", "spacesift scan --state"]),
        ("a text", ["is no state", "spacesift scan --state"]),
        ("events", ["is no state", "spacesift scan --state"]),
        ("a state cut short", ["not whole"]),
        ("a state with a flipped byte", ["damaged"]),
        ("an earlier version", ["version"]),
        ("a later version", ["version"]),
    ],
)
def test_what_is_no_state_is_refused_by_name(logs, tmp_path, command, what, parts):
    state, events = scanned(tmp_path, logs)
    bad = tmp_path / "bad"
    whole = state.read_bytes()
    if what == "a directory":
        bad.mkdir()
    elif what == "events":
        bad.write_bytes(shards.zstd(events.read_bytes()))
    elif what in ("an earlier version", "a later version"):
        version = 1 if what == "an earlier version" else 3
        bad.write_bytes(shards.zstd(msgpack.packb({"spacesift": "state", "v": version, "more": [1, 2]})))
    elif what != "nothing":
        flipped = bytearray(whole)
        flipped[-2] ^= 1
        bad.write_bytes({"an empty file": b"", "a text": b"hello\n", "a state cut short": whole[:-9]}.get(what, bytes(flipped)))
    space = ["acme/broken"] if command[0] == "explain" else []
    refused(program.run(*command, state, bad, *space), bad, *parts)


@pytest.mark.parametrize(
    "what, parts",
    [
        ("nothing", ["No such file"]),
        ("a text", ["holds no events", "spacesift scan --events"]),
        ("a state", ["holds no events", "spacesift scan --events"]),
    ],
)
def test_what_holds_no_events_is_refused_by_name(logs, tmp_path, what, parts):
    state, _ = scanned(tmp_path, logs)
    bad = tmp_path / "bad"
    if what != "nothing":
        bad.write_bytes(state.read_bytes() if what == "a state" else b"hello\n")
    refused(program.run("events", bad), bad, *parts)


def test_one_wrong_file_does_not_keep_events_from_the_others(logs, tmp_path):
    _, path = scanned(tmp_path, logs)
    result = program.run("events", tmp_path / "nothing", path)
    assert result.status == program.USAGE
    assert len(result.lines) == 8


def test_states_of_other_rules_are_told_apart(logs, tmp_path):
    other = shards.put(tmp_path / "other.yaml", program.RULES.read_text().replace("severity: warning", "severity: error"))
    state, _ = scanned(tmp_path, logs, name="one")
    foreign, _ = scanned(tmp_path, logs, name="two", rules=other)
    refused(program.run("report", *RULES, foreign), "--rules", "scan again")
    refused(program.run("explain", *RULES, foreign, "acme/fine"), "--rules", "scan again")
    refused(program.run("merge", state, foreign, "-o", "-"), "different rule sets")
    refused(program.run("report", *RULES, state, foreign), "different rule sets")
    assert program.run("report", "--rules", other, foreign).status == program.OK


def test_comments_and_examples_do_not_make_other_rules(logs, tmp_path):
    same = program.RULES.read_text() + "# a remark\n"
    same = same.replace("{match: ['panic: overflow']", "{match: ['panic: overflow', 'panic: two']")
    assert "panic: two" in same
    other = shards.put(tmp_path / "other.yaml", same)
    state, _ = scanned(tmp_path, logs, rules=other)
    assert program.run("report", *RULES, state).status == program.OK


def test_verdicts_on_age_follow_now(tree, tmp_path):
    node = "  - {id: stuck, question: 'Does it start for long?', when: {age: {mark: startup, minutes: 30}}, verdict: stuck, severity: error}\n"
    rules = shards.put(tmp_path / "aging.yaml", program.RULES.read_text().replace("  - id: serves\n", node + "  - id: serves\n"))
    state, _ = scanned(tmp_path, tree({"acme/slow/run.log": f"{START}\nnothing more\n"}), rules=rules)

    def verdicts(*words):
        reported = program.Report(program.run("report", "--rules", rules, "--report", "jsonl", *words, state).lines)
        explained = program.run("explain", "--rules", rules, "--json", *words, state, "acme/slow").document
        assert explained["space"] == reported.spaces["acme/slow"]
        return reported.verdicts["acme/slow"]

    assert verdicts() == "no_fault_seen"  # by the log's own clock it has just begun
    assert verdicts("--now", "2026-01-31T10:29:59Z") == "no_fault_seen"
    assert verdicts("--now", "2026-01-31T10:30:00Z") == "stuck"
