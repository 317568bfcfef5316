"""Draws the built-in tree, for docs/triage.md. Each drawing there begins with a node of the top level and goes as far as the next one.

After a change of the tree, this draws anew what the document shows:

    python3 tests/e2e/draw_tree.py docs/triage.md
"""

import pathlib
import re
import sys

import yaml

TREE = pathlib.Path(__file__).parent.parent.parent / "patterns" / "spaces" / "tree.yaml"
FENCE = "```"
TOP = re.compile(r"^├─ ([\w-]+): ")


def tree():
    return yaml.safe_load(TREE.read_text())["tree"]


def answer(node):
    branch = f", branch {node['branch']}" if "branch" in node else ""
    unless = ", unless" if "children" in node else ""
    return f"yes: {node['verdict']}{branch}{unless}"


def draw(nodes, indent=""):
    """The lines of some nodes: what each asks, what it gives, and the more special ones that it asks first."""
    lines = []
    for node in nodes:
        lines.append(f"{indent}├─ {node['id']}: {node['question']}")
        children = node.get("children", [])
        if "verdict" in node:
            lines.append(f"{indent}│  {'│' if children else ' '} {answer(node)}")
        lines += draw(children, indent + "│  ")
    return lines


def drawings(lines):
    """(first line, line after the last) of each block of a document that draws nodes."""
    begin = None
    for number, line in enumerate(lines):
        if line.startswith(FENCE):
            if begin is not None and begin < number and TOP.match(lines[begin]):
                yield begin, number
            begin = number + 1 if begin is None else None


def renew(lines):
    """The document with its drawings as the tree is now."""
    nodes = tree()
    ids = [node["id"] for node in nodes]
    places = list(drawings(lines))
    starts = [0, *(ids.index(TOP.match(lines[begin])[1]) for begin, _ in places[1:]), len(ids)]
    for (begin, end), first, last in reversed(list(zip(places, starts, starts[1:]))):
        lines = [*lines[:begin], *draw(nodes[first:last]), *lines[end:]]
    return lines


def main():
    for document in map(pathlib.Path, sys.argv[1:]):
        document.write_text("\n".join(renew(document.read_text().splitlines())) + "\n")


if __name__ == "__main__":
    main()
