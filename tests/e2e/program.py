"""Runs the programs under test from outside: what went in, what came out, and that nothing was left behind."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import pytest

import formats

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
RULES = HERE / "rules" / "fleet.yaml"  # a small set that compiles in no time: see there
SANITIZED = os.environ.get("SIFT_SANITIZED") == "1"

BIN_DIR = pathlib.Path(os.environ.get("SIFT_BIN_DIR", ROOT / "build" / "release"))
SPACESIFT = BIN_DIR / "spacesift"
FLEETGEN = BIN_DIR / "fleetgen"

# A sanitizer's finding must not pass for exit status 1, "some input was damaged".
SANITIZER_STATUS = 99
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:detect_leaks=1",
    "UBSAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:print_stacktrace=1",
}

OK, DAMAGE, USAGE = 0, 1, 2
TIMEOUT_S = 200


@dataclasses.dataclass
class Result:
    """What a run gave. `out` is bytes, `err` text."""

    status: int
    out: bytes
    err: str

    @property
    def text(self):
        return self.out.decode()

    @property
    def document(self):
        return json.loads(self.out)

    @property
    def lines(self):
        """The objects of JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**changes):
    """The environment of a run; a value of None takes the variable away."""
    env = {**os.environ, **SANITIZER_OPTIONS, "LC_ALL": "C.UTF-8"}
    for name in ("NO_COLOR", "FORCE_COLOR"):
        env.pop(name, None)
    for name, value in changes.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = str(value)
    return env


def check_sound(status, err):
    """No sanitizer complained and no signal ended the run."""
    assert status >= 0, f"ended by signal {-status}: {err}"
    assert status != SANITIZER_STATUS and "Sanitizer" not in err and "runtime error:" not in err, err
    assert status in (OK, DAMAGE, USAGE), f"exit status {status}: {err}"


def start(command, *, env=None, **options):
    """A run under way, for tests that look at it meanwhile."""
    return subprocess.Popen([str(word) for word in command], env=environment(**(env or {})), **options)


def run(*words, stdin=b"", stdout=subprocess.PIPE, env=None, program=SPACESIFT, before=(), **options):
    """Runs `spacesift WORDS...` to its end. `before` are words in front of the program's name, `options` subprocess's own."""
    done = subprocess.run(
        [str(word) for word in [*before, program, *words]],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment(**(env or {})),
        timeout=TIMEOUT_S,
        check=False,
        **options,
    )
    result = Result(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))
    check_sound(result.status, result.err)
    return result


def scan(*words, rules=RULES, **options):
    """Runs `spacesift scan` with the small rules; `rules=None` takes the built-in pack."""
    chosen = ["--rules", rules] if rules is not None else []
    return run("scan", *chosen, *words, **options)


class Report:
    """A report in JSON, by name."""

    def __init__(self, objects):
        self.objects = objects
        self.spaces = {item["space"]: item for item in objects if item["type"] == "space"}
        self.incidents = [item for item in objects if item["type"] == "incident"]
        (self.summary,) = (item for item in objects if item["type"] == "summary")

    @property
    def verdicts(self):
        return {name: space["verdict"] for name, space in self.spaces.items()}

    @property
    def reasons(self):
        return self.summary["reasons"]

    @property
    def damages(self):
        return [(item["source"], item["offset"], item["reason"]) for item in self.summary["damages"]]

    def only_damage(self, source, reason):
        """The offset of the only damage told, which is that of `source`."""
        assert self.reasons == {reason: 1}
        ((at, offset, why),) = self.damages
        assert (at, why) == (source, reason)
        return offset

    def counts(self, space):
        """{rule: (count, demoted)} of what weighs now."""
        return {item["rule"]: (item["count"], item["demoted"]) for item in self.spaces[space]["evidence"]}

    def sample(self, space, rule):
        (item,) = (item for item in self.spaces[space]["evidence"] if item["rule"] == rule)
        return item["sample"]


def report(*words, status=OK, **options):
    """Scans, and gives the report; fails where the exit status is another one than `status`."""
    result = scan("--report", "jsonl", *words, **options)
    assert result.status == status, (result.status, result.err, result.out[-2000:])
    return Report(result.lines)


def events_of(tmp_path, *words, **options):
    """Scans with --events; the header and the events."""
    path = tmp_path / "out.events"
    result = scan("--report", "none", "--events", path, *words, **options)
    assert result.status in (OK, DAMAGE), result.err
    assert result.out == b""
    return formats.read_events(path)


def powerless():
    """Words that run a command without root's power over permissions; none where we have no such power."""
    if os.geteuid() != 0:
        return []
    words = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    try:
        able = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        able = False
    if not able:
        pytest.skip("root's power over permissions cannot be given up here")
    return words


# Starts the command from a process that itself is small, since what a process held before exec counts as its peak.
MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[2:])
with open(sys.argv[1], "w") as out:
    out.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)
"""


def peak_memory(tmp_path, *words, **options):
    """Runs `spacesift WORDS...`; the result and the most memory that it held, in bytes."""
    told = tmp_path / "peak"
    result = run(*words, before=[sys.executable, "-S", "-c", MEASURE, told], **options)
    return result, int(told.read_text()) * 1024
