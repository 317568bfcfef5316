"""Trees that are wrong: each is named with its place and with what was meant, and none is taken."""

import re

import pytest

import program
import shards

HEAD = """\
ruleset: {name: bad, version: "1"}
classes:
  - {id: oom, title: Memory ran out}
rules:
  - id: memory-limit
    class: oom
    severity: error
    title: Memory ran out
    any: ['Memory limit exceeded']
    examples:
      match: ['Memory limit exceeded', 'Memory limit exceeded (16Gi)', 'Error: Memory limit exceeded']
      no_match: ['Memory limit', 'Memory limit: 16Gi', 'exceeded']
  - id: built
    class: oom
    severity: info
    title: Built
    mark: built
    any: ['The image is built']
    examples:
      match: ['The image is built', '1: The image is built', 'The image is built.']
      no_match: ['The image', 'is built', 'An image is built']
"""


def node(when, more="verdict: oom, severity: error", name="n"):
    return f"  - {{id: {name}, question: Is it?, when: {when}, {more}}}\n"


LAST = node("{always: true}", "verdict: no_fault_seen, severity: info", "last")
FIRST = 23  # the line of the tree's first node


def tree(*nodes):
    return "tree:\n" + "".join(nodes) + LAST


def when(text, column, said, line=FIRST):
    return tree(node(text)), line, column, said


WRONG = {
    # what the conditions refer to
    "unknown class": when("{class: omm}", 45, "when.class: the set has no class 'omm'; did you mean 'oom'?"),
    "unknown class in a list": when("{class: [oom, omm]}", 51, "when.class: the set has no class 'omm'; did you mean 'oom'?"),
    "unknown rule": when("{rule: memory-limits}", 44, "when.rule: the set has no rule 'memory-limits'; did you mean 'memory-limit'?"),
    "unknown mark": when("{mark: bilt}", 44, "did you mean 'built'?"),
    "no mark": when("{mark: none}", 44, "when.mark: 'none' is none of queued, step_start"),
    "unknown phase": when("{phase: [built, biulding]}", 53, "did you mean 'building'?"),
    "unknown severity": when("{fault: eror}", 45, "did you mean 'error'?"),
    "unknown condition": when("{clas: oom}", 38, "when: 'clas' is no condition; did you mean 'class'?"),
    "unknown condition within": when("{all: [{not: {rul: memory-limit}}]}", 51, "when: 'rul' is no condition; did you mean 'rule'?"),
    "unknown class after a mark": when("{class_after: {class: omm, mark: built}}", 59, "did you mean 'oom'?"),
    "unknown mark of an age": when("{age: {mark: biult, minutes: 5}}", 50, "did you mean 'built'?"),
    # of a wrong type
    "a list": when("[{class: oom}]", 37, "when: a condition must be a mapping of one key; write e.g. `when: {class: ID}`"),
    "a text": when("oom", 37, "when: a condition must be a mapping of one key"),
    "a number": when("7", 37, "when: a condition must be a mapping of one key"),
    "two keys": when("{class: oom, mark: built}", 37, "when: a condition must have one key, here are 2; join several as `all: [{…}, {…}]`"),
    "no key": when("{}", 37, "when: a condition must have one key, here are 0"),
    "a number for a class": when("{class: 404}", 45, "when.class: must be a text, but without quotes '404' is a number; put it in quotes"),
    "a map for a rule": when("{rule: {id: memory-limit}}", 44, "when.rule: must be a text, here is a mapping"),
    "a map for all": when("{all: {class: oom}}", 43, "when.all: must be a list"),
    "an empty any": when("{any: []}", 43, "when.any: the list is empty"),
    "a list within all": when("{all: [[{class: oom}]]}", 44, "when: a condition must be a mapping of one key"),
    "a list for not": when("{not: [{class: oom}]}", 43, "when: a condition must be a mapping of one key"),
    "a text for lines": when("{lines: few}", 45, "lines must be a mapping, here is a text; write `name: value` pairs"),
    "a text for a number": when("{lines: {min: few}}", 51, "when.lines.min: must be a whole number"),
    "a negative number": when("{lines: {min: -1}}", 51, "when.lines.min: must be a whole number"),
    "an empty range": when("{lines: {min: 9, max: 2}}", 45, "when.lines: min is above max, so it never holds; exchange the two"),
    "a text for always": when("{always: maybe}", 46, "when.always: must be true or false"),
    "never": when("{always: false}", 46, "when.always: false is no condition; write true, or wrap the condition in `not`"),
    "one mark after none": when("{after: [built]}", 45, "when.after: must name two marks, here are 1; write [MARK, OTHER]"),
    "an empty phase": when("{phase: []}", 45, "when.phase: the list is empty"),
    "a misspelt part": when("{age: {mark: built, minute: 5}}", 57, "did you mean 'minutes'?"),
    # nodes
    "no verdict": (tree(node("{class: oom}", "severity: error")), FIRST, 5, "verdict: the node decides nothing; give it a `verdict`, or `children` that do"),
    "no severity": (tree(node("{class: oom}", "verdict: oom")), FIRST, 5, "severity: a node with a verdict needs this field"),
    "no condition": (tree("  - {id: n, question: Q, verdict: oom, severity: error}\n"), FIRST, 5, "when: a tree node needs this field"),
    "no id": (tree("  - {question: Q, when: {class: oom}, verdict: oom, severity: error}\n"), FIRST, 5, "id: a tree node needs this field"),
    "a misspelt key": (tree(node("{class: oom}", "verdict: oom, severity: error, acitons: [Do it]")), FIRST, 82, "acitons: a tree node has no such field; did you mean 'actions'?"),
    "an id twice": (tree(node("{class: oom}"), node("{mark: built}")), FIRST + 1, 5, "'n': id: another tree node has this id, at {path}:23:5; rename or remove one of the two"),
    "an id twice, one below": (
        tree(node("{class: oom}", "children: [{id: last, question: Q, when: {mark: built}, verdict: oom, severity: error}]")), FIRST + 1, 5, "'last': id: another tree node has this id, at {path}:23:62"
    ),
    "a node that is a list": ("tree:\n  - [n, Is it?]\n" + LAST, FIRST, 5, "a tree node must be a mapping"),
    "children that are a node": (tree(node("{class: oom}", "children: {id: m}")), FIRST, 61, "children: must be a list"),
    "a tree that is a node": ("tree: {id: n}\n", FIRST - 1, 7, "tree: must be a list"),
    "an empty tree": ("tree: []\n", FIRST - 1, 7, "tree: the list is empty"),
    # loops: a node would have to name another, and YAML's own means for that are refused
    "a node below itself": (tree("  - &n {id: n, question: Q, when: {class: oom}, children: [*n]}\n"), FIRST, 5, "anchors are not used in rule files"),
    "the use of it": (tree("  - &n {id: n, question: Q, when: {class: oom}, children: [*n]}\n"), FIRST, 60, "aliases are not used in rule files"),
    "a condition within itself": (tree("  - {id: n, question: Q, when: &w {not: *w}, verdict: oom, severity: error}\n"), FIRST, 41, "aliases are not used in rule files"),
    "a merge of nodes": (tree(node("{class: oom}", "<<: {verdict: oom}, severity: error")), FIRST, 51, "<<: a tree node has no such field"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_tree_is_named_with_its_place(tmp_path, name):
    text, line, column, said = WRONG[name]
    path = shards.put(tmp_path / "tree.yaml", HEAD + text)
    result = program.run("rules", "check", "--rules", path)
    assert result.status == program.USAGE
    told = [row for row in result.err.splitlines() if row.startswith(f"{path}:{line}:{column}: error: ")]
    assert any(said.replace("{path}", str(path)) in row for row in told), result.err
    assert all("; " in row for row in told), "each says what to do"
    scan = program.scan("-", rules=path, stdin=b"x\n")
    assert (scan.status, scan.out) == (program.USAGE, b"")


# A node that no path reaches, and what else a tree says in vain, is a warning: the tree can be walked all the same.
VAIN = {
    "behind one that always decides": (["{always: true}", "{class: oom}"], 24, 5, "'n2': is never asked: 'n1' before it always decides"),
    "behind one that asks for more": (["{class: oom}", "{rule: memory-limit}"], 24, 5, "'n2': is never reached: 'n1' before it, at line 23, already decides"),
    "behind one that asks the same": (["{any: [{mark: built}, {class: oom}]}", "{any: [{class: oom}, {mark: built}]}"], 24, 5, "'n2': is never reached: 'n1'"),
    "a condition and its opposite": (["{all: [{class: oom}, {not: {class: oom}}]}", "{class: oom}"], 23, 59, "'n1': when: can never hold: this excludes the condition at 23:53"),
    "a rule without its class": (["{all: [{rule: memory-limit}, {not: {class: oom}}]}", "{class: oom}"], 23, 67, "'n1': when: can never hold: this excludes the condition at 23:52"),
    "two phases at once": (["{all: [{phase: built}, {phase: queued}]}", "{class: oom}"], 23, 61, "'n1': when: can never hold"),
    "a mark that no rule sets": (["{mark: healthy}", "{class: oom}"], 23, 38, "'n1': when: can never hold: no rule sets the mark 'healthy'; write a rule with this mark, or take it away"),
    "a mark after itself": (["{after: [built, built]}", "{class: oom}"], 23, 38, "'n1': when: can never hold: a mark does not come after itself"),
}


@pytest.mark.parametrize("name", VAIN)
def test_a_node_that_no_path_reaches_is_warned_of(tmp_path, name):
    (first, second), line, column, said = VAIN[name]
    path = shards.put(tmp_path / "tree.yaml", HEAD + tree(node(first, name="n1"), node(second, name="n2")))
    result = program.run("rules", "check", "--rules", path)
    assert result.status == program.OK, result.err
    rows = result.err.splitlines()
    begin = f"{path}:{line}:{column}: warning: {said}"
    assert any(row.startswith(begin) for row in rows), result.err
    assert all(re.search("; [a-z]", row) for row in rows), "each says what to do"


def test_a_class_without_rules_can_not_decide(tmp_path):
    head = HEAD.replace("classes:\n", "classes:\n  - {id: disk, title: Disk}\n")
    path = shards.put(tmp_path / "tree.yaml", head + tree(node("{class_after: {class: disk, mark: built}}"), node("{class: oom}", name="o")))
    result = program.run("rules", "check", "--rules", path)
    assert result.status == program.OK
    assert f"{path}:3:5: warning: 'disk': no rule is of this class" in result.err
    assert ": warning: 'n': when: can never hold: no rule is of class 'disk'" in result.err


def test_a_tree_deeper_than_any_need_is_refused(tmp_path):
    """Below 64 levels nothing is read, so no walk is ever deeper than that."""
    text = "{not: " * 80 + "{class: oom}" + "}" * 80
    path = shards.put(tmp_path / "tree.yaml", HEAD + tree(node(text)))
    result = program.run("rules", "check", "--rules", path)
    assert result.status == program.USAGE
    assert re.search(rf"{re.escape(str(path))}:{FIRST}:\d+: error: .*64", result.err), result.err
