"""docs/performance.md: every figure stands in a block that tools/bench wrote, and tools/bench writes all of them. Nothing here is timed."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "performance.md"
sys.path.insert(0, str(ROOT / "tools"))
from figures import others, page, parts  # noqa: E402

FIGURE = re.compile(r"\d[\d.,]*\s*(?:[KMGT]i?B|[mµun]?s\b|%|ns\b|times\b|×|x\b|seconds?\b|percent)")


def test_every_part_has_one_block_and_no_other_is_there():
    blocks, _ = page.read(PAGE)
    assert sorted(name for name, _, _ in blocks) == sorted(parts.PARTS)


def test_blocks_are_as_they_were_written():
    for name, mark, body in page.read(PAGE)[0]:
        assert page.hash_of(body) == mark, "block '%s' was changed by hand: run tools/bench --write %s" % (name, name)
        assert "Measured on " in body
        assert "| ---" in body or "```" in body


def test_no_figure_stands_outside_of_blocks():
    _, around = page.read(PAGE)
    assert FIGURE.findall(around) == []
    assert FIGURE.search("about 1.5 GB/s, or 3 times, or 20 %")  # what is looked for can be found


def test_list_names_what_is_written():
    listed = subprocess.run([ROOT / "tools" / "bench", "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert [line.split()[0] for line in listed.splitlines()] == list(parts.PARTS)


def test_writing_replaces_a_block_and_nothing_else(tmp_path):
    copy = tmp_path / "page.md"
    copy.write_text("before\n\n<!-- tools/bench writes: path -->\n\nbetween\n\n<!-- tools/bench writes: wake -->\n")
    page.write(copy, {"path": "| 1 |\n"})
    page.write(copy, {"wake": "| \\1 |\n"})
    page.write(copy, {"path": "| 2 |\n"})
    blocks, around = page.read(copy)
    assert [(name, body) for name, _, body in blocks] == [("path", "| 2 |\n"), ("wake", "| \\1 |\n")]
    assert all(page.hash_of(body) == mark for _, mark, body in blocks)
    assert around == "before\n\n\nbetween\n\n"
    with pytest.raises(KeyError):
        page.write(copy, {"stages": ""})


def test_a_figure_changed_by_hand_is_found_out(tmp_path):
    copy = tmp_path / "page.md"
    copy.write_text("<!-- tools/bench writes: path -->\n")
    page.write(copy, {"path": "| 100 |\n"})
    copy.write_text(copy.read_text().replace("100", "200"))
    ((_, mark, body),) = page.read(copy)[0]
    assert page.hash_of(body) != mark


@pytest.mark.parametrize(
    "pattern, flags, ere, line",
    [
        (r"a\d{2,3}?b", "m", r"a[0-9]{2,3}b", "xa12b"),
        (r"(?:one|two) \[(?<name>[\w.-]+)\]", "m", r"(one|two) \[([[:alnum:]_.-]+)\]", "two [a-b.c]"),
        (r"\/usr\/bin.*?\(end\)", "m", r"/usr/bin.*\(end\)", "/usr/bin (end)"),
        (r"[^'\/\d]+\bend", "m", r"[^'/0-9]+\bend", "the end"),
    ],
)
def test_patterns_mean_the_same_to_grep(pattern, flags, ere, line):
    assert others.as_ere(pattern, flags) == ere
    run = subprocess.run(["grep", "-c", "-E", ere], input=line + "\nnothing of note\n", stdout=subprocess.PIPE, text=True)
    assert run.stdout == "1\n"


@pytest.mark.parametrize("pattern, flags", [(r"(?=a)b", "mP"), (r"(?i)abc", "m"), (r"abc", "im"), (r"a++b", "m"), (r"[\]a]", "m"), (r"\x41", "m")])
def test_what_grep_has_no_word_for_is_left_out(pattern, flags):
    assert others.as_ere(pattern, flags) is None


def test_goals_are_judged():
    assert page.judged(0.8, 0.75).endswith("**falls short**")
    assert page.judged(0.7, 0.75, worst=0.74).endswith(": kept")
    assert page.judged(0.7, 0.75, worst=0.8).endswith("not in every round")
    assert page.judged(2.4, 2.5, least=True).endswith("**falls short**")
    assert page.judged(2.6, 2.5, least=True, worst=2.5).endswith(": kept")
