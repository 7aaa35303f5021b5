"""How somebody writes: the order of keys, white space, escapes, forms of times, and what is between."""

from server import JOB_PYTHON_ORDER, JOB_SERVER_ORDER, PYTHON_ORDER, SERVER_ORDER
from .items import MEAN_TEXT
from .times import TIME_FORMS, time_token
from .writing import LAYOUTS, ONE_LINE, Pairs, Raw, Writer

GHOST = {"item_id": "ghost", "item_name": "no item.pdf", "status": "failed", "error_message": "a ghost"}
# Fields nobody has heard of, some of them almost like those everybody has.
UNHEARD_OF = ["retry_count", "x_meta", "extra", "Ünbekannt", "x\"y", "a\\", "pages", "item_ID", "Status", "status_", "statuses",
              "item_i", "item_idx", "item_name2", " item_id", "item_id ", "started", "completed_at_", "error_messages", "k" * 300]
# What stands in lists and is not even a row.
JUNK = [None, 5, "x", True, {"foo": 1}, Raw("-1.5e3"), ""]


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
            elif isinstance(value, int) and self.manner == "mean" and self.rng.random() < 0.05:
                value = Raw(f"{value}.0")       # as what has passed through a data frame
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

    def page(self, items, total, more=(), last=()):
        """A page of a list, its keys before and behind the items; `last` is what is not an item."""
        rng = self.rng
        rows = self.rows(items)
        if self.junk and rng.random() < self.junk:
            rows.insert(rng.randint(0, len(rows)), rng.choice(JUNK))
        rows += last
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
