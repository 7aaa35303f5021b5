#!/usr/bin/env python3
"""Writes every fixture below `fixtures/` and the truth about it below `tests/expected/`.

Each case is first made as plain objects in memory (jobs and items with exact times), then
written to disk the way some client leaves it there. The expected numbers are computed by
`model.py`, from the objects and never from the files, with integers and fractions, and share
no code with the program they check.

Run it from anywhere, with Python 3.11 or later and the `zstd` program:

    python3 tests/oracle/generate.py

It replaces the case folders and the expected files. Nothing depends on the clock, on the
machine or on hash order: a second run writes the same bytes. Without `zstd` the one
Zstandard file already on disk is kept as it is.
"""

import csv
import gzip
import heapq
import io
import json
import math
import random
import re
import shutil
import subprocess
from pathlib import Path

from model import (TERMINAL, TIMES, item_counts, overall_counts, rfc3339, seconds, settled,
                   statistics, us)

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
EXPECTED = ROOT / "tests" / "expected"

SERVER_ORDER = ["status", "effective_at", "job_record_id", "error_message", "item_id",
                "item_name", "job_id", "skip_reason", "started_at", "completed_at"]
PYTHON_ORDER = ["item_id", "item_name", "status", "completed_at", "effective_at",
                "error_message", "job_id", "job_record_id", "skip_reason", "started_at"]
JOB_SERVER_ORDER = ["status", "effective_at", "job_record_id", "error_message", "id",
                    "created_at", "updated_at", "project_id", "directory_id", "job_type",
                    "total_items", "processed_items", "failed_items", "skipped_items",
                    "workflow_id", "started_at", "completed_at"]
JOB_PYTHON_ORDER = ["id", "job_type", "project_id", "status", "total_items", "completed_at",
                    "created_at", "directory_id", "effective_at", "error_message",
                    "failed_items", "job_record_id", "processed_items", "skipped_items",
                    "started_at", "updated_at", "workflow_id"]


def timed(item):
    """The same with its times as microseconds."""
    return {**item, **{k: us(item[k]) for k in TIMES}}


def numbers_of(items, kinds):
    by_status, numbers = statistics(items, kinds)
    # Where "absent" stands among equals is nobody's promise, so no fixture may ask.
    counts = {row["reason"]: row["count"] for row in numbers["skip_reasons"]}
    assert list(counts.values()).count(counts.get(None)) <= 1
    return by_status, numbers


class Case:
    """One folder: its files, and what was really put into them."""

    def __init__(self, name):
        self.name = name
        self.rng = random.Random("batch-report/" + name)
        self.files, self.inputs, self.kinds = {}, [], {}
        self.jobs = {}
        self.extra = {}

    def job(self, key, job_id=None, total_size=None, status_filter=None):
        self.jobs[key] = {"id": job_id, "status": [], "records": [], "total_size": total_size,
                          "status_filter": status_filter}
        return key

    def write(self, path, data, key=None, items=(), status=None, unreadable=0, looks_like=None,
              **more):
        data = data.encode() if isinstance(data, str) else data
        assert path not in self.files
        self.files[path] = data
        row = {"path": path, "bytes": len(data), "items": len(items),
               "unreadable_items": unreadable, "looks_like": looks_like, **more}
        self.inputs.append(row)
        if status is not None:
            self.jobs[key]["status"].append((path, status))
        for n, item in enumerate(items):
            self.jobs[key]["records"].append((path, n, item))

    def truth(self):
        jobs, everything, parts = [], [], []
        for entry in self.jobs.values():
            job, progress = None, None
            for _, document in sorted(entry["status"], key=lambda s: s[0].encode()):
                stamp = (us(document["job"]["effective_at"]) or -10**18,
                         us(document["job"]["updated_at"]) or -10**18)
                if job is None or stamp >= best:
                    job, progress, best = document["job"], document["progress_percentage"], stamp
            records = [timed(r[2]) for r in
                       sorted(entry["records"], key=lambda r: (r[0].encode(), r[1]))]
            items, conflicting = settled(records)
            known = [us(job[k]) for k in ("completed_at", "effective_at", "updated_at") if job and job[k]]
            items = [{**item, "owner": entry, "known_until": known[0] if known else None} for item in items]
            by_status, numbers = numbers_of(items, self.kinds)
            total, source = None, None
            if job is not None:
                total, source = job["total_items"], "job.total_items"
            elif entry["total_size"] is not None:
                total, source = entry["total_size"], "total_size"
            status_filter = entry["status_filter"]
            words = {i["status"] for i in items}
            if status_filter is None and job is not None and len(words) == 1 and len(items) < total:
                status_filter = next(iter(words))
            counts = item_counts(records, items, conflicting, total, source, status_filter, by_status)
            wall = None
            if job is not None and job["started_at"] and job["completed_at"]:
                wall = seconds(us(job["completed_at"]) - us(job["started_at"]))
            jobs.append({
                "batch_job_id": entry["id"],
                "job": None if job is None else {
                    "id": job["id"], "job_type": job["job_type"], "status": job["status"],
                    "total_items": job["total_items"], "wall_seconds": wall,
                    "progress_percentage": progress},
                "counts": counts, **numbers})
            everything += items
            parts.append(counts)
        jobs.sort(key=lambda j: (j["batch_job_id"] is None, j["batch_job_id"] or ""))
        by_status, numbers = numbers_of(everything, self.kinds)
        overall = {"counts": overall_counts(parts, by_status), **numbers}
        self.inputs.sort(key=lambda r: r["path"].encode())
        return {"case": self.name, "jobs": jobs, "overall": overall, "inputs": self.inputs,
                **self.extra}

    def save(self):
        folder = FIXTURES / self.name
        if folder.exists():
            shutil.rmtree(folder)
        for path, data in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        text = json.dumps(self.truth(), ensure_ascii=True, indent=1) + "\n"
        (EXPECTED / f"{self.name}.json").write_text(text, encoding="utf-8", newline="\n")


# --- making jobs and items -----------------------------------------------------------------

def uuid4(rng):
    bits = rng.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 4 << 76 | 2 << 62
    h = f"{bits:032x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


ODD_NAMES = [
    "Résumé – Zoë Müller.pdf", "Re\u0301sume\u0301 decomposed.pdf", "契約書_2026年5月.pdf",
    "فاتورة 2026.pdf", "📄 notes, draft \"B\".pdf", "C:\\scans\\batch 7\\page001.tif",
    "Kündigung Ärztehaus Straße.pdf", "O'Brien lease.pdf", "счёт-фактура 114.pdf",
    "100% complete & signed.pdf", "請求書 No. 55.pdf", "scan\u00a0(2).jpeg",
]


def name(rng, plain=False):
    n = lambda low, high: rng.randint(low, high)
    makers = [
        (30, lambda: f"invoice_{n(100, 99999)}.pdf"),
        (18, lambda: f"ACME-INV-{n(1, 99999):06}.pdf"),
        (12, lambda: f"contracts/2026/MSA-{n(1000, 99999)}.pdf"),
        (10, lambda: f"Scan {n(100, 99999)}.pdf"),
        (6, lambda: f"lease_agreement_{n(100, 99999)}_signed.pdf"),
        (6, lambda: f"purchase order #{n(10000, 99999)}.docx"),
        (5, lambda: f"statement-{n(2022, 2026)}-{n(1, 12):02}.pdf"),
        (5, lambda: f"Q{n(1, 4)} {n(2023, 2026)} board deck (final) v{n(1, 9)}.pptx"),
        (4, lambda: f"timesheet_{n(1000, 99999)}.xlsx"),
        (0 if plain else 6, lambda: rng.choice(ODD_NAMES)),
    ]
    return rng.choices([m for _, m in makers], [w for w, _ in makers])[0]()


def message(rng, kind, item_name):
    """An error message of one kind; only ids, numbers, quoted names, paths, URLs and times vary."""
    n, u = rng.randint, lambda: uuid4(rng)
    pages = n(20, 400)
    beyond = pages + n(1, 9)
    return {
        "timeout": lambda: f"Job timed out after 300 seconds (job_id={u()}, attempt {n(1, 3)}/3)",
        "render": lambda: f"Parse job pjb-{u()} failed with PDF_CONVERSION_ERROR: page {n(1, pages)} of "
                          f"{pages} could not be rendered (file '{item_name}')",
        "unknown": lambda: "ERROR_DURING_PROCESSING: An unknown error occurred during processing. "
                           f"Job id: {u()}",
        "status-error": lambda: f"Error while parsing the file '{item_name}': Failed to parse the file: "
                                f"[{u()}], status: ERROR.",
        "password": lambda: f"The document '{item_name}' is password-protected or DRM-encrypted and "
                            "cannot be processed.",
        "rate": lambda: f"Rate limit exceeded for project {u()}: {n(900, 1300)} of 900 pages per minute "
                        f"used. Retry after {n(1, 59)} seconds (request_id: req_{n(10**9, 10**10)})",
        "traceback": lambda: "Traceback (most recent call last):\n"
                             f"  File \"/app/worker/parse.py\", line {n(20, 900)}, in run\n"
                             f"    page = doc[{beyond}]\n"
                             f"IndexError: page {beyond} not in document of {pages} pages",
        "download": lambda: f"Could not download https://files.example.com/{u()}/original?expires="
                            f"{n(10**9, 2 * 10**9)} (HTTP 403)",
        "expired": lambda: f"Upload link expired at 2026-06-0{n(1, 9)}T{n(0, 23):02}:{n(0, 59):02}:"
                           f"{n(0, 59):02}Z, please upload the file again",
        "schema": lambda: f"Extraction does not match the schema: '{rng.choice(['net_total', 'due_date', 'iban'])}'"
                          f" is missing on page {n(1, pages)}",
        "xref": lambda: f"Cannot open /data/work/{u()}/input.pdf: invalid cross-reference table at byte "
                        f"{n(1000, 10**7)}",
    }[kind]()


def tidy(rng, micros, up=False):
    """Some clocks write whole seconds or whole milliseconds. Starts are rounded up and ends
    down, so that no worker seems to do two items at once."""
    roll = rng.random()
    unit = 1_000_000 if roll < 0.04 else 1000 if roll < 0.16 else 1
    return micros + (-micros % unit if up else -(micros % unit))


def make(case, plan, start, workers=10, median=18.0, sigma=0.8, cap=290.0, created=None):
    """Items of `plan` (dicts with status, kind, seconds, no_end) worked on by some workers."""
    rng = case.rng
    begin = us(start)
    free = [begin + rng.randint(200_000, 900_000) for _ in range(workers)]
    heapq.heapify(free)
    items, now = [], begin
    for step in plan:
        status = step["status"]
        item_name = step.get("name") or name(rng, plain=status == "failed")
        item = dict.fromkeys(SERVER_ORDER)
        item.update(status=status, item_id="dfl-" + uuid4(rng), item_name=item_name)
        if status in ("pending", "cancelled"):
            item["effective_at"] = rfc3339(us(created or start) + 1_275_000)
        elif status == "skipped":
            at = tidy(rng, now + rng.randint(0, 400_000))
            item.update(skip_reason=step.get("reason"), effective_at=rfc3339(at))
            if rng.random() < 0.5:
                item["job_record_id"] = uuid4(rng)
            if step.get("timed"):
                item.update(started_at=rfc3339(at), completed_at=rfc3339(at + 31_000))
        else:
            now = heapq.heappop(free) + rng.randint(20_000, 600_000)
            started = tidy(rng, now, up=True)
            took = step.get("seconds")
            if took is None:
                took = rng.lognormvariate(math.log(median), sigma)
                if rng.random() < 0.02:
                    took *= 8
                took = min(max(took, 0.4), cap * rng.uniform(0.9, 1.0)) * step.get("factor", 1.0)
            ended = now + int(took * 1_000_000)
            heapq.heappush(free, ended)
            ended = max(started + 1000, tidy(rng, ended))
            item.update(job_id="pjb-" + uuid4(rng), job_record_id=uuid4(rng),
                        started_at=rfc3339(started), effective_at=rfc3339(ended))
            if status == "processing":
                item["effective_at"] = rfc3339(started)
            else:
                item["completed_at"] = None if step.get("no_end") else rfc3339(ended)
            if status == "failed" and step.get("kind"):
                text = message(rng, step["kind"], item_name)
                item["error_message"] = text
                case.kinds[text] = step["kind"]
        items.append(item)
    return items


def plan_of(case, total, failures=(), reasons=(), no_end=0):
    """Completed items with failures and skips spread over them."""
    plan = [{"status": "completed"} for _ in range(total - len(failures) - len(reasons))]
    rng = case.rng
    for n, kind in enumerate(failures):
        plan.insert(rng.randint(0, len(plan)), {"status": "failed", "kind": kind, "no_end": n < no_end})
    for n, reason in enumerate(reasons):
        plan.insert(rng.randint(0, len(plan)), {"status": "skipped", "reason": reason, "timed": n % 3 == 2})
    return plan


def last_moment(items):
    return max(us(i[k]) for i in items for k in ("effective_at", "completed_at") if i[k])


def status_of(case, items, *, started, status="completed", job_type="parse", total=None, key=None,
              job_id=None, processed=None, error=None, progress=None, include_skipped=True, at=None):
    rng = case.rng
    count = lambda s: sum(i["status"] == s for i in items)
    begin = us(started) + 118_452
    done = processed
    if done is None:
        done = count("completed") + count("failed") + (count("skipped") if include_skipped else 0)
    total = len(items) if total is None else total
    now = at if at is not None else last_moment(items) + 412_907
    ended = now if status in ("completed", "failed") else None
    job = {
        "status": status, "effective_at": rfc3339(now), "job_record_id": uuid4(rng),
        "error_message": error, "id": job_id or "bjb-" + uuid4(rng),
        "created_at": rfc3339(begin - 4_705_545), "updated_at": rfc3339(now + 20_415),
        "project_id": "proj-" + uuid4(rng), "directory_id": "dir-" + uuid4(rng),
        "job_type": job_type, "total_items": total, "processed_items": done,
        "failed_items": count("failed"), "skipped_items": count("skipped"),
        "workflow_id": f"batch-{job_type}-{uuid4(rng)}", "started_at": rfc3339(begin),
        "completed_at": rfc3339(ended),
    }
    if progress is None:
        progress = 100.0 if status == "completed" else round(100 * done / total, 6)
    return {"job": job, "progress_percentage": progress}


# --- the ways clients write ----------------------------------------------------------------

def ordered(record, order):
    return {k: record[k] for k in order}


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def pretty(value):
    return json.dumps(value, ensure_ascii=False, indent=2)


def page(items, total, order=SERVER_ORDER):
    return {"items": [ordered(i, order) for i in items], "next_page_token": None, "total_size": total}


def status_json(document, order=JOB_SERVER_ORDER):
    return {"job": ordered(document["job"], order),
            "progress_percentage": document["progress_percentage"]}


def jsonl(items, order=PYTHON_ORDER):
    return "".join(compact(ordered(i, order)) + "\n" for i in items)


def chunks(items, size):
    return [items[n:n + size] for n in range(0, len(items), size)]


def yaml_scalar(value):
    if value is None:
        return "null"
    if "\n" in value:
        return "|-\n" + "\n".join("  " + line if line else "" for line in value.split("\n"))
    plain = re.fullmatch(r"[^\W\d_][\w ./()\-–%&<>+\\,'\"#:=]*|[\da-f]{8}-[\da-f-]{27}", value)
    risky = ": " in value or " #" in value or value[-1] in ": " or value.lower() in ("null", "true", "false", "yes", "no", "on", "off")
    return value if plain and not risky else json.dumps(value, ensure_ascii=False)


def gzipped(text):
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as stream:
        stream.write(text.encode() if isinstance(text, str) else text)
    return out.getvalue()


def zstd(data, committed):
    """Compressed bytes; what is on disk already where there is no `zstd` program."""
    program = shutil.which("zstd")
    if program is None:
        return committed.read_bytes()
    return subprocess.run([program, "-q", "-c", "-19", "--no-check", "-"], input=data.encode(),
                          stdout=subprocess.PIPE, check=True).stdout


# --- the cases -----------------------------------------------------------------------------

def typical():
    case = Case("typical")
    skips = ["already_processed"] * 6 + ["size_limit_exceeded"] * 3
    plan = plan_of(case, 243, ["render", "render", "unknown", "password", "status-error"], skips, no_end=2)
    # The incident: within a minute seven of ten workers start a document that hangs until the
    # limit of 300 seconds; the three others go on, slower.
    where = 121
    burst = [{"status": "failed", "kind": "timeout", "seconds": 300 + case.rng.uniform(0.2, 1.9),
              "no_end": n == 4, "name": f"Scan {case.rng.randint(10000, 99999)}.pdf"} for n in range(7)]
    for n, step in enumerate(burst):
        plan.insert(where + n + n // 3, step)
    for step in plan[where + 9:where + 40]:
        step["factor"] = 1.5
    items = make(case, plan, "2026-05-14T09:00:03Z")
    status = status_of(case, items, started="2026-05-14T09:00:02Z", include_skipped=False, progress=100.0)
    key = case.job("job", status["job"]["id"], total_size=250)
    case.write("status.json", compact(status_json(status)), key, status=status)
    for n, part in enumerate(chunks(items, 100)):
        case.write(f"items_{100 * n}.json", compact(page(part, 250)), key, part)
    case.save()


def running():
    case = Case("running")
    done = plan_of(case, 248, ["timeout"] * 5 + ["rate"] * 4 + ["render"] * 2, ["already_processed"] * 3, no_end=3)
    plan = done + [{"status": "processing"} for _ in range(10)] + [{"status": "pending"} for _ in range(142)]
    items = make(case, plan, "2026-06-02T21:14:47Z", created="2026-06-02T21:14:40Z")
    # What still runs has started after most others ended; what had ended has both times.
    status = status_of(case, items, started="2026-06-02T21:14:46Z", status="running", total=400, processed=248,
                       progress=62.0)
    key = case.job("job", status["job"]["id"])
    case.write("status.json", pretty(status_json(status, JOB_PYTHON_ORDER)), key, status=status)
    case.write("items.jsonl", jsonl(items), key, items)
    case.save()


def cancelled():
    case = Case("cancelled")
    rng, items = case.rng, []
    for word in ["completed"] * 3 + ["failed"] + ["cancelled"] * 36:
        item = dict.fromkeys(SERVER_ORDER)
        item.update(status=word, item_id="dfl-" + uuid4(rng), item_name=name(rng),
                    effective_at="2026-06-05T11:02:09.500Z")
        items.append(item)
    job = dict.fromkeys(JOB_SERVER_ORDER)
    job.update(status="cancelled", id="bjb-" + uuid4(rng), project_id="proj-" + uuid4(rng), job_type="extract",
               total_items=40, processed_items=40, failed_items=1, skipped_items=0,
               effective_at="2026-06-05T11:02:09.500Z")
    status = {"job": job, "progress_percentage": 100.0}
    key = case.job("job", job["id"])
    case.write("status.json", pretty(status_json(status, JOB_PYTHON_ORDER)), key, status=status)
    case.write("items.json", pretty(page(items, 40, PYTHON_ORDER)), key, items)
    case.save()


def empty():
    case = Case("empty")
    status = status_of(case, [], started="2026-06-03T07:00:00Z", total=0, progress=0.0,
                       at=us("2026-06-03T07:00:01.250Z"))
    key = case.job("job", status["job"]["id"], total_size=0)
    case.write("status.json", compact(status_json(status)), key, status=status)
    case.write("items.json", compact(page([], 0)), key)
    case.save()


def single():
    case = Case("single")
    items = make(case, [{"status": "completed", "name": "Résumé – Zoë Müller.pdf"}], "2026-06-03T08:15:00Z")
    status = status_of(case, items, started="2026-06-03T08:14:59Z", job_type="classify")
    key = case.job("job", status["job"]["id"])
    case.write("status.json", pretty(status_json(status)) + "\n", key, status=status)
    case.write("items.json", pretty(ordered(items[0], SERVER_ORDER)) + "\n", key, items)
    case.save()


def all_skipped():
    case = Case("all-skipped")
    reasons = ["already_processed"] * 9 + ["size_limit_exceeded"] * 4 + [None] * 3 + \
        ["unsupported file type: .heic"] * 2 + ["Datei zu groß (> 300 MB)"]
    case.rng.shuffle(reasons)
    plan = [{"status": "skipped", "reason": r, "timed": n % 4 == 1} for n, r in enumerate(reasons)]
    items = make(case, plan, "2026-06-04T06:30:00Z")
    for n, item in enumerate(items):       # one after another, not all in the same instant
        for field in ("effective_at", "started_at", "completed_at"):
            if item[field]:
                item[field] = rfc3339(us(item[field]) + n * 1_370_000)
    status = status_of(case, items, started="2026-06-04T06:29:59Z")
    key = case.job("job", status["job"]["id"])
    case.write("status.json", pretty(status_json(status, JOB_PYTHON_ORDER)), key, status=status)
    case.write("items.json", pretty(page(items, len(items), PYTHON_ORDER)), key, items)
    case.save()


def several_jobs():
    case = Case("several-jobs")

    def add(items, **more):
        status = status_of(case, items, **more)
        job_id = status["job"]["id"]
        key = case.job(job_id, job_id)
        case.write(f"{job_id}/status.json", pretty(status_json(status, JOB_PYTHON_ORDER)), key, status=status)
        for n, part in enumerate(chunks(items, 50)):
            case.write(f"{job_id}/items-{n + 1:06}.json", pretty(page(part, len(items), PYTHON_ORDER)), key, part)

    plan = plan_of(case, 60, ["timeout", "render", "render"], ["already_processed"] * 2, no_end=1)
    add(make(case, plan, "2026-05-20T10:00:00Z"), started="2026-05-20T09:59:59Z", job_type="parse")
    plan = plan_of(case, 22, ["schema"] * 4 + ["rate"] * 2) + [{"status": "cancelled"} for _ in range(23)]
    add(make(case, plan, "2026-05-20T10:05:00Z", workers=8, median=30), started="2026-05-20T10:04:59Z",
        job_type="extract", status="failed",
        error="Workflow batch-extract terminated: credits exhausted (10000 of 10000 used)")
    plan = plan_of(case, 80, ["expired"], ["size_limit_exceeded"] * 3 + [None])
    add(make(case, plan, "2026-05-21T08:00:00Z", workers=12, median=4, sigma=0.5), started="2026-05-21T07:59:59Z",
        job_type="classify")
    plan = plan_of(case, 30, [None] * 5, no_end=3)
    add(make(case, plan, "2026-05-22T14:30:00Z", workers=8), started="2026-05-22T14:29:59Z", job_type="parse")
    case.save()


def flat_jobs():
    case = Case("flat-jobs")
    for start, total, kinds, kind in (("2026-06-08T12:00:00Z", 40, ["render", "timeout"], "parse"),
                                      ("2026-06-08T13:00:00Z", 25, ["schema", "schema", "unknown"], "extract")):
        items = make(case, plan_of(case, total, kinds, ["already_processed"], no_end=1), start, workers=8)
        status = status_of(case, items, started=start, job_type=kind)
        job_id = status["job"]["id"]
        key = case.job(job_id, job_id)
        case.write(f"{job_id}.status.json", pretty(status_json(status, JOB_PYTHON_ORDER)), key, status=status)
        case.write(f"{job_id}.items.json", pretty(page(items, total, PYTHON_ORDER)), key, items)
    case.save()


def partial():
    case = Case("partial")
    plan = plan_of(case, 130, ["status-error"] * 3 + ["password"] * 2 + ["xref"], ["already_processed"] * 4, no_end=2)
    items = make(case, plan, "2026-05-28T16:00:00Z", workers=9)
    status = status_of(case, items, started="2026-05-28T15:59:58Z")
    key = case.job("job", status["job"]["id"])
    case.write("status.json", compact(status_json(status)), key, status=status)
    for n, part in enumerate(chunks(items, 50)[:2]):
        case.write(f"items_{50 * n}.json", compact(page(part, 130)), key, part)
    case.save()


def filtered():
    case = Case("filtered")
    kinds = ["timeout"] * 5 + ["render"] * 4 + ["status-error"] * 3 + ["password"]
    items = make(case, plan_of(case, 250, kinds, ["already_processed"] * 7, no_end=4), "2026-05-29T05:00:00Z")
    status = status_of(case, items, started="2026-05-29T04:59:57Z")
    key = case.job("job", status["job"]["id"])
    failed = [i for i in items if i["status"] == "failed"]
    case.write("status.json", pretty(status_json(status, JOB_PYTHON_ORDER)), key, status=status)
    case.write("failed.json", pretty(page(failed, len(failed), PYTHON_ORDER)), key, failed)
    case.save()


def no_status():
    case = Case("no-status")
    plan = plan_of(case, 60, ["download"] * 4 + ["unknown"] * 2, ["already_processed"] * 2, no_end=1)
    items = make(case, plan, "2026-06-09T19:45:00Z", workers=8)
    key = case.job("items")
    # As a script writes them that leaves out what is null.
    rows = [{k: v for k, v in ordered(i, PYTHON_ORDER).items() if v is not None} for i in items]
    case.write("items.json", json.dumps(rows, ensure_ascii=False, indent=4) + "\n", key, items)
    case.save()


def snapshots():
    case = Case("snapshots")
    rng = case.rng
    total = 90
    plan = plan_of(case, total, ["timeout"] * 3 + ["rate"] * 4 + ["render"], ["already_processed"] * 3, no_end=2)
    final = make(case, plan, "2026-06-01T09:48:00Z", workers=8, median=220, sigma=0.6, cap=290)
    look = us("2026-06-01T10:00:00Z")
    later = us("2026-06-01T11:00:00Z")
    assert last_moment(final) < later
    created = "2026-06-01T09:47:52.275Z"

    def seen_at(item):
        """What the list said of this item at the first look."""
        old = dict(item)
        if us(item["effective_at"]) <= look:
            return old
        if item["started_at"] and us(item["started_at"]) <= look:
            old.update(status="processing", completed_at=None, error_message=None, effective_at=item["started_at"])
        else:
            old.update(status="pending", started_at=None, completed_at=None, error_message=None, skip_reason=None,
                       job_id=None, job_record_id=None, effective_at=created)
        return old

    first = [seen_at(i) for i in final]
    second = [dict(i) for i in final]
    done = [n for n, i in enumerate(first) if i["status"] == "completed"]
    a, b, c, d, e = rng.sample(done, 5)
    # Tried again: failed at the first look, completed at the second.
    text = message(rng, "rate", first[a]["item_name"])
    case.kinds[text] = "rate"
    first[a].update(status="failed", error_message=text)
    second[a].update(started_at="2026-06-01T10:20:00Z", completed_at="2026-06-01T10:20:41.507Z",
                     effective_at="2026-06-01T10:20:41.507Z", job_id="pjb-" + uuid4(rng))
    # A stale copy answered the second look: older, so the first look counts.
    second[b].update(status="processing", completed_at=None, effective_at=second[b]["started_at"])
    # No effective_at at the second look: the terminal status counts, which is the first.
    second[c].update(status="processing", completed_at=None, effective_at=None)
    # Neither has one, both are terminal: the later in path order counts.
    first[d].update(effective_at=None)
    second[d].update(effective_at=None, completed_at=rfc3339(us(second[d]["completed_at"]) + 2_000_000))
    # Same effective_at, another name: the later in path order counts.
    second[e].update(item_name="renamed " + second[e]["item_name"])
    last = status_of(case, second, started="2026-06-01T09:47:58Z", total=total, progress=100.0,
                     processed=total)
    early = {"job": dict(last["job"]), "progress_percentage": 0}
    ended = sum(i["status"] in TERMINAL for i in first)
    early["job"].update(status="running", completed_at=None, processed_items=ended,
                        failed_items=sum(i["status"] == "failed" for i in first),
                        skipped_items=sum(i["status"] == "skipped" for i in first),
                        effective_at="2026-06-01T09:59:58.731Z", updated_at="2026-06-01T09:59:58.731Z")
    early["progress_percentage"] = round(100 * ended / total, 6)
    key = case.job("job", last["job"]["id"])
    for folder, status, items in (("2026-06-01T10-00Z", early, first), ("2026-06-01T11-00Z", last, second)):
        case.write(f"{folder}/status.json", compact(status_json(status)), key, status=status)
        case.write(f"{folder}/items.json", compact(page(items, total)), key, items)
    case.save()


def ambiguous():
    case = Case("ambiguous")
    plan = plan_of(case, 20, ["render", "unknown"], ["already_processed"])
    items = make(case, plan, "2026-06-10T10:00:00Z", workers=8)
    for n in (1, 2):
        status = status_of(case, items, started="2026-06-10T09:59:59Z")
        job_id = status["job"]["id"]
        key = case.job(job_id, job_id)
        case.write(f"status-{n}.json", compact(status_json(status)), key, status=status)
    key = case.job("items")
    case.write("items.json", compact(page(items, None)), key, items)
    case.save()


def encodings():
    case = Case("encodings")
    plan = plan_of(case, 45, ["render", "render", "timeout", "xref"], ["already_processed"] * 2 + [None], no_end=1)
    items = make(case, plan, "2026-06-11T09:00:00Z", workers=8)
    items[7]["item_name"], items[18]["item_name"] = "契約書_2026年5月.pdf", "Kündigung Ärztehaus Straße 📄.pdf"
    status = status_of(case, items, started="2026-06-11T08:59:59Z")
    key = case.job("job", status["job"]["id"])
    parts = chunks(items, 5)
    text = [compact(page(p, 45)) for p in parts]
    crlf = lambda value: pretty(value).replace("\n", "\r\n") + "\r\n"
    bom = "\ufeff"
    case.write("status.json", (bom + crlf(status_json(status))).encode("utf-16-le"), key, status=status)
    case.write("items-1.json", gzipped(text[0]), key, parts[0], stored_as="gzip")
    case.write("items-2.json", zstd(text[1], FIXTURES / "encodings" / "items-2.json"), key, parts[1],
               stored_as="zstd")
    case.write("items-3.json", (bom + crlf(page(parts[2], 45))).encode("utf-16-le"), key, parts[2],
               stored_as="UTF-16LE with byte order mark, CRLF")
    case.write("items-4.json", bom + crlf(page(parts[3], 45)), key, parts[3],
               stored_as="UTF-8 with byte order mark, CRLF")
    case.write("items-5.json", (bom + text[4]).encode("utf-16-be"), key, parts[4],
               stored_as="UTF-16BE with byte order mark")
    half = [jsonl(parts[5][:2]), jsonl(parts[5][2:])]
    case.write("items-6.jsonl.gz", gzipped(half[0]) + gzipped(half[1]), key, parts[5],
               stored_as="two gzip members one after another")
    case.write("items-7.json.gz", text[6], key, parts[6], stored_as="plain, though the name says gzip")
    lines = jsonl(parts[7]).replace("\n", "\r\n")
    case.write("items-8.txt", (bom + lines).encode("utf-16-le"), key, parts[7],
               stored_as="JSON Lines in UTF-16LE with byte order mark, CRLF")
    case.write("items-9.json", gzipped((bom + crlf(page(parts[8], 45))).encode("utf-16-le")), key, parts[8],
               stored_as="UTF-16LE with byte order mark, in gzip")
    case.save()


def formats():
    case = Case("formats")
    rng = case.rng
    kinds = ["traceback"] * 5 + ["status-error"] * 4 + ["schema"] * 3
    plan = plan_of(case, 84, kinds, ["already_processed"] * 3 + ["size_limit_exceeded"] + [None] * 2, no_end=2)
    items = make(case, plan, "2026-05-14T08:30:03Z", workers=9)
    by_kind = {}
    for item in items:
        by_kind.setdefault(case.kinds.get(item["error_message"], item["status"]), []).append(item)
    # Every file gets a share of each sort, so none is only a list of completed items.
    parts = [[] for _ in range(8)]
    n = 0
    for kind in sorted(by_kind):
        for item in by_kind[kind]:
            parts[n % 8].append(item)
            n += 1
    for part in parts:
        part.sort(key=lambda i: (i["started_at"] or i["effective_at"], i["item_id"]))
    frame, millis, stream, curl, documents, array, pages, lines = parts
    frame[0]["item_name"] = "Müller, Zoë \"final\", v2.pdf"
    frame[1]["item_name"] = "two\nlines, one name.pdf"
    stream[0]["item_name"] = "=HYPERLINK(\"x\")_report.csv"
    stream[1]["item_name"] = "purchase order #40265.docx"
    stream[2]["item_name"] = "1234"
    stream[3]["item_name"] = "- draft: \"B\" 📄.pdf"
    stream[4]["item_name"] = "C:\\scans\\batch 7\\page001.tif"
    for item in millis:
        for field in ("started_at", "completed_at", "effective_at"):
            if item[field]:
                item[field] = rfc3339(us(item[field]) // 1000 * 1000)
    status = status_of(case, items, started="2026-05-14T08:30:02Z")
    key = case.job("job", status["job"]["id"])
    case.write("spread/status.json", pretty(status_json(status)) + "\n", key, status=status)

    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow([""] + PYTHON_ORDER)
    for n, item in enumerate(frame):
        row = ordered(item, PYTHON_ORDER)
        for field in ("started_at", "completed_at", "effective_at"):
            if row[field]:
                text = rfc3339(us(row[field])).rstrip("Z").replace("T", " ")
                if "." in text:
                    text = text.ljust(26, "0")
                row[field] = text + "+00:00"
        table.writerow([n] + ["" if v is None else v for v in row.values()])
    case.write("spread/a-frame.csv", out.getvalue(), key, frame)

    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(SERVER_ORDER)
    for item in millis:
        row = ordered(item, SERVER_ORDER)
        for field in ("started_at", "completed_at", "effective_at"):
            if row[field]:
                row[field] = us(row[field]) // 1000
        table.writerow(["" if v is None else v for v in row.values()])
    case.write("spread/b-millis.csv", out.getvalue(), key, millis)

    text = ""
    for item in stream:
        for field, value in ordered(item, SERVER_ORDER).items():
            quoted = f'"{value}"' if field.endswith("_at") and value else yaml_scalar(value)
            text += f"{field}: {quoted}\n"
    case.write("spread/c-stream.yaml", text, key, stream)

    text = b""
    for half in (curl[:5], curl[5:]):
        body = compact(page(half, 84)).encode()
        text += ("HTTP/2 200 \r\ndate: Wed, 10 Jun 2026 12:00:00 GMT\r\ncontent-type: application/json\r\n"
                 f"content-length: {len(body)}\r\nx-request-id: {uuid4(rng)}\r\n\r\n").encode() + body
    case.write("spread/d-curl.txt", text, key, curl)

    case.write("spread/e-documents.json", "".join(pretty(ordered(i, SERVER_ORDER)) + "\n" for i in documents), key,
               documents)
    case.write("spread/f-array.json", pretty([ordered(i, PYTHON_ORDER) for i in array]), key, array)
    case.write("spread/g-pages.json", json.dumps([page(p, 84) for p in chunks(pages, 4)], indent=1) + "\n", key,
               pages)
    case.write("spread/h-lines.ndjson", jsonl(lines).rstrip("\n"), key, lines)

    items = make(case, plan_of(case, 12, ["schema", "schema", "unknown"], ["already_processed"]),
                 "2026-05-15T08:00:00Z", workers=8)
    status = status_of(case, items, started="2026-05-15T07:59:59Z", job_type="extract")
    key = case.job("combined", status["job"]["id"])
    whole = {"status": status_json(status), "items": [ordered(i, SERVER_ORDER) for i in items]}
    case.write("combined/both.json", pretty(whole), key, items, status=status)
    case.save()


def sdk_page():
    case = Case("sdk-page")
    plan = plan_of(case, 50, ["timeout"] * 2 + ["status-error"] * 3, ["already_processed"] * 2, no_end=2)
    items = make(case, plan, "2026-06-12T15:00:00Z", workers=8)
    job_id = "bjb-" + uuid4(case.rng)
    key = case.job("job", job_id)
    rows = [ordered(i, SERVER_ORDER) for i in items]
    whole = {"options": {"method": "get", "path": f"/api/v1/beta/batch-processing/{job_id}/items",
                         "query": {"limit": 1000}},
             "response": {}, "body": {"items": rows, "next_page_token": None, "total_size": None},
             "items": rows, "total_size": 0}
    case.write("page.json", compact(whole), key, items)
    case.save()


def malformed():
    case = Case("malformed")
    rng = case.rng
    kinds = ["timeout"] * 2 + ["render"] * 3 + ["unknown"]
    items = make(case, plan_of(case, 68, kinds, ["already_processed"] * 2 + [None], no_end=2),
                 "2026-06-15T10:00:00Z", workers=8)
    status = status_of(case, items, started="2026-06-15T09:59:59Z", job_type="summarize", total=100,
                       processed=97, status="running", progress=97.0)
    key = case.job("job", status["job"]["id"])
    case.write("status.json", compact(status_json(status)), key, status=status)
    good, cut, lines, types, frame, odd = (items[0:20], items[20:35], items[35:41], items[41:50],
                                           items[50:58], items[58:68])
    case.write("items-01.json", compact(page(good, 100)), key, good)

    text = compact(page(cut, 100))
    at = text.index(cut[7]["item_id"]) + 60
    head = text[:at]
    case.write("items-02.json", head, key, cut[:7], looks_like="a page cut in the middle of its 8th item",
               broken_line=1, cut_items=1)
    case.write("items-03.json", '{"detail":"Rate limit exceeded"}', looks_like="error answer: Rate limit exceeded")
    case.write("items-04.json", compact({"detail": [{
        "type": "less_than_equal", "loc": ["query", "limit"], "msg": "Input should be less than or equal to 1000",
        "input": "5000", "ctx": {"le": 1000}}]}),
        looks_like="error answer: Input should be less than or equal to 1000")
    case.write("items-05.json", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 "
               "Bad Gateway</h1></center>\r\n<hr><center>nginx/1.25.3</center>\r\n</body>\r\n</html>\r\n",
               looks_like="HTML: 502 Bad Gateway")
    case.write("items-06.json", "", looks_like="empty")
    dump = ", ".join(
        f"BatchItem(item_id='dfl-{uuid4(rng)}', item_name={name(rng)!r}, status='completed', completed_at="
        f"datetime.datetime(2026, 6, 15, 10, {n}, 33, 233758, tzinfo=TzInfo(0)), error_message=None, "
        "skip_reason=None)" for n in range(5))
    case.write("items-07.txt", f"SyncPaginatedBatchItems[BatchItem](items=[{dump}], next_page_token=None, "
               "total_size=100)\n", looks_like="a Python repr")

    rows = jsonl(lines).splitlines()
    rows[2] = rows[2][:75]
    case.write("items-08.jsonl", "\n".join(rows) + "\n", key, lines[:2] + lines[3:],
               looks_like="JSON Lines whose 3rd line is cut", broken_line=3, cut_items=1)

    bad = {1: ("status", 5), 3: ("error_message", {"code": 1}), 4: ("started_at", True), 6: ("item_id", None)}
    text = ""
    for n, item in enumerate(types):
        row = ordered(item, PYTHON_ORDER)
        if n in bad:
            row[bad[n][0]] = bad[n][1]
        if n == 2:
            row["retry_count"] = 2          # a field nobody has heard of is no fault
        text += compact(row) + "\n"
    case.write("items-09.jsonl", text, key, [i for n, i in enumerate(types) if n not in bad], unreadable=len(bad),
               unreadable_lines=[n + 1 for n in sorted(bad)])

    # A data frame has NaN for null. Its first row repeats an item of the first page.
    again = [good[2]] + frame
    text = ""
    for item in again:
        text += json.dumps({k: float("nan") if v is None else v for k, v in ordered(item, PYTHON_ORDER).items()}) + "\n"
    case.write("items-10.jsonl", text, key, again)

    # Odd, but every one of them an item.
    for item in odd:
        item.update(status="completed", error_message=None, skip_reason=None)
    moment = us("2026-06-15T10:02:00Z")
    for n, item in enumerate(odd):
        begun = moment + n * 1_234_567
        item.update(started_at=rfc3339(begun), completed_at=rfc3339(begun + 9_876_543),
                    effective_at=rfc3339(begun + 9_876_543), job_id="pjb-" + uuid4(rng), job_record_id=uuid4(rng))
    twice, surrogate, backwards, ancient, distant, unknown, future, zulu, plain, last = odd
    surrogate["item_name"] = "lone \ufffd surrogate.pdf"
    backwards["completed_at"] = rfc3339(us(backwards["started_at"]) - 4_200_000)
    ancient["started_at"] = "0000-01-01T00:00:00Z"
    distant["completed_at"] = "9999-12-31T23:59:59.999999Z"
    unknown.update(status="quarantined", completed_at=None)
    future.update(status="pending", started_at=None, completed_at=None, effective_at="9999-12-31T23:59:59Z")
    zulu["effective_at"] = "0000-01-01T00:00:00Z"
    text = compact(page(odd, 100))
    text = text.replace("lone \ufffd surrogate", "lone \\ud83d surrogate")
    text = text.replace('{"status":"completed"', '{"status":"failed","item_name":"first of two.pdf","status":"completed"', 1)
    case.write("items-11.json", text, key, odd)

    case.write("notes.txt", "Dump of the nightly batch, 15 June\n\nPages 3 to 6 came back broken, I will fetch them "
               "again on Monday.\n- ask Zoë about the limit\n- status: see the other folder\n",
               looks_like="nothing of the API")
    # The same numbers for a reader that takes the two far-off times of completed items as absent.
    near = [dict(i) for i in good + cut[:7] + lines[:2] + lines[3:]
            + [i for n, i in enumerate(types) if n not in bad] + frame + odd]
    for item in near:
        for field in ("started_at", "completed_at", "effective_at"):
            if item[field] and item[field][:4] in ("0000", "9999"):
                item[field] = None
    _, numbers = numbers_of([timed(i) for i in near], case.kinds)
    case.extra["if_far_times_are_absent"] = {k: numbers[k] for k in ("durations", "throughput")}
    case.extra["unreadable_items"] = len(bad)
    case.extra["cut_items"] = 2
    case.extra["item_ids"] = sorted({i["item_id"] for i in near})
    case.save()


def hostile_text():
    case = Case("hostile-text")
    rng = case.rng
    texts = [
        "<script>alert(1)</script>", "</script><script>alert(2)</script>", "</style></title><svg onload=alert(3)>",
        "<!-- never closed", "]]> and <![CDATA[", "<img src=x onerror=\"alert(4)\">", "&lt;b&gt; &amp;amp; &#60;",
        "a | b || c", "`code` and ```fence", "@everyone @octocat", "#123 fixes #4", "[link](javascript:alert(5))",
        "![pic](https://example.com/p.png)", "**bold** _it_ ~~gone~~ \\| \\", "# heading\n\n- list\n\n---\n> quote",
        "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;https://example.com\x07here\x1b]8;;\x07", "bell\x07 back\x08 del\x7f",
        "\u009b31mC1", "=cmd|'/c calc'!A1", "+1+cmd", "-2+3", "@SUM(1+1)*cmd", "=HYPERLINK(\"http://example.com\",\"x\")",
        "\t=1+1", "first\nsecond\r\nthird", "tab\tand\vmore", "invoice\u202efdp.exe", "\u2066isolated\u2069",
        "zero\u200bwidth\u200djoin\ufeff", "W" * 20000, "👩‍👩‍👧‍👦🏳️‍🌈", "e" + "\u0301" * 60, "{{ 7*7 }}", "{% raw %}", "{# gone #} {%- endraw -%}",
        "${7*7} $(reboot) `reboot`", "%s%n%x %(name)s", "../../etc/passwd", "NaN", "null", "\"quoted\", with commas",
        "line\u2028separator\u2029paragraph", "\uffff\ufdd0",
    ]
    plan = [{"status": "completed", "name": t} for t in texts]
    messages = [
        "<script>alert('one')</script> broke the page", "</script> closed a script too early",
        "<!-- comment was never closed", "]]> left a section behind", "pipes | split | this | cell",
        "`ticks` opened a ```fence", "@everyone was told about it", "#123 is where that was said",
        "see [the docs](javascript:alert) for help", "\x1b[31mcoloured output\x1b[0m from a worker",
        "\x1b]0;window title\x07 was set by a worker", "=cmd|'/c calc'!A1 came from a cell",
        "several\nlines\r\nof\ttext", "right to left \u202e after the mark", "zero\u200bwidth inside a word",
        "Q" * 20000, "🔥 burned 🔥", "{{ 7*7 }} would be a sum", "{% raw %} opens a block", "${HOME} is expanded by a shell",
        "&lt;already escaped&gt;", "   spaces around the words   ",
    ]
    plan += [{"status": "failed", "name": f"hostile message {chr(97 + n)}.pdf"} for n in range(len(messages))]
    reasons = ["<b>too big</b>", "<b>too big</b>", "<b>too big</b>", "a | b", "a | b", "=1+1", "\x1b[2Jcleared", "{{ skip }}", "`tick`",
               "@everyone", "two\nlines", "\u202eright to left", "</script>", "z" * 20000, None, None, None, None]
    plan += [{"status": "skipped", "reason": r, "timed": n % 5 == 0} for n, r in enumerate(reasons)]
    plan += [{"status": "<b>held</b>", "name": "an unknown status word.pdf"}]
    items = make(case, plan, "2026-06-16T12:00:00Z", workers=8)
    failures = iter(messages)
    for item in items:
        if item["status"] == "failed":
            item["error_message"] = next(failures)
            case.kinds[item["error_message"]] = f"hostile {len(case.kinds) + 1:02}"
    status = status_of(case, items, started="2026-06-16T11:59:59Z",
                       error="<script>alert('job')</script> | `tick` @everyone \x1b[31m {{ 7*7 }}")
    key = case.job("job", status["job"]["id"])
    case.write("status.json", compact(status_json(status)), key, status=status)
    case.write("items.json", pretty(page(items, len(items))), key, items)
    case.save()


def main():
    EXPECTED.mkdir(parents=True, exist_ok=True)
    for make_case in (typical, running, cancelled, empty, single, all_skipped, several_jobs, flat_jobs, partial,
                      filtered, no_status, snapshots, ambiguous, encodings, formats, sdk_page, malformed,
                      hostile_text):
        make_case()


if __name__ == "__main__":
    main()
