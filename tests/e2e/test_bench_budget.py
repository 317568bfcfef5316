"""The budget of spacesift bench: what is within it, what is not, and what no budget is."""

import re

import pytest

import program
from bench_scene import LONG_S, LOOSE, MANY_ROUNDS, bench, budget, log, place, slow  # noqa: F401 (fixtures)


def test_a_loose_budget_is_kept(slow, place, log):
    result = bench("--rules", slow, "--corpus", log, "--budget", budget(place, LOOSE))
    assert "Within the budget" in result.text and result.text.count(" kept ") == 7
    assert result.err == ""


TIGHT = {
    "min_throughput_ratio: 1000": "min_throughput_ratio is 1000",
    "min_wake_ratio: 1000": "min_wake_ratio is 1000",
    "max_database_bytes: 10": "max_database_bytes is 10",
    "max_scratch_bytes: 10": "max_scratch_bytes is 10",
    "max_compile_seconds: 0.00001": "max_compile_seconds is 1e-05",
    "max_hits_per_million_lines: 5": "max_hits_per_million_lines is 5, and it is 2000",
    "max_rule_share: 0.05": "for rule slow-one",
    "max_refused_wakes_ratio: 0.1": "max_refused_wakes_ratio is 0.1, and it is 0.3333",
}


def test_what_exceeds_a_budget_is_told(slow, place, log):
    result = bench("--rules", slow, "--corpus", log, "--budget", budget(place, "\n".join(TIGHT)), status=program.DAMAGE, time=LONG_S, rounds=MANY_ROUNDS)
    assert "Over the budget" in result.text and result.text.count("EXCEEDED") == len(TIGHT)
    for said in TIGHT.values():
        assert said in result.err


def test_one_limit_that_is_exceeded_is_enough(slow, place, log):
    words = ["--rules", slow, "--corpus", log, "--no-marginal", "--budget", budget(place, "max_compile_seconds: 900\nmax_database_bytes: 1\n")]
    result = bench(*words, status=program.DAMAGE)
    assert result.err.count("over the budget") == 1 and "max_database_bytes" in result.err


@pytest.mark.parametrize(
    "limit, words, said",
    [
        ("max_rule_share: 1", ["--no-marginal"], "leave out --no-marginal"),
        ("min_against_ratio: 0.5", [], "name --against or --against-program"),
        ("max_differing_rules: 0", [], "name --against or --against-program"),
        ("min_throughput_ratio: 0.0001", ["--rounds", "1"], "take --rounds 2 or more"),
    ],
)
def test_a_limit_that_cannot_be_measured_is_refused_at_once(slow, place, log, limit, words, said):
    words = ["--rules", slow, "--corpus", log, "--time", "86400", *words, "--budget", budget(place, limit + "\n")]
    result = bench(*words, status=program.USAGE)
    assert f"{limit.split(':')[0]} of the budget" in result.err and said in result.err and result.out == b""


def test_bytes_in_a_budget_keep_their_digits(slow, place, log):
    words = ["--rules", slow, "--corpus", log, "--no-marginal", "--budget", budget(place, "max_database_bytes: 8812345\n")]
    assert re.search(r"kept +max_database_bytes +8812345  is \d+\n", bench(*words).text)


@pytest.mark.parametrize(
    "text, where",
    [
        ("max_database: 5\n", "budget.yaml:1:1: error"),
        ("max_scratch_bytes: 5\nmax_rule_share: 1.5\n", "budget.yaml:2:17: error"),
        ("min_throughput_ratio: fast\n", "budget.yaml:1:23: error"),
        ("max_compile_seconds: 0x10\n", "budget.yaml:1:22: error"),
        ("max_differing_rules: 0.5\n", "budget.yaml:1:22: error"),
        ("- 5\n", "budget.yaml:1:1: error"),
        ("", "budget.yaml:1:1: error"),
    ],
)
def test_errors_in_a_budget_are_told_with_their_place(slow, place, log, text, where):
    result = bench("--rules", slow, "--corpus", log, "--budget", budget(place, text), status=program.USAGE)
    assert where in result.err and result.out == b""
