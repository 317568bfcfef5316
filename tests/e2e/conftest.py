"""Fixtures that several test files share."""

import fcntl
import json
import os
import pathlib

import jsonschema
import pytest

import program
import shards


@pytest.fixture(scope="session")
def schema():
    """Checks one object of a report, or a whole document of them."""
    described = json.loads((program.ROOT / "docs" / "report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(described)
    line = jsonschema.Draft202012Validator({"$ref": "#/$defs/object", "$defs": described["$defs"]})
    document = jsonschema.Draft202012Validator(described)

    def check(value):
        (line if "type" in value else document).validate(value)

    return check


@pytest.fixture(scope="session")
def pack(tmp_path_factory):
    """The built-in pack, compiled into the cache: once, though several test files run at a time."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    cache.mkdir(parents=True, exist_ok=True)
    shard = shards.put(tmp_path_factory.mktemp("pack") / "a.log", "nothing\n")
    with open(cache / "e2e.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert program.scan("--report", "none", shard, rules=None).status == program.OK
    return None


@pytest.fixture
def tree(tmp_path):
    """Writes {path: content} below a fresh directory, which it gives back."""

    def write(files, name="logs"):
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        for path, content in files.items():
            shards.put(root / path, content)
        return root

    return write
