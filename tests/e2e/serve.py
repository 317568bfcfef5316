"""Runs `spacesift serve` from outside: starts it on free ports, asks its HTTP side, waits for lines, looks at how it ended.

    with serve.Server(tmp_path, "tcp://127.0.0.1:0", "syslog://127.0.0.1:0") as server:
        server.send(0, b"Memory limit exceeded\\n")
        server.wait_lines(1)
        assert server.space("-")["verdict"] == "oom"

Ports that are given as 0 are chosen by the system and stay the same over restart().
"""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

import program

LIMIT_S = 60  # a sanitized build on a busy machine
STEP_S = 0.02
OPTIONS = ("--jobs", "2", "--view-interval", "20ms")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


def until(true, what, seconds=LIMIT_S):
    """Waits for `true()` to give something true, and gives that; fails with `what`, a text or what tells one."""
    end = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < end, f"waited {seconds} s: {what() if callable(what) else what}"
        time.sleep(STEP_S)
    return value


def free_port(host="127.0.0.1"):
    """A port that nobody listened on just now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
        sock.bind((host, 0))
        return sock.getsockname()[1]


def listener(url, **options):
    """A listener's URL with its options, whose values may hold anything: `client_ca` is client-ca."""
    query = "&".join(f"{name.replace('_', '-')}={urllib.parse.quote(str(value), safe='')}" for name, value in options.items())
    return f"{url}?{query}" if query else url


def metrics_of(text):
    """{name with labels: value} of a scrape."""
    rows = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, value in rows}


class Server:
    """`spacesift serve` under way. Attributes: `process`, `pid`, `data_dir` (None without), `addresses`, one a listener."""

    def __init__(
        self, directory, *listeners, options=(), data_dir=True, rules=program.RULES, env=None, before=(), wait=True, **popen
    ):
        """`data_dir`: True makes one in `directory`, None goes without. `before` are words in front of the program's name,
        `options` further ones of serve, which win over those of ours, `popen` is subprocess's own."""
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.data_dir = self.directory / "data" if data_dir is True else data_dir
        self.listeners = list(listeners)
        self.options, self.rules, self.before = list(options), rules, list(before)
        self.env, self.popen = dict(env or {}), popen
        self.http = "127.0.0.1:0"
        self.process = None
        self.start(wait)

    # --- from start to end ---

    def start(self, wait=True):
        """Starts, again where it ended before: on the same ports, with the same data. Waits until it is ready."""
        assert self.process is None
        words = [*self.before, program.SPACESIFT, "serve", "--http", self.http, *OPTIONS]
        words += ["--rules", self.rules] if self.rules is not None else []
        words += ["--data-dir", self.data_dir] if self.data_dir is not None else []
        words += [word for url in self.listeners for word in ("--listen", url)]
        self.notes = []
        words += self.options
        self.process = program.start(words, env=self.env, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **self.popen)
        self.reader = threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        if wait:
            self.wait_ready()

    def _read(self, stream):
        for line in stream:
            self.notes.append(line.decode("utf-8", "replace").rstrip("\n"))

    @property
    def pid(self):
        return self.process.pid

    @property
    def log(self):
        """All that it said so far."""
        return "\n".join(self.notes)

    def wait_note(self, pattern, seconds=LIMIT_S):
        """The first match of a regular expression in what it says."""

        def found():
            hit = re.search(pattern, self.log, re.M)
            if hit is None and self.process is not None and self.process.poll() is not None:
                self.reader.join(LIMIT_S)
                hit = re.search(pattern, self.log, re.M)
                assert hit, f"it ended with status {self.process.returncode} and never said {pattern!r}: {self.log}"
            return hit

        return until(found, lambda: f"it never said {pattern!r}: {self.log}", seconds)

    def wait_ready(self):
        """Until it takes connections and /readyz says yes. Ports that were 0 become those that the system chose."""
        self.wait_note(r" serves: rules ")
        self.http = self.wait_note(r"HTTP at (\S+)$")[1]
        bound = re.findall(r"listening at (\S+)$", self.log, re.M)
        assert len(bound) == len(self.listeners), self.log
        self.addresses = bound
        options = ["?" + url.split("?", 1)[1] if "?" in url else "" for url in self.listeners]
        self.listeners = [url + rest for url, rest in zip(bound, options)]
        until(lambda: self.ask("/readyz").status == 200, lambda: self.ask("/readyz").body)

    def stop(self, signum=signal.SIGTERM, status=0):
        """Ends it as a service manager does; fails unless it ends with `status` and no sanitizer complained. Gives its log."""
        self.process.send_signal(signum)
        return self.ended(status)

    def ended(self, status=0):
        """Waits for an end that came from elsewhere, as stop() does."""
        try:
            self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._reap()
        program.check_sound(self.status, self.log)
        assert self.status == status, f"exit status {self.status}: {self.log}"
        return self.log

    def kill(self):
        """A crash: SIGKILL. The data directory stays as it is."""
        self.process.kill()
        self.process.wait(LIMIT_S)
        self._reap()

    def _reap(self):
        self.status = self.process.returncode
        self.reader.join(LIMIT_S)
        self.process.stderr.close()
        self.process = None

    def restart(self):
        """Ends it well, and starts it again."""
        self.stop()
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.process is None:
            return
        if kind is None:
            self.stop()
        else:
            self.kill()
            print("serve said:", self.log, sep="\n")

    # --- what it knows ---

    def ask(self, path, method="GET", headers=()):
        host, port = self.http.rsplit(":", 1)
        connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=LIMIT_S)
        try:
            connection.request(method, path, headers=dict(headers))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def get(self, path):
        """The JSON of an answer that must be 200."""
        answer = self.ask(path)
        assert answer.status == 200, (path, answer.status, answer.body)
        return answer.json

    def summary(self):
        return self.get("/api/v1/summary")

    def space(self, name):
        """The Space's object, as the report has it."""
        return self.get("/api/v1/spaces/" + name)["space"]

    def spaces(self):
        """{name: object} of all Spaces."""
        return {space["space"]: space for space in self.get("/api/v1/spaces?limit=1000")["spaces"]}

    def state(self):
        """The mergeable state, as bytes."""
        answer = self.ask("/api/v1/state")
        assert answer.status == 200, answer.body
        return answer.body

    def metrics(self):
        """{name with labels: value}; names as /metrics has them."""
        answer = self.ask("/metrics")
        assert answer.status == 200, answer.body
        return metrics_of(answer.body.decode())

    def metric(self, family, **labels):
        """The sum of all samples of a family that bear these labels."""
        wanted = [f'{name}="{value}"' for name, value in labels.items()]
        return sum(
            value
            for name, value in self.metrics().items()
            if name.split("{", 1)[0] == family and all(label in name for label in wanted)
        )

    def reasons(self):
        """{reason: count} of what was odd about the input, from the moment that the view is of."""
        return self.summary()["reasons"]

    def wait(self, true, seconds=LIMIT_S):
        """Until `true(self)`; what it gives."""
        return until(lambda: true(self), lambda: f"{self.get('/api/v1/summary')}\n{self.log}", seconds)

    def wait_lines(self, count, seconds=LIMIT_S, exactly=True):
        """Until the view counts so many lines of all Spaces, those of "-" too. More is a fault unless told otherwise."""

        def counted():
            self.lines = self.summary()["lines"]
            return self.lines >= count

        self.lines = 0
        until(counted, lambda: f"{self.lines} of {count} lines are counted\n{self.log}", seconds)
        assert self.lines == count or not exactly, f"{self.lines} lines are counted, {count} were sent"

    def wait_space(self, name, count, seconds=LIMIT_S):
        """Until a Space has so many lines, and no more; its object."""

        def counted():
            answer = self.ask("/api/v1/spaces/" + name)
            found.update(answer.json["space"] if answer.status == 200 else {})
            return found["lines"] >= count

        found = {"lines": 0}
        until(counted, lambda: f"{name} has {found['lines']} of {count} lines, {self.reasons()}\n{self.log}", seconds)
        assert found["lines"] == count, f"{name} has {found['lines']} lines, {count} were sent"
        return found

    # --- connections ---

    def port(self, index=0):
        return int(self.addresses[index].rsplit(":", 1)[1])

    def path(self, index=0):
        """Of a unix listener."""
        return self.addresses[index].split("://", 1)[1]

    def connect(self, index=0, context=None, name="localhost"):
        """A connection to a listener; over TLS where an ssl.SSLContext is given."""
        scheme, rest = self.addresses[index].split("://", 1)
        if "unix" in scheme.split("+"):
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(LIMIT_S)
            sock.connect(rest)
        else:
            host = rest.rsplit(":", 1)[0].strip("[]")
            sock = socket.create_connection((host or "127.0.0.1", self.port(index)), timeout=LIMIT_S)
        return context.wrap_socket(sock, server_hostname=name) if context is not None else sock

    def send(self, index, content, context=None):
        """Opens a connection, sends, and ends it."""
        with self.connect(index, context) as sock:
            sock.sendall(content.encode() if isinstance(content, str) else content)
            if context is not None:
                sock.unwrap().close()


def certificates(directory):
    """A CA of our own and what it signed: {ca, cert, key, client_cert, client_key}, paths of PEM files, for localhost."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)

    def openssl(*words):
        done = subprocess.run(["openssl", *map(str, words)], cwd=directory, capture_output=True, timeout=LIMIT_S, check=False)
        assert done.returncode == 0, done.stderr

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=spacesift test CA")
    for name, host in (("server", "localhost"), ("client", "client")):
        (directory / f"{name}.ext").write_text(f"subjectAltName=DNS:{host},IP:127.0.0.1\n")
        openssl("req", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={host}")
        signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext"]
        openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signed)
    names = {"ca": "ca.pem", "cert": "server.pem", "key": "server.key", "client_cert": "client.pem", "client_key": "client.key"}
    for key in ("server.key", "client.key", "ca.key"):
        os.chmod(directory / key, 0o600)
    return {name: directory / file for name, file in names.items()}


def client_context(certs, own=False):
    """TLS for a client that trusts the CA of certificates(), and shows a certificate of its own where `own`."""
    context = ssl.create_default_context(cafile=certs["ca"])
    if own:
        context.load_cert_chain(certs["client_cert"], certs["client_key"])
    return context
