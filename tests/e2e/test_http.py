"""The HTTP side of serve over a fixed picture of a fleet: every route, and wrong requests."""

import http.client

import pytest

import program
from http_demo import LIMIT_S, files, report, serve, server  # noqa: F401 (fixtures)


def test_health_and_readiness(serve):
    server = serve()
    assert server.get("/healthz") == {"status": "alive"}
    assert server.get("/readyz") == {"status": "ready", "reasons": []}
    server.tell("unready the journal cannot be written")
    answer = server.ask("/readyz")
    assert (answer.status, answer.json["reasons"]) == (503, ["the journal cannot be written"])
    assert server.ask("/healthz").status == 200
    server.tell("ready")
    assert server.ask("/readyz").status == 200


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "text/plain; version=0.0.4; charset=utf-8"),
        ("image/png", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text;version=1.0.0,text/plain;q=0.5", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ],
)
def test_metrics_come_in_both_forms(server, report, accept, kind):
    answer = server.ask("/metrics", headers={"Accept": accept} if accept else {})
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    lines = answer.body.decode().splitlines()
    assert ("# EOF" == lines[-1]) == kind.startswith("application")
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    spaces = {name: int(value) for name, value in samples.items() if name.startswith("spacesift_spaces{")}
    assert sum(spaces.values()) == report.summary["spaces"]
    assert f'spacesift_ruleset_info{{name="fleet",version="1",hash="{report.summary["ruleset"]["hash"]}"}}' in samples
    assert int(samples["process_resident_memory_bytes"]) > 1_000_000


# --- the fleet -------------------------------------------------------------------------------------------------------------


def test_summary_and_incidents_are_those_of_the_report(server, report, schema):
    summary = server.get("/api/v1/summary")
    schema(summary)
    assert summary == report.summary
    found = server.get("/api/v1/incidents")
    assert found["now"] == summary["now"]
    assert found["incidents"] == report.incidents
    for incident in found["incidents"]:
        schema(incident)


def pages(server, query, limit):
    """All pages of a list."""
    cursor, all_pages = None, []
    while True:
        path = f"/api/v1/spaces?limit={limit}{query}" + (f"&cursor={cursor.replace('/', '%2F')}" if cursor else "")
        page = server.get(path)
        all_pages.append(page["spaces"])
        cursor = page["next"]
        if cursor is None:
            return all_pages
        assert cursor == page["spaces"][-1]["space"]
        assert len(page["spaces"]) == limit


@pytest.mark.parametrize("limit", [1000, 100, 37, 1])
def test_pages_show_every_space_once_as_the_report_does(server, report, schema, limit):
    if limit == 1 and program.SANITIZED:
        limit = 9
    spaces = [space for page in pages(server, "", limit) for space in page]
    assert {space["space"]: space for space in spaces} == report.spaces
    assert [space["space"] for space in spaces] == sorted(report.spaces)
    for space in spaces:
        schema(space)


def test_a_list_without_a_limit_has_a_hundred(server):
    assert len(server.get("/api/v1/spaces")["spaces"]) == 100


def test_filters(server, report):
    def names(query):
        return [space["space"] for page in pages(server, query, 50) for space in page]

    hungry = [name for name, space in report.spaces.items() if any(item["class"] == "oom" for item in space["evidence"])]
    assert len(hungry) > 80
    assert names("&class=oom") == hungry
    for verdict in set(report.verdicts.values()):
        assert names(f"&verdict={verdict}") == [name for name, found in report.verdicts.items() if found == verdict]
    assert names("&verdict=nonesuch") == []
    assert names("&since=2100-01-01T00:00:00Z") == []
    assert names("&since=1s") == []  # the logs are old
    late = names("&since=2026-01-31T10:05:00Z")
    assert 0 < len(late) < len(report.spaces)
    assert names("&class=oom&since=2026-01-31T10:05:00Z") == [name for name in late if name in hungry]


def test_a_space_comes_with_its_explanation(server, files, report):
    for name in ["owner0/space0000", "-"]:
        explained = program.run("explain", "--rules", program.RULES, "--json", files[0], name).document
        assert server.get(f"/api/v1/spaces/{name}") == explained
    assert server.get("/api/v1/spaces/owner0/%73pace0000")["space"] == report.spaces["owner0/space0000"]
    assert server.ask("/api/v1/spaces/owner0%2Fspace0000").status == 200
    for path in ["/api/v1/spaces/owner0/nobody", "/api/v1/spaces/" + "x" * 300, "/api/v1/spaces/..%2F..", "/api/v1/spaces/a/b/c"]:
        assert server.ask(path).status == 404


def test_the_state_is_the_file_that_a_scan_writes(server, files):
    answer = server.ask("/api/v1/state")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.body == files[0].read_bytes()


def test_without_a_view_the_fleet_is_not_there_yet(serve):
    server = serve()
    server.tell("none")
    for path in ["summary", "spaces", "spaces/a/b", "incidents", "events/stream", "state"]:
        answer = server.ask(f"/api/v1/{path}")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        assert set(answer.json) == {"error", "hint"}
    assert server.ask("/metrics").status == 200
    server.tell("some")
    assert server.ask("/api/v1/summary").status == 200


# --- wrong requests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/", 404, "nothing here"),
        ("/api/v1", 404, "nothing here"),
        ("/api/v1/summary/", 404, "nothing here"),
        ("//healthz", 404, "nothing here"),
        ("/api/v1/../../etc/passwd", 404, "nothing here"),
        ("/api/v1/spaces/%zz/x", 400, "escape"),
        ("/api/v1/spaces/%00/x", 400, "escape"),
        ("/api/v1/spaces/a/b%", 400, "escape"),
        ("/api/v1/spaces?limit=0", 400, "limit"),
        ("/api/v1/spaces?limit=1001", 400, "limit"),
        ("/api/v1/spaces?limit=-1", 400, "limit"),
        ("/api/v1/spaces?limit=10x", 400, "limit"),
        ("/api/v1/spaces?limit=1&limit=2", 400, "twice: 'limit'"),
        ("/api/v1/spaces?class=nonesuch", 400, "no such class: 'nonesuch'"),
        ("/api/v1/spaces?since=yesterday", 400, "since"),
        ("/api/v1/spaces?cursor=..%2F..", 400, "cursor"),
        ("/api/v1/spaces?cursor=a%00b", 400, "NUL"),
        ("/api/v1/spaces?colour=%3Cb%3E%0A", 400, "no such parameter: 'colour'"),
        ("/api/v1/spaces?" + "&".join(f"a{i}=1" for i in range(30)), 400, "too many"),
        ("/api/v1/spaces?cursor=" + "a" * 4070, 400, "too long"),
        ("/api/v1/spaces?cursor=" + "a" * 5000, 414, "too long"),
        ("/api/v1/summary?x=1", 400, "no parameters"),
        ("/api/v1/events/stream?severity=loud", 400, "severity"),
        ("/api/v1/events/stream?rule=nonesuch", 400, "no such rule"),
        ("/api/v1/events/stream?space=..%2Fx", 400, "no name"),
        ("/api/v1/events/stream?" + "&".join("class=oom" for _ in range(9)), 400, "too often"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_requests_are_told_why(server, path, status, said):
    answer = server.ask(path)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json"
    assert set(answer.json) == {"error", "hint"}
    assert said in answer.json["error"]
    assert answer.json["hint"]


def test_other_methods_are_refused(server):
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]:
        answer = server.ask("/api/v1/summary", method=method)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert server.raw(b"BREW /healthz HTTP/1.1\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 501 ")


def test_head_has_the_headers_of_get_and_no_body(server):
    for path in ["/healthz", "/metrics", "/api/v1/summary", "/api/v1/spaces/owner0/space0000", "/nix"]:
        get, head = server.ask(path), server.ask(path, method="HEAD")
        assert (head.status, head.body) == (get.status, b"")
        if path != "/metrics":
            assert head.headers["Content-Length"] == get.headers["Content-Length"]
    for path in ["/api/v1/spaces", "/api/v1/state", "/api/v1/events/stream"]:
        head = server.raw(f"HEAD {path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
        assert head.startswith(b"HTTP/1.1 200 ") and head.endswith(b"\r\n\r\n") and head.count(b"\r\n\r\n") == 1


def test_forms_that_are_not_accepted(server):
    for accept, status in [("text/html", 406), ("text/*, application/json;q=0", 406), ("*/*", 200), ("application/*;q=0.1", 200), ("APPLICATION/JSON", 200)]:
        assert server.ask("/api/v1/summary", headers={"Accept": accept}).status == status
    assert server.ask("/api/v1/events/stream", headers={"Accept": "application/json"}).status == 406


def test_an_old_client_is_answered_until_the_connection_ends(server, files):
    for head in [b"GET /api/v1/state HTTP/1.0\r\n\r\n", b"GET /api/v1/state HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"]:
        answer = server.raw(head)
        headers, body = answer.split(b"\r\n\r\n", 1)
        assert b"chunked" not in headers
        assert body == files[0].read_bytes()


def test_requests_follow_one_another_on_one_connection(server):
    connection = http.client.HTTPConnection("localhost", timeout=LIMIT_S)
    connection.sock = server.socket()
    for path in ["/healthz", "/api/v1/spaces?limit=3", "/nix", "/api/v1/summary", "/api/v1/state"] * 5:
        connection.request("GET", path)
        assert connection.getresponse().read()
    connection.close()
