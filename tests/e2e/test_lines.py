"""What a line means: whose it is, in which step and attempt it stands, when it was written and where it is found."""

import itertools
import re

import pytest

import program
import shards
from phrases import CONFLICT, HEALTHY, MEMORY, MISSING, QUEUED, SERVES, START, lines

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
    _, events = program.events_of(tmp_path, "--layout", layout, root)
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
    _, events = program.events_of(tmp_path, "-", stdin=f"{prefix}{MEMORY}\n".encode())
    assert [event["time_ns"] for event in events] == [expected]


def test_syslog_times_take_their_year_from_the_log(tree, tmp_path):
    root = tree({"acme/app/run.log": lines(START, f"Jan 31 12:00:00 host app[7]: {MEMORY}")})
    _, events = program.events_of(tmp_path, root)
    assert [event["time_ns"] for event in events if event["rule"] == "memory-limit"] == [NOON * NS]


def test_the_hubs_marks_are_dated_and_what_follows_is_not_older(tree, tmp_path):
    _, events = program.events_of(tmp_path, tree({"acme/app/run.log": lines(START, "no time here", MISSING)}))
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
    _, events = program.events_of(tmp_path, path)
    assert len(events) == len(range(0, 900, 7))
    for event in events:
        text = event["text"].encode()
        rest = content[event["offset"] :]
        piece = re.split(rb"\n|\r(?!\n)", rest, maxsplit=1)[0]
        assert clean(piece) == text
        assert event["line"] == content[: event["offset"]].count(b"\n") + 1


def test_line_numbers_count_records_of_wrapped_input(tree, tmp_path):
    content = shards.log_api([START, "a", MISSING, "b", MEMORY])
    _, events = program.events_of(tmp_path, tree({"acme/app/run.log": content}))
    for event in events:
        assert content[event["offset"] :].startswith("data: {")
        assert event["line"] == content[: event["offset"]].count("\n") + 1
    assert [event["text"] for event in events] == [START, MISSING, MEMORY]


def test_a_carriage_return_ends_a_piece_and_crlf_ends_a_line(tree):
    content = "loading\rKilled worker\r\nKilled worker\r\n\r\nnot\rKilled worker now\r\n"
    found = program.report(tree({"acme/app/run.log": content}))
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
