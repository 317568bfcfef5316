"""spacesift bench against another rule set, and against another build of the program."""

import re
import subprocess

import pytest

import program
from bench_scene import LONG_S, MANY_ROUNDS, ROUNDS, bench, budget, fast, log, place, slow, write_rules  # noqa: F401 (fixtures)


def test_rules_whose_hits_differ_are_listed(slow, place, log):
    other = write_rules(place / "other", rule="other-one", pattern=r"code abcd(?!\d*9x)\d+x", match="code abcd8x", no_match="code abcd9x")
    words = ["--rules", slow, "--against", other, "--corpus", log, "--format", "json", "--no-marginal"]
    hits = {rule["rule"]: (rule["this"], rule["that"]) for rule in bench(*words).document["against"]["hits"]}
    assert hits == {"slow-one": (40, None), "other-one": (None, 40)}


def write_program(place, name, script):
    """A program that is a build of spacesift by its help, and then does something else."""
    path = place / name
    path.write_text(f"#!/bin/sh\ncase $2 in --help) exec {program.SPACESIFT} bench --help;; esac\n{script}\n")
    path.chmod(0o755)
    return path


def against_program(slow, log, other, *words, status=program.OK, rounds=ROUNDS, time=1):
    return bench("--no-marginal", "--rules", slow, "--corpus", log, "--against-program", other, *words, status=status, rounds=rounds, time=time)


def test_two_builds_run_in_turn_with_the_same_hits(slow, log):
    told = against_program(slow, log, program.SPACESIFT, "--format", "json").document
    against = told["against"]
    assert against["same_hits"] and against["same_corpus"] and against["hits"] == []
    assert against["that"]["path"] == str(program.SPACESIFT)
    assert against["this"]["found"] == against["that"]["found"] == told["found"]
    assert set(against["speed"]) == {"bare/block", "wake", "path", "path/events", "compile"}
    assert all(ratio["pairs"] == 3 and ratio["low"] <= ratio["value"] <= ratio["high"] for ratio in against["speed"].values())
    for side in ("this", "that"):
        rounds = [entry["repetition_index"] for entry in told["benchmarks"] if entry["name"] == f"{side}/compile"]
        assert rounds == [0, 1, 2]


def test_a_slower_build_is_told_and_fails_its_budget(slow, fast, place, log):
    words = ["--against", fast, "--budget", budget(place, "min_against_ratio: 0.95\nmax_differing_rules: 0\n")]
    result = against_program(slow, log, program.SPACESIFT, *words, status=program.DAMAGE, rounds=MANY_ROUNDS, time=LONG_S)
    assert "Both have the same hits" in result.text and re.search(r"whole path .* slower", result.text)
    assert "min_against_ratio is 0.95" in result.err and "max_differing_rules" not in result.err


def test_a_build_that_finds_something_else_is_told(slow, place, log):
    other = write_program(place, "blind", f'{program.SPACESIFT} "$@" | sed -e "s/^rule panic 0/rule panic 3/"')
    page = place / "blind.html"
    words = ["--budget", budget(place, "max_differing_rules: 0\n")]
    result = against_program(slow, log, other, *words, status=program.DAMAGE)
    assert re.search(r"HITS DIFFER, of 1 rule:\n  hits of panic +0 +3\n", result.text)
    assert "max_differing_rules is 0, and it is 1" in result.err
    against_program(slow, log, other, "--format", "html", "-o", page)
    assert "Hits differ" in page.read_text()


def test_a_build_that_reads_another_text_is_told(slow, place, log):
    other = write_program(place, "short", f'{program.SPACESIFT} "$@" | sed -e "s/^corpus-lines .*/corpus-lines 5/"')
    assert "THE TEXT DIFFERS" in against_program(slow, log, other).text


@pytest.mark.parametrize(
    "script, said",
    [
        ("exec sleep 100", "took longer than 1 s for one round"),
        ("kill -SEGV $$", "was ended by signal 11"),
        ("echo hello", "is no lap of a benchmark"),
        ("echo spacesift-lap 9; echo end", "tells laps in format 9"),
        ("echo spacesift-lap 1; echo hits 1", "ends before its end"),
        ("echo spacesift-lap 1; echo end", "lacks 'program'"),
        ("exec yes", "more than a lap can be"),
        ("echo spacesift: no disk >&2; exit 2", "ended with exit status 2: spacesift: no disk"),
        (f'{program.SPACESIFT} "$@" | sed -e "s/^rule panic 0/rule panic $$/"', "than in an earlier round"),
    ],
)
def test_what_goes_wrong_with_the_other_build_is_told(slow, place, log, script, said):
    other = write_program(place, "bad", script)
    result = against_program(slow, log, other, "--round-seconds-max", "1" if "sleep" in script else "60", status=program.USAGE)
    assert said in result.err and result.out == b""


@pytest.mark.parametrize(
    "name, script, said",
    [
        ("no-file", None, "No such file or directory"),
        ("old-build", "echo 'Usage: spacesift bench [OPTION...]'", "is too old to be compared so"),
        ("greeter", "echo hello", "is no build of spacesift"),
    ],
)
def test_what_cannot_be_compared_is_told_at_once(slow, place, log, name, script, said):
    path = place / name
    if script is not None:
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    assert said in against_program(slow, log, path, "--time", "86400", status=program.USAGE).err


def test_two_builds_need_a_corpus_that_can_be_read_again(slow):
    assert "can be read once" in against_program(slow, "-", program.SPACESIFT, status=program.USAGE).err


@pytest.mark.parametrize("words", [["-o", "out"], ["--format", "json"], ["--against", "x"], ["--against-program", "x"], ["--budget", "x"], ["--no-marginal"]])
def test_a_lap_takes_no_options_that_it_would_ignore(slow, log, words):
    result = bench("--lap", "0", "--rules", slow, "--corpus", log, *words, status=program.USAGE)
    assert "--lap tells one round" in result.err and result.out == b""


@pytest.mark.parametrize("words", [["--lap", "0"], ["--no-marginal", "--time", "1"], ["--help"]], ids=["lap", "table", "help"])
def test_findings_that_cannot_be_written_are_told(slow, log, words):
    with open("/dev/full", "wb") as full:
        command = [program.SPACESIFT, "bench", "--quiet", "--rules", slow, "--corpus", log, *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=program.TIMEOUT_S)
    assert done.returncode == program.USAGE and b"No space left on device" in done.stderr
