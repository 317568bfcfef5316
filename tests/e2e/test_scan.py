"""spacesift scan: which files are read, and what the reports, the events and the state tell of them."""

import os
import pty
import re

import pytest

import formats
import program
import shards
from phrases import HEALTHY, MEMORY, MISSING, QUEUED, SERVES, START, lines

CONTENT = lines(START, "loading", MISSING, "done", MISSING)


@pytest.fixture
def fleet(tree):
    return tree(
        {
            "acme/broken/run.log": lines(START, MISSING),
            "acme/fine/run.log": lines(START, SERVES, HEALTHY),
            "zoo/hungry/run.log": lines(START, SERVES, MEMORY),
            "zoo/silent/build.log": lines(QUEUED, "nothing to see"),
        }
    )


# --- reports -------------------------------------------------------------------------------------------------------------


def test_jsonl_names_each_space_in_order_and_ends_with_the_summary(fleet, schema):
    result = program.scan("--report", "jsonl", fleet)
    assert result.status == program.OK
    assert result.err == ""
    for item in result.lines:
        schema(item)
    assert [item["type"] for item in result.lines] == ["space"] * 4 + ["summary"]
    assert program.Report(result.lines).verdicts == {
        "acme/broken": "dep_missing_module",
        "acme/fine": "healthy",
        "zoo/hungry": "oom",
        "zoo/silent": "no_fault_seen",
    }
    assert list(program.Report(result.lines).spaces) == sorted(program.Report(result.lines).spaces)


def test_json_is_the_same_in_one_document(fleet, schema):
    document = program.scan("--report", "json", fleet).document
    schema(document)
    listed = program.scan("--report", "jsonl", fleet).lines
    assert document["spaces"] + document["incidents"] + [document["summary"]] == listed


def test_a_space_is_told_with_proof_evidence_attempt_and_actions(fleet):
    space = program.report(fleet).spaces["acme/broken"]
    assert space["verdict"] == "dep_missing_module"
    assert space["branch"] == "7"
    assert space["severity"] == "error"
    assert space["confidence"] == "high"
    assert space["phase"] == "starting"
    assert space["lines"] == 2
    assert space["bytes"] == len(lines(START, MISSING))
    assert space["title"] == "The module torch is not installed"
    assert space["actions"] == ["Add torch to requirements.txt"]
    assert space["proof"] == "module-not-found"
    begin = {"time": "2026-01-31T10:00:00Z", "source": "acme/broken/run.log", "offset": 0}
    assert space["attempt"] == {"number": 1, "start": begin}
    assert space["marks"] == {"startup": begin}
    assert space["history"] == []
    (evidence,) = space["evidence"]
    assert evidence["count"] == 1
    assert evidence["demoted"] == 0
    assert evidence["sample"] == {
        "text": MISSING,
        "source": "acme/broken/run.log",
        "offset": len(START) + 1,
        "line": 2,
        "fields": {"module": "torch"},
    }


def test_the_summary_adds_up(fleet):
    summary = program.report(fleet).summary
    size = sum(path.stat().st_size for path in fleet.rglob("*.log"))
    assert summary["spaces"] == 4
    assert summary["need_someone"] == 2
    assert summary["shards"] == 4
    assert summary["lines"] == 10
    assert summary["bytes"] == size
    assert summary["compressed_bytes"] == size
    assert summary["hits"] == 9
    assert summary["records_dropped"] == 0
    assert summary["reasons"] == {}
    assert summary["damages"] == []
    assert [(item["verdict"], item["spaces"]) for item in summary["verdicts"]] == [
        ("oom", 1),
        ("dep_missing_module", 1),
        ("healthy", 1),
        ("no_fault_seen", 1),
    ]
    assert summary["now"] == "2026-01-31T10:00:00Z"


def test_text_shows_who_needs_someone_with_proof_and_next_action(fleet):
    text = program.scan(fleet).text
    assert re.search(r"4 Spaces, of which 2 need someone", text)
    hungry, broken = text.index("  zoo/hungry"), text.index("  acme/broken")
    assert hungry < broken, "the more severe verdict goes first"
    assert "acme/fine" not in text
    assert MEMORY in text[hungry:broken]
    assert MISSING in text[broken:]
    assert "Add torch to requirements.txt" in text[broken:]
    assert "acme/broken/run.log:2 (byte 55)" in text[broken:]


def test_nobody_needed_is_said(tree):
    root = tree({"acme/fine/run.log": lines(START, SERVES, HEALTHY)})
    assert "No Space needs someone." in program.scan(root).text


def test_top_limits_the_text_and_0_shows_all(tree):
    root = tree({f"acme/s{number:02}/run.log": lines(START, MISSING) for number in range(30)})

    def shown(*words):
        return len(re.findall(r"^  acme/s\d\d ", program.scan(*words, root).text, re.MULTILINE))

    assert shown() == 20
    assert shown("--top", "3") == 3
    assert shown("--top", "0") == 30


def test_report_none_prints_nothing(fleet):
    result = program.scan("--report", "none", fleet)
    assert (result.status, result.out, result.err) == (program.OK, b"", "")


def test_output_puts_the_report_into_a_file(fleet, tmp_path):
    path = tmp_path / "report.jsonl"
    result = program.scan("--report", "jsonl", "--output", path, fleet)
    assert (result.status, result.out) == (program.OK, b"")
    assert path.read_bytes() == program.scan("--report", "jsonl", fleet).out


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_the_same_input_gives_the_same_bytes(fleet, kind):
    assert program.scan("--report", kind, fleet).out == program.scan("--report", kind, fleet).out


def test_now_is_told_and_defaults_to_the_newest_time(fleet):
    assert program.report("--now", "2026-03-01T00:00:00Z", fleet).summary["now"] == "2026-03-01T00:00:00Z"
    assert program.report("--now", "2026-03-01 01:30:00 +0130", fleet).summary["now"] == "2026-03-01T00:00:00Z"


def on_terminal(*words, **env):
    """Runs scan with a terminal as its standard output; what it showed."""
    leader, follower = pty.openpty()
    with program.start(
        [program.SPACESIFT, "scan", "--rules", program.RULES, *words], env=env, stdout=follower, stderr=follower
    ) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                block = os.read(leader, 65536)
            except OSError:  # the program closed its end
                break
            if not block:
                break
            shown += block
    os.close(leader)
    program.check_sound(process.returncode, shown.decode(errors="replace"))
    return shown


def test_colour_is_for_terminals_that_want_it(fleet):
    assert b"\x1b[" in on_terminal("-q", fleet, TERM="xterm")
    assert b"\x1b[" not in on_terminal("-q", fleet, TERM="xterm", NO_COLOR="1")
    assert b"\x1b[" in on_terminal("-q", fleet, TERM="xterm", NO_COLOR="")
    assert b"\x1b[" not in on_terminal("-q", fleet, TERM="dumb")
    assert b"\x1b" not in program.scan(fleet, env={"TERM": "xterm"}).out


def test_log_lines_cannot_steer_the_terminal(tree):
    evil = "\x1b]0;owned\x07 \x9b31m ModuleNotFoundError: No module named 'torch' \u202e \x00\x08 \ufeff\u200b"
    root = tree({"acme/evil/run.log": lines(START, evil)})
    result = program.scan(root)
    assert "acme/evil" in result.text
    assert "No module named 'torch'" in result.text
    for character in "\x1b\x07\x00\x08\x9b\u202e":
        assert character not in result.text


# --- which files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [CONTENT.encode(), shards.zstd(CONTENT), shards.gzip(CONTENT)], ids=["plain", "zstd", "gzip"])
def test_a_dash_is_standard_input(content):
    found = program.report("-", stdin=content)
    assert found.counts("-") == {"module-not-found": (2, 0)}
    assert found.summary["spaces"] == 0, "lines that name no Space make none"
    assert found.reasons == {"no_space": len(CONTENT.splitlines())}, "each such line is counted"


def test_mixed_json_lines_on_standard_input_name_their_spaces():
    found = program.report("-", stdin=shards.mixed([("a/b", MISSING), ("c/d", MEMORY)]).encode())
    assert found.verdicts == {"a/b": "dep_missing_module", "c/d": "oom"}


def test_paths_may_be_listed_in_a_file_or_on_standard_input(fleet, tmp_path):
    listed = lines(*map(str, sorted(fleet.rglob("*.log"))), "") + "\r\n"
    whole = program.scan("--report", "jsonl", fleet).out
    path = shards.put(tmp_path / "list", listed)
    assert program.scan("--report", "jsonl", "--files-from", path).out == whole
    assert program.scan("--report", "jsonl", "--files-from", "-", stdin=listed.encode()).out == whole
    some = program.report("--files-from", path, fleet / "acme/fine/run.log")
    assert some.summary["shards"] == 4


def test_an_empty_list_of_paths_is_an_empty_fleet(tmp_path):
    found = program.report("--files-from", shards.put(tmp_path / "list", ""))
    assert found.summary["shards"] == 0
    assert found.verdicts == {}


def test_a_file_that_is_named_twice_or_linked_to_counts_once(fleet):
    (fleet / "acme/fine/again.log").symlink_to("run.log")
    os.link(fleet / "acme/broken/run.log", fleet / "other.log")
    found = program.report(fleet, fleet / "acme/broken/run.log", f"{fleet}/acme/./fine/run.log")
    assert found.summary["shards"] == 4


def test_names_of_shards_do_not_depend_on_where_the_fleet_stands(fleet, tmp_path):
    def sources(*words, **options):
        _, events = program.events_of(tmp_path, *words, **options)
        return sorted({event["source"] for event in events})

    expected = ["acme/broken/run.log", "acme/fine/run.log", "zoo/hungry/run.log", "zoo/silent/build.log"]
    assert sources(fleet) == expected
    assert sources(f"{fleet}/") == expected
    assert sources(".", cwd=fleet) == expected
    assert sources(*fleet.rglob("*.log")) == expected
    assert sources(fleet / "acme", fleet / "zoo") == expected


def test_a_named_pipe_is_read(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    writer = os.fork()
    if writer == 0:
        (tmp_path / "fifo").write_bytes(shards.zstd(CONTENT))
        os._exit(0)
    assert program.report(tmp_path / "fifo").counts("-") == {"module-not-found": (2, 0)}
    os.waitpid(writer, 0)


@pytest.mark.parametrize("mode", ["batch", "lines"])
def test_scan_modes_give_the_same_result(fleet, tmp_path, mode):
    states = []
    for words in ([], ["--scan-mode", mode]):
        path = tmp_path / f"{len(states)}.state"
        assert program.scan(*words, "--state", path, "--report", "none", fleet).status == program.OK
        states.append(path.read_bytes())
    assert states[0] == states[1]


# --- events and states ----------------------------------------------------------------------------------------------------


def test_events_and_state_tell_the_same_as_the_report(fleet, tmp_path):
    state_path, events_path = tmp_path / "s", tmp_path / "e.zst"
    result = program.scan("--report", "jsonl", "--state", state_path, "--events", events_path, fleet)
    assert result.status == program.OK
    found = program.Report(result.lines)
    assert events_path.read_bytes().startswith(formats.ZSTD_MAGIC)
    header, events = formats.read_events(events_path)
    state = formats.read_state(state_path)
    assert header["ruleset"] == state["header"]["ruleset"] == found.summary["ruleset"]
    assert len(events) == found.summary["hits"] == state["fleet"]["hits"]
    assert set(state["spaces"]) == set(found.spaces)
    for name, space in state["spaces"].items():
        assert space["lines"] == found.spaces[name]["lines"]
        counted = {}
        for event in events:
            if event["space"] == name:
                counted[event["rule"]] = counted.get(event["rule"], 0) + 1
        assert {item["rule"]: item["count"] for item in space["evidence"]} == counted


@pytest.mark.parametrize("what", ["--events", "--state"])
def test_events_or_state_may_go_to_standard_output(fleet, tmp_path, what):
    result = program.scan("--report", "none", what, "-", fleet)
    assert result.status == program.OK
    path = shards.put(tmp_path / "out", result.out)
    if what == "--events":
        assert len(formats.read_events(path)[1]) == 9
    else:
        assert len(formats.read_state(path)["spaces"]) == 4


def test_events_of_one_shard_come_in_its_order(tmp_path):
    content = lines(*(f"ModuleNotFoundError: No module named 'm{at}'" for at in range(3000)))
    _, events = program.events_of(tmp_path, "-", stdin=content.encode())
    assert [event["fields"]["module"] for event in events] == [f"m{at}" for at in range(3000)]


def test_long_texts_are_cut_and_say_so(tmp_path):
    _, events = program.events_of(tmp_path, "-", stdin=(MEMORY + "é" * 5000 + "\n").encode())
    (event,) = events
    assert event["cut"] is True
    assert 4090 < len(event["text"].encode()) <= 4096
    assert set(event["text"][len(MEMORY) :]) == {"é"}, "cut between characters"


# --- the built-in pack ----------------------------------------------------------------------------------------------------


def test_the_built_in_pack_judges_plain_cases(tree, pack):
    cases = {
        "module": ("run", [START, "Traceback (most recent call last):", MISSING, "===== exit ====="], "dep_missing_module"),
        "healthy": ("run", [START, SERVES, 'INFO:     10.16.1.2:40112 - "GET / HTTP/1.1" 200 OK'], "healthy"),
        "memory": ("platform", ["Runtime error", MEMORY], "oom"),
        "conflict": (
            "build",
            [
                QUEUED,
                "--> RUN pip install -r requirements.txt",
                "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io",
                '--> ERROR: process "/bin/sh -c pip install" did not complete successfully: exit code: 1',
            ],
            "dep_conflict",
        ),
        "decoy": (
            "build",
            [
                QUEUED,
                "--> RUN pip install -r requirements.txt",
                "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io",
                "DONE 12.4s",
                "--> Pushing image",
                "DONE 6.1s",
            ],
            "no_fault_seen",
        ),
        "queued": ("build", [QUEUED], "queued_only"),
        "silent": ("run", ["hello", "world"], "no_fault_seen"),
        "push": (
            "build",
            [QUEUED, "ERROR: failed to push spaces-registry.huggingface.tech/x:y: unexpected status"],
            "registry_push",
        ),
    }
    root = tree({f"acme/{name}/{channel}.log": lines(*texts) for name, (channel, texts, _) in cases.items()})
    found = program.report(root, rules=None)
    assert found.verdicts == {f"acme/{name}": verdict for name, (_, _, verdict) in cases.items()}
    for name, space in found.spaces.items():
        if space["severity"] in ("error", "fatal"):
            assert space["actions"], name
            assert space["proof"] or space["verdict"] == "queued_only", name  # that nothing came has no line to prove it
