"""Where compiled rules are kept: used again, told apart, and never trusted when damaged or where others may write."""

import json
import os

import pytest

import program
import shards
from phrases import MEMORY


@pytest.fixture
def cached(tmp_path):
    """Scans with a cache of its own; gives what was said on standard error, and the cache's files."""
    home = tmp_path / "cache"
    shard = shards.put(tmp_path / "acme/demo/run.log", MEMORY + "\n")

    def scan(*words, **options):
        result = program.scan("--report", "jsonl", *words, shard, env={"XDG_CACHE_HOME": home}, **options)
        assert result.status == program.OK, result.err
        assert program.Report(result.lines).verdicts == {"acme/demo": "oom"}
        place = home / "spacesift"
        return result.err, sorted(place.iterdir()) if place.is_dir() and os.access(place, os.R_OK) else []

    scan.home = home
    scan.place = home / "spacesift"
    return scan


def test_compiled_rules_are_kept_in_a_directory_of_ones_own(cached):
    err, (file,) = cached()
    assert err == ""
    assert cached.place.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o077 == 0
    hash_of = program.run("rules", "list", "--json", "--rules", program.RULES).document["hash"]
    assert hash_of in file.name


def test_kept_rules_are_used_again(cached):
    _, (file,) = cached()
    before = (file.stat().st_ino, file.stat().st_mtime_ns)
    err, files = cached()
    assert (err, files) == ("", [file])
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == before


def test_files_that_nobody_asked_for_lately_make_room(cached):
    cached.place.mkdir(parents=True, mode=0o700)
    old = [cached.place / f"{number:032x}-cf0687288e99f367.db" for number in range(40)]
    for number, path in enumerate(old):
        path.write_bytes(b"")
        os.utime(path, (1_600_000_000 + number, 1_600_000_000))
    own = cached.place / "notes.txt"
    own.write_text("mine")
    err, files = cached()
    assert err == "" and own in files
    (made,) = set(files) - {own, *old}
    assert set(files) == {made, own, *old[-31:]}


def profile(cached, tmp_path):
    """Logs in which all that the memory rule needs is common."""
    log = shards.put(tmp_path / "profile.log", (MEMORY + "\n") * (200000 // len(MEMORY)))
    result = program.run("rules", "compile", "--profile", log, "--rules", program.RULES, env={"XDG_CACHE_HOME": cached.home})
    assert (result.status, result.out, result.err) == (program.OK, b"", "")


def test_profiled_rules_are_kept_beside_the_plain_ones_and_taken_before_them(cached, tmp_path):
    _, (plain,) = cached()
    before = plain.read_bytes()
    profile(cached, tmp_path)
    (profiled,) = set(cached.place.iterdir()) - {plain}
    assert profiled.name == plain.stem + "-profile.db"
    assert plain.read_bytes() == before
    plain.unlink()
    err, files = cached()  # the same verdict; nothing had to be compiled
    assert (err, files) == ("", [profiled])
    other = program.run("rules", "compile", "-o", "-", "--rules", program.RULES).out
    assert profiled.read_bytes() != other


def test_a_damaged_profile_falls_back_to_plain_rules(cached, tmp_path):
    profile(cached, tmp_path)
    (profiled,) = cached.place.iterdir()
    profiled.write_bytes(profiled.read_bytes()[:-7])
    err, files = cached()
    assert err == ""
    assert len(files) == 2


def test_other_rules_are_kept_apart(cached, tmp_path):
    _, (first,) = cached()
    other = shards.put(tmp_path / "other.yaml", program.RULES.read_text().replace("[Loosen a pin]", "[Drop a pin]"))
    _, files = cached(rules=other)
    assert len(files) == 2
    assert first in files


@pytest.mark.parametrize("damage", ["a flipped byte", "cut short", "empty", "garbage", "another set's", "longer"])
def test_a_damaged_cache_file_is_compiled_anew_in_silence(cached, tmp_path, damage):
    _, (file,) = cached()
    whole = file.read_bytes()
    middle = len(whole) // 2
    contents = {
        "a flipped byte": whole[:middle] + bytes([whole[middle] ^ 0x10]) + whole[middle + 1 :],
        "cut short": whole[:-7],
        "empty": b"",
        "garbage": b"x" * 5000,
        "longer": whole + b"x",
    }
    if damage == "another set's":
        other = shards.put(tmp_path / "other.yaml", program.RULES.read_text().replace("memory-limit", "memory-bound"))
        _, files = cached(rules=other)
        (foreign,) = (path for path in files if path != file)
        file.write_bytes(foreign.read_bytes())
        foreign.unlink()
    else:
        file.write_bytes(contents[damage])
    assert cached() == ("", [file])
    assert file.read_bytes() == whole or len(file.read_bytes()) == len(whole), "it is whole again"
    before = file.stat().st_mtime_ns
    assert cached() == ("", [file])
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_cache_that_others_may_enter_is_refused_with_a_warning(cached, mode):
    cached.place.mkdir(parents=True)
    cached.place.chmod(mode)
    err, files = cached()
    assert files == []
    assert str(cached.place) in err
    assert "warning" in err
    assert "XDG_CACHE_HOME" in err
    assert cached("-q")[0] == ""


def test_a_file_where_the_cache_should_be_is_only_a_warning(cached):
    cached.home.mkdir()
    cached.place.write_text("in the way")
    err, _ = cached()
    assert "warning" in err and str(cached.place) in err
    assert cached.place.read_text() == "in the way"


def test_a_read_only_cache_is_only_a_warning(cached):
    cached.home.mkdir()
    cached.place.mkdir(mode=0o700)
    cached.place.chmod(0o500)
    err, files = cached(before=program.powerless())
    assert files == []
    assert "warning" in err and str(cached.place) in err
    cached.place.chmod(0o700)
    _, (file,) = cached()
    cached.place.chmod(0o500)
    assert cached(before=program.powerless()) == ("", [file]), "what is there is of use all the same"
    cached.place.chmod(0o700)


def test_a_link_in_the_cache_is_not_followed(cached, tmp_path):
    _, (file,) = cached()
    aside = tmp_path / "aside"
    file.rename(aside)
    file.symlink_to(aside)
    err, (again,) = cached()
    assert err == ""
    assert not again.is_symlink()


def test_no_cache_keeps_nothing_on_disk(cached):
    assert cached("--no-cache") == ("", [])
    assert not cached.home.exists()


def test_a_relative_cache_home_does_not_count(tmp_path):
    """XDG Base Directory Specification: all paths must be absolute, a relative one is to be ignored."""
    shard = shards.put(tmp_path / "acme/demo/run.log", MEMORY + "\n")
    env = {"XDG_CACHE_HOME": "relative", "HOME": tmp_path / "home"}
    (tmp_path / "home").mkdir()
    assert program.scan("--report", "none", shard, env=env, cwd=tmp_path).status == program.OK
    assert not (tmp_path / "relative").exists()
    assert len(list((tmp_path / "home/.cache/spacesift").iterdir())) == 1


def test_without_any_home_the_rules_are_compiled_each_time(tmp_path):
    shard = shards.put(tmp_path / "acme/demo/run.log", MEMORY + "\n")
    result = program.scan("--report", "jsonl", shard, env={"XDG_CACHE_HOME": None, "HOME": None})
    assert result.status == program.OK
    assert json.loads(result.out.splitlines()[0])["verdict"] == "oom"
    assert "XDG_CACHE_HOME" in result.err
