#!/usr/bin/env python3
"""The answer as a user of DuckDB writes it: everything detected, one query after another."""

import sys
from collections import defaultdict

import duckdb

from answer import QUANTILES, dump_of, part, show


def main():
    dump, db = dump_of(sys.argv[1]), duckdb.connect()
    if dump.lines:
        db.execute("CREATE TABLE items AS SELECT *, $job AS job FROM read_json($path)",
                   {"job": dump.job, "path": dump.lines})
    else:
        db.execute("""
            CREATE TABLE items AS
            SELECT item.*, parse_path(filename)[-2] AS job
            FROM (SELECT filename, unnest(items) AS item FROM read_json($paths, filename = true))
            """, {"paths": dump.pages})
    parts = {None: answer(db, "items")}
    if not dump.lines:
        parts |= answers_by_job(db)
    overall = parts.pop(None)
    show(parts or {dump.job: overall}, overall)


def answer(db, table):
    query = lambda sql: db.execute(sql.replace("items", table)).fetchall()
    by_status = dict(query("SELECT status, count(*) FROM items GROUP BY status"))
    reasons = query("SELECT skip_reason, count(*) FROM items WHERE status = 'skipped' GROUP BY ALL")
    messages = query("""SELECT error_message, count(*) AS n FROM items WHERE status = 'failed'
                        GROUP BY ALL ORDER BY n DESC, error_message NULLS LAST LIMIT 5""")
    (durations, micros), = query(f"""
        SELECT count(*), quantile_cont(epoch_us(completed_at) - epoch_us(started_at), {QUANTILES})
        FROM items WHERE status = 'completed' AND completed_at >= started_at""")
    (first, last, ended), = query("SELECT epoch_us(min(started_at)), epoch_us(max(completed_at)), "
                                  "count(completed_at) FROM items")
    return part(by_status, reasons, messages, durations, micros, first, last, ended)


def answers_by_job(db):
    by_status, reasons, messages = defaultdict(dict), defaultdict(list), defaultdict(list)
    for job, status, n in db.execute(
            "SELECT job, status, count(*) FROM items GROUP BY ALL").fetchall():
        by_status[job][status] = n
    for job, reason, n in db.execute("""SELECT job, skip_reason, count(*) FROM items
                                        WHERE status = 'skipped' GROUP BY ALL""").fetchall():
        reasons[job].append((reason, n))
    for job, message, n in db.execute("""
            SELECT job, error_message, count(*) AS n FROM items WHERE status = 'failed'
            GROUP BY job, error_message
            QUALIFY row_number() OVER (
                PARTITION BY job ORDER BY n DESC, error_message NULLS LAST) <= 5""").fetchall():
        messages[job].append((message, n))
    rows = db.execute(f"""
        SELECT job, count(took), quantile_cont(took, {QUANTILES}),
               epoch_us(min(started_at)), epoch_us(max(completed_at)), count(completed_at)
        FROM (SELECT *, CASE WHEN status = 'completed' AND completed_at >= started_at
                        THEN epoch_us(completed_at) - epoch_us(started_at) END AS took FROM items)
        GROUP BY job""").fetchall()
    return {job: part(by_status[job], reasons[job], messages[job], *numbers)
            for job, *numbers in rows}


if __name__ == "__main__":
    main()
