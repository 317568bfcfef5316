"""What spacesift bench prints for others: the page, the table, and JSON for compare.py."""

import html.parser
import json
import pathlib
import re
import subprocess

import pytest

import program
from bench_scene import LOOSE, bench, budget, fast, log, place, slow, write_rules  # noqa: F401 (fixtures)

COMPARE = pathlib.Path("/usr/share/benchmark/compare.py")
COMPARE_PYTHON = "/usr/bin/python3"  # the one whose SciPy is packaged with it
EVIL = "<script>alert(1)</script>"
EVIL_FILE = "<script>alert(2)<&.log"


@pytest.mark.skipif(not COMPARE.exists(), reason="Google Benchmark's compare.py is not installed (libbenchmark-tools)")
def test_googles_compare_takes_it(slow, fast, place, log):
    names = ["first.json", "second.json"]
    for name, rules in zip(names, (slow, fast)):
        bench("--rules", rules, "--corpus", log, "--no-marginal", "--format", "json", "-o", place / name)
    first, second = (json.loads((place / name).read_text())["benchmarks"] for name in names)
    told = subprocess.run([COMPARE_PYTHON, COMPARE, "benchmarks", *names], cwd=place, capture_output=True, text=True, timeout=program.TIMEOUT_S)
    assert told.returncode == 0, told.stderr
    rows = [line.split() for line in re.sub(r"\x1b\[\d+m", "", told.stdout).splitlines()]
    times = {(row[0], row[-2], row[-1]) for row in rows if len(row) >= 3}
    assert len(first) == len(second) > 10
    for before, after in zip(first, second):
        assert before["name"] == after["name"]
        assert (before["name"], f"{before['cpu_time']:.0f}", f"{after['cpu_time']:.0f}") in times


class Nesting(html.parser.HTMLParser):
    """Keeps the tags that are open; one that is closed out of turn stays on the list."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.open.append(f"/{tag}")


def open_tags(page):
    nesting = Nesting()
    nesting.feed(page)
    return nesting.open


def test_a_page_stands_by_itself_and_shows_markup_as_text(place, log):
    evil = write_rules(place / "evil", title=EVIL)
    corpus = place / EVIL_FILE
    corpus.write_bytes(log.read_bytes())
    out = place / "bench.html"
    bench("--rules", evil, "--corpus", corpus, "--against", evil, "--format", "html", "-o", out)
    page = out.read_text()
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page and "&lt;script&gt;alert(2)&lt;&amp;.log" in page
    assert not re.search(r"(src|href)\s*=|url\(|@import|https?://", page)
    assert open_tags(page) == []
    assert page.count("<svg") == page.count("</svg>") == 3
    assert page.startswith("<!doctype html>") and page.endswith("</html>\n")
    assert "nan" not in page and "-inf" not in page


def test_a_table_is_no_wider_than_100_columns(slow, fast, place, log):
    text = bench("--rules", slow, "--against", fast, "--corpus", log, "--budget", budget(place, LOOSE)).text
    assert max(map(len, text.splitlines())) <= 100
    for word in ("Hyperscan", "build", "load", "slow-one", "whole path"):
        assert word in text
