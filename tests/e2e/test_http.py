"""The HTTP side of serve over a fixed picture of a fleet: every route, wrong requests, limits, the stream of events."""

import concurrent.futures
import http.client
import json
import os
import select
import socket
import subprocess
import time

import pytest

import program
import shards
from phrases import MEMORY, MISSING, START

DEMO = program.BIN_DIR / "serve_http_demo"
TOKEN = "0123456789abcdef0123456789abcdef"
LIMIT_S = 20


class Server:
    """serve_http_demo under way."""

    def __init__(self, state, address="127.0.0.1:0", **limits):
        words = [DEMO, program.RULES, state, address, *(f"{name}={value}" for name, value in limits.items())]
        self.process = program.start(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        assert self.address, self.process.stderr.read()

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def socket(self):
        if self.address.startswith("unix:"):
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(LIMIT_S)
            sock.connect(self.address[5:])
            return sock
        host, port = self.address.rsplit(":", 1)
        return socket.create_connection((host.strip("[]"), int(port)), timeout=LIMIT_S)

    def raw(self, request):
        """Sends bytes, and gives all that comes until the connection ends."""
        with self.socket() as sock:
            sock.sendall(request)
            return drain(sock)

    def ask(self, path, method="GET", headers=()):
        connection = http.client.HTTPConnection("localhost", timeout=LIMIT_S)
        connection.sock = self.socket()
        connection.request(method, path, headers=dict(headers))
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return Answer(response.status, dict(response.getheaders()), body)

    def get(self, path):
        answer = self.ask(path)
        assert answer.status == 200, answer.body
        return answer.json

    def end(self):
        _, err = self.process.communicate(timeout=LIMIT_S)
        program.check_sound(self.process.returncode, err)
        assert self.process.returncode == 0, err


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


def drain(sock):
    data = b""
    while piece := sock.recv(65536):
        data += piece
    return data


def fleet(tmp_path, count=260):
    """A state and events of `count` Spaces and more: a third lack a module, a third ran out of memory, the rest are well."""
    lines = []
    for at in range(count):
        space = f"owner{at % 7}/space{at:04}"
        lines.append((space, START))
        lines.append((space, [MISSING, MEMORY, "nothing of note"][at % 3]))
    lines.append(("", MEMORY))
    shard = shards.put(tmp_path / "fleet.jsonl", shards.mixed(lines))
    state, events = tmp_path / "fleet.state", tmp_path / "fleet.events"
    result = program.scan("--report", "none", "--state", state, "--events", events, shard)
    assert result.status in (program.OK, program.DAMAGE), result.err
    return state, events


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return fleet(tmp_path_factory.mktemp("fleet"))


@pytest.fixture(scope="module")
def report(files):
    """What `spacesift report` says of the same state."""
    return program.Report(program.run("report", "--rules", program.RULES, "--report", "jsonl", files[0]).lines)


@pytest.fixture
def serve(files):
    """Starts servers that end with the test."""
    begun = []

    def start(*words, **limits):
        begun.append(Server(files[0], *words, **limits))
        return begun[-1]

    yield start
    for server in begun:
        server.end()


@pytest.fixture(scope="module")
def server(files):
    started = Server(files[0])
    yield started
    started.end()


# --- health and metrics ----------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
        b"GET /" + b"a" * 100_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        bytes(range(256)) * 10,
    ],
    ids=lambda value: repr(value[:16]),
)
def test_hostile_bytes_cost_their_own_connection_only(server, request_bytes):
    with server.socket() as sock:
        try:
            sock.sendall(request_bytes)
            sock.shutdown(socket.SHUT_WR)
            drain(sock)
        except OSError:  # it had been cut before all was sent
            pass
    assert server.ask("/healthz").status == 200


# --- who may ask -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path


def test_the_token_is_asked_for(serve, token_file):
    server = serve(token_file=token_file)
    for path in ["/metrics", "/api/v1/summary", "/api/v1/state", "/nix"]:
        for header in [None, "Bearer ", "Bearer " + TOKEN[:-1], "Bearer " + TOKEN + "0", "Bearer " + TOKEN[::-1], "Basic " + TOKEN, TOKEN]:
            answer = server.ask(path, headers={"Authorization": header} if header else {})
            assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
            assert "token" in answer.json["error"]
    assert server.ask("/healthz").status == server.ask("/readyz").status == 200
    assert server.ask("/api/v1/summary", headers={"Authorization": "Bearer " + TOKEN}).status == 200
    assert server.ask("/api/v1/summary", headers={"Authorization": "bearer " + TOKEN}).status == 200


def fails(state, address, **limits):
    words = [DEMO, program.RULES, state, address, *(f"{name}={value}" for name, value in limits.items())]
    done = subprocess.run(words, input="", capture_output=True, text=True, timeout=LIMIT_S, check=False, env=program.environment())
    assert done.returncode == 2, (done.stdout, done.stderr)
    return done.stderr


def test_an_open_address_needs_a_token(files, serve, token_file):
    assert "bearer token is needed" in fails(files[0], "0.0.0.0:0")
    assert serve("0.0.0.0:0", token_file=token_file).address.startswith("0.0.0.0:")


def test_tokens_of_no_use_are_refused(files, tmp_path):
    token = tmp_path / "token"
    assert "cannot read" in fails(files[0], "127.0.0.1:0", token_file=token)
    for content, said in [("short", "5 characters"), ("two words " * 4, "no token"), ("x" * 5000, "5"), ("", "0 characters")]:
        token.write_text(content)
        token.chmod(0o600)
        assert said in fails(files[0], "127.0.0.1:0", token_file=token)
    token.write_text(TOKEN)
    token.chmod(0o604)
    assert "everybody may read" in fails(files[0], "127.0.0.1:0", token_file=token)


def test_addresses(files, serve, tmp_path):
    for address in ["localhost", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "::1:80", "[::1:80", ":80", "127.0.0.1:x", "unix:x", "unix:/" + "x" * 200]:
        assert "is no address" in fails(files[0], address)
    path = tmp_path / "http.sock"
    with socket.socket(socket.AF_UNIX) as stale:  # left over by a server that was killed
        stale.bind(str(path))
    server = serve(f"unix:{path}")
    assert server.address == f"unix:{path}"
    assert server.get("/healthz")
    assert path.stat().st_mode & 0o777 == 0o660
    assert "in use" in fails(files[0], f"unix:{path}")
    assert server.get("/healthz")
    host, port = serve().address.split(":")
    assert "in use" in fails(files[0], f"{host}:{port}")
    if os.path.exists("/proc/net/if_inet6") and open("/proc/net/if_inet6", encoding="ascii").read().strip():
        assert serve("[::1]:0").address.startswith("[::1]:")


# --- limits ----------------------------------------------------------------------------------------------------------------


def test_more_connections_than_allowed_wait_their_turn(serve):
    server = serve(connections_max=4)
    held = [server.socket() for _ in range(4)]
    for sock in held:
        sock.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        assert sock.recv(65536).startswith(b"HTTP/1.1 200 ")
    with server.socket() as waiting:
        waiting.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        assert not select.select([waiting], [], [], 0.4)[0]
        held.pop().close()
        assert waiting.recv(65536).startswith(b"HTTP/1.1 200 ")
    for sock in held:
        sock.close()
    for _ in range(50):
        assert server.ask("/healthz").status == 200


def test_idle_connections_make_room(serve):
    server = serve(connections_max=4)
    held = [server.socket() for _ in range(12)]  # none of them asks for anything
    begun = time.monotonic()
    assert server.ask("/healthz").status == 200
    assert time.monotonic() - begun < 15
    for sock in held:
        sock.close()


def test_one_address_serves_only_so_many_states_at_once(serve):
    server = serve()
    held = []
    for _ in range(20):
        sock = server.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        sock.sendall(b"GET /api/v1/state HTTP/1.1\r\n\r\n")
        held.append(sock)
    assert server.ask("/healthz").status == 200
    for sock in held:
        assert sock.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 503")
        sock.close()


def test_a_slow_request_is_cut_whatever_it_drips(serve):
    server = serve(head_timeout_ms=800)
    begun = time.monotonic()
    with server.socket() as sock:
        try:
            for byte in b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 1000:
                sock.sendall(bytes([byte]))
                time.sleep(0.05)
        except ConnectionError:
            pass
    assert 0.5 < time.monotonic() - begun < 30  # all of it takes 51 s
    with server.socket() as silent:
        assert silent.recv(10) == b""
    assert server.ask("/healthz").status == 200


def test_an_idle_connection_is_closed(serve):
    server = serve(idle_timeout_ms=700)
    with server.socket() as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        assert sock.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert sock.recv(10) == b""


def connections(server):
    """How many there are, the one that asks included."""
    lines = server.ask("/metrics").body.decode().splitlines()
    return next(int(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("spacesift_http_connections "))


def test_an_answer_that_nobody_takes_is_cut(serve):
    server = serve(stall_timeout_ms=2500)
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        host, port = server.address.split(":")
        sock.connect((host, int(port)))
        for _ in range(20):  # more than the system's buffers take
            sock.sendall(b"GET /api/v1/spaces?limit=1000 HTTP/1.1\r\n\r\n")
        time.sleep(0.2)
        assert connections(server) == 2
        until = time.monotonic() + 20
        while connections(server) > 1 and time.monotonic() < until:
            time.sleep(0.1)
        assert connections(server) == 1


def test_many_clients_at_once(server, files):
    want = files[0].read_bytes()

    def one(at):
        if at % 3 == 0:
            answer = server.ask("/api/v1/state")
            return answer.status == 503 or answer.body == want
        return server.ask(["/api/v1/spaces?limit=50", "/metrics"][at % 2]).status in (200, 503)

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        assert all(pool.map(one, range(200)))


def test_clients_that_leave_in_the_middle_leave_nothing_behind(serve):
    server = serve(connections_max=8)
    for at in range(40):
        with server.socket() as sock:
            path = [b"/api/v1/spaces?limit=1000", b"/api/v1/state", b"/api/v1/events/stream", b"/metrics"][at % 4]
            sock.sendall(b"GET " + path + b" HTTP/1.1\r\n\r\n")
            if at % 8 >= 4:
                sock.recv(10)
    server.tell("none")
    assert server.ask("/healthz").status == 200


# --- events ----------------------------------------------------------------------------------------------------------------


class Stream:
    """A reader of events."""

    def __init__(self, server, query=""):
        self.sock = server.socket()
        self.sock.sendall(f"GET /api/v1/events/stream{query} HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n".encode())
        self.data = b""
        head = self.until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.0 200 ") or head.startswith(b"HTTP/1.1 200 "), head
        assert b"Content-Type: text/event-stream" in head
        assert self.until(b"\n\n") == b"retry: 2000\n: events from now on\n\n"

    def until(self, end):
        while end not in self.data:
            piece = self.sock.recv(65536)
            assert piece, self.data
            self.data += piece
        at = self.data.index(end) + len(end)
        part, self.data = self.data[:at], self.data[at:]
        return part

    def event(self):
        """The next event: (id, kind, object); comments are passed over."""
        fields = {}
        while not fields:
            fields = dict(line.split(": ", 1) for line in self.until(b"\n\n").decode().splitlines() if line and line[0] != ":")
        return int(fields.get("id", 0)), fields["event"], json.loads(fields["data"])

    def silent(self, seconds=0.4):
        return not self.data and not select.select([self.sock], [], [], seconds)[0]


def test_events_come_as_the_program_prints_them(serve, files):
    server = serve()
    assert server.tell(f"publish {files[1]}") == "published 0"  # nobody listens
    stream = Stream(server)
    assert stream.silent()
    assert server.tell(f"publish {files[1]}") == "published 1"
    printed = program.run("events", files[1]).lines
    got = [stream.event() for _ in printed]
    assert [item for _, _, item in got] == printed
    assert {kind for _, kind, _ in got} == {"hit"}
    assert [number for number, _, _ in got] == list(range(got[0][0], got[0][0] + len(printed)))
    stream.sock.close()


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ("?class=oom", lambda event: event["class"] == "oom"),
        ("?class=oom&class=dep_missing_module", lambda event: event["class"] in ("oom", "dep_missing_module")),
        ("?severity=error", lambda event: event["severity"] in ("error", "fatal")),
        ("?space=owner1%2Fspace0001&space=owner2/space0002", lambda event: event["space"] in ("owner1/space0001", "owner2/space0002")),
        ("?rule=startup&space=owner3/space0003", lambda event: event["rule"] == "startup" and event["space"] == "owner3/space0003"),
    ],
)
def test_streams_are_filtered(server, files, query, passes):
    wanted = [event for event in program.run("events", files[1]).lines if passes(event)]
    assert wanted
    stream = Stream(server, query)
    server.tell(f"publish {files[1]}")
    assert [stream.event()[2] for _ in wanted] == wanted
    assert stream.silent()
    stream.sock.close()


def test_a_silent_stream_is_kept_alive(serve):
    stream = Stream(serve(keepalive_ms=300))
    for _ in range(2):
        assert stream.until(b"\n\n") == b": keep-alive\n\n"
    stream.sock.close()


def test_a_slow_reader_is_cut_and_others_are_not(serve, files):
    server = serve(stream_bytes_max=300_000, tap_bytes_max=50_000_000)
    slow, quick = Stream(server), Stream(server, "?space=owner1/space0001")
    slow.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    for _ in range(400):
        server.tell(f"publish {files[1]}")
    for _ in range(400):
        quick.event()
    lines = server.ask("/metrics").body.decode()
    assert "spacesift_http_streams_cut_total 1\n" in lines
    assert "spacesift_http_streams 1\n" in lines
    with pytest.raises(AssertionError):  # what had been sent, then the end
        while True:
            slow.until(b"\n\n")
    quick.sock.close()


def test_readers_are_told_of_gaps(serve, files):
    server = serve(tap_bytes_max=10)
    stream = Stream(server)
    server.tell(f"publish {files[1]}")
    number, kind, item = stream.event()
    assert (number, kind, item) == (0, "gap", {"blocks": 1})
    stream.sock.close()


def test_streams_leave_room_for_others(serve):
    server = serve(connections_max=4)
    streams = [Stream(server), Stream(server)]
    answer = server.ask("/api/v1/events/stream")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert server.ask("/healthz").status == 200
    for stream in streams:
        stream.sock.close()


def test_a_server_ends_with_readers_connected(files):
    server = Server(files[0])
    held = [Stream(server), Stream(server)]
    idle = server.socket()
    idle.sendall(b"GET /healthz HT")
    server.end()
    for stream in held:
        stream.sock.close()
    idle.close()
