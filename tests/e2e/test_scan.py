"""spacesift scan: any wrapping, any layout, any compression, and a report of what the lines mean."""

import itertools
import json
import os
import pty
import re

import pytest

import formats
import program
import shards

START = "===== Application Startup at 2026-01-31 10:00:00 ====="
QUEUED = "===== Build Queued at 2026-01-31 09:00:00 / Commit SHA: 0a1b2c3 ====="
MISSING = "ModuleNotFoundError: No module named 'torch'"
CONFLICT = "ERROR: ResolutionImpossible: see above"
SERVES = "INFO:     Uvicorn running on http://0.0.0.0:7860 (Press CTRL+C to quit)"
HEALTHY = '10.16.1.2:40112 - "GET / HTTP/1.1" 200 OK'
MEMORY = "Memory limit exceeded (16Gi)"


def lines(*texts):
    return "".join(text + "\n" for text in texts)


def events_of(tmp_path, *words, **options):
    """Scans with --events; the header and the events."""
    path = tmp_path / "out.events"
    result = program.scan("--report", "none", "--events", path, *words, **options)
    assert result.status in (program.OK, program.DAMAGE), result.err
    assert result.out == b""
    return formats.read_events(path)


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


# --- wrappings -----------------------------------------------------------------------------------------------------------

STORY = [
    START,
    "",
    "2026-01-31 10:00:10,500 INFO loading",
    "TypeError: bad value caught",
    SERVES,
    "TypeError: bad value again",
    "TypeError: bad value ignored",
    MISSING,
    HEALTHY,
    "panic: overflow",
]


def wrapped(wrapping):
    """The story in a wrapping, each record with its time where the wrapping has one."""
    if wrapping == "raw":
        return lines(*(text if at == 0 or not text else f"{shards.stamp(at)} {text}" for at, text in enumerate(STORY)))
    if wrapping == "jsonl":
        return shards.mixed([("acme/app", text) for text in STORY])
    return shards.log_api(STORY)


@pytest.mark.parametrize("wrapping", ["jsonl", "sse"])
@pytest.mark.parametrize("forced", [False, True])
def test_wrapped_and_raw_lines_give_the_same_verdict_counts_and_times(tree, wrapping, forced):
    story = [text for text in STORY if text]
    raw = lines(*story)
    if wrapping == "jsonl":
        content = shards.json_lines({"message": text, "channel": "run", "time": None} for text in story)
    else:
        content = "".join("data: " + json.dumps({"data": text}) + "\n\n" for text in story)
    words = ["--format", wrapping] if forced or wrapping == "sse" else ["--format", "jsonl"]
    plain = program.report("--format", "raw", tree({"acme/app/run.log": raw}, "raw")).spaces["acme/app"]
    other = program.report(*words, tree({"acme/app/run.log": content}, "wrapped")).spaces["acme/app"]

    def essence(space):
        keys = ("verdict", "branch", "severity", "phase", "lines", "bytes", "title", "actions", "also", "proof")
        evidence = [
            (item["rule"], item["count"], item["demoted"], item["first"]["time"], item["last"]["time"], item["sample"]["text"])
            for item in space["evidence"]
        ]
        return {key: space[key] for key in keys}, evidence, {mark: at["time"] for mark, at in space["marks"].items()}

    assert essence(other) == essence(plain)


@pytest.mark.parametrize("wrapping", ["raw", "jsonl", "sse"])
def test_the_wrapping_is_told_by_the_first_records(tree, wrapping):
    found = program.report(tree({"acme/app/run.log": wrapped(wrapping)}))
    assert found.verdicts == {"acme/app": "dep_missing_module"}
    assert found.reasons == {}
    assert found.spaces["acme/app"]["lines"] == len(STORY)
    assert found.sample("acme/app", "panic")["fields"] == {"cause": "overflow"}


@pytest.mark.parametrize("format_words", [[], ["--format", "raw"]])
def test_a_programs_own_json_logger_in_a_raw_log_is_text(tree, format_words):
    """A Hub log begins with the Hub's mark; JSON that the app prints afterwards is what the app prints."""
    logger = [json.dumps({"timestamp": shards.stamp(at), "level": "info", "message": f"step {at}"}) for at in range(40)]
    found = program.report(*format_words, tree({"acme/app/run.log": lines(START, "", "loading", *logger, MISSING)}))
    assert found.reasons == {}
    assert found.verdicts == {"acme/app": "dep_missing_module"}
    assert found.spaces["acme/app"]["lines"] == 44


@pytest.mark.parametrize(
    "field, record",
    [
        (None, {"log": MISSING, "time": "2026-01-31T10:00:07Z", "space": "acme/app", "channel": "run"}),
        ("spaces", {"data": MISSING, "timestamp": "2026-01-31T10:00:07Z"}),
        (
            "text=body.text,space=k8s.labels.space,channel=k8s.log,time=at",
            {"body": {"text": MISSING}, "k8s": {"labels": {"space": "acme/app"}, "log": "run"}, "at": 1769853607},
        ),
        ("spaces,space=repo", {"data": MISSING, "timestamp": 1769853607000, "repo": "acme/app"}),
        ("text=m,time=t", {"x": {"m": "no", "t": 0}, "m": MISSING, "t": 1769853607.0, "n": [1, {"m": "no"}], "z": None}),
        ("text=data,time=t", {"data": MISSING + "\n", "t": "1769853607000000000"}),
    ],
)
def test_fields_are_found_by_name_or_by_path(tree, tmp_path, field, record):
    root = tree({"acme/app/run.log": shards.json_lines([record, record])})
    words = ["--format", "jsonl"] + (["--field", field] if field else [])
    _, events = events_of(tmp_path, *words, root)
    assert [(event["space"], event["channel"], event["text"], event["line"]) for event in events] == [
        ("acme/app", "run", MISSING, 1),
        ("acme/app", "run", MISSING, 2),
    ]
    assert {event["time_ns"] for event in events} == {1769853607 * 10**9}


def test_json_escapes_are_decoded_before_matching(tree, tmp_path):
    record = '{"text":"\\u004dodule\\u004eot\\u0046oundError: No module named \'x\'"}'
    several = '{"text":"one\\nMemory limit exceeded \\u00e9\\ud83d\\ude00\\ttab\\nthree"}'
    root = tree({"acme/app/run.log": record + "\n" + several + "\n"})
    _, events = events_of(tmp_path, "--format", "jsonl", root)
    assert [event["text"] for event in events] == [
        "ModuleNotFoundError: No module named 'x'",
        "Memory limit exceeded é😀\ttab",
    ]
    assert [event["line"] for event in events] == [1, 2]
    assert [event["offset"] for event in events] == [0, len(record) + 1]


def test_sse_skips_comments_keep_alives_and_other_fields(tree):
    content = ": keep-alive\n\nevent: log\nid: 7\nretry: 10\n" + shards.log_api([START]) + "data:\n\ndata: \n\n: keep-alive\n\n"
    content += shards.log_api([MISSING], begin=1) + "data: not an object\n\n"
    found = program.report(tree({"acme/app/run.log": content}))
    assert found.spaces["acme/app"]["lines"] == 2
    assert found.counts("acme/app") == {"module-not-found": (1, 0)}
    assert found.reasons == {}


def test_a_replay_after_a_reconnect_counts_once(tree):
    story = [START, "loading", MISSING, "loading", MISSING]
    once = program.report(tree({"acme/app/run.log": shards.log_api(story)}, "once"))
    content = shards.log_api(story[:3]) + ": keep-alive\n\n" + shards.log_api(story) + shards.log_api(story)
    again = program.report(tree({"acme/app/run.log": content}, "again"))
    assert again.counts("acme/app") == once.counts("acme/app") == {"module-not-found": (2, 0)}
    assert again.spaces["acme/app"]["lines"] == once.spaces["acme/app"]["lines"]
    assert again.spaces["acme/app"]["attempt"]["number"] == 1


def test_equal_events_that_are_no_replay_all_count(tree):
    content = shards.log_api([START]) + shards.log_api([MISSING], begin=1) * 5
    assert program.report(tree({"acme/app/run.log": content})).counts("acme/app") == {"module-not-found": (5, 0)}


def test_json_that_a_raw_log_ends_with_is_text(tree):
    root = tree({"acme/app/run.log": lines(START, "one", "two", '{"message": "Memory limit exceeded", "time": 1}')})
    assert program.report(root).verdicts == {"acme/app": "oom"}


# --- compression ---------------------------------------------------------------------------------------------------------

CONTENT = lines(START, "loading", MISSING, "done", MISSING)
HALF = len(lines(START, "load"))


@pytest.mark.parametrize(
    "name, content",
    [
        ("plain", CONTENT.encode()),
        ("gzip", shards.gzip(CONTENT)),
        ("members", shards.gzip(CONTENT[:HALF]) + shards.gzip("") + shards.gzip(CONTENT[HALF:])),
        ("zero padding", shards.gzip(CONTENT) + bytes(512)),
        ("zstd", shards.zstd(CONTENT)),
        ("no checksum, no size", shards.zstd(CONTENT, write_content_size=0)),
        ("frames", shards.zstd(CONTENT[:HALF]) + shards.zstd("") + shards.zstd(CONTENT[HALF:])),
        ("skippable first", shards.skippable(b"x" * 1000, 15) + shards.zstd(CONTENT)),
        (
            "skippable between",
            shards.zstd(CONTENT[:HALF]) + shards.skippable(b"") + shards.zstd(CONTENT[HALF:]) + shards.skippable(b"index" * 99, 14),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_compression_is_told_by_magic_never_by_name(tmp_path, name, content):
    del name
    words = ["--format", "raw"]
    expected = program.report(*words, shards.put(tmp_path / "plain/acme/app/run.log", CONTENT))
    for suffix in ("log", "zst", "gz", "txt"):
        found = program.report(*words, shards.put(tmp_path / suffix / f"acme/app/run.{suffix}", content))
        assert found.counts("acme/app") == expected.counts("acme/app") == {"module-not-found": (2, 0)}
        assert found.sample("acme/app", "module-not-found")["offset"] == len(lines(START, "loading", MISSING, "done"))
        assert found.summary["bytes"] == len(CONTENT)
        assert found.summary["compressed_bytes"] == len(content)
        assert found.reasons == {}


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
        _, events = events_of(tmp_path, *words, **options)
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


# --- Spaces and channels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "acme/demo/run.log",
        "deep/er/acme/demo/run.log.zst",
        "acme/demo/run-2026-01-31.log",
        "acme/demo/run/00001.log",
        "acme/demo/run",
        "acme/demo.run.log",
        "acme__demo.run.log",
        "acme__demo__run.log",
    ],
)
def test_the_usual_layouts_are_known(tree, path):
    found = program.report("--format", "raw", tree({path: lines(START, "panic: overflow")}))
    assert found.verdicts == {"acme/demo": "startup_crash"}, "the rule applies to the channel run alone"
    assert found.reasons == {}


@pytest.mark.parametrize(
    "layout, path, space, channel",
    [
        ("{owner}/{name}/{channel}.{*}", "x/acme/app/run.log.zst", "acme/app", "run"),
        ("{space}/logs/{channel}_{*}", "acme/app/logs/run_7.log", "acme/app", "run"),
        ("{channel}/{owner}--{name}.{*}", "run/acme--app.log", "acme/app", "run"),
        ("{name}.{*}", "app.log", "app", "-"),
        ("{channel}.{*}", "run.log", "-", "run"),
        ("{owner}/{name}/{channel}.{*}", "acme/app/a.b.log", "acme/app", "a"),
    ],
)
def test_a_layout_says_where_paths_name_space_and_channel(tree, tmp_path, layout, path, space, channel):
    root = tree({path: lines(START)})
    _, events = events_of(tmp_path, "--layout", layout, root)
    assert [(event["space"], event["channel"]) for event in events] == [(space, channel)]


def test_a_path_that_names_no_space_counts_under_the_dash(tree):
    found = program.report(tree({"some.log": lines(MISSING), "acme/app/run.log": lines(START)}))
    assert found.counts("-") == {"module-not-found": (1, 0)}
    assert found.reasons == {"no_space": 1}
    assert found.damages == []
    assert found.summary["spaces"] == 1
    assert "names no Space" in program.scan(tree({"some.log": lines(MISSING)})).text


def test_a_records_own_space_goes_before_the_paths(tree):
    content = shards.json_lines([{"text": MISSING, "space": "zoo/own"}, {"text": MEMORY}, {"text": MEMORY, "space": ""}])
    found = program.report("--format", "jsonl", tree({"acme/app/run.log": content}))
    assert found.verdicts == {"acme/app": "oom", "zoo/own": "dep_missing_module"}
    assert found.counts("acme/app") == {"memory-limit": (2, 0)}


def test_rules_apply_to_their_channels(tree):
    root = tree({f"acme/{channel}/{channel}.log": lines("panic: overflow") for channel in ("run", "build", "platform")})
    found = program.report(root)
    assert found.verdicts == {"acme/run": "startup_crash", "acme/build": "no_fault_seen", "acme/platform": "no_fault_seen"}


def test_a_record_of_unknown_channel_is_taken_for_any():
    assert program.report("-", stdin=b"panic: overflow\n").counts("-") == {"panic": (1, 0)}


def test_rules_match_what_they_say(tree):
    """Captures, look-around, all and none: the small rules' own promises, through the whole program."""
    texts = {
        "panic: overflow": {"panic": (1, 0)},
        "expected panic: overflow": {},
        "expected panic: one, then panic: two": {"panic": (1, 0)},
        "TypeError: bad value": {"exception": (1, 0)},
        "TypeError: bad value ignored": {},
        "TypeError: bad": {},
        " TypeError: bad value": {},
        "Killed \t worker": {"memory-limit": (1, 0)},
        "Killed\nworker": {},
        "so Killed worker": {},
        "Killed worker now": {},
    }
    files = {f"acme/s{at:02}/run.log": text + "\n" for at, text in enumerate(texts)}
    found = program.report(tree(files))
    assert {text: found.counts(f"acme/s{at:02}") for at, text in enumerate(texts)} == texts


# --- steps, attempts ------------------------------------------------------------------------------------------------------


def test_evidence_of_a_step_that_ended_well_is_demoted(tree):
    decoy = [QUEUED, "--> RUN pip install x", CONFLICT, "DONE 3.1s", "--> RUN make", CONFLICT, "CACHED"]
    real = [QUEUED, "--> RUN pip install x", CONFLICT, "--> ERROR: process did not complete"]
    open_end = [QUEUED, "--> RUN pip install x", CONFLICT]
    found = program.report(
        tree({f"acme/{name}/build.log": lines(*texts) for name, texts in (("decoy", decoy), ("real", real), ("open", open_end))})
    )
    assert found.verdicts == {"acme/decoy": "no_fault_seen", "acme/real": "dep_conflict", "acme/open": "dep_conflict"}
    assert found.counts("acme/decoy") == {"pins-conflict": (2, 2)}
    assert found.counts("acme/real") == found.counts("acme/open") == {"pins-conflict": (1, 0)}
    assert found.spaces["acme/decoy"]["also"] == []


def test_steps_of_interleaved_spaces_do_not_mix():
    stories = {
        "a/decoy": ["--> RUN pip", CONFLICT, "DONE 3.1s"],
        "b/real": ["--> RUN pip", CONFLICT, "--> ERROR: pip"],
        "c/after": ["--> RUN pip", "DONE 1.0s", CONFLICT],
        "d/open": ["--> RUN pip", CONFLICT, "still running"],
    }
    turns = [(space, text) for turn in zip(*stories.values()) for space, text in zip(stories, turn)]
    for order in (turns, list(reversed(turns[:4])) + turns[4:]):
        found = program.report("-", stdin=shards.mixed(order, channel="build").encode())
        assert found.counts("a/decoy") == {"pins-conflict": (1, 1)}
        for space in ("b/real", "c/after", "d/open"):
            assert found.counts(space) == {"pins-conflict": (1, 0)}, space
        assert found.verdicts == {"a/decoy": "no_fault_seen"} | dict.fromkeys(["b/real", "c/after", "d/open"], "dep_conflict")


def test_steps_of_interleaved_channels_do_not_mix():
    records = [
        ("build", "--> RUN pip"),
        ("run", CONFLICT),
        ("build", CONFLICT),
        ("build", "DONE 3.1s"),
    ]
    content = shards.json_lines({"space": "a/b", "channel": channel, "text": text} for channel, text in records)
    found = program.report("--format", "jsonl", "-", stdin=content.encode())
    assert found.counts("a/b") == {"pins-conflict": (2, 1)}


def test_a_newer_attempt_is_judged_and_the_older_is_history(tree):
    first = [QUEUED, "--> RUN pip", CONFLICT, "--> ERROR: pip"]
    second = [QUEUED.replace("09:00", "09:30"), "--> RUN pip", "DONE 2.0s"]
    start = [START, SERVES, HEALTHY]
    found = program.report(tree({"acme/app/build.log": lines(*first, *second), "acme/app/run.log": lines(*start)}))
    space = found.spaces["acme/app"]
    assert space["verdict"] == "healthy"
    assert space["phase"] == "healthy"
    assert space["evidence"] == []
    assert [(item["rule"], item["count"]) for item in space["history"]] == [("pins-conflict", 1)]
    assert space["attempt"]["number"] >= 2
    assert space["attempt"]["start"] == {"time": "2026-01-31T10:00:00Z", "source": "acme/app/run.log", "offset": 0}


def test_a_fault_after_the_start_outweighs_that_it_served(tree):
    found = program.report(tree({"acme/app/run.log": lines(START, SERVES, HEALTHY, MEMORY)}))
    assert found.verdicts == {"acme/app": "oom"}
    caught = program.report(tree({"acme/app/run.log": lines(START, MISSING, SERVES, HEALTHY)}, "caught"))
    assert caught.verdicts == {"acme/app": "healthy"}, "the program went on without the module"


@pytest.mark.parametrize("rotations", [["run-1.log", "run-2.log"], ["run-2.log", "run-1.log"]])
def test_attempts_are_ordered_by_time_not_by_file(tree, rotations):
    old, new = rotations
    late = START.replace("10:00:00", "12:00:00")
    found = program.report(tree({f"acme/app/{old}": lines(START, MISSING), f"acme/app/{new}": lines(late, SERVES, HEALTHY)}))
    assert found.verdicts == {"acme/app": "healthy"}


# --- times, places --------------------------------------------------------------------------------------------------------

NS = 10**9
NOON = 1769860800  # 2026-01-31T12:00:00Z


@pytest.mark.parametrize(
    "prefix, expected",
    [
        ("2026-01-31T12:00:00Z ", NOON * NS),
        ("2026-01-31T12:00:00.123456789Z ", NOON * NS + 123456789),
        ("2026-01-31T13:30:00+01:30 ", NOON * NS),
        ("2026-01-31T12:00:00.5Z stdout F ", NOON * NS + NS // 2),
        ("2026-01-31 12:00:00,250 ERROR ", NOON * NS + NS // 4),
        ("[2026-01-31 12:00:00 +0000] [7] ", NOON * NS),
        ("INFO 2026-01-31 12:00:00.5 ", NOON * NS + NS // 2),
    ],
)
def test_times_are_read_from_the_lines_that_matter(tmp_path, prefix, expected):
    _, events = events_of(tmp_path, "-", stdin=f"{prefix}{MEMORY}\n".encode())
    assert [event["time_ns"] for event in events] == [expected]


def test_syslog_times_take_their_year_from_the_log(tree, tmp_path):
    root = tree({"acme/app/run.log": lines(START, f"Jan 31 12:00:00 host app[7]: {MEMORY}")})
    _, events = events_of(tmp_path, root)
    assert [event["time_ns"] for event in events if event["rule"] == "memory-limit"] == [NOON * NS]


def test_the_hubs_marks_are_dated_and_what_follows_is_not_older(tree, tmp_path):
    _, events = events_of(tmp_path, tree({"acme/app/run.log": lines(START, "no time here", MISSING)}))
    assert [event["time_ns"] for event in events] == [(NOON - 7200) * NS] * 2


def clean(line):
    """What a terminal leaves of a piece of a line."""
    return re.sub(rb"\x1b\[[0-9;]*m", b"", line).rstrip(b"\r")


def test_offsets_and_line_numbers_point_at_the_line_in_the_decompressed_input(tmp_path):
    """Colours, CR-LF, blank lines, progress bars, long lines, and enough of it that it is read in many batches."""
    noise = itertools.cycle(
        [
            b"",
            b"plain",
            b"\x1b[32mINFO\x1b[0m: coloured \x1b[1;31mtext\x1b[0m",
            b"dos line\r",
            b" 10%|#    |\r 50%|###  |\r100%|#####|",
            b"x" * 5000,
            "ünïcödé ✓".encode(),
            b"bad utf-8 \xff\xfe",
        ]
    )
    hits = [
        b"\x1b[31mModuleNotFoundError\x1b[0m: No module named '\x1b[1mtorch\x1b[0m'",
        b"Memory limit exceeded\r",
        b" 99%|#### |\rMemory limit exceeded now",
        b"\x1b[33mERROR: ResolutionImpossible\x1b[0m\r",
    ]
    rows = []
    for at in range(900):
        rows.append(hits[at // 7 % len(hits)] if at % 7 == 0 else next(noise))
    content = b"\n".join(rows) + b"\n"
    path = shards.put(tmp_path / "acme/app/run.log", shards.zstd(content[:100_000]) + shards.zstd(content[100_000:]))
    _, events = events_of(tmp_path, path)
    assert len(events) == len(range(0, 900, 7))
    for event in events:
        text = event["text"].encode()
        rest = content[event["offset"] :]
        piece = re.split(rb"\n|\r(?!\n)", rest, maxsplit=1)[0]
        assert clean(piece) == text
        assert event["line"] == content[: event["offset"]].count(b"\n") + 1


def test_line_numbers_count_records_of_wrapped_input(tree, tmp_path):
    content = shards.log_api([START, "a", MISSING, "b", MEMORY])
    _, events = events_of(tmp_path, tree({"acme/app/run.log": content}))
    for event in events:
        assert content[event["offset"] :].startswith("data: {")
        assert event["line"] == content[: event["offset"]].count("\n") + 1
    assert [event["text"] for event in events] == [START, MISSING, MEMORY]


def test_a_carriage_return_ends_a_piece_and_crlf_ends_a_line(tree):
    found = program.report(tree({"acme/app/run.log": "loading\rKilled worker\r\nKilled worker\r\n\r\nnot\rKilled worker now\r\n"}))
    assert found.counts("acme/app") == {"memory-limit": (2, 0)}
    assert found.spaces["acme/app"]["lines"] == 4


def test_a_byte_order_mark_does_not_hide_the_first_line(tree):
    files = {
        "acme/raw/run.log": "\ufeff" + lines("TypeError: bad value"),
        "acme/json/run.log": "\ufeff" + shards.json_lines([{"text": "TypeError: bad value", "time": 1769853607}]),
    }
    found = program.report(tree(files))
    assert found.counts("acme/raw") == found.counts("acme/json") == {"exception": (1, 0)}


def test_a_last_line_without_its_end_counts(tree):
    found = program.report(tree({"acme/app/run.log": START + "\n" + MISSING}))
    assert found.verdicts == {"acme/app": "dep_missing_module"}
    assert found.spaces["acme/app"]["lines"] == 2


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
    _, events = events_of(tmp_path, "-", stdin=content.encode())
    assert [event["fields"]["module"] for event in events] == [f"m{at}" for at in range(3000)]


def test_long_texts_are_cut_and_say_so(tmp_path):
    _, events = events_of(tmp_path, "-", stdin=(MEMORY + "é" * 5000 + "\n").encode())
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
        "push": ("build", [QUEUED, "ERROR: failed to push spaces-registry.huggingface.tech/x:y: unexpected status"], "registry_push"),
    }
    root = tree({f"acme/{name}/{channel}.log": lines(*texts) for name, (channel, texts, _) in cases.items()})
    found = program.report(root, rules=None)
    assert found.verdicts == {f"acme/{name}": verdict for name, (_, _, verdict) in cases.items()}
    for name, space in found.spaces.items():
        if space["severity"] in ("error", "fatal"):
            assert space["actions"], name
            assert space["proof"] or space["verdict"] == "queued_only", name  # that nothing came has no line to prove it
