"""spacesift bench: its figures are there and come from measurements, and a rule that is slow on purpose comes out worst."""

import re
import resource
import statistics

import pytest

import program
from bench_scene import LINES, LONG_S, MANY_ROUNDS, RULES, bench, fast, log, place, slow, write_rules  # noqa: F401 (fixtures)


@pytest.fixture(scope="module")
def findings(slow, fast, log):
    return bench("--rules", slow, "--corpus", log, "--against", fast, "--format", "json", time=LONG_S, rounds=MANY_ROUNDS).document


def test_a_slow_rule_comes_out_worst_with_its_reason(findings):
    worst = findings["marginal"]["groups"][0]
    assert worst["rules"] == ["slow-one"]
    assert worst["gain"]["value"] > 1.1 and worst["gain"]["pairs"] == MANY_ROUNDS
    reasons = {rule["rule"]: {reason["reason"] for reason in rule["reasons"]} for rule in findings["rules"]}
    assert {"short_text", "caseless", "bounded_repeat"} <= reasons["slow-one"]
    assert not reasons["panic"] & {"short_text", "no_text", "common_text"}


def test_a_rule_that_keeps_the_sampler_in_use_alone_is_told(place, log):
    rules = place / "lone"
    rules.mkdir()
    alone = RULES.format(name="lone", id="short", pattern=r"code abcd\d+x", match="code abcd1x", no_match="abcd", title="A code")
    (rules / "rules.yaml").write_text(alone.split("  - id: panic")[0])
    words = ["--rules", rules, "--corpus", log]
    told = bench(*words, "--format", "json", time=4, rounds=MANY_ROUNDS).document
    assert told["marginal"]["groups"][0]["rules"] == ["short"]
    assert [reason["reason"] for reason in told["rules"][0]["reasons"]] == ["sampler_alone"]
    assert "the sampler runs for this rule alone" in bench(*words, time=4, rounds=MANY_ROUNDS).text
    page = place / "lone.html"
    bench(*words, "--format", "html", "-o", page, time=4, rounds=MANY_ROUNDS)
    assert "the sampler runs for this rule alone" in page.read_text()


def test_what_is_counted_is_what_stands_in_the_log(findings):
    rules = {rule["rule"]: rule for rule in findings["rules"]}
    wakes = LINES // 1000
    assert rules["slow-one"]["hits"] == wakes
    assert (rules["missing"]["hits"], rules["missing"]["woken_lines"], rules["missing"]["refused_lines"]) == (wakes, 2 * wakes, wakes)
    assert rules["missing"]["confirm_ms"] > 0 and rules["missing"]["pcre_ms"] > 0
    assert rules["panic"] == {"rule": "panic", "hits": 0, "woken_lines": 0, "refused_lines": 0, "confirm_ms": 0.0, "pcre_ms": 0.0, "reasons": []}
    assert findings["found"]["hits"] == 2 * wakes


def test_json_is_google_benchmarks(findings):
    context = findings["context"]
    assert {"date", "host_name", "executable", "num_cpus", "mhz_per_cpu", "cpu_scaling_enabled", "caches", "load_avg"} <= set(context)
    assert {"cpu_model", "compiler", "build_type", "hyperscan", "zstd"} <= set(context)
    assert context["rules"]["name"] == "slow" and re.fullmatch("[0-9a-f]{32}", context["rules"]["hash"])
    assert context["corpus"]["lines"] == LINES and not context["corpus"]["cut"]
    needed = {"name", "run_name", "run_type", "repetitions", "repetition_index", "threads", "iterations", "real_time", "cpu_time", "time_unit"}
    for entry in findings["benchmarks"]:
        assert needed <= set(entry)
        assert entry["time_unit"] == "us" and entry["cpu_time"] >= 0 and entry["run_type"] == "iteration"
    names = {entry["name"] for entry in findings["benchmarks"]}
    assert {"compile", "start", "bare/block", "bare/stream", "bare/vectored", "wake", "path", "path/events"} <= names
    assert {"path/batch:65536", "bare/block/batch:1048576", "path/threads:1", "path/rules:3", "this/path", "that/path"} <= names
    rounds = [entry["repetition_index"] for entry in findings["benchmarks"] if entry["name"] == "path"]
    assert rounds == list(range(MANY_ROUNDS))


def test_speeds_are_bytes_over_measured_time(findings):
    for entry in findings["benchmarks"]:
        if "bytes" in entry:
            time = entry["real_time"] if "/threads:" in entry["name"] else entry["cpu_time"]
            assert entry["bytes_per_second"] == pytest.approx(1e6 / (time / 1e6), rel=1e-6)
            assert entry["iterations"] == max(1, round(entry["bytes"] / 1e6))
            assert entry["bytes"] >= findings["context"]["corpus"]["sample_bytes"] / 2
        else:
            assert entry["iterations"] == 1


def test_times_are_of_a_million_bytes_and_come_to_what_the_program_used(slow, log):
    """A time that were of a whole pass, or of a byte, would not come to the CPU time that the kernel counted."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    document = bench("--rules", slow, "--corpus", log, "--no-marginal", "--format", "json", time=6).document
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = sum(entry["cpu_time"] / 1e6 * entry.get("bytes", 1e6) / 1e6 for entry in document["benchmarks"])
    assert document["context"]["corpus"]["sample_bytes"] > 4e6  # so that a pass is told from a million bytes
    assert used / 10 < told < used * 1.05


def path_time(document):
    """Microseconds of CPU for a million bytes."""
    return statistics.median(entry["cpu_time"] for entry in document["benchmarks"] if entry["name"] == "path")


def test_more_time_goes_through_more_text_and_faster_rules_take_less(slow, fast, log):
    words = ["--corpus", log, "--no-marginal", "--format", "json"]
    short, long = (bench("--rules", slow, *words, time=seconds).document for seconds in (1, 8))
    assert long["context"]["corpus"]["sample_bytes"] > short["context"]["corpus"]["sample_bytes"]
    assert path_time(bench("--rules", fast, *words).document) < min(path_time(short), path_time(long))


def test_the_other_set_is_told_to_be_faster(findings):
    against = findings["against"]
    assert against["that"]["rules"]["name"] == "fast"
    assert against["speed"]["path"]["value"] < 1 and against["speed"]["wake"]["value"] < 1
    assert against["hits"] == []


def test_one_round_is_no_measure_of_gains(slow, log):
    result = program.run("bench", "--quiet", "--time", 1, "--rounds", "1", "--rules", slow, "--corpus", log)
    assert result.status == program.OK and "take --rounds 2 or more" in result.text


@pytest.mark.parametrize(
    "words, said",
    [
        ([], "say what to measure on"),
        (["--corpus", "nowhere"], "cannot use nowhere as a corpus"),
        (["--corpus", "/dev/null"], "cannot use /dev/null as a corpus"),
        (["--corpus", "x", "--rounds", "0"], "--rounds takes a whole number from 1 to 64"),
        (["--corpus", "x", "--time", "soon"], "--time takes"),
        (["--corpus", "x", "--format", "xml"], "--format takes table, json or html"),
        (["--corpus", "x", "--budget", "nowhere.yaml"], "nowhere.yaml"),
        (["--corpus", "x", "--rules", "nowhere"], "nowhere"),
        (["--corpus", "x", "--speed"], "there is no option '--speed'"),
        (["--corpsu", "x"], "there is no option '--corpsu'; did you mean '--corpus'?"),
        (["--corpsu=x"], "did you mean '--corpus'?"),
    ],
)
def test_wrong_usage_is_told(slow, words, said):
    rules = [] if "--rules" in words else ["--rules", slow]
    result = bench(*rules, *words, status=program.USAGE)
    assert said in result.err and result.out == b""


def test_all_options_are_described():
    known = set(re.findall(r"--[a-z][a-z-]*", program.run("bench", "--help").text))
    described = set(re.findall(r"`(?:-\w, )?(--[a-z][a-z-]*)", (program.ROOT / "docs" / "bench.md").read_text()))
    assert described == known


def woken_lines(document):
    return {rule["rule"]: rule["woken_lines"] for rule in document["rules"]}


def test_a_profile_chooses_the_texts_that_wake_lines(place, log):
    rules = write_rules(place / "odd", name="odd", pattern=r"client number \d+ quixotic", match="client number 7 quixotic", no_match="client number 7")
    words = ["--rules", rules, "--corpus", log, "--no-marginal", "--format", "json"]
    plain, chosen = bench(*words).document, bench(*words, "--profile", log).document
    assert woken_lines(plain)["slow-one"] > LINES * 9 / 10 and woken_lines(chosen)["slow-one"] == 0
    assert plain["context"]["rules"]["profile_bytes"] == 0
    assert plain["found"]["hits"] == chosen["found"]["hits"]
    text = bench("--rules", rules, "--corpus", log, "--no-marginal", "--profile", log, "--against", rules).text
    assert f"were chosen by {chosen['context']['rules']['profile_bytes'] / 1e6:.1f} MB of logs" in text


@pytest.mark.parametrize("words, said", [
    (["--profile", "nowhere"], "nowhere"),
    (["--profile", "small"], "name some that hold 65536 or more"),
    (["--profile", "small", "--against-program", "x"], "leave out --against-program"),
    (["--profile", "small", "--lap", "0"], "leave out --against-program"),
])
def test_a_profile_that_cannot_be_used_is_told(slow, log, tmp_path, monkeypatch, words, said):
    (tmp_path / "small").write_text("a line\n")
    monkeypatch.chdir(tmp_path)
    result = bench("--rules", slow, "--corpus", log, *words, status=program.USAGE)
    assert said in result.err and result.out == b""
