"""spacesift rules, and how wrong rules are told: each place, each field, what to do."""

import os
import re

import pytest

import program
import shards

DATA = program.ROOT / "tests" / "data" / "rules"
GOOD = [DATA / "good" / "minimal.yaml", DATA / "good" / "split", program.RULES]
BAD = sorted((DATA / "bad").glob("*.yaml"))


def rules(*words, **options):
    return program.run("rules", *words, **options)


# --- check -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_good_rules_pass_the_check(path):
    result = rules("check", "--rules", path)
    assert result.status == program.OK, result.err
    assert re.fullmatch(r"\d+ rules?, \d+ class(es)?, \d+ tree nodes?, 0 errors, \d+ warnings?\n", result.text)


def test_the_built_in_pack_passes_the_check_without_a_warning():
    result = rules("check")
    assert result.status == program.OK, result.err
    assert result.text.endswith(", 0 errors, 0 warnings\n"), result.err


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_mistake_is_named_with_its_place_and_field(path):
    """Each bad file begins with what must be said of it: `# expect LINE:COLUMN FIELD: TEXT`."""
    expected = re.findall(r"^# expect (\d+):(\d+) ([^: ]+): (.*)$", path.read_bytes().decode("utf-8", "replace"), re.MULTILINE)
    assert expected
    result = rules("check", "--rules", path)
    assert result.status == program.USAGE
    said = [line.replace(f"{path.parent}/", "") for line in result.err.splitlines() if ": error: " in line]
    for line, column, field, text in expected:
        begin = f"{path.name}:{line}:{column}: error: " if line != "0" else f"{path.name}: error: "
        told = [item for item in said if item.startswith(begin) and text in item]
        assert any(field in ("-", *re.findall(r"[^ :]+", item)) for item in told), (begin, field, text, said)
    errors = int(re.search(r"(\d+) errors?", result.text)[1])
    assert errors == len(said) >= len(expected)


def test_all_mistakes_are_shown_in_one_run():
    result = rules("check", "--rules", DATA / "bad")
    assert result.status == program.USAGE
    named = {os.path.basename(line.split(":")[0]) for line in result.err.splitlines()}
    assert len(named) > 20


SEVERAL = """\
ruleset: {name: several, version: "1"}
classes:
  - {id: oom, title: Memory ran out}
rules:
  - id: wrong-field
    class: oom
    severity: eror
    title: A title
    any: ['Killed: memory', '(open']
    examples: {match: ['Killed: memory'], no_match: ['Killed: time']}
  - id: bad-pattern
    class: oom
    severity: error
    title: A title
    any: ['.*x*']
    examples: {match: ['Killed: memory'], no_match: ['Killed: time']}
  - id: failing-example
    class: oom
    severity: error
    title: A title
    any: ['Killed: memory']
    examples: {match: ['Killed: memory', 'killed'], no_match: ['Killed: time']}
"""

PATTERNS = [
    "9:29: error: 'wrong-field': any[2]: not a valid pattern: missing closing parenthesis at character 6; write it in PCRE syntax",
    "15:11: error: 'bad-pattern': any[1]: can match an empty line; let it hold at least one fixed character",
    "17:5: error: 'failing-example': examples.match[2]: does not match; mend the pattern or the example",
]


def test_a_wrong_field_hides_neither_patterns_nor_examples(tmp_path):
    path = shards.put(tmp_path / "several.yaml", SEVERAL)
    field = "7:15: error: 'wrong-field': severity: 'eror' is none of info, warning, error, fatal; did you mean 'error'?"
    double = f"9:11: warning: 'wrong-field': any: rule 'failing-example' has the same pattern, at {path}:21; keep it in the rule"
    result = rules("check", "--rules", path)
    assert result.status == program.USAGE
    said = [f"{path}:{line}" for line in (field, f"{double} that it tells most about", *PATTERNS)]
    assert result.err.splitlines() == said
    assert result.text == "4 errors, 1 warning\n"
    scan = program.scan("-", rules=path, stdin=b"x\n")
    assert (scan.status, scan.err.splitlines()[:-1]) == (program.USAGE, result.err.splitlines())


def test_a_file_that_cannot_be_opened_hides_nothing_of_the_others(tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set/10-lost.yaml").symlink_to("nowhere")
    path = shards.put(tmp_path / "set/20-several.yaml", SEVERAL)
    alone = rules("check", "--rules", path).err.replace(str(tmp_path), "")
    result = rules("check", "--rules", tmp_path / "set")
    assert result.status == program.USAGE
    lost, *others = result.err.replace(str(tmp_path), "").splitlines()
    assert lost.startswith("/set/10-lost.yaml: error: cannot be read: No such file")
    assert others == alone.splitlines()
    assert result.text == "5 errors, 1 warning\n"


HALF = """\
ruleset: {name: half, version: "1"}
classes:
  - {id: oom, title: Memory ran out}
rules:
  - id: half
    class: oom
    severity: error
    title: A title
    any: ['Killed: memory', '(open']
    examples: {match: ['Killed: maybe'], no_match: ['Killed: memory, again', 'Killed: time']}
"""


@pytest.mark.parametrize("severity", ["error", "eror"])
def test_examples_run_as_far_as_the_good_patterns_decide_them(tmp_path, severity):
    """Whether the loading found errors or only the compiling did: the one run shows both."""
    path = shards.put(tmp_path / "half.yaml", HALF.replace("severity: error", f"severity: {severity}"))
    result = rules("check", "--rules", path)
    told = [line.split(": error: ")[1].split(";")[0] for line in result.err.splitlines() if ": error: " in line]
    assert "'half': examples.no_match[1]: matches" in told
    assert len(told) == (2 if severity == "error" else 3)
    errors = [line for line in result.err.splitlines() if ": error: " in line]
    assert program.scan("-", rules=path, stdin=b"x\n").err.splitlines()[:-1] == errors


def test_bad_patterns_hide_no_examples_and_draw_no_warning(tmp_path):
    path = shards.put(tmp_path / "several.yaml", SEVERAL.replace("eror", "error"))
    result = rules("check", "--rules", path)
    assert result.status == program.USAGE
    said = result.err.splitlines()
    assert [line for line in said if ": error: " in line] == [f"{path}:{line}" for line in PATTERNS]
    warnings = [line for line in said if ": warning: " in line and ": give at least 3" not in line]
    assert len(warnings) == 1
    assert "rule 'failing-example' has the same pattern" in warnings[0]


def test_examples_run_through_the_databases_and_a_lie_is_told(tmp_path):
    lie = program.RULES.read_text().replace("no_match: ['expected panic: overflow']", "no_match: ['panic: at the disco']")
    lie = lie.replace("match: ['Memory limit exceeded (16Gi)'", "match: ['Memory is plenty'")
    path = shards.put(tmp_path / "lie.yaml", lie)
    result = rules("check", "--rules", path)
    assert result.status == program.USAGE
    assert [line.split(": error: ")[1].split(";")[0] for line in result.err.splitlines() if ": error: " in line] == [
        "'memory-limit': examples.match[1]: does not match",
        "'panic': examples.no_match[1]: matches",
    ]
    scan = program.scan("-", rules=path, stdin=b"x\n")
    assert scan.status == program.USAGE, "a rule set that fails its own examples must not judge"
    assert scan.out == b""
    assert "spacesift rules check" in scan.err


@pytest.mark.parametrize("action", [["check"], ["list"], ["show", "panic"], ["compile", "-o", "out"], ["export", "--hsbench"]])
def test_rules_that_are_not_there_are_told(tmp_path, action):
    result = rules(*action, "--rules", tmp_path / "nothing", cwd=tmp_path)
    assert result.status == program.USAGE
    assert str(tmp_path / "nothing") in result.err
    assert "No such file" in result.err
    assert not (tmp_path / "out").exists()


def test_a_directory_without_rules_is_told(tmp_path):
    result = program.scan("-", rules=tmp_path, stdin=b"x\n")
    assert result.status == program.USAGE
    assert str(tmp_path) in result.err


@pytest.mark.parametrize("command", [["scan", "-"], ["report", "x"], ["explain", "x", "a/b"]], ids=lambda words: words[0])
def test_every_command_tells_wrong_rules_alike(command):
    path = DATA / "bad" / "unknown-field.yaml"
    result = program.run(*command, "--rules", path)
    assert result.status == program.USAGE
    assert f"{path}:15:5: error: 'a-rule': actons: " in result.err
    assert "did you mean 'actions'?" in result.err
    assert "spacesift rules check" in result.err


FINE = """\
ruleset: {name: fine, version: "1"}
classes:
  - {id: oom, title: Memory ran out}
  - {id: disk, title: The disk is full}
rules:
  - id: memory-limit
    class: oom
    severity: error
    title: Memory ran out
    any: ['Memory limit exceeded']
    examples:
      match: ['Memory limit exceeded', 'Memory limit exceeded (16Gi)', 'Error: Memory limit exceeded']
      no_match: ['Memory limit', 'Memory limit: 16Gi', 'exceeded']
  - id: memory-killed
    class: oom
    severity: error
    title: The kernel killed it
    any: ['Out of memory: Killed process']
    examples:
      match: ['Out of memory: Killed process', 'Out of memory: Killed process 1', 'kernel: Out of memory: Killed process 2']
      no_match: ['Out of memory', 'Killed process', 'memory: Killed']
  - id: disk-full
    class: disk
    severity: error
    title: The disk is full
    any: ['No space left on device']
    examples:
      match: ['No space left on device', 'OSError: No space left on device', 'tar: No space left on device']
      no_match: ['No space left', 'space left on device', 'no device']
tree:
  - {id: memory, question: Memory?, when: {rule: memory-limit}, verdict: oom, severity: error}
  - {id: killed, question: Killed?, when: {rule: memory-killed}, verdict: oom, severity: error}
  - {id: disk, question: Disk?, when: {class: disk}, verdict: disk_limit, severity: error}
  - {id: rest, question: Else?, when: {always: true}, verdict: no_fault_seen, severity: info}
"""

LINT = {
    "needless": ("['Memory limit exceeded']", "['Memory limit exceeded', 'limit exceeded$|Memory limit']", 10, "'memory-limit': any[1]: is needless: any[2] of this rule, at line 10,"),
    "shadowed": ("any: ['Out of memory: Killed process']", "any: ['limit exceeded']", 10, "'memory-limit': any[1]: rule 'memory-killed' of the same class matches every such line too, by its pattern at {path}:18:11"),
    "open in a group": ("['Memory limit exceeded']", "['(?:.*Memory limit exceeded|more memory)']", 10, "'memory-limit': any[1]: begins with .*"),
    "few examples": (", 'memory: Killed']", "]", 14, "'memory-killed': examples.no_match: 2 near-miss examples: give at least 3"),
    "few matches": (", 'tar: No space left on device']", "]", 22, "'disk-full': examples.match: 2 matching examples: give at least 3"),
    "unused rule": ("{rule: memory-killed}", "{fault: fatal}", 14, "'memory-killed': no tree node asks for this rule or for its class"),
    "never reached": ("{rule: memory-killed}", "{all: [{rule: memory-killed}, {rule: memory-limit}]}", 32, "'killed': is never reached: 'memory' before it, at line 31,"),
    "never holds": ("{rule: memory-killed}", "{all: [{rule: memory-killed}, {not: {class: oom}}]}", 32, "'killed': when: can never hold: this excludes the condition at 32:57"),
    "no such mark": ("{class: disk}", "{all: [{class: disk}, {mark: built}]}", 33, "'disk': when: can never hold: no rule sets the mark 'built'"),
    "no change": ("severity: info}", "severity: info, children: [{id: same, question: Same?, when: {lines: {min: 9}}, verdict: no_fault_seen, severity: info}]}", 34, "'same': changes nothing: 'rest' above it says the same"),
}


def test_a_fine_set_draws_no_warning(tmp_path):
    result = rules("check", "--rules", shards.put(tmp_path / "fine.yaml", FINE))
    assert (result.status, result.err) == (program.OK, "")
    assert result.text == "3 rules, 2 classes, 4 tree nodes, 0 errors, 0 warnings\n"


@pytest.mark.parametrize("change", LINT)
def test_each_finding_of_the_lint_is_told_with_its_place(tmp_path, change):
    old, new, line, said = LINT[change]
    text = FINE.replace(old, new) if change != "shadowed" else FINE.replace(old, new).replace("{rule: memory-limit}", "{class: oom}")
    if change == "shadowed":
        text = text.replace("{rule: memory-killed}", "{all: [{rule: memory-killed}, {fault: fatal}]}")
        text = text.replace("Out of memory: Killed process", "limit exceeded")
    assert text != FINE
    path = shards.put(tmp_path / "lint.yaml", text)
    result = rules("check", "--rules", path)
    warnings = [row for row in result.err.splitlines() if ": warning: " in row]
    told = [row for row in warnings if said.format(path=path) in row]
    assert len(told) == 1, result.err
    assert re.match(rf"{re.escape(str(path))}:{line}:\d+: warning: ", told[0]), told
    assert "; " in told[0], "it says what to do"


# --- list, show, compile, export -------------------------------------------------------------------------------------------


def test_list_shows_rules_in_order_of_id():
    text = rules("list", "--rules", program.RULES).text
    ids = [line.split()[0] for line in text.splitlines()[1:]]
    assert ids == sorted(ids)
    assert len(ids) == 13


def test_list_in_json_tells_all(tmp_path):
    document = rules("list", "--json", "--rules", program.RULES).document
    assert document["name"] == "fleet"
    assert document["version"] == "1"
    assert re.fullmatch("[0-9a-f]{32}", document["hash"])
    assert [item["id"] for item in document["classes"] if item["incident"]] == ["registry_push"]
    (rule,) = (rule for rule in document["rules"] if rule["id"] == "panic")
    assert rule["channels"] == ["run"]
    assert rule["capture"] == ["cause"]
    assert rule["mark"] is None
    assert rule["any"] == [r"(?<!expected )panic: (?<cause>\w+)"]
    assert program.RULES.read_text().splitlines()[rule["line"] - 1] == "  - id: panic"
    assert rule["file"].endswith("fleet.yaml")
    result = program.scan("--report", "jsonl", shards.put(tmp_path / "a", "x\n"))
    assert program.Report(result.lines).summary["ruleset"] == {key: document[key] for key in ("name", "version", "hash")}


def test_how_a_set_is_cut_into_files_changes_nothing(tmp_path):
    whole = program.RULES.read_text()
    head, tree = whole.split("\ntree:")
    shards.put(tmp_path / "set/20-tree.yaml", "tree:" + tree)
    shards.put(tmp_path / "set/10-rules.yml", head)
    shards.put(tmp_path / "set/notes.txt", "no rules: [")
    one = rules("list", "--json", "--rules", program.RULES).document
    two = rules("list", "--json", "--rules", tmp_path / "set").document
    assert one["hash"] == two["hash"]


def test_show_tells_who_decides_and_which_nodes_ask():
    text = rules("show", "panic", "--rules", program.RULES).text
    assert "PCRE2 decides" in text
    assert "panicked (verdict startup_crash)" in text
    assert re.search(r"fleet\.yaml:\d+", text)


def test_show_tells_how_each_pattern_is_woken(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text("""ruleset: {name: woken, version: "1"}
classes: [{id: trouble, title: Trouble}]
rules:
  - id: ways
    class: trouble
    severity: error
    title: Ways to be woken
    any: ['no room for the reactor core', '^Oops!$', 'x\\d{3}', 'HTTP/1\\.1" 200']
    examples: {match: ['no room for the reactor core', 'Oops!', 'x123'], no_match: ['HTTP/1.1" 404']}
""")
    text = rules("show", "ways", "--rules", path).text
    assert re.search(r"woken by the sampler: 'no room for the reactor core' seen at '.{11}'\n", text)
    assert "woken by the literal matcher: 'oops!' (short)\n" in text
    assert "woken by the rest database, which looks at every byte: it needs no text of 4 bytes or more\n" in text
    assert "woken by the rest database, which looks at every byte: the texts it needs are common in typical logs\n" in text


def test_show_of_an_unknown_rule_names_the_nearest():
    result = rules("show", "pani", "--rules", program.RULES)
    assert result.status == program.USAGE
    assert result.out == b""
    assert "did you mean 'panic'?" in result.err


def test_compile_writes_the_databases(tmp_path):
    path = tmp_path / "rules.db"
    result = rules("compile", "-o", path, "--rules", program.RULES)
    assert (result.status, result.out, result.err) == (program.OK, b"", "")
    assert path.stat().st_size > 1000
    assert rules("compile", "-o", "-", "--rules", program.RULES).out[:16] == path.read_bytes()[:16]


@pytest.mark.parametrize("words, said", [
    (["compile"], "say where to write the databases"),
    (["compile", "-o", "-", "logs"], "one word too many"),
    (["compile", "--profile", "no/such/place"], "--profile"),
    (["list", "--profile", "logs"], "'rules compile'"),
])
def test_a_profile_that_cannot_be_used_is_told(words, said):
    result = rules(*words, "--rules", program.RULES)
    assert result.status == program.USAGE
    assert said in result.err


def test_a_profile_that_is_not_there_is_told_by_its_cause():
    result = rules("compile", "--profile", "no/such/place")
    assert "cannot use no/such/place as a corpus: No such file or directory" in result.err and "wrong usage" not in result.err


def test_a_profile_of_too_little_text_is_told(tmp_path):
    log = shards.put(tmp_path / "small.log", "a line\n")
    result = rules("compile", "--profile", log, "--rules", program.RULES)
    assert result.status == program.USAGE
    assert "name some that hold" in result.err


def test_export_writes_the_form_of_hsbench():
    """FLAGS as hsbench knows them; ids unique; slashes within a pattern escaped."""
    result = rules("export", "--hsbench", "--rules", program.RULES)
    assert result.status == program.OK
    form = re.compile(r"(\d+):/((?:[^/\\]|\\.)+)/([ismHV8WPLCQ]*)(\{[a-z_=,0-9]+\})?")
    rows = [form.fullmatch(row) for row in result.text.splitlines()]
    assert all(rows)
    ids = [int(row[1]) for row in rows]
    assert len(set(ids)) == len(ids) >= 13
    flags = {row[2]: row[3] for row in rows}
    assert all("m" in value for value in flags.values())
    assert "P" in flags[r"(?<!expected )panic: (?<cause>\w+)"], "PCRE2 decides, Hyperscan lets candidates through"
    assert "P" not in flags[r"\bResolutionImpossible\b"]
