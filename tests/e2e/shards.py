"""Makes shards: the wrappings and the compression that the program reads, whole and damaged."""

import gzip as python_gzip
import json
import struct

import zstandard

SPACES_STAMP = "2026-01-31T10:{minute:02}:{second:02}Z"


def stamp(at):
    """The `at`-th second of a quiet morning."""
    return SPACES_STAMP.format(minute=at // 60, second=at % 60)


def put(path, content):
    """Writes a shard, its directories too; gives the path back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zstd(content, **parameters):
    """One frame with a checksum. `parameters` are those of zstandard."""
    content = content.encode() if isinstance(content, str) else content
    chosen = zstandard.ZstdCompressionParameters.from_level(3, write_checksum=1, **parameters)
    return zstandard.ZstdCompressor(compression_params=chosen).compress(content)


def skippable(content, kind=0):
    """A frame that decoders pass over."""
    return struct.pack("<II", 0x184D2A50 + kind, len(content)) + content


def gzip(content):
    content = content.encode() if isinstance(content, str) else content
    return python_gzip.compress(content, mtime=0)


def json_lines(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def mixed(lines, channel="run"):
    """JSON Lines of many Spaces: (Space, text) pairs, a second apart."""
    return json_lines(
        {"space": space, "channel": channel, "timestamp": stamp(at), "message": text} for at, (space, text) in enumerate(lines)
    )


def log_api(lines, begin=0):
    """What the Spaces log API sends for the lines of one log: events, apart by blank lines."""
    return "".join(
        "data: " + json.dumps({"data": text + "\n" * text.startswith("====="), "timestamp": stamp(begin + at)}) + "\n\n"
        for at, text in enumerate(lines)
    )
