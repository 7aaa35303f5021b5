#!/usr/bin/env python3
"""Compares every number of the program's summary with those of an independent engine.

Makes dumps of random shape (`dumps/`), works out what a correct report must say about each from the
objects in memory (`truth.py`, `model.py`), runs the program on it, and compares (`compare.py`). Some
dumps are read again by 1, 2 and 8 threads, which must give the same bytes.

    python3 tests/oracle/differential.py --binary target/release/batch-report

On a difference it keeps the dump, says where the number stands, and exits with 1. A dump is made from
its seed alone: `--seed N --dumps 1` makes the N-th again.
"""

import argparse
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import batches
from compare import Difference, compare
from dumps import make_dump


def run(binary, folder, arguments, threads=None, stdin=None, files=(".",)):
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1780000000"}
    environment.pop("RAYON_NUM_THREADS", None)
    if threads is not None:
        environment["RAYON_NUM_THREADS"] = str(threads)
    given = files if stdin is None else ["-"]
    return subprocess.run([binary, "report", *given, "--format", "json", "-q", *arguments], cwd=folder,
                          env=environment, input=stdin, capture_output=True, timeout=300)


def without_rows(output):
    return {**json.loads(output), "items": None, "item_rows": None}


def check(binary, seed, folder, threads, scale):
    """Makes a dump and compares; gives the difference, if any, and how many items there were."""
    rng = random.Random(f"batch-report/{seed}")
    dump = make_dump(seed, rng, scale)
    most = rng.choice([10, 10, 0, 1, 25, 1000])
    plain = dump.arguments + ([] if most == 10 else ["--slowest", str(most)])
    asked = rng.random() < 0.7
    arguments = plain + (["--items", "all"] if asked else [])
    for path, data in dump.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    how = {}
    if dump.fits_a_pipe() and rng.random() < 0.4:
        how["stdin"] = dump.into_a_pipe()
    elif len(dump.inputs) < 50 and rng.random() < 0.1:
        how["files"] = sorted(dump.inputs, key=str.encode)
    result = run(binary, folder, arguments, **how)
    rows = sum(len(job.records) for job in dump.jobs)
    if result.returncode != 0:
        return f"exit code {result.returncode}: {result.stderr.decode(errors='replace')[:2000]}", rows
    try:
        compare(dump, json.loads(result.stdout), most, asked)
    except Difference as difference:
        return f"{difference}\n    {shlex.join(map(str, result.args))}", rows
    # Which rows are asked for changes nothing else.
    without = run(binary, folder, [*plain, "--items", "none"], **how)
    if without_rows(without.stdout) != without_rows(result.stdout):
        return "without rows of items the rest says something else", rows
    for count in threads:
        again = run(binary, folder, arguments, count, **how)
        if (again.returncode, again.stdout) != (0, result.stdout):
            return f"{count} threads write other bytes than all do", rows
    return None, rows


def check_batches(binary, seed, folder, threads, _scale):
    """The same for a dump of v2 batches."""
    dump = batches.make_dump(seed, random.Random(f"batches/{seed}"))
    for path, data in dump.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    result = run(binary, folder, ["--items", "all"])
    rows = len(dump.documents)
    if result.returncode != 0:
        return f"exit code {result.returncode}: {result.stderr.decode(errors='replace')[:2000]}", rows
    try:
        batches.compare(dump, json.loads(result.stdout))
    except Difference as difference:
        return str(difference), rows
    for count in threads:
        if run(binary, folder, ["--items", "all"], count).stdout != result.stdout:
            return f"{count} threads write other bytes than all do", rows
    return None, rows


def one(binary, seed, root, keep, threads, scale, check):
    folder = Path(root) / f"dump-{seed}"
    folder.mkdir()
    try:
        problem, rows = check(binary, seed, folder, threads, scale)
    except Exception as error:          # a fault of the engine is a failure too, and has a seed
        problem, rows = f"{type(error).__name__}: {traceback.format_exc()}", 0
    if problem is None and not keep:
        shutil.rmtree(folder)
    return seed, problem, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", required=True, help="the program")
    parser.add_argument("--dumps", type=int, default=240, help="how many dumps to make (default 240)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first (default 1)")
    parser.add_argument("--step", type=int, default=1, help="from one seed to the next (default 1)")
    parser.add_argument("--scale", type=int, default=1, help="make large dumps smaller by this factor")
    parser.add_argument("--batches", action="store_true", help="make dumps of v2 batches")
    parser.add_argument("--threads", default="1,2,8", help="numbers of threads to read some dumps with again")
    parser.add_argument("--jobs", type=int, default=max(2, min(8, os.cpu_count() or 2)), help="dumps at once")
    parser.add_argument("--keep", action="store_true", help="keep every dump, not only those with a difference")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    binary = str(Path(options.binary).resolve())
    threads = [int(n) for n in options.threads.split(",") if n]
    root = tempfile.mkdtemp(prefix="differential-")
    begin, problems, rows = time.monotonic(), 0, 0
    kind = check_batches if options.batches else check
    with ProcessPoolExecutor(options.jobs) as pool:
        futures = []
        for n in range(options.dumps):
            seed = options.seed + n * options.step
            again = threads if n % 6 == 0 or options.dumps == 1 else []
            futures.append(pool.submit(one, binary, seed, root, options.keep, again, options.scale, kind))
        for future in futures:
            seed, problem, count = future.result()
            rows += count
            if problem is not None:
                problems += 1
                print(f"seed {seed}: {problem}\n    dump: {root}/dump-{seed}", flush=True)
    took = time.monotonic() - begin
    print(f"{options.dumps} dumps, {rows} rows, {problems} with a difference, {took:.1f} s")
    if not problems and not options.keep:
        shutil.rmtree(root)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
