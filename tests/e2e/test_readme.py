"""The documentation says what is: its examples run, its links lead somewhere, its tables are the program's."""

import difflib
import json
import re
import subprocess
import sys

import pytest

import draw_tree
import examples
import program

DOCUMENTS = [program.ROOT / "README.md", program.ROOT / "CHANGELOG.md", *sorted((program.ROOT / "docs").glob("*.md"))]
LANGUAGES = {"console", "json", "python", "sh", "text", "yaml"}  # sh and text are not run
LINK = re.compile(r"\]\(([^)\s]+)\)")

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@pytest.fixture(scope="module")
def place(tmp_path_factory, pack):
    directory = tmp_path_factory.mktemp("place")
    examples.make_place(directory)
    return directory


@pytest.mark.parametrize(
    "expected, printed, fit",
    [
        (["a", "b"], ["a", "b"], True),
        (["a", "b"], ["a", "c"], False),
        (["a"], ["a", "b"], False),
        (["a", "b"], ["a"], False),
        ([], ["a"], False),
        (["..."], [], True),
        (["a", "...", "d"], ["a", "b", "c", "d"], True),
        (["a", "...", "d"], ["a", "d", "c"], False),
        (["...", "b", "...", "b"], ["a", "b"], False),
        (["...", "b", "c", "..."], ["b", "x", "b", "c", "d"], True),
        (["in ... s, of 7"], ["in 0.3 s, of 7"], True),
        (["in ... s, of 7"], ["in 0.3 s, of 8"], False),
        (["(a)"], ["a"], False),
    ],
)
def test_a_session_fits_what_was_printed_where_only_gaps_differ(expected, printed, fit):
    assert examples.fits(expected, printed) == fit


@pytest.mark.parametrize(
    "expected, printed, renewed",
    [
        (["5 Spaces, read in ..."], ["6 Spaces, read in 3 s"], ["6 Spaces, read in ..."]),
        (["1 apple", "...", "3 pears"], ["2 apples", "more", "more", "4 pears"], ["2 apples", "...", "4 pears"]),
        (["a", "b"], ["a", "b", "c"], ["a", "b", "c"]),
    ],
)
def test_a_renewed_session_keeps_its_gaps(expected, printed, renewed):
    assert examples.renew(expected, printed) == renewed


def differences(step, printed):
    told = difflib.unified_diff(step.expected, printed, "the document", "the program", lineterm="")
    return "\n".join([f"$ {step.command}", *told])


def run_session(block, session):
    wrong = []
    for step in examples.steps(block):
        printed = session.run_step(step)
        if not examples.fits(step.expected, printed):
            wrong.append(differences(step, printed))
    return wrong


def run_python(block, session):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block.text], cwd=session.directory, capture_output=True, text=True, check=False
    )
    return [] if done.returncode == 0 else [f"{block.text}\n{done.stderr}"]


@each_document
def test_examples_print_what_the_document_shows(document, place):
    runners = {"console": run_session, "python": run_python}
    wrong = []
    with examples.Session(examples.enter(place, document)) as session:
        for block in examples.blocks(document.read_text()):
            if block.language in runners:
                wrong += runners[block.language](block, session)
    assert not wrong, "\n\n".join(wrong)


@each_document
def test_every_block_says_what_it_is(document):
    assert {block.language for block in examples.blocks(document.read_text())} <= LANGUAGES


def anchors(document):
    """What a Markdown renderer makes of the headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_links_lead_to_what_is_there(document):
    for link in LINK.findall(document.read_text()):
        if re.match(r"https?://", link):
            continue
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_json_examples_of_the_report_are_valid(schema):
    found = [
        json.loads(block.text)
        for block in examples.blocks((program.ROOT / "docs" / "report.md").read_text())
        if block.language == "json"
    ]
    assert found
    for value in found:
        schema(value)


def test_yaml_examples_of_the_rules_are_a_set_without_a_flaw(tmp_path):
    for number, block in enumerate(examples.blocks((program.ROOT / "docs" / "rules.md").read_text())):
        if block.language == "yaml":
            (tmp_path / f"{number}.yaml").write_text(block.text)
    checked = program.run("rules", "check", "--rules", tmp_path)
    assert checked.status == program.OK, checked.err
    assert checked.text.endswith(" 0 errors, 0 warnings\n"), checked.err


def test_all_options_of_a_scan_are_described():
    known = set(re.findall(r"--[a-z][a-z-]*", program.run("scan", "--help").text))
    described = set(re.findall(r"`(?:-\w, )?(--[a-z][a-z-]*)", (program.ROOT / "docs" / "scan.md").read_text()))
    assert described == known


def table(document, columns):
    """The rows of a document's tables that have so many columns and begin with a word in code quotes."""
    rows = [line.strip("|").split("|") for line in document.read_text().splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in rows if len(row) == columns]


def verdict_nodes(nodes):
    for node in nodes:
        if "verdict" in node:
            yield node
        yield from verdict_nodes(node.get("children", []))


def test_verdicts_are_those_of_the_tree():
    asked = {}
    for node in verdict_nodes(draw_tree.tree()):
        branches, severities = asked.setdefault(node["verdict"], (set(), set()))
        branches.add(node.get("branch", ""))
        severities.add(node["severity"])
    rows = table(program.ROOT / "docs" / "verdicts.md", 4)
    told = {verdict.strip("`"): (set(branches.split(", ")), set(severities.split(", "))) for verdict, branches, severities, _ in rows}
    assert told == asked


def test_the_tree_is_drawn_as_it_is():
    shown = (program.ROOT / "docs" / "triage.md").read_text().splitlines()
    drawn = [line for begin, end in draw_tree.drawings(shown) for line in shown[begin:end]]
    assert drawn == draw_tree.draw(draw_tree.tree()), "python3 tests/e2e/draw_tree.py docs/triage.md draws it anew"


def test_keys_of_facts_are_those_of_the_program():
    source = (program.ROOT / "ingest" / "facts_record.c").read_text()
    names = {"SPACE": "space", "TIME": "time"}
    known = {}
    for target, path in re.findall(r'\{(\w+), "([\w.]+)"\},', source):
        fact = names.get(target, target.removeprefix("SIFT_FACT_").lower())
        if target not in ("ERROR", "PART"):
            known.setdefault(fact, []).append(path)
    known["repo_commit"] += known.pop("sha")
    rows = table(program.ROOT / "docs" / "facts.md", 3)
    told = {fact.strip("`"): re.findall(r"`([\w.]+)`", paths) for fact, paths, _ in rows}
    assert known and told == known


def test_reasons_of_damage_are_those_of_the_program():
    source = (program.ROOT / "engine" / "reason.c").read_text()
    rows = re.findall(r'\{"(\w+)",\s*"((?:[^"\\]|\\.)*)",\s*(true|false)\}', source)
    known = [(name, text.replace('\\"', '"'), damage == "true") for name, text, damage in rows]
    rows = table(program.ROOT / "docs" / "report.md", 3)
    told = [(name.strip("`"), text, damage == "yes") for name, text, damage in rows if damage in ("yes", "no")]
    assert known and told == known
