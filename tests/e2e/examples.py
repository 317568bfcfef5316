"""The examples of the documentation, taken from their Markdown and run as a reader would run them.

A `console` block is a session: `$ ` begins a command, `> ` goes on with it, and what follows is what it prints, both its
outputs together. A line that is only `...` stands for any number of lines, `...` inside a line for any text.

A command that ends in ` &` stays in the background until a later one kills it as `%1`, or else the document ends; what it
prints is what it says until it serves. The ports in PORTS stand for free ones. What a server knows changes a moment after it
was told, so a `curl` while one is under way is asked again, for a while, until it prints what is expected.

After a change that alters what the program prints, this writes the documents' sessions anew, to be read over:

    python3 tests/e2e/examples.py README.md docs/*.md
"""

import dataclasses
import difflib
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import program

FENCE = re.compile(r"^```(\S*)$")
GAP = "..."
GAP_SIDE = 8  # as much text beside a gap tells its place
FLEET = "sample-fleet"
PORTS = ("5140", "5514", "6514", "9464", "24224")
SERVES = re.compile(r" serves: ")
SETTLE_S = 120  # how long a curl is asked again
AGAIN_S = 0.2
SETTLED_S = 2  # by when a server knows what it was told, where nothing is expected yet


@dataclasses.dataclass
class Block:
    """A fenced block: the language it is said to be in, the number of its first line from 0, and its lines."""

    language: str
    start: int
    lines: list

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"


@dataclasses.dataclass
class Step:
    """A command of a session, and what it is said to print. `start` counts within the block."""

    command: str
    start: int
    expected: list


def blocks(text):
    """All fenced blocks of a document, in order."""
    found = []
    inside = False
    for number, line in enumerate(text.splitlines()):
        fence = FENCE.match(line)
        if fence:
            inside = not inside
        if fence and inside:
            found.append(Block(fence[1], number + 1, []))
        elif inside:
            found[-1].lines.append(line)
    return found


def steps(block):
    found = []
    for number, line in enumerate(block.lines):
        if line.startswith("$ "):
            found.append(Step(line[2:], number + 1, []))
        elif re.match(r">( |$)", line) and not found[-1].expected:
            found[-1].command += "\n" + line[2:]
            found[-1].start = number + 1
        else:
            found[-1].expected.append(line)
    return found


def line_fits(expected, line):
    return re.fullmatch(".*".join(map(re.escape, expected.split(GAP))), line) is not None


def fits(expected, lines):
    """Whether a session's lines are what was printed. Pieces between gaps are looked for in turn, the last one at the end."""
    pieces = [[]]
    for line in expected:
        if line == GAP:
            pieces.append([])
        else:
            pieces[-1].append(line)

    def stands(piece, at):
        return at + len(piece) <= len(lines) and all(map(line_fits, piece, lines[at:]))

    if len(pieces) == 1:
        return len(expected) == len(lines) and stands(expected, 0)
    first, *middle, last = pieces
    at = len(first)
    if not stands(first, 0):
        return False
    for piece in middle:
        while not stands(piece, at):
            if at >= len(lines):
                return False
            at += 1
        at += len(piece)
    return len(lines) - len(last) >= at and stands(last, len(lines) - len(last))


def keep_gaps(old, new):
    """The new line with gaps where the old one has them, told by the text on either side."""
    parts = old.split(GAP)
    kept = ""
    for left, right in zip(parts, parts[1:]):
        left, right = left[-GAP_SIDE:], right[:GAP_SIDE]
        begin = new.find(left) + len(left)
        end = new.find(right, begin) if right else len(new)
        if left not in new or end < 0:
            return kept + new
        kept += new[:begin] + GAP
        new = new[end:]
    return kept + new


def renew(expected, lines):
    """The session's lines with what was printed now: each line gives way to the one most like it, gaps stay."""

    def unlike(old, new):
        return 0 if line_fits(old, new) else 1.01 - difflib.SequenceMatcher(None, old, new).ratio()

    costs = {(0, 0): (0, None)}  # (lines of the session, lines printed) -> the least cost, and what comes before
    for i in range(len(expected) + 1):
        for j in range(len(lines) + 1):
            gap = i > 0 and expected[i - 1] == GAP
            ways = [(i - 1, j), (i, j - 1)] if gap else [(i - 1, j - 1)]
            known = [(costs[way][0] + (0 if gap else unlike(expected[i - 1], lines[j - 1])), way) for way in ways if way in costs]
            if known:
                costs[i, j] = min(known)
    at = (len(expected), len(lines))
    if at not in costs:
        return lines
    renewed = []
    while at != (0, 0):
        before = costs[at][1]
        if before[0] < at[0]:
            old = expected[at[0] - 1]
            renewed.append(old if old == GAP or line_fits(old, lines[at[1] - 1]) else keep_gaps(old, lines[at[1] - 1]))
        at = before
    return renewed[::-1]


def make_place(directory):
    """Where the documents' examples run: a directory with what they refer to, and one for each document in it.

    The sample fleet is made by the very options that stand in tools/quickstart."""
    for name in ("docs", "patterns"):
        (directory / name).symlink_to(program.ROOT / name)
    options = re.search(r"fleetgen (--spaces .*) --out", (program.ROOT / "tools" / "quickstart").read_text())[1]
    made = program.run(*options.split(), "--out", directory / FLEET, program=program.FLEETGEN)
    assert made.status == program.OK, made.err


def enter(directory, document):
    """The directory of a document: what it makes, no other sees."""
    own = directory / document.stem
    own.mkdir()
    (own / FLEET).symlink_to(directory / FLEET)
    return own


def environment():
    path = os.pathsep.join([str(program.BIN_DIR), os.environ["PATH"]])
    return program.environment(PATH=path)


def free_ports(count):
    """Ports that nobody listens at just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(sock.getsockname()[1]) for sock in sockets]
    for sock in sockets:
        sock.close()
    return ports


class Job:
    """A command in the background, and what it has printed so far."""

    def __init__(self, command, directory):
        self.command = command
        self.lines = []
        self.serves = threading.Event()
        self.process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment(),
            cwd=directory,
            text=True,
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if SERVES.search(line):
                self.serves.set()
        self.serves.set()  # or never will

    def begin(self):
        """What it printed until it served."""
        assert self.serves.wait(program.TIMEOUT_S), f"{self.command}\ndoes not serve:\n" + "\n".join(self.lines)
        assert self.process.poll() is None, f"{self.command}\nended early:\n" + "\n".join(self.lines)
        return list(self.lines)

    def end(self):
        """Asks it to end, which it must do well."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(program.TIMEOUT_S)
        self.reader.join(program.TIMEOUT_S)
        printed = "\n".join(self.lines)
        program.check_sound(status, printed)
        assert status == program.OK, f"{self.command}\nexit status {status}\n{printed}"


class Session:
    """The commands of one document, run in its directory; a context manager, which ends what runs in the background."""

    def __init__(self, directory):
        self.directory = directory
        self.jobs = []
        ports = free_ports(len(PORTS))
        self.ports = dict(zip(PORTS, ports))
        self.real = dict(zip(ports, PORTS))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        jobs, self.jobs = self.jobs, []
        try:
            for job in jobs:
                job.end()
        finally:
            for job in jobs:
                if job.process.poll() is None:
                    job.process.kill()

    def told(self, lines):
        """With the ports that the document names."""
        ports = re.compile(rf"(?<=:)({'|'.join(self.real)})(?![0-9])")
        return [ports.sub(lambda found: self.real[found[0]], line) for line in lines]

    def run(self, command):
        """What a command prints. Its exit status must be 0 and so must be those of its parts."""
        command = re.sub(rf"(?<![0-9.])({'|'.join(PORTS)})(?![0-9.])", lambda found: self.ports[found[0]], command)
        signalled = re.fullmatch(r"kill (-HUP )?%(\d+)", command)
        if signalled:
            number = int(signalled[2]) - 1
            if signalled[1]:
                self.jobs[number].process.send_signal(signal.SIGHUP)
            else:
                self.jobs.pop(number).end()
            return []
        if command.endswith(" &"):
            self.jobs.append(Job(command[:-2], self.directory))
            return self.told(self.jobs[-1].begin())
        return self.told(self.foreground(command))

    def foreground(self, command):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment(),
            cwd=self.directory,
            timeout=program.TIMEOUT_S,
            check=False,
        )
        printed = done.stdout.decode("utf-8", "replace")
        assert done.returncode == 0, f"{command}\nexit status {done.returncode}\n{printed}"
        program.check_sound(done.returncode, printed)
        return printed.splitlines()

    def run_step(self, step):
        """What a step prints; of a server that is asked, once it knows what it is expected to know."""
        until = time.monotonic() + SETTLE_S
        while True:
            printed = self.run(step.command)
            asked = self.jobs and step.command.startswith("curl ")
            if not asked or fits(step.expected, printed) or time.monotonic() >= until:
                return printed
            time.sleep(AGAIN_S)


def renew_document(document, directory):
    text = document.read_text()
    lines = text.splitlines()
    moved = 0
    with Session(directory) as session:
        for block in blocks(text):
            for step in steps(block) if block.language == "console" else []:
                time.sleep(SETTLED_S if session.jobs else 0)
                renewed = renew(step.expected, session.run(step.command))
                begin = block.start + step.start + moved
                lines[begin : begin + len(step.expected)] = renewed
                moved += len(renewed) - len(step.expected)
    document.write_text("\n".join(lines) + "\n")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        directory = pathlib.Path(scratch)
        make_place(directory)
        for document in map(pathlib.Path, sys.argv[1:]):
            renew_document(document, enter(directory, document))


if __name__ == "__main__":
    main()
