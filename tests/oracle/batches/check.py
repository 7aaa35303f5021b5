"""Holds the summary of a dump of v2 against the truth."""

from compare import Difference, instant, same, same_text
from model import failure_bounds, rfc3339, seconds
from .truth import truth


def same_numbers(path, expected, got):
    for part in ("counts", "rates", "durations", "throughput", "credits"):
        same(f"{path}.{part}", expected[part], got[part])
    bounds = failure_bounds(expected["rates"]["failure"], expected["counts"]["missing"])
    same(f"{path}.failure_bounds", bounds, got["failure_bounds"])
    # The queue is told only where a batch of v2 is; elsewhere it is absent.
    same(f"{path}.queue", expected["queue"], got["queue"])
    others = set(got["counts"]["by_status"]) ^ set(expected["counts"]["by_status"])
    if others:
        raise Difference(f"{path}.counts.by_status", expected["counts"]["by_status"], got["counts"]["by_status"])
    groups = [group["count"] for group in got["error_groups"]]
    same(f"{path}.error_groups", expected["groups"], groups)


def same_item(path, expected, got):
    for field, theirs in (("item_name", "item_name"), ("status", "status"), ("job_id", "processing_job_id")):
        same_text(f"{path}.{theirs}", expected[field], got[theirs])
    if expected["status"] == "failed":
        same_text(f"{path}.error_message", expected["error_message"], got["error_message"])
    for field in ("started_at", "completed_at", "effective_at"):
        if expected[field] != instant(got[field]):
            raise Difference(f"{path}.{field}", rfc3339(expected[field]), got[field])
    start, end = expected["started_at"], expected["completed_at"]
    same(f"{path}.duration_seconds", None if None in (start, end) else seconds(end - start), got["duration_seconds"])


def check_notes(groups, strangers, notes):
    codes = {note["code"]: note["message"] for note in notes}
    for code, is_there in (("missing-jobs", any(of.missing_jobs for of in groups)),
                           ("unreferenced-jobs", strangers is not None and any(strangers))):
        if (code in codes) != is_there:
            raise Difference(f"notes.{code}", is_there, codes)
    for count in filter(None, strangers or ()):
        if f"{count:,} " not in codes["unreferenced-jobs"]:
            raise Difference("notes.unreferenced-jobs", strangers, codes["unreferenced-jobs"])


def compare(dump, summary):
    groups, overall, strangers = truth(dump)
    found = {job["batch_job_id"]: job for job in summary["jobs"]}
    if set(found) != {of.id for of in groups} or len(summary["jobs"]) != len(groups):
        raise Difference("jobs", sorted(str(of.id) for of in groups), [(j["batch_job_id"], j["label"], j["counts"]["distinct"]) for j in summary["jobs"]])
    rows = {(row["job"], row["item_id"]): row for row in summary["items"]}
    for of in groups:
        got, path = found[of.id], f"jobs[{of.id}]"
        same(f"{path}.job", of.job, got["job"])
        same_numbers(path, {"counts": of.counts, **of.numbers}, got)
        for item in of.items:
            row = rows.pop((got["label"], item["item_id"]), None)
            if row is None:
                raise Difference(f"{path}.items", item["item_id"], None)
            same_item(f"{path}.items[{item['item_id']}]", item, row)
    if rows:
        raise Difference("items", [], sorted(map(str, rows)))
    same_numbers("overall", overall, summary["overall"])
    check_notes(groups, strangers, summary["notes"])
