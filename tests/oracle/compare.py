"""Holds what the program said against what a correct report says.

Counts and whatever is a whole number of microseconds have to be the same, other numbers to a relative
1e-9. Beside the sums, every row of an item is compared, every file, and what the charts count.
"""

import json
import math
import re
from bisect import bisect_left

from dumps.items import NO_UTF8
from model import NO_MESSAGE, TIMES, failure_bounds, rates_of_jobs, rfc3339, seconds, us
from truth import ANY, JOB_TIMES, instant_of, truth


class Difference(Exception):
    def __init__(self, path, expected, got):
        super().__init__(f"{path}: expected {shown(expected)}, got {shown(got)}")


def shown(value):
    text = json.dumps(value, default=str)
    return text if len(text) <= 300 else text[:300] + "…"


def instant(text):
    """Microseconds of a time as the program writes it."""
    return us(text) if isinstance(text, str) else text


def as_written(text):
    """Text as every reader of UTF-8 gets it: half a surrogate pair is no character."""
    if text is None or text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" or c == NO_UTF8 else c for c in text)


def same_text(path, expected, got):
    if not isinstance(got, (str, type(None))):
        raise Difference(path, expected, got)
    expected, got = as_written(expected), as_written(got)
    if expected == got:
        return
    # What no page can hold is cut, and says so.
    if isinstance(expected, str) and isinstance(got, str):
        cut = re.fullmatch(r"(.{100,})… \([\d,]+ more characters? cut\)(?: …(.*))?", got, re.DOTALL)
        if cut and expected.startswith(cut[1]) and expected.endswith(cut[2] or ""):
            return
    raise Difference(path, expected, got)


EXACT = {"min_seconds", "max_seconds", "total_seconds", "span_seconds", "wall_seconds", "duration_seconds"}


def same(path, expected, got):
    """Compares whatever is expected; what is not is left alone."""
    if isinstance(expected, str) and expected == ANY:
        return
    field = path.rsplit(".", 1)[-1]
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            raise Difference(path, expected, got)
        for key, value in expected.items():
            same(f"{path}.{key}", value, got.get(key))
    elif isinstance(expected, (list, tuple)):
        if not isinstance(got, list) or len(expected) != len(got):
            raise Difference(path, expected, got)
        for n, (a, b) in enumerate(zip(expected, got)):
            same(f"{path}[{n}]", a, b)
    elif expected is None or isinstance(expected, bool):
        if got is not expected:
            raise Difference(path, expected, got)
    elif isinstance(expected, str):
        if field in ("first_at", "last_at", "first_start", "last_end", *JOB_TIMES):
            if not isinstance(got, str) or instant(expected) != instant(got):
                raise Difference(path, expected, got)
        else:
            same_text(path, expected, got)
    elif isinstance(got, bool) or not isinstance(got, (int, float)):
        raise Difference(path, expected, got)
    elif isinstance(expected, int) or field in EXACT:
        if expected != got:
            raise Difference(path, expected, got)
    elif not math.isclose(expected, got, rel_tol=1e-9, abs_tol=0.0):
        raise Difference(path, expected, got)


def same_sections(path, expected, got, labels, most, examples=3):
    for part in ("counts", "rates", "durations", "throughput"):
        same(f"{path}.{part}", expected[part], got[part])
    if expected["counts"]["status_filter"] is None and path != "overall":
        bounds = failure_bounds(expected["rates"]["failure"], expected["counts"]["missing"])
        same(f"{path}.failure_bounds", bounds, got["failure_bounds"])
    if set(got["counts"]["by_status"]) != set(map(as_written, expected["counts"]["by_status"])):
        raise Difference(f"{path}.counts.by_status", list(expected["counts"]["by_status"]), list(got["counts"]["by_status"]))
    same_reasons(f"{path}.skip_reasons", expected["skip_reasons"], got["skip_reasons"])
    same_groups(f"{path}.error_groups", expected, got["error_groups"], labels, examples)
    same_slowest(f"{path}.slowest", expected["spans"], got["slowest"], labels, most)


def same_reasons(path, expected, got):
    """Most first; where the absent reason stands among equals is nobody's promise."""
    counts = [row["count"] for row in got]
    if counts != sorted(counts, reverse=True) or len(got) != len(expected):
        raise Difference(path, expected, got)
    names = [row["reason"] for row in got if row["reason"] is not None]
    order = [row["reason"] for row in expected if row["reason"] is not None]
    for n, (a, b) in enumerate(zip(order, names)):
        same_text(f"{path}[{n}].reason", a, b)
    if None in (row["reason"] for row in got):
        names.insert(0, None)
    if None in (row["reason"] for row in expected):
        order.insert(0, None)
    if len(names) != len(order):
        raise Difference(path, order, names)
    at = {reason: row for reason, row in ((row["reason"], row) for row in got)}
    for row, theirs in zip(order, names):
        wanted = next(r for r in expected if r["reason"] == row)
        for field in ("count", "share", "benign"):
            same(f"{path}[{row!r}].{field}", wanted[field], at[theirs][field])


def same_groups(path, expected, got, labels, examples):
    """Each group is told by the template of its examples, and no template makes two."""
    items = {(labels[id(i["owner"])], as_written(i["item_id"])): i for i in expected["rows"]}
    counts = [group["count"] for group in got]
    if counts != sorted(counts, reverse=True):
        raise Difference(path, sorted(counts, reverse=True), counts)
    seen = set()
    for n, group in enumerate(got):
        here = f"{path}[{n}]"
        kinds = set()
        for example in group["examples"]:
            item = items.get((example["job"], example["item_id"]))
            if item is None or item["status"] != "failed":
                raise Difference(f"{here}.examples", "a failed item", example)
            same_text(f"{here}.examples.error_message", item["error_message"], example["error_message"])
            same_text(f"{here}.examples.item_name", item["item_name"], example["item_name"])
            kinds.add(item["kind"])
        if len(kinds) != 1 or kinds <= seen:
            raise Difference(here, "a template of its own", sorted(kinds))
        seen |= kinds
        kind = kinds.pop()
        if (group["pattern"] is None) != (kind == NO_MESSAGE):
            raise Difference(f"{here}.pattern", kind, group["pattern"])
        same(f"{here}({kind[:40]})", expected["groups"][kind], group)
        if len(group["examples"]) != min(examples, group["count"]):
            raise Difference(f"{here}.examples", min(examples, group["count"]), len(group["examples"]))
    if len(got) != len(expected["groups"]):
        raise Difference(path, {k: v["count"] for k, v in expected["groups"].items()}, [g["pattern"] for g in got])


def same_slowest(path, spans, got, labels, most):
    if len(got) != min(most, len(spans)):
        raise Difference(path, min(most, len(spans)), len(got))
    for n, row in enumerate(got):
        micros, item = spans[n]
        same(f"{path}[{n}].duration_seconds", seconds(micros), row["duration_seconds"])
        alone = all(not 0 <= k < len(spans) or spans[k][0] != micros for k in (n - 1, n + 1))
        if alone:
            same_text(f"{path}[{n}].item_id", item["item_id"], row["item_id"])
            same_text(f"{path}[{n}].item_name", item["item_name"], row["item_name"])
            same_text(f"{path}[{n}].status", item["status"], row["status"])
            same_text(f"{path}[{n}].job", labels[id(item["owner"])], row["job"])
            if instant(row["started_at"]) != item["started_at"]:
                raise Difference(f"{path}[{n}].started_at", rfc3339(item["started_at"]), row["started_at"])


def same_rows(expected, got, labels):
    """Item by item: not only the sums have to be right."""
    rows = {(row["job"], row["item_id"]): row for row in got}
    if not len(got) == len(rows) == len(expected["rows"]):
        raise Difference("items", len(expected["rows"]), len(got))
    for item in expected["rows"]:
        key = labels[id(item["owner"])], as_written(item["item_id"])
        row = rows.get(key)
        if row is None:
            raise Difference("items", key, None)
        for field, theirs in (("item_name", "item_name"), ("status", "status"), ("error_message", "error_message"),
                              ("skip_reason", "skip_reason"), ("job_id", "processing_job_id")):
            if field == "error_message" and item["status"] != "failed" or \
                    field == "skip_reason" and item["status"] != "skipped":
                continue        # what these say of other items is not a matter of the rows
            same_text(f"items{list(key)}.{theirs}", item[field], row[theirs])
        for field in TIMES:
            if item[field] != instant(row[field]):
                raise Difference(f"items{list(key)}.{field}", rfc3339(item[field]), row[field])
        start, end = item["started_at"], item["completed_at"]
        span = None if None in (start, end) else seconds(end - start)
        same(f"items{list(key)}.duration_seconds", span, row["duration_seconds"])
        if (row["error_group"] is None) != (item["status"] != "failed"):
            raise Difference(f"items{list(key)}.error_group", item["status"], row["error_group"])
        if tail(row["source"]) != item["file"]:
            raise Difference(f"items{list(key)}.source", item["file"], row["source"])


def tail(path):
    return path[2:] if path.startswith("./") else path


def same_inputs(expected, got):
    files = {tail(row["path"]): row for row in got}
    if set(files) != set(expected):
        raise Difference("inputs", sorted(expected), sorted(files))
    for path, row in expected.items():
        same(f"inputs[{path}]", row, files[path])


def same_charts(path, expected, got):
    """What the data of the charts count, between the edges they name."""
    for status in ("completed", "failed"):
        if got["histogram"] is not None:
            spans = sorted(micros for micros, item in expected["spans"] if item["status"] == status)
            bins = got["histogram"]["bins"]
            edges = [round(b["from_seconds"] * 10**6) for b in bins] + [round(bins[-1]["to_seconds"] * 10**6)]
            counts = between(spans, edges)
            below = [bisect_left(spans, edge) / len(spans) if spans else None for edge in edges[1:]]
            if sum(counts) != len(spans):
                raise Difference(f"{path}.histogram", len(spans), sum(counts))
            same(f"{path}.histogram.{status}", counts, [b[status] for b in bins])
            same(f"{path}.histogram.{status}_below", below, [b[f"{status}_below"] for b in bins])
    for status in ("completed", "failed", "skipped"):
        if got["timeline"] is not None:
            dated = ((instant_of(i), i["run"]) for i in expected["rows"] if i["status"] == status)
            ends = sorted(at for at, run in dated if at is not None and run[0] <= at < run[1])
            intervals = got["timeline"]["intervals"]
            edges = [us(i["from"]) for i in intervals]
            edges.append(edges[-1] + round(got["timeline"]["interval_seconds"] * 10**6))
            if between(ends, edges) != [i[status] for i in intervals]:
                raise Difference(f"{path}.timeline.{status}", between(ends, edges), [i[status] for i in intervals])


def between(ordered, edges):
    at = [bisect_left(ordered, edge) for edge in edges]
    return [b - a for a, b in zip(at, at[1:])]


def compare(dump, summary, most, asked):
    """Raises the first difference. `most` slowest items were asked for, and perhaps every row."""
    jobs, overall = truth(dump)
    same("schema_version", 2, summary["schema_version"])
    named = {job["batch_job_id"]: job for job in summary["jobs"] if job["batch_job_id"] is not None}
    nameless = [job for job in summary["jobs"] if job["batch_job_id"] is None]
    if len(summary["jobs"]) != len(jobs):
        raise Difference("jobs", [j["batch_job_id"] for j in jobs], [[j["batch_job_id"], j["label"]] for j in summary["jobs"]])
    labels, pairs = {}, []
    for job, expected in zip(dump.jobs, jobs):
        got = named.get(job.id)
        if job.id is None:
            fitting = [g for g in nameless if len(nameless) == 1 or tail(g["label"]) == job.folder]
            got = fitting[0] if fitting else None
        if got is None:
            raise Difference("jobs", job.id or job.folder, [[j["batch_job_id"], j["label"]] for j in summary["jobs"]])
        labels[id(job)] = got["label"]
        pairs.append((job, expected, got))
    for job, expected, got in pairs:
        path = f"jobs[{job.id or job.folder}]"
        same(f"{path}.job", expected["job"], got["job"])
        same_sections(path, expected, got, labels, most, 3 if len(pairs) <= 50 else 1)
        same_charts(path, expected, got)
        same(f"{path}.durations_with_open", expected["durations_with_open"], got.get("durations_with_open"))
        same_text(f"{path}.label", job.id or got["label"], got["label"])
    same_sections("overall", overall, summary["overall"], labels, most)
    same_charts("overall", overall, summary["overall"])
    filters = [expected["counts"]["status_filter"] for _, expected, _ in pairs]
    if ANY not in filters and len(pairs) > 1:
        whole = [(got["label"], expected["rates"]["failure"]) for _, expected, got in pairs
                 if expected["counts"]["status_filter"] is None]
        same("overall.rates_of_jobs", rates_of_jobs(whole), summary["overall"].get("rates_of_jobs"))
    same_inputs(dump.inputs, summary["inputs"])
    if asked or summary["item_rows"]["held"] == summary["item_rows"]["of"]:
        same_rows(overall, summary["items"], labels)
