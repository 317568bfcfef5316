"""Real senders of logs, run against a server under test: what they are given to send, and what must come of it."""

import calendar
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sysconfig
import time

import pytest

import program
import serve
from phrases import MEMORY, MISSING

PEERS = pathlib.Path(os.environ.get("SIFT_PEERS_DIR", program.ROOT / "build" / "peers"))  # filled by tools/peers
DEBIAN = PEERS / "debian"
MULTIARCH = sysconfig.get_config_var("MULTIARCH") or "x86_64-linux-gnu"
LIBRARIES = DEBIAN / "usr" / "lib" / MULTIARCH
SYSLOG_NG = DEBIAN / "usr" / "lib" / "syslog-ng"
CLIENT = pathlib.Path(__file__).parent / "fluent_client.js"

TRACEBACK = f'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\n\timport torch\n{MISSING}'
SECOND = 1_000_000_000


def stamp(time_ns, digits=6):
    """RFC 3339 in UTC, with so many digits of the fraction."""
    seconds, rest = divmod(time_ns, SECOND)
    return time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(seconds)) + f"{rest:09}"[:digits] + "Z"


def instant(text):
    """The Unix time in ns of a report's."""
    seconds, _, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S")) * SECOND + int(fraction.ljust(9, "0"))


class Log:
    """The records that a test has its sender send, of two Spaces of its own, and what must be known of them then.

    One has a traceback as a single record of four lines, an error that counts where its line begins with it, with letters beyond
    ASCII, and a panic, which counts in the channel "run" only; the other, whose channel is "build", a panic that must not count
    and the end of its memory."""

    def __init__(self, kind, channel=None, fraction_ns=123_456_789):
        """`channel`: both Spaces' where the sender can tell none, so that the listener says it. `fraction_ns`: of their times."""
        self.app, self.other = f"alice/{kind}", f"bob/{kind}"
        self.channel = channel
        self.start_ns = (int(time.time()) - 3600) * SECOND + fraction_ns
        texts = [
            (self.app, "run", "loading the weights of a model: " + "please wait, " * 9 + "100 %"),
            (self.app, "run", TRACEBACK),
            (self.app, "run", "TypeError: bad value – naïve"),
            (self.app, "run", "panic: overflow"),
            (self.other, "build", "panic: overflow"),
            (self.other, "build", MEMORY),
        ]
        self.records = [(space, kind, self.start_ns + at * SECOND, text) for at, (space, kind, text) in enumerate(texts)]

    def syslog(self, mark=""):
        """The records as messages of RFC 5424. `mark`: a byte order mark in front of their texts, or none."""
        return [
            f'<11>1 {stamp(at)} node-1 app 42 - [space@32473 id="{space}" channel="{channel}"] {mark}{text}'.encode()
            for space, channel, at, text in self.records
        ]

    def old_syslog(self):
        """The records as messages of RFC 3164, which have no channel."""
        return [
            f"<11>{time.strftime('%b %e %H:%M:%S', time.gmtime(at // SECOND))} node-1 {space}: {text}".encode()
            for space, _, at, text in self.records
        ]

    def forward(self):
        """The records as Forward's: (time, map)."""
        return [(at, {"space": space, "channel": channel, "message": text}) for space, channel, at, text in self.records]

    def check(self, server, index, digits=6):
        """All came, once each, through that listener. `digits`: of the seconds that the sender kept; None: it has times of its own."""
        app = server.wait_space(self.app, 7)
        other = server.wait_space(self.other, 2)
        assert (app["verdict"], other["verdict"]) == ("dep_missing_module", "oom")
        expected = {"module-not-found": self.records[1], "exception": self.records[2], "panic": self.records[3]}
        self._evidence(server, index, app, expected, digits)
        expected = {"memory-limit": self.records[5]}
        if self.channel == "run":
            expected["panic"] = self.records[4]
        self._evidence(server, index, other, expected, digits)

    def _evidence(self, server, index, space, expected, digits):
        found = {item["rule"]: item for item in space["evidence"]}
        assert found.keys() == expected.keys(), space
        for rule, (_, _, at, text) in expected.items():
            item = found[rule]
            assert (item["count"], item["demoted"]) == (1, 0), item
            assert item["sample"]["text"] == text.splitlines()[-1], item
            assert item["last"]["source"] == server.addresses[index], item
            told = instant(item["last"]["time"])
            if digits is not None:
                assert told == at - at % 10 ** (9 - digits), item
            else:
                assert self.start_ns < told <= time.time_ns(), item


class Flood:
    """Many records of one Space, of lengths from a few bytes to some thousands, every tenth a hit."""

    def __init__(self, kind, count):
        self.space, self.count = f"alice/{kind}", count
        start_ns = (int(time.time()) - 3600) * SECOND
        texts = (MEMORY if at % 10 == 9 else f"{at} " + "some words " * (at * 7919 % 300) for at in range(count))
        self.records = [(self.space, "run", start_ns + at * 1_000_000, text) for at, text in enumerate(texts)]

    syslog, forward = Log.syslog, Log.forward

    def check(self, server):
        """Each came once."""
        (item,) = server.wait_space(self.space, self.count)["evidence"]
        assert (item["rule"], item["count"]) == ("memory-limit", self.count // 10)
        assert instant(item["last"]["time"]) == self.records[-1][2]


def counted(messages):
    """Syslog messages in octet-counted frames."""
    return b"".join(b"%d %s" % (len(message), message) for message in messages)


# --- programs --------------------------------------------------------------------------------------------------------------


def wanted(path, what):
    if not path.exists():
        pytest.skip(f"{what} is not in {PEERS}: run tools/peers, which fetches it")
    return path


@contextlib.contextmanager
def daemon(directory, words, env):
    """A daemon in the foreground while the block runs; it must end well."""
    said = directory / "daemon.log"
    with open(said, "wb") as out:
        process = subprocess.Popen(
            [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**os.environ, "TZ": "UTC", **env}
        )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        status = process.wait(serve.LIMIT_S)
        assert status == 0, f"{words[0]} ended with {status}: {said.read_text()}"
    except BaseException:
        print(said.read_text())
        raise
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def feed(port, content):
    """Sends to a daemon that is about to listen."""

    def sent():
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.sendall(content)
            return True

    serve.until(sent, "the daemon does not listen", 20)


@contextlib.contextmanager
def rsyslog(directory, content, **action):
    """rsyslogd, which is given `content` and forwards it. `action`: parameters of its omfwd, `_` for `.`."""
    binary = wanted(DEBIAN / "usr" / "sbin" / "rsyslogd", "rsyslog")
    ca = action.pop("ca", None)
    drivers = f'global(defaultNetstreamDriverCAFile="{ca}")' if ca else ""
    settings = " ".join(f'{name.replace("_", ".")}="{value}"' for name, value in action.items())
    config = directory / "rsyslog.conf"
    config.write_text(
        f'global(workDirectory="{directory}")\n{drivers}\nmodule(load="imtcp")\n'
        f'input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="{directory}/port")\n'
        f'action(type="omfwd" target="127.0.0.1" protocol="tcp" {settings})\n'
    )
    words = [binary, "-n", "-f", config, "-i", directory / "pid", "-M", LIBRARIES / "rsyslog"]
    libraries = f"{LIBRARIES}:{DEBIAN / 'lib' / MULTIARCH}"
    with daemon(directory, words, {"LD_LIBRARY_PATH": libraries}):
        told = directory / "port"
        port = serve.until(lambda: told.exists() and told.read_text(), "rsyslog does not listen", 20)
        feed(int(port), content)
        yield


@contextlib.contextmanager
def syslog_ng(directory, content, destination):
    """syslog-ng, which is given `content` in counted frames of RFC 5424 and sends it on to `destination`."""
    binary = wanted(DEBIAN / "usr" / "sbin" / "syslog-ng", "syslog-ng")
    port = serve.free_port()
    config = directory / "syslog-ng.conf"
    config.write_text(
        "@version: 3.38\noptions { keep-hostname(yes); use-dns(no); dns-cache(no); stats-freq(0); };\n"
        f'source s {{ syslog(ip("127.0.0.1") port({port}) transport("tcp")); }};\n'
        f"destination d {{ {destination}; }};\nlog {{ source(s); destination(d); }};\n"
    )
    words = [binary, "-F", "--no-caps", "-f", config, "-p", directory / "pid", "-c", directory / "ctl", "-R", directory / "persist"]
    words += [f"--module-path={SYSLOG_NG / '3.38'}"]
    libraries = f"{SYSLOG_NG}:{LIBRARIES}:{DEBIAN / 'lib' / MULTIARCH}"
    with daemon(directory, words, {"LD_LIBRARY_PATH": libraries}):
        feed(port, content)
        yield


def logger(port, *words, stdin=None):
    """util-linux's logger, to a TCP port of this machine."""
    command = ["logger", "--server", "127.0.0.1", "--port", str(port), "--tcp", *words]
    done = subprocess.run(
        command, input=stdin, capture_output=True, env={**os.environ, "TZ": "UTC"}, timeout=serve.LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stderr


def fluent_client(records, **options):
    """npm's @fluent-org/logger sends records and waits for an ack of each: what it tells of that."""
    wanted(PEERS / "node_modules" / "@fluent-org" / "logger", "@fluent-org/logger")
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    job = {"options": options, "records": [[at // SECOND, at % SECOND, record] for at, record in records]}
    done = subprocess.run(
        ["node", CLIENT],
        input=json.dumps(job).encode(),
        capture_output=True,
        env={**os.environ, "NODE_PATH": str(PEERS / "node_modules")},
        timeout=serve.LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
