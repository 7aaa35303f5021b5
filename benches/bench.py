#!/usr/bin/env python3
"""Measures batch-report and its peers on generated dumps, and prints tables in Markdown.

    just bench                               # with the peers of requirements.txt
    python3 benches/bench.py --quick         # some minutes
    python3 benches/bench.py --only T,S,L    # a part
    python3 benches/bench.py --help

The README beside says what is measured and how the peers were tuned. Only a machine that does
nothing else gives numbers to compare.
"""

import argparse
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from shutil import which

from measure import MB, in_turn, least_memory, median, run, size, warm

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
GENERATOR = ROOT / "tests" / "oracle" / "generate.py"
OURS = "batch-report"
GROWTH = [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000]
SPAWNS = 300
# What an item takes on disk, generously: for the question whether the disk has room.
ITEM_BYTES = 450
LONG_MESSAGE = 2000


class Bench:
    """What the sections share: the programs, the data, and the text they write."""

    def __init__(self, options, data, scratch):
        self.options, self.data, self.scratch = options, data, scratch
        self.repeat = options.repeat
        self.lines, self.made = [], []
        # Memory of our runs, for a table of its own: (data, bytes, items, Cost).
        self.memory = []
        self.ours = options.binary

    def build(self):
        if self.ours is None:
            self.ours = built("batch-report", "build", "--release", "--bin")

    def say(self, text=""):
        print(text, flush=True)
        self.lines.append(text)

    def table(self, head, rows):
        """The first column is text, the others are numbers."""
        self.say("| " + " | ".join(head) + " |")
        self.say("| :-- |" + " --: |" * (len(head) - 1))
        for row in rows:
            self.say("| " + " | ".join(row) + " |")
        self.say()

    def dump(self, name, *arguments, items):
        """The folder of some data, made where it is not there; None where the disk has no room."""
        folder = self.data / name
        if not folder.exists():
            bytes_each = ITEM_BYTES + (LONG_MESSAGE if "--message-bytes" in arguments else 0)
            need, free = items * bytes_each, shutil.disk_usage(self.data).free
            if need > 0.9 * free:
                self.say(f"{name} left out: it needs {need / 1e9:.1f} GB, of which "
                         f"{free / 1e9:.1f} GB are free.\n")
                return None
            progress(f"generating {name}")
            part = self.data / f"{name}.part"
            shutil.rmtree(part, ignore_errors=True)
            run([sys.executable, "-B", GENERATOR, arguments[0], part, *arguments[1:]])
            part.rename(folder)
            self.made.append(folder)
        warm(folder)
        return folder

    def drop(self, folder):
        """Removes what was generated, unless it is to be kept."""
        if not self.options.keep and folder in self.made:
            shutil.rmtree(folder)
            self.made.remove(folder)

    def clean(self):
        for folder in list(self.made):
            self.drop(folder)

    def report(self, folder, *options, out=os.devnull, env=None):
        """Our answer that is compared with that of the peers: what it costs to print it."""
        return run([self.ours, "report", folder, "-q", "--format", "json", *options], out, env)

    def reports(self, folder, repeat, *options, env=None):
        """The medians of some of those."""
        once = partial(self.report, folder, *options, env=env)
        return median(in_turn({OURS: once}, repeat)[OURS])

    def peers(self):
        """The command of each peer that can run here, without the folder."""
        python, peers = self.options.python, {}
        folder = HERE / "peers"
        if self.can_import("duckdb"):
            peers["DuckDB, tuned"] = [python, folder / "duckdb_tuned.py"]
            peers["DuckDB, plain"] = [python, folder / "duckdb_plain.py"]
        if self.can_import("polars"):
            peers["polars, tuned"] = [python, folder / "polars_lazy.py"]
        peers["Python, json"] = [python, folder / "python_json.py"]
        if which("jq"):
            peers["jq, counts only"] = [which("bash"), folder / "jq.sh"]
        return peers

    def can_import(self, module):
        return subprocess.run([self.options.python, "-c", f"import {module}"],
                              stderr=subprocess.DEVNULL).returncode == 0


def built(target, *command):
    """Builds a program, and gives its path."""
    command = ["cargo", *command, target, "--locked"]
    progress(" ".join(command))
    done = subprocess.run([*command, "--message-format=json"], cwd=ROOT, stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(done.returncode)
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
    # Cargo also names what the program needs, as benchmarks need the binary.
    return next(Path(m["executable"]) for m in messages
                if m.get("executable") and m["target"]["name"] == target)


def progress(text):
    print(f"… {text}", file=sys.stderr, flush=True)


# --- how numbers are written ---------------------------------------------------------------

def seconds(value):
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def megabytes(value):
    return f"{value / MB:,.0f}" if value >= 10 * MB else f"{value / MB:.2f}"


def ratio(value):
    return f"{value:.2f}×" if value < 10 else f"{value:.0f}×"


def count(value):
    return f"{value:,}"


# --- the sections --------------------------------------------------------------------------

def race(bench, name, items):
    """All tools on one of the four sets of data, and whether they agree."""
    folder = bench.dump(name, name, items=items)
    if folder is None:
        return
    answers = [bench.scratch / "ours.json"]
    runs = {OURS: partial(bench.report, folder, out=answers[0])}
    for peer, command in bench.peers().items():
        answers.append(bench.scratch / f"peer-{len(answers)}.json")
        runs[peer] = partial(run, [*command, folder], answers[-1])
    progress(f"{name}: {'; '.join(runs)}")
    costs = in_turn(runs, bench.repeat)
    agree(answers)
    ours = median(costs[OURS])
    bench.memory.append((name, size(folder), items, ours))
    bench.say(f"### {name}: {count(items)} items, {megabytes(size(folder))} MB\n")
    rows = []
    for peer, each in costs.items():
        cost = median(each)
        rows.append([peer, seconds(cost.wall), seconds(min(one.wall for one in each)),
                     seconds(cost.cpu), megabytes(cost.memory), str(len(each)),
                     *(["", "", ""] if peer == OURS else
                       [ratio(theirs / mine) for theirs, mine in zip(cost, ours)])])
    bench.table(["tool", "wall s", "least s", "CPU s", "memory MB", "runs", "wall / ours",
                 "CPU / ours", "memory / ours"], rows)


def agree(answers):
    """Tools that give other answers are not worth a race."""
    check = [sys.executable, HERE / "peers" / "agree.py", *answers]
    if subprocess.run([str(part) for part in check]).returncode != 0:
        sys.exit("the answers differ")


def pages(bench):
    """L written as a page and as Markdown as well."""
    folder = bench.dump("L", "L", items=1_000_000)
    if folder is None:
        return
    html, markdown = bench.scratch / "L.html", bench.scratch / "L.md"
    written = [bench.ours, "report", folder, "-q", "-o", html, "-o", markdown]
    progress("L with HTML and Markdown")
    costs = in_turn({"JSON": partial(bench.report, folder),
                     "HTML and Markdown": partial(run, written)}, bench.repeat)
    bench.say("### L, as a page and as Markdown\n")
    rows = []
    for name, each in costs.items():
        cost = median(each)
        rows.append([name, seconds(cost.wall), seconds(cost.cpu), megabytes(cost.memory)])
    bench.table(["what is written", "wall s", "CPU s", "memory MB"], rows)
    bench.say(f"The page has {megabytes(html.stat().st_size)} MB, the Markdown "
              f"{megabytes(markdown.stat().st_size)} MB.\n")


def startup(bench):
    """What the smallest runs take beyond starting a process at all."""
    folder = bench.dump("T", "T", items=100)
    commands = {"/bin/true": [which("true")]}
    nothing = empty_program(bench)
    if nothing:
        commands["empty Rust program"] = [nothing]
    commands |= {
        "--help": [bench.ours, "--help"],
        "T to HTML": [bench.ours, "report", folder, "-q", "-o", bench.scratch / "T.html"],
    }
    progress(f"{SPAWNS} starts of each of {', '.join(commands)}")
    costs = in_turn({name: partial(run, command) for name, command in commands.items()}, SPAWNS)
    base = "empty Rust program" if nothing else "/bin/true"
    least = median(costs[base]).wall
    bench.say("### Start\n")
    rows = []
    for name, each in costs.items():
        cost = median(each)
        rows.append([name, f"{1000 * cost.wall:.2f}", f"{1000 * (cost.wall - least):+.2f}",
                     f"{1000 * cost.cpu:.2f}", megabytes(cost.memory)])
    bench.table([f"{SPAWNS} starts", "wall ms", f"beyond {base}, ms", "CPU ms", "memory MB"], rows)


def empty_program(bench):
    rustc = which("rustc")
    if rustc is None:
        return None
    source, target = bench.scratch / "empty.rs", bench.scratch / "empty"
    source.write_text("fn main() {}\n")
    run([rustc, "-O", source, "-o", target])
    return target


def growth(bench):
    """Whether time grows with the number of items, or faster."""
    numbers = GROWTH[:4] if bench.options.quick else GROWTH
    points = []
    for items in numbers:
        name = f"growth-{items}"
        folder = bench.dump(name, "pages", "--items", str(items), items=items)
        if folder is None:
            break
        progress(name)
        repeat = bench.repeat if items <= 1_000_000 else min(bench.repeat, 3)
        # A summary of few items holds a table of them, which takes longer than all the rest.
        cost = bench.reports(folder, repeat, "--items", "none")
        points.append((items, cost))
        bench.memory.append((name, size(folder), items, cost))
        bench.drop(folder)
    bench.say("### Growth\n")
    bench.table(["items of one job, in pages", "wall s", "CPU s", "µs of wall / item", "memory MB"],
                [[count(items), seconds(cost.wall), seconds(cost.cpu),
                  f"{cost.wall * 1e6 / items:.2f}", megabytes(cost.memory)]
                 for items, cost in points])
    if len(points) > 1:
        bench.say(f"Time grows with items to the power of **{slope(points, 'wall'):.3f}** "
                  f"(processor time: {slope(points, 'cpu'):.3f}); least squares over the "
                  "logarithms.\n")


def slope(points, field):
    x = [math.log(items) for items, _ in points]
    y = [math.log(getattr(cost, field)) for _, cost in points]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    return (sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y))
            / sum((a - mean_x) ** 2 for a in x))


def cores(bench):
    """Many small folders, and one huge file: how many cores either keeps busy."""
    small = bench.dump("folders", "folders", items=100_000)
    one = ("S-lines", "jsonl", 100_000) if bench.options.quick else ("X", "X", 5_000_000)
    huge = bench.dump(one[0], one[1], *(["--items", str(one[2])] if bench.options.quick else []),
                      items=one[2])
    rows = []
    for name, folder in (("10,000 folders of 10 items", small),
                         (f"one file of {count(one[2])} lines", huge)):
        if folder is None:
            continue
        progress(name)
        costs = in_turn({threads: partial(bench.report, folder, env={"RAYON_NUM_THREADS": threads})
                         for threads in ("1", "2")}, bench.repeat)
        for threads, each in costs.items():
            cost = median(each)
            rows.append([name, threads, seconds(cost.wall), seconds(cost.cpu),
                         f"{cost.cores:.2f}", megabytes(cost.memory)])
    bench.say("### Cores\n")
    bench.table(["data", "threads", "wall s", "CPU s", "cores busy", "memory MB"], rows)


def documents(bench):
    """Everything in one JSON document, of short items and of long ones."""
    scale = 20 if bench.options.quick else 1
    shapes = [("document", 5_000_000 // scale, []),
              ("document-long", 900_000 // scale, ["--message-bytes", str(LONG_MESSAGE)])]
    rows = []
    for name, items, more in shapes:
        folder = bench.dump(f"{name}-{items}", "one-document", "--items", str(items), *more,
                            items=items)
        if folder is None:
            continue
        progress(name)
        cost = bench.reports(folder, min(bench.repeat, 3))
        bench.memory.append((folder.name, size(folder), items, cost))
        rows.append([count(items), megabytes(size(folder)), seconds(cost.wall), seconds(cost.cpu),
                     f"{cost.cores:.2f}", megabytes(cost.memory)])
        bench.drop(folder)
    bench.say("### One document\n")
    bench.table(["items", "input MB", "wall s", "CPU s", "cores busy", "memory MB"], rows)


def identity(bench):
    """The same bytes, whatever the number of threads."""
    rows = []
    sets = [("L", 1_000_000)] + ([] if bench.options.quick else [("X", 5_000_000)])
    for name, items in sets:
        folder = bench.dump(name, name, items=items)
        if folder is None:
            continue
        texts = []
        for threads in (1, 2, 8):
            progress(f"{name}, {threads} threads")
            out = bench.scratch / f"{name}-{threads}.json"
            bench.report(folder, out=out, env={"RAYON_NUM_THREADS": str(threads),
                                               "SOURCE_DATE_EPOCH": "1780000000"})
            texts.append(out.read_bytes())
        rows.append([name, count(len(texts[0])), "yes" if len(set(texts)) == 1 else "**no**"])
    bench.say("### The same bytes\n")
    bench.table(["data", "bytes of JSON", "the same with 1, 2 and 8 threads"], rows)


def huge(bench):
    """20 million items, once."""
    items = 20_000_000
    folder = bench.dump("huge", "jsonl", "--items", str(items), items=items)
    if folder is None:
        return
    progress("huge")
    cost = bench.report(folder)
    bench.memory.append(("huge", size(folder), items, cost))
    bench.say(f"### {count(items)} items\n")
    bench.table(["items", "input MB", "wall s", "CPU s", "cores busy", "memory MB"],
                [[count(items), megabytes(size(folder)), seconds(cost.wall), seconds(cost.cpu),
                  f"{cost.cores:.2f}", megabytes(cost.memory)]])
    bench.drop(folder)


def memory(bench):
    """Memory of all runs so far against what they read."""
    if not bench.memory:
        return
    bench.say("### Memory against input\n")
    bench.table(["data", "items", "input MB", "memory MB", "memory / input", "bytes of memory / item"],
                [[name, count(items), megabytes(read), megabytes(cost.memory),
                  f"{cost.memory / read:.2f}", count(round(cost.memory / items))]
                 for name, read, items, cost in sorted(bench.memory, key=lambda row: row[1])])


SECTIONS = {
    "T": lambda bench: race(bench, "T", 100),
    "S": lambda bench: race(bench, "S", 100_000),
    "L": lambda bench: race(bench, "L", 1_000_000),
    "X": lambda bench: race(bench, "X", 5_000_000),
    "pages": pages,
    "startup": startup,
    "cores": cores,
    "identity": identity,
    "growth": growth,
    "documents": documents,
    "huge": huge,
    "memory": memory,
}


# --- the machine, and the command ----------------------------------------------------------

def machine(bench):
    """What the numbers were measured on."""
    first_line = lambda *command: subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, cwd=ROOT).stdout.strip().split("\n")[0] or "–"
    versions = [first_line(bench.ours, "--version"), f"Python {platform.python_version()}"]
    for module in ("duckdb", "polars"):
        if bench.can_import(module):
            version = first_line(bench.options.python, "-c",
                                 f"import {module}; print({module}.__version__)")
            versions.append(f"{module} {version}")
    if which("jq"):
        versions.append(first_line("jq", "--version"))
    if which("rustc"):
        versions.append(first_line("rustc", "--version"))
    ram = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    bench.say("## Benchmarks\n")
    for name, value in (("Date", time.strftime("%Y-%m-%d", time.gmtime())),
                        ("Commit", first_line("git", "rev-parse", "--short", "HEAD")),
                        ("Processor", f"{processor()}, {os.cpu_count()} cores"),
                        ("Memory", f"{ram:.0f} GiB"),
                        ("System", f"{platform.system()} {platform.release()}"),
                        ("Load at the start", load),
                        ("Versions", ", ".join(versions)),
                        ("Runs", f"{bench.repeat} of each, in turn, files in the page cache; "
                                 f"medians; less memory than {megabytes(least_memory())} MB "
                                 "cannot be told")):
        bench.say(f"- {name}: {value}")
    bench.say()


def processor():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", metavar="NAMES", default="",
                        help=f"some sections, with commas: {', '.join(SECTIONS)}")
    parser.add_argument("--quick", action="store_true", help="leave out what takes long")
    parser.add_argument("--huge", action="store_true",
                        help="20 million items as well: 8 GB of disk")
    parser.add_argument("--repeat", type=int, default=5, metavar="N",
                        help="runs of each command (5); of those that take over 30 s only one")
    parser.add_argument("--binary", type=Path, help="a batch-report that is built already")
    parser.add_argument("--python", default=sys.executable,
                        help="a Python that has the modules of requirements.txt")
    parser.add_argument("--data", type=Path, metavar="FOLDER",
                        help="where the dumps are or are generated; else a temporary folder "
                             "below target/")
    parser.add_argument("--keep", action="store_true", help="leave generated dumps there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there too")
    options = parser.parse_args()
    options.only = options.only.split(",") if options.only else [
        name for name in SECTIONS
        if not (name == "huge" and not options.huge) and not (name == "X" and options.quick)]
    unknown = [name for name in options.only if name not in SECTIONS]
    if unknown:
        parser.error(f"no such section: {', '.join(unknown)}")
    if options.keep and options.data is None:
        parser.error("--keep needs --data")
    options.python = which(options.python) or parser.error(f"no such program: {options.python}")
    return options


def main():
    options = arguments()
    # Not where temporary files are kept in memory: the dumps are large.
    target = ROOT / "target"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=target) as temporary:
        scratch = Path(temporary)
        data = options.data or scratch / "data"
        data.mkdir(parents=True, exist_ok=True)
        bench = Bench(options, data, scratch)
        try:
            bench.build()
            machine(bench)
            for name in options.only:
                SECTIONS[name](bench)
        finally:
            bench.clean()
        if options.markdown:
            options.markdown.write_text("\n".join(bench.lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
