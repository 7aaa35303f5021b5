#!/usr/bin/env python3
"""Reads the program's item tables with engines that everybody has, and compares with its summary.

DuckDB and pandas read the Parquet file of each fixture and of generated dumps, pandas the Arrow file, the CSV
and the JSON Lines as well. Counts by status and by job, skip reasons, error groups, the failure rate and the
percentiles of durations have to be those of the summary; and every table has to hold the same rows.

    pip install -r tests/oracle/requirements.txt
    python3 tests/oracle/tables.py --binary target/release/batch-report
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pandas
import pyarrow.feather

from dumps import make_dump

PERCENTILES = (0.5, 0.9, 0.95, 0.99)
COLUMNS = ["batch_job_id", "item_id", "item_name", "status", "started_at", "completed_at", "effective_at",
           "duration_seconds", "error_message", "error_group", "skip_reason", "processing_job_id", "source"]
RARE = ["pending_at", "credits", "failed_pages"]
TIMES = ["started_at", "completed_at", "effective_at"]


class Difference(Exception):
    pass


def same(what, expected, got):
    if isinstance(expected, float) and isinstance(got, (int, float)):
        if math.isclose(expected, got, rel_tol=1e-9, abs_tol=1e-9):
            return
    elif expected == got:
        return
    raise Difference(f"{what}: the summary has {repr(expected)[:500]}, the table {repr(got)[:500]}")


def tables_of(binary, arguments, folder, target):
    """Writes the summary and all tables, in one run; gives the summary."""
    names = ["json", "parquet", "arrow", "csv", "jsonl"]
    outputs = [word for name in names for word in ("-o", str(target / f"items.{name}"))]
    run = subprocess.run([binary, "report", ".", "-q", *arguments, *outputs], cwd=folder, capture_output=True,
                         timeout=300, env={**os.environ, "SOURCE_DATE_EPOCH": "1780000000"})
    if run.returncode != 0:
        raise Difference(f"exit code {run.returncode}: {run.stderr.decode(errors='replace')[:1000]}")
    return json.loads((target / "items.json").read_text())


def by_duckdb(path):
    items = f"read_parquet('{path}')"
    ask = duckdb.connect().execute
    counted = lambda by, where="true": dict(ask(
        f"select {by}, count(*) from {items} where {where} group by 1").fetchall())
    statistics = {}
    for status in ("completed", "failed"):
        row = ask(f"select count(*), min(duration_seconds), max(duration_seconds), "
                  f"quantile_cont(duration_seconds, {list(PERCENTILES)}) from {items} "
                  f"where status = '{status}' and duration_seconds >= 0").fetchone()
        statistics[status] = (row[0], row[1], row[2], list(row[3] or []))
    types = dict((name, kind) for name, kind, *_ in ask(f"describe select * from {items}").fetchall())
    for name in TIMES:
        same(f"type of {name}", "TIMESTAMP WITH TIME ZONE", types[name])
    return {"statuses": counted("status"), "jobs": counted("batch_job_id"),
            "reasons": counted("skip_reason", "status = 'skipped'"),
            "groups": counted("error_group", "status = 'failed'"), "durations": statistics}


def by_pandas(frame):
    def counted(column, where=None):
        rows = frame if where is None else frame[frame["status"] == where]
        counts = rows[column].value_counts(dropna=False)
        return {None if pandas.isna(key) else key: int(count) for key, count in counts.items()}

    statistics = {}
    for status in ("completed", "failed"):
        spans = frame.loc[(frame["status"] == status) & (frame["duration_seconds"] >= 0), "duration_seconds"]
        quantiles = [float(spans.quantile(p)) for p in PERCENTILES] if len(spans) else []
        ends = (float(spans.min()), float(spans.max())) if len(spans) else (None, None)
        statistics[status] = (len(spans), *ends, quantiles)
    return {"statuses": counted("status"), "jobs": counted("batch_job_id"),
            "reasons": counted("skip_reason", "skipped"), "groups": counted("error_group", "failed"),
            "durations": statistics}


def compare(summary, answer):
    overall = summary["overall"]
    statuses = {word: count for word, count in overall["counts"]["by_status"].items() if count}
    same("statuses", statuses, answer["statuses"])
    rate, done = overall["rates"]["failure"], answer["statuses"]
    failed = done.get("failed", 0)
    same("failure rate", (rate["numerator"], rate["denominator"]), (failed, failed + done.get("completed", 0)))
    jobs = {job["batch_job_id"] or job["label"]: job["counts"]["distinct"] for job in summary["jobs"]}
    same("jobs", {name: count for name, count in jobs.items() if count}, answer["jobs"])
    # What no page can hold is cut in the summary.
    begin = lambda counts: {reason and reason[:300]: count for reason, count in counts}
    same("skip reasons", begin((row["reason"], row["count"]) for row in overall["skip_reasons"]),
         begin(answer["reasons"].items()))
    same("error groups", {row["id"]: row["count"] for row in overall["error_groups"]}, answer["groups"])
    for status, (count, least, most, quantiles) in answer["durations"].items():
        expected = overall["durations"][status]
        same(f"{status} durations", expected["count"], count)
        if count:
            same(f"{status} min", expected["min_seconds"], least)
            same(f"{status} max", expected["max_seconds"], most)
            for p, value in zip(PERCENTILES, quantiles):
                same(f"{status} p{p * 100:g}", expected[f"p{p * 100:g}_seconds"], value)


def rows_of(frame, escaped):
    """The rows as plain values, whatever types a format has for them."""
    frame = frame[COLUMNS].copy()
    for name in TIMES:
        frame[name] = pandas.to_datetime(frame[name], format="ISO8601", utc=True).dt.as_unit("us")
    rows = []
    for row in frame.itertuples(index=False):
        cells = [None if pandas.isna(cell) else cell for cell in row]
        if escaped:
            cells = [unescaped(cell) if isinstance(cell, str) else cell for cell in cells]
        rows.append([None if cell == "" else cell for cell in cells])
    return rows


def unescaped(cell):
    bare = cell.lstrip("'")
    return cell[1:] if cell.startswith("'") and bare[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell


def check(binary, folder, target, arguments=()):
    """Gives the number of items."""
    summary = tables_of(binary, arguments, folder, target)
    parquet = target / "items.parquet"
    compare(summary, by_duckdb(parquet))
    frame = pandas.read_parquet(parquet)
    same("columns", COLUMNS, [name for name in frame.columns if name not in RARE])
    compare(summary, by_pandas(frame))
    text = {name: str for name in COLUMNS if name not in TIMES + ["duration_seconds"]}
    csv = pandas.read_csv(target / "items.csv", dtype=text, keep_default_na=False, na_values=[""],
                          lineterminator="\n")
    others = {"arrow": pyarrow.feather.read_feather(target / "items.arrow"), "csv": csv}
    lines = (target / "items.jsonl").read_bytes().decode().split("\n")[:-1]
    others["jsonl"] = pandas.DataFrame([json.loads(line) for line in lines], columns=COLUMNS)
    expected = rows_of(frame, False)
    for name, other in others.items():
        for n, (a, b) in enumerate(zip(expected, rows_of(other, name == "csv"))):
            if a != b:
                raise Difference(f"row {n} of the {name}: the Parquet has {a}, this {b}")
        same(f"rows of the {name}", len(expected), len(other))
    return len(frame)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", required=True, help="the program")
    parser.add_argument("--dumps", type=int, default=16, help="how many dumps to make (default 16)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first (default 1)")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    binary = str(Path(options.binary).resolve())
    fixtures = Path(__file__).resolve().parent.parent.parent / "fixtures"
    todo = [(fixture.name, fixture, []) for fixture in sorted(fixtures.iterdir())]
    items = problems = 0
    with tempfile.TemporaryDirectory(prefix="tables-") as root:
        for seed in range(options.seed, options.seed + options.dumps):
            dump = make_dump(seed, random.Random(f"batch-report/{seed}"), scale=4)
            folder = Path(root) / f"dump-{seed}"
            for path, data in dump.files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(data)
            todo.append((f"seed {seed}", folder, dump.arguments))
        for number, (name, folder, arguments) in enumerate(todo):
            target = Path(root) / f"tables-{number}"
            target.mkdir()
            try:
                items += check(binary, folder, target, arguments)
            except Difference as difference:
                problems += 1
                print(f"{name}: {difference}", flush=True)
    print(f"tables of {len(todo)} dumps, {items} items, {problems} with a difference")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
