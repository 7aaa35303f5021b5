"""Large dumps for the benchmarks: the same bytes for the same arguments, on every machine.

An item takes about 400 bytes. Nine of ten are completed, 6 % failed, 3 % skipped; the rest is pending, processing
or cancelled. Durations are log-normal; a job works on as many items at a time as it has workers; and the list is
not in the order of the starts.
"""

import functools
import heapq
import json
import math
import os
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from json.encoder import encode_basestring
from pathlib import Path
from statistics import NormalDist

from model import rfc3339
from server import message, name, uuid4

SECOND = 1_000_000
BEGIN = 20_574 * 86_400 * SECOND       # 1 May 2026
MEAN = 18 * SECOND
# A thousand quantiles of a log-normal, in whole milliseconds: rounding hides how a machine computes `exp`.
DURATIONS = [max(500, round(12_000 * math.exp(0.9 * NormalDist().inv_cdf((n + 0.5) / 1000)))) for n in range(1000)]
KINDS = (("timeout", 30), ("render", 15), ("unknown", 12), ("status-error", 9), ("password", 7), ("rate", 6), ("traceback", 5),
         ("download", 4), ("expired", 3), ("schema", 3), ("xref", 2), ("unsupported", 2), (None, 2))
REASONS = (("already_processed", 60), ("size_limit_exceeded", 25), ("unsupported_file_type", 10), (None, 5))
STATUSES = (("completed", 900), ("failed", 60), ("skipped", 30), ("pending", 5), ("processing", 5))


def choice(rng, weighted):
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


@dataclass(frozen=True)
class Size:
    """What to write: `form` is pages, jsonl or one-document."""

    form: str
    jobs: int
    items: int
    per_page: int = 1000
    seed: int = 1
    message_bytes: int = 0

    @property
    def units(self):
        """Pages, or blocks of the one file."""
        return max(1, -(-self.items // self.per_page))


SIZES = {"pages": Size("pages", 1, 1000), "folders": Size("pages", 10_000, 10), "jsonl": Size("jsonl", 1, 1000),
         "one-document": Size("one-document", 1, 1000), "T": Size("pages", 1, 100), "S": Size("pages", 1, 100_000),
         "L": Size("pages", 1000, 1000), "X": Size("jsonl", 1, 5_000_000)}


class Job:
    def __init__(self, size, number):
        rng = random.Random(f"{size.seed}/{number}")
        self.number, self.id, self.rng = number, "bjb-" + uuid4(rng), rng
        self.begin = BEGIN + rng.randrange(size.jobs * 300) * SECOND
        self.workers = min(400, max(8, size.items // 100))
        self.is_running = number % 4 == 0
        # Pages are worked on in another order than they are listed.
        self.stride = next(n for n in range(max(1, size.units * 5 // 8), 2 * size.units + 2) if math.gcd(n, size.units) == 1)


@functools.lru_cache(maxsize=100_000)
def clock(second):
    return rfc3339(second * SECOND)[:-1]


def moment(micros):
    """A time as JSON."""
    if micros is None:
        return "null"
    second, fraction = divmod(micros, SECOND)
    return f'"{clock(second)}.{fraction:06}Z"' if fraction else f'"{clock(second)}Z"'


def spans(rng, begin, count, workers):
    """Start and end of so many items, as workers take one after another."""
    free = [begin + rng.randrange(MEAN) for _ in range(workers)]
    heapq.heapify(free)
    out = []
    for _ in range(count):
        start = free[0] + int(rng.random() * 400_000)
        end = start + DURATIONS[int(rng.random() * 1000)] * 1000 + int(rng.random() * 1000)
        heapq.heapreplace(free, end)
        # Some clocks write whole seconds.
        out.append((start - start % SECOND, end - end % SECOND + SECOND) if rng.random() < 0.02 else (start, end))
    rng.shuffle(out)
    return out


def long_message(rng, length):
    lines = ["Traceback (most recent call last):"]
    while length > 34:
        lines.append(f'  File "/app/worker/stage_{rng.randrange(7)}.py", line {rng.randrange(900)}, in step_{rng.randrange(10**6)}')
        length -= len(lines[-1]) + 4
    return "\n".join(lines)


def error(rng, item_name):
    kind = choice(rng, KINDS)
    return None if kind is None else "Unsupported file type" if kind == "unsupported" else message(rng, kind, item_name)


def unit_of(size, number, unit):
    """The items of one page as JSON, how many have each status, and the last end."""
    job = Job(size, number)
    rng = random.Random(f"{size.seed}/{number}/{unit}")
    count = min(size.per_page, size.items - unit * size.per_page)
    slot = size.per_page * MEAN // job.workers
    texts, counts, last = [], Counter(), job.begin
    words = rng.choices([word for word, _ in STATUSES], [weight for _, weight in STATUSES], k=count)
    for word, (start, end) in zip(words, spans(rng, job.begin + unit * job.stride % size.units * slot, count, job.workers)):
        if word in ("pending", "processing") and not job.is_running:
            word = "cancelled"
        counts[word] += 1
        worked, odd = word in ("completed", "failed"), rng.random()
        begun = worked or word == "processing"
        at = end if worked else start if word in ("processing", "skipped") else job.begin - 3_430_545
        if worked:
            last = max(last, end)
        item_name = name(rng)
        text = None
        if worked and size.message_bytes:
            text = long_message(rng, size.message_bytes)
        elif word == "failed":
            text = error(rng, item_name)
        reason = choice(rng, REASONS) if word == "skipped" else None
        texts.append(
            f'{{"status":"{word}","effective_at":{moment(at)},"job_record_id":{quoted(begun and uuid4(rng))},'
            f'"error_message":{quoted(text)},"item_id":"dfl-{uuid4(rng)}","item_name":{quoted(item_name)},'
            f'"job_id":{quoted(begun and "pjb-" + uuid4(rng))},"skip_reason":{quoted(reason)},'
            f'"started_at":{moment(start if begun and odd >= 0.003 else None)},'
            f'"completed_at":{moment(end if worked and not (word == "failed" and odd > 0.99) else None)}}}')
    return texts, counts, last


def quoted(text):
    return encode_basestring(text) if text else "null"


def status_of(size, job, counts, last):
    """The status document of a job, from what its pages hold."""
    rng, now = job.rng, rfc3339(last + 412_907)
    processed = counts["completed"] + counts["failed"] + counts["skipped"]
    progress = round(100 * processed / max(1, size.items), 4) if job.is_running else 100.0
    document = {"status": "running" if job.is_running else "completed", "effective_at": now, "job_record_id": uuid4(rng),
                "error_message": None, "id": job.id, "created_at": rfc3339(job.begin - 4_705_545), "updated_at": now,
                "project_id": "proj-" + uuid4(rng), "directory_id": "dir-" + uuid4(rng), "job_type": "parse",
                "total_items": size.items, "processed_items": processed, "failed_items": counts["failed"],
                "skipped_items": counts["skipped"], "workflow_id": "batch-parse-" + uuid4(rng),
                "started_at": rfc3339(job.begin - 118_452), "completed_at": None if job.is_running else now}
    return json.dumps({"job": document, "progress_percentage": progress}, separators=(",", ":"))


def page_end(size, token="null"):
    return f'],"next_page_token":{token},"total_size":{size.items}}}'


def page_task(task):
    """Writes one page, and gives what the status document counts."""
    size, folder, number, unit = task
    texts, counts, last = unit_of(size, number, unit)
    token = f'"{random.Random(unit).getrandbits(128):032x}"' if unit + 1 < size.units else "null"
    text = f'{{"items":[{",".join(texts)}{page_end(size, token)}'
    (folder / f"items-{unit + 1:04}.json").write_text(text, encoding="utf-8")
    return counts, last


def block_task(task):
    """The same as text, for the one file that holds all."""
    size, number, unit = task
    texts, counts, last = unit_of(size, number, unit)
    return ("\n" if size.form == "jsonl" else ",").join(texts).encode(), counts, last


def write(size, folder):
    """Writes the dump into an empty folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    jobs = [Job(size, number) for number in range(size.jobs)]
    with ProcessPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        if size.form == "pages":
            for job in jobs:
                (folder / job.id).mkdir()
            tasks = ((size, folder / job.id, job.number, unit) for job in jobs for unit in range(size.units))
            results = pool.map(page_task, tasks, chunksize=max(1, min(64, 20_000 // size.per_page)))
            for job in jobs:
                end(size, folder / job.id, job, islice(results, size.units))
        else:
            end(size, folder, jobs[0], write_stream(size, folder, pool))


def write_stream(size, folder, pool):
    """Writes the one file of a job, block by block; gives what the status document counts."""
    is_lines = size.form == "jsonl"
    before, between, after = ("", "\n", "\n") if is_lines else ('{"items":[', ",", page_end(size))
    with open(folder / ("items.jsonl" if is_lines else "items.json"), "wb") as file:
        file.write(before.encode())
        for unit, (text, counts, last) in enumerate(pool.map(block_task, ((size, 0, unit) for unit in range(size.units)))):
            file.write((between.encode() if unit else b"") + text)
            yield counts, last
        file.write(after.encode())


def end(size, folder, job, results):
    """Writes the status document of a job whose pages are written."""
    counts, last = Counter(), job.begin
    for more, later in results:
        counts += more
        last = max(last, later)
    (folder / "status.json").write_text(status_of(size, job, counts, last), encoding="utf-8")
