"""Makes random dumps: jobs and items as objects, and the files some client left of them.

Everything odd that the documents, the clients and the disks are known for happens here, alone and
together, but nothing whose meaning is open: where two readings of the rules would give two numbers,
the dump is made so that they agree, or `truth.py` does not compare the number.

    times, items    what there is to know
    writing, hands  how somebody writes JSON
    files           rows as the content of one file
    layouts         files in folders

A dump is made from its seed alone.
"""

from .files import broken_character, document_of
from .hands import Hand
from .items import make_item
from .layouts import FLAT_LAYOUTS, FOLDERS, LAYOUTS_OF_JOBS, Dump, jobs_list, make_job

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
        dump.write(f"cut-{at:06}.json", cut, job, broken_character(rng, cut.rest if rng.random() < 0.5 else ""))
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
            items[1][field] = part * (rng.randint(300_000, 1_100_000) // dump.scale)
        dump.write(f"long-{n}.json", document_of(job, hand, items, rng.choice(["page", "lines", "array"])), job,
                   lambda text: text.encode())


def many_jobs(dump):
    """More jobs than a page has charts for."""
    for _ in range(60):
        make_job(dump, dump.rng.choice(FLAT_LAYOUTS), "", dump.rng.randint(1, 12))


def large(layout, form, count, harm=None, manner=None):
    def make(dump):
        many = count // dump.scale
        job = make_job(dump, layout, "", many, form, plain_taste=count > 10_000)
        if harm:
            hand = Hand(dump.rng, manner)
            items = [make_item(10**7 + n, job.taste) for n in range(many)]
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


def make_dump(seed, rng, scale=1):
    """The dump of a seed; what is large is smaller by `scale`."""
    dump = Dump(seed, rng)
    dump.scale = scale
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
