#!/usr/bin/env python3
"""Whether several answers about the same dumps are the same: exits 1 and says where not.

    python3 benches/peers/agree.py summary.json answer.json ...

The first is what `batch-report --format json` printed, or a peer's answer. Numbers may differ by
1e-9 of themselves or by a microsecond. What an answer does not hold (jq counts only) is not
compared.
"""

import json
import math
import sys
from datetime import datetime

RELATIVE, SECONDS = 1e-9, 1e-6


def of_summary(summary):
    """The summary model in the shape of the peers."""
    return {"jobs": {job["batch_job_id"]: of_part(job) for job in summary["jobs"]},
            "overall": of_part(summary["overall"])}


def of_part(part):
    durations, throughput = part["durations"]["completed"], part["throughput"]
    return {
        "items": part["counts"]["recorded"],
        "by_status": {status: n for status, n in part["counts"]["by_status"].items() if n},
        "failure_rate": part["rates"]["failure"]["value"],
        "skip_reasons": part["skip_reasons"],
        "error_groups": {group["pattern"]: group["count"] for group in part["error_groups"]},
        "durations": {name: durations[name] for name in (
            "count", "p50_seconds", "p90_seconds", "p95_seconds", "p99_seconds")},
        **{name: throughput[name] for name in ("first_start", "last_end", "items_per_minute")},
    }


def differences(one, other):
    """Lines that say where two answers differ."""
    if one["jobs"].keys() != other["jobs"].keys():
        yield f"jobs: {len(one['jobs'])} and {len(other['jobs'])}, or of other names"
    for name in ["overall", *sorted(one["jobs"].keys() & other["jobs"].keys())]:
        a, b = (answer["overall"] if name == "overall" else answer["jobs"][name]
                for answer in (one, other))
        for field in sorted(a.keys() & b.keys()):
            yield from compared(f"{name}: {field}", ordered(a[field]), ordered(b[field]))
        if "error_groups" in a and "error_messages" in b:
            yield from unmasked(name, a["error_groups"], b)


def ordered(value):
    """Where "absent" stands among reasons that are as frequent is nobody's promise."""
    if isinstance(value, list) and value and "reason" in value[0]:
        return {row["reason"]: row["count"] for row in value}
    return value


def compared(where, a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys(), key=str):
            if key not in a or key not in b:
                yield f"{where}: {key!r} in one only"
            else:
                yield from compared(f"{where}: {key}", a[key], b[key])
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for n, (x, y) in enumerate(zip(a, b)):
            yield from compared(f"{where}[{n}]", x, y)
    elif not same(a, b):
        yield f"{where}: {a!r} and {b!r}"


def same(a, b):
    if a == b:
        return True
    if isinstance(a, str) and isinstance(b, str):
        try:
            return datetime.fromisoformat(a) == datetime.fromisoformat(b)
        except ValueError:
            return False
    numbers = all(isinstance(x, (int, float)) for x in (a, b))
    return numbers and math.isclose(a, b, rel_tol=RELATIVE, abs_tol=SECONDS)


def unmasked(name, groups, other):
    """The groups mask what varies in a message. All of them together are the failed items, and a
    group cannot be smaller than a message that has nothing to mask."""
    failed = other["by_status"].get("failed", 0)
    if sum(groups.values()) != failed:
        yield f"{name}: error groups hold {sum(groups.values())} items, but {failed} failed"
    for row in other["error_messages"]:
        if row["message"] in groups and groups[row["message"]] != row["count"]:
            yield (f"{name}: error message {row['message']!r}: {groups[row['message']]} and "
                   f"{row['count']}")


def load(path):
    with open(path, "rb") as file:
        answer = json.load(file)
    return of_summary(answer) if "schema_version" in answer else answer


def main():
    first, *others = sys.argv[1:]
    one, bad = load(first), False
    for path in others:
        for line in differences(one, load(path)):
            print(f"{path}: {line}")
            bad = True
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
