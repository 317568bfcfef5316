"""Tables of figures, and docs/performance.md, whose blocks of them only tools/bench writes.

A block stands between two marks. The first bears a hash of what is between them, so that a figure that was changed by hand is found out."""
import hashlib
import re

MARK = re.compile(r"^<!-- tools/bench wrote: (?P<name>[a-z]+) (?P<hash>[0-9a-f]{16}) -->\n(?P<body>.*?)^<!-- end: (?P=name) -->\n", re.M | re.S)
EMPTY = re.compile(r"^<!-- tools/bench writes: (?P<name>[a-z]+) -->\n", re.M)


class Table:
    """Rows of text under headings; all columns but the first are figures."""

    def __init__(self, *headings):
        self.headings = headings
        self.rows = []

    def add(self, *cells):
        assert len(cells) == len(self.headings)
        self.rows.append(cells)

    def __str__(self):
        lines = [self.headings, ["---"] + ["---:"] * (len(self.headings) - 1)] + self.rows
        return "".join("| %s |\n" % " | ".join(str(cell).replace("|", "\\|") for cell in line) for line in lines)


def judged(value, goal, form="%.2f", least=False, worst=None):
    """A goal and whether it is kept; `worst`: by the worst round, which tells how far that can be relied on."""
    def kept(figure):
        return figure >= goal if least else figure <= goal
    words = "**falls short**" if not kept(value) else "kept" if worst is None or kept(worst) else "kept, not in every round"
    return "%s %s: %s" % ("at least" if least else "at most", form % goal, words)


def hash_of(body):
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def block(name, body):
    return "<!-- tools/bench wrote: %s %s -->\n%s<!-- end: %s -->\n" % (name, hash_of(body), body, name)


def write(path, bodies):
    """Puts bodies, by name, where the page has marks for them. A KeyError names those that it has none for."""
    text = path.read_text()
    for name, body in bodies.items():
        new = block(name, body)
        text, count = re.subn(MARK.pattern.replace("(?P<name>[a-z]+)", "(?P<name>%s)" % name) + "|"
                              + EMPTY.pattern.replace("(?P<name>[a-z]+)", name), lambda _: new, text, flags=re.M | re.S)
        if count != 1:
            raise KeyError("%s has %d blocks '%s'; it wants one, as <!-- tools/bench writes: %s -->" % (path, count, name, name))
    path.write_text(text)


def read(path):
    """The blocks of the page: name, hash and body of each, and the text around them."""
    text = path.read_text()
    return [match.group("name", "hash", "body") for match in MARK.finditer(text)], MARK.sub("", text)
