"""The examples of the documentation, taken from their Markdown and run as a reader would run them.

A `console` block is a session: `$ ` begins a command, `> ` goes on with it, and what follows is what it prints, both its
outputs together. A line that is only `...` stands for any number of lines, `...` inside a line for any text.

After a change that alters what the program prints, this writes the documents' sessions anew, to be read over:

    python3 tests/e2e/examples.py README.md docs/*.md
"""

import dataclasses
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import program

FENCE = re.compile(r"^```(\S*)$")
GAP = "..."
GAP_SIDE = 8  # as much text beside a gap tells its place
FLEET = "sample-fleet"


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


def run(command, directory):
    """Runs a command of a session. Its exit status must be 0 and so must be those of its parts."""
    path = os.pathsep.join([str(program.BIN_DIR), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env=program.environment(PATH=path),
        cwd=directory,
        timeout=program.TIMEOUT_S,
        check=False,
    )
    printed = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, f"{command}\nexit status {done.returncode}\n{printed}"
    program.check_sound(done.returncode, printed)
    return printed.splitlines()


def renew_document(document, directory):
    text = document.read_text()
    lines = text.splitlines()
    moved = 0
    for block in blocks(text):
        for step in steps(block) if block.language == "console" else []:
            renewed = renew(step.expected, run(step.command, directory))
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
