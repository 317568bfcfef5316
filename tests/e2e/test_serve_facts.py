"""What `serve` is told besides the logs: facts of Spaces and the status page, read at the start, when their files change, and at
SIGHUP. They change verdicts without a restart, and stand in nothing that is kept."""

import json
import os
import signal

import program
import serve
from phrases import MISSING, QUEUED, START

LISTEN = "tcp://127.0.0.1:0?space={space}&channel={channel}&time={time}&text={text}"
T0 = 1769853600
SERVES_8080 = "INFO:     Uvicorn running on http://0.0.0.0:8080 (Press CTRL+C to quit)"
PAGE = {"data": {"attributes": {"aggregate_state": "operational"}}, "included": []}


def record(space, text, channel="run", at=T0):
    return json.dumps({"space": space, "channel": channel, "time": at, "text": text}).encode() + b"\n"


def put(path, content):
    """Aside and renamed into place, as files that others read should be."""
    aside = path.with_suffix(".new")
    aside.write_text(content if isinstance(content, str) else json.dumps(content))
    os.rename(aside, path)
    return path


def page(state):
    resource = {"type": "status_page_resource", "attributes": {"public_name": "Spaces", "status": state}}
    return {**PAGE, "included": [resource]}


def started(tmp_path, facts, **more):
    path = put(tmp_path / "facts.json", facts)
    options = ["--facts", path] + more.pop("options", [])
    return path, serve.Server(tmp_path, LISTEN, options=options, rules=more.pop("rules", None), **more)


def verdict(server, space):
    answer = server.ask("/api/v1/spaces/" + space)
    return answer.json["space"]["verdict"] if answer.status == 200 else None


def kept(server):
    """The data directory's checkpoints and the state that HTTP gives: what a report knows of them."""
    server.data_dir.joinpath("asked.state").write_bytes(server.state())
    said = program.run("report", "--report", "jsonl", server.data_dir / "asked.state")
    return program.Report(said.lines).verdicts


def test_a_space_known_from_facts_alone_is_there(tmp_path):
    facts = [
        {"id": "alice/broken", "sdk": "docker", "runtime": {"stage": "CONFIG_ERROR", "hardware": {"current": None}}},
        {"id": "bob/memory", "runtime": {"stage": "RUNTIME_ERROR", "errorMessage": "Memory limit exceeded (16Gi)"}},
    ]
    _, server = started(tmp_path, facts)
    with server:
        assert verdict(server, "alice/broken") == "readme_config"
        listed = server.spaces()
        assert list(listed) == ["alice/broken", "bob/memory"]
        assert listed["alice/broken"]["facts"] == {"stage": "CONFIG_ERROR", "sdk": "docker", "time": None}
        assert listed["alice/broken"]["lines"] == 0
        memory = server.space("bob/memory")
        assert memory["facts"]["error_message"] == "Memory limit exceeded (16Gi)"
        assert memory["verdict"] == "oom" and len(memory["evidence"]) == 1
        assert server.summary()["spaces"] == 2
        assert server.metric("spacesift_facts_spaces") == 2
        assert server.metric("spacesift_facts_reads_total", result="ok") == 1
        assert 0 <= server.metric("spacesift_facts_age_seconds") < 600
        assert server.metric("spacesift_hits_total") == 0, "facts are no hits of the logs"
        server.send(0, record("carol/app", START) + record("carol/app", MISSING))
        server.wait_space("carol/app", 2)
        assert server.space("carol/app")["facts"] is None
        assert list(server.spaces()) == ["alice/broken", "bob/memory", "carol/app"]


def test_a_changed_file_changes_verdicts_without_a_restart(tmp_path):
    path, server = started(tmp_path, [{"id": "a/b", "stage": "RUNNING"}])
    with server:
        server.send(0, record("a/b", START))
        server.wait_space("a/b", 1)
        assert verdict(server, "a/b") != "readme_config"
        put(path, [{"id": "a/b", "stage": "CONFIG_ERROR"}, {"id": "new/one", "stage": "NO_APP_FILE"}])
        server.wait(lambda server: verdict(server, "a/b") == "readme_config")
        assert server.space("new/one")["facts"]["stage"] == "NO_APP_FILE"
        assert server.metric("spacesift_facts_reads_total", result="bad") == 0
        path.write_text(json.dumps([{"id": "a/b", "stage": "RUNNING"}]))  # in place, and shorter
        server.wait(lambda server: verdict(server, "new/one") is None)
        assert verdict(server, "a/b") != "readme_config"
        assert server.metric("spacesift_facts_spaces") == 1


def test_sighup_reads_all_at_once(tmp_path):
    status = put(tmp_path / "status.json", page("operational"))
    # With rules of the test's own, which are the same when they are read again, so that it is quick.
    path, server = started(tmp_path, [{"id": "a/b", "stage": "RUNNING"}], rules=program.RULES, options=["--status", status])
    with server:
        reads = lambda name: server.metric(f"spacesift_{name}_reads_total", result="ok")
        assert (reads("facts"), reads("status")) == (1, 1)
        server.process.send_signal(signal.SIGHUP)
        server.wait(lambda _: (reads("facts"), reads("status")) == (2, 2))
        server.wait_note("they are the same")
        # The same size and time: nothing but the signal says that it changed.
        times = os.stat(path)
        path.write_text(json.dumps([{"id": "a/c", "stage": "RUNNING"}]))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        server.process.send_signal(signal.SIGHUP)
        server.wait(lambda server: list(server.spaces()) == ["a/c"])


def test_a_broken_file_keeps_the_old_in_force(tmp_path):
    path, server = started(tmp_path, [{"id": "a/b", "stage": "CONFIG_ERROR"}])
    bad = lambda: server.metric("spacesift_facts_reads_total", result="bad")
    with server:
        assert verdict(server, "a/b") == "readme_config"
        for number, broken in enumerate(["<html>Bad gateway</html>", "", '[{"id":"a/x","stage":"RUNNING"},{"id":']):
            put(path, broken)
            server.wait(lambda _: bad() == number + 1)
            assert verdict(server, "a/b") == "readme_config" and list(server.spaces()) == ["a/b"]
        path.unlink()
        server.wait(lambda _: bad() == 4)
        server.wait_note(r"facts\.json: error: No such file")
        assert server.log.count("what was read before stays in force") == 4
        assert server.metric("spacesift_facts_spaces") == 1
        put(path, [{"id": "a/x", "stage": "CONFIG_ERROR"}])
        server.wait(lambda server: list(server.spaces()) == ["a/x"])
        assert bad() == 4


def test_a_port_that_is_not_the_readmes_is_seen_live(tmp_path):
    facts = [{"id": "a/b", "sdk": "docker", "cardData": {"app_port": 7860}, "runtime": {"stage": "APP_STARTING"}}]
    path, server = started(tmp_path, facts)
    with server:
        server.send(0, record("a/b", START) + record("a/b", SERVES_8080, at=T0 + 1))
        server.wait_space("a/b", 2)
        assert verdict(server, "a/b") == "port_bind", server.space("a/b")
        path_taken = server.get("/api/v1/spaces/a/b")["path"]
        assert any("app_port" in json.dumps(step) for step in path_taken), path_taken
        facts[0]["cardData"]["app_port"] = 8080
        put(path, facts)
        server.wait(lambda server: verdict(server, "a/b") != "port_bind")


def test_the_status_page_is_judged_with(tmp_path):
    status = put(tmp_path / "status.json", page("operational"))
    with serve.Server(tmp_path, LISTEN, rules=None, options=["--status", status]) as server:
        server.send(0, record("a/b", QUEUED, channel="build"))
        server.wait_space("a/b", 1)
        before = verdict(server, "a/b")
        put(status, page("downtime"))
        server.wait(lambda server: verdict(server, "a/b") != before)
        assert verdict(server, "a/b") == "platform_incident"
        put(status, "{}")
        server.wait(lambda server: server.metric("spacesift_status_reads_total", result="bad") == 1)
        assert verdict(server, "a/b") == "platform_incident"


def test_nothing_that_is_kept_holds_facts(tmp_path):
    path, server = started(tmp_path, [{"id": "only/known", "stage": "RUNTIME_ERROR", "errorMessage": "Memory limit exceeded (16Gi)"}])
    with server:
        server.send(0, record("a/b", START) + record("a/b", MISSING))
        server.wait_space("a/b", 2)
        assert set(server.spaces()) == {"a/b", "only/known"}
        assert set(kept(server)) == {"a/b"}
        server.stop()
        server.options = []
        server.start()  # from the checkpoint
        assert set(server.spaces()) == {"a/b"}
        assert server.metrics().keys().isdisjoint({"spacesift_facts_spaces", "spacesift_facts_age_seconds"})


def test_serve_judges_as_a_report_does(tmp_path):
    facts = [
        {"id": "a/b", "runtime": {"stage": "RUNNING"}},
        {"id": "a/c", "runtime": {"stage": "NO_APP_FILE"}},
        *({"id": f"silent/{n}", "runtime": {"stage": "BUILDING"}} for n in range(12)),
    ]
    path, server = started(tmp_path, facts)
    with server:
        server.send(0, record("a/b", START) + record("a/b", MISSING))
        server.wait_space("a/b", 2)
        live = {name: space["verdict"] for name, space in server.spaces().items()}
        state = tmp_path / "a.state"
        state.write_bytes(server.state())
    told = program.Report(program.run("report", "--report", "jsonl", "--now", "2026-11-27T00:00:00Z", "--facts", path, state).lines)
    assert told.verdicts == live
    assert len(set(live.values())) >= 3 and live["silent/3"] == live["silent/7"]


def test_files_that_cannot_be_used_are_told_at_the_start(tmp_path):
    path = put(tmp_path / "facts.json", "<html>")
    words = ["serve", "--listen", "tcp://127.0.0.1:0", "--rules", program.RULES]
    for check in ([], ["--check"]):
        for option, file, says in (
            ("--facts", path, "facts.json:1:1: error: is HTML"),
            ("--facts", tmp_path / "none", "none: error: No such file or directory"),
            ("--status", path, "facts.json:1:1: error: is HTML"),
            ("--facts", "/dev/null", "/dev/null: error: is no regular file"),
        ):
            ended = program.run(*words, option, file, *check)
            assert ended.status == program.USAGE, (option, file, check)
            assert says in ended.err and "cannot be used" in ended.err, ended.err
    put(path, '{"id":"a/b","stage":"RUNNING"}\n17\n')
    checked = program.run(*words, "--facts", path, "--check")
    assert checked.status == program.OK and "facts.json:2:1: warning: " in checked.err
    assert checked.text == "1 listeners, the rules and what is known besides are good\n"


def test_the_configuration_file_names_them(tmp_path):
    put(tmp_path / "facts.json", [{"id": "a/b", "stage": "CONFIG_ERROR"}])
    put(tmp_path / "status.json", page("operational"))
    config = tmp_path / "serve.yaml"
    config.write_text(f"facts: {tmp_path}/facts.json\nstatus: {tmp_path}/status.json\n")
    with serve.Server(tmp_path, LISTEN, rules=None, options=["--config", config]) as server:
        assert verdict(server, "a/b") == "readme_config"
        assert server.metric("spacesift_status_reads_total", result="ok") == 1
