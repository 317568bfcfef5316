"""Any wrapping and any compression of the same lines gives the same."""

import json

import pytest

import program
import shards
from phrases import HEALTHY, MISSING, SERVES, START, lines

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
    _, events = program.events_of(tmp_path, *words, root)
    assert [(event["space"], event["channel"], event["text"], event["line"]) for event in events] == [
        ("acme/app", "run", MISSING, 1),
        ("acme/app", "run", MISSING, 2),
    ]
    assert {event["time_ns"] for event in events} == {1769853607 * 10**9}


def test_json_escapes_are_decoded_before_matching(tree, tmp_path):
    record = '{"text":"\\u004dodule\\u004eot\\u0046oundError: No module named \'x\'"}'
    several = '{"text":"one\\nMemory limit exceeded \\u00e9\\ud83d\\ude00\\ttab\\nthree"}'
    root = tree({"acme/app/run.log": record + "\n" + several + "\n"})
    _, events = program.events_of(tmp_path, "--format", "jsonl", root)
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
            shards.zstd(CONTENT[:HALF])
            + shards.skippable(b"")
            + shards.zstd(CONTENT[HALF:])
            + shards.skippable(b"index" * 99, 14),
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


# --- which wrapping it is ------------------------------------------------------------------------------------------------


def good(count):
    return shards.mixed([("acme/app", "TypeError: bad value")] * count)


@pytest.mark.parametrize(
    "begin",
    ['ed half of a record"}\n', "   \t \n\n", '{"data":null,"space":"acme/app"}\n', "garbage\n{broken\n"],
    ids=["half a record", "blanks", "no text", "garbage"],
)
def test_a_bad_begin_does_not_hide_the_records_behind_it(tree, begin):
    status = program.DAMAGE if begin.strip() else program.OK
    found = program.report(tree({"shard.jsonl": begin + good(50)}), status=status)
    assert found.counts("acme/app") == {"exception": (50, 0)}


def test_a_raw_log_of_a_json_logger_stays_raw(tree):
    logged = "".join(json.dumps({"timestamp": shards.stamp(at), "level": "INFO", "message": "fine"}) + "\n" for at in range(40))
    found = program.report(tree({"acme/app/run.log": logged + lines("TypeError: bad value")}))
    assert found.counts("acme/app") == {"exception": (1, 0)}
    assert found.reasons == {}


def test_pieces_of_a_line_are_one_line_in_any_wrapping(tree):
    text = "one\rtwo\rTypeError: bad value"
    raw = program.report("--format", "raw", tree({"acme/app/run.log": text + "\n"}, "raw")).spaces["acme/app"]
    wrapped = program.report(tree({"shard.jsonl": shards.mixed([("acme/app", text)])}, "wrapped")).spaces["acme/app"]
    assert raw["lines"] == wrapped["lines"] == 1
