#!/usr/bin/env python3
"""The answer as fast as polars gives it; what was tried stands in the README beside."""

import os
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from answer import MESSAGES, QUANTILES, dump_of, part, show

ASKED = {name: pl.String
         for name in ("status", "error_message", "skip_reason", "started_at", "completed_at")}
PAGE = {"items": pl.List(pl.Struct(ASKED))}


def main():
    dump = dump_of(sys.argv[1])
    if dump.lines:
        rows = pl.scan_ndjson(dump.lines, schema=ASKED).with_columns(job=pl.lit(dump.job))
    else:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            rows = pl.concat(pool.map(page, dump.pages)).lazy()
    items = rows.select("job", "status", "error_message", "skip_reason", first=micros("started_at"),
                        last=micros("completed_at")).collect(engine="streaming").lazy()
    failed = items.filter(pl.col("status") == "failed").group_by("job", "error_message").len("n")
    took = (items.filter(pl.col("status") == "completed")
            .select("job", took=pl.col("last") - pl.col("first"))
            .filter(pl.col("took") >= 0))
    window = [pl.col("first").min(), pl.col("last").max(), pl.col("last").count().alias("ended")]
    statuses, skipped, failed, windows, by_job, overall = pl.collect_all([
        items.group_by("job", "status").len("n"),
        items.filter(pl.col("status") == "skipped").group_by("job", "skip_reason").len("n"),
        failed,
        items.group_by("job").agg(window),
        took.group_by("job").agg(pl.len(), *[pl.col("took").quantile(q, "linear").alias(str(q))
                                             for q in QUANTILES]),
        took.select(pl.len(), pl.col("took").quantile(QUANTILES, "linear")),
    ])
    counts, reasons, messages = defaultdict(dict), defaultdict(list), defaultdict(list)
    for job, status, n in statuses.iter_rows():
        counts[job][status] = n
    for job, reason, n in skipped.iter_rows():
        reasons[job].append((reason, n))
    for job, rows in (failed.group_by("job").agg(most_frequent())).iter_rows():
        messages[job] = pairs(rows)
    numbers = {job: (durations, percentiles) for job, durations, *percentiles in by_job.iter_rows()}
    parts = {job: part(counts[job], reasons[job], messages[job], *numbers.get(job, (0, None)),
                       first, last, ended)
             for job, first, last, ended in windows.iter_rows()}
    every = failed.group_by("error_message").agg(pl.col("n").sum()).select(most_frequent().implode())
    (durations, percentiles), = overall.iter_rows()
    show(parts, part(summed(statuses), summed(skipped).items(), pairs(every.item()), durations,
                     percentiles, windows["first"].min(), windows["last"].max(),
                     windows["ended"].sum()))


def page(path):
    """A page by itself: parsed quicker than as a line of JSON Lines, which it would be too."""
    items = pl.read_json(path, schema=PAGE).explode("items").unnest("items")
    return items.select(pl.lit(Path(path).parent.name).alias("job"), *ASKED)


def micros(name):
    """Microseconds since 1970 of an RFC 3339 time in UTC. The minutes are few, so that polars
    parses each only once; the rest is a number."""
    text = pl.col(name)
    minute = text.str.slice(0, 16).str.to_datetime("%Y-%m-%dT%H:%M", time_unit="us")
    seconds = text.str.slice(17).str.strip_suffix("Z").cast(pl.Float64)
    return minute.cast(pl.Int64) + (seconds * 1_000_000).round().cast(pl.Int64)


def most_frequent():
    """Most first, then by the text."""
    return pl.struct("error_message", "n").top_k_by(["n", "error_message"], MESSAGES,
                                                    reverse=[False, True])


def pairs(rows):
    return [(row["error_message"], row["n"]) for row in rows]


def summed(frame):
    """Counts of a text over all jobs."""
    counts = defaultdict(int)
    for _, text, n in frame.iter_rows():
        counts[text] += n
    return counts


if __name__ == "__main__":
    main()
