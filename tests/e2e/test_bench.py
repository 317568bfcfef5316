"""spacesift bench: its figures are there and come from measurements, and a rule that is slow on purpose comes out worst."""

import gzip
import html.parser
import re
import resource
import sqlite3

import pytest

import program

SLOW = r"(?i)[a-z]{3,40}\d{2,30}x"
EVIL = "<script>alert(1)</script>"
EVIL_FILE = "<script>alert(2)<&.log"

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

LINES = 40000


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


ROUNDS = 3
MANY_ROUNDS = 7  # where a rule or a build must stand out from noise: a round or two may go wrong on a busy machine


def bench(*words, status=program.OK, time=1, rounds=ROUNDS):
    result = program.run("bench", "--quiet", "--time", time, "--rounds", rounds, *words)
    assert result.status == status, result.err
    return result


@pytest.fixture(scope="module")
def findings(slow, fast, log):
    return bench("--rules", slow, "--corpus", log, "--against", fast, "--format", "json", time=4, rounds=MANY_ROUNDS).document


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
    told = bench(*words, "--format", "json").document
    assert told["marginal"]["groups"][0]["rules"] == ["short"]
    assert [reason["reason"] for reason in told["rules"][0]["reasons"]] == ["sampler_alone"]
    assert "the sampler runs for this rule alone" in bench(*words).text
    page = place / "lone.html"
    bench(*words, "--format", "html", "-o", page)
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
    entries = bench("--rules", slow, "--corpus", log, "--no-marginal", "--format", "json", time=4).document["benchmarks"]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = sum(entry["cpu_time"] / 1e6 * entry.get("bytes", 1e6) / 1e6 for entry in entries)
    assert used / 10 < told < used * 1.05


def test_the_other_set_is_told_to_be_faster(findings):
    against = findings["against"]
    assert against["that"]["rules"]["name"] == "fast"
    assert against["speed"]["path"]["high"] < 1 and against["speed"]["wake"]["value"] < 1
    assert against["hits"] == []


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


def against_program(slow, log, other, *words, status=program.OK, rounds=ROUNDS):
    return bench("--no-marginal", "--rules", slow, "--corpus", log, "--against-program", other, *words, status=status, rounds=rounds)


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
    result = against_program(slow, log, program.SPACESIFT, *words, status=program.DAMAGE, rounds=MANY_ROUNDS)
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


def budget(place, text):
    path = place / "budget.yaml"
    path.write_text(text)
    return path


LOOSE = """
min_throughput_ratio: 0.001
max_database_bytes: 100000000
max_scratch_bytes: 100000000
max_compile_seconds: 1000
max_hits_per_million_lines: 500000
max_rule_share: 1
max_refused_wakes_ratio: 1
"""


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
    result = bench("--rules", slow, "--corpus", log, "--budget", budget(place, "\n".join(TIGHT)), status=program.DAMAGE, time=4, rounds=MANY_ROUNDS)
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


class Nesting(html.parser.HTMLParser):
    """Keeps the tags that are open; one that is closed out of turn stays on the list."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.open.append(f"/{tag}")


def open_tags(page):
    nesting = Nesting()
    nesting.feed(page)
    return nesting.open


def test_a_page_stands_by_itself_and_shows_markup_as_text(place, log):
    evil = write_rules(place / "evil", title=EVIL)
    corpus = place / EVIL_FILE
    corpus.write_bytes(log.read_bytes())
    out = place / "bench.html"
    bench("--rules", evil, "--corpus", corpus, "--against", evil, "--format", "html", "-o", out)
    page = out.read_text()
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page and "&lt;script&gt;alert(2)&lt;&amp;.log" in page
    assert not re.search(r"(src|href)\s*=|url\(|@import|https?://", page)
    assert open_tags(page) == []
    assert page.count("<svg") == page.count("</svg>") == 3
    assert page.startswith("<!doctype html>") and page.endswith("</html>\n")
    assert "nan" not in page and "-inf" not in page


def test_a_table_is_no_wider_than_100_columns(slow, fast, place, log):
    text = bench("--rules", slow, "--against", fast, "--corpus", log, "--budget", budget(place, LOOSE)).text
    assert max(map(len, text.splitlines())) <= 100
    for word in ("Hyperscan", "build", "load", "slow-one", "whole path"):
        assert word in text


def corpus_of(*words):
    return bench("--no-marginal", "--format", "json", *words).document


def test_hsbenchs_corpus_is_the_text_it_was_made_of(slow, place, log):
    path = place / "corpus.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE chunk (id integer primary key, stream_id integer not null, data blob)")
    text = log.read_bytes()
    half = len(text) // 2
    pieces = [(1, text[:1000]), (1, text[1000:half]), (2, text[half:].split(b"\n", 1)[0])]
    pieces[1] = (1, text[1000:half].rsplit(b"\n", 1)[0])  # streams begin on lines of their own
    rest = text[1000 + len(pieces[1][1]) + 1 :]
    pieces[2] = (2, rest)
    for number, (stream, data) in enumerate(pieces):
        database.execute("INSERT INTO chunk VALUES (?, ?, ?)", (number, stream, data))
    database.commit()
    database.close()
    told = corpus_of("--rules", slow, "--corpus", path)
    expected = corpus_of("--rules", slow, "--corpus", log)
    for key in ("bytes", "lines"):
        assert told["context"]["corpus"][key] == expected["context"]["corpus"][key]
    assert told["found"] == expected["found"]


def test_a_database_that_is_no_corpus_is_told(slow, place):
    path = place / "other.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE other (id integer)")
    database.commit()
    database.close()
    assert "needs a table 'chunk'" in bench("--rules", slow, "--corpus", path, status=program.USAGE).err


@pytest.mark.parametrize("harm", ["cut", "overwritten"])
def test_a_damaged_corpus_of_hsbench_is_told(slow, place, log, harm):
    path = place / f"{harm}.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE chunk (id integer primary key, stream_id integer not null, data blob)")
    database.executemany("INSERT INTO chunk VALUES (?, ?, ?)", ((i, i % 5, b"code abcd1234x\n" * 20) for i in range(2000)))
    database.commit()
    database.close()
    data = bytearray(path.read_bytes())
    for page in range(8192, len(data), 4096):
        data[page : page + 100] = b"\xff" * 100
    path.write_bytes(path.read_bytes()[: len(data) // 2] if harm == "cut" else data)
    result = bench("--rules", slow, "--corpus", path, status=program.USAGE)
    assert "the file is damaged" in result.err and result.out == b""


def test_a_shard_that_was_cut_is_told(slow, place, log):
    path = place / "cut.log.gz"
    path.write_bytes(gzip.compress(log.read_bytes())[:50000])
    assert "stops in the middle" in bench("--rules", slow, "--corpus", path, status=program.USAGE).err


def test_one_line_is_enough_of_a_corpus(slow, place):
    path = place / "one.log"
    path.write_text("step 7: code abcd00007x")  # and no newline
    told = bench("--rules", slow, "--corpus", path, "-j", "9", "--format", "json").document
    assert told["found"]["hits"] == 1 and told["context"]["corpus"]["lines"] == 1
    assert {"path/threads:8", "path/threads:9"} <= {entry["name"] for entry in told["benchmarks"]}


def test_one_round_is_no_measure_of_gains(slow, log):
    result = program.run("bench", "--quiet", "--time", 1, "--rounds", "1", "--rules", slow, "--corpus", log)
    assert result.status == program.OK and "take --rounds 2 or more" in result.text


def test_compressed_shards_and_directories_are_read(slow, place, log):
    shards = place / "shards"
    shards.mkdir()
    half = LINES // 2
    lines = log.read_text().splitlines(keepends=True)
    (shards / "a.log.gz").write_bytes(gzip.compress("".join(lines[:half]).encode()))
    (shards / "b.log").write_text("".join(lines[half:]).rstrip("\n"))
    told = corpus_of("--rules", slow, "--corpus", shards)
    assert told["context"]["corpus"]["lines"] == LINES
    assert told["found"]["hits"] == 2 * LINES // 1000


def test_logs_without_a_line_are_no_corpus(slow, place):
    empty = place / "empty"
    empty.mkdir()
    (empty / "app.log").write_bytes(b"")
    assert "holds no text" in bench("--rules", slow, "--corpus", empty, status=program.USAGE).err


def test_a_corpus_beyond_the_limit_gives_a_part_of_each_file(slow, place, log):
    parts = place / "parts"
    parts.mkdir()
    for name in ("a", "b"):
        (parts / name).write_bytes(log.read_bytes())
    corpus = corpus_of("--rules", slow, "--corpus", parts, "--corpus-bytes-max", "1000000")["context"]["corpus"]
    assert corpus["cut"] and corpus["bytes"] <= 1000002
    assert [file["bytes"] for file in corpus["files"]] == pytest.approx([500000, 500000], abs=1000)


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
