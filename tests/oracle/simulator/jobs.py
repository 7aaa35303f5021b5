"""Jobs as they are worked off: when each item starts, how long it takes, and whether it fails."""

import functools
import heapq
import json
import math
from collections import Counter
from datetime import datetime, timezone

NAMES = {
    "extension": (("pdf", 0.70), ("docx", 0.12), ("tiff", 0.10), ("html", 0.08)),
    "folder": (("invoices/", 0.5), ("contracts/", 0.2), ("letters/", 0.2), ("claims/", 0.1)),
    "stem": (("scan", 0.4), ("export", 0.3), ("document", 0.22), ("fax", 0.08)),
}
MESSAGES = ("upstream model returned an error", "page could not be rendered", "out of memory while parsing",
            "connection reset by peer", "unexpected token in answer", "layout model crashed")
START = datetime(2026, 5, 14, 9, tzinfo=timezone.utc).timestamp()


def choices(rng, weighted, count):
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted], k=count)


class Job:
    """A job: how many items, how they are worked off, and how the list of them was recorded."""

    def __init__(self, rng, items, workers, rate, median=30.0, sigma=0.5, slower=1.0, kinds=3):
        self.rng, self.items, self.workers, self.rate = rng, items, workers, rate
        self.median, self.sigma, self.slower = median, sigma, slower
        # No kind is more than half of the failures, which would be one worth telling.
        weights = [rng.uniform(0.6, 1.0) if kinds > 2 else 1.0 for _ in range(kinds)]
        self.kinds = [(MESSAGES[at], weight) for at, weight in enumerate(weights)]
        self.attempts = rng.random() < 0.5
        self.names, self.is_sorted = NAMES, False
        # How items start: a pool from the first moment, one that grows, a steady pace, or all at once.
        self.starts, self.growth = "pool", 0.2
        # Large documents: their share, how much longer they take, and how much more often they fail.
        self.large = None
        # Failed items were tried three times; others again that often.
        self.tries_again = None
        self.skipped, self.skips_at_once = 0.0, False
        self.resolution = 1
        self.has_records = rng.random() < 0.5
        # Items whose times are missing, as a function of item and status.
        self.missing = None
        # Share of the list that was recorded, and whether of its begin or of any part.
        self.listed = None
        self.until, self.is_cancelled = None, False
        self.late = rng.uniform(0.0, 3.0)
        # What planted causes change, each asked with the item.
        self.rate_of = lambda item: rate
        self.factor_of = lambda item: 1.0
        self.workers_at = None
        self.outage = self.halt = self.stated_failed = self.message_of = self.failed_seconds = None

    def span(self):
        """Time that the job takes, roughly."""
        return self.items * self.mean() / self.workers

    def mean(self):
        """Mean duration of an item, roughly."""
        share, factor, _ = self.large or (0.0, 1.0, 1.0)
        return self.median * math.exp(self.sigma ** 2 / 2) * (1 + share * (factor - 1))

    def named(self):
        """Folder, stem and extension of each item."""
        fields = ("folder", "stem", "extension")
        names = list(zip(*(choices(self.rng, self.names[field], self.items) for field in fields)))
        return sorted(names) if self.is_sorted else names

    def run(self):
        rng = self.rng
        begin = START + self.late
        grown = self.span() * self.growth / self.workers if self.starts == "grows" else 0.0
        free = [begin + grown * worker for worker in range(self.workers)]
        alive, clock = self.workers, begin
        log_median, rate_of, factor_of = math.log(self.median), self.rate_of, self.factor_of
        items = []
        for number, (folder, stem, extension) in enumerate(self.named()):
            item = {"number": number, "share": number / self.items, "folder": folder, "stem": stem,
                    "extension": extension, "failed": False, "skipped": False}
            if self.starts == "paced":
                clock += rng.expovariate(self.workers / self.mean())
                start = clock
            elif self.starts == "at-once":
                start = begin
            else:
                start = heapq.heappop(free)
                if self.workers_at:
                    wanted = self.workers_at(number)
                    while alive > wanted and free:
                        start = heapq.heappop(free)
                        alive -= 1
            if rng.random() < self.skipped:
                item.update(skipped=True, start=begin if self.skips_at_once else start)
                item["end"] = item["start"]
                items.append(item)
                heapq.heappush(free, start)
                continue
            seconds = rng.lognormvariate(log_median, self.sigma) * factor_of(item)
            item_rate = rate_of(item)
            if self.large and rng.random() < self.large[0]:
                seconds *= self.large[1]
                item_rate *= self.large[2]
            failed = rng.random() < item_rate
            if failed:
                seconds *= self.slower
                if self.failed_seconds:
                    seconds = self.failed_seconds(seconds)
            if self.tries_again is not None:
                tries = 3 if failed else 1 + (rng.random() < self.tries_again)
                seconds += sum(rng.lognormvariate(log_median, self.sigma) + 2.0 for _ in range(tries - 1))
            end = start + seconds
            if self.halt and end > self.halt[0] and start < self.halt[1]:
                end += self.halt[1] - self.halt[0]
            if self.outage and self.outage[0] <= end <= self.outage[1]:
                failed = failed or rng.random() < self.outage[2]
            item.update(start=start, end=end, failed=failed)
            items.append(item)
            heapq.heappush(free, end + rng.uniform(0.0, 0.05))
        return items

    def message(self, item):
        if self.message_of:
            return self.message_of(item)
        text = choices(self.rng, self.kinds, 1)[0]
        if self.tries_again is not None:
            return f"{text} (attempt 3/3)"
        if self.attempts:
            return f"{text} (attempt {self.rng.randint(1, 3)}/3)"
        return text

    def status(self, item, until):
        """Status of an item when the list was recorded."""
        if item["start"] > until:
            return "cancelled" if self.is_cancelled else "pending"
        if item["end"] > until:
            return "cancelled" if self.is_cancelled else "processing"
        if item["skipped"]:
            return "skipped"
        return "failed" if item["failed"] else "completed"


@functools.cache
def date(day):
    return datetime.fromtimestamp(day * 86_400, timezone.utc).strftime("%Y-%m-%d")


def iso(seconds, resolution=1):
    """A time with microseconds; `strftime` takes five times as long."""
    whole, micros = divmod(round(seconds * 1e6) // resolution * resolution, 1_000_000)
    day, second = divmod(whole, 86_400)
    return f"{date(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{micros:06}Z"


def row(job, item, name, until):
    """The record of an item, as text: `json.dumps` takes three times as long."""
    status = job.status(item, until)
    parts = [f'{{"item_id":"dfl-{name}-{item["number"]}","status":"{status}","item_name":"{item["folder"]}'
             f'{item["stem"]}-{item["number"]:05}.{item["extension"]}"']
    has_start, has_end = item["start"] <= until, status in ("completed", "failed", "skipped")
    if job.missing:
        left_out = job.missing(item, status)
        has_start, has_end = has_start and "start" not in left_out, has_end and "end" not in left_out
    if has_start:
        parts.append(f'"started_at":"{iso(item["start"], job.resolution)}"')
    if has_end:
        parts.append(f'"completed_at":"{iso(item["end"], job.resolution)}"')
    if job.has_records:
        recorded = item["end"] + 0.4 if item["end"] <= until else until
        parts.append(f'"effective_at":"{iso(recorded)}"')
    if status == "failed":
        parts.append(f'"error_message":{json.dumps(job.message(item))}')
    if status == "skipped":
        parts.append('"skip_reason":"already_processed"')
    return status, ",".join(parts) + "}"


def write(job, items, folder, name):
    """Writes a job as a status document and a list of items."""
    folder.mkdir(parents=True)
    last = max(item["end"] for item in items)
    until = job.until or last
    rows, counts = [], Counter()
    for item in items:
        status, text = row(job, item, name, until)
        counts[status] += 1
        rows.append(text)
    if job.listed and job.listed[1] == "first":
        del rows[math.ceil(job.listed[0] * len(rows)):]
    # Lists come in no order that means anything.
    job.rng.shuffle(rows)
    if job.listed and job.listed[1] == "any":
        del rows[math.ceil(job.listed[0] * len(rows)):]
    is_over = job.until is None
    word = "completed" if is_over else "cancelled" if job.is_cancelled else "running"
    status = {"id": name, "job_type": "parse", "project_id": "p", "status": word, "total_items": len(items),
              "failed_items": counts["failed"] if job.stated_failed is None else job.stated_failed,
              "started_at": iso(START), "effective_at": iso(until)}
    if word != "running":
        status["completed_at"] = iso((last if is_over else until) + 0.2)
    (folder / "status.json").write_text(json.dumps({"job": status, "progress_percentage": 100}))
    (folder / "items.json").write_text(f'{{"items":[{",".join(rows)}],"total_size":{len(items)}}}')
