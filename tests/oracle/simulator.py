#!/usr/bin/env python3
"""Measures how often findings are false alarms, and how often they find what is there.

Makes batch jobs with pools of workers and lognormal durations: some in which nothing is the matter (null), and
some with one planted cause, weak, medium or strong. Runs the program on them and counts the findings of each
code. A finding of a null job is a false alarm; the finding of a planted job is recall.

    python3 tests/oracle/simulator.py --binary target/release/batch-report --null 4000 --planted 50

Everything depends on `--seed` alone. Exits with 1 if a code has more false alarms than `--most-alarms`, or is found
in fewer jobs of medium strength than `--least-recall`.
"""

import argparse
import functools
import heapq
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

STRENGTHS = ("weak", "medium", "strong")
EXTENSIONS = (("pdf", 0.70), ("docx", 0.12), ("tiff", 0.10), ("html", 0.08))
FOLDERS = (("invoices", 0.5), ("contracts", 0.2), ("letters", 0.2), ("claims", 0.1))
STEMS = (("scan", 0.4), ("export", 0.3), ("document", 0.22), ("fax", 0.08))
MESSAGES = ("upstream model returned an error", "page could not be rendered", "out of memory while parsing",
            "connection reset by peer", "unexpected token in answer", "layout model crashed")
START = datetime(2026, 5, 14, 9, tzinfo=timezone.utc).timestamp()
# What a null job cannot tell falsely: the figure is true whatever caused it.
TRUE_IN_NULL = {"many-errors", "many-skipped", "incomplete", "odd-items"}


def choice(rng, weighted):
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


class Job:
    """A job: how many items, how many workers, how often and how long items fail."""

    def __init__(self, rng, items, workers, rate, median=30.0, sigma=0.5, slower=1.0, kinds=3):
        self.rng, self.items, self.workers, self.rate = rng, items, workers, rate
        self.median, self.sigma, self.slower = median, sigma, slower
        # No kind is more than half of the failures, which would be one worth telling.
        weights = [rng.uniform(0.6, 1.0) if kinds > 2 else 1.0 for _ in range(kinds)]
        self.kinds = [(MESSAGES[at], weight) for at, weight in enumerate(weights)]
        self.attempts = rng.random() < 0.5
        # What planted causes change, each asked with a dictionary of the item.
        self.rate_of = lambda item: rate
        self.factor_of = lambda item: 1.0
        self.workers_at = lambda item: workers
        self.outage = None
        self.until = None
        self.late = rng.uniform(0.0, 3.0)
        self.stated_failed = None
        self.message_of = None
        self.failed_seconds = None
        self.halt = None

    def run(self):
        """Starts the next item whenever a worker is free."""
        rng = self.rng
        free = [START + self.late] * self.workers
        items = []
        alive = self.workers
        for number in range(self.items):
            wanted = self.workers_at(number)
            start = heapq.heappop(free)
            while alive > wanted and free:
                start = heapq.heappop(free)
                alive -= 1
            item = {"number": number, "start": start, "share": number / self.items,
                    "extension": choice(rng, EXTENSIONS), "folder": choice(rng, FOLDERS),
                    "stem": choice(rng, STEMS)}
            seconds = rng.lognormvariate(math.log(self.median), self.sigma) * self.factor_of(item)
            failed = rng.random() < self.rate_of(item)
            if failed:
                seconds *= self.slower
                if self.failed_seconds:
                    seconds = self.failed_seconds(seconds)
            end = start + seconds
            if self.halt and end > self.halt[0] and start < self.halt[1]:
                end += self.halt[1] - self.halt[0]
            if self.outage and self.outage[0] <= end <= self.outage[1]:
                failed = failed or rng.random() < self.outage[2]
            item.update(end=end, failed=failed)
            items.append(item)
            heapq.heappush(free, end + rng.uniform(0.0, 0.05))
        return items

    def message(self, item):
        if self.message_of:
            return self.message_of(item)
        text = choice(self.rng, self.kinds)
        if self.attempts:
            return f"{text} (attempt {self.rng.randint(1, 3)}/3)"
        return text


@functools.cache
def date(day):
    return datetime.fromtimestamp(day * 86_400, timezone.utc).strftime("%Y-%m-%d")


def iso(seconds):
    """A time with microseconds; `strftime` takes five times as long."""
    whole, micros = divmod(round(seconds * 1e6), 1_000_000)
    day, second = divmod(whole, 86_400)
    return f"{date(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{micros:06}Z"


def write(job, items, folder, name):
    """Writes a job as a status document and a list of items."""
    folder.mkdir(parents=True)
    rng = job.rng
    last = max(item["end"] for item in items)
    until = job.until or last
    rows, counts = [], Counter()
    for item in items:
        if item["start"] > until:
            status = "pending"
        elif item["end"] > until:
            status = "processing"
        else:
            status = "failed" if item["failed"] else "completed"
        counts[status] += 1
        row = {"item_id": f"dfl-{name}-{item['number']}", "status": status,
               "item_name": f"{item['folder']}/{item['stem']}-{item['number']:05}.{item['extension']}"}
        if status != "pending":
            row["started_at"] = iso(item["start"])
        if status in ("completed", "failed"):
            row["completed_at"] = iso(item["end"])
        if status == "failed":
            row["error_message"] = job.message(item)
        rows.append(row)
    # Lists come in no order that means anything.
    rng.shuffle(rows)
    is_over = job.until is None
    stated = counts["failed"] if job.stated_failed is None else job.stated_failed
    status = {"id": name, "job_type": "parse", "project_id": "p", "status": "completed" if is_over else "running",
              "total_items": len(rows), "failed_items": stated, "started_at": iso(START),
              "effective_at": iso(until)}
    if is_over:
        status["completed_at"] = iso(last + 0.2)
    (folder / "status.json").write_text(json.dumps({"job": status, "progress_percentage": 100}))
    (folder / "items.json").write_text(json.dumps({"items": rows, "total_size": len(rows)}))


def report(binary, folder):
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1780000000"}
    done = subprocess.run([binary, "report", str(folder), "--format", "json", "-q", "--items", "none"],
                          env=environment, capture_output=True, timeout=580)
    if done.returncode != 0:
        sys.exit(f"the program failed: {done.stderr.decode()}")
    return json.loads(done.stdout)


# ---- Null ----

def null_job(rng, most_items):
    sizes = [50, 80, 120, 200, 300, 500, 800, 1_000, 2_000, 5_000, 20_000, 50_000]
    weights = [8, 8, 8, 8, 8, 8, 8, 8, 4, 2, 0.2, 0.1]
    fitting = [(size, weight) for size, weight in zip(sizes, weights) if size <= most_items]
    items = choice(rng, fitting)
    slower = rng.choice([1.0, 1.0, 0.1, 4.0])
    job = Job(rng, items, workers=rng.choice([1, 2, 4, 8, 16, 32, 64]),
              rate=rng.choice([0.002, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3]),
              median=rng.choice([2.0, 10.0, 30.0, 90.0]), sigma=rng.choice([0.3, 0.5, 0.8]),
              slower=slower, kinds=rng.choice([2, 3, 4, 6]))
    expected = items * job.median / job.workers
    if rng.random() < 0.2:
        job.until = START + expected * rng.uniform(0.3, 0.9)
    return job


def true_in_null(job):
    true = set(TRUE_IN_NULL)
    if job.slower > 1.0:
        true.add("failure-cost")
    return true


def null(binary, seed, jobs, most_items, groups):
    """Null jobs, a report over some at a time."""
    alarms, examples, failures, strata = Counter(), {}, Counter(), {}
    done = 0
    while done < jobs:
        some = min(200, jobs - done)
        with tempfile.TemporaryDirectory() as folder:
            made = {}
            for number in range(done, done + some):
                rng = random.Random(f"{seed}/null/{number}")
                job = null_job(rng, most_items)
                name = f"bjb-null-{number}"
                write(job, job.run(), Path(folder) / name, name)
                made[name] = job
            summary = report(binary, folder)
        for told in summary["jobs"]:
            job = made[told["batch_job_id"]]
            false = {finding["code"] for finding in told["findings"]} - true_in_null(job)
            failed = told["counts"]["by_status"]["failed"]
            few = next(most for most in (5, 9, 19, 99, math.inf) if failed <= most)
            for stratum in (("items", job.items), ("failures", few), ("workers", job.workers)):
                jobs_of, false_of = strata.setdefault(stratum, [0, Counter()])
                strata[stratum][0] = jobs_of + 1
                false_of.update(false)
            for code in false:
                alarms[code] += 1
                message = next(f["message"] for f in told["findings"] if f["code"] == code)
                examples.setdefault(code, []).append((told["batch_job_id"], job.items, job.workers, job.rate,
                                                      job.sigma, job.slower, job.until is not None, message))
        done += some
    # Jobs of one rate together.
    for number in range(groups):
        rng = random.Random(f"{seed}/group/{number}")
        rate = rng.choice([0.01, 0.03, 0.1, 0.3])
        with tempfile.TemporaryDirectory() as folder:
            for at in range(rng.choice([2, 3, 5, 10, 30])):
                items = rng.choice([size for size in (50, 200, 500, 2_000) if size <= most_items])
                job = Job(rng, items, workers=8, rate=rate)
                write(job, job.run(), Path(folder) / f"{at}", f"bjb-group-{number}-{at}")
            summary = report(binary, folder)
        for code in {finding["code"] for finding in summary["overall"]["findings"]} - TRUE_IN_NULL:
            failures[code] += 1
            message = next(f["message"] for f in summary["overall"]["findings"] if f["code"] == code)
            examples.setdefault(code, []).append((f"group {number}", message))
    return alarms, failures, examples, strata


# ---- Planted causes ----

def at(strength, weak, medium, strong):
    return dict(zip(STRENGTHS, (weak, medium, strong)))[strength]


def ordinary(rng, most_items, rate=0.02, **more):
    items = rng.choice([size for size in (400, 600, 1_000, 2_000, 4_000) if size <= most_items])
    return Job(rng, items, workers=rng.choice([4, 8, 16]), rate=rate, **more)


def span(job):
    return job.items * job.median * math.exp(job.sigma ** 2 / 2) / job.workers


def burst(rng, strength, most):
    job = ordinary(rng, most)
    share = at(strength, 0.025, 0.04, 0.06)
    begin = START + span(job) * rng.uniform(0.1, 0.8)
    job.outage = (begin, begin + max(span(job) * share, 12 * job.median / job.workers),
                  at(strength, 0.4, 0.7, 0.95))
    return job


def failing_kind(rng, strength, most):
    job = ordinary(rng, most)
    field, value = rng.choice([("extension", "docx"), ("folder", "claims"), ("stem", "fax"),
                               ("extension", "tiff")])
    rate = at(strength, 0.10, 0.25, 0.7)
    job.rate_of = lambda item: rate if item[field] == value else 0.02
    return job


def slow_kind(rng, strength, most):
    job = ordinary(rng, most)
    field, value = rng.choice([("extension", "docx"), ("folder", "claims"), ("stem", "fax"),
                               ("extension", "tiff")])
    factor = at(strength, 1.6, 2.0, 4.0)
    job.factor_of = lambda item: factor if item[field] == value else 1.0
    return job


def slowdown(rng, strength, most):
    job = ordinary(rng, most)
    begin, factor = rng.uniform(0.3, 0.75), at(strength, 1.4, 1.8, 4.0)
    job.factor_of = lambda item: factor if item["share"] >= begin else 1.0
    return job


def lost_workers(rng, strength, most):
    job = ordinary(rng, most)
    job.workers = 16
    begin, left = rng.uniform(0.5, 0.8) * job.items, at(strength, 12, 8, 1)
    job.workers_at = lambda number: left if number >= begin else 16
    return job


def rising(rng, strength, most):
    job = ordinary(rng, most)
    low, high = 0.01, at(strength, 0.08, 0.2, 0.5)
    if rng.random() < 0.5:
        low, high = high, low
    job.rate_of = lambda item: low + (high - low) * item["share"]
    return job


def limit(rng, strength, most):
    job = ordinary(rng, most, rate=0.04, kinds=1)
    share = at(strength, 0.3, 0.5, 0.95)

    def seconds(usual):
        return 300.0 + rng.uniform(0.0, 10.0) if rng.random() < share else usual
    job.failed_seconds = seconds
    job.sigma = 0.4
    return job


def hidden(rng, strength, most):
    job = ordinary(rng, most, rate=at(strength, 0.01, 0.05, 0.3))
    job.stated_failed = 0
    return job


def late(rng, strength, most):
    job = ordinary(rng, most)
    job.late = max(60.0, span(job) * at(strength, 0.08, 0.2, 0.5))
    return job


def tail(rng, strength, most):
    job = ordinary(rng, most)
    few = rng.choice([1, 2, 3])
    factor = at(strength, 0.15, 0.3, 1.0) * span(job) / job.median
    job.factor_of = lambda item: factor if item["number"] >= job.items - few else 1.0
    return job


def stuck(rng, strength, most):
    job = ordinary(rng, most)
    job.sigma = 0.4
    numbers = rng.sample(range(job.items // 4), 3)
    job.factor_of = lambda item: 1e6 if item["number"] in numbers else 1.0
    job.until = START + span(job) * at(strength, 0.5, 1.0, 50.0)
    return job


def nothing_since(rng, strength, most):
    job = ordinary(rng, most)
    begin = 1 - at(strength, 0.02, 0.06, 0.3)
    job.rate_of = lambda item: 1.0 if item["share"] >= begin else 0.02
    job.slower = rng.choice([0.2, 1.0])
    return job


def halt(rng, strength, most):
    job = ordinary(rng, most)
    begin = START + span(job) * rng.uniform(0.2, 0.7)
    job.halt = (begin, begin + max(span(job) * at(strength, 0.06, 0.2, 0.6), 15.0))
    return job


def one_error(rng, strength, most):
    job = ordinary(rng, most, rate=0.06, kinds=5)
    share = at(strength, 0.7, 0.9, 0.98)
    job.message_of = lambda item: "quota exceeded" if rng.random() < share else choice(rng, job.kinds)
    return job


def attempts(rng, strength, most):
    job = ordinary(rng, most, rate=0.08)
    share = at(strength, 0.75, 0.95, 1.0)
    job.message_of = lambda item: (f"{choice(rng, job.kinds)}: attempt "
                                   f"{3 if rng.random() < share else rng.randint(1, 2)}/3")
    return job


def cost(rng, strength, most):
    return ordinary(rng, most, rate=0.05, slower=at(strength, 5.0, 12.0, 40.0))


PLANTED = {
    "failures-cluster": burst, "where-it-fails": failing_kind, "where-it-is-slow": slow_kind,
    "slowdown": slowdown, "workers-lost": lost_workers, "failure-trend": rising, "time-limit": limit,
    "hidden-failures": hidden, "late-start": late, "long-tail": tail, "stuck": stuck,
    "nothing-completed-since": nothing_since, "gap": halt, "one-error": one_error, "attempts": attempts,
    "failure-cost": cost,
}


def planted(binary, seed, each, most_items, strengths):
    found, missed = Counter(), {}
    for code, plant in PLANTED.items():
        for strength in strengths:
            with tempfile.TemporaryDirectory() as folder:
                for number in range(each):
                    rng = random.Random(f"{seed}/{code}/{strength}/{number}")
                    job = plant(rng, strength, most_items)
                    name = f"bjb-{code}-{number}"
                    write(job, job.run(), Path(folder) / name, name)
                if each == 1:
                    # Other jobs than one have findings of their own.
                    shutil.copytree(Path(folder) / name, Path(folder) / "other")
                summary = report(binary, folder)
            for told in summary["jobs"]:
                codes = {finding["code"] for finding in told["findings"]}
                found[code, strength] += code in codes
                if code not in codes:
                    missed.setdefault((code, strength), []).append(told["batch_job_id"])
    code = "high-failure-rate"
    for strength in strengths:
        for number in range(each):
            rng = random.Random(f"{seed}/{code}/{strength}/{number}")
            with tempfile.TemporaryDirectory() as folder:
                for place in range(rng.choice([2, 3, 5])):
                    rate = 0.02 * (at(strength, 3, 6, 15) if place == 1 else 1)
                    job = Job(rng, rng.choice([300, 500]), workers=8, rate=rate)
                    write(job, job.run(), Path(folder) / f"{place}", f"bjb-{number}-{place}")
                summary = report(binary, folder)
            found[code, strength] += any(f["code"] == code for f in summary["overall"]["findings"])
    return found, missed


# ---- The table ----

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--null", type=int, default=1_000, help="null jobs")
    parser.add_argument("--groups", type=int, default=50, help="null dumps of several jobs")
    parser.add_argument("--planted", type=int, default=20, help="jobs per planted cause and strength")
    parser.add_argument("--most-items", type=int, default=50_000)
    parser.add_argument("--strengths", default="weak,medium,strong")
    parser.add_argument("--most-alarms", type=float, default=0.01)
    parser.add_argument("--least-recall", type=float, default=0.9)
    parser.add_argument("--examples", type=int, default=0, help="false alarms and misses to print")
    options = parser.parse_args()
    strengths = [word for word in options.strengths.split(",") if word]
    alarms, of_groups, examples, strata = null(options.binary, options.seed, options.null, options.most_items,
                                               options.groups)
    found, missed = planted(options.binary, options.seed, options.planted, options.most_items, strengths)
    each = options.planted
    codes = sorted({*PLANTED, "high-failure-rate", *alarms, *of_groups})
    print(f"seed {options.seed}: {options.null} null jobs, {options.groups} null dumps of several jobs, "
          f"{each} jobs per cause and strength\n")
    print("| code | false alarms | " + " | ".join(strengths) + " |")
    print("| :-- | --: |" + " --: |" * len(strengths))
    failed = False
    for code in codes:
        per_job = code != "high-failure-rate"
        count, of = (alarms[code], options.null) if per_job else (of_groups[code], options.groups)
        rate = f"{100 * count / of:.2f}%" if of else "–"
        failed |= of > 0 and count > of * options.most_alarms
        if per_job and of_groups[code]:
            rate += f" ({100 * of_groups[code] / options.groups:.1f}% of dumps)"
            failed |= of_groups[code] > options.groups * options.most_alarms
        planted_here = code in PLANTED or code == "high-failure-rate"
        recalls = [f"{100 * found[code, strength] / each:.0f}%" if planted_here and each else "–"
                   for strength in strengths]
        print(f"| `{code}` | {rate} | " + " | ".join(recalls) + " |")
        if planted_here and each and "medium" in strengths:
            failed |= found[code, "medium"] < each * options.least_recall
    for (kind, most), (jobs_of, false_of) in sorted(strata.items()) if options.examples else []:
        worst = ", ".join(f"{code} {100 * count / jobs_of:.2f}%" for code, count in false_of.most_common(4))
        print(f"null jobs by {kind} {most}: {jobs_of} jobs; {worst}")
    for code, list_of in sorted(examples.items()) if options.examples else []:
        for example in list_of[:options.examples]:
            print(f"false {code}: {example}")
    for key, list_of in sorted(missed.items()) if options.examples else []:
        print(f"missed {key}: {list_of[:options.examples]}")
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
