"""What every number of a report means, worked out slowly and exactly.

Items are plain dictionaries with the fields of the API; their times are whole microseconds since
1970. Everything is integers and fractions until the last moment, and nothing here reads a file:
the fixtures and the random dumps know what they wrote, and ask this module what a correct
report must say about it.
"""

import math
import re
from fractions import Fraction

Z95 = 1.959963984540054
STATUSES = ["pending", "processing", "completed", "failed", "skipped", "cancelled"]
TERMINAL = {"completed", "failed", "skipped", "cancelled"}
NO_MESSAGE = "(no message)"
TIMES = ("started_at", "completed_at", "effective_at")


# --- time: whole microseconds since 1970, from year 0000 to year 9999 ---------------------

def days_from_civil(year, month, day):
    year -= month <= 2
    era = year // 400
    yoe = year - era * 400
    doy = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    doe = yoe * 365 + yoe // 4 - yoe // 100 + doy
    return era * 146097 + doe - 719468


def civil_from_days(days):
    days += 719468
    era = days // 146097
    doe = days - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + (3 if mp < 10 else -9)
    return yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) // 5 + 1


def us(text):
    """Microseconds of `YYYY-MM-DDTHH:MM:SS[.ffffff]Z`, None for None."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z", text)
    year, month, day, hour, minute, second = (int(g) for g in match.groups()[:6])
    fraction = int((match.group(7) or "0").ljust(6, "0"))
    days = days_from_civil(year, month, day)
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + fraction


def rfc3339(micros):
    """A zero fraction is dropped, a whole number of milliseconds gets 3 digits, else 6."""
    if micros is None:
        return None
    seconds, fraction = divmod(micros, 1_000_000)
    days, rest = divmod(seconds, 86400)
    year, month, day = civil_from_days(days)
    text = f"{year:04}-{month:02}-{day:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    if fraction == 0:
        return text + "Z"
    if fraction % 1000 == 0:
        return f"{text}.{fraction // 1000:03}Z"
    return f"{text}.{fraction:06}Z"


# --- the numbers ---------------------------------------------------------------------------

def seconds(value):
    return None if value is None else float(Fraction(value) / 1_000_000)


def percentile(ordered, percent):
    """Type 7: linear interpolation between closest ranks."""
    rank = Fraction((len(ordered) - 1) * percent, 100)
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (rank - low) * (ordered[high] - ordered[low])


def time_to_end(ended, ages, percent):
    """The time by which so many per cent have ended, of times of ends and ages of what is open (Kaplan and Meier):
    each item has one weight, and that of an open one goes to all that take longer, in equal parts (Efron 1967).
    None if too many are open."""
    order = sorted([(time, False) for time in ended] + [(age, True) for age in ages])
    weight, gone = Fraction(1, len(order)), Fraction(0)
    for place, (time, is_open) in enumerate(order, 1):
        left = len(order) - place
        if is_open:
            weight *= Fraction(left + 1, left) if left else 0
            continue
        gone += weight
        if gone >= Fraction(percent, 100):
            return time
    return None


def durations_with_open(items, newest):
    """Percentiles of durations where some items are open, known up to the newest instant."""
    ended = [i["completed_at"] - i["started_at"] for i in items
             if i["status"] in ("completed", "failed") and None not in (i["started_at"], i["completed_at"])]
    ended = [span for span in ended if span >= 0]
    ages = [max(0, newest - i["started_at"]) for i in items
            if is_open(i) and i["started_at"] is not None and PLAUSIBLE[0] <= i["started_at"] < PLAUSIBLE[1]]
    if not ended or not ages:
        return None
    return {"ended": len(ended), "open": len(ages),
            **{f"p{percent}_seconds": seconds(time_to_end(ended, ages, percent)) for percent in (50, 90, 95, 99)}}


def is_open(item):
    return item["status"] not in TERMINAL and item["completed_at"] is None


def rates_of_jobs(jobs):
    """Rates of jobs beside each other, from their labels and rates: those of at least two that have one."""
    rates = [(rate["value"], rate["denominator"], label) for label, rate in jobs if rate["value"] is not None]
    if len(rates) < 2:
        return None
    # Of equal rates that of most items; of equal numbers the first label.
    worst = min(rates, key=lambda of: (-of[0], -of[1], of[2].encode()))
    return {"jobs": len(rates), "median": median_of([Fraction(value) for value, _, _ in rates]),
            "worst": worst[0], "worst_job": worst[2]}


def median_of(values):
    ordered, half = sorted(values), len(values) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def rate(numerator, denominator):
    if denominator == 0:
        return {"numerator": numerator, "denominator": 0, "value": None, "ci95": None}
    p, n, z2 = numerator / denominator, denominator, Z95 * Z95
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if numerator == 0 else max(0.0, centre - half)
    high = 1.0 if numerator == denominator else min(1.0, centre + half)
    return {"numerator": numerator, "denominator": denominator, "value": p, "ci95": [low, high]}


def failure_bounds(failure, missing):
    """The failure rate if none, and if all, of the missing items failed."""
    if not missing:
        return None
    all_of_them = failure["denominator"] + missing
    return [failure["numerator"] / all_of_them, (failure["numerator"] + missing) / all_of_them]


def duration_stats(items, status):
    chosen = [i for i in items if i["status"] == status]
    timed = [i for i in chosen if i["started_at"] is not None and i["completed_at"] is not None]
    spans = sorted(i["completed_at"] - i["started_at"] for i in timed)
    valid = [s for s in spans if s >= 0]
    out = {"count": len(valid), "missing_times": len(chosen) - len(timed),
           "negative": len(spans) - len(valid)}
    n = len(valid)
    out["min_seconds"] = seconds(valid[0]) if n else None
    out["mean_seconds"] = seconds(Fraction(sum(valid), n)) if n else None
    for percent in (50, 90, 95, 99):
        out[f"p{percent}_seconds"] = seconds(percentile(valid, percent)) if n else None
    out["max_seconds"] = seconds(valid[-1]) if n else None
    out["total_seconds"] = seconds(sum(valid)) if n else None
    return out


# The years 2000 to 2100; other times count in no throughput.
PLAUSIBLE = (946_684_800_000_000, 4_133_980_800_000_000)
DAY = 86_400_000_000


def run_bounds(start, end):
    """Times of items count within a day of the run of their job."""
    known = [t if t is not None and PLAUSIBLE[0] <= t < PLAUSIBLE[1] else None for t in (start, end)]
    if None not in known and known[0] > known[1]:
        return PLAUSIBLE
    low = PLAUSIBLE[0] if known[0] is None else max(PLAUSIBLE[0], known[0] - DAY)
    high = PLAUSIBLE[1] if known[1] is None else min(PLAUSIBLE[1], known[1] + DAY + 1)
    return low, high


def counted_times(item):
    """Start and end of an item, as far as they count in the throughput."""
    low, high = item.get("run", PLAUSIBLE)
    return tuple(t if t is not None and low <= t < high else None
                 for t in (item["started_at"], item["completed_at"]))


def jobs_times(items):
    """Starts and ends that count, by the job of the items."""
    jobs = {}
    for item in items:
        jobs.setdefault(id(item.get("owner")), []).append(counted_times(item))
    return list(jobs.values())


def early_ends(items):
    """Ends before the first start of their job."""
    early = 0
    for both in jobs_times(items):
        first = min((start for start, _ in both if start is not None), default=None)
        early += sum(end is not None and first is not None and end < first for _, end in both)
    return early


def busy_times(items):
    """The time in which any job ran, as intervals that do not touch, and how many items ended in it."""
    runs, within = [], 0
    for both in jobs_times(items):
        starts = [start for start, _ in both if start is not None]
        ends = [end for _, end in both if end is not None]
        if starts and ends and max(ends) > min(starts):
            runs.append((min(starts), max(ends)))
            within += sum(end >= min(starts) for end in ends)
    edges = sorted({edge for run in runs for edge in run})
    pieces = [(a, b) for a, b in zip(edges, edges[1:]) if any(low <= a and b <= high for low, high in runs)]
    return pieces, within


def open_times(items, records):
    """Start of each item that has not ended, the newest instant known of its job, and the job's first start."""
    of_jobs = {}
    for item in items:
        of_jobs.setdefault(id(item.get("owner")), []).append(item)

    def instants(of_job):
        low, high = of_job[0].get("run", PLAUSIBLE)
        ended = [i["effective_at"] for i in of_job if i["completed_at"] is None and i["status"] in TERMINAL]
        at = [t for i in of_job for t in counted_times(i)] + [t for t in ended if t is not None and low <= t < high]
        return [t for t in at if t is not None]

    def known(of_job):
        at = of_job[0].get("known_until")
        return [at] if at is not None and PLAUSIBLE[0] <= at < PLAUSIBLE[1] else []

    records = [t for t in records if t is not None and PLAUSIBLE[0] <= t < PLAUSIBLE[1]]
    newest = max([t for of_job in of_jobs.values() for t in instants(of_job) + known(of_job)] + records, default=None)
    found = []
    for of_job in of_jobs.values():
        until = max(instants(of_job) + known(of_job)) if known(of_job) else newest
        starts = [start for start, _ in map(counted_times, of_job) if start is not None]
        for item in of_job:
            start = counted_times(item)[0]
            if item["completed_at"] is None and item["status"] not in TERMINAL and start is not None:
                found.append((start, until, min(starts)))
    return found


def length_of(intervals):
    """The length of the union of intervals."""
    total, reached = 0, None
    for begin, end in sorted(intervals):
        begin = begin if reached is None else max(begin, reached)
        if end > begin:
            total, reached = total + end - begin, end
    return total


def throughput(items, records=()):
    both = [counted_times(item) for item in items]
    starts = [start for start, _ in both if start is not None]
    ends = sorted(end for _, end in both if end is not None)
    spans = [(a, b) for a, b in both if a is not None and b is not None and b >= a]
    first = min(starts) if starts else None
    last = ends[-1] if ends else None
    busy, within = busy_times(items)
    window = sum(b - a for a, b in busy)
    still = open_times(items, records)
    observed = length_of(busy + [(first_start, until) for _, until, first_start in still])
    per_minute = mean = None
    if window > 0:
        per_minute = float(Fraction(within * 60_000_000, window))
    if observed > 0 and (spans or still):
        mean = float(Fraction(sum(b - a for a, b in spans) + sum(b - a for a, b, _ in still), observed))
    peak = None
    if spans or still:
        # An end at the same instant as a start comes first: started_at <= t < completed_at. What is open is in
        # progress at the newest instant, too.
        held = [(a, b) for a, b in spans if b > a] + [(a, b + 1) for a, b, _ in still]
        edges = sorted([(a, 1) for a, _ in held] + [(b, -1) for _, b in held])
        peak = now = 0
        for _, step in edges:
            now += step
            peak = max(peak, now)
    late = [end for end in ends if first is None or end >= first]
    tail = None
    if late:
        begin = percentile(late, 95)
        tail = last - begin
        if window > 0:
            # Without the time between jobs: what lies in the tail, behind the first run and in none.
            ran = sum(max(0, b - max(a, begin)) for a, b in busy)
            outside = max(0, busy[0][0] - begin) + max(0, last - max(begin, busy[-1][1]))
            tail = ran + outside
    return {"items_per_minute": per_minute, "peak_concurrency": peak, "mean_concurrency": mean,
            "first_start": rfc3339(first), "last_end": rfc3339(last),
            "open_items": len(still), "observed_seconds": seconds(observed) if observed > 0 else None,
            "tail_seconds": seconds(tail), "busy_seconds": seconds(window) if window > 0 else None}


def as_read(text):
    """Half a surrogate pair is no character."""
    return text if text is None or text.isascii() else "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def statistics(items, kinds, records=()):
    """The numbers of items."""
    by_status = {s: 0 for s in STATUSES}
    for item in items:
        by_status[item["status"]] = by_status.get(item["status"], 0) + 1
    failed, completed, skipped = (by_status[s] for s in ("failed", "completed", "skipped"))
    reasons, errors = {}, {}
    for item in items:
        if item["status"] == "skipped":
            reasons[item["skip_reason"]] = reasons.get(item["skip_reason"], 0) + 1
        if item["status"] == "failed":
            message = item["error_message"]
            kind = NO_MESSAGE if message is None else kinds[message]
            errors[kind] = errors.get(kind, 0) + 1
    rows = sorted(reasons.items(), key=lambda r: (-r[1], r[0] is None, r[0] or ""))
    assert sum(errors.values()) == failed
    return by_status, {
        "rates": {"failure": rate(failed, completed + failed),
                  "failed_of_all": rate(failed, len(items)),
                  "skipped_of_all": rate(skipped, len(items))},
        "durations": {"completed": duration_stats(items, "completed"),
                      "failed": duration_stats(items, "failed")},
        "throughput": throughput(items, records),
        "skip_reasons": [{"reason": r, "count": c} for r, c in rows],
        "error_group_counts": {"sorted": sorted(errors.values(), reverse=True),
                               "by_kind": dict(sorted(errors.items()))},
    }


def newest(records):
    """The record that counts of those of one item, which are in path order: the latest `effective_at`;
    without it a terminal status before another, then the later in path order."""
    rank = {id(r): (r["status"] in TERMINAL, place) for place, r in enumerate(records)}
    dated = [r for r in records if r["effective_at"] is not None]
    rest = [r for r in records if r["effective_at"] is None]
    best = [max(dated, key=lambda r: (r["effective_at"], rank[id(r)]))] if dated else []
    return max(best + rest, key=lambda r: rank[id(r)])


def content(item):
    """What two records of one item are compared by."""
    return tuple(item[k] for k in ("item_name", "status", *TIMES, "error_message", "skip_reason",
                                   "job_id"))


def settled(records):
    """Records in path order -> the one of each item that counts, and how many items differed."""
    of = {}
    for item in records:
        of.setdefault(item["item_id"], []).append(item)
    differ = sum(len({content(r) for r in same}) > 1 for same in of.values())
    return [newest(same) for same in of.values()], differ


def item_counts(records, items, conflicting, total, source, status_filter, by_status):
    return {"recorded": len(records), "distinct": len(items),
            "duplicates": len(records) - len(items), "conflicting_duplicates": conflicting,
            "status_filter": status_filter, "stated_total": total, "stated_total_source": source,
            "missing": None if total is None else max(0, total - len(items)),
            "complete": None if total is None else len(items) >= total,
            "by_status": by_status}


def overall_counts(parts, by_status):
    """The counts over several jobs, from theirs."""
    totals = [p["stated_total"] for p in parts]
    known = None not in totals
    states = [p["complete"] for p in parts]

    def shared(name):
        values = {p[name] for p in parts}
        return values.pop() if len(values) == 1 else None

    return {**{k: sum(p[k] for p in parts)
               for k in ("recorded", "duplicates", "conflicting_duplicates")},
            "distinct": sum(p["distinct"] for p in parts),
            "status_filter": shared("status_filter"),
            "stated_total": sum(totals) if known else None,
            "stated_total_source": shared("stated_total_source"),
            "missing": sum(p["missing"] for p in parts) if known else None,
            "complete": False if False in states else None if None in states else True,
            "by_status": by_status}
