"""spacesift rules test: labelled cases are judged, scored and explained; bad cases are named with their place."""

import json

import pytest

import program


def case(log, label, kind="container", **more):
    return {"id": "c", "kind": kind, "log": log, "label": label, **more}


def run(tmp_path, *cases, words=(), text=None):
    path = tmp_path / "cases.jsonl"
    path.write_text(text if text is not None else "".join(json.dumps(item) + "\n" for item in cases))
    return program.run("rules", "test", "--cases", path, *words, cwd=tmp_path)


MISSING = case("Traceback (most recent call last):\n  File \"app.py\", line 1\nModuleNotFoundError: No module named 'torch'", "dep_missing_module")
CALM = case("INFO:     Application startup complete.", "healthy")


def test_right_cases_pass(pack, tmp_path):
    result = run(tmp_path, MISSING, CALM)
    assert result.status == program.OK, result.text
    assert "2 cases, 2 right: 100.0 %" in result.text


def test_each_case_is_a_space_of_its_own(pack, tmp_path):
    """The evidence of one case must not weigh in the next."""
    result = run(tmp_path, *[MISSING, CALM] * 3)
    assert result.status == program.OK, result.text


def test_a_wrong_case_is_explained(pack, tmp_path):
    wrong = {**MISSING, "label": "oom"}
    result = run(tmp_path, CALM, wrong)
    assert result.status == program.DAMAGE
    assert "cases.jsonl:2 c (container): dep_missing_module, but it is oom" in result.text
    assert "walk   module-missing" in result.text
    assert "ModuleNotFoundError: No module named 'torch'" in result.text
    document = run(tmp_path, CALM, wrong, words=["--json"]).document
    assert (document["cases"], document["right"]) == (2, 1)
    (item,) = document["wrong"]
    assert item["label"] == "oom" and item["verdict"] == "dep_missing_module" and item["path"] == ["module-missing"]
    assert {"label": "oom", "verdict": "dep_missing_module", "cases": 1} in document["confusion"]


def test_a_case_may_have_several_logs(pack, tmp_path):
    """All of them are one Space's, and places name the log."""
    failed = "ModuleNotFoundError: No module named 'torch'"
    both = {"label": "dep_missing_module", "logs": {"build": "#1 [internal] load build definition from Dockerfile", "run": failed}}
    result = run(tmp_path, both, {**both, "logs": {"platform": "Scheduling failure: unable to schedule"}, "label": "scheduling_capacity"})
    assert result.status == program.OK, result.text
    assert "2 cases, 2 right: 100.0 %" in result.text
    wrong = run(tmp_path, CALM, {**both, "id": "two", "label": "oom"})
    assert wrong.status == program.DAMAGE
    assert "cases.jsonl:2 two (logs): dep_missing_module, but it is oom" in wrong.text
    assert "cases.jsonl:2:run" in wrong.text


def test_a_case_of_several_logs_is_judged_as_a_scan_of_them(pack, tmp_path):
    logs = {"build": "ERROR: ResolutionImpossible: see above\n", "run": "INFO:     Application startup complete.\n"}
    place = tmp_path / "acme" / "demo"
    place.mkdir(parents=True)
    for channel, text in logs.items():
        (place / f"{channel}.log").write_text(text)
    scan = program.scan("--report", "jsonl", "acme", rules=None, cwd=tmp_path)
    verdict = program.Report(scan.lines).spaces["acme/demo"]
    label = "healthy" if verdict["severity"] == "info" else verdict["verdict"]
    result = run(tmp_path, {"label": label, "logs": logs})
    assert result.status == program.OK, (verdict, result.text)


def test_the_table_counts_precision_and_recall(pack, tmp_path):
    result = run(tmp_path, MISSING, MISSING, {**MISSING, "label": "oom"}, CALM, {**CALM, "label": "oom"})
    assert result.status == program.DAMAGE
    rows = {line.split()[0]: line.split()[1:] for line in result.text.splitlines() if "%" in line}
    assert rows["dep_missing_module"] == ["2", "2", "66.7", "%", "100.0", "%"]
    assert rows["oom"] == ["2", "0", "-", "0.0", "%", "dep_missing_module", "1,", "healthy", "1"]
    assert rows["healthy"] == ["1", "1", "50.0", "%", "100.0", "%"]
    assert "5 cases, 3 right: 60.0 %" in result.text
    document = run(tmp_path, MISSING, MISSING, {**MISSING, "label": "oom"}, CALM, {**CALM, "label": "oom"}, words=["--json"]).document
    assert document["accuracy"] == 0.6
    (row,) = (item for item in document["verdicts"] if item["verdict"] == "healthy")
    assert (row["precision"], row["recall"]) == (0.5, 1)


def test_ambiguous_cases_are_not_scored(pack, tmp_path):
    result = run(tmp_path, CALM, {**MISSING, "label": "oom", "ambiguous": True})
    assert result.status == program.OK
    assert "1 cases, 1 right: 100.0 % (ambiguous ones apart: 1, 0 of them right)" in result.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json\n", "cases.jsonl:1: this is no JSON object"),
        (json.dumps(CALM) + '\n{"kind": "build"}\n', "cases.jsonl:2: 'log' is missing"),
        (json.dumps({**CALM, "label": "dep_missing_modul"}) + "\n", "did you mean 'dep_missing_module'?"),
        (json.dumps({"label": "oom", "logs": {"runs": "x"}}) + "\n", "cases.jsonl:1: 'logs' must be an object of texts by channel"),
        ("\n\n", "holds no case"),
    ],
)
def test_bad_cases_are_named_with_their_place(pack, tmp_path, text, said):
    result = run(tmp_path, text=text)
    assert result.status == program.USAGE
    assert said in result.err
    assert result.out == b""


def test_a_file_that_is_not_there_is_told(pack, tmp_path):
    result = program.run("rules", "test", "--cases", tmp_path / "none")
    assert result.status == program.USAGE
    assert "cannot read the cases" in result.err


def test_negatives_count_hits_worst_rules_first(pack, tmp_path):
    log = tmp_path / "calm.log"
    log.write_text("all is well\n" * 7 + "ModuleNotFoundError: No module named 'torch'\n" * 2 + "Scheduling failure: unable to schedule\n")
    document = program.run("rules", "test", "--json", "--negatives", log).document["negatives"]
    assert document["lines"] == 10
    found = {item["rule"]: item["hits"] for item in document["rules"]}
    assert found["python-module-not-found"] == 2
    assert document["rules"][0]["severity"] == "fatal" and document["rules"][0]["text"].startswith("Scheduling failure")
    assert document["hits"] == document["errors"] == sum(found.values())
    text = program.run("rules", "test", "--negatives", log).text
    assert text.startswith(f"negatives: 10 lines; {document['hits']} hits of severity warning or worse ({document['hits'] * 100000}.0 a million")


def test_negatives_that_cannot_be_read_are_told(pack, tmp_path):
    result = program.run("rules", "test", "--negatives", tmp_path / "none.log")
    assert result.status == program.USAGE
    assert "none.log" in result.err


def test_something_must_be_tested():
    result = program.run("rules", "test")
    assert result.status == program.USAGE
    assert "--cases" in result.err
