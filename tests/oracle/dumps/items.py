"""Random jobs and items as objects: what a server might hold, and say at several moments.

Nothing here knows how it is written. Times are microseconds; what a field says beside its value is in
`spoiled`, for a time nobody can read, and in `kind`, for the template a message was made from.
"""

from server import JOB_SERVER_ORDER, SERVER_ORDER, message, name, uuid4
from model import NO_MESSAGE, STATUSES, TIMES, content, newest
from .times import SECOND
from .writing import Raw

# Stands for bytes that are no UTF-8, which are read as U+FFFD; where it is an escape or in UTF-16, as
# itself.
NO_UTF8 = "\ue123"
KINDS = ["timeout", "render", "unknown", "status-error", "password", "rate", "traceback", "download", "expired",
         "schema", "xref"]
# Messages in which nothing varies: each is a group of its own.
CONSTANT = [
    "Out of credits", "Nicht genügend Guthaben für diesen Auftrag", "Ошибка сервера, попробуйте позже",
    "ページを描画できません", "the worker said } ] , { and left", "back\\slashes \\ in \\\\ between",
    "bell \x07 and escape \x1b in the middle", "first line\nsecond line\r\nthird\tline", "🔥 burned 🔥",
    "e\u0301 decomposed", "\ufeffmarked", "zero\x00byte", "line\u2028separator", "%s was not formatted",
    "status: failed", "no items", "L" + "o" * 5_000 + "ng", "very " * 4_000 + "tired",
]
REASONS = ["already_processed", "size_limit_exceeded", "unsupported file type: .heic", "Datei zu groß (> 300 MB)",
           "a \"quoted\" reason", "two\nlines", "</script>", "back\\slash", "跳过", "{}", "s" * 900, "📄📄", "null", "\u00e9"]
UNKNOWN_WORDS = ["quarantined", "in_review", "überprüft", "throttled", "on hold", "re\"tried\"", "保留"]
MEAN_TEXT = [
    "", " ", "\\", "C:\\scans\\", "ends with a quote\"", "\"", "\\\"", "'", "a\\\\b\\", "]}", "}", "{", "[", "}]}\n",
    "\"},{\"item_id\":\"ghost\",\"status\":\"failed\"}", "{\"items\":[{\"item_id\":\"ghost\",\"status\":\"failed\"}]}",
    "// no comment", "/* nor this */", "tab\there", "line\nbreak", "crlf\r\n", "\x00", "\x01\x1f\x7f", "\u2028\u2029",
    "\ufeff", "\U0001f4c4", "👩‍👩‍👧‍👦", "e" + "\u0301" * 20, "ÿ", "\uffff", "null", "true", "123", "-1e5", "NaN",
    "item_id", "\\u0041", "\\n", "\b\f", "/", "\\/", "a/b", "%00", "\u0085\u00a0", "\ud83d alone", "also \udc00",
    "x" * 300, "é" * 500, "\"" * 64, "\\" * 65, "\n" * 33, "\U0001f600" * 40, "a\ud83d\ud83db", "𝔘𝔫𝔦", "\x7f\x80",
]
BAD_TIMES = ["yesterday", "", "2026-13-01T00:00:00Z", "2026-05-14", "08:30:33", "-", ".", "soon: 2026", "NaN", "tomorrow\u00e9",
             "1e400", Raw("1e999"), Raw("123456789012345678901234567890")]
# What costs a row: only an id or a status of a wrong type does.
BAD_FIELDS = [("item_id", Raw("null")), ("item_id", True), ("item_id", []), ("item_id", {"a": "b"}), ("item_id", None),
              ("status", Raw("null")), ("status", None), ("status", ["failed"]), ("status", {"a": "failed"})]


def texts(rng, huge=False):
    roll = rng.random()
    if huge and roll < 0.03:
        return rng.choice(["W", "ü", "\\", "\"", "📄", "ab\n", "{}[],:"]) * rng.choice([3_000, 70_000, 300_000])
    if roll < 0.75:
        return name(rng)
    if roll < 0.85:
        return rng.choice(MEAN_TEXT)
    if roll < 0.95:
        return "".join(rng.choices("\\\\\"\"ab{}[],:é\n\t/u0", k=rng.choice([3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 80])))
    return rng.choice(MEAN_TEXT) + name(rng) + rng.choice(MEAN_TEXT)


def an_id(rng, n, taste):
    if taste == "plain" or rng.random() < 0.6:
        return "dfl-" + uuid4(rng)
    return rng.choice([f"dfl-é{n}", f"{n}", f"id \"{n}\"", f"id\\{n}", f"ITEM-{n}", f"item-{n}", f"📄{n}", f"a/b/{n}",
                       f"{n}\n", f"e\u0301{n}", f"\u00e9{n}", f"{n}]}}", "x" * 150 + str(n), f"\u2028{n}", f"\x01{n}"])


class Taste:
    """What the items of one job are like."""

    def __init__(self, rng, plain=False):
        self.rng = rng
        self.unit = rng.choice([1, 1, 1000, 1000, SECOND, SECOND // 2])
        self.begin = rng.randint(1_700_000_000, 1_800_000_000) * SECOND
        self.gap = rng.choice([0, 1, 1000, SECOND, 30 * SECOND, 3600 * SECOND])
        self.length = rng.choice([1, 50_000, 20 * SECOND, 20 * SECOND, 3600 * SECOND])
        weights = rng.choice([(2, 3, 80, 10, 5, 1, 0), (1, 1, 1, 1, 1, 1, 1), (0, 0, 1, 1, 0, 0, 0), (0, 0, 1, 0, 0, 0, 0),
                              (0, 0, 0, 1, 0, 0, 0), (0, 0, 0, 0, 1, 0, 0), (5, 5, 20, 5, 5, 5, 5), (1, 0, 0, 0, 0, 0, 0),
                              (0, 0, 5, 90, 5, 0, 0)])
        self.words, self.weights = STATUSES + ["(unknown)"], weights
        self.untimed = rng.choice([0, 0.02, 0.3])
        self.backwards = rng.choice([0, 0.02, 0.2])
        self.instant = rng.choice([0, 0.02, 0.3])
        self.bad_times = 0 if plain else rng.choice([0, 0, 0.05])
        self.no_effective = rng.choice([0, 0, 0.1, 1])
        self.no_message = rng.choice([0, 0.1, 1])
        self.kinds = rng.sample(KINDS, rng.randint(1, 6)) + rng.sample(CONSTANT, rng.randint(0, 4))
        self.reasons = rng.sample(REASONS, rng.randint(1, 5)) + [None]
        self.ids = "plain" if plain else rng.choice(["plain", "plain", "mean"])
        self.huge = not plain and rng.random() < 0.03
        self.mean_names = not plain and rng.random() < 0.5

    def span(self):
        """A start and an end, one or both of them perhaps unknown."""
        rng, unit = self.rng, self.unit
        start = self.begin + rng.randint(0, 300) * self.gap
        if rng.random() < self.instant:
            took = 0
        else:
            took = int(rng.expovariate(1 / self.length)) + 1
        start -= start % unit
        end = start + took - took % unit
        if rng.random() < self.backwards:
            end = start - unit * rng.randint(1, 1000)
        if rng.random() < self.untimed:
            return rng.choice([(None, end), (start, None), (None, None)])
        return start, end


def make_item(n, taste):
    """An item, and beside its fields what is odd about how it is written: `spoiled` times."""
    rng = taste.rng
    word = rng.choices(taste.words, taste.weights)[0]
    item = dict.fromkeys(SERVER_ORDER)
    item.update(status=rng.choice(UNKNOWN_WORDS) if word == "(unknown)" else word, item_id=an_id(rng, n, taste.ids),
                item_name=texts(rng, taste.huge) if taste.mean_names else name(rng))
    if rng.random() < 0.05:
        item["item_name"] = None
    start, end = taste.span()
    timed = {"pending": 0.03, "processing": 1, "completed": 1, "failed": 1, "skipped": 0.4, "cancelled": 0.3}.get(word, 0.6)
    if rng.random() < timed:
        item["started_at"] = start
        if word != "processing" or rng.random() < 0.03:
            item["completed_at"] = end
    if rng.random() >= taste.no_effective:
        at = item["completed_at"] or item["started_at"] or taste.begin
        item["effective_at"] = at + rng.choice([0, 0, taste.unit * 7])
    if word not in ("pending", "cancelled"):
        item.update(job_id="pjb-" + uuid4(rng), job_record_id=uuid4(rng))
        if taste.mean_names and rng.random() < 0.05:
            item[rng.choice(["job_id", "job_record_id"])] = rng.choice(MEAN_TEXT)
    if word == "failed" and rng.random() >= taste.no_message:
        item["error_message"], item["kind"] = a_message(rng, rng.choice(taste.kinds))
    elif word == "failed":
        item["kind"] = NO_MESSAGE
    elif rng.random() < 0.03:
        item["error_message"] = rng.choice(MEAN_TEXT)
    if word == "skipped":
        item["skip_reason"] = rng.choice(taste.reasons)
    elif rng.random() < 0.02:
        item["skip_reason"] = rng.choice(MEAN_TEXT)
    spoiled = {}
    for field in TIMES:
        if rng.random() < taste.bad_times:
            item[field], spoiled[field] = None, rng.choice(BAD_TIMES)
    item["spoiled"] = spoiled
    return item


def a_message(rng, kind):
    if kind in CONSTANT:
        return kind, kind
    return message(rng, kind, name(rng, plain=True)), kind


def another_record(item, taste):
    """The same item as it was listed at another moment."""
    rng = taste.rng
    twin = {**item, "spoiled": dict(item["spoiled"])}
    what = rng.choice(["same", "same", "earlier", "later", "no instant", "same instant", "retried", "renamed"])
    at = item["effective_at"]
    if what == "earlier":
        twin.update(status=rng.choice(["processing", "pending"]), completed_at=None, error_message=None, skip_reason=None,
                    kind=None, effective_at=None if at is None else at - taste.unit * rng.randint(1, 99))
        twin["spoiled"].pop("completed_at", None)
        twin["spoiled"].pop("effective_at", None)
    elif what == "later" and at is not None:
        twin["effective_at"] = at + taste.unit * rng.randint(1, 99)
        twin["item_name"] = name(rng)
    elif what == "no instant":
        twin.update(status="processing", completed_at=None, effective_at=None, error_message=None, skip_reason=None, kind=None)
        twin["spoiled"] = {}
    elif what == "same instant":
        twin.update(started_at=taste.begin, completed_at=taste.begin + taste.unit * rng.randint(0, 10**6))
        twin["spoiled"] = {}
    elif what == "retried":
        twin["status"], twin["skip_reason"] = "failed", None
        twin["error_message"], twin["kind"] = a_message(rng, rng.choice(taste.kinds))
        if at is not None:
            twin["effective_at"] = at + taste.unit * rng.choice([-5, 5])
    elif what == "renamed":
        twin["item_name"] = "renamed " + name(rng)
    return twin


def wins(old, new):
    """Which of two records counts; None where that hangs on whether an unknown word is an end."""
    known = newest([old, new])
    for record in (old, new):
        if record["status"] not in STATUSES:
            other = {**record, "status": "completed"}
            again = newest([other, new]) if record is old else newest([old, other])
            if (again is new or again is other and record is new) != (known is new):
                return None
    return known


def alike(item):
    """What two records certainly differ by: whether a blank text differs from none is open."""
    return [None if isinstance(value, str) and not value.strip() else value for value in content(item)]


def settled_beyond_doubt(records):
    """Whether every reading of the rules gives the same record, whichever of them are lost."""
    order = {}
    for b in range(len(records)):
        for a in range(b):
            old, new = records[a], records[b]
            winner = wins(old, new)
            if winner is None:
                return False
            order[a, b] = winner is new
            if alike(old) == alike(new) and (content(old) != content(new) or old["spoiled"] != new["spoiled"] or
                                             old["job_record_id"] != new["job_record_id"]):
                return False
    # Of any three the winners must not go round in a circle.
    for a in range(len(records)):
        for b in range(a + 1, len(records)):
            for c in range(b + 1, len(records)):
                if order[a, b] == order[b, c] and order[a, b] != order[a, c]:
                    return False
    return True


def make_status(job, taste, progress=True):
    """What a server would say of the job, at some moment."""
    rng = taste.rng
    maybe = lambda value: None if rng.random() < 0.15 else value
    at = taste.begin + rng.randint(0, 10**6) * SECOND
    started = taste.begin - rng.randint(0, 10**7)
    fields = dict.fromkeys(JOB_SERVER_ORDER)
    fields.update(
        id=job.id, job_type=rng.choice(["parse", "extract", "classify", "summarize"]), project_id="proj-" + uuid4(rng),
        status=rng.choice(["pending", "running", "dispatched", "completed", "failed", "cancelled", "paused"]),
        total_items=job.total, effective_at=at, updated_at=maybe(at + rng.randint(0, SECOND)), created_at=maybe(started - 5),
        started_at=maybe(started), completed_at=maybe(started + rng.choice([rng.randint(0, 10**10), 0, -5 * SECOND])),
        directory_id=maybe("dir-" + uuid4(rng)), error_message=rng.choice([None, None, "credits exhausted", "\"x\" \\"]),
        failed_items=maybe(rng.randint(0, 99)), processed_items=maybe(rng.randint(0, 999)), skipped_items=maybe(0),
        job_record_id=maybe(uuid4(rng)), workflow_id=maybe("batch-" + uuid4(rng)))
    shown = rng.choice([0, 100, 100.0, 62.5, 33.333333, 12]) if progress else None
    return {"job": fields, "progress": shown, "owner": job}


def make_statuses(job, taste, count):
    """Several records of one job, of which one is the newest without doubt."""
    rng, out = taste.rng, []
    for n in range(count):
        document = make_status(job, taste)
        if out and rng.random() < 0.3:
            document = {**rng.choice(out)}      # the same answer kept twice
        elif out and rng.random() < 0.3:
            other = out[0]["job"]
            document["job"]["effective_at"] = other["effective_at"]
            if other["updated_at"] is None:
                other["updated_at"] = other["effective_at"]
            document["job"]["updated_at"] = other["updated_at"] + rng.choice([-3, 3]) * (n + 1)
        out.append(document)
    stamps = {}
    for document in out:
        key = document["job"]["effective_at"], document["job"]["updated_at"]
        stamps.setdefault(key, document["job"])
    # Two different records of one instant, or one instant with and without `updated_at`: open.
    unclear = any(stamps[d["job"]["effective_at"], d["job"]["updated_at"]] is not d["job"] for d in out) or \
        any(a[0] == b[0] and None in (a[1], b[1]) for a in stamps for b in stamps if a != b)
    if unclear:
        out = [out[0]]
    if len(out) == 1 and rng.random() < 0.1:
        out[0]["job"]["effective_at"] = None
    return out


def with_twins(items, taste):
    """The items in the order of a list, some of them several times."""
    rng = taste.rng
    records = list(items)
    how = rng.choice([0, 0, 0.05, 0.5])
    for item in items:
        for _ in range(3):
            if rng.random() < how:
                records.insert(rng.randint(0, len(records)), another_record(item, taste))
    return records


def without_doubts(chunks):
    """Drops every record of an item but one where the rules leave open which of them counts."""
    by_id = {}
    for chunk in chunks:
        for item in chunk:
            by_id.setdefault(item["item_id"], []).append(item)
    dropped = set()
    for records in by_id.values():
        if len(records) > 1 and not settled_beyond_doubt(records):
            dropped.update(id(r) for r in records[1:])
    return [[i for i in chunk if id(i) not in dropped] for chunk in chunks]


def with_broken_bytes(chunks, taste):
    """Names that are not UTF-8 on disk, in items that come once: each such place costs a character."""
    rng = taste.rng
    if rng.random() < 0.9:
        return
    times = {}
    for chunk in chunks:
        for item in chunk:
            times.setdefault(item["item_id"], []).append(item)
    for found in times.values():
        if len(found) == 1 and rng.random() < 0.2:
            found[0]["item_name"] = f"a{NO_UTF8}b" + (found[0]["item_name"] or "") + NO_UTF8


def with_bad_rows(chunks, taste):
    rng = taste.rng
    if rng.random() < 0.75:
        return chunks
    for _ in range(rng.choice([1, 2, 10])):
        bad = {**make_item(10**6 + rng.randint(0, 10**6), taste), "bad": rng.choice(BAD_FIELDS)}
        chunk = rng.choice(chunks)
        chunk.insert(rng.randint(0, len(chunk)), bad)
    return chunks
