"""What a correct report says about a dump, from its objects and never from its files."""

import math

from model import (NO_MESSAGE, PLAUSIBLE, TIMES, counted_times, durations_with_open, early_ends, is_open, item_counts,
                   overall_counts, rfc3339, run_bounds, seconds, settled, statistics, us)
from order import path_order

JOB_TIMES = ("completed_at", "created_at", "effective_at", "started_at", "updated_at")
# In place of a number that the rules leave open.
ANY = "(not compared)"


def newest_status(job):
    """The record of the job that counts, and its progress where that is beyond doubt."""
    best, progress = None, []
    for _, _, document in job.statuses:
        fields = document["job"]
        stamp = tuple(-math.inf if fields[k] is None else fields[k] for k in ("effective_at", "updated_at"))
        if best is None or stamp > best:
            best, progress, chosen = stamp, [], fields
        if stamp == best:
            assert chosen is fields
            progress.append(document["progress"])
    if best is None:
        return None, None
    clear = len(set(map(str, progress))) == 1 and not job.progress_lost
    return chosen, progress[0] if clear else ANY


def status_filter(job, records, items, total, from_job, source):
    """The one status a list was filtered by, where that can be seen; ANY where it is open."""
    words = {i["status"] for i in items}
    if job.named_filter is not None and source != "job.total_items":
        return job.named_filter if words == {job.named_filter} and not job.unreadable else ANY
    if job.named_filter is not None and total == 0:
        return ANY
    if len(words) != 1 or total is None or len(items) >= total:
        return None
    if not from_job or job.unreadable or job.damaged or len({r["status"] for r in records}) > 1:
        return ANY
    if all(size == len(items) for size in job.sizes):
        return words.pop()
    return None if all(size == total for size in job.sizes) and job.named_filter is None else ANY


def instant_of(item):
    return item["completed_at"] if item["completed_at"] is not None else item["effective_at"]


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


def sections_of(items, records=()):
    kinds = {i["error_message"]: i["kind"] for i in items if i["status"] == "failed" and i["kind"] != NO_MESSAGE}
    by_status, numbers = statistics(items, kinds, records)
    numbers.pop("error_group_counts")
    total = by_status["skipped"]
    for row in numbers["skip_reasons"]:
        row["share"] = row["count"] / total
        row["benign"] = {"already_processed": True, "size_limit_exceeded": False}.get(row["reason"])
    through = numbers["throughput"]
    stated = [(i["started_at"], i["completed_at"]) for i in items]
    both = [counted_times(item) for item in items]
    through["excluded_times"] = sum((a != c) + (b != d) for (a, b), (c, d) in zip(stated, both))
    through["ended_items"] = sum(end is not None for _, end in both)
    through["early_items"] = early_ends(items)
    through["timed_items"] = sum(None not in pair and pair[1] >= pair[0] for pair in both)
    through["untimed_items"] = sum(pair != (None, None) for pair in stated) - through["timed_items"]
    first, last = us(through["first_start"]), us(through["last_end"])
    span = None if None in (first, last) else last - first
    through["span_seconds"] = seconds(span) if span is not None and span > 0 else None
    return by_status, {**numbers, "groups": groups_of(items), "spans": spans_of(items), "rows": items}


def job_truth(job):
    found = sorted(job.records, key=lambda r: (path_order(r[0]), r[1]))
    fields, progress = newest_status(job)
    run, known = PLAUSIBLE, None
    if fields is not None:
        ended = None if fields["status"] in ("pending", "running", "dispatched") else fields["completed_at"]
        run = run_bounds(fields["started_at"], ended)
        known = next((t for t in (ended, fields["effective_at"], fields["updated_at"]) if t is not None), None)
    records = [{**item, "file": path, "owner": job, "run": run, "known_until": known} for path, _, item in found]
    items, conflicting = settled(records)
    by_status, numbers = sections_of(items)
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
        is_open = facts["status"] in ("pending", "running", "dispatched")
        wall = None if is_open or None in (begun, ended) or ended < begun else ended - begun
        facts.update(wall_seconds=seconds(wall), progress_percentage=progress)
    return {"batch_job_id": job.id, "job": facts, "counts": counts, "known": known, **numbers}


def newest_instant(jobs):
    """The newest of all times of items and of their jobs, of those that may be right."""
    of_items = [item[field] for job in jobs for item in job["rows"] for field in TIMES]
    of_jobs = [us(job["job"][field]) for job in jobs if job["job"] is not None for field in JOB_TIMES]
    known = [at for at in of_items + of_jobs if at is not None and PLAUSIBLE[0] <= at < PLAUSIBLE[1]]
    return max(known, default=None)


def with_open_items(job, newest):
    """Percentiles of a running job's durations; None of any other."""
    is_running = job["job"] is not None and job["job"]["status"] in ("pending", "throttled", "running", "dispatched")
    if not is_running or newest is None or not any(map(is_open, job["rows"])):
        return None
    return durations_with_open(job["rows"], newest)


def truth(dump):
    jobs = [job_truth(job) for job in dump.jobs]
    newest = newest_instant(jobs)
    for job in jobs:
        job["durations_with_open"] = with_open_items(job, newest)
    parts = [job["counts"] for job in jobs]
    records = [job.pop("known") for job in jobs]
    by_status, numbers = sections_of([item for job in jobs for item in job["rows"]], records)
    counts = overall_counts(parts, by_status)
    unreadable = [p["unreadable"] for p in parts]
    counts["unreadable"] = ANY if ANY in unreadable else sum(unreadable)
    if len(parts) > 1:
        # What is said over jobs that differ in it is nobody's promise.
        for field in ("status_filter", "stated_total_source"):
            if len({p[field] for p in parts}) > 1:
                counts[field] = ANY
    return jobs, {"counts": counts, **numbers}
