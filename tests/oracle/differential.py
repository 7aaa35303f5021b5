#!/usr/bin/env python3
"""Compares every number of the program's summary with those of an independent engine.

Makes dumps of random shape (`dumps.py`), works out what a correct report must say about each from
the objects in memory (`model.py`), runs the program on it, and compares: counts and whatever is a
whole number of microseconds exactly, other numbers to a relative 1e-9. Some dumps are read again by
1, 2 and 8 threads, which must give the same bytes.

    python3 tests/oracle/differential.py --binary target/release/batch-report

On a difference it keeps the dump, says where the number stands, and exits with 1. A dump is made from
its seed alone: `--seed N --dumps 1` makes the N-th again.
"""

import argparse
import base64
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from bisect import bisect_left
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from dumps import ANY, NO_UTF8, make_dump, newest_status, status_filter
from model import (NO_MESSAGE, TIMES, item_counts, overall_counts, rfc3339, seconds, settled, statistics,
                   us)

JOB_TIMES = ("completed_at", "created_at", "effective_at", "started_at", "updated_at")


# --- what a correct report says --------------------------------------------------------------

def groups_of(items):
    """Failed items per kind of message: the template it was made from."""
    kinds, failed = {}, [i for i in items if i["status"] == "failed"]
    for item in failed:
        kinds.setdefault(item["kind"], []).append(item)
    out = {}
    for kind, members in kinds.items():
        at = [t for t in map(instant_of, members) if t is not None]
        out[kind] = {"count": len(members), "share": len(members) / len(failed),
                     "first_at": rfc3339(min(at, default=None)), "last_at": rfc3339(max(at, default=None))}
    return out


def spans_of(items):
    """Every duration, the longest first, with its item."""
    spans = [(i["completed_at"] - i["started_at"], i) for i in items
             if i["started_at"] is not None and i["completed_at"] is not None]
    return sorted((s for s in spans if s[0] >= 0), key=lambda s: -s[0])


def sections_of(items):
    kinds = {i["error_message"]: i["kind"] for i in items if i["status"] == "failed" and i["kind"] != NO_MESSAGE}
    by_status, numbers = statistics(items, kinds)
    numbers.pop("error_group_counts")
    total = by_status["skipped"]
    for row in numbers["skip_reasons"]:
        row["share"] = row["count"] / total
        row["benign"] = {"already_processed": True, "size_limit_exceeded": False}.get(row["reason"])
    through = numbers["throughput"]
    both = [(i["started_at"], i["completed_at"]) for i in items]
    through["ended_items"] = sum(end is not None for _, end in both)
    through["timed_items"] = sum(None not in pair and pair[1] >= pair[0] for pair in both)
    through["untimed_items"] = sum(pair != (None, None) for pair in both) - through["timed_items"]
    first, last = us(through["first_start"]), us(through["last_end"])
    span = None if None in (first, last) else last - first
    through["span_seconds"] = seconds(span) if span is not None and span > 0 else None
    return by_status, {**numbers, "groups": groups_of(items), "spans": spans_of(items), "rows": items}


def job_truth(job):
    found = sorted(job.records, key=lambda r: (r[0].encode(), r[1]))
    records = [{**item, "file": path, "owner": job} for path, _, item in found]
    items, conflicting = settled(records)
    by_status, numbers = sections_of(items)
    fields, progress = newest_status(job)
    total, source = None, None
    if fields is not None and fields["total_items"] is not None:
        total, source = fields["total_items"], "job.total_items"
    elif job.sizes:
        assert len(set(job.sizes)) == 1
        total, source = job.sizes[0], "total_size"
    filtered = status_filter(job, records, items, total, fields is not None, source)
    counts = item_counts(records, items, conflicting, total, source, filtered, by_status)
    counts["unreadable"] = ANY if job.junk else job.unreadable
    facts = None
    if fields is not None:
        facts = {k: rfc3339(v) if k in JOB_TIMES else v for k, v in fields.items()}
        begun, ended = fields["started_at"], fields["completed_at"]
        wall = None if None in (begun, ended) or ended < begun else ended - begun
        facts.update(wall_seconds=seconds(wall), progress_percentage=progress)
    return {"batch_job_id": job.id, "job": facts, "items": counts, **numbers}


def truth(dump):
    jobs = [job_truth(job) for job in dump.jobs]
    parts = [job["items"] for job in jobs]
    by_status, numbers = sections_of([item for job in jobs for item in job["rows"]])
    counts = overall_counts(parts, by_status)
    unreadable = [p["unreadable"] for p in parts]
    counts["unreadable"] = ANY if ANY in unreadable else sum(unreadable)
    if len(parts) > 1:
        # What is said over jobs that differ in it is nobody's promise.
        for field in ("status_filter", "stated_total_source"):
            if len({p[field] for p in parts}) > 1:
                counts[field] = ANY
    return jobs, {"items": counts, **numbers}


# --- comparing -------------------------------------------------------------------------------

class Difference(Exception):
    def __init__(self, path, expected, got):
        super().__init__(f"{path}: expected {shown(expected)}, got {shown(got)}")


def shown(value):
    text = json.dumps(value, default=str)
    return text if len(text) <= 300 else text[:300] + "…"


def instant(text):
    """Microseconds of a time as the program writes it."""
    return us(text) if isinstance(text, str) else text


def as_written(text):
    """Text as every reader of UTF-8 gets it: half a surrogate pair is no character."""
    if text is None or text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" or c == NO_UTF8 else c for c in text)


def same_text(path, expected, got):
    if not isinstance(got, (str, type(None))):
        raise Difference(path, expected, got)
    expected, got = as_written(expected), as_written(got)
    if expected == got:
        return
    # What no page can hold is cut, and says so.
    if isinstance(expected, str) and isinstance(got, str):
        begin, _, end = got.rpartition("…")
        if "characters cut" in end and len(begin) > 100 and expected.startswith(begin):
            return
    raise Difference(path, expected, got)


EXACT = {"min_seconds", "max_seconds", "total_seconds", "span_seconds", "wall_seconds", "duration_seconds"}


def same(path, expected, got):
    """Compares whatever is expected; what is not is left alone."""
    if isinstance(expected, str) and expected == ANY:
        return
    field = path.rsplit(".", 1)[-1]
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            raise Difference(path, expected, got)
        for key, value in expected.items():
            same(f"{path}.{key}", value, got.get(key))
    elif isinstance(expected, (list, tuple)):
        if not isinstance(got, list) or len(expected) != len(got):
            raise Difference(path, expected, got)
        for n, (a, b) in enumerate(zip(expected, got)):
            same(f"{path}[{n}]", a, b)
    elif expected is None or isinstance(expected, bool):
        if got is not expected:
            raise Difference(path, expected, got)
    elif isinstance(expected, str):
        if field in ("first_at", "last_at", "first_start", "last_end", *JOB_TIMES):
            if not isinstance(got, str) or instant(expected) != instant(got):
                raise Difference(path, expected, got)
        else:
            same_text(path, expected, got)
    elif isinstance(got, bool) or not isinstance(got, (int, float)):
        raise Difference(path, expected, got)
    elif isinstance(expected, int) or field in EXACT:
        if expected != got:
            raise Difference(path, expected, got)
    elif not math.isclose(expected, got, rel_tol=1e-9, abs_tol=0.0):
        raise Difference(path, expected, got)


def same_sections(path, expected, got, labels, most):
    for part in ("items", "rates", "durations", "throughput"):
        same(f"{path}.{part}", expected[part], got[part])
    if set(got["items"]["by_status"]) != set(map(as_written, expected["items"]["by_status"])):
        raise Difference(f"{path}.items.by_status", list(expected["items"]["by_status"]), list(got["items"]["by_status"]))
    same_reasons(f"{path}.skip_reasons", expected["skip_reasons"], got["skip_reasons"])
    same_groups(f"{path}.error_groups", expected, got["error_groups"], labels)
    same_slowest(f"{path}.slowest", expected["spans"], got["slowest"], labels, most)


def same_reasons(path, expected, got):
    """Most first; where the absent reason stands among equals is nobody's promise."""
    counts = [row["count"] for row in got]
    if counts != sorted(counts, reverse=True) or len(got) != len(expected):
        raise Difference(path, expected, got)
    names = [row["reason"] for row in got if row["reason"] is not None]
    order = [row["reason"] for row in expected if row["reason"] is not None]
    for n, (a, b) in enumerate(zip(order, names)):
        same_text(f"{path}[{n}].reason", a, b)
    if None in (row["reason"] for row in got):
        names.insert(0, None)
    if None in (row["reason"] for row in expected):
        order.insert(0, None)
    if len(names) != len(order):
        raise Difference(path, order, names)
    at = {reason: row for reason, row in ((row["reason"], row) for row in got)}
    for row, theirs in zip(order, names):
        wanted = next(r for r in expected if r["reason"] == row)
        for field in ("count", "share", "benign"):
            same(f"{path}[{row!r}].{field}", wanted[field], at[theirs][field])


def same_groups(path, expected, got, labels):
    """Each group is told by the template of its examples, and no template makes two."""
    items = {(labels[id(i["owner"])], as_written(i["item_id"])): i for i in expected["rows"]}
    counts = [group["count"] for group in got]
    if counts != sorted(counts, reverse=True):
        raise Difference(path, sorted(counts, reverse=True), counts)
    seen = set()
    for n, group in enumerate(got):
        here = f"{path}[{n}]"
        kinds = set()
        for example in group["examples"]:
            item = items.get((example["job"], example["item_id"]))
            if item is None or item["status"] != "failed":
                raise Difference(f"{here}.examples", "a failed item", example)
            same_text(f"{here}.examples.error_message", item["error_message"], example["error_message"])
            same_text(f"{here}.examples.item_name", item["item_name"], example["item_name"])
            kinds.add(item["kind"])
        if len(kinds) != 1 or kinds <= seen:
            raise Difference(here, "a template of its own", sorted(kinds))
        seen |= kinds
        kind = kinds.pop()
        if (group["pattern"] is None) != (kind == NO_MESSAGE):
            raise Difference(f"{here}.pattern", kind, group["pattern"])
        same(f"{here}({kind[:40]})", expected["groups"][kind], group)
        if len(group["examples"]) != min(3, group["count"]):
            raise Difference(f"{here}.examples", min(3, group["count"]), len(group["examples"]))
    if len(got) != len(expected["groups"]):
        raise Difference(path, {k: v["count"] for k, v in expected["groups"].items()}, [g["pattern"] for g in got])


def same_slowest(path, spans, got, labels, most):
    if len(got) != min(most, len(spans)):
        raise Difference(path, min(most, len(spans)), len(got))
    for n, row in enumerate(got):
        micros, item = spans[n]
        same(f"{path}[{n}].duration_seconds", seconds(micros), row["duration_seconds"])
        alone = all(not 0 <= k < len(spans) or spans[k][0] != micros for k in (n - 1, n + 1))
        if alone:
            same_text(f"{path}[{n}].item_id", item["item_id"], row["item_id"])
            same_text(f"{path}[{n}].item_name", item["item_name"], row["item_name"])
            same_text(f"{path}[{n}].status", item["status"], row["status"])
            same_text(f"{path}[{n}].job", labels[id(item["owner"])], row["job"])
            if instant(row["started_at"]) != item["started_at"]:
                raise Difference(f"{path}[{n}].started_at", rfc3339(item["started_at"]), row["started_at"])


def unpacked(table):
    """The rows of the item table, each as a dictionary of what the item said."""
    data = json.loads(zlib.decompress(base64.b64decode(table["data"]), -15))
    columns = [data[c] for c in table["columns"]]
    base = data["base"]
    out = []
    for cells in zip(*columns):
        row = dict(zip(table["columns"], cells))
        plus = lambda origin, value: None if value is None else origin + value
        start = plus(base, row["started"])
        end = plus(base if start is None else start, row["ended"])
        effective = plus(end if end is not None else start if start is not None else base, row["effective"])
        pick = lambda column, names: None if row[column] is None else data[names][row[column]]
        out.append({"job": pick("job", "jobs"), "item_id": row["id"], "item_name": row["name"],
                    "status": pick("status", "statuses"), "started_at": start, "completed_at": end,
                    "effective_at": effective, "error_message": row["message"], "skip_reason": pick("reason", "reasons"),
                    "job_id": row["work"], "file": pick("file", "files")})
    return out


def same_table(expected, table, labels):
    """Item by item: not only the sums have to be right."""
    rows = {(row["job"], row["item_id"]): row for row in unpacked(table)}
    if table["items"] != len(expected["rows"]) or len(rows) != len(expected["rows"]):
        raise Difference("item_table.items", len(expected["rows"]), [table["items"], len(rows)])
    for item in expected["rows"]:
        key = labels[id(item["owner"])], as_written(item["item_id"])
        row = rows.get(key)
        if row is None:
            raise Difference("item_table", key, None)
        for field in ("item_name", "status", "error_message", "skip_reason", "job_id"):
            if field == "error_message" and item["status"] != "failed" or \
                    field == "skip_reason" and item["status"] != "skipped":
                continue        # what these say of other items is not a matter of the table
            same_text(f"item_table{list(key)}.{field}", item[field], row[field])
        for field in TIMES:
            if item[field] != row[field]:
                raise Difference(f"item_table{list(key)}.{field}", rfc3339(item[field]), rfc3339(row[field]))
        if tail(row["file"]) != item["file"]:
            raise Difference(f"item_table{list(key)}.file", item["file"], row["file"])


def tail(path):
    return path[2:] if path.startswith("./") else path


def same_inputs(expected, got):
    files = {tail(row["path"]): row for row in got}
    if set(files) != set(expected):
        raise Difference("inputs", sorted(expected), sorted(files))
    for path, row in expected.items():
        same(f"inputs[{path}]", row, files[path])


def same_charts(path, expected, charts):
    """What the charts say they count, between the edges they name."""
    if charts is None:
        return
    bar = {part["status"]: part["count"] for part in charts["status_bar"]}
    if bar != {as_written(k): v for k, v in expected["items"]["by_status"].items() if v}:
        raise Difference(f"{path}.charts.status_bar", expected["items"]["by_status"], bar)
    for status in ("completed", "failed"):
        if charts["durations"] is not None:
            spans = sorted(micros for micros, item in expected["spans"] if item["status"] == status)
            bins = charts["durations"]["bins"]
            edges = [round(b["from_seconds"] * 10**6) for b in bins] + [round(bins[-1]["to_seconds"] * 10**6)]
            counts = between(spans, edges)
            below = [bisect_left(spans, edge) / len(spans) if spans else None for edge in edges[1:]]
            if sum(counts) != len(spans):
                raise Difference(f"{path}.charts.durations", len(spans), sum(counts))
            same(f"{path}.charts.durations.{status}", counts, [b[status] for b in bins])
            same(f"{path}.charts.durations.{status}_below", below, [b[f"{status}_below"] for b in bins])
    for status in ("completed", "failed", "skipped"):
        if charts["timeline"] is not None:
            ends = sorted(at for at in (instant_of(i) for i in expected["rows"] if i["status"] == status) if at is not None)
            intervals = charts["timeline"]["intervals"]
            edges = [us(i["from"]) for i in intervals]
            edges.append(edges[-1] + round(charts["timeline"]["interval_seconds"] * 10**6))
            if between(ends, edges) != [i[status] for i in intervals]:
                raise Difference(f"{path}.charts.timeline.{status}", between(ends, edges), [i[status] for i in intervals])


def instant_of(item):
    return item["completed_at"] if item["completed_at"] is not None else item["effective_at"]


def between(ordered, edges):
    at = [bisect_left(ordered, edge) for edge in edges]
    return [b - a for a, b in zip(at, at[1:])]


def compare(dump, summary, most):
    jobs, overall = truth(dump)
    same("schema_version", 1, summary["schema_version"])
    named = {job["batch_job_id"]: job for job in summary["jobs"] if job["batch_job_id"] is not None}
    nameless = [job for job in summary["jobs"] if job["batch_job_id"] is None]
    if len(summary["jobs"]) != len(jobs):
        raise Difference("jobs", [j["batch_job_id"] for j in jobs], [[j["batch_job_id"], j["label"]] for j in summary["jobs"]])
    labels, pairs = {}, []
    for job, expected in zip(dump.jobs, jobs):
        got = named.get(job.id)
        if job.id is None:
            fitting = [g for g in nameless if len(nameless) == 1 or tail(g["label"]) == job.folder]
            got = fitting[0] if fitting else None
        if got is None:
            raise Difference("jobs", job.id or job.folder, [[j["batch_job_id"], j["label"]] for j in summary["jobs"]])
        labels[id(job)] = got["label"]
        pairs.append((job, expected, got))
    for job, expected, got in pairs:
        path = f"jobs[{job.id or job.folder}]"
        same(f"{path}.job", expected["job"], got["job"])
        same_sections(path, expected, got, labels, most)
        same_charts(path, expected, got["charts"])
        same_text(f"{path}.label", job.id or got["label"], got["label"])
    same_sections("overall", overall, summary["overall"], labels, most)
    same_charts("overall", overall, summary["overall"]["charts"])
    same_inputs(dump.inputs, summary["inputs"])
    same_table(overall, summary["item_table"], labels)


# --- running ---------------------------------------------------------------------------------

def run(binary, folder, arguments, threads=None, stdin=None):
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1780000000"}
    environment.pop("RAYON_NUM_THREADS", None)
    if threads is not None:
        environment["RAYON_NUM_THREADS"] = str(threads)
    given = ["."] if stdin is None else ["-"]
    return subprocess.run([binary, "report", *given, "--format", "json", "-q", *arguments], cwd=folder,
                          env=environment, input=stdin, capture_output=True, timeout=300)


def check(binary, seed, folder, threads):
    """Makes a dump and compares; gives the difference, if any, and how many items there were."""
    rng = random.Random(f"batch-report/{seed}")
    dump = make_dump(seed, rng)
    most = rng.choice([10, 10, 0, 1, 25, 1000])
    arguments = dump.arguments + ([] if most == 10 else ["--slowest", str(most)])
    for path, data in dump.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    stdin = None
    if dump.fits_a_pipe() and rng.random() < 0.4:
        stdin = dump.into_a_pipe()
    result = run(binary, folder, arguments, stdin=stdin)
    rows = sum(len(job.records) for job in dump.jobs)
    if result.returncode != 0:
        return f"exit code {result.returncode}: {result.stderr.decode(errors='replace')[:2000]}", rows
    try:
        compare(dump, json.loads(result.stdout), most)
    except Difference as difference:
        return str(difference), rows
    for count in threads:
        again = run(binary, folder, arguments, count, stdin)
        if (again.returncode, again.stdout) != (0, result.stdout):
            return f"{count} threads write other bytes than all do", rows
    return None, rows


def one(binary, seed, root, keep, threads):
    folder = Path(root) / f"dump-{seed}"
    folder.mkdir()
    try:
        problem, rows = check(binary, seed, folder, threads)
    except Exception as error:          # a fault of the engine is a failure too, and has a seed
        import traceback
        problem, rows = f"{type(error).__name__}: {traceback.format_exc()}", 0
    if problem is None and not keep:
        shutil.rmtree(folder)
    return seed, problem, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", required=True, help="the program")
    parser.add_argument("--dumps", type=int, default=240, help="how many dumps to make (default 240)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first (default 1)")
    parser.add_argument("--threads", default="1,2,8", help="numbers of threads to read some dumps with again")
    parser.add_argument("--jobs", type=int, default=max(2, min(8, os.cpu_count() or 2)), help="dumps at once")
    parser.add_argument("--keep", action="store_true", help="keep every dump, not only those with a difference")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    binary = str(Path(options.binary).resolve())
    threads = [int(n) for n in options.threads.split(",") if n]
    root = tempfile.mkdtemp(prefix="differential-")
    begin, problems, rows = time.monotonic(), 0, 0
    with ProcessPoolExecutor(options.jobs) as pool:
        futures = []
        for n in range(options.dumps):
            seed = options.seed + n
            again = threads if n % 6 == 0 or options.dumps == 1 else []
            futures.append(pool.submit(one, binary, seed, root, options.keep, again))
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
