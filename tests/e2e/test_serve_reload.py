"""Rules that change under load, an end under load: no record, no connection and nothing that was known is lost."""

import shutil
import signal
import time

import pytest

import program
import serve
import serve_faults as faults
import test_serve_kill as kill
from phrases import MEMORY, MISSING

QUOTA = "disk quota exceeded"
NEW_RULE = """
  - id: quota
    class: oom
    severity: fatal
    title: The quota is used up
    any: ['disk quota exceeded']
    examples: {match: ['disk quota exceeded'], no_match: ['disk quota']}
"""


def change(rules, find, replace):
    """Writes the rules anew; something must have been found."""
    text = rules.read_text()
    assert find in text
    rules.write_text(text.replace(find, replace))


@pytest.fixture
def rules(tmp_path):
    return shutil.copy(program.RULES, tmp_path / "rules.yaml")


def hup(server, pattern):
    """Sends SIGHUP, and waits for a new note."""
    said = len(server.notes)
    server.process.send_signal(signal.SIGHUP)
    serve.until(lambda: any(pattern in note for note in server.notes[said:]), lambda: server.log)
    return "\n".join(server.notes[said:])


def test_rules_change_under_load(tmp_path, rules):
    with serve.Server(tmp_path, faults.FORWARD, rules=rules, options=kill.FAST) as server:
        with server.connect() as sock:
            acks = faults.Acks(sock)
            sock.sendall(faults.packed([faults.entry("old/space", MISSING), faults.entry("new/space", QUOTA)], "before"))
            acks.wait("before")
            loads, senders = kill.begin(server)
            connections = server.metric("spacesift_connections_accepted_total")
            for turn in range(4):
                kept = rules.read_text()
                change(rules, "\ntree:", NEW_RULE + "\ntree:") if turn % 2 == 0 else rules.write_text(
                    program.RULES.read_text().replace('version: "1"', f'version: "1.{turn}"')
                )
                hup(server, "rules changed: ")
                if turn % 2 == 0:
                    sock.sendall(faults.packed([faults.entry("new/space", QUOTA)], f"turn {turn}"))
                    acks.wait(f"turn {turn}")
                    server.wait(lambda _: server.space("new/space")["verdict"] == "oom")
                assert rules.read_text() != kept
            for sender in senders:
                sender.finish()
                assert sender.resent == 0, "no connection was dropped"
            assert server.metric("spacesift_connections_accepted_total") - connections <= len(senders)
            assert server.metric("spacesift_reloads_total") == 4
            expected = sum(load.records for load in loads) + 4
            server.wait_lines(expected)
        lines, hits = kill.found(server)
        assert hits["old/space"] == 1 and lines["old/space"] == 1, "what was known is carried over"
        assert hits["new/space"] == 0, "the rule is gone, and with it what it found"
        for load in loads:
            for space in load.lines:
                if space != kill.SHARED:
                    assert (lines[space], hits[space]) == (load.lines[space], load.hits[space])
        server.kill()
        server.start()
        server.wait_lines(expected)
        assert kill.found(server) == (lines, hits)


def test_broken_rules_keep_the_old_and_say_why(tmp_path, rules):
    with serve.Server(tmp_path, faults.FORWARD, rules=rules) as server:
        for number, (find, replace) in enumerate([("severity: fatal", "severity: dreadful"), ("tree:", "tree: ["), ("Memory limit", "(Memory")]):
            good = rules.read_text()
            change(rules, find, replace)
            said = hup(server, "the rules stay as they are")
            assert "rules.yaml" in said and "rules.yaml:" in said, "where it is wrong"
            assert server.metric("spacesift_reload_failures_total") == number + 1
            with server.connect() as sock:
                sock.sendall(faults.packed([faults.entry("a/b", MEMORY)], f"after {number}"))
                faults.Acks(sock).wait(f"after {number}")
            server.wait_lines(number + 1)
            assert server.space("a/b")["verdict"] == "oom"
            rules.write_text(good)
        hup(server, "they are the same")
        rules.unlink()
        hup(server, "the rules stay as they are")
        server.wait_lines(3)


def test_many_signals_at_once_do_no_harm(tmp_path, rules):
    with serve.Server(tmp_path, faults.FORWARD, rules=rules) as server, server.connect() as sock:
        acks = faults.Acks(sock)
        for number in range(30):
            rules.write_text(program.RULES.read_text().replace('version: "1"', f'version: "{number}"'))
            server.process.send_signal(signal.SIGHUP)
            sock.sendall(faults.packed([faults.entry("a/b", MISSING)], f"c{number}"))
            acks.wait(f"c{number}")
        serve.until(lambda: "rules changed" in hup(server, "rules"), server.log)
        server.wait_lines(30)
        assert server.space("a/b")["evidence"][0]["count"] == 30


def test_sigterm_under_load_loses_nothing_that_was_acknowledged(tmp_path):
    server = serve.Server(tmp_path, faults.FORWARD, options=kill.FAST)
    with server:
        loads, senders = kill.begin(server)
        for _ in range(3):
            acked = sum(len(sender.acked) for sender in senders)
            serve.until(lambda: sum(len(sender.acked) for sender in senders) > acked + 20, lambda: server.log)
            begun = time.monotonic()
            server.stop()
            assert time.monotonic() - begun < 40
            server.start()
            assert "applied" not in server.log, "the checkpoint at the end is whole: there is nothing to replay"
        for sender in senders:
            sender.finish()
        lost, twice, _ = kill.compare(server, loads, senders)
        assert (lost, twice) == (0, 0)


@pytest.mark.parametrize("end", ["kill", "stop", "none"])
def test_a_chunk_sent_again_after_a_lost_ack_is_counted_once(tmp_path, end):
    chunk = faults.packed([faults.entry("a/b", MISSING)] * 7, "lost ack")
    with serve.Server(tmp_path, faults.FORWARD) as server:
        with server.connect() as sock:
            sock.sendall(chunk)
            faults.Acks(sock).wait("lost ack")  # for the test; the sender shall not have seen it
        if end != "none":
            server.kill() if end == "kill" else server.stop()
            server.start()
        for _ in range(3):
            with server.connect() as sock:
                sock.sendall(chunk + chunk)
                acks = faults.Acks(sock)
                acks.wait("lost ack")
        with server.connect() as sock:
            sock.sendall(faults.packed([faults.entry("a/b", MISSING)], "another"))
            faults.Acks(sock).wait("another")
        server.wait_lines(8)
        assert server.space("a/b")["evidence"][0]["count"] == 8
        assert server.metric("spacesift_dropped_records_total", reason="duplicate") == 6
