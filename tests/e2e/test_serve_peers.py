"""serve with the log senders that people run: rsyslog, syslog-ng, logger, and clients of Fluentd's protocol for node and Python."""

import pytest

import peers
import serve

KEY, USER, PASSWORD = "a key that both sides know", "collector", "sesame"
# The listeners of the one server of this file, by number.
SYSLOG, OLD_SYSLOG, SYSLOG_TLS, FORWARD, FORWARD_TLS, FORWARD_AUTH, FORWARD_UNIX = range(7)


@pytest.fixture(scope="module")
def certs(tmp_path_factory):
    return serve.certificates(tmp_path_factory.mktemp("certs"))


@pytest.fixture(scope="module")
def server(tmp_path_factory, certs):
    """One server for all senders; at its end nothing odd may have been seen, and nothing dropped."""
    directory = tmp_path_factory.mktemp("serve")
    key, users = directory / "key", directory / "users"
    key.write_text(KEY + "\n")
    users.write_text(f"{USER}:{PASSWORD}\n")
    own = {"cert": certs["cert"], "key": certs["key"]}
    listeners = [
        "syslog://127.0.0.1:0",
        serve.listener("syslog://127.0.0.1:0", space="{app}", channel="run"),
        serve.listener("syslog+tls://127.0.0.1:0", **own),
        "forward://127.0.0.1:0",
        serve.listener("forward+tls://127.0.0.1:0", client_ca=certs["ca"], **own),
        serve.listener("forward://127.0.0.1:0", shared_key_file=key, users_file=users, hostname="spacesift.test"),
        f"forward+unix://{directory}/forward.sock",
    ]
    with serve.Server(directory, *listeners) as server:
        yield server
        assert server.reasons() == {}
        assert server.metric("spacesift_dropped_records_total") == 0
        closed = {name for name, value in server.metrics().items() if name.startswith("spacesift_connections_closed") and value}
        assert not [name for name in closed if 'reason="peer"' not in name]
        # What it knows outlasts a restart.
        before = server.spaces()
        server.restart()
        assert server.spaces() == before


# --- rsyslog ---------------------------------------------------------------------------------------------------------------

RFC5424 = {"template": "RSYSLOG_SyslogProtocol23Format"}


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("lf", {}),
        ("counted", {"TCP_Framing": "octet-counted"}),
        ("zipped", {"zipLevel": 9}),
        ("zipped-counted", {"zipLevel": 9, "TCP_Framing": "octet-counted"}),
        ("zip-stream", {"zipLevel": 9, "compression_mode": "stream:always"}),
    ],
)
def test_rsyslog_forwards(server, tmp_path, kind, action):
    log = peers.Log("rsyslog-" + kind)
    with peers.rsyslog(tmp_path, peers.counted(log.syslog()), port=server.port(SYSLOG), **RFC5424, **action):
        log.check(server, SYSLOG)


def test_rsyslog_forwards_over_tls(server, certs, tmp_path):
    log = peers.Log("rsyslog-tls")
    tls = {"streamDriver": "gtls", "streamDriverMode": 1, "streamDriverAuthMode": "x509/name"}
    tls["streamDriverPermittedPeers"] = "localhost"
    content = peers.counted(log.syslog())
    with peers.rsyslog(tmp_path, content, port=server.port(SYSLOG_TLS), ca=certs["ca"], **RFC5424, **tls):
        log.check(server, SYSLOG_TLS)


@pytest.mark.parametrize("template", [None, "RSYSLOG_ForwardFormat"])
def test_rsyslog_forwards_in_its_older_forms(server, tmp_path, template):
    log = peers.Log("rsyslog-old" if template is None else "rsyslog-iso", channel="run")
    action = {} if template is None else {"template": template}
    with peers.rsyslog(tmp_path, peers.counted(log.old_syslog()), port=server.port(OLD_SYSLOG), **action):
        log.check(server, OLD_SYSLOG, digits=0)


@pytest.mark.parametrize("packed", [False, True])
def test_a_flood_by_rsyslog(server, tmp_path, packed):
    flood = peers.Flood("rsyslog-flood-packed" if packed else "rsyslog-flood", 5000)
    content = peers.counted(flood.syslog())
    before = server.metric("spacesift_received_bytes_total")
    action = {"zipLevel": 6, "compression_mode": "stream:always"} if packed else {"zipLevel": 6}
    with peers.rsyslog(tmp_path, content, port=server.port(SYSLOG), **RFC5424, **action):
        flood.check(server)
    assert server.metric("spacesift_received_bytes_total") - before < len(content) / 2  # it was compressed


# --- syslog-ng -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "bom"])
def test_syslog_ng_sends_by_its_syslog_driver(server, tmp_path, mark):
    """It passes on that a text is UTF-8, as a byte order mark, and ends texts with a newline of their own."""
    log = peers.Log("syslog-ng-bom" if mark else "syslog-ng")
    destination = f'syslog("127.0.0.1" port({server.port(SYSLOG)}) transport("tcp") frac-digits(6))'
    with peers.syslog_ng(tmp_path, peers.counted(log.syslog(mark)), destination):
        log.check(server, SYSLOG)


def test_syslog_ng_sends_over_tls(server, certs, tmp_path):
    log = peers.Log("syslog-ng-tls")
    destination = f'syslog("127.0.0.1" port({server.port(SYSLOG_TLS)}) transport("tls") tls(ca-file("{certs["ca"]}")))'
    with peers.syslog_ng(tmp_path, peers.counted(log.syslog()), destination):
        log.check(server, SYSLOG_TLS, digits=0)


def test_syslog_ng_sends_by_its_network_driver(server, tmp_path):
    """Messages of several lines come as they are: what follows the first line has no header."""
    log = peers.Log("syslog-ng-net", channel="run")
    destination = f'network("127.0.0.1" port({server.port(OLD_SYSLOG)}) transport("tcp"))'
    named = [message.replace(b" app 42 ", f" {space} 42 ".encode()) for message, (space, *_) in zip(log.syslog(), log.records)]
    with peers.syslog_ng(tmp_path, peers.counted(named), destination):
        log.check(server, OLD_SYSLOG, digits=0)


def test_a_flood_by_syslog_ng(server, tmp_path):
    flood = peers.Flood("syslog-ng-flood", 5000)
    destination = f'syslog("127.0.0.1" port({server.port(SYSLOG)}) transport("tcp") frac-digits(6))'
    with peers.syslog_ng(tmp_path, peers.counted(flood.syslog()), destination):
        flood.check(server)


# --- logger ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("framing", [[], ["--octet-count"]])
def test_logger_sends_rfc_5424(server, framing):
    log = peers.Log("logger" + "".join(framing))
    for space, channel, _, text in log.records:
        named = ["--sd-id", "space@32473", "--sd-param", f'id="{space}"', "--sd-param", f'channel="{channel}"']
        lines = text if framing else text.replace("\n", "#012")
        logger_words = ["--rfc5424", *framing, "--priority", "local0.err", *named, "--", lines]
        peers.logger(server.port(SYSLOG), *logger_words)
    log.check(server, SYSLOG, digits=None)


@pytest.mark.parametrize("framing", [[], ["--octet-count"]])
def test_logger_sends_rfc_3164(server, framing):
    log = peers.Log("logger-old" + "".join(framing), channel="run")
    for space in (log.app, log.other):
        lines = "".join(text + "\n" for name, _, _, text in log.records if name == space)
        peers.logger(server.port(OLD_SYSLOG), "--rfc3164", *framing, "--tag", space, stdin=lines.encode())
    log.check(server, OLD_SYSLOG, digits=None)


# --- clients of Forward ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["Message", "Forward", "PackedForward", "CompressedPackedForward"])
def test_the_client_for_node_gets_its_acks(server, mode):
    """It gives up an ack that takes half a second."""
    log = peers.Log("node-" + mode.lower())
    address = {"host": "127.0.0.1", "port": server.port(FORWARD)}
    told = peers.fluent_client(log.forward(), eventMode=mode, ack={}, milliseconds=True, socket=address)
    assert told == {"acked": len(log.records), "errors": []}
    log.check(server, FORWARD, digits=9)


def test_a_flood_by_the_client_for_node(server):
    """As many chunks as records; each ack comes in time though all wait at once."""
    flood = peers.Flood("node-flood", 1000)
    address = {"host": "127.0.0.1", "port": server.port(FORWARD)}
    told = peers.fluent_client(flood.forward(), eventMode="Message", ack={}, milliseconds=True, socket=address)
    assert told == {"acked": flood.count, "errors": []}
    flood.check(server)


def test_the_client_for_node_sends_seconds_without_acks(server):
    log = peers.Log("node-seconds")
    told = peers.fluent_client(log.forward(), socket={"path": server.path(FORWARD_UNIX)})
    assert told == {"acked": len(log.records), "errors": []}
    log.check(server, FORWARD_UNIX, digits=0)


def test_the_client_for_node_over_tls_with_a_certificate_of_its_own(server, certs):
    log = peers.Log("node-tls")
    tls = {"ca": str(certs["ca"]), "cert": str(certs["client_cert"]), "key": str(certs["client_key"]), "servername": "localhost"}
    address = {"host": "127.0.0.1", "port": server.port(FORWARD_TLS), "tls": tls}
    told = peers.fluent_client(log.forward(), ack={}, milliseconds=True, socket=address)
    assert told == {"acked": len(log.records), "errors": []}
    log.check(server, FORWARD_TLS, digits=9)


def test_the_client_for_node_authenticates(server):
    log = peers.Log("node-auth")
    address = {"host": "127.0.0.1", "port": server.port(FORWARD_AUTH)}
    security = {"clientHostname": "client.test", "sharedKey": KEY, "username": USER, "password": PASSWORD}
    told = peers.fluent_client(log.forward(), ack={}, milliseconds=True, socket=address, security=security)
    assert told == {"acked": len(log.records), "errors": []}
    log.check(server, FORWARD_AUTH, digits=9)


def python_client(**where):
    sender = pytest.importorskip("fluent.sender", reason="Debian's python3-fluent-logger is not installed")
    return sender.FluentSender("spaces", nanosecond_precision=True, **where)


def test_the_client_for_python(server):
    log = peers.Log("python", fraction_ns=125_000_000)  # it holds times as floating-point numbers
    client = python_client(host="127.0.0.1", port=server.port(FORWARD))
    for at, record in log.forward():
        assert client.emit_with_time("app", at / peers.SECOND, record), client.last_error
    client.close()
    log.check(server, FORWARD, digits=9)


def test_the_client_for_python_by_a_unix_socket(server):
    log = peers.Log("python-unix")
    client = python_client(host="unix://" + server.path(FORWARD_UNIX))
    for at, record in log.forward():
        assert client.emit_with_time(None, at // peers.SECOND, record), client.last_error
    client.close()
    log.check(server, FORWARD_UNIX, digits=0)
