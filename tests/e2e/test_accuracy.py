"""The share of right verdicts on a fleet whose truth is known, and on labelled cases, told per verdict."""

import collections
import json

import pytest

import program

SPACES = 1000
FLEET_RIGHT_AT_LEAST = 0.99
RIGHT_AT_LEAST = 0.97
ERRORS_A_MILLION = 5  # hits of severity error or worse, in logs that hold no Space's fault

CASES = sorted((program.ROOT / "tests" / "data" / "cases").glob("*.jsonl"))
# Real cases and logs, which are not part of the project: used where they lie beside it.
SHARED = program.ROOT.parent / "shared"
REAL_CASES = SHARED / "corpus" / "cases.jsonl"
OTHER_LOGS = SHARED / "loghub"
CASES_AT_LEAST, HEALTHY_AT_LEAST, A_VERDICT_AT_LEAST = 150, 40, 3


@pytest.fixture(scope="module", params=["per-space", "mixed"])
def judged(request, tmp_path_factory):
    """A fleet's truth and its report, both by Space."""
    out = tmp_path_factory.mktemp("fleet") / request.param
    words = ["--spaces", SPACES, "--seed", 2026, "--bytes", "8M", "--faults", 0.6, "--shape", request.param, "--out", out]
    assert program.run(*words, program=program.FLEETGEN).status == program.OK
    truth = {item["space"]: item for item in map(json.loads, (out / "truth.jsonl").read_text().splitlines())}
    found = program.report(out / "logs", rules=None)
    return truth, found


def table(truth, found):
    """Rows of (verdict, Spaces, right, what was said instead), worst first."""
    said = collections.defaultdict(collections.Counter)
    for name, item in truth.items():
        said[item["verdict"]][found.verdicts.get(name, "(absent)")] += 1
    rows = []
    for verdict, counted in said.items():
        others = ", ".join(f"{other} {count}" for other, count in counted.most_common() if other != verdict)
        rows.append((verdict, sum(counted.values()), counted[verdict], others))
    return sorted(rows, key=lambda row: (row[2] / row[1], row[0]))


def test_nearly_all_verdicts_are_right(pack, judged, capsys):
    truth, found = judged
    rows = table(truth, found)
    right = sum(row[2] for row in rows)
    with capsys.disabled():
        print(f"\n{'verdict':<24}{'Spaces':>8}{'right':>8}{'share':>9}  instead")
        for verdict, spaces, count, others in rows:
            print(f"{verdict:<24}{spaces:>8}{count:>8}{count / spaces:>9.1%}  {others}")
        print(f"{'all':<24}{len(truth):>8}{right:>8}{right / len(truth):>9.1%}")
    assert len(truth) == SPACES
    assert right / len(truth) >= FLEET_RIGHT_AT_LEAST


def test_no_verdict_is_mostly_wrong(pack, judged):
    truth, found = judged
    for verdict, spaces, right, others in table(truth, found):
        assert right * 2 > spaces, (verdict, others)


def test_every_space_is_found_and_no_other(pack, judged):
    truth, found = judged
    assert set(found.spaces) == set(truth)
    assert found.reasons == {}


def test_the_fleet_wide_incident_is_seen(pack, judged):
    truth, found = judged
    struck = {name for name, item in truth.items() if item["incident"]}
    assert struck
    assert found.incidents
    within = {name for name, space in found.spaces.items() if space["incident"]}
    assert len(within & struck) >= 0.9 * len(struck)
    assert len(within - struck) <= 0.02 * len(truth)


def test_healthy_spaces_with_decoys_are_left_in_peace(pack, judged):
    truth, found = judged
    calm = [name for name, item in truth.items() if item["verdict"] in ("healthy", "no_fault_seen") and item["decoys"] > 0]
    assert calm
    woken = [name for name in calm if found.spaces[name]["severity"] in ("error", "fatal")]
    assert len(woken) <= 0.02 * len(calm), woken


@pytest.fixture(scope="module")
def tried(pack):
    """What `rules test` says of the project's own cases: as text, and as a document."""
    words = [word for path in CASES for word in ("--cases", path)]
    text = program.run("rules", "test", *words)
    return text.text, program.run("rules", "test", "--json", *words).document


def test_nearly_all_labelled_cases_are_judged_right(tried, capsys):
    text, document = tried
    with capsys.disabled():
        print(f"\n{text}")
    assert document["accuracy"] >= RIGHT_AT_LEAST
    assert document["negatives"]["hits"] == 0


def test_labelled_cases_cover_every_verdict(tried):
    _, document = tried
    counted = {item["verdict"]: item["cases"] for item in document["verdicts"]}
    assert document["cases"] >= CASES_AT_LEAST
    assert counted["healthy"] >= HEALTHY_AT_LEAST
    assert [verdict for verdict, cases in counted.items() if cases < A_VERDICT_AT_LEAST] == []


def test_real_cases_are_judged_right(pack, capsys):
    if not REAL_CASES.exists():
        pytest.skip("the collection of real cases is not on this machine")
    text = program.run("rules", "test", "--cases", REAL_CASES).text
    document = program.run("rules", "test", "--json", "--cases", REAL_CASES).document
    with capsys.disabled():
        print(f"\nreal cases\n{text}")
    assert document["accuracy"] >= RIGHT_AT_LEAST
    assert document["healthy_with_errors"] == 0


def test_other_systems_logs_hold_no_fault(pack, capsys):
    if not OTHER_LOGS.exists():
        pytest.skip("the logs of other systems are not on this machine")
    words = [word for path in CASES[:1] for word in ("--cases", path)]
    document = program.run("rules", "test", "--json", *words, "--negatives", OTHER_LOGS).document["negatives"]
    with capsys.disabled():
        print(f"\nlogs of other systems: {document['lines']} lines, {document['hits']} hits of severity warning or worse, "
              f"{document['errors']} of error or worse")
    assert document["lines"] > 0
    assert document["errors"] * 1000000 <= ERRORS_A_MILLION * document["lines"]
