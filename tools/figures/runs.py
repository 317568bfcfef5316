"""Programs that are run and measured: CPU seconds, wall, memory; in turn, on one core where one is enough."""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "bench-release"
WORK = ROOT / "build" / "bench"
SPACESIFT = BUILD / "spacesift"
FLEETGEN = BUILD / "fleetgen"


def pinned(*command):
    """The command on one core, the last that this process may use: the first ones have the machine's interrupts."""
    if shutil.which("taskset") is None:
        return command
    return ("taskset", "-c", str(max(os.sched_getaffinity(0)))) + command


class Run:
    """One finished run: wall and CPU seconds of it and its children, peak memory in MiB. `ends`: the exit statuses that are fine."""

    def __init__(self, *command, ends=(0, 1), out=subprocess.DEVNULL):
        began = time.monotonic()
        child = subprocess.Popen([str(word) for word in command], stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in ends:
            sys.exit("bench: %s ended with %s" % (" ".join(map(str, command)), child.returncode))
        self.wall = time.monotonic() - began
        self.cpu = usage.ru_utime + usage.ru_stime
        self.mib = usage.ru_maxrss / 1024


def in_turn(rounds, *commands, **how):
    """The commands in turn, every other round backwards; a list of runs for each."""
    runs = [[] for _ in commands]
    for number in range(rounds):
        order = range(len(commands)) if number % 2 == 0 else reversed(range(len(commands)))
        for i in order:
            runs[i].append(Run(*commands[i], **how))
    return runs


def middle(runs, what):
    return statistics.median(getattr(run, what) for run in runs)


def spread(values):
    """Half the distance between the quartiles, of the median: in percent."""
    values = list(values)
    if len(values) < 2:
        return "one run"
    quarters = statistics.quantiles(values, n=4, method="inclusive")
    return "%.0f %%" % ((quarters[2] - quarters[0]) / 2 / statistics.median(values) * 100)


def fleet(name, spaces, size, shape, form):
    """The logs of a fleet, made when first asked for."""
    out = WORK / name
    if not (out / "truth.jsonl").exists():
        shutil.rmtree(out, ignore_errors=True)
        subprocess.run([FLEETGEN, "--spaces", str(spaces), "--seed", "5", "--bytes", size, "--shape", shape, "--format", form,
                        "--compress", "zstd", "--out", out], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return out / "logs"


def text_bytes(logs):
    """Decompressed bytes of all shards."""
    paths = [str(path) for path in logs.rglob("*.zst")]
    total = 0
    for i in range(0, len(paths), 500):
        count = subprocess.run(["bash", "-c", 'zstd -dcq -- "$@" | wc -c', "bash"] + paths[i:i + 500], check=True,
                               stdout=subprocess.PIPE)
        total += int(count.stdout)
    return total


def library(name):
    found = subprocess.run(["pkg-config", "--modversion", name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return found.stdout.strip() or "unknown"


def machine(quick):
    """On what, when and of what it was measured."""
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown CPU")
    program = subprocess.run([SPACESIFT, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    compiler = subprocess.run(["cc", "-dumpfullversion"], stdout=subprocess.PIPE, text=True).stdout.strip()
    return ("%s, %d cores, load %.1f at the begin; Linux %s; %s, zstd %s, PCRE2 %s, RE2 %s, simdjson %s, cc %s, Release; %s%s."
            % (model, len(os.sched_getaffinity(0)), os.getloadavg()[0], os.uname().release, program, library("libzstd"),
               library("libpcre2-8"), library("re2"), library("simdjson"), compiler, time.strftime("%Y-%m-%d"),
               "; `--quick`: small inputs, few rounds" if quick else ""))
