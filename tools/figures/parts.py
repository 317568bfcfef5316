"""What tools/bench measures: each part gives the Markdown of its block."""
import json
import re
import shutil
import statistics
import subprocess

from . import logs, others
from .page import Table, judged
from .runs import BUILD, FLEETGEN, SPACESIFT, WORK, Run, fleet, in_turn, middle, pinned, spread, text_bytes

PATH_GOALS = {(0.001, False): 0.75, (0.1, True): 1.3, (1, True): 3.0}


def path(quick):
    """The whole path next to its limit."""
    out = WORK / "path.json"
    subprocess.run(pinned(BUILD / "bench" / "path_bench", "--json", out, fleet("raw", 300, "200M", "per-space", "raw"), WORK,
                          "64" if quick else "512", "3" if quick else "7"), check=True, stdout=subprocess.DEVNULL)
    found = json.loads(out.read_text())
    table = Table("lines that hit", "libzstd alone, MB/s", "bare `hs_scan` alone, MB/s", "both in a row, MB/s", "whole path, MB/s",
                  "path to both", "lowest and highest round", "goal")
    for row in found["rows"]:
        both = 1 / (1 / row["zstd_mb_s"] + 1 / row["hs_scan_mb_s"])
        goal = PATH_GOALS.get((row["share"], row["events"]))
        table.add("%g %%%s" % (row["share"] * 100, ", with events" if row["events"] else ""), "%.0f" % row["zstd_mb_s"],
                  "%.0f" % row["hs_scan_mb_s"], "%.0f" % both, "%.0f" % row["path_mb_s"], "%.2f" % row["ratio"],
                  "%.2f to %.2f" % (row["low"], row["high"]), judged(row["ratio"], goal, worst=row["high"]) if goal else "")
    return ("%d rules, %d patterns; %d MiB of text a row, %d rounds in turn; MB of text a second of CPU.\n\n%s"
            % (found["rule_count"], found["pattern_count"], found["bytes"] >> 20, found["rounds"], table))


WAYS = {"bare/block": "bare `hs_scan`, block mode", "bare/stream": "the same, stream mode", "bare/vectored": "the same, vectored mode",
        "wake": "wake: sampler and what Hyperscan does beside it", "path": "whole path", "path/events": "whole path with events"}


def measured_ways(quick, corpus):
    """What `spacesift bench` tells of the ways to look through a corpus, and its speeds by name, in MB/s."""
    out = subprocess.run(pinned(SPACESIFT, "bench", "--quiet", "--format", "json", "--no-marginal", "--corpus", corpus, "--corpus-bytes-max",
                                str((16 if quick else 128) << 20), "--rounds", "3" if quick else "9", "--time", "10" if quick else "90"),
                         check=True, stdout=subprocess.PIPE)
    found = json.loads(out.stdout)
    speeds = {}
    for run in found["benchmarks"]:
        if run.get("run_type", "iteration") == "iteration" and run.get("bytes_per_second"):
            speeds.setdefault(run["name"], []).append(run["bytes_per_second"] / 1e6)
    table = Table("what looks through the text", "MB/s", "spread", "times the bare scan", "95 %", "goal")
    for name, title in WAYS.items():
        ratio = found["to_bare"].get(name)
        table.add(title, "%.0f" % statistics.median(speeds[name]), spread(speeds[name]), "%.2f" % ratio["value"] if ratio else "1",
                  "%.2f to %.2f" % (ratio["low"], ratio["high"]) if ratio else "",
                  judged(ratio["value"], 2.5, least=True, worst=ratio["low"]) if name == "wake" else "")
    return table, speeds


def wake(quick):
    """The look for lines that may match, next to Hyperscan's own, on a fleet and on real logs, and the size of a batch."""
    table, speeds = measured_ways(quick, fleet("raw", 300, "200M", "per-space", "raw"))
    real, words = logs.text((16 if quick else 128) << 20)
    blocks = ["Logs of a fleet that fleetgen made:\n\n%s" % table]
    blocks.append("%s\n\n%s" % (words, measured_ways(quick, real)[0]) if real else "No real logs are at hand here: `--logs` names some.\n")
    batches = Table("batch, KiB", "bare `hs_scan`, MB/s", "whole path, MB/s")
    sizes = sorted({int(name.split(":")[1]) for name in speeds if "/batch:" in name})
    for size in sizes:
        batches.add("%g" % (size / 1024), *["%.0f" % statistics.median(speeds["%s/batch:%d" % (way, size)]) for way in ("bare/block", "path")])
    if sizes:
        blocks.append("The fleet's again, by size of batch:\n\n%s" % batches)
    return "\n".join(blocks)


def stages(quick):
    """Each stage by itself."""
    out = subprocess.run(pinned(BUILD / "bench" / "suites", "--benchmark_format=json", "--benchmark_min_time=%s" % ("0.02" if quick else "0.2"),
                                "--benchmark_repetitions=%d" % (3 if quick else 7), "--benchmark_enable_random_interleaving=true"),
                         check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    runs = {}
    for run in json.loads(out.stdout)["benchmarks"]:
        if run["run_type"] == "iteration":
            runs.setdefault(run["name"].removesuffix("/manual_time"), []).append(run)
    # In random order, so that what else the machine does meets all alike.
    table = Table("stage", "MB/s", "millions a second", "of", "spread")
    for name, rounds in sorted(runs.items(), key=lambda item: item[1][0]["family_index"]):
        rate = statistics.median(run["items_per_second"] for run in rounds) / 1e6
        table.add("`%s`" % re.sub(r"/(?:min_time:\S+|repeats:\d+|manual_time)", "", name),
                  "%.0f" % (statistics.median(run["bytes_per_second"] for run in rounds) / 1e6) if "bytes_per_second" in rounds[0] else "",
                  "%.3g" % rate if rounds[0]["label"] != "files" else "", rounds[0]["label"] if rounds[0]["label"] != "files" else "",
                  spread(run["real_time"] for run in rounds))
    return str(table)


def decompress(quick):
    """Ways from a zstd file to text, next to libzstd alone: buffers, what is kept, huge pages."""
    out = WORK / "decompress.json"
    subprocess.run(pinned(BUILD / "bench" / "decompress_bench", "--json", out, WORK, "52" if quick else "256", "7" if quick else "21"),
                   check=True, stdout=subprocess.DEVNULL)
    texts = []
    for group in json.loads(out.read_text()):
        table = Table("%s (%d files, %.0f MB of text)" % (group["title"], group["files"], group["text_bytes"] / 1e6), "MB/s",
                      "times as long as the first", "95 %", "of it system, ms", "page faults")
        for way in group["ways"]:
            table.add(way["name"], "%.0f" % way["mb_s"], "%.2f" % way["ratio"], "%.2f to %.2f" % (way["low"], way["high"]),
                      "%.0f" % way["system_ms"], "%d" % way["faults"])
        texts.append(str(table))
    return "\n".join(texts)


def greps(quick):
    """Other programs with the same patterns on the same text."""
    table, size, missing = others.table(quick)
    absent = "Not installed here, so not compared: %s.\n\n" % ", ".join(missing) if missing else ""
    return "%.0f MB of text in one zstd file, one core; CPU of all processes of a pipeline.\n\n%s%s" % (size / 1e6, absent, table)


def jsonl(quick):
    """Mixed JSON Lines from files."""
    logs = fleet("mixed", 500, "150M" if quick else "400M", "mixed", "jsonl")
    size = text_bytes(logs)
    (runs,) = in_turn(3 if quick else 5, pinned(SPACESIFT, "scan", "-q", "-j1", "--report", "none", logs))
    speed = size / 1e6 / middle(runs, "cpu")
    table = Table("what", "MB", "CPU, s", "MB/s", "spread", "goal")
    table.add("JSON Lines of a mixed fleet, zstd, one thread", "%.0f" % (size / 1e6), "%.2f" % middle(runs, "cpu"), "%.0f" % speed,
              spread(run.cpu for run in runs), judged(speed, 400, "%d", least=True))
    return str(table)


def jobs(quick):
    """Two threads against one."""
    logs = fleet("jobs", 600, "200M" if quick else "1G", "per-space", "raw")
    one, two = in_turn(5, (SPACESIFT, "scan", "-q", "-j1", "--report", "none", logs), (SPACESIFT, "scan", "-q", "-j2", "--report", "none", logs))
    ratios = [a.wall / b.wall for a, b in zip(one, two)]
    table = Table("what", "one thread, s", "two threads, s", "times as fast", "lowest and highest round", "goal")
    table.add("many shards, by the wall", "%.2f" % middle(one, "wall"), "%.2f" % middle(two, "wall"), "%.2f" % statistics.median(ratios),
              "%.2f to %.2f" % (min(ratios), max(ratios)), judged(statistics.median(ratios), 1.85, least=True, worst=min(ratios)))
    return str(table)


def memory(quick):
    """Peak memory."""
    table = Table("10,000 Spaces, two threads", "MiB at most", "goal")
    for size in ("100M", "400M") if quick else ("200M", "1G"):
        for shape, form in (("mixed", "jsonl"), ("per-space", "raw")):
            logs = fleet("tenk-%s-%s" % (size, shape), 10000, size, shape, form)
            run = Run(SPACESIFT, "scan", "-q", "-j2", "--report", "none", "--state", WORK / "tenk.state", logs)
            table.add("%s of text, %s, %s" % (size, shape, form), "%.0f" % run.mib, judged(run.mib, 64, "%d"))
    return str(table)


def large(quick):
    """A fleet of many Spaces: scan, merge, report."""
    spaces = 100000 if quick else 1000000
    logs = fleet("large-%d" % spaces, spaces, "200M" if quick else "2G", "mixed", "jsonl")
    state = WORK / "large.state"
    run = Run(SPACESIFT, "scan", "-q", "-j2", "--report", "none", "--state", state, logs)
    merges, reports = in_turn(3, (SPACESIFT, "merge", state, state, "-o", WORK / "merged.state"),
                              (SPACESIFT, "report", "--report", "jsonl", "-o", "/dev/null", state))
    table = Table(f"{spaces:,} Spaces, state of {state.stat().st_size / 1e6:.0f} MB", "wall, s", "CPU, s", "MiB at most", "goal")
    whole = not quick # the goals are for a million
    table.add("`scan -j2`", "%.1f" % run.wall, "%.1f" % run.cpu, "%.0f" % run.mib, judged(run.mib, 400, "%d MiB") if whole else "")
    for title, runs, goal in (("`merge` of two such states", merges, 3), ("`report --report jsonl`", reports, 5)):
        table.add(title, "%.2f" % middle(runs, "wall"), "%.2f" % middle(runs, "cpu"), "%.0f" % middle(runs, "mib"),
                  judged(middle(runs, "wall"), goal, "%d s") if whole else "")
    return str(table)


def start(quick):
    """Start-up with a cached database."""
    line = WORK / "one-line.log"
    line.write_text("nothing of note\n")
    Run(SPACESIFT, "scan", "-q", "--report", "none", line)
    (runs,) = in_turn(15, pinned(SPACESIFT, "scan", "-q", "-j1", "--report", "none", line))
    table = Table("what", "wall, ms", "lowest and highest run", "CPU, ms", "goal")
    table.add("`scan` of one line", "%.1f" % (middle(runs, "wall") * 1e3),
              "%.1f to %.1f" % (min(run.wall for run in runs) * 1e3, max(run.wall for run in runs) * 1e3), "%.1f" % (middle(runs, "cpu") * 1e3),
              judged(middle(runs, "wall") * 1e3, 30, "%d ms"))
    return str(table)


def fleetgen(quick):
    """The maker of fleets itself."""
    size = 100 << 20 if quick else 400 << 20
    table = Table("shape", "one thread, MB/s of CPU time", "spread", "all cores, MB/s by the wall", "goal")
    for shape in ("mixed", "per-space"):
        command = (FLEETGEN, "--spaces", "500", "--seed", "5", "--bytes", str(size), "--shape", shape, "--force", "--out", WORK / "made")
        one, every = in_turn(3, command + ("-j1",), command)
        shutil.rmtree(WORK / "made", ignore_errors=True)
        speed = size / 1e6 / middle(one, "cpu")
        table.add(shape, "%.0f" % speed, spread(run.cpu for run in one), "%.0f" % (size / 1e6 / middle(every, "wall")),
                  judged(speed, 200, "%d", least=True))
    return str(table)


def serve(quick):
    """The receiver, in the words of serve_bench."""
    out = subprocess.run([BUILD / "bench" / "serve_bench", SPACESIFT, fleet("raw", 300, "200M", "per-space", "raw"), WORK,
                          "64" if quick else "256", "3" if quick else "7"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return "```text\n%s```\n" % re.sub(r"from \S+,", "from a fleet,", out)


def journal(quick):
    """The journal on this disk."""
    directory = WORK / "journal"
    shutil.rmtree(directory, ignore_errors=True)
    out = subprocess.run([BUILD / "bench" / "journal_bench", directory, "1" if quick else "3"], check=True, stdout=subprocess.PIPE, text=True).stdout
    shutil.rmtree(directory, ignore_errors=True)
    return "```text\n%s```\n" % out


PARTS = {"path": path, "wake": wake, "decompress": decompress, "stages": stages, "greps": greps, "json": jsonl, "jobs": jobs, "memory": memory,
         "fleet": large, "start": start, "fleetgen": fleetgen, "serve": serve, "journal": journal}
