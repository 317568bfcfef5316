"""Each node of the built-in tree gives its verdict on a small log, its facts, the status page or the fleet beside, and the explanation
shows how: what was asked before and did not hold, what decided, and the line that proves it."""

import json
import random

import pytest
import yaml

import draw_tree
import program
import shards

DATA = program.ROOT / "tests" / "data" / "triage"
NODES = yaml.safe_load((DATA / "nodes.yaml").read_text())
DUTIES = yaml.safe_load((DATA / "duties.yaml").read_text())
TREE = draw_tree.tree()
SPACE = "acme/app"


def nodes_of(nodes, above=()):
    """{id: (node, ids of those above it)}"""
    found = {}
    for node in nodes:
        found[node["id"]] = (node, above)
        found.update(nodes_of(node.get("children", []), (*above, node["id"])))
    return found


BY_ID = nodes_of(TREE)


def page(components):
    """The status page's JSON, in which all is well but what `components` names."""
    states = {"Spaces": "operational", "Spaces Proxy": "operational", **components}
    resources = [
        {"id": str(number), "type": "status_page_resource", "attributes": {"public_name": name, "status": state}}
        for number, (name, state) in enumerate(states.items())
    ]
    return json.dumps({"data": {"type": "status_page", "attributes": {"aggregate_state": "operational"}}, "included": resources})


class Fleet:
    """What a case puts into a directory: logs, facts, a status page; and what is said of it."""

    def __init__(self, root, case):
        self.root, self.case = root, case
        self.sheets = []
        self.add(SPACE, case)
        for kind in ("crowd", "others"):
            told = case.get(kind, {})
            for number in range(told.get("spaces", 0)):
                self.add(f"{kind}/space-{number:04}", told)
        if "older" in case:
            self.sheets.append({"space": SPACE, **case["older"]})
        self.words = []
        if self.sheets:
            shards.put(root / "facts.jsonl", "".join(json.dumps(sheet) + "\n" for sheet in self.sheets))
            self.words += ["--facts", root / "facts.jsonl"]
        if "status" in case:
            shards.put(root / "status.json", page(case["status"]))
            self.words += ["--status", root / "status.json"]
        if "now" in case:
            self.words += ["--now", case["now"]]

    def add(self, space, told):
        for channel, text in told.get("logs", {}).items():
            shards.put(self.root / "logs" / space / f"{channel}.log", text)
        if "facts" in told:
            self.sheets.append({"space": space, **told["facts"]})

    def scan(self):
        (self.root / "logs").mkdir(exist_ok=True)
        layout = ["--layout", "{owner}/{name}/{channel}.log"]
        result = program.scan("--report", "jsonl", "--state", self.root / "state", *layout, *self.words, self.root / "logs", rules=None)
        assert result.status == program.OK and result.err == "", result.err
        return program.Report(result.lines)

    def explain(self, *words, space=SPACE):
        result = program.run("explain", *words, *self.words, self.root / "state", space)
        assert result.status == program.OK and result.err == "", result.err
        return result


def check_path(case, path):
    """Of the nodes asked, those that lead to the deciding one hold, and no other."""
    _, above = BY_ID[case["node"]]
    held = [step["id"] for step in path if step["holds"]]
    assert held == [*case.get("passed", []), *above, case["node"]]
    asked = {step["id"]: step for step in path}
    for above_it in (*above, None):
        level = TREE if above_it is None else BY_ID[above_it][0]["children"]
        ids = [node["id"] for node in level]
        here = [name for name in (*above, case["node"]) if name in ids]
        (decided,) = here
        assert [name for name in ids if name in asked] == ids[: ids.index(decided) + 1]
    return asked[case["node"]]


def check(case, root, schema):
    fleet = Fleet(root, case)
    told = fleet.scan().spaces[SPACE]
    document = fleet.explain("--json").document
    space = document["space"]
    schema(space)
    assert space == told  # the scan's own report says the same
    assert (space["verdict"], space["branch"] or "") == (case["verdict"], case["branch"])
    node = BY_ID[case["node"]][0]
    assert (space["severity"], space["confidence"]) == (node["severity"], node["confidence"])
    assert space["proof"] == case["proof"]
    assert space["phase"] == case.get("phase", space["phase"])
    for name in case.get("also", []):
        assert name in space["also"]
    step = check_path(case, document["path"])
    assert step["outside"] == case.get("outside")
    assert space["title"] and case.get("title", "") in space["title"]
    if space["severity"] in ("warning", "error", "fatal"):
        assert space["actions"] and any(case.get("action", "") in action for action in space["actions"])
    check_text(case, space, step, fleet.explain().text)


def texts(case):
    """All that the case's Space says: its logs, and the platform's message."""
    yield from case.get("logs", {}).values()
    yield case.get("facts", {}).get("error_message", "")


def check_text(case, space, step, text):
    lines = text.splitlines()
    branch = f"  branch {case['branch']}" if case["branch"] else ""
    assert lines[0].startswith(f"{SPACE}  {case['verdict']}{branch}  {space['phase']}")
    assert lines[1] == f"    what   {space['title']}"
    (asked,) = [line for line in lines if f"  [{case['node']}]" in line]
    assert asked.strip().startswith("yes " + step["question"])
    assert case.get("outside", "") in asked
    if step["evidence"]:
        assert f"] by {step['evidence']['rule']}" in asked
    assert f"  so: {case['verdict']}" in lines
    proofs = [line for line in lines if line.startswith("    proof  ")]
    assert len(proofs) == (case["proof"] is not None)
    if proofs:
        shown = proofs[0].removeprefix("    proof  ").removesuffix("…")
        assert any(shown in line for text in texts(case) for line in text.splitlines())
    for number, action in enumerate(space["actions"], 1):
        assert f"  {number}. {action}" in lines


@pytest.mark.parametrize("case", NODES, ids=lambda case: case["node"])
def test_every_node_gives_its_verdict_and_says_why(pack, schema, tmp_path, case):
    check(case, tmp_path, schema)


@pytest.mark.parametrize("case", DUTIES, ids=lambda case: case["name"])
def test_what_goes_before_what(pack, schema, tmp_path, case):
    check(case, tmp_path, schema)


def test_every_node_and_verdict_of_the_tree_has_a_case():
    told = {(case["verdict"], case["branch"]) for case in NODES}
    given = {(node["verdict"], node.get("branch", "")) for node, _ in BY_ID.values() if "verdict" in node}
    assert told == given
    assert {case["node"] for case in NODES} == {name for name, (node, _) in BY_ID.items() if "verdict" in node}


def test_every_branch_of_the_published_tree_is_reached():
    reached = {case["branch"] for case in NODES}
    assert reached == {"", "1", "3", "3A", "3B", "4", "5", "6", "6A", "6B", "6C", "6D", "7", "8", "9", "10"}


# --- incidents, crowds, and how the input is cut up --------------------------------------------------------------------------------

CAPACITY = "Scheduling failure: not enough hardware capacity"


def struck(space, minute):
    """A Space that the scheduler failed at a minute of the day, with a crash of its own before."""
    return {
        f"{space}/run.log": "===== Application Startup at 2026-05-15 13:00:00 =====\n"
        "ModuleNotFoundError: No module named 'faiss'\n"
        f"2026-05-15T13:{minute:02}:00Z {CAPACITY}\n"
    }


def calm(space):
    return {f"{space}/run.log": "===== Application Startup at 2026-05-15 08:00:00 =====\nINFO:     Uvicorn running on http://0.0.0.0:7860\n"}


@pytest.fixture
def incident(tree, tmp_path):
    """Twelve of sixty Spaces that no machine was free for within minutes, and one that had the same hours before."""
    files = {}
    for number in range(12):
        files.update(struck(f"struck/space-{number:02}", 40 + number % 4))
    for number in range(47):
        files.update(calm(f"calm/space-{number:02}"))
    files["early/one/run.log"] = f"===== Application Startup at 2026-05-15 06:00:00 =====\n2026-05-15T06:01:00Z {CAPACITY}\n"
    state = tmp_path / "state"
    assert program.scan("--report", "none", "--state", state, tree(files), rules=None).status == program.OK
    return state


def test_spaces_inside_an_incident_say_so_and_keep_their_own_evidence(pack, incident):
    found = program.Report(program.run("report", "--report", "jsonl", incident).lines)
    (told,) = found.incidents
    assert (told["class"], told["spaces"]) == ("scheduling_capacity", 12)
    assert {name for name, space in found.spaces.items() if space["incident"]} == {f"struck/space-{number:02}" for number in range(12)}
    space = found.spaces["struck/space-03"]
    assert (space["verdict"], space["branch"], space["proof"]) == ("platform_incident", "1", "scheduling-no-capacity")
    assert "dep_missing_module" in space["also"]
    assert found.sample("struck/space-03", "python-module-not-found")["text"] == "ModuleNotFoundError: No module named 'faiss'"
    assert found.verdicts["early/one"] == "scheduling_capacity"
    assert found.verdicts["calm/space-00"] == "healthy"
    step = program.run("explain", "--json", incident, "struck/space-03").document["path"][0]
    assert (step["id"], step["holds"], step["evidence"]["rule"]) == ("fleet-incident", True, "scheduling-no-capacity")
    text = program.run("explain", incident, "struck/space-03").text
    assert "in an incident" in text.splitlines()[0]
    assert f"    proof  2026-05-15T13:43:00Z {CAPACITY}" in text


def test_dated_messages_of_the_facts_make_an_incident_too(pack, tmp_path):
    rows = [
        {"space": f"f/s{number:02}", "stage": "RUNTIME_ERROR", "error_message": CAPACITY, "time": f"2026-05-15T13:4{number % 4}:00Z"}
        for number in range(12)
    ]
    path = shards.put(tmp_path / "facts.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    found = program.Report(program.run("report", "--report", "jsonl", "--facts", path).lines)
    assert [(item["class"], item["spaces"]) for item in found.incidents] == [("scheduling_capacity", 12)]
    assert set(found.verdicts.values()) == {"platform_incident"}


def test_undated_messages_of_the_facts_make_none(pack, tmp_path):
    rows = [{"space": f"f/s{number:02}", "stage": "RUNTIME_ERROR", "error_message": CAPACITY} for number in range(12)]
    path = shards.put(tmp_path / "facts.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    found = program.Report(program.run("report", "--report", "jsonl", "--facts", path).lines)
    assert found.incidents == []
    assert set(found.verdicts.values()) == {"scheduling_capacity"}


def spread(root):
    """Every case as a Space of one fleet: the logs' directory, and the sheets of the facts."""
    sheets = []
    for number, case in enumerate([*NODES, *DUTIES]):
        space = f"fleet/space-{number:03}"
        for channel, text in case.get("logs", {}).items():
            shards.put(root / space / f"{channel}.log", text)
        sheets += [{"space": space, **case["facts"]}] if "facts" in case else []
    return sheets


@pytest.mark.parametrize("seed", range(3))
def test_neither_the_order_of_facts_nor_the_split_of_logs_changes_a_byte(pack, tmp_path, seed):
    draw = random.Random(seed)
    sheets = spread(tmp_path / "logs")
    layout = ["--layout", "{owner}/{name}/{channel}.log"]
    words = ["--status", shards.put(tmp_path / "status.json", page({"Spaces Proxy": "degraded"})), "--report", "jsonl"]
    facts = shards.put(tmp_path / "facts.jsonl", "".join(json.dumps(sheet) + "\n" for sheet in sheets))
    whole = program.scan(*words, "--facts", facts, *layout, "-j", 1, tmp_path / "logs", rules=None)
    assert whole.status == program.OK, whole.err

    spaces = sorted((tmp_path / "logs" / "fleet").iterdir())
    draw.shuffle(spaces)
    draw.shuffle(sheets)
    shards.put(facts, json.dumps(sheets, indent=draw.choice([None, 1])))  # a list, as the Hub has it
    states = []
    for part in range(3):
        states.append(tmp_path / f"{part}.state")
        done = program.scan("--report", "none", "--state", states[-1], *layout, *spaces[part::3], rules=None)
        assert done.status == program.OK, done.err
    draw.shuffle(states)
    split = program.run("report", *words, "--facts", facts, *states)
    assert split.status == program.OK, split.err
    assert split.out == whole.out
    assert len(program.Report(whole.lines).spaces) == len(NODES) + len(DUTIES)
