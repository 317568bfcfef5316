"""What the tests of spacesift bench measure: a log, a rule set that is slow on purpose, and one that is not."""

import pytest

import program

SLOW = r"(?i)[a-z]{3,40}\d{2,30}x"

RULES = """
ruleset: {{name: '{name}', version: "1"}}
classes:
  - {{id: trouble, title: Something is wrong}}
rules:
  - id: {id}
    class: trouble
    severity: error
    title: '{title}'
    any: ['{pattern}']
    examples: {{match: ['{match}'], no_match: ['{no_match}']}}
  - id: panic
    class: trouble
    severity: error
    title: The program panicked
    any: ['thread .{{1,30}} panicked at']
    examples: {{match: ['thread main panicked at'], no_match: ['thread main panicked']}}
  - id: missing
    class: trouble
    severity: error
    title: Module {{name}} is missing
    any: ['No module named (?<name>\\w+)']
    capture: [name]
    examples: {{match: ['No module named x'], no_match: ['module named x']}}
"""

LOOSE = """
min_throughput_ratio: 0.001
max_database_bytes: 100000000
max_scratch_bytes: 100000000
max_compile_seconds: 1000
max_hits_per_million_lines: 500000
max_rule_share: 1
max_refused_wakes_ratio: 1
"""

LINES = 40000
ROUNDS = 3
# Where a rule or a build must stand out from noise: a round or two may be held up for some milliseconds, so runs are longer than that.
MANY_ROUNDS = 7
LONG_S = 16


def write_rules(directory, name="slow", pattern=SLOW, match="code abcd1234x", no_match="code abcd x", title="A code", rule="slow-one"):
    directory.mkdir()
    text = RULES.format(name=name, id=rule, pattern=pattern, match=match, no_match=no_match, title=title)
    (directory / "rules.yaml").write_text(text)
    return directory


def log_lines():
    for number in range(LINES):
        if number % 1000 == 7:
            yield f"step {number}: code abcd{number:05}x"
        elif number % 1000 == 8:
            yield f"No module named m{number}"
        elif number % 1000 == 9:
            yield "No module named (nothing)"
        else:
            yield f"GET /assets/index-{number * 7919 % 65536:04x}.js took {number % 37} ms for client number {number}"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def log(place):
    path = place / "app.log"
    path.write_text("\n".join(log_lines()) + "\n")
    return path


@pytest.fixture(scope="module")
def slow(place):
    return write_rules(place / "slow")


@pytest.fixture(scope="module")
def fast(place):
    return write_rules(place / "fast", name="fast", pattern=r"code abcd\d{2,30}x")


def bench(*words, status=program.OK, time=1, rounds=ROUNDS):
    result = program.run("bench", "--quiet", "--time", time, "--rounds", rounds, *words)
    assert result.status == status, result.err
    return result


def budget(place, text):
    path = place / "budget.yaml"
    path.write_text(text)
    return path


def corpus_of(*words):
    return bench("--no-marginal", "--format", "json", *words).document
