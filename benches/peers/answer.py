"""Where the dumps lie, and the small shape in which every peer prints its answer.

    {"jobs": {id: part, ...}, "overall": part}

A part holds `items`, `by_status`, `failure_rate`, `skip_reasons`, the most frequent
`error_messages`, `durations` of what was completed, `first_start`, `last_end` and
`items_per_minute`. What each number means is in the README of the project.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

PERCENTS = (50, 90, 95, 99)
QUANTILES = [percent / 100 for percent in PERCENTS]
MESSAGES = 5
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Dump(NamedTuple):
    """Either pages in a folder for each job, or one file of lines and its only job."""
    pages: list[str]
    lines: str | None
    job: str | None


def dump_of(folder):
    folder = Path(folder)
    lines = folder / "items.jsonl"
    if lines.exists():
        job = json.loads((folder / "status.json").read_bytes())["job"]["id"]
        return Dump([], str(lines), job)
    return Dump(sorted(str(path) for path in folder.glob("*/items-*.json")), None, None)


def part(by_status, reasons, messages, durations, micros, first, last, ended):
    """`reasons` and `messages` are pairs of a text and its count, `micros` the four percentiles."""
    failed, completed = by_status.get("failed", 0), by_status.get("completed", 0)
    window = last - first if first is not None and last is not None else 0
    return {
        "items": sum(by_status.values()),
        "by_status": dict(sorted(by_status.items())),
        "failure_rate": failed / (failed + completed) if failed + completed else None,
        "skip_reasons": [{"reason": text, "count": n} for text, n in most_frequent(reasons)],
        "error_messages": [{"message": text, "count": n}
                           for text, n in most_frequent(messages)[:MESSAGES]],
        "durations": {"count": durations,
                      **{f"p{percent}_seconds": None if value is None else value / 1_000_000
                         for percent, value in zip(PERCENTS, micros or [None] * len(PERCENTS))}},
        "first_start": rfc3339(first),
        "last_end": rfc3339(last),
        "items_per_minute": ended * 60_000_000 / window if window > 0 else None,
    }


def most_frequent(pairs):
    """Most first, then by the text; absent last among equals."""
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0] is None, pair[0] or ""))


def rfc3339(micros):
    if micros is None:
        return None
    return (EPOCH + timedelta(microseconds=micros)).isoformat().replace("+00:00", "Z")


def show(jobs, overall):
    json.dump({"jobs": dict(sorted(jobs.items())), "overall": overall}, sys.stdout)
    print()
