"""Reads states and events with other people's decoders (msgpack, zstandard), by docs/state.md and docs/events.md alone."""

import pathlib

import msgpack
import zstandard

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def decompress(data):
    """The content of all frames of a zstd file, or the data itself where it is none. ValueError where a frame is cut short,
    ZstdError where one is damaged."""
    if not data.startswith(ZSTD_MAGIC):
        return data
    contents = []
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        contents.append(frame.decompress(data))
        if not frame.eof:
            raise ValueError("the last frame is cut short")
        data = frame.unused_data
    return b"".join(contents)


def objects(data, **options):
    """The msgpack objects that follow one another in `data`; ValueError where the last one is cut short."""
    unpacker = msgpack.Unpacker(raw=False, max_buffer_size=max(len(data), 1), **options)
    unpacker.feed(data)
    found = list(unpacker)
    if unpacker.tell() != len(data):
        raise ValueError(f"the object at byte {unpacker.tell()} of {len(data)} is cut short")
    return found


def _instant(packed, base, unit, sources):
    past, source, offset = packed
    return {
        "time_ns": None if past is None else base + past * unit,
        "source": sources[source],
        "offset": offset,
    }


def _evidence(packed, base, unit, sources, rules):
    rule, demoted, count, first, last, line, text, fields = packed
    first = _instant(first, base, unit, sources)
    return {
        "rule": rules[rule],
        "demoted": demoted,
        "count": count,
        "first": first,
        "last": first if last is None else _instant(last, base, unit, sources),
        "line": line,
        "text": text,
        "fields": fields,
    }


def _space(packed, rules):
    name, lines, size, base, unit, sources, evidence = packed
    return {
        "name": name,
        "lines": lines,
        "bytes": size,
        "evidence": [_evidence(item, base, unit, sources, rules) for item in evidence],
    }


def _fleet(packed, rules, classes):
    fleet = dict(packed)
    fleet["damages"] = [
        {"source": source, "offset": offset, "reason": reason} for source, offset, reason in packed["damages"]
    ]
    fleet["windows"] = [
        {
            "class": classes[index],
            "rule": None if rule is None else rules[rule],
            "start_s": start,
            "spaces": sketch,
            "witnesses": [{"time_ns": start * 10**9 + after, "space": space, "text": text} for after, space, text in witnesses],
        }
        for index, rule, start, sketch, witnesses in packed["windows"]
    ]
    return fleet


def parse_state(data):
    """A state's decompressed content as {"header", "spaces": {name: space}, "fleet"}; ValueError where it is no whole state."""
    found = objects(data)
    header = found[0] if found else {}
    if not isinstance(header, dict) or header.get("spacesift") != "state" or header.get("v") != 2:
        raise ValueError("no state of version 2")
    if len(found) < 2 or list(found[-1]) != ["fleet"]:
        raise ValueError("the fleet record is missing")
    spaces = [_space(record, header["rules"]) for record in found[1:-1]]
    names = [space["name"].encode() for space in spaces]
    if names != sorted(set(names)):
        raise ValueError("Spaces are not in order of their names")
    return {
        "header": header,
        "spaces": {space["name"]: space for space in spaces},
        "fleet": _fleet(found[-1]["fleet"], header["rules"], header["classes"]),
    }


def read_state(path):
    return parse_state(decompress(pathlib.Path(path).read_bytes()))


def _event(packed):
    """An event with `time_ns` (ns since 1970, or None) beside the rest."""
    time = packed["time"]
    return {**packed, "time_ns": None if time is None else time.to_unix_nano()}


def parse_events(data):
    header, events = None, []
    for found in objects(data, timestamp=0):
        if "spacesift" in found:
            if found["spacesift"] != "events" or found["v"] != 1:
                raise ValueError("no events of version 1")
            header = header or found
        elif header is None:
            raise ValueError("an event before the header")
        else:
            events.append(_event(found))
    return header, events


def read_events(path):
    """The header of an events file, and its events as dicts. Streams may follow one another: the first header is returned."""
    return parse_events(decompress(pathlib.Path(path).read_bytes()))
