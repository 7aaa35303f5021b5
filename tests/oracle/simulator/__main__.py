#!/usr/bin/env python3
"""Measures how often findings are false alarms, and how often they find what is there.

Makes batch jobs: some in which nothing is the matter (null), and some with one planted cause, weak, medium or
strong. Runs the program on them and counts the findings of each code. A finding of a null job is a false
alarm; the finding of a planted job is recall.

    python3 tests/oracle/simulator --binary target/release/batch-report --null 1000 --groups 1000 --planted 50

Everything depends on `--seed` alone. Exits with 1 if a code has more false alarms than `--most-alarms`, or is found
in fewer jobs of medium strength than `--least-recall`, in the class of sizes where causes are large enough to see.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import null
import planted
from jobs import choices, write
from tables import Alarms, Recall

# Items of the jobs that one process of the program reads.
AT_ONCE = 200_000


def report(binary, folder):
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1780000000"}
    done = subprocess.run([binary, "report", str(folder), "--format", "json", "-q", "--items", "none"],
                          env=environment, capture_output=True, timeout=580)
    if done.returncode != 0:
        sys.exit(f"the program failed: {done.stderr.decode()}")
    return json.loads(done.stdout)


def messages(findings):
    return {finding["code"]: finding["message"] for finding in findings}


def null_jobs(binary, seed, size, numbers):
    """Reports on null jobs of a class of sizes: what each is like, and its false alarms."""
    told = []
    with tempfile.TemporaryDirectory() as folder:
        made = {}
        for number in numbers:
            rng = random.Random(f"{seed}/null/{size}/{number}")
            items = choices(rng, null.SIZES[size], 1)[0]
            job, like = null.job(rng, items)
            name = f"bjb-{size}-{number}"
            write(job, job.run(), Path(folder) / f"{number}", name)
            made[name] = job, {"seed": f"{size}/{number}", "size": size, "items": items, **like}
        if len(made) == 1:
            shutil.copytree(Path(folder) / f"{numbers[0]}", Path(folder) / "again")
        summary = report(binary, folder)
    for one in summary["jobs"]:
        job, like = made[one["batch_job_id"]]
        like["failed"] = one["counts"]["by_status"]["failed"]
        like["failures"] = null.failures_class(like["failed"])
        false = {code: text for code, text in messages(one["findings"]).items() if code not in null.true(job)}
        told.append((like, false))
    return told


def null_groups(binary, seed, most_items, numbers):
    """Reports on null dumps of several jobs."""
    told = []
    for number in numbers:
        rng = random.Random(f"{seed}/group/{number}")
        jobs, true = null.group(rng, most_items)
        with tempfile.TemporaryDirectory() as folder:
            for place, job in enumerate(jobs):
                write(job, job.run(), Path(folder) / f"{place}", f"bjb-group-{number}-{place}")
            summary = report(binary, folder)
        found = messages(summary["overall"]["findings"])
        like = {"seed": f"group/{number}", "jobs": len(jobs), "mixed": "high-failure-rate" in true}
        told.append((like, {code: text for code, text in found.items() if code not in true}))
    return told


def planted_jobs(binary, seed, size, code, strength, numbers):
    """Which of the jobs with a planted cause are found."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            rng = random.Random(f"{seed}/{code}/{strength}/{size}/{number}")
            job = planted.OF_JOB[code](rng, strength, planted_size(rng, size))
            write(job, job.run(), Path(folder) / f"{number}", f"bjb-{code}-{number}")
        if len(numbers) == 1:
            shutil.copytree(Path(folder) / f"{numbers[0]}", Path(folder) / "again")
        summary = report(binary, folder)
    for one in summary["jobs"]:
        found.append(code in messages(one["findings"]))
    return (size, code, strength), found


def planted_groups(binary, seed, size, strength, numbers):
    """The same for jobs that are compared with each other."""
    found = []
    for number in numbers:
        rng = random.Random(f"{seed}/{planted.OF_JOBS}/{strength}/{size}/{number}")
        with tempfile.TemporaryDirectory() as folder:
            for place, job in enumerate(planted.bad_job(rng, strength, planted_size(rng, size))):
                write(job, job.run(), Path(folder) / f"{place}", f"bjb-{number}-{place}")
            summary = report(binary, folder)
        found.append(planted.OF_JOBS in messages(summary["overall"]["findings"]))
    return (size, planted.OF_JOBS, strength), found


def planted_size(rng, size):
    # The largest class would take most of the time, and is no harder than jobs of 10,000 items.
    return rng.choice([items for items, _ in null.SIZES[size] if items <= 10_000])


def chunks(count, items):
    """Numbers of so many jobs of about so many items, in parts for one process each."""
    each = max(2, int(AT_ONCE // items))
    return [range(first, min(first + each, count)) for first in range(0, count, each)]


def tasks(options):
    binary, seed = str(Path(options.binary).resolve()), options.seed
    sizes = [size for size in null.SIZES if size in options.sizes or size in options.planted_sizes]
    for size in reversed(sizes):
        weighted = null.SIZES[size]
        mean = sum(items * weight for items, weight in weighted) / sum(weight for _, weight in weighted)
        count = options.null if size != list(null.SIZES)[-1] else options.null_of_largest
        for numbers in chunks(count, mean) if size in options.sizes else []:
            yield "null", partial(null_jobs, binary, seed, size, numbers)
        for strength in options.strengths if size in options.planted_sizes else []:
            codes = [code for code in planted.OF_JOB if not options.codes or code in options.codes]
            for code in codes:
                for numbers in chunks(options.planted, mean):
                    yield "planted", partial(planted_jobs, binary, seed, size, code, strength, numbers)
            if not options.codes or planted.OF_JOBS in options.codes:
                for numbers in chunks(options.planted, mean * 3):
                    yield "planted", partial(planted_groups, binary, seed, size, strength, numbers)
    for numbers in chunks(options.groups, 4_000):
        yield "groups", partial(null_groups, binary, seed, 500 if options.is_small else 5_000, numbers)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--null", type=int, default=1_000, help="null jobs of each class of sizes")
    parser.add_argument("--null-of-largest", type=int, default=None, help="those of the largest class")
    parser.add_argument("--groups", type=int, default=200, help="null dumps of several jobs")
    parser.add_argument("--planted", type=int, default=50, help="jobs per planted cause, strength and size")
    parser.add_argument("--sizes", default=";".join(null.SIZES), help="classes of sizes, with ; between them")
    parser.add_argument("--planted-sizes", default=None, help="those of planted causes, if they are others")
    parser.add_argument("--strengths", default=",".join(planted.STRENGTHS))
    parser.add_argument("--codes", default="", help="planted causes; all if empty")
    parser.add_argument("--small", dest="is_small", action="store_true", help="dumps of several small jobs")
    parser.add_argument("--most-alarms", type=float, default=0.01)
    parser.add_argument("--least-recall", type=float, default=0.9)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--save", help="file for each false alarm, as JSON Lines")
    options = parser.parse_args()
    options.sizes = options.sizes.split(";")
    options.planted_sizes = options.planted_sizes.split(";") if options.planted_sizes else options.sizes
    options.strengths = [word for word in options.strengths.split(",") if word]
    options.codes = {word for word in options.codes.split(",") if word}
    if options.null_of_largest is None:
        options.null_of_largest = options.null
    alarms, of_groups, recall = Alarms(), Alarms(), Recall()
    with ProcessPoolExecutor(options.processes) as pool:
        futures = [(kind, pool.submit(task)) for kind, task in tasks(options)]
        for kind, future in futures:
            if kind == "planted":
                recall.add(*future.result())
                continue
            for like, false in future.result():
                (alarms if kind == "null" else of_groups).add(like, false)
    if options.save:
        Path(options.save).write_text("".join(json.dumps(row, default=str) + "\n"
                                              for row in alarms.rows + of_groups.rows))
    print(f"seed {options.seed}: {alarms.count} null jobs, {of_groups.count} null dumps of several jobs, "
          f"{options.planted} jobs per cause, strength and class of sizes\n")
    codes = sorted({*planted.OF_JOB, planted.OF_JOBS, *alarms.codes(), *of_groups.codes()})
    if alarms.count or of_groups.count:
        print(alarms.table(codes, of_groups))
    print(recall.table(options.planted_sizes, options.strengths))
    problems = alarms.problems(options.most_alarms) + of_groups.problems(options.most_alarms) \
        + recall.problems(options.least_recall)
    for problem in problems:
        print(problem)
    sys.exit(int(bool(problems)))


if __name__ == "__main__":
    main()
