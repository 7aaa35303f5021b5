"""What a correct report says about a dump of v2, from the documents that were written into it."""

from functools import cmp_to_key

from model import (NO_MESSAGE, PLAUSIBLE, STATUSES, TERMINAL, duration_stats, overall_counts, rfc3339, run_bounds, seconds,
                   statistics)
from order import paths_compared


def word(document):
    return {"running": "processing"}.get(document["status"].lower(), document["status"].lower())


def is_terminal(document):
    return "status" in document and word(document) in TERMINAL


def newest(documents):
    """The one that counts of documents in reading order: the latest `updated_at`; without it one that has ended
    before another, then the later one."""
    rank = {id(d): (is_terminal(d), place) for place, d in enumerate(documents)}
    dated = [d for d in documents if d.get("updated_at") is not None]
    rest = [d for d in documents if d.get("updated_at") is None]
    best = [max(dated, key=lambda d: (d["updated_at"], rank[id(d)]))] if dated else []
    return max(best + rest, key=lambda d: rank[id(d)])


def by_id(documents, kind):
    out = {}
    for _, _, of, document in documents:
        if of == kind:
            out.setdefault(document["id"], []).append(document)
    return out


def telling(job, point):
    """The newer of a job and its data point; of two that are as new, the one that has ended, then the job."""
    if job is None or point is None:
        return job or point
    at = [d["updated_at"] for d in (job, point)]
    key = [(0 if None in at else d["updated_at"], is_terminal(d)) for d in (job, point)]
    return point if key[1] > key[0] else job


def item_of(job, point, failed_pages, row_id, job_id, name):
    told = telling(job, point)
    at = (point or {}).get("state_transitions") or {}
    ended = next((at[k] for k in ("completed_at", "failed_at", "cancelled_at") if at.get(k) is not None), None)
    message = (job or {}).get("error_message")
    return {"item_id": row_id, "item_name": name if name is not None else (job or {}).get("name"), "status": word(told) if told else None,
            "started_at": at.get("running_at"), "completed_at": ended, "pending_at": at.get("pending_at"),
            "effective_at": told["updated_at"] if told else None,
            "error_message": message if message is not None else (point or {}).get("error_message"), "skip_reason": None, "job_id": job_id,
            "credits": ((job or {}).get("usage") or {}).get("credits"), "failed_pages": failed_pages, "run": PLAUSIBLE}


class Truth:
    pass


def queue_of(items):
    if all(i.get("pending_at") is None or i["status"] not in ("completed", "failed") for i in items):
        return None
    waits = [{"status": i["status"], "started_at": i.get("pending_at"), "completed_at": i["started_at"]} for i in items]
    return {status: duration_stats(waits, status) for status in ("completed", "failed")}


def credits_of(items):
    told = [i for i in items if i.get("credits") is not None]
    if not told:
        return None
    by_status = {}
    for item in told:
        by_status[item["status"]] = by_status.get(item["status"], 0) + item["credits"]
    return {"total": sum(i["credits"] for i in told), "failed": by_status.get("failed", 0), "items": len(told),
            "by_status": {k: v for k, v in by_status.items() if v > 0}}


def sections(items, records=()):
    kinds = {i["error_message"]: i["error_message"] for i in items}
    by_status, numbers = statistics(items, kinds, records)
    groups = numbers.pop("error_group_counts")["sorted"]
    numbers.pop("skip_reasons")
    return by_status, {**numbers, "groups": groups, "queue": queue_of(items), "credits": credits_of(items)}


def counts(items, by_status, total, source, extra):
    missing = None if total is None else total - len(items)
    return {"recorded": len(items), "distinct": len(items), "duplicates": 0, "conflicting_duplicates": 0, "unreadable": 0,
            "status_filter": None, "stated_total": total, "stated_total_source": source, "missing": missing,
            "complete": None if missing is None else missing == 0, "by_status": by_status, **extra}


def batch_truth(records, jobs, points, names):
    newest_record = newest(records)
    with_results = [r for r in records if r["results"] is not None]
    out = Truth()
    out.id, out.missing_jobs, out.referenced = newest_record["id"], 0, set()
    out.listed, out.items = bool(with_results), []
    never, rows = 0, newest(with_results)["results"] if with_results else []
    for row in rows:
        job_id = (row["job_reference"] or {}).get("id")
        out.referenced.add(job_id)
        job, point, pages = documents_of(job_id, jobs, points)
        item = item_of(job, point, pages, row["source_directory_file_id"], job_id, names.get(row["source_directory_file_id"]))
        if row["error_message"] is not None:
            item |= {"status": "failed", "error_message": row["error_message"]}
            never += job_id is None
        elif job_id is not None and job is None and point is None:
            out.missing_jobs += 1
            continue
        elif job_id is None:
            item["status"] = "not_started"
        out.items.append(item)
    for item in out.items:
        item["owner"], item["known_until"] = out, newest_record["updated_at"]
    out.known = newest_record["updated_at"]
    by_status, out.numbers = sections(out.items)
    partial = [i["failed_pages"] for i in out.items if i["status"] == "completed" and i["failed_pages"]]
    total, source = (len(rows), "results") if with_results else (None, None)
    out.counts = counts(out.items, by_status, total, source, {"listed": out.listed, "never_started": never,
                                                              "partial_items": len(partial), "failed_pages": sum(partial)})
    config = newest_record["config"]["job"]
    created, updated = newest_record["created_at"], newest_record["updated_at"]
    out.job = {"id": out.id, "status": newest_record["status"].lower(), "job_type": config["type"], "wall_seconds": None,
               "configuration_id": config["configuration_id"], "project_id": newest_record["project_id"],
               "directory_id": newest_record["source_directory_id"], "created_at": rfc3339(created),
               "updated_at": rfc3339(updated), "span_seconds": seconds(updated - created)}
    return out


def documents_of(job_id, jobs, points):
    of_job, of_point = jobs.get(job_id), points.get(job_id)
    pages = max((d.get("failed_pages", 0) for d in of_job), default=0) if of_job else 0
    return newest(of_job) if of_job else None, newest(of_point) if of_point else None, pages


def group(job_id, items, job, total, source, listed=True):
    """Items of a job of v1, or of jobs that no batch is known of."""
    out = Truth()
    items = [{**item, "owner": out} for item in items]
    out.id, out.items, out.job, out.missing_jobs, out.referenced, out.listed = job_id, items, job, 0, set(), listed
    by_status, out.numbers = sections(items)
    out.counts = counts(items, by_status, total, source, {"listed": listed, "never_started": 0})
    return out


def truth(dump):
    """The groups of items, all of them together, and the jobs and data points that are nobody's."""
    compared = cmp_to_key(lambda a, b: paths_compared(a[0], b[0]) or (a[1] > b[1]) - (a[1] < b[1]))
    documents = sorted(dump.documents, key=compared)
    jobs, points = by_id(documents, "job"), by_id(documents, "point")
    names = {file_id: newest(files)["display_name"] for file_id, files in by_id(documents, "file").items()}
    groups = [batch_truth(records, jobs, points, names) for records in by_id(documents, "batch").values()]
    strangers = None
    if any(of.listed for of in groups):
        referenced = set().union(*(of.referenced for of in groups))
        strangers = tuple(len(set(of) - referenced) for of in (jobs, points))
    elif jobs or points:
        ids = sorted(set(jobs) | set(points))
        items = [item_of(*documents_of(i, jobs, points), i, i, None) for i in ids]
        groups.append(group(None, items, None, None, None))
    for job in by_id(documents, "v1 job").values():
        items = [{**d, "effective_at": None, "run": run_bounds(None, None)} for _, _, kind, d in documents if kind == "v1 item"]
        groups.append(group(job[0]["id"], items, {"status": job[0]["status"]}, job[0]["total_items"], "job.total_items"))
    all_items = [item for of in groups for item in of.items]
    by_status, numbers = sections(all_items, [getattr(of, "known", None) for of in groups])
    overall = {"counts": {**overall_counts([of.counts for of in groups], by_status)}, **numbers}
    return groups, overall, strangers


assert NO_MESSAGE and STATUSES
