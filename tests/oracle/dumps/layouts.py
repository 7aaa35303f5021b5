"""Files in folders: who lies where, and what tells which job it belongs to."""

import json

from server import uuid4
from model import STATUSES
from .files import (BETWEEN, FORMS, certain, cut_somewhere, document_of, encoding, encoding_of, joined, lines_of,
                    page_of, written)
from .hands import GHOST, Hand
from .items import (Taste, make_item, make_status, make_statuses, with_bad_rows, with_broken_bytes, with_twins,
                    without_doubts, another_record)
from .writing import Pairs

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
        self.progress_lost = False      # whether a record of it may be cut before its progress
        self.junk = False       # whether what is in lists and no row counts as one that cannot be read is open
        self.total = None       # what its status documents say
        self.states_total = False
        self.size = None        # what its pages say, after their taste
        self.size_taste = "null"


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
    """A job with its items, in files that lie in one of the layouts."""
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

    lay_out(dump, job, statuses, chunks, form, "server" if plain_taste else None)
    if layout == "user":
        dump.arguments += ["--job-id", job.id]
    dump.jobs.append(job)
    return job


def lay_out(dump, job, statuses, chunks, form, manner):
    """The files of a job, each chunk of its records in one."""
    rng, layout, folder = dump.rng, job.layout, job.folder

    def file(path, rows, n):
        hand = Hand(rng, manner)
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
            documents += [written(hand.writer(one_line), hand.item(r)) for r in certain(rows)]
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
        job.damaged = job.progress_lost = True
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
