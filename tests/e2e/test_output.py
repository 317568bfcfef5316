"""What is written appears whole or not at all; full disks, closed pipes and signals are told and leave nothing half-written."""

import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

import formats
import program
from phrases import MISSING

HITS = 20_000


@pytest.fixture
def logs(tree):
    files = {f"acme/s{at}/run.log": f"{MISSING}\n" for at in range(30)}
    files["acme/many/run.log"] = "".join(f"ModuleNotFoundError: No module named 'm{at}'\n" for at in range(HITS))
    return tree(files)


@pytest.fixture
def state(logs, tmp_path):
    path = tmp_path / "fleet.state"
    assert program.scan("--report", "none", "--state", path, "--events", tmp_path / "fleet.events", logs).status == program.OK
    return path


def told_once(result, *parts):
    """It failed with one clear line, which holds all of `parts`."""
    assert result.status == program.USAGE
    assert result.err.startswith("spacesift: ")
    assert result.err.count("\n") == 1, result.err
    for part in parts:
        assert str(part) in result.err


OUTPUTS = ["--output", "--events", "--state"]


# --- full disks, closed pipes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", OUTPUTS)
def test_a_full_device_is_told(logs, option):
    result = program.scan("--report", "jsonl" if option == "--output" else "none", option, "/dev/full", logs)
    told_once(result, "/dev/full", "No space left on device", "free some space")


def writers(logs, state):
    """Each command that writes to standard output."""
    return {
        "scan": ["scan", "--rules", program.RULES, "--report", "jsonl", logs],
        "scan text": ["scan", "--rules", program.RULES, logs],
        "scan --events": ["scan", "--rules", program.RULES, "--report", "none", "--events", "-", logs],
        "scan --state": ["scan", "--rules", program.RULES, "--report", "none", "--state", "-", logs],
        "merge": ["merge", state, state, "-o", "-"],
        "report": ["report", "--rules", program.RULES, "--report", "jsonl", state],
        "explain": ["explain", "--rules", program.RULES, state, "acme/s1"],
        "events": ["events", state.with_suffix(".events")],
        "rules list": ["rules", "list", "--rules", program.RULES],
        "rules show": ["rules", "show", "panic", "--rules", program.RULES],
        "rules export": ["rules", "export", "--hsbench", "--rules", program.RULES],
    }


NAMES = list(writers("", program.HERE))


@pytest.mark.parametrize("name", NAMES)
def test_a_full_standard_output_is_told(logs, state, name):
    with open("/dev/full", "wb") as full:
        told_once(program.run(*writers(logs, state)[name], stdout=full), "standard output", "No space left on device")


@pytest.mark.parametrize("name", NAMES)
def test_a_closed_pipe_is_told(logs, state, name):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        told_once(program.run(*writers(logs, state)[name], stdout=closed), "standard output", "Broken pipe")


def small_files(size):
    """Words and options that let a run write no file beyond `size` bytes: a full disk that needs no disk of its own."""
    return {"before": ["prlimit", f"--fsize={size}"], "restore_signals": False}


@pytest.mark.parametrize("option", OUTPUTS)
@pytest.mark.parametrize("exists", [False, True])
def test_a_file_that_does_not_fit_is_not_left_half_written(logs, state, tmp_path, option, exists):
    place = tmp_path / "place"
    place.mkdir()
    path = place / "out"
    if exists:
        path.write_text("what was there before")
    words = ["--report", "jsonl" if option == "--output" else "none"]
    result = program.scan(*words, option, path, logs, **small_files(100))
    told_once(result, path, "File too large")
    assert [item.name for item in place.iterdir()] == (["out"] if exists else [])
    if exists:
        assert path.read_text() == "what was there before"


@pytest.mark.parametrize("words", [["merge", "STATE", "-o", "OUT"], ["report", "--rules", program.RULES, "-o", "OUT", "STATE"]])
def test_merge_and_report_leave_nothing_half_written_either(state, tmp_path, words):
    place = tmp_path / "place"
    place.mkdir()
    (place / "out").write_text("what was there before")
    words = [{"STATE": state, "OUT": place / "out"}.get(word, word) for word in words]
    told_once(program.run(*words, **small_files(100)), place / "out")
    assert (place / "out").read_text() == "what was there before"
    assert [item.name for item in place.iterdir()] == ["out"]


def test_a_full_file_system_is_told(logs, tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    script = 'mount -t tmpfs -o size=16k none "$0" && touch "$0/ok" && "$@"; status=$?; ls "$0" >&3; exit $status'
    listing = tmp_path / "listing"
    words = [program.SPACESIFT, "scan", "--rules", program.RULES, "--report", "none", "--events", place / "events", logs]
    with open(listing, "wb") as told:
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script.replace(">&3", f">&{told.fileno()}"), place, *words],
            capture_output=True,
            text=True,
            env=program.environment(),
            pass_fds=[told.fileno()],
            check=False,
        )
    if "ok" not in listing.read_text().split():
        pytest.skip("no file system can be mounted here")
    assert done.returncode == program.USAGE
    assert "No space left on device; free some space" in done.stderr
    assert listing.read_text().split() == ["ok"], "nothing is left of the events"


# --- places that cannot be written to --------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", OUTPUTS)
def test_a_directory_that_is_not_there_is_told(logs, tmp_path, option):
    path = tmp_path / "nowhere/out"
    words = ["--report", "jsonl" if option == "--output" else "none"]
    told_once(program.scan(*words, option, path, logs), path, "No such file or directory")


@pytest.mark.parametrize("option", OUTPUTS)
def test_a_directory_is_no_file_to_write(logs, tmp_path, option):
    words = ["--report", "jsonl" if option == "--output" else "none"]
    told_once(program.scan(*words, option, tmp_path, logs), tmp_path, "Is a directory")


@pytest.mark.parametrize("option", OUTPUTS)
def test_a_directory_that_forbids_writing_is_told(logs, tmp_path, option):
    place = tmp_path / "closed"
    place.mkdir(mode=0o500)
    words = ["--report", "jsonl" if option == "--output" else "none"]
    program.scan("--report", "none", logs)  # the rules are in the cache by now
    told_once(program.scan(*words, option, place / "out", logs, before=program.powerless()), place / "out", "Permission denied")
    assert list(place.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_before_the_work(logs, tmp_path):
    """An hour's scan must not end with: no such directory."""
    for option in OUTPUTS:
        os.mkfifo(tmp_path / f"never{option}")
        words = ["--report", "jsonl" if option == "--output" else "none"]
        words += [option, tmp_path / "nowhere/out", tmp_path / f"never{option}"]
        command = [program.SPACESIFT, "scan", "--rules", program.RULES, *words]
        process = program.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            _, err = process.communicate(timeout=20)  # the pipe has no writer, so a scan would wait for ever
            assert process.returncode == program.USAGE, option
            assert b"No such file or directory" in err, option
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            pytest.fail(f"{option}: the scan began")


def test_files_get_the_permissions_that_the_umask_grants(logs, tmp_path):
    old = os.umask(0o027)
    try:
        words = ["--report", "json", "--output", tmp_path / "r", "--events", tmp_path / "e", "--state", tmp_path / "s"]
        assert program.scan(*words, logs).status == program.OK
    finally:
        os.umask(old)
    assert {path: (tmp_path / path).stat().st_mode & 0o777 for path in "res"} == dict.fromkeys("res", 0o640)


def test_a_failed_run_keeps_what_was_there(logs, tmp_path):
    paths = {option: tmp_path / option.strip("-") for option in OUTPUTS}
    for path in paths.values():
        path.write_text("old")
    words = [word for option, path in paths.items() for word in (option, path)]
    assert program.scan(*words, logs, rules=tmp_path / "no-rules.yaml").status == program.USAGE
    assert program.scan(*words, "--files-from", tmp_path / "no-list").status == program.USAGE
    for path in paths.values():
        assert path.read_text() == "old"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["events", "logs", "output", "state"]


def test_a_run_that_succeeds_replaces_what_was_there(logs, tmp_path):
    path = tmp_path / "state"
    path.write_text("old")
    assert program.scan("--report", "none", "--state", path, logs).status == program.OK
    assert len(formats.read_state(path)["spaces"]) == 31


@pytest.mark.parametrize(
    "words",
    [
        ["--events", "-"],
        ["--state", "-"],
        ["--events", "-", "--state", "-", "--report", "none"],
        ["--report", "json", "--output", "-", "--state", "-"],
    ],
)
def test_only_one_thing_goes_to_standard_output(logs, words):
    result = program.scan(*words, logs)
    assert result.status == program.USAGE
    assert result.out == b""
    assert "standard output" in result.err
    assert "--report none" in result.err


@pytest.mark.parametrize("words", [["--state", "X", "--events", "X"], ["--state", "X", "--output", "X"]])
def test_two_things_do_not_go_to_one_file(logs, tmp_path, words):
    path = tmp_path / "one"
    result = program.scan(*(path if word == "X" else word for word in words), logs)
    assert result.status == program.USAGE
    assert str(path) in result.err
    assert not path.exists()


# --- terminals and signals -------------------------------------------------------------------------------------------------


class Waiting:
    """A scan that waits for the rest of a named pipe, which stays open until `finish`."""

    def __init__(self, tmp_path, *words, **streams):
        self.path = tmp_path / "acme" / "live"
        self.path.mkdir(parents=True)
        os.mkfifo(self.path / "run.log")
        command = [program.SPACESIFT, "scan", "--rules", program.RULES, *words, self.path / "run.log"]
        self.process = program.start(command, **streams)
        self.pipe = open(self.path / "run.log", "wb", buffering=0)  # waits until the scan reads it
        self.pipe.write((MISSING + "\n").encode() * 100)

    def finish(self):
        self.pipe.close()
        return self.process.wait(timeout=program.TIMEOUT_S)

    def end_by(self, number):
        self.process.send_signal(number)
        status = self.process.wait(timeout=program.TIMEOUT_S)
        self.pipe.close()
        return status


def shown_on_terminal(tmp_path, *words, seconds):
    """What a scan of some time shows on a terminal that is its standard error."""
    leader, follower = pty.openpty()
    waiting = Waiting(tmp_path, *words, stdout=subprocess.PIPE, stderr=follower)
    os.close(follower)
    shown = b""
    until = time.monotonic() + seconds
    while time.monotonic() < until and b"\r" not in shown:
        if select.select([leader], [], [], 0.1)[0]:
            shown += os.read(leader, 65536)
    assert waiting.finish() == program.OK
    waiting.process.stdout.close()
    while select.select([leader], [], [], 0.1)[0]:
        try:
            shown += os.read(leader, 65536)
        except OSError:
            break
    os.close(leader)
    return shown.decode()


def test_a_progress_line_is_shown_on_a_terminal_and_taken_away(tmp_path):
    shown = shown_on_terminal(tmp_path, seconds=20)
    for word in ("MB", "shards", "hits"):
        assert word in shown
    assert shown.startswith("\r")
    assert shown.endswith("\r\x1b[K")
    assert "\n" not in shown


def test_quiet_shows_no_progress(tmp_path):
    assert shown_on_terminal(tmp_path, "-q", seconds=5 if program.SANITIZED else 1.5) == ""


def test_no_progress_where_standard_error_is_no_terminal(tmp_path):
    waiting = Waiting(tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.5)
    waiting.pipe.close()
    out, err = waiting.process.communicate(timeout=program.TIMEOUT_S)
    assert waiting.process.returncode == program.OK
    assert err == b""
    assert b"acme/live" in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_the_run_as_that_signal_and_leaves_what_was_there(tmp_path, number):
    place = tmp_path / "place"
    place.mkdir()
    paths = {option: place / option.strip("-") for option in OUTPUTS}
    for path in paths.values():
        path.write_text("old")
    words = [word for option, path in paths.items() for word in (option, path)]
    waiting = Waiting(tmp_path, *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.2)
    assert waiting.end_by(number) == -number
    assert waiting.process.stdout.read() == b""
    assert waiting.process.stderr.read() == b""
    for path in paths.values():
        assert path.read_text() == "old"
    strangers = {item.name for item in place.iterdir()} - {"events", "output", "state"}
    assert all(re.fullmatch(r"(events|output|state)\.\w{6}", name) for name in strangers), "what remains is plainly temporary"


@pytest.mark.parametrize("option", ["--state", "--events", "--output"])
def test_an_output_does_not_replace_an_input(tmp_path, option):
    log = tmp_path / "run.log"
    log.write_text("TypeError: bad value\n")
    result = program.scan(option, log, log)
    assert result.status == program.USAGE
    assert "overwritten" in result.err
    assert log.read_text() == "TypeError: bad value\n"


# --- incidents -------------------------------------------------------------------------------------------------------------

TIMED_OUT = "Launch timed out, workload was not healthy after 30 min"
TOO_BIG = "Memory limit exceeded (16Gi)"


@pytest.fixture
def fleet(tree):
    """Thirty Spaces whose launch times out within ten minutes, thirty that outgrow their memory, and a day of calm before."""
    logs = {"calm/space/run.log": f"2026-01-30T10:00:00Z {TOO_BIG}\n"}
    for i in range(30):
        minute = f"2026-01-31T10:0{i % 10}:{i:02}Z"
        own = f"{minute} ModuleNotFoundError: No module named 'torch'\n" if i == 7 else ""
        logs[f"late/s{i:02}/run.log"] = f"{own}{minute} {TIMED_OUT}\n"
        logs[f"large/s{i:02}/run.log"] = f"{minute} {TOO_BIG}\n"
    return tree(logs)


def test_a_phrase_of_the_platform_makes_an_incident_and_a_users_fault_none(fleet, pack, schema):
    found = program.report(fleet, rules=None)
    (incident,) = found.incidents
    schema(incident)
    assert (incident["class"], incident["rule"]) == ("unhealthy_timeout", "launch-timed-out")
    assert incident["title"] == "The Space did not become healthy within its start-up time"
    assert (incident["start"], incident["end"], incident["spaces"]) == ("2026-01-31T10:00:00Z", "2026-01-31T10:10:00Z", 30)
    assert incident["first"] == {"space": "late/s00", "time": "2026-01-31T10:00:00Z"}
    assert [(item["space"], item["time"]) for item in incident["samples"]] == [
        ("late/s00", "2026-01-31T10:00:00Z"),
        ("late/s10", "2026-01-31T10:00:10Z"),
        ("late/s20", "2026-01-31T10:00:20Z"),
    ]
    assert all(item["text"].endswith(TIMED_OUT) for item in incident["samples"])
    for name, space in found.spaces.items():
        assert (space["verdict"] == "platform_incident") == name.startswith("late/"), name
        assert (space["incident"] is not None) == name.startswith("late/")


def test_spaces_inside_an_incident_keep_their_own_evidence(fleet, pack, schema):
    space = program.report(fleet, rules=None).spaces["late/s07"]
    schema(space)
    assert (space["verdict"], space["proof"]) == ("platform_incident", "launch-timed-out")
    assert space["incident"]["rule"] == "launch-timed-out"
    assert "dep_missing_module" in space["also"]
    (own,) = (item for item in space["evidence"] if item["class"] == "dep_missing_module")
    assert own["sample"]["fields"] == {"module": "torch"}


def test_the_text_shows_an_incidents_course_its_first_space_and_a_line(fleet, pack):
    lines = program.scan(fleet, rules=None).text.splitlines()
    at = lines.index("Incidents")
    assert lines[at + 1] == "  unhealthy_timeout, launch-timed-out  The Space did not become healthy within its start-up time"
    assert lines[at + 4] == "    first  late/s00, 2026-01-31T10:00:00Z"
    assert lines[at + 5] == f"    line   2026-01-31T10:00:00Z {TIMED_OUT}"


def test_any_split_of_the_input_tells_the_same_incidents(fleet, tmp_path, pack):
    whole = program.report("-j", 3, fleet, rules=None)
    states = []
    for part in (fleet / "late", fleet / "large", fleet / "calm"):
        states.append(tmp_path / f"{part.name}.state")
        assert program.scan("--report", "none", "--state", states[-1], part, rules=None).status == program.OK
    told = program.run("report", "--report", "jsonl", *reversed(states))
    assert program.Report(told.lines).incidents == whole.incidents
    assert program.Report(told.lines).spaces == whole.spaces
