"""Documents of v2 as the content of files, the way each client leaves them."""

import csv
import gzip
import io
import json

from model import rfc3339
from .documents import hostile

TIMES = {"created_at", "updated_at", "pending_at", "throttled_at", "running_at", "completed_at", "failed_at", "cancelled_at",
         "started_at"}
HEAD = "HTTP/2 200\r\ncontent-type: application/json\r\ndate: Thu, 12 Nov 2026 09:00:00 GMT\r\n\r\n"


class Hand:
    """How one client writes."""

    def __init__(self, rng):
        self.rng = rng
        self.times = rng.choice(["Z", "+00:00", "six", "space"])
        self.drops_nulls = rng.random() < 0.3
        self.shuffles = rng.random() < 0.3
        self.layout = rng.choice([{"separators": (",", ":")}, {}, {"indent": 2}, {"indent": 4}])
        self.ascii = rng.random() < 0.5

    def time(self, micros):
        if self.times == "Z":
            return rfc3339(micros)
        seconds, fraction = divmod(micros, 1_000_000)
        text = rfc3339(seconds * 1_000_000)[:-1] + f".{fraction:06}"
        return {"+00:00": f"{text}+00:00", "six": f"{text}Z", "space": text.replace("T", " ") + "+00:00"}[self.times]

    def document(self, value):
        """The object with its times as text, without nulls if the client leaves them out."""
        pairs = [(k, self.value(k, v)) for k, v in value.items()]
        # Without its transitions or its tag no data point could be told from a job.
        pairs = [(k, v) for k, v in pairs if v is not None or not self.drops_nulls or k in ("results", "custom_tag")]
        if self.shuffles:
            self.rng.shuffle(pairs)
        return dict(pairs)

    def value(self, key, value):
        if key in TIMES and value is not None:
            return self.time(value)
        if key in ("config", "state_transitions") and value is not None:
            return self.document(value)
        return value

    def dumps(self, value, one_line=False):
        layout = {k: v for k, v in self.layout.items() if not (one_line and k == "indent")}
        return json.dumps(value, ensure_ascii=self.ascii, **layout)


def as_yaml(value, indent=0):
    """A mapping as the CLI writes it."""
    out, pad = [], "  " * indent
    for key, inner in value.items():
        out.append(f"{pad}{key}:{yaml_value(inner, indent)}")
    return "".join(out)


def yaml_value(value, indent):
    if isinstance(value, dict) and value:
        return "\n" + as_yaml(value, indent + 1)
    if isinstance(value, list) and value and all(isinstance(v, dict) and v for v in value):
        pad = "  " * (indent + 1)
        return "\n" + "".join(pad + "- " + as_yaml(v, indent + 2).lstrip() for v in value)
    return f" {json.dumps(value)}\n"


def as_csv(hand, documents):
    """Rows as a data frame writes them: nested objects as Python's repr or as columns of their own."""
    def flat(document):
        row = {}
        for key, value in document.items():
            if key == "state_transitions":
                row |= {f"state_transitions.{k}": v for k, v in value.items()}
            else:
                row[key] = repr(value) if isinstance(value, dict) else value
        return row
    rows = [flat(hand.document(document)) for document in documents]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    table = csv.writer(out, lineterminator=hand.rng.choice(["\n", "\r\n"]))
    table.writerow(columns)
    for row in rows:
        table.writerow([row.get(column) for column in columns])
    return out.getvalue()


def envelope(hand, job):
    """What `GET /api/v2/parse/{id}` answers: the job beside parsed content."""
    rng = hand.rng
    pages = [{"page": n, "success": rng.random() < 0.7, "error": None, "items": [hostile(rng)]} for n in range(rng.randint(0, 3))]
    row = {"item_id": "dfl-ghost", "item_name": "ghost.pdf", "status": "FAILED", "error_message": "a ghost"}
    content = rng.choice([None, {"pages": pages}, {"items": [row]}, [row], [row, row], [1, "x"]])
    pairs = [("job", hand.document(job)), ("items", content), ("text", rng.choice([None, "{\"items\": []}"])),
             ("markdown", rng.choice([None, {"pages": pages}])), ("job_metadata", {"status": "x"})]
    if rng.random() < 0.6:
        rng.shuffle(pairs)
    told = dict(pairs)
    views = (told["markdown"], told["items"])
    failed = max(sum(not page["success"] for page in view["pages"]) if isinstance(view, dict) and "pages" in view else 0
                 for view in views)
    return told, failed


def bytes_of(rng, text, plain=False):
    roll = 1 if plain else rng.random()
    if roll < 0.08:
        return gzip.compress(text.encode(), mtime=0)
    if roll < 0.12:
        return b"\xef\xbb\xbf" + text.encode()
    if roll < 0.16:
        return text.encode("utf-16")
    return text.encode()


def page_text(hand, documents, form):
    """Documents as one file of that form."""
    rng = hand.rng
    written = [hand.document(document) for document in documents]
    page = {"items": written, "next_page_token": rng.choice([None, "t"]), "total_size": rng.choice([None, len(written)])}
    if form == "page":
        return hand.dumps(page)
    if form == "pages":
        cut = rng.randint(0, len(written))
        return hand.dumps([{**page, "items": part} for part in (written[:cut], written[cut:])])
    if form == "page object":
        return hand.dumps({"options": {"method": "get", "path": "/api/v2/parse", "query": {"job_ids": ["x"]}}, "response": {},
                           "body": page, "items": written, "next_page_token": None})
    if form == "array":
        return hand.dumps(written)
    if form == "stream":
        return rng.choice(["\n", ""]).join(hand.dumps(one) for one in written)
    if form == "lines":
        return "".join(hand.dumps(one, one_line=True) + "\n" for one in written)
    if form == "yaml":
        return "".join(as_yaml(one) for one in written)
    if form == "csv":
        return as_csv(hand, documents)
    assert form == "curl -i"
    return HEAD + hand.dumps(page) + rng.choice(["", "\n"])


FORMS = ["page", "page", "pages", "page object", "array", "stream", "lines", "yaml", "csv", "curl -i"]


def write_list(dump, folder, name, kind, documents, forms=FORMS):
    """Documents of one kind in one to three files of one form."""
    rng = dump.rng
    if not documents:
        return
    form, hand = rng.choice(forms), Hand(rng)
    if form == "csv" and any("extract_result" in d for d in documents):
        form = "lines"
    # A mapping ends where a key comes again, so that each has to begin with the same one.
    hand.shuffles &= form != "yaml"
    parts = rng.randint(1, min(3, len(documents)))
    step = -(-len(documents) // parts)
    for n in range(0, len(documents), step):
        part = documents[n:n + step]
        text = page_text(hand, part, form)
        ending = {"csv": "csv", "yaml": "yaml", "lines": "jsonl"}.get(form, "json")
        plain = form in ("yaml", "csv")
        dump.add(f"{folder}{name}_{n + 1}.{ending}", bytes_of(rng, text, plain), [(kind, d) for d in part])


def write_gets(dump, folder, jobs):
    """Each job as its own response."""
    rng, hand = dump.rng, Hand(dump.rng)
    form = rng.choice(["files", "lines", "array"])
    told = []
    for job in jobs:
        text, failed = envelope(hand, job)
        told.append((text, {**job, "failed_pages": failed}))
    if form == "files":
        for n, (text, job) in enumerate(told):
            dump.add(f"{folder}jobs/{n:03}.json", bytes_of(rng, hand.dumps(text)), [("job", job)])
    elif form == "lines":
        text = "".join(hand.dumps(text, one_line=True) + "\n" for text, _ in told)
        dump.add(f"{folder}jobs.jsonl", bytes_of(rng, text), [("job", job) for _, job in told])
    else:
        dump.add(f"{folder}jobs.json", bytes_of(rng, hand.dumps([text for text, _ in told])), [("job", job) for _, job in told])


def write_batches(dump, folder, batches):
    rng, hand = dump.rng, Hand(dump.rng)
    form = rng.choice(["files", "files", "array", "lines", "yaml", "page"])
    hand.shuffles &= form != "yaml"
    written = [hand.document(batch) for batch in batches]
    if form == "files":
        for n, (text, batch) in enumerate(zip(written, batches)):
            body = hand.dumps(text)
            head = HEAD if rng.random() < 0.1 else ""
            dump.add(f"{folder}batch_{n + 1}.json", bytes_of(rng, head + body), [("batch", batch)])
        return
    text = {"array": lambda: hand.dumps(written), "page": lambda: hand.dumps({"items": written, "next_page_token": None}),
            "lines": lambda: "".join(hand.dumps(one, one_line=True) + "\n" for one in written),
            "yaml": lambda: "".join(as_yaml(one) for one in written)}[form]()
    dump.add(f"{folder}batches.{'yaml' if form == 'yaml' else 'json'}", bytes_of(rng, text, form == "yaml"),
             [("batch", batch) for batch in batches])


def write_one_object(dump, folder, world):
    """Everything in one object, as a script puts it together."""
    hand = Hand(dump.rng)
    pairs = [("batch", [hand.document(b) for b in world.batches]), ("jobs", [hand.document(j) for j in world.jobs]),
             ("data_points", {"items": [hand.document(p) for p in world.points]}),
             ("files", [hand.document(f) for f in world.files])]
    dump.rng.shuffle(pairs)
    kinds = {"batch": ("batch", world.batches), "jobs": ("job", world.jobs), "data_points": ("point", world.points),
             "files": ("file", world.files)}
    documents = [(kinds[name][0], document) for name, _ in pairs for document in kinds[name][1]]
    dump.add(f"{folder}all.json", bytes_of(dump.rng, hand.dumps(dict(pairs))), documents)


def write(dump, world):
    rng = dump.rng
    folder = rng.choice(["", "dump/", "a b/"])
    rng.shuffle(world.jobs)
    rng.shuffle(world.points)
    for job, items in world.v1:
        hand = Hand(rng)
        status = {"job": hand.document(job), "progress_percentage": 100}
        page = {"items": [hand.document(item) for item in items], "total_size": len(items)}
        dump.add(f"{folder}old/status.json", bytes_of(rng, hand.dumps(status)), [("v1 job", job)])
        dump.add(f"{folder}old/items.json", bytes_of(rng, hand.dumps(page)), [("v1 item", item) for item in items])
    if rng.random() < 0.1:
        write_one_object(dump, folder, world)
        return
    write_batches(dump, folder, world.batches)
    spread = lambda name: rng.choice(["", f"{name}/"])
    got = [job for job in world.jobs if job["id"].startswith("pjb-")] if rng.random() < 0.35 else []
    write_gets(dump, folder, got) if got else None
    write_list(dump, folder + spread("list"), "list", "job", [job for job in world.jobs if not any(job is g for g in got)])
    write_list(dump, folder + spread("points"), "points", "point", world.points)
    write_list(dump, folder + spread("names"), "files", "file", world.files)
