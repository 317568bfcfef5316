"""Text of real logs to measure on: what fleetgen makes is of the same mould as what the rules were written for."""
import os
import pathlib
import random

from .runs import ROOT, WORK

BLOCK_LINES = 40
# Collections that are not part of the project are used where they lie beside it; any Debian machine has some logs of its own.
BESIDE = ROOT.parent / "shared" / "loghub"
OWN = pathlib.Path("/var/log")
given = None # by --logs


def found():
    """The files to take, and what they are in words."""
    for directory, words in ((given, "logs given by `--logs`"), (BESIDE, "the collection beside the project"), (OWN, "this machine's own logs")):
        files = sorted(path for path in directory.rglob("*.log") if path.is_file() and os.access(path, os.R_OK) and path.stat().st_size) \
            if directory and directory.is_dir() else []
        if files:
            return files, words
    return [], ""


def text(size):
    """A file of `size` bytes or a little more, and a sentence on it; None where no logs are at hand.

    Such collections are small. They are repeated by blocks of some lines, shuffled anew each time, so that neither caches nor branch
    predictors meet the same order twice."""
    files, words = found()
    blocks = []
    for path in files:
        lines = path.read_bytes().splitlines(keepends=True)
        lines[-1] = lines[-1].rstrip(b"\n") + b"\n"
        blocks += [b"".join(lines[i:i + BLOCK_LINES]) for i in range(0, len(lines), BLOCK_LINES)]
    own = sum(map(len, blocks))
    if own == 0:
        return None, ""
    out = WORK / "real.log"
    dice = random.Random(5)
    made = 0
    with out.open("wb") as file:
        while made < size:
            dice.shuffle(blocks)
            for block in blocks:
                made += file.write(block)
                if made >= size:
                    break
    return out, ("Real logs: %s, %d files of %.1f MB in all, in blocks of %d lines, shuffled anew for each of %.3g repetitions."
                 % (words, len(files), own / 1e6, BLOCK_LINES, made / own))
