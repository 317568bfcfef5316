"""Other programs that look for many patterns, with as many of ours as each of them takes."""
import re
import shutil
import statistics
import subprocess

from .page import Table
from .runs import SPACESIFT, WORK, fleet, in_turn, middle, pinned, spread

# ---- patterns


def exported():
    """(pattern, flags) of all that every line is scanned for."""
    lines = subprocess.run([SPACESIFT, "rules", "export", "--hsbench"], check=True, stdout=subprocess.PIPE).stdout
    found = (re.fullmatch(r"\d+:/(.*)/([A-Za-z0-9]*)", line) for line in lines.decode("latin-1").splitlines())
    return [match.groups() for match in found]


TOKEN = re.compile(r"\\x[0-9a-fA-F]{2}|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\(\?<[A-Za-z_]\w*>|\(\?.|[*+?]\+?|\{\d+(?:,\d*)?\}\+?|.", re.S)
IN_CLASS = {"d": "0-9", "w": "[:alnum:]_", "s": "[:space:]", "t": "\t"}


def without_names(pattern, flags):
    """For regex crates and ugrep: groups without names, slashes without backslashes. None: look-around, which they do not know."""
    if "P" in flags:
        return None
    out = "".join("(?:" if token.startswith("(?<") else "/" if token == "\\/" else token for token in TOKEN.findall(pattern))
    return "(?i:%s)" % out if "i" in flags else out


def class_as_ere(token):
    inner = token[2:-1] if token.startswith("[^") else token[1:-1]
    out = ""
    for piece in re.findall(r"\\x..|\\.|\[:\w+:\]|.", inner, re.S):
        if piece[0] != "\\":
            out += piece
        elif piece[1] in IN_CLASS:
            out += IN_CLASS[piece[1]]
        elif piece[1].isalnum() or piece[1] in "]-^":
            return None # has no place of its own in a class of POSIX
        else:
            out += piece[1]
    return token[:len(token) - 1 - len(inner)] + out + "]"


def as_ere(pattern, flags):
    """For `grep -E`: None where POSIX has no such thing."""
    if flags.strip("m"):
        return None
    out = ""
    repeated = False # the token before was a repeat: a '?' makes it lazy, which is the same for whole lines
    for token in TOKEN.findall(pattern):
        if token == "?" and repeated:
            repeated = False
            continue
        repeated = token in ("*", "+", "?") or token[0] == "{"
        if token[0] == "[":
            token = class_as_ere(token)
        elif token in ("(?:",) or token.startswith("(?<") and token.endswith(">"):
            token = "("
        elif token.startswith("(?") or (len(token) > 1 and token[-1] == "+" and token[0] in "*+?{"):
            token = None
        elif token[0] == "\\" and token[1].isalnum():
            token = {"d": "[0-9]", "D": "[^0-9]", "t": "\t"}.get(token[1], token if token in ("\\w", "\\W", "\\s", "\\S", "\\b", "\\B") else None)
        elif token[0] == "\\" and token[1] not in ".[]{}()*+?|^$\\":
            token = token[1]
        if token is None:
            return None
        out += token
    return out


def taken(command, patterns, path):
    """Those of the patterns that the program takes; `path` then holds them. Found by halving."""
    path.write_bytes("".join(pattern + "\n" for pattern in patterns).encode("latin-1"))
    end = subprocess.run(command + [str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if end.returncode in (0, 1) and not end.stderr:
        return patterns
    if len(patterns) <= 1:
        return []
    half = len(patterns) // 2
    kept = taken(command, patterns[:half], path) + taken(command, patterns[half:], path)
    path.write_bytes("".join(pattern + "\n" for pattern in kept).encode("latin-1"))
    return kept


# ---- programs

PROGRAMS = [
    ("rg", ["rg", "-c", "-a", "-j1", "--no-config", "--no-unicode", "--regex-size-limit", "1G", "--dfa-size-limit", "1G", "-f"], without_names),
    ("grep", ["env", "LC_ALL=C", "grep", "-c", "-a", "-E", "-f"], as_ere),
    ("ugrep", ["ugrep", "-c", "-a", "-U", "-J1", "-f"], without_names),
]


def corpus(quick):
    """One compressed file of raw lines."""
    size = "4M" if quick else "64M"
    logs = fleet("grep-" + size, 300, size, "per-space", "raw")
    out = logs.parent / "corpus.zst"
    text = logs.parent / "corpus.log"
    if not out.exists():
        with text.open("wb") as file:
            for path in sorted(logs.rglob("*.zst")):
                subprocess.run(["zstd", "-dcq", path], check=True, stdout=file)
        subprocess.run(["zstd", "-q", "-3", "-f", text, "-o", out], check=True)
    return out, text.stat().st_size


def piped(command, path, name):
    """The count goes through `cat`: greps that write to /dev/null stop at the first line."""
    return pinned("bash", "-c", 'set -o pipefail; zstdcat -- "$1" | "${@:2}" | cat', "bash", str(path), *command, str(name))


def table(quick):
    """The time to start is that on an empty file. Some make their automata only while they read, which no run can take off."""
    path, size = corpus(quick)
    empty = WORK / "empty.zst"
    subprocess.run(["zstd", "-q", "-f", "-o", empty], check=True, stdin=subprocess.DEVNULL)
    patterns = exported()
    named = [(name, command, [wanted for wanted in (form(*pattern) for pattern in patterns) if wanted is not None])
             for name, command, form in PROGRAMS if shutil.which(name)]
    rows = [("`spacesift scan`", len(patterns), pinned(SPACESIFT, "scan", "-q", "-j1", "--report", "none", path),
             pinned(SPACESIFT, "scan", "-q", "-j1", "--report", "none", empty), None)]
    for name, command, wanted in named:
        file = WORK / ("patterns.%s" % name)
        kept = taken(command, wanted, file)
        shown = {"rg": "`zstdcat \\| rg -f`", "grep": "`zstdcat \\| grep -E -f`", "ugrep": "`zstdcat \\| ugrep -f`"}[name]
        rows.append((shown.replace("\\|", "|"), len(kept), piped(command, path, file), piped(command, empty, file), name))
    begins = in_turn(3, *[row[3] for row in rows])
    runs = in_turn(3, *[row[2] for row in rows])
    out = Table("program", "patterns it takes", "CPU to start, s", "CPU for the text, s", "MB/s", "spread", "times as long as spacesift")
    first = None
    for row, begin, run in zip(rows, begins, runs):
        start = middle(begin, "cpu")
        seconds = [max(one.cpu - start, 1e-4) for one in run]
        first = first or seconds
        ratio = statistics.median(one / ours for one, ours in zip(seconds, first))
        out.add(row[0], "%d of %d" % (row[1], len(patterns)), "%.2f" % start, "%.3g" % statistics.median(seconds),
                "%.3g" % (size / 1e6 / statistics.median(seconds)), spread(seconds), "%.1f" % ratio)
    missing = ["`%s`" % name for name, _, _ in PROGRAMS if not shutil.which(name)]
    return out, size, missing
