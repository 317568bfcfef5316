"""Who may ask over HTTP: tokens, and the addresses that need one."""

import os
import socket
import subprocess

import pytest

import program
from http_demo import DEMO, LIMIT_S, TOKEN, files, serve, server  # noqa: F401 (fixtures)


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
