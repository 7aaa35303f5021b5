#!/usr/bin/env python3
"""The answer as fast as DuckDB gives it; what was tried stands in the README beside."""

import json
import os
import sys
from collections import defaultdict

# The module below `duckdb`: it has all that is needed, and importing the rest takes 0.1 s.
import _duckdb as duckdb

from answer import MESSAGES, QUANTILES, dump_of, part, show

# Only what is asked for is turned into values, and times while the text is in the cache.
ASKED = {"status": "VARCHAR", "error_message": "VARCHAR", "skip_reason": "VARCHAR",
         "started_at": "TIMESTAMP", "completed_at": "TIMESTAMP"}
# Of lines the reader wants every field named: one that it does not know costs more than one that
# it does.
NAMED = ASKED | dict.fromkeys(("effective_at", "job_record_id", "item_id", "item_name", "job_id"),
                              "VARCHAR")

# One row for each job, in one pass over the items.
GATHER = """
    CREATE TEMP TABLE jobs AS
    SELECT job, histogram(status) AS by_status,
           list(skip_reason) FILTER (status = 'skipped') AS reasons,
           list(error_message) FILTER (status = 'failed') AS messages,
           list(epoch_us(completed_at) - epoch_us(started_at))
               FILTER (status = 'completed' AND completed_at >= started_at) AS took,
           epoch_us(min(started_at)) AS first, epoch_us(max(completed_at)) AS last,
           count(completed_at) AS ended
    FROM ({items}) GROUP BY job"""


def main():
    dump = dump_of(sys.argv[1])
    db = duckdb.connect(config={"preserve_insertion_order": False})
    source = lines(dump) if dump.lines else pages(dump)
    db.execute(GATHER.format(items=source))
    # Of a single job the answer for all of them is the same.
    several = db.execute("SELECT count(*) > 1 FROM jobs").fetchone()[0]
    sets = lambda *columns: (f"GROUPING SETS ((job, {', '.join(columns)}), ({', '.join(columns)}))"
                             if several else f"job, {', '.join(columns)}")
    reasons, messages = defaultdict(list), defaultdict(list)
    for job, reason, n in db.execute(f"""
            SELECT job, reason, count(*) FROM (SELECT job, unnest(reasons) AS reason FROM jobs)
            GROUP BY {sets("reason")}""").fetchall():
        reasons[job].append((reason, n))
    # The least of (-n, message) are the most frequent, in the order of their text.
    for job, rows in db.execute(f"""
            SELECT job, min({{'n': -n, 'message': message}}, {MESSAGES}) FROM (
                SELECT job, message, count(*) AS n
                FROM (SELECT job, unnest(messages) AS message FROM jobs) GROUP BY {sets("message")})
            GROUP BY job""").fetchall():
        messages[job] = [(row["message"], -row["n"]) for row in rows]
    by_status, parts = defaultdict(int), {}
    rows = db.execute(f"""SELECT job, by_status, len(took), first, last, ended,
                                 list_aggregate(took, 'quantile_cont', {QUANTILES})
                          FROM jobs""").fetchall()
    for job, statuses, durations, first, last, ended, micros in rows:
        parts[job] = part(statuses, reasons[job], messages[job], durations or 0, micros, first,
                          last, ended)
        for status, n in statuses.items():
            by_status[status] += n
    if several:
        (durations, micros), = db.execute(f"""
            SELECT count(took), quantile_cont(took, {QUANTILES})
            FROM (SELECT unnest(took) AS took FROM jobs)""").fetchall()
        (first, last, ended), = db.execute(
            "SELECT min(first), max(last), sum(ended) FROM jobs").fetchall()
        overall = part(by_status, reasons[None], messages[None], durations, micros, first, last,
                       int(ended))
    else:
        overall, = parts.values()
    show(parts, overall)


def lines(dump):
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in NAMED.items())
    return (f"SELECT '{dump.job}' AS job, * FROM read_json({quoted(dump.lines)}, "
            f"format = 'newline_delimited', columns = {{{columns}}})")


def pages(dump):
    """Pages as text, parsed by a function: a third less work than `read_json`. One scan of so few
    texts runs on one thread only, therefore there are several."""
    threads = 2 * (os.cpu_count() or 1)
    schema = json.dumps({"items": [ASKED]})
    shares = [share for n in range(threads) if (share := dump.pages[n::threads])]
    return " UNION ALL ".join(f"""
        SELECT job, unnest(items, recursive := true)
        FROM (SELECT parse_path(filename)[-2] AS job,
                     from_json(content, {quoted(schema)}).items AS items
              FROM read_text([{", ".join(map(quoted, share))}]))""" for share in shares)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
