"""The command line: help for each command, and for each mistake exit status 2 and a message that says what to type instead."""

import re

import pytest

import program
import shards

COMMANDS = ["scan", "merge", "report", "explain", "events", "rules"]
ACTIONS = ["check", "list", "show", "compile", "export"]
WORDS = [[command] for command in COMMANDS] + [["rules", action] for action in ACTIONS]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_each_command_has_help(words):
    for flag in ("--help", "-h"):
        result = program.run(*words, flag)
        assert result.status == program.OK
        assert result.err == ""
        assert result.text.startswith(f"Usage: spacesift {' '.join(words)} ")
        assert result.text.endswith("\n")
        assert max(map(len, result.text.splitlines())) <= 110


@pytest.mark.parametrize("flag", ["--help", "-h", "help"])
def test_help_lists_the_commands(flag):
    result = program.run(flag)
    assert (result.status, result.err) == (program.OK, "")
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", result.text, re.MULTILINE)


def test_every_option_that_help_names_is_known(tmp_path):
    """Each long option, given a wrong value or none, is complained of for that, never as unknown."""
    shard = shards.put(tmp_path / "a", "x\n")
    for words in WORDS:
        for option in re.findall(r"^ +(?:-\w, +)?(--[a-z-]+)", program.run(*words, "--help").text, re.MULTILINE):
            if option not in ("--help", "--no-cache"):
                more = [] if option == "--rules" else ["--rules", program.RULES]
                assert f"no option '{option}'" not in program.run(*words, option, "/dev/null", *more, shard, shard).err, (words, option)


def test_version_names_program_and_engine():
    result = program.run("--version")
    assert result.status == program.OK
    assert re.fullmatch(r"spacesift \d+\.\d+\.\d+ \(Hyperscan 5[^)]*\)\n", result.text)


def test_help_wins_over_everything():
    assert program.run("scan", "--report", "jsonl", "--help", "nowhere").text.startswith("Usage: spacesift scan")


@pytest.mark.parametrize(
    "words, parts",
    [
        ([], ["Usage: spacesift COMMAND", "scan"]),
        (["scann"], ["scann", "scan"]),
        (["--verbose"], ["--verbose", "spacesift --help"]),
        (["scan"], ["no input is given", "'-'"]),
        (["scan", "--nope", "x"], ["--nope", "spacesift scan --help"]),
        (["scan", "-x"], ["-x", "spacesift scan --help"]),
        (["scan", "x", "--report"], ["--report", "needs a value"]),
        (["scan", "--help=3"], ["--help", "takes no value"]),
        (["scan", "--f", "json", "x"], ["short for several"]),
        (["scan", "-j", "0", "x"], ["-j", "from 1 to 1024", "'0'"]),
        (["scan", "-j", "many", "x"], ["from 1 to 1024", "'many'"]),
        (["scan", "--jobs", "-1", "x"], ["from 1 to 1024", "'-1'"]),
        (["scan", "-j", "99999999999999999999", "x"], ["from 1 to 1024"]),
        (["scan", "--format", "xml", "x"], ["auto, raw, jsonl or sse", "'xml'"]),
        (["scan", "--field", "message", "x"], ["text=", "message"]),
        (["scan", "--field", "text=a..b", "x"], ["text=a..b", "type e.g."]),
        (["scan", "--field", "", "x"], ["type e.g."]),
        (["scan", "--layout", "{ownr}/x", "x"], ["{owner}", "type e.g."]),
        (["scan", "--layout", "plain", "x"], ["type e.g. '{owner}/{name}/{channel}.{*}'"]),
        (["scan", "--report", "yaml", "x"], ["text, json, jsonl or none", "'yaml'"]),
        (["scan", "--now", "yesterday", "x"], ["2026-01-31T12:00:00Z", "'yesterday'"]),
        (["scan", "--top", "few", "x"], ["--top", "whole number", "'few'"]),
        (["scan", "--spaces-max", "0", "x"], ["--spaces-max", "from 1"]),
        (["scan", "--window-log", "9", "x"], ["from 10 to 31"]),
        (["scan", "--window-log", "32", "x"], ["from 10 to 31"]),
        (["scan", "--scan-mode", "fast", "x"], ["adaptive, sampler, batch or lines"]),
        (["scan", "--files-from", "/nowhere/list"], ["/nowhere/list", "No such file"]),
        (["scan", "--files-from", "/"], ["list of paths", "/"]),
        (["merge"], ["no state is given", "spacesift scan --state"]),
        (["merge", "x"], ["-o FILE"]),
        (["merge", "x", "-o"], ["-o", "needs a value"]),
        (["merge", "x", "-o", "y", "--spaces-max", "x"], ["whole number"]),
        (["report"], ["no state is given", "spacesift scan --state"]),
        (["report", "--report", "pdf", "x"], ["text, json, jsonl", "'pdf'"]),
        (["report", "--now", "5 o'clock", "x"], ["2026-01-31T12:00:00Z"]),
        (["report", "--events", "x"], ["--events", "spacesift report --help"]),
        (["explain", "x"], ["spacesift explain fleet.state owner/name"]),
        (["explain"], ["spacesift explain fleet.state owner/name"]),
        (["events"], ["no file is given", "spacesift scan --events"]),
        (["events", "--since", "noon", "x"], ["--since", "2026-01-31T10:00:00Z", "'noon'"]),
        (["events", "--until", "", "x"], ["--until", "2026-01-31T10:00:00Z"]),
        (["events", "--json", "x"], ["--json", "spacesift events --help"]),
        (["rules"], ["rules check", "list", "export --hsbench"]),
        (["rules", "chek"], ["did you mean 'check'?"]),
        (["rules", "polish"], ["check, list, show, test, compile and export"]),
        (["rules", "show"], ["spacesift rules show ID"]),
        (["rules", "compile"], ["spacesift rules compile -o FILE"]),
        (["rules", "export"], ["spacesift rules export --hsbench"]),
        (["rules", "list", "--hsbench"], ["--hsbench", "rules export"]),
        (["rules", "check", "somewhere"], ["'somewhere'", "--rules PATH"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_usage_says_what_to_type_instead(words, parts):
    result = program.run(*words)
    assert result.status == program.USAGE
    assert result.out == b""
    for part in parts:
        assert part in result.err
    assert words == [] or result.err.startswith("spacesift: ")


def test_a_scan_without_input_on_a_terminal_does_not_wait():
    result = program.run("scan", stdin=b"MUST NOT BE READ")
    assert result.status == program.USAGE


@pytest.mark.parametrize("words", [["--spaces", "0"], ["--shape", "round"], ["--format", "xml"], ["--bytes", "many"], []])
def test_fleetgen_tells_wrong_usage_too(tmp_path, words):
    out = ["--out", tmp_path / "fleet"] if words else []
    result = program.run(*words, *out, program=program.FLEETGEN)
    assert result.status == program.USAGE
    assert result.out == b""
    assert "--" in result.err
    assert not (tmp_path / "fleet").exists()


def test_long_options_may_be_cut_short_where_they_stay_clear(tmp_path):
    shard = shards.put(tmp_path / "a", "x\n")
    assert program.run("scan", "--rul", program.RULES, "--repo=none", shard).status == program.OK


def test_paths_that_look_like_options_come_after_two_dashes(tmp_path):
    shards.put(tmp_path / "-j", "Memory limit exceeded\n")
    result = program.scan("--report", "jsonl", "--", "-j", cwd=tmp_path)
    assert result.status == program.OK
    assert program.Report(result.lines).counts("-") == {"memory-limit": (1, 0)}


def test_options_may_stand_behind_paths(tmp_path):
    shard = shards.put(tmp_path / "a", "x\n")
    result = program.run("scan", shard, "--rules", program.RULES, "--report", "jsonl")
    assert (result.status, len(result.lines)) == (program.OK, 2)


STEERING = "x\x1b]0;owned\x07\x9b\r\u202ey"


@pytest.mark.parametrize(
    "words",
    [
        [STEERING],
        ["-" + STEERING[1:]],
        ["scan", "--layout", "{owner}/{name}{" + STEERING + "}", "-"],
        ["scan", "--layout", STEERING, "-"],
        ["scan", "--field", STEERING, "-"],
        ["scan", "--space", STEERING, "-"],
        ["scan", "--now", STEERING, "-"],
        ["scan", "--" + STEERING, "-"],
        ["scan", "--rules", STEERING, "-"],
        ["scan", "--files-from", STEERING],
        ["scan", "--report", "none", "--state", STEERING + "/" + STEERING, "-"],
        ["merge", "-o", "out", STEERING],
        ["report", STEERING],
        ["explain", STEERING, STEERING],
        ["events", "--since", STEERING, "-"],
        ["events", STEERING],
        ["rules", STEERING],
        ["rules", "show", STEERING],
        ["rules", "check", STEERING],
    ],
    ids=lambda words: re.sub("[^ -~]", "", " ".join(words)),
)
def test_what_was_typed_cannot_steer_the_terminal(tmp_path, words):
    result = program.run(*words, cwd=tmp_path)
    assert result.status != program.OK
    assert "owned" in result.err or words[0].startswith("-")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.err)


def test_what_rule_files_hold_cannot_steer_the_terminal(tmp_path):
    path = shards.put(tmp_path / STEERING / "rules.yaml", 'rules: [{id: "x\\e]0;owned\\a", "\\e]0;owned": 1}]\n')
    result = program.run("rules", "check", "--rules", path)
    assert result.status == program.USAGE
    assert "\\x1b]0;owned" in result.err and "\\u{202e}" in result.err
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.err)


@pytest.mark.parametrize(
    "words",
    [["--shape", STEERING, "--out", "o"], ["--out", STEERING + "/a"], ["--spaces", STEERING], [STEERING], ["--" + STEERING], ["--out"]],
    ids=["shape", "out", "spaces", "word", "option", "no-value"],
)
def test_what_was_typed_to_fleetgen_cannot_steer_the_terminal(tmp_path, words):
    result = program.run(*words, cwd=tmp_path, program=program.FLEETGEN)
    assert result.status == program.USAGE
    assert result.err.startswith("fleetgen: ")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.err)
