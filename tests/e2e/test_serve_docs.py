"""What docs/serve.md and docs/operations.md say of settings and metrics is so, and what is installed beside the program can be used."""

import json
import re
import shutil
import subprocess
import urllib.request

import pytest
import yaml

import examples
import program

DOCS = program.ROOT / "docs"
UNITS = program.ROOT / "tools" / "systemd"
ALERTS = program.ROOT / "tools" / "prometheus" / "spacesift.rules.yaml"
FUNCTIONS = {"increase", "rate", "delta", "changes", "time", "sum", "by", "and", "or"}
LABELS = {"instance", "listener", "reason", "result"}
PAGE = {"data": {"attributes": {"aggregate_state": "operational"}}, "included": []}
EXPOSURE_MAX = 20  # tenths


def described_settings():
    """The configuration file of docs/serve.md."""
    for block in examples.blocks((DOCS / "serve.md").read_text()):
        if block.language == "yaml" and "\nlisten:" in block.text:
            return block.text
    raise AssertionError("docs/serve.md shows no configuration file")


def known_settings():
    """What `serve --check` says of each name in the help: all but these are settings."""
    names = re.findall(r"--([a-z][a-z-]*)", program.run("serve", "--help").text)
    return set(names) - {"config", "check", "help"}


def test_the_configuration_file_shows_every_setting():
    assert set(yaml.safe_load(described_settings())) == known_settings()


def make_secrets(directory):
    for name in ("tls", "secrets", "known"):
        (directory / name).mkdir()
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", "/CN=spacesift.example", "-keyout", "tls/server.key", "-out", "tls/server.pem"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    shutil.copy(directory / "tls" / "server.pem", directory / "tls" / "ca.pem")
    (directory / "known" / "spaces.json").write_text('{"space":"alice/demo","stage":"RUNNING"}\n')
    (directory / "known" / "index.json").write_text(json.dumps(PAGE))
    (directory / "secrets" / "forward-key").write_text("the key\n")
    (directory / "secrets" / "http-token").write_text("0123456789abcdef0123456789abcdef\n")
    (directory / "secrets" / "http-token").chmod(0o600)
    (directory / "secrets" / "forward-users").write_text("# name:password\nfluentbit:the password\n")


def write_configuration(directory, text):
    text, rules = re.subn(r"(?m)^rules: \S+ *", f"rules: {program.RULES} ", text)
    assert rules == 1
    (directory / "serve.yaml").write_text(text)


def test_the_configuration_file_is_good(tmp_path):
    make_secrets(tmp_path)
    write_configuration(tmp_path, described_settings())
    checked = program.run("serve", "--check", "--config", "serve.yaml", cwd=tmp_path)
    assert (checked.status, checked.err) == (program.OK, "")
    assert checked.text == "3 listeners, the rules and what is known besides are good\n"


@pytest.mark.parametrize(
    "wrong, says",
    [
        ("gather: 5ms", "gather: five"),
        ("overflow: block", "overflow: wait"),
        ("checkpoint-interval: 1m", "checkpoint-intervall: 1m"),
        ("    hostname: spacesift.example", "    hostnam: spacesift.example"),
        ("keep-age: 7d", "keep-age: 7"),
    ],
)
def test_a_mistake_in_the_configuration_file_is_told_with_its_place(tmp_path, wrong, says):
    make_secrets(tmp_path)
    text = described_settings()
    assert wrong in text
    write_configuration(tmp_path, text.replace(wrong, says))
    line = 1 + (tmp_path / "serve.yaml").read_text().splitlines().index(
        next(line for line in (tmp_path / "serve.yaml").read_text().splitlines() if line.startswith(says))
    )
    checked = program.run("serve", "--check", "--config", "serve.yaml", cwd=tmp_path)
    assert checked.status == program.USAGE
    assert f"serve.yaml:{line}:" in checked.err


def test_a_check_sees_to_the_http_address_and_its_token(tmp_path):
    for address, token, says in (
        ("127.0.0.1", [], "is no address"),
        ("0.0.0.0:0", [], "bearer token is needed"),
        ("127.0.0.1:0", ["--http-token-file", tmp_path / "none"], "cannot read the token"),
    ):
        listen = ["--listen", "tcp://127.0.0.1:0", "--rules", program.RULES]
        checked = program.run("serve", "--check", *listen, "--http", address, *token)
        assert checked.status == program.USAGE and says in checked.err


def test_settings_that_are_not_given_are_as_the_file_shows(tmp_path):
    """The values that stand in the help, too."""
    shown = yaml.safe_load(described_settings())
    text = program.run("serve", "--help").text
    for name, value in re.findall(r"--([a-z-]+) [A-Z]\w* +.*\((?:default )?([0-9]+[a-zA-Z]*)[;)]", text):
        assert str(shown[name]) == value, name


def test_the_listeners_that_collectors_are_given_are_good(tmp_path):
    make_secrets(tmp_path)
    text = (DOCS / "serve.md").read_text()
    urls = re.findall(r"`((?:tcp|syslog|forward)[a-z+]*://\S+?:\d+[^`]*)`", text[text.index("## Collectors") :])
    assert len(urls) >= 5
    files = "cert=tls/server.pem&key=tls/server.key"
    listen = [word for url in urls for word in ("--listen", url.replace("cert=...&key=...", files))]
    checked = program.run("serve", "--check", *listen, "--rules", program.RULES, cwd=tmp_path)
    assert (checked.status, checked.err) == (program.OK, "")


@pytest.fixture(scope="module")
def metrics(tmp_path_factory):
    """What a server prints that has all it may have."""
    directory = tmp_path_factory.mktemp("metrics")
    (directory / "spaces.json").write_text('{"space":"alice/demo","stage":"RUNNING"}\n')
    (directory / "index.json").write_text(json.dumps(PAGE))
    with examples.Session(directory) as session:
        session.run(
            "spacesift serve --listen tcp://127.0.0.1:5140 --http 127.0.0.1:9464 --data-dir data --facts spaces.json --status index.json"
            f" --view-interval 10ms --rules {program.RULES} &"
        )
        with urllib.request.urlopen(f"http://127.0.0.1:{session.ports['9464']}/metrics", timeout=program.TIMEOUT_S) as answer:
            return answer.read().decode()


def test_metrics_are_those_that_are_described(metrics):
    printed = set(re.findall(r"(?m)^# TYPE (\w+) ", metrics))
    rows = re.findall(r"(?m)^\| `(\w+)` \|([^|]*)\|", (DOCS / "operations.md").read_text())
    described = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows if re.match("spacesift_|process_", name)}
    assert set(described) == printed
    for name, labels in described.items():
        samples = re.findall(rf"(?m)^{name}(?:\{{(.*)\}})? ", metrics)
        for sample in samples:
            assert set(re.findall(r'(\w+)="', sample)) == labels, name


def alerts():
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [(group, rule) for group in groups for rule in group["rules"]]


def test_alerts_name_metrics_and_labels_that_are_printed(metrics):
    samples = re.findall(r"(?m)^(\w+)(?:\{(.*)\})? ", metrics)
    names = {name for name, _ in samples} | {"up"}
    assert alerts()
    for _, rule in alerts():
        expression = re.sub(r'"[^"]*"|\[\w+\]', "", rule["expr"])
        words = set(re.findall(r"[a-z_]\w*", expression))
        asked = {word for word in words if word.startswith("spacesift_") or word == "up"}
        assert asked and asked <= names, rule["alert"]
        assert words - asked <= FUNCTIONS | LABELS | {"job"}, rule["alert"]
        assert expression.count("(") == expression.count(")") and expression.count("{") == expression.count("}")
        for name, pattern in re.findall(r'(spacesift_\w+)\{reason=~?"([a-z|]+)"\}', rule["expr"]):
            printed = {re.search(r'reason="(\w+)"', labels)[1] for sample, labels in samples if sample == name}
            assert set(pattern.split("|")) <= printed, rule["alert"]


def test_alerts_say_what_to_do():
    headings = re.findall(r"(?m)^#+ (.*)$", (DOCS / "operations.md").read_text())
    sections = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for _, rule in alerts():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"]
        document, section = rule["annotations"]["runbook"].split("#")
        assert document == "operations.md" and section in sections, rule["alert"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_takes_the_alerts():
    done = subprocess.run(["promtool", "check", "rules", ALERTS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def units(tmp_path):
    """The units, with a program that is there."""
    for unit in UNITS.glob("spacesift.*"):
        (tmp_path / unit.name).write_text(unit.read_text().replace("/usr/bin/spacesift", str(program.SPACESIFT)))
    return tmp_path


needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@needs_systemd
def test_systemd_finds_no_fault_with_the_units(units):
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", units / "spacesift.service", units / "spacesift.socket"],
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in (done.stdout + done.stderr).splitlines() if "spacesift" in line]
    assert done.returncode == 0 and not about_ours, done.stdout + done.stderr


@needs_systemd
def test_the_service_gives_up_what_it_does_not_need(units):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE_MAX}", units / "spacesift.service"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_first_configuration_is_good_and_uses_the_socket_of_the_unit(tmp_path):
    shutil.copy(UNITS / "serve.yaml", tmp_path)
    checked = program.run("serve", "--check", "--config", "serve.yaml", "--rules", program.RULES, cwd=tmp_path)
    assert checked.status == program.OK, checked.err
    names = re.findall(r"\+systemd://(\S+)", (UNITS / "serve.yaml").read_text())
    assert names == re.findall(r"FileDescriptorName=(\S+)", (UNITS / "spacesift.socket").read_text())


@pytest.mark.skipif(shutil.which("rsyslogd") is None, reason="rsyslogd is not installed")
def test_rsyslog_takes_its_configuration(tmp_path):
    blocks = [block.text for block in examples.blocks((DOCS / "serve.md").read_text()) if "omfwd" in block.text]
    assert len(blocks) == 1
    (tmp_path / "rsyslog.conf").write_text('set $!space = "alice/demo";\n' + blocks[0])
    done = subprocess.run(["rsyslogd", "-N1", "-f", tmp_path / "rsyslog.conf"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "error" not in done.stderr, done.stderr
