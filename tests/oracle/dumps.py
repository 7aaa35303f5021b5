"""Makes random dumps: jobs and items as objects, and the files some client left of them.

Everything odd that the documents, the clients and the disks are known for happens here, alone and
together, but nothing whose meaning is open: where two readings of the rules would give two numbers,
the dump is made so that they agree, or the number is `ANY`.
"""

import csv
import gzip
import io
import json
import math
import re
import shutil
import subprocess

from generate import (JOB_PYTHON_ORDER, JOB_SERVER_ORDER, PYTHON_ORDER, SERVER_ORDER, message,
                      name, uuid4, yaml_scalar)
from model import (NO_MESSAGE, STATUSES, TERMINAL, TIMES, content, newer, rfc3339)
from writing import LAYOUTS, ONE_LINE, Pairs, Raw, Writer

SECOND = 1_000_000
ANY = "(not compared)"
# Stands for bytes that are no UTF-8, which are read as U+FFFD; where it is an escape or in UTF-16, as
# itself.
NO_UTF8 = "\ue123"
ZSTD = shutil.which("zstd")

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
# What is no JSON, though one who reads with half an eye might let it pass.
ILL = ["tru", "nulll", "True", "None", "undefined", "01", "1.", ".5", "+1", "-", "1e", "0x10", "1_000", "'x'", '"\\x41"',
       '"\\u12G4"', '"\\u12"', '"a\x01b"', '"tab\tinside"', "[1 2]", "[1,]", "[,1]", '{"a"}', '{"a":1,}', '{"a" 1}', "{1:2}",
       '{"a":}', '{"a":1 "b":2}', "[1,2}", '{"a":1]', "x", "\\", "", ",", ":", '""""', '"a" "b"', "1 2", "nan", "--1", "1e+", "\x00",
       "/* */ 1", "// 1"]
GHOST = {"item_id": "ghost", "item_name": "no item.pdf", "status": "failed", "error_message": "a ghost"}
FOREIGN = [
    ("notes.txt", "Dump of the nightly batch\n\nPages 3 to 6 came back broken.\n"),
    ("answer.json", '{"detail":"Rate limit exceeded"}'),
    ("answer_2.json", '{"detail":[{"type":"less_than_equal","loc":["query","limit"],"msg":"Input should be less than '
                      'or equal to 1000","input":"5000","ctx":{"le":1000}}]}'),
    ("gateway.html", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>x</body>\r\n</html>\r\n"),
    ("nothing.json", ""),
    ("other.json", '{"foo":1,"bar":[1,2,{"x":null}]}\n'),
    ("repr.txt", "[BatchItem(item_id='dfl-1', item_name='a.pdf', status='completed', skip_reason=None)]\n"),
]
STRAY_LINES = ["[INFO] page 2", "Error: 500", "%", "{x}", "{", "{'item_id': 'q'}", '{"detail":"Rate limit exceeded"}',
               '{"foo":1}']


# --- times ---------------------------------------------------------------------------------

def shifted(micros, minutes, rng, separator="T", mark=None, digits=None):
    """A time as text, `minutes` east of Greenwich."""
    seconds, fraction = divmod(micros + minutes * 60 * SECOND, SECOND)
    text = rfc3339(seconds * SECOND)[:-1].replace("T", separator)
    if digits is None:
        digits = 0 if fraction == 0 else 3 if fraction % 1000 == 0 else 6
    if digits:
        # Beyond the microsecond all digits are allowed, and dropped.
        nine = f"{fraction:06}" + "".join(rng.choices("0123456789", k=3))
        text += "." + nine[:digits]
    if mark is not None:
        return text + mark
    sign = "-" if minutes < 0 else "+"
    return f"{text}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def least_digits(micros):
    fraction = micros % SECOND
    return len(f"{fraction:06}".rstrip("0"))


def time_token(micros, form, rng):
    """One instant in one of the forms it is found in."""
    whole_millis, whole_seconds = micros % 1000 == 0, micros % SECOND == 0
    if form == "any":
        form = rng.choice(TIME_FORMS)
    if form == "millis" and whole_millis:
        return micros // 1000
    if form == "millis text" and whole_millis:
        return str(micros // 1000)
    if form == "millis float" and whole_millis:
        return Raw(rng.choice([f"{micros // 1000}.0", f"{micros // 1000 / 10**12:.12f}e12", f"{micros // 1000}0e-1"]))
    if form == "seconds" and whole_seconds:
        return micros // SECOND
    if form == "seconds text" and whole_seconds:
        return str(micros // SECOND)
    if form == "half seconds" and micros % (SECOND // 2) == 0:
        return micros / SECOND
    if form == "micros":
        return rng.choice([micros, str(micros)])
    if form == "nanos":
        return rng.choice([micros * 1000, str(micros * 1000)])
    if form == "+00:00":
        return shifted(micros, 0, rng)
    if form == "-00:00":
        return shifted(micros, 0, rng, mark="-00:00")
    if form == "+0000":
        return shifted(micros, 0, rng, mark="+0000")
    if form == "offset":
        return shifted(micros, rng.choice([120, -330, 345, -60, 14 * 60, -12 * 60, 1, -1]), rng)
    if form == "no zone":
        return shifted(micros, 0, rng, mark="")
    if form == "space":
        return shifted(micros, 0, rng, separator=" ", mark=rng.choice(["", "Z", "+00:00"]))
    if form == "lower case":
        return shifted(micros, 0, rng, separator="t", mark="z")
    if form == "digits":
        return shifted(micros, 0, rng, mark="Z", digits=rng.randint(least_digits(micros), 6))
    if form == "six":
        return shifted(micros, 0, rng, mark="Z", digits=6)
    if form == "nine":
        return shifted(micros, 0, rng, mark="Z", digits=9)
    if form == "word":
        return shifted(micros, 0, rng, separator=" ", mark=" UTC")
    if form == "blanks":
        return " " + rfc3339(micros) + " "
    return rfc3339(micros)


TIME_FORMS = ["server", "six", "nine", "digits", "+00:00", "-00:00", "+0000", "offset", "no zone", "space", "lower case",
              "blanks", "word", "millis", "millis text", "millis float", "seconds", "seconds text", "half seconds", "micros",
              "nanos"]


# --- items ---------------------------------------------------------------------------------

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
    known = newer(old, new)
    for record in (old, new):
        if record["status"] not in STATUSES:
            other = {**record, "status": "completed"}
            again = newer(other, new) if record is old else newer(old, other)
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


# --- how somebody writes -------------------------------------------------------------------

def nested(rng, ghosts=True, depth=0):
    """What stands in fields nobody has heard of; `ghosts` are objects in it that look like items."""
    roll = rng.random()
    if depth > 3 or roll < 0.3:
        return rng.choice([None, True, False, 0, -1, 1.5, 1e300, "", "x", rng.choice(MEAN_TEXT), Raw("-0"), Raw("1E+2"),
                           Raw("0.1e-7"), Raw("1e999"), 12345678901234567890123, [], "a" * 40 + "\\"])
    if roll < 0.4:
        return Pairs()
    if ghosts and roll < 0.55:
        return dict(GHOST)
    if ghosts and roll < 0.7:
        return {"items": [dict(GHOST)], "total_size": 9_999}
    if roll < 0.85:
        return [nested(rng, ghosts, depth + 1) for _ in range(rng.randint(1, 4))]
    keys = ["a", "", "\"", "\\", "started_at", "id", "status", "📄", "]}"]
    keys += ["items", "item_id", "job", "body", "detail", rng.choice(MEAN_TEXT)] if ghosts else []
    return Pairs((rng.choice(keys), nested(rng, ghosts, depth + 1)) for _ in range(rng.randint(1, 4)))


def deep(rng, ghosts=True):
    depth = rng.choice([30, 126, 127, 128, 129, 2_000])
    opening, closing = rng.choice([("[", "]"), ('{"items":', "}"), ('[{"item_id":"ghost","a":', "}]")] if ghosts else
                                  [("[", "]"), ('{"a":', "}")])
    return Raw(opening * depth + rng.choice(["1", "null", '"x"', "[]"]) + closing * depth)


# Fields nobody has heard of, some of them almost like those everybody has.
UNHEARD_OF = ["retry_count", "x_meta", "extra", "Ünbekannt", "x\"y", "a\\", "pages", "item_ID", "Status", "status_", "statuses",
              "item_i", "item_idx", "item_name2", " item_id", "item_id ", "started", "completed_at_", "error_messages", "k" * 300]


class Hand:
    """How one client writes: kept through a file."""

    def __init__(self, rng, manner=None):
        self.rng = rng
        manner = manner or rng.choice(["server", "python", "mean", "mean"])
        self.manner = manner
        mean = manner == "mean"
        self.order = {"server": SERVER_ORDER, "python": PYTHON_ORDER}.get(manner) or rng.sample(SERVER_ORDER, len(SERVER_ORDER))
        self.job_order = {"server": JOB_SERVER_ORDER, "python": JOB_PYTHON_ORDER}.get(manner) or \
            rng.sample(JOB_SERVER_ORDER, len(JOB_SERVER_ORDER))
        self.shuffles = rng.choice([0, 0, 0.02, 0.5, 1]) if mean else 0
        self.quirk = rng.choice([0, 0, 0.02, 0.3]) if mean else 0
        self.nulls = rng.choice(["null", "absent", "mixed"]) if mean else "null"
        self.nan = mean and rng.random() < 0.05
        self.times = [rng.choice(TIME_FORMS)] if mean else ["server" if manner == "server" else "six"]
        if mean and rng.random() < 0.4:
            self.times = ["any"]
        self.layout = rng.choice(LAYOUTS) if mean else {"server": "compact"}.get(manner) or \
            rng.choice(["spaced", "indent 2", "indent 4", "compact"])
        self.spelling = rng.choice(["plain", "ascii", "wild"]) if mean else rng.choice(["plain", "ascii"])
        self.newline = rng.choice(["\n", "\n", "\r\n"])
        self.extras = rng.choice([0, 0, 0.02, 0.1, 1]) if mean else 0
        self.deep = rng.choice([0, 0, 0, 0.02]) if mean else 0
        self.twice = rng.choice([0, 0, 0.02, 0.1, 1]) if mean else 0
        self.ghosts = True
        self.junk = 0
        self.escaped_keys = rng.choice([0, 0, 0, 0.05, 0.5]) if mean else 0

    def writer(self, one_line=False):
        layout = self.layout
        if one_line and layout not in ONE_LINE:
            layout = self.rng.choice(["compact", "compact", "spaced", "wild line"])
        return Writer(self.rng, layout, self.spelling, self.newline, self.quirk)

    def key(self, text):
        if self.escaped_keys and self.rng.random() < self.escaped_keys:
            at = self.rng.randrange(len(text))
            return Raw(f'"{text[:at]}\\u{ord(text[at]):04x}{text[at + 1:]}"')
        return text

    def absent(self):
        """How a field without a value is written: None leaves it out."""
        if self.nulls == "absent" or self.nulls == "mixed" and self.rng.random() < 0.5:
            return None
        return Raw("NaN" if self.nan and self.rng.random() < 0.5 else "null")

    def decorated(self, pairs):
        """Fields nobody has heard of, and fields that come twice, of which the last counts."""
        rng = self.rng
        if self.extras and rng.random() < self.extras:
            for n in range(rng.randint(1, 3)):
                value = deep(rng, self.ghosts) if rng.random() < self.deep else nested(rng, self.ghosts)
                pairs.insert(rng.randint(0, len(pairs)), (rng.choice(UNHEARD_OF), value))
        if self.twice and rng.random() < self.twice:
            at = rng.randrange(len(pairs))
            decoy = rng.choice(["first of two", None, 5, True, Raw("[]"), Raw('{"item_id":"ghost"}'), Raw("1e999"),
                                "2026-01-01T00:00:00Z", "failed", "\\", Raw('"\\u0000"')])
            key = pairs[at][0]
            if isinstance(key, str) and not isinstance(key, Raw):
                pairs.insert(rng.randint(0, at), (key, decoy))
        return pairs

    def fields(self, record, order, row=None):
        pairs = []
        if self.shuffles and self.rng.random() < self.shuffles:
            order = self.rng.sample(order, len(order))
        for field in order:
            value = record[field]
            if field in record.get("spoiled", ()):
                value = record["spoiled"][field]
            elif value is None:
                value = self.absent()
                if value is None:
                    continue
            elif field.endswith("_at"):
                value = time_token(value, self.rng.choice(self.times), self.rng)
            pairs.append((self.key(field), value))
        return Pairs(self.decorated(pairs), row)

    def item(self, item):
        if "bad" in item:
            return self.bad_row(item)
        return self.fields(item, self.order, row=item)

    def bad_row(self, item):
        """A row that is no item, because a field is not what it has to be."""
        field, value = item["bad"]
        others = [f for f in self.order if f != field]
        pairs = [(k, v) for k, v in self.fields(item, others) if k != field]
        if value is not None:
            pairs.insert(self.rng.randint(0, len(pairs)), (field, value))
        return Pairs(pairs, row=item)

    def status(self, document, row=None):
        """A status document, and perhaps more beside it."""
        pairs = [(self.key("job"), self.fields(document["job"], self.job_order, row))]
        if document["progress"] is not None:
            pairs.append((self.key("progress_percentage"), document["progress"]))
        if self.manner == "mean":
            self.rng.shuffle(pairs)
        return Pairs(pairs)

    def rows(self, items):
        return [self.item(i) for i in items]

    def page(self, items, total, more=()):
        """A page of a list, its keys before and behind the items."""
        rng = self.rng
        rows = self.rows(items)
        if self.junk and rng.random() < self.junk:
            rows.insert(rng.randint(0, len(rows)), rng.choice(JUNK))
        pairs = [(self.key("items"), rows)]
        for key, value in (("next_page_token", None), ("total_size", total), *more):
            if value is None and rng.random() < 0.3:
                continue
            pairs.append((self.key(key), value))
        if self.manner == "mean":
            if rng.random() < 0.3:
                pairs.append(("x_meta", nested(rng, self.ghosts)))
            rng.shuffle(pairs)
        return Pairs(pairs)


# What stands in lists and is not even a row.
JUNK = [None, 5, "x", True, {"foo": 1}, Raw("-1.5e3"), ""]
BAD_FIELDS = [("item_id", Raw("1e999")), ("status", Raw("-123456789012345678901234567890")), ("item_name", Raw("0.1E-3")),
              ("item_id", Raw("null")), ("item_id", 5), ("item_id", True), ("item_id", []), ("item_id", {"a": "b"}),
              ("item_id", None), ("status", 5), ("status", Raw("null")), ("status", None), ("status", ["failed"]),
              ("item_name", 5), ("item_name", []), ("error_message", {"code": 1}), ("error_message", 404),
              ("skip_reason", False), ("skip_reason", 1.5), ("started_at", True), ("started_at", {}),
              ("completed_at", []), ("effective_at", ["2026-01-01T00:00:00Z"]), ("job_id", 7), ("job_record_id", [])]


# --- dumps ---------------------------------------------------------------------------------

class Job:
    """One batch job of a dump, and what of it was really written where."""

    def __init__(self, job_id, folder):
        self.id, self.folder = job_id, folder
        self.statuses = []      # (path, position, document)
        self.records = []       # (path, position, item)
        self.sizes = []         # every total a page states
        self.unreadable = 0
        self.damaged = False
        self.named_filter = None
        self.junk = False       # whether what is in lists and no row counts as one that cannot be read is open
        self.total = None       # what its status documents say
        self.states_total = False
        self.size = None        # what its pages say, after their taste
        self.size_taste = "null"


class Document:
    """A text, and the rows in it, each with the offset at which it is whole."""

    def __init__(self, text, marks=()):
        self.text, self.marks = text, list(marks)

    def cut(self, at):
        return Document(self.text[:at], [(end, row) for end, row in self.marks if end <= at])


def written(writer, value):
    writer.value(value)
    return Document(writer.text(), writer.marks)


def joined(documents, between="", end=""):
    marks, length, parts = [], 0, []
    for document in documents:
        if parts:
            parts.append(between)
            length += len(between)
        marks += [(length + at, row) for at, row in document.marks]
        parts.append(document.text)
        length += len(document.text)
    return Document("".join(parts) + end, marks)


class Dump:
    """A folder to be written, with the truth about it."""

    def __init__(self, seed, rng):
        self.seed, self.rng = seed, rng
        self.files, self.inputs, self.jobs, self.arguments = {}, {}, [], []
        self.repeats = False        # whether the items of one file stand in others, too

    def write(self, path, document, job, encode):
        """Keeps a file and hands its rows to the job they belong to."""
        assert path not in self.files, path
        data = encode(document.text)
        self.files[path] = data
        items = 0
        for n, (_, row) in enumerate(document.marks):
            if "job" in row:
                row.get("owner", job).statuses.append((path, n, row))
            elif "bad" in row:
                job.unreadable += 1
            else:
                job.records.append((path, n, row))
                items += 1
        self.inputs[path] = {"bytes": len(data), "items": items}

    def fits_a_pipe(self):
        """Whether its one file tells the same without its name."""
        return len(self.files) == 1 and len(self.jobs) == 1 and self.jobs[0].layout in PIPE_LAYOUTS

    def into_a_pipe(self):
        """Its one file as standard input."""
        (path, data), = self.files.items()
        self.inputs["-"] = self.inputs.pop(path)
        job = self.jobs[0]
        job.named_filter = None
        job.statuses, job.records = ([("-", n, row) for _, n, row in found] for found in (job.statuses, job.records))
        return data

    def foreign(self, folder):
        if self.rng.random() < 0.2:
            # Hidden files are left alone, whatever they hold.
            self.files[join(folder, ".hidden.json")] = json.dumps({"items": [GHOST]}).encode()
        file, content = self.rng.choice(FOREIGN)
        path = join(folder, file)
        if path not in self.files:
            self.files[path] = content.encode()
            self.inputs[path] = {"bytes": len(content.encode()), "items": 0}


def join(*parts):
    return "/".join(p for p in parts if p)


def encoding(rng):
    """How a text becomes bytes."""
    roll = rng.random()
    if roll < 0.75:
        broken = rng.choice([b"\xff", b"\xe2\x82", b"\xf0\x9f\x93", b"\xc0"])
        return lambda text: text.encode().replace(NO_UTF8.encode(), broken)
    if roll < 0.80:
        return lambda text: ("\ufeff" + text).encode()
    if roll < 0.84:
        return lambda text: ("\ufeff" + text).encode("utf-16-le")
    if roll < 0.87:
        return lambda text: ("\ufeff" + text).encode("utf-16-be")
    inner = (lambda text: text.encode()) if roll < 0.97 else (lambda text: ("\ufeff" + text).encode("utf-16-le"))
    if roll < 0.93 or ZSTD is None:
        members = rng.choice([1, 1, 2, 3])

        def gzipped(text):
            data = inner(text)
            cuts = [0, *sorted(rng.randint(0, len(data)) for _ in range(members - 1)), len(data)]
            return b"".join(gzip.compress(data[a:b], 1, mtime=0) for a, b in zip(cuts, cuts[1:]))
        return gzipped
    return lambda text: subprocess.run([ZSTD, "-q", "-c", "-1", "-"], input=inner(text), stdout=subprocess.PIPE,
                                       check=True).stdout


def broken_character(rng, document, rest):
    """The first bytes of a character that the cut went through."""
    tail = rest[:1].encode() if rest else b""
    part = tail[:rng.randint(1, len(tail) - 1)] if len(tail) > 1 else b""
    return lambda text: text.encode() + part


# What a text is cut behind: in a key, an escape, a number, a word, between two items …
BREAKS = [r"\\", r"\\u", r"\\u[0-9a-fA-F]{1,3}", r"\\ud[89abAB][0-9a-f]{2}", r"[tfn][ra]", r"nul", r"-", r"\d\.", r"\de", r"\}", r",", r":",
          r"\"", r"[\[{]", r"\s", r"\]", r"\d", r"[^\x00-\x7f]", r"\}\s*,", r"item_", r"\"status\"\s*:\s*\""]


def cut_somewhere(rng, document, low, high):
    """A place behind `low` and before `high` to cut at, an interesting one where there is one."""
    if rng.random() < 0.7:
        window = max(low, high - 3_000) if rng.random() < 0.5 else low
        places = [m.end() for m in re.finditer(rng.choice(BREAKS), document.text[window:high])][:500]
        places = [window + p for p in places if low < window + p < high]
        if places:
            return rng.choice(places)
    return rng.randint(low + 1, high - 1)


# --- files of items ------------------------------------------------------------------------

def page_size(job, rng):
    """The total that a page states: the job's taste, which is noted."""
    how = job.size_taste
    size = {"null": None, "total": job.size, "some": rng.choice([None, job.size]), "true": Raw("true"),
            "wrong": rng.choice([0, 1, 7, 10_000, job.size + 1, Raw("250.0"), Raw("-1"), Raw('"12"'), Raw("1e400")])}[how]
    if size is not None:
        job.sizes.append(size)
    return size


def page_of(job, hand, rows):
    more = [("has_more", False)] if hand.rng.random() < 0.1 else []
    return hand.page(rows, page_size(job, hand.rng), more)


def pieces(rng, rows, most=None):
    """The rows in pages, some of them empty."""
    out, at = [], 0
    while at < len(rows):
        step = rng.randint(1, most or max(1, len(rows) // rng.randint(1, 6)))
        out.append(rows[at:at + step])
        at += step
    for _ in range(rng.choice([0, 0, 0, 1])):
        out.insert(rng.randint(0, len(out)), [])
    return out or [[]]


BETWEEN = ["", "\n", "\n", "\r\n", "\n\n", " ", "\t\n "]


def page_documents(job, hand, rows, one_line=False, most=None):
    return [written(hand.writer(one_line), page_of(job, hand, part)) for part in pieces(hand.rng, rows, most)]


def lines_of(hand, documents):
    """JSON Lines, the last one perhaps without its end."""
    rng = hand.rng
    between = hand.newline * (2 if rng.random() < 0.05 else 1)
    return joined(documents, between, rng.choice([between, ""]))


def ill_row(job, hand):
    """Almost an item, with something in it that is no JSON."""
    rng = hand.rng
    pairs = Pairs(hand.item(make_item(10**8 + rng.randint(0, 10**8), job.taste)))
    at = rng.randrange(len(pairs))
    if rng.random() < 0.5:
        pairs[at] = (pairs[at][0], Raw(rng.choice(ILL)))
    else:
        pairs.insert(at, (rng.choice(UNHEARD_OF), Raw(rng.choice(ILL))))
    return pairs


def broken_lines(job, hand, documents):
    """A line cut short, or one that is no JSON or nothing of ours, among the others."""
    rng = hand.rng
    for _ in range(rng.choice([1, 1, 3, 9])):
        at = rng.randrange(len(documents))
        if rng.random() < 0.4:
            row = Pairs([("items", [ill_row(job, hand)])]) if rng.random() < 0.1 else ill_row(job, hand)
            documents.insert(at + 1, Document(written(hand.writer(True), row).text))
        elif rng.random() < 0.5 and at + 1 < len(documents) and len(documents[at].text) > 2:
            line = documents[at]
            documents[at] = line.cut(cut_somewhere(rng, line, 0, len(line.text)))
        else:
            documents.insert(at + 1, Document(rng.choice(STRAY_LINES)))
    job.damaged = True


def http_head(rng, body):
    first = rng.choice(["HTTP/2 200 ", "HTTP/1.1 200 OK", "HTTP/1.0 200 OK"])
    return (f"{first}\r\ndate: Wed, 10 Jun 2026 12:00:00 GMT\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body.encode())}\r\nx-request-id: {uuid4(rng)}\r\n\r\n")


def curl_of(rng, documents):
    parts = []
    for document in documents:
        head = http_head(rng, document.text)
        parts.append(joined([Document(head), document]))
        if document is not documents[-1] and rng.random() < 0.1:
            parts.append(Document("HTTP/2 429 \r\nretry-after: 3\r\n\r\n" '{"detail":"Rate limit exceeded"}'))
    return joined(parts)


PLAIN_TEXT = re.compile(r"[^\W_][^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]{0,300}(?<! )")
WORDS_OF_NOTHING = {"nan", "null", "none", "na", "n/a", "nil"}


def plain(rows):
    """Whether nothing in these rows needs more than a table or YAML can say for certain."""
    return all("bad" not in row and all(
        value is None or PLAIN_TEXT.fullmatch(value) and value.lower() not in WORDS_OF_NOTHING
        for value in (row[k] for k in SERVER_ORDER if k not in TIMES)) for row in rows)


def csv_of(hand, rows):
    rng = hand.rng
    out = io.StringIO()
    delimiter = rng.choice([",", ",", ";", "\t", "|"])
    table = csv.writer(out, delimiter=delimiter, lineterminator=rng.choice(["\n", "\r\n"]),
                       quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    index = [""] if rng.random() < 0.5 else []
    form = rng.choice(["space", "millis", "six", "server", "+00:00"])
    table.writerow(index + hand.order)
    marks = []
    for n, row in enumerate(rows):
        cells = [row[k] for k in hand.order]
        for at, field in enumerate(hand.order):
            if field in row["spoiled"]:
                cells[at] = row["spoiled"][field]
            elif field in TIMES and cells[at] is not None:
                cells[at] = time_token(cells[at], form, rng)
        table.writerow([n] * len(index) + ["" if c is None else c for c in cells])
        marks.append((out.tell(), row))
    return Document(out.getvalue(), marks)


def yaml_of(hand, rows):
    """As the official CLI prints a list: mappings one after another, with nothing between."""
    text, marks = "", []
    for row in rows:
        for field in hand.order:
            value = row[field]
            if field in TIMES:
                value = row["spoiled"].get(field, rfc3339(value))
                shown = "null" if value is None else json.dumps(value, ensure_ascii=False)
            else:
                shown = yaml_scalar(value) if value is None or len(value) > 1 else json.dumps(value)
            text += f"{field}: {shown}\n"
        marks.append((len(text), row))
    return Document(text, marks)


FORMS = ["page", "page", "page", "pages", "pages", "lines", "lines", "page lines", "array", "array of pages", "array of arrays",
         "documents", "tiny pages", "curl", "mixed", "csv", "yaml"]


def document_of(job, hand, rows, form, harm=None):
    """One file of these rows, cut at the end or broken inside where it is to be harmed."""
    rng = hand.rng
    if harm and job.size_taste in ("total", "some") and not job.states_total:
        harm = None             # what a cut page states could be lost
    # After a break, documents are looked for again, and a ghost looks like one.
    hand.ghosts = hand.ghosts and harm is None
    if form in ("csv", "yaml"):
        form, hand = (form, Hand(rng, "python")) if rows and plain(rows) else ("page", hand)
    if form not in ("page", "pages", "page lines", "tiny pages", "array of pages"):
        # Whether such a document was meant as an item is open.
        rows = [r for r in rows if r.get("bad", ("", 0))[1] is not None]
    if harm == "cut" and form in ("array of pages", "array of arrays"):
        job.junk = True         # not while rows that cannot be read are counted again behind a cut
    if form == "csv":
        return csv_of(hand, rows)
    if form == "yaml":
        return yaml_of(hand, rows)
    if form in ("page", "pages") and harm is None and rng.random() < 0.05:
        hand.junk, job.junk = 0.5, True
    if form == "array of arrays":
        parts = [hand.rows(part) for part in pieces(rng, rows)]
        documents, between = [written(hand.writer(), parts)], ""
    elif form == "array":
        documents, between = [written(hand.writer(), hand.rows(rows))], ""
    elif form == "array of pages":
        parts = [page_of(job, hand, part) for part in pieces(rng, rows)]
        documents, between = [written(hand.writer(), parts)], ""
    elif form == "page":
        page = page_of(job, hand, rows)
        if harm == "inside":
            # Behind what is broken nothing is certain, so it stands last.
            lists = [value for _, value in page if isinstance(value, list) and not isinstance(value, Pairs)]
            lists[0].append(ill_row(job, hand))
            job.junk = job.damaged = True
        documents, between = [written(hand.writer(), page)], ""
    elif form in ("pages", "curl"):
        documents, between = page_documents(job, hand, rows), rng.choice(BETWEEN)
    elif form == "tiny pages":
        documents, between = page_documents(job, hand, rows, most=rng.choice([1, 1, 3])), rng.choice(BETWEEN)
    elif form == "page lines":
        documents, between = page_documents(job, hand, rows, one_line=True), None
    elif form == "lines":
        documents, between = [written(hand.writer(True), hand.item(r)) for r in rows], None
    elif form == "documents":
        documents, between = [written(hand.writer(), hand.item(r)) for r in rows], rng.choice(BETWEEN)
    else:
        documents, between = [], rng.choice(BETWEEN)
        for part in pieces(rng, rows):
            if rng.random() < 0.5:
                documents.append(written(hand.writer(), page_of(job, hand, part)))
            else:
                documents += [written(hand.writer(), hand.item(r)) for r in part
                              if r.get("bad", ("", 0))[1] is not None]
    if harm == "inside" and between is None and documents:
        broken_lines(job, hand, documents)
    if harm == "inside" and form == "pages":
        broken_page(rng, job, documents)
        between = "\n"
    if harm == "cut" and documents and len(documents[-1].text) > 2:
        last = documents[-1]
        documents[-1] = last.cut(cut_somewhere(rng, last, 0, len(last.text.rstrip())))
        documents[-1].rest = last.text[len(documents[-1].text):]
        job.damaged = True
    if form == "curl":
        document = curl_of(rng, documents)
    elif between is None:
        document = lines_of(hand, documents) if harm != "cut" else joined(documents, hand.newline)
    else:
        end = rng.choice(["", "\n", hand.newline]) if harm != "cut" else ""
        if hand.manner == "mean" and rng.random() < 0.1 and documents:
            documents.insert(0, Document(rng.choice([" ", "\n", "\r\n\r\n", "\t"])))
        document = joined(documents, between, end)
    if harm == "cut" and documents:
        document.rest = getattr(documents[-1], "rest", None)
    return document


def broken_page(rng, job, documents):
    """A page cut within its list, and whole ones behind it."""
    chosen = [n for n, d in enumerate(documents[:-1]) if len(d.marks) > 1]
    if chosen:
        at = rng.choice(chosen)
        page = documents[at]
        documents[at] = page.cut(cut_somewhere(rng, page, page.marks[0][0], page.marks[-1][0]))
        job.damaged = True


def encoding_of(rng, document):
    rest = getattr(document, "rest", None)
    if rest is not None and rng.random() < 0.5:
        return broken_character(rng, document, rest)
    return encoding(rng)


# --- status documents ----------------------------------------------------------------------

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


def status_files(dump, job, statuses, folder, stem="status"):
    """Each record in a file of its own, or all in one."""
    rng = dump.rng
    if not statuses:
        return
    if len(statuses) > 1 and rng.random() < 0.4:
        hand = Hand(rng)
        parts = [written(hand.writer(True), hand.status(d, row=d)) for d in statuses]
        dump.write(join(folder, f"{stem}es.jsonl"), lines_of(hand, parts), job, encoding(rng))
        return
    for n, document in enumerate(statuses):
        hand = Hand(rng)
        value = hand.status(document, row=document)
        roll = rng.random()
        if roll < 0.1:
            value = [value]
        elif roll < 0.2 and len(statuses) == 1:
            # As a list of jobs holds it: without the progress.
            document["progress"] = None
            value = hand.fields(document["job"], hand.job_order, row=document)
            value = rng.choice([value, [value], {"items": [value], "next_page_token": None, "total_size": 1}])
        file = f"{stem}{'' if n == 0 else f'_{n}'}.json"
        dump.write(join(folder, file), written(hand.writer(), value), job, encoding(rng))


# --- whole dumps ---------------------------------------------------------------------------

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


def split(rng, records, count):
    cuts = [0, *sorted(rng.randint(0, len(records)) for _ in range(count - 1)), len(records)]
    return [records[a:b] for a, b in zip(cuts, cuts[1:])]


def item_paths(rng, count, stem="items", folders=("",)):
    """Names in path order, in which files and folders sort alike by bytes and by parts."""
    ending = rng.choice([".json", ".json", ".jsonl", ".txt", ".ndjson", ".json.gz", "", ".csv"])
    pattern = rng.choice(["{stem}-{n:06}", "{stem}_{n}", "{stem}{n:02}", "{n:03}-{stem}", "{stem} ({n})", "{stem}-é{n}"])
    paths = [join(folders[n * len(folders) // count], pattern.format(stem=stem, n=n * rng.choice([1, 100, 1000])) + ending)
             for n in range(count)]
    if len(set(paths)) < count:
        paths = [join(folders[n * len(folders) // count], f"{stem}-{n:06}{ending}") for n in range(count)]
    return sorted(paths, key=lambda p: p.encode())


def numbers_of_items(rng):
    roll = rng.random()
    if roll < 0.05:
        return 0
    if roll < 0.25:
        return rng.randint(1, 5)
    if roll < 0.7:
        return rng.randint(6, 60)
    return rng.randint(61, 400) if roll < 0.99 else rng.randint(1_000, 3_000)


LAYOUTS_OF_JOBS = ["beside", "beside", "beside", "above", "id folder", "id names", "one file", "combined", "sdk", "snapshots",
                   "nameless"]
# Those whose files tell their job wherever they lie.
FLAT_LAYOUTS = ["id names", "one file", "combined", "sdk"]
# Those whose only file may come through a pipe.
PIPE_LAYOUTS = ["beside", "one file", "combined", "sdk", "nameless", "user"]
FOLDERS = ["a-run", "b-run", "c run", "Läufe d", "e/first", "f/2026/06"]


def make_job(dump, layout, folder, count=None, form=None, plain_taste=False):
    rng = dump.rng
    taste = Taste(rng, plain=plain_taste)
    job = Job("bjb-" + uuid4(rng), folder)
    job.taste, job.layout = taste, layout
    if layout == "id folder":
        job.folder = folder = join(folder, rng.choice(["{id}", "job-{id}", "{id}_pages", "{id}/pages"]).format(id=job.id))
    if layout == "nameless":
        job.id = None
        job.folder = folder = folder.split("/")[0]
    count = numbers_of_items(rng) if count is None else count
    if layout in ("nameless", "sdk"):
        count = max(1, count)
    items = {}
    for n in range(count):
        item = make_item(n, taste)
        items.setdefault(item["item_id"], item)
    items = list(items.values())
    known = layout in ("beside", "above", "one file", "combined", "snapshots") or \
        layout in ("id folder", "id names", "user", "sdk") and (rng.random() < 0.6 or not items)
    if layout == "nameless":
        known = False
    job.total = None if rng.random() < 0.03 else max(0, len(items) + rng.choice([0, 0, 0, 0, 1, 5, 100, -1]))
    job.states_total = known and job.total is not None
    job.size = rng.choice([len(items), job.total or len(items), len(items) + 3])    # 0 could stand for null
    tastes = ["null", "total", "some", "true", "wrong"] if job.states_total else ["null", "total", "some"]
    job.size_taste = "null" if layout in ("sdk", "combined") else rng.choice(tastes)
    statuses = make_statuses(job, taste, rng.choice([1, 1, 1, 2, 4])) if known else []

    if layout == "snapshots":
        moments = rng.randint(2, 3)
        chunks = [list(items)] + [[another_record(i, taste) for i in items] for _ in range(moments - 1)]
        rng.shuffle(chunks)
        chunks = without_doubts(chunks)
    else:
        records = with_twins(items, taste)
        files = rng.choice([1, 1, 2, 3, 6]) if len(records) > 1 else 1
        chunks = without_doubts(split(rng, records, files))
        if layout in ("nameless", "id folder", "id names", "user", "sdk") and not statuses:
            chunks = [c for c in chunks if c]       # a job that nothing speaks of is open
    if not dump.repeats:
        with_broken_bytes(chunks, taste)
    chunks = with_bad_rows(chunks, taste) if chunks else [[]]
    if layout == "sdk":
        # Off while a page object counts its rows twice where none of them is an item.
        chunks = [c if any("bad" not in r for r in c) else [] for c in chunks]

    def file(path, rows, n):
        hand = Hand(rng, None if not plain_taste else "server")
        # What the first file holds is safe, so that there is something.
        harm = None if n == 0 else rng.choices([None, "cut", "inside"], [88, 8, 4])[0]
        document = document_of(job, hand, rows, form or rng.choice(FORMS), harm)
        dump.write(path, document, job, encoding_of(rng, document))

    if layout == "one file":
        one_file(dump, job, statuses, chunks)
    elif layout == "combined":
        paths = item_paths(rng, len(chunks), f"whole-{len(dump.jobs)}", (folder,))
        for n, (path, rows) in enumerate(zip(paths, chunks)):
            # Where a status that is lost in a cut stands in another file too, nothing is open.
            status = statuses[0] if n == 0 else rng.choice(statuses)
            harm = n > 0 and folder and status is statuses[0] and rng.random() < 0.2
            combined_file(dump, job, path, status, rows, harm)
        left = [s for s in statuses if not any(s is r[2] for r in job.statuses)]
        status_files(dump, job, left, folder, f"more-{len(dump.jobs)}-status")
    elif layout == "sdk":
        paths = item_paths(rng, len(chunks), f"page-{len(dump.jobs)}", (folder,))
        for n, (path, rows) in enumerate(zip(paths, chunks)):
            # Where the path in the page is lost, the status beside it tells the job.
            sdk_file(dump, job, path, rows, n > 0 and folder and statuses and rng.random() < 0.3)
        status_files(dump, job, statuses, folder, f"status-{len(dump.jobs)}")
    elif layout == "snapshots":
        for n, rows in enumerate(chunks):
            moment = join(folder, f"2026-06-01T1{n}-00Z")
            mine = [s for k, s in enumerate(statuses) if k % len(chunks) == n] or statuses[:1]
            status_files(dump, job, mine, moment)
            parts = split(rng, rows, rng.choice([1, 2]))
            for k, (path, part) in enumerate(zip(item_paths(rng, len(parts), "items", (moment,)), parts)):
                file(path, part, n + k)
    else:
        folders = (folder,)
        if layout == "above":
            folders = rng.choice([(join(folder, "pages"),), (join(folder, "pages/1"), join(folder, "pages/2"))])
        stem = rng.choice(["items", "page", "list", "I"])
        if layout == "id names":
            stem = rng.choice(["{id}.items", "items_{id}", "{id}"]).format(id=job.id)
        paths = item_paths(rng, len(chunks), stem, folders)
        words = {i["status"] for c in chunks for i in c}
        if layout in ("beside", "nameless") and len(chunks) == 1 and len(words) == 1 and words <= set(STATUSES):
            # A list is called by the status it was filtered by.
            if rng.random() < 0.5:
                job.named_filter, = words
                paths = [join(folder, f"{job.named_filter}.json")]
        for n, (path, rows) in enumerate(zip(paths, chunks)):
            file(path, rows, n)
        status_stem = f"{job.id}.status" if layout == "id names" else "status"
        status_files(dump, job, statuses, folder, status_stem)
    if layout == "user":
        dump.arguments += ["--job-id", job.id]
    dump.jobs.append(job)
    return job


def one_file(dump, job, statuses, chunks):
    """Status documents, pages and items of one job, one after another."""
    rng = dump.rng
    hand = Hand(rng)
    hand.ghosts = rng.random() < 0.5
    one_line = rng.random() < 0.5
    documents = [written(hand.writer(one_line), hand.status(s, row=s)) for s in statuses]
    for rows in chunks:
        if rng.random() < 0.5:
            at = rng.randint(0, len(documents))
            documents.insert(at, written(hand.writer(one_line), page_of(job, hand, rows)))
        else:
            rows = [r for r in rows if r.get("bad", ("", 0))[1] is not None]
            documents += [written(hand.writer(one_line), hand.item(r)) for r in rows]
    if not hand.ghosts and rng.random() < 0.2 and len(documents) > 1 and not any("job" in row for _, row in documents[-1].marks):
        last = documents[-1]
        documents[-1] = last.cut(cut_somewhere(rng, last, 0, len(last.text)))
        job.damaged = True
        document = joined(documents, hand.newline if one_line else rng.choice(BETWEEN))
    elif one_line:
        document = lines_of(hand, documents)
    else:
        document = joined(documents, rng.choice(BETWEEN), rng.choice(["", "\n"]))
    path = join(job.folder, f"all-{len(dump.jobs)}" + rng.choice([".json", ".jsonl", ".txt"]))
    dump.write(path, document, job, encoding(rng))


def combined_file(dump, job, path, status, rows, harm):
    """A status with its items, in both forms."""
    rng = dump.rng
    hand = Hand(rng)
    hand.ghosts = not harm
    document = hand.status(status, row=status)
    if rng.random() < 0.5:
        pairs = [("status", document), ("items", hand.rows(rows))]
    else:
        pairs = [*document, ("items", hand.rows(rows))]
    if hand.manner == "mean":
        rng.shuffle(pairs)
    whole = written(hand.writer(), Pairs(pairs))
    if harm:
        whole = whole.cut(cut_somewhere(rng, whole, 0, len(whole.text)))
        job.damaged = True
    dump.write(path, whole, job, encoding(rng))


def sdk_file(dump, job, path, rows, harm):
    """A page object as an SDK prints it, which holds its items twice."""
    rng = dump.rng
    hand = Hand(rng)
    hand.ghosts = not harm
    shown = hand.rows(rows)
    again = [Pairs(row) for row in shown]
    pairs = [("options", {"method": "get", "path": f"/api/v1/beta/batch-processing/{job.id}/items", "query": {"limit": 1000}}),
             ("response", {}), ("body", {"items": again, "next_page_token": None, "total_size": None}),
             ("items", shown), ("total_size", 0)]
    if hand.manner == "mean" and not harm:
        # Not while a page that is cut in its `body` behind its `items` counts what is in both twice.
        rng.shuffle(pairs)
    names = [key for key, _ in pairs]
    if names.index("body") < names.index("items"):
        # Of a page that is cut, what the first of the two lists holds is there.
        for row, twin in zip(shown, again):
            row.row, twin.row = None, row.row
    page = written(hand.writer(), Pairs(pairs))
    if harm:
        page = page.cut(cut_somewhere(rng, page, 0, len(page.text)))
        job.damaged = True
        job.junk = job.junk or any("bad" in r for r in rows)        # as of pages in an array, see there
    dump.write(path, page, job, encoding(rng))


def jobs_list(dump):
    """The list of all jobs, in the folder above theirs."""
    rng = dump.rng
    hand = Hand(rng)
    rows = []
    for job in dump.jobs:
        if job.statuses and rng.random() < 0.5:
            document = rng.choice(job.statuses)[2]
            document = {**document, "progress": None}
        elif job.statuses:
            continue
        else:
            document = make_status(job, job.taste, progress=False)
        rows.append((job, document))
    if len(rows) < 2:
        return
    values = [hand.fields(d["job"], hand.job_order, row=d) for _, d in rows]
    value = rng.choice([values, {"items": values, "next_page_token": None, "total_size": len(rows)}])
    for job, document in rows:
        job.states_total = job.states_total or document["job"]["total_items"] is not None
    dump.write("jobs.json", written(hand.writer(), value), None, encoding(rng))


def cut_everywhere(dump):
    """One document in as many files, cut at every place; all hold the same items, as far as they go."""
    rng = dump.rng
    dump.repeats = True
    job = make_job(dump, "beside", "", rng.randint(2, 6), "page")
    job.size_taste = "null"
    items = [row for _, _, row in job.records]
    hand = Hand(rng, rng.choice(["mean", "mean", "server"]))
    hand.ghosts, hand.extras, hand.deep = False, min(hand.extras, 0.1), 0
    form = rng.choice(["page", "array", "lines", "documents", "pages"])
    document = document_of(job, hand, items, form)
    length = len(document.text.rstrip())
    step = max(1, length // 400)
    for at in range(1 + rng.randrange(step), length, step):
        cut = document.cut(at)
        rest = document.text[at:] if rng.random() < 0.5 else None
        dump.write(f"cut-{at:06}.json", cut, job, broken_character(rng, cut, rest))
    job.damaged = True


def tiny_files(dump):
    """Hundreds of pages of hardly an item."""
    rng = dump.rng
    job = make_job(dump, "beside", "", 3, "page")
    hand = Hand(rng)
    for n in range(400):
        items = [make_item(1_000 + n * 2 + k, job.taste) for k in range(rng.choice([0, 1, 1, 1, 2]))]
        dump.write(f"more/page-{n:06}.json", document_of(job, hand, items, "page"), job, lambda text: text.encode())


def long_texts(dump):
    """Texts of a megabyte, among items of the usual size."""
    rng = dump.rng
    job = make_job(dump, "beside", "", 20, "lines")
    hand = Hand(rng, "server")
    for n, part in enumerate(["W", "ü", "\\", "\"", "📄", "ab\n", "{}[],:"]):
        items = [make_item(1_000 + n * 9 + k, job.taste) for k in range(3)]
        for field in ("item_name", "job_id", "job_record_id"):
            items[1][field] = part * rng.randint(300_000, 1_100_000)
        dump.write(f"long-{n}.json", document_of(job, hand, items, rng.choice(["page", "lines", "array"])), job,
                   lambda text: text.encode())


def many_jobs(dump):
    """More jobs than a page has charts for."""
    for _ in range(60):
        make_job(dump, dump.rng.choice(FLAT_LAYOUTS), "", dump.rng.randint(1, 12))


def large(layout, form, count, harm=None, manner=None):
    def make(dump):
        job = make_job(dump, layout, "", count, form, plain_taste=count > 10_000)
        if harm:
            hand = Hand(dump.rng, manner)
            items = [make_item(10**7 + n, job.taste) for n in range(count)]
            dump.write("harmed.json", document_of(job, hand, items, form, harm), job, lambda text: text.encode())
    return make


# What every so many-th dump is, so that no run is without them.
EVERY = 240
SPECIAL = {7: large("beside", "lines", 20_000), 27: cut_everywhere, 47: large("beside", "tiny pages", 3_000), 67: tiny_files,
           87: large("beside", "page", 20_000), 107: cut_everywhere, 127: large("beside", "pages", 4_000), 147: long_texts,
           167: large("beside", "documents", 5_000), 177: large("beside", "lines", 8_000),
           187: large("beside", "lines", 2_500, "inside", "server"), 189: large("beside", "lines", 2_500, "inside", "mean"),
           192: large("beside", "pages", 2_500, "inside"), 197: large("beside", "page", 2_500, "cut"),
           207: large("beside", "array", 5_000), 217: large("one file", None, 4_000), 227: cut_everywhere,
           232: many_jobs, 237: large("combined", None, 4_000)}


def make_dump(seed, rng):
    dump = Dump(seed, rng)
    if seed % EVERY in SPECIAL:
        SPECIAL[seed % EVERY](dump)
        check_order(dump)
        return dump
    count = rng.choice([1, 1, 1, 2, 3, 4, 6])
    if count == 1:
        layout = rng.choice(LAYOUTS_OF_JOBS + ["user", "user"])
        make_job(dump, layout, rng.choice(["", "", "run", "Läufe/juin"]))
    elif rng.random() < 0.3:
        for _ in range(count):
            make_job(dump, rng.choice(FLAT_LAYOUTS), "")
    else:
        for folder in FOLDERS[:count]:
            make_job(dump, rng.choice(LAYOUTS_OF_JOBS), folder)
        if rng.random() < 0.4 and all(job.id for job in dump.jobs):
            jobs_list(dump)
    if rng.random() < 0.25:
        dump.foreign(rng.choice(["", dump.jobs[0].folder]))
    check_order(dump)
    return dump


def check_order(dump):
    """Path order must be the same by bytes and by parts, or "the later in path order" is open."""
    for job in dump.jobs:
        paths = {path for path, _, _ in job.records}
        assert sorted(paths, key=lambda p: p.encode()) == sorted(paths, key=lambda p: [q.encode() for q in p.split("/")])


# --- the truth -----------------------------------------------------------------------------

def newest_status(job):
    """The record of the job that counts, and its progress where that is beyond doubt."""
    best, progress = None, []
    for _, _, document in job.statuses:
        fields = document["job"]
        stamp = tuple(-math.inf if fields[k] is None else fields[k] for k in ("effective_at", "updated_at"))
        if best is None or stamp > best:
            best, progress, chosen = stamp, [], fields
        if stamp == best:
            assert chosen is fields
            progress.append(document["progress"])
    if best is None:
        return None, None
    return chosen, progress[0] if len(set(map(str, progress))) == 1 else ANY


def status_filter(job, records, items, total, from_job, source):
    """The one status a list was filtered by, where that can be seen; ANY where it is open."""
    words = {i["status"] for i in items}
    if job.named_filter is not None and source != "job.total_items":
        return job.named_filter if words == {job.named_filter} and not job.unreadable else ANY
    if len(words) != 1 or total is None or len(items) >= total:
        return None
    if not from_job or job.unreadable or job.damaged or len({r["status"] for r in records}) > 1:
        return ANY
    if all(size == len(items) for size in job.sizes):
        return words.pop()
    return None if all(size == total for size in job.sizes) and job.named_filter is None else ANY
