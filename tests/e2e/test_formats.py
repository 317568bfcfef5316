"""The decoders that other tests read states and events with, on the committed samples that the fuzzers begin with."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import formats  # noqa: E402

CORPUS = pathlib.Path(__file__).parent.parent / "fuzz" / "corpus"


def test_a_state_is_read_as_the_documentation_says():
    state = formats.read_state(CORPUS / "state" / "full.zst")
    assert state["header"]["ruleset"] == {"name": "spaces", "version": "1", "hash": "0123456789abcdef0123456789abcdef"}
    assert state["header"]["rules"] == ["alpha", "beta", "delta", "gamma"]
    assert list(state["spaces"]) == ["-", "a/b", "~overflow"]
    assert state["spaces"]["a/b"]["lines"] == 70000
    evidence = state["spaces"]["a/b"]["evidence"]
    assert evidence
    for item in evidence:
        assert item["rule"] in state["header"]["rules"]
        assert item["count"] > 0
        assert item["first"]["source"] in ("a.log", "b.log", b"c\xff.log")
    keys = [(item["rule"], item["demoted"]) for item in evidence]
    assert keys == sorted(set(keys))
    fleet = state["fleet"]
    assert fleet["reasons"] == {"corrupt": 1}
    assert fleet["damages"] == [{"source": "shard", "offset": 9, "reason": "corrupt"}]
    series = [(window["class"], window["rule"], window["start_s"]) for window in fleet["windows"]]
    assert series == [("network", None, -600), ("network", None, 600), ("network", "beta", 600), ("oom", None, 0), ("oom", "delta", 300)]
    first = fleet["windows"][0]
    assert len(first["spaces"]) == 1
    assert first["witnesses"] == [{"time_ns": -600 * 10**9, "space": "a/b", "text": "line of a/b"}]
    assert len(fleet["windows"][3]["spaces"]) == 1024
    assert fleet["overflow"] == [7]


def test_a_compressed_state_holds_its_content_and_no_more():
    compressed = formats.decompress((CORPUS / "state" / "full.zst").read_bytes())
    assert compressed == (CORPUS / "state" / "full.msgpack").read_bytes()


@pytest.mark.parametrize("size", [0, 1, 100, 250, 1000, -1])
def test_a_state_cut_short_is_refused(size):
    content = (CORPUS / "state" / "full.msgpack").read_bytes()[:size]
    with pytest.raises(ValueError):
        formats.parse_state(content)


@pytest.mark.parametrize("cut", [1, 4, 5, 100])
def test_a_frame_cut_short_is_refused(cut):
    with pytest.raises(ValueError):
        formats.decompress((CORPUS / "state" / "full.zst").read_bytes()[:-cut])


def test_events_are_read_as_the_documentation_says():
    header, events = formats.read_events(CORPUS / "events" / "streams.msgpack")
    assert header["spacesift"] == "events"
    assert header["ruleset"]["name"] == "spaces"
    assert [event["time_ns"] for event in events] == [1769854830123000000, None, -5]
    assert events[0]["fields"] == {"module": "torch", "port": b"\xff"}
    assert events[0]["severity"] == "error"
    assert events[0]["severity_number"] == 17
    assert events[0]["line"] == 3
    assert "line" not in events[1]
    assert "fields" not in events[1]
    assert events[1]["text"] == b"bad \xff"


def test_events_cut_short_are_refused():
    with pytest.raises(ValueError):
        formats.read_events(CORPUS / "events" / "cut.msgpack")


def test_frames_that_follow_one_another_are_all_read(tmp_path):
    if subprocess.run(["zstd", "--version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no zstd program")
    whole = b"".join(
        subprocess.run(["zstd", "-c", CORPUS / "events" / name], capture_output=True, check=True).stdout
        for name in ("header.msgpack", "two.msgpack")
    )
    path = tmp_path / "events.zst"
    path.write_bytes(whole)
    _, events = formats.read_events(path)
    assert len(events) == 2
