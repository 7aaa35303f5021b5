#!/usr/bin/env python3
"""The answer as a script writes it: the standard library, one item after another."""

import json
import math
import sys
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path

from answer import EPOCH, QUANTILES, dump_of, part, show


class Job:
    def __init__(self):
        self.by_status, self.reasons, self.messages = Counter(), Counter(), Counter()
        self.durations, self.starts, self.ends = [], [], []

    def add(self, item):
        status = item["status"]
        self.by_status[status] += 1
        if status == "skipped":
            self.reasons[item["skip_reason"]] += 1
        elif status == "failed":
            self.messages[item["error_message"]] += 1
        started, ended = micros(item["started_at"]), micros(item["completed_at"])
        if started is not None:
            self.starts.append(started)
        if ended is not None:
            self.ends.append(ended)
        if status == "completed" and started is not None and ended is not None and ended >= started:
            self.durations.append(ended - started)

    def merge(self, other):
        for mine, theirs in ((self.by_status, other.by_status), (self.reasons, other.reasons),
                             (self.messages, other.messages)):
            mine.update(theirs)
        self.durations += other.durations
        self.starts += other.starts
        self.ends += other.ends

    def part(self):
        ordered = sorted(self.durations)
        return part(self.by_status, self.reasons.items(), self.messages.items(), len(ordered),
                    [percentile(ordered, q) for q in QUANTILES] if ordered else None,
                    min(self.starts, default=None), max(self.ends, default=None), len(self.ends))


def micros(text):
    if text is None:
        return None
    since = datetime.fromisoformat(text) - EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def percentile(ordered, q):
    """Type 7: linear interpolation between closest ranks."""
    rank = (len(ordered) - 1) * q
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (rank - low) * (ordered[high] - ordered[low])


def main():
    dump, jobs = dump_of(sys.argv[1]), defaultdict(Job)
    if dump.lines:
        job = jobs[dump.job]
        with open(dump.lines, "rb") as lines:
            for line in lines:
                job.add(json.loads(line))
    for path in dump.pages:
        job = jobs[Path(path).parent.name]
        for item in json.loads(Path(path).read_bytes())["items"]:
            job.add(item)
    overall = Job()
    for job in jobs.values():
        overall.merge(job)
    show({name: job.part() for name, job in jobs.items()}, overall.part())


if __name__ == "__main__":
    main()
