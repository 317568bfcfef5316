"""--facts and --status: what the Hub gives and what people write is read, and what is broken is named with its place, harms nothing
else, and shows in the exit status."""

import json
import os
import re
import subprocess

import pytest

import program
import shards

FINE = {"space": "acme/fine", "stage": "RUNNING"}
LATER = {"space": "acme/later", "stage": "PAUSED"}
PAGE = {
    "data": {"type": "status_page", "attributes": {"aggregate_state": "degraded", "updated_at": "2026-05-15T13:00:00Z"}},
    "included": [
        {"type": "status_page_resource", "attributes": {"public_name": "Spaces", "status": "degraded"}},
        {"type": "status_page_resource", "attributes": {"public_name": "Hub", "status": "operational"}},
    ],
}
BUILDING = json.dumps({"space": "acme/silent", "stage": "BUILDING"})


def lines(*sheets):
    return "".join((sheet if isinstance(sheet, str) else json.dumps(sheet)) + "\n" for sheet in sheets)


def read(tmp_path, content, *words, command="report", name="facts", **options):
    """Runs `report --report jsonl --facts FILE` or the like where the file has this content; None: there is no file."""
    if content is not None:
        shards.put(tmp_path / name, content)
    more = ["--report", "jsonl"] if command in ("report", "scan") else []
    return program.run(command, *more, f"--{name}", name, *words, cwd=tmp_path, **options)


def spaces(result):
    return program.Report(result.lines).spaces


def facts_of(result, space):
    return {name: value for name, value in spaces(result)[space]["facts"].items() if value is not None}


# --- what the Hub gives ----------------------------------------------------------------------------------------------------------

# As GET /api/spaces?author=acme&expand[]=runtime&… has it, shortened.
LISTING = [
    {
        "_id": "65a0c0ffee",
        "id": "acme/docker",
        "sdk": "docker",
        "sha": "0123456789abcdef0123456789abcdef01234567",
        "cardData": {"title": "A demo", "sdk": "docker", "app_port": 8000, "startup_duration_timeout": "1h30m"},
        "runtime": {
            "stage": "RUNTIME_ERROR",
            "hardware": {"current": None, "requested": "t4-small"},
            "errorMessage": "Memory limit exceeded (16Gi)",
            "gcTimeout": 172800,
            "replicas": {"current": 0, "requested": "auto"},
            "sha": "89abcdef0123456789abcdef0123456789abcdef",
        },
    },
    {"id": "acme/static", "sdk": "static", "sha": "0123456789abcdef0123456789abcdef01234567"},
    {
        "id": "acme/flagged",
        "sdk": "gradio",
        "disabled": False,
        "runtime": {"stage": "PAUSED", "abuse": {"flaggedAt": "2026-05-01T00:00:00Z", "detector": "rule", "reason": "mining"}},
    },
]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_listing_of_the_hub_is_read_as_it_is(pack, tmp_path, indent):
    result = read(tmp_path, json.dumps(LISTING, indent=indent))
    assert (result.status, result.err) == (program.OK, "")
    assert facts_of(result, "acme/docker") == {
        "stage": "RUNTIME_ERROR",
        "error_message": "Memory limit exceeded (16Gi)",
        "sdk": "docker",
        "app_port": "8000",
        "hardware_requested": "t4-small",
        "startup_timeout": "5400",
        "commit": "89abcdef0123456789abcdef0123456789abcdef",
        "repo_commit": "0123456789abcdef0123456789abcdef01234567",
    }
    verdicts = program.Report(result.lines).verdicts
    assert verdicts == {"acme/docker": "oom", "acme/static": "no_fault_seen", "acme/flagged": "policy_block"}


def test_the_runtime_alone_wants_a_space_from_the_command_line(pack, tmp_path):
    runtime = json.dumps(LISTING[0]["runtime"])
    shards.put(tmp_path / "run.log", "===== Application Startup at 2026-05-15 13:40:00 =====\n")
    result = read(tmp_path, runtime, "--space", "acme/docker", "run.log", command="scan")
    assert (result.status, result.err) == (program.OK, "")
    assert program.Report(result.lines).verdicts == {"acme/docker": "oom"}
    told = read(tmp_path, runtime, "--json", "acme/docker", command="explain")
    assert (told.status, told.err) == (program.OK, "")
    assert told.document["space"]["facts"]["commit"] == LISTING[0]["runtime"]["sha"]
    unnamed = read(tmp_path, runtime)
    assert unnamed.status == program.USAGE
    assert "facts:1:1: warning: names no Space; add" in unnamed.err


@pytest.mark.parametrize("wrap", [shards.zstd, shards.gzip], ids=["zstd", "gzip"])
def test_facts_and_the_page_may_be_compressed(pack, tmp_path, wrap):
    page = shards.put(tmp_path / "page", wrap(json.dumps(PAGE)))
    result = read(tmp_path, wrap(BUILDING), "--status", page)
    assert (result.status, result.err) == (program.OK, "")
    assert program.Report(result.lines).verdicts == {"acme/silent": "platform_incident"}


def test_facts_and_the_page_may_come_through_standard_input(pack, tmp_path):
    facts = shards.put(tmp_path / "facts", BUILDING)
    page = shards.put(tmp_path / "page", json.dumps(PAGE))
    whole = program.run("report", "--report", "jsonl", "--facts", facts, "--status", page)
    assert program.run("report", "--report", "jsonl", "--facts", "-", "--status", page, stdin=facts.read_bytes()).out == whole.out
    assert program.run("report", "--report", "jsonl", "--facts", facts, "--status", "-", stdin=page.read_bytes()).out == whole.out


def test_spaces_with_and_without_a_log_stand_in_one_report(pack, tmp_path):
    shards.put(tmp_path / "logs/acme/fine/run.log", "ModuleNotFoundError: No module named 'faiss'\n")
    shards.put(tmp_path / "logs/acme/other/run.log", "ModuleNotFoundError: No module named 'faiss'\n")
    result = read(tmp_path, lines(FINE, LATER), "logs", command="scan")
    assert (result.status, result.err) == (program.OK, "")
    verdicts = program.Report(result.lines).verdicts
    assert verdicts == {"acme/fine": "healthy", "acme/later": "no_fault_seen", "acme/other": "dep_missing_module"}
    assert spaces(result)["acme/other"]["facts"] is None
    assert program.Report(result.lines).summary["spaces"] == 3


def test_neither_state_nor_facts_is_a_wrong_usage(tmp_path):
    result = program.run("report")
    assert result.status == program.USAGE
    assert "no state is given" in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "--facts", "-", "--status", "-"], "--facts and --status cannot both be '-'"),
        (["scan", "--facts", "-", "-"], "--facts cannot be '-' where standard input is read for something else"),
        (["scan", "--status", "-", "--files-from", "-"], "--status cannot be '-' where standard input is read for something else"),
    ],
    ids=" ".join,
)
def test_standard_input_is_read_for_one_thing_only(words, said):
    result = program.run(*words, stdin=BUILDING.encode())
    assert (result.status, result.out) == (program.USAGE, b"")
    assert said in result.err and "give" in result.err


# --- files of facts that are no good -----------------------------------------------------------------------------------------------

HUGE = '{"space": "acme/huge", "x": "' + "y" * (1 << 20) + '"}'
DEEP = '{"space": "acme/deep", "x": ' + "[" * 100 + "]" * 100 + "}"

# What stands between two good sheets, the place and the words of the message.
BETWEEN = {
    "cut_off_object": ('{"space": "acme/bad", "stage":', "3:1", "the object that begins at line 2, column 1 breaks off here; skipped"),
    "bad_json": ('{"space": "acme/bad", "stage": RUNNING}', "2:1", "the object that begins here is not valid JSON; skipped"),
    "huge": (HUGE, "2:1", "the object that begins here is longer than 1 MiB; skipped"),
    "deep": (DEEP, "2:1", "is nested too deeply; skipped"),
    "nul": ('{"space": "acme/bad", "stage": "RUN\0NING"}', "2:1", "the object that begins here is not valid JSON; skipped"),
    "no_object": ("RUNNING", "2:1", "is no JSON object; skipped"),
    "no_space": ('{"stage": "RUNNING"}', "2:1", "names no Space"),
    "no_facts": ('{"space": "acme/bad", "likes": 3}', "2:1", "'acme/bad': says nothing that is known as a fact"),
    "the_hubs_error": ('{"error": "Repository not found"}', "2:1", "the Hub gave an error instead of facts: Repository not found"),
}


@pytest.mark.parametrize("kind", BETWEEN)
def test_what_is_broken_takes_nothing_else_with_it(pack, tmp_path, kind):
    content, place, said = BETWEEN[kind]
    result = read(tmp_path, lines(FINE, content, LATER))
    assert result.status == program.DAMAGE
    (message,) = result.err.splitlines()
    assert message.startswith(f"facts:{place}: warning: {said}")
    assert ";" in message.removeprefix(said)  # and what to do
    assert set(spaces(result)) == {"acme/fine", "acme/later"}


# What makes a whole file useless.
HOPELESS = {
    "missing": (None, "facts: error: No such file or directory; check the file's name and permissions"),
    "html": ("<!doctype html>\n<html></html>\n", "facts:1:1: error: is HTML or XML, not JSON; ask https://huggingface.co/api/spaces"),
    "utf16": ('{"space": "a/b", "stage": "RUNNING"}'.encode("utf-16"), "facts:1:1: error: is UTF-16; save it as UTF-8"),
    "prose": ("all is well\n", "facts:1:1: error: nothing in it can be used as facts of Spaces"),
    "broken": ('{"space": "acme/bad", "stage":', "facts:1:1: error: nothing in it can be used as facts of Spaces"),
    "denied": ('{"error": "Invalid username or password."}', "facts:1:1: error: nothing in it can be used as facts of Spaces"),
    "noise": (bytes(range(128, 256)) * 64, "facts:1:1: error: nothing in it can be used as facts of Spaces"),
}


@pytest.mark.parametrize("kind", HOPELESS)
@pytest.mark.parametrize("command", ["report", "scan", "explain"])
def test_a_file_without_any_fact_stops_the_command(pack, tmp_path, kind, command):
    content, said = HOPELESS[kind]
    shards.put(tmp_path / "a.log", "x\n")
    state = tmp_path / "state"
    assert program.scan("--report", "none", "--state", state, tmp_path / "a.log", rules=None).status == program.OK
    # A name on the command line would be that of a bare object.
    words = {"report": [state], "scan": ["a.log"], "explain": [state, "acme/none"]}[command]
    result = read(tmp_path, content, *words, command=command)
    assert (result.status, result.out) == (program.USAGE, b"")
    assert any(line.startswith(said) for line in result.err.splitlines()), result.err


@pytest.mark.parametrize(("content", "said"), [("", "is empty"), ("[]", "holds no facts"), ("\n\n", "holds no facts")])
def test_a_file_that_holds_nothing_is_told_and_does_no_harm(pack, tmp_path, content, said):
    result = read(tmp_path, content)
    assert result.status == program.OK
    assert result.err.startswith(f"facts: warning: {said}; ")
    assert spaces(result) == {}


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.99])
@pytest.mark.parametrize("wrap", [str.encode, shards.zstd, shards.gzip], ids=["plain", "zstd", "gzip"])
def test_a_list_that_is_cut_off_gives_what_came_before(pack, tmp_path, wrap, share):
    rows = [{"id": f"acme/s{number:04}", "runtime": {"stage": "RUNNING"}} for number in range(20_000)]
    whole = wrap(json.dumps(rows))
    result = read(tmp_path, whole[: int(len(whole) * share)])
    assert result.status in (program.DAMAGE, program.USAGE)
    assert re.search(r"^facts(:\d+:\d+)?: warning: .*fetch the file again", result.err, re.MULTILINE), result.err
    if result.status == program.DAMAGE:
        found = spaces(result)
        assert 0 < len(found) < len(rows)
        assert set(found) <= {row["id"] for row in rows}
    else:  # so little of it that the first block of the compressed data is not whole
        assert wrap is not str.encode


def test_two_sheets_that_differ_are_told_and_the_later_counts(pack, tmp_path):
    result = read(tmp_path, lines(FINE, {**FINE, "stage": "PAUSED"}))
    assert result.status == program.OK
    assert result.err.startswith("facts:2:1: warning: 'acme/fine': differs from an earlier sheet of this Space; the later")
    assert facts_of(result, "acme/fine") == {"stage": "PAUSED"}


def test_two_sheets_of_two_times_are_no_contradiction(pack, tmp_path):
    dated = [{**FINE, "time": "2026-05-15T13:00:00Z"}, {**FINE, "stage": "PAUSED", "time": "2026-05-15T12:00:00Z"}]
    for sheets in (dated, dated[::-1]):
        result = read(tmp_path, lines(*sheets))
        assert (result.status, result.err) == (program.OK, "")
        assert facts_of(result, "acme/fine") == {"stage": "RUNNING", "time": "2026-05-15T13:00:00Z"}


def test_a_time_from_the_future_is_told_and_not_believed(pack, tmp_path):
    sheet = {**FINE, "time": "2026-05-15T13:05:01Z"}
    near = {**LATER, "time": "2026-05-15T13:05:00Z"}
    result = read(tmp_path, lines(sheet, near), "--now", "2026-05-15T13:00:00Z")
    assert result.status == program.OK
    (message,) = result.err.splitlines()
    assert message.startswith("facts:1:1: warning: 'acme/fine': time: is in the future; the facts count as undated")
    assert facts_of(result, "acme/fine") == {"stage": "RUNNING"}
    assert facts_of(result, "acme/later")["time"] == near["time"]


ODD = {
    "stage": ["RUNNING"],
    "app_port": 70_000,
    "abuse": "maybe",
    "startup_timeout": -3,
    "hardware": 7,
    "sdk": True,
    "commit": "main",
    "time": "soon",
}


@pytest.mark.parametrize("name", ODD)
def test_a_value_of_a_hopeless_kind_is_told_and_unknown(pack, tmp_path, name):
    good = {"error_message": "x", **({"stage": "PAUSED"} if name != "stage" else {})}
    text = json.dumps({"space": "acme/odd", **good, name: ODD[name]})
    result = read(tmp_path, lines(FINE, text))
    assert result.status == program.OK
    (message,) = result.err.splitlines()
    column = text.index(json.dumps(ODD[name])) + 1
    assert message.startswith(f"facts:2:{column}: warning: 'acme/odd': {name}: no value of this kind was expected; it counts as unknown")
    assert message.count(";") >= 2  # and what to write
    assert facts_of(result, "acme/odd") == good


@pytest.mark.parametrize("stage", ["HIBERNATING", "running-ish", "\u2603", "A" * 300])
def test_a_stage_of_no_known_name_is_kept_and_says_nothing(pack, tmp_path, stage):
    result = read(tmp_path, lines({"space": "acme/odd", "stage": stage}))
    assert (result.status, result.err) == (program.OK, "")
    assert facts_of(result, "acme/odd")["stage"] == stage.upper()[:256]
    assert program.Report(result.lines).verdicts == {"acme/odd": "no_fault_seen"}


def test_null_and_empty_values_are_as_good_as_absent(pack, tmp_path):
    sheet = {"space": "acme/odd", "stage": "RUNNING", "app_port": None, "sdk": "", "runtime": None, "cardData": None, "abuse": None}
    result = read(tmp_path, lines(sheet))
    assert (result.status, result.err) == (program.OK, "")
    assert facts_of(result, "acme/odd") == {"stage": "RUNNING"}


def test_invalid_utf8_is_replaced_and_told(pack, tmp_path):
    result = read(tmp_path, b'{"space": "acme/odd", "stage": "RUNTIME_ERROR", "error_message": "caf\xe9"}\n')
    assert result.status == program.OK
    assert result.err.startswith("facts:1:1: warning: 'acme/odd': held invalid UTF-8, which was replaced; save the file as UTF-8")
    assert facts_of(result, "acme/odd")["error_message"] == "caf\ufffd"


def test_what_messages_show_of_a_file_is_harmless(pack, tmp_path):
    result = read(tmp_path, lines({"error": "\x1b[31mred\u202e"}))
    assert "\x1b" not in result.err and "\u202e" not in result.err


# --- status pages that are no good -------------------------------------------------------------------------------------------------


def judge(tmp_path, page, **options):
    """The verdict of a Space that is built in silence, beside a page; None: there is no page."""
    facts = shards.put(tmp_path / "facts", BUILDING)
    content = page if page is None or isinstance(page, (str, bytes)) else json.dumps(page)
    result = read(tmp_path, content, "--facts", facts, name="status", **options)
    verdict = program.Report(result.lines).verdicts["acme/silent"] if result.out else None
    return result, verdict


def test_a_page_is_read_as_it_is(pack, tmp_path):
    result, verdict = judge(tmp_path, PAGE)
    assert (result.status, result.err, verdict) == (program.OK, "", "platform_incident")
    well = json.loads(json.dumps(PAGE).replace("degraded", "operational"))
    result, verdict = judge(tmp_path, well)
    assert (result.status, result.err, verdict) == (program.OK, "", "queued_only")


def test_an_open_report_counts_and_one_that_is_over_does_not(pack, tmp_path):
    def page(**attributes):
        told = {"title": "Spaces fail to start", "aggregate_state": "downtime", **attributes}
        return {"data": {"attributes": {"aggregate_state": "operational"}}, "included": [{"type": "status_report", "attributes": told}]}

    assert judge(tmp_path, page(starts_at="2026-05-15T13:00:00Z"))[1] == "platform_incident"
    assert judge(tmp_path, page(aggregate_state="resolved"))[1] == "queued_only"
    assert judge(tmp_path, page(title="Inference is slow"))[1] == "queued_only"


HOPELESS_PAGES = {
    "missing": (None, "status: error: No such file or directory"),
    "empty": ("", "status: error: a file without a byte"),
    "html": ("<!doctype html><html></html>", "status:1:1: error: is HTML or XML, not the page's JSON"),
    "atlassian": ('{"page": {"id": "x"}, "components": []}', "status:1:1: error: is a status page of another make"),
    "list": ("[]", "status:1:1: error: nothing in it can be used as a status page"),
    "facts": (lines(FINE), "status:1:1: error: nothing in it can be used as a status page"),
    "noise": (bytes(range(128, 256)) * 64, "status:1:1: error: nothing in it can be used as a status page"),
    "utf16": (json.dumps(PAGE).encode("utf-16"), "status: error: is UTF-16; save it as UTF-8"),
    "too_long": (json.dumps(PAGE)[:-1] + " " * (8 << 20) + "}", "status: error: is longer than 8 MiB"),
}


@pytest.mark.parametrize("kind", HOPELESS_PAGES)
def test_what_is_no_page_stops_the_command(pack, tmp_path, kind):
    content, said = HOPELESS_PAGES[kind]
    result, _ = judge(tmp_path, content)
    assert (result.status, result.out) == (program.USAGE, b"")
    (message,) = [line for line in result.err.splitlines() if line.startswith(said)]
    assert ";" in message


def test_a_page_that_is_cut_off_gives_what_came_before(pack, tmp_path):
    whole = json.dumps(PAGE)
    result, verdict = judge(tmp_path, whole[: whole.index('"Hub"')])
    assert (result.status, verdict) == (program.DAMAGE, "platform_incident")
    assert re.search(r"^status:1:\d+: warning: the page ends, or breaks off, before its JSON does; fetch it again", result.err, re.MULTILINE)


ODD_PAGES = {
    "state": ({"public_name": "Spaces", "status": "wobbly"}, "status: is no state that is known; it counts as unknown"),
    "state_kind": ({"public_name": "Spaces", "status": [1]}, "status: is no state that is known; it counts as unknown"),
    "no_state": ({"public_name": "Spaces"}, "status: is missing; it counts as unknown"),
    "contradiction": ({"public_name": "Hub", "status": "downtime"}, "a component of this name has another state; the worse counts"),
}


@pytest.mark.parametrize("kind", ODD_PAGES)
def test_odd_components_are_told_and_the_rest_counts(pack, tmp_path, kind):
    attributes, said = ODD_PAGES[kind]
    page = {**PAGE, "included": [*PAGE["included"], {"type": "status_page_resource", "attributes": attributes}]}
    result, verdict = judge(tmp_path, page)
    assert (result.status, verdict) == (program.OK, "platform_incident")
    messages = result.err.splitlines()
    assert any(re.match(rf"status:1:\d+: warning: {said}; ", message) for message in messages), result.err


def test_a_component_without_a_name_is_skipped(pack, tmp_path):
    page = {**PAGE, "included": [{"type": "status_page_resource", "attributes": {"status": "downtime"}}, *PAGE["included"]]}
    result, verdict = judge(tmp_path, page)
    assert (result.status, verdict) == (program.DAMAGE, "platform_incident")
    assert re.match(r"status:1:\d+: warning: a component without a public_name; skipped; ", result.err)


def test_a_page_from_the_future_is_told(pack, tmp_path):
    facts = shards.put(tmp_path / "facts", BUILDING)
    result = read(tmp_path, json.dumps(PAGE), "--facts", facts, "--now", "2026-05-15T12:00:00Z", name="status")
    assert result.status == program.OK
    assert re.match(r"status:1:\d+: warning: updated_at: is in the future; ", result.err)


# --- odd files ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["facts", "status"])
def test_a_directory_is_no_file(pack, tmp_path, name):
    (tmp_path / name).mkdir()
    more = [] if name == "facts" else ["--facts", shards.put(tmp_path / "f", BUILDING)]
    result = read(tmp_path, None, *more, name=name)
    assert (result.status, result.out) == (program.USAGE, b"")
    assert result.err.splitlines()[0].startswith(f"{name}: ")


@pytest.mark.parametrize("name", ["facts", "status"])
def test_a_file_that_may_not_be_read_is_told(pack, tmp_path, name):
    path = shards.put(tmp_path / name, BUILDING)
    path.chmod(0)
    more = [] if name == "facts" else ["--facts", shards.put(tmp_path / "f", BUILDING)]
    result = read(tmp_path, None, *more, name=name, before=program.powerless())
    assert (result.status, result.out) == (program.USAGE, b"")
    assert f"{name}: error: Permission denied; check the file's name and permissions" in result.err


def test_facts_may_come_through_a_pipe(pack, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = subprocess.Popen(["sh", "-c", f"printf '%s\\n' '{BUILDING}' > '{pipe}'"])
    result = program.run("report", "--report", "jsonl", "--facts", pipe)
    assert writer.wait(program.TIMEOUT_S) == 0
    assert (result.status, program.Report(result.lines).verdicts) == (program.OK, {"acme/silent": "queued_only"})


def test_memory_does_not_grow_with_what_is_skipped(pack, tmp_path):
    small = shards.put(tmp_path / "small", lines(FINE))
    large = shards.put(tmp_path / "large", lines(FINE, *["[" + "1," * 500_000 + "1]"] * 40))
    _, least = program.peak_memory(tmp_path, "report", "--report", "none", "--facts", small)
    result, most = program.peak_memory(tmp_path, "report", "--report", "none", "--facts", large)
    assert result.status == program.DAMAGE
    if not program.SANITIZED:
        assert most < least + (16 << 20)
