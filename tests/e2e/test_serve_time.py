"""Verdicts that depend on time change as time passes, without a new line: a build that is queued is trouble after ten minutes, by the
clock of `serve`, by --now of a report, and at once in logs that are at their end."""

import json
import time

import program
import serve
import shards

LISTEN = "tcp://127.0.0.1:0?space={space}&channel={channel}&time={time}&text={text}"
MINUTE = 60


def queued(at):
    return f"===== Build Queued at {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(at))} / Commit SHA: 0a1b2c3 ====="


def record(space, at):
    return json.dumps({"space": space, "channel": "build", "time": int(at), "text": queued(at)}).encode() + b"\n"


def test_a_queue_becomes_trouble_while_serve_watches(tmp_path):
    # The built-in rules: it is their tree that asks for the age.
    with serve.Server(tmp_path, LISTEN, rules=None) as server:
        now = time.time()
        server.send(0, record("owner/new", now) + record("owner/soon", now - 10 * MINUTE + 8) + record("owner/old", now - 11 * MINUTE))
        server.wait_lines(3)
        assert server.space("owner/old")["verdict"] == "queued_only"
        assert server.space("owner/soon")["verdict"] == "no_fault_seen"
        server.wait(lambda server: server.space("owner/soon")["verdict"] == "queued_only", seconds=60)
        assert server.space("owner/new")["verdict"] == "no_fault_seen"


def test_a_report_watches_where_it_is_told_the_time(tmp_path):
    at = 1780000000
    log = shards.put(tmp_path / "logs" / "owner" / "app" / "build.log", queued(at) + "\n")
    state = tmp_path / "state"

    def verdict(*words):
        return program.Report(program.run("report", "--report", "jsonl", *words, state).lines).verdicts["owner/app"]

    assert program.run("scan", "--report", "none", "--state", state, log.parent.parent.parent).status == program.OK
    assert verdict() == "queued_only"  # the log is at its end, and nothing more will come
    moment = lambda seconds: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at + seconds))
    assert verdict("--now", moment(10 * MINUTE - 1)) == "no_fault_seen"
    assert verdict("--now", moment(10 * MINUTE)) == "queued_only"
