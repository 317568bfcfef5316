"""A server of HTTP alone, with a state and events that a scan wrote, and what tests ask of it."""

import http.client
import json
import socket
import subprocess

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
