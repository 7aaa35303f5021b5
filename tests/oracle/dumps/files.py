"""Rows as the content of a file: documents in all the ways clients join them, whole, cut and broken."""

import csv
import gzip
import io
import json
import re
import shutil
import subprocess

from fixtures.writing import yaml_scalar
from model import TIMES, rfc3339
from server import SERVER_ORDER, uuid4
from .hands import UNHEARD_OF, Hand
from .items import NO_UTF8, make_item
from .times import time_token
from .writing import Pairs, Raw

ZSTD = shutil.which("zstd")


class Document:
    """A text, and the rows in it, each with the offset at which it is whole."""

    def __init__(self, text, marks=(), rest=None):
        self.text, self.marks = text, list(marks)
        # What was cut off behind it.
        self.rest = rest

    def cut(self, at):
        return Document(self.text[:at], [(end, row) for end, row in self.marks if end <= at], self.text[at:])


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
    return Document("".join(parts) + end, marks, documents[-1].rest if documents and not end else None)


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


def broken_character(rng, rest):
    """UTF-8 with the first bytes of a character that the cut went through."""
    tail = rest[:1].encode()
    part = tail[:rng.randint(1, len(tail) - 1)] if len(tail) > 1 else b""
    return lambda text: text.encode() + part


def encoding_of(rng, document):
    if document.rest is not None and rng.random() < 0.5:
        return broken_character(rng, document.rest)
    return encoding(rng)


# What a text is cut behind: in a key, an escape, a number, a word, between two items …
BREAKS = [r"\\", r"\\u", r"\\u[0-9a-fA-F]{1,3}", r"\\ud[89abAB][0-9a-f]{2}", r"[tfn][ra]", r"nul", r"-", r"\d\.", r"\de", r"\}",
          r",", r":", r"\"", r"[\[{]", r"\s", r"\]", r"\d", r"[^\x00-\x7f]", r"\}\s*,", r"item_", r"\"status\"\s*:\s*\""]


def cut_somewhere(rng, document, low, high):
    """A place behind `low` and before `high` to cut at, an interesting one where there is one."""
    if rng.random() < 0.7:
        window = max(low, high - 3_000) if rng.random() < 0.5 else low
        places = [m.end() for m in re.finditer(rng.choice(BREAKS), document.text[window:high])][:500]
        places = [window + p for p in places if low < window + p < high]
        if places:
            return rng.choice(places)
    return rng.randint(low + 1, high - 1)


def page_size(job, rng):
    """The total that a page states: the job's taste, which is noted."""
    how = job.size_taste
    size = {"null": None, "total": job.size, "some": rng.choice([None, job.size]), "true": Raw("true"),
            "wrong": rng.choice([0, 1, 7, 10_000, job.size + 1, Raw("250.0"), Raw("-1"), Raw('"12"'), Raw("1e400")])}[how]
    if size is not None:
        job.sizes.append(size)
    return size


def page_of(job, hand, rows, last=()):
    more = [("has_more", False)] if hand.rng.random() < 0.1 else []
    return hand.page(rows, page_size(job, hand.rng), more, last)


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


STRAY_LINES = ["[INFO] page 2", "Error: 500", "%", "{x}", "{", "{'item_id': 'q'}", '{"detail":"Rate limit exceeded"}',
               '{"foo":1}']
# What is no JSON, though one who reads with half an eye might let it pass.
ILL = ["tru", "nulll", "True", "None", "undefined", "01", "1.", ".5", "+1", "-", "1e", "0x10", "1_000", "'x'", '"\\x41"',
       '"\\u12G4"', '"\\u12"', '"a\x01b"', '"tab\tinside"', "[1 2]", "[1,]", "[,1]", '{"a"}', '{"a":1,}', '{"a" 1}', "{1:2}",
       '{"a":}', '{"a":1 "b":2}', "[1,2}", '{"a":1]', "x", "\\", "", ",", ":", '""""', '"a" "b"', "1 2", "nan", "--1", "1e+",
       "\x00", "/* */ 1", "// 1"]


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
            place = cut_somewhere(rng, line, 0, len(line.text))
            if "items" in line.text and value_may_follow(line, place):
                place = 1
            documents[at] = line.cut(place)
        else:
            documents.insert(at + 1, Document(rng.choice(STRAY_LINES)))
    job.damaged = True


def value_may_follow(document, place):
    """Whether what is appended behind a cut may be taken for a value, which the program still does of some pages."""
    return document.text[:place].rstrip()[-1:] in (":", "[", ",")


def broken_page(rng, job, documents):
    """A page cut within its list, and whole ones behind it."""
    chosen = [n for n, d in enumerate(documents[:-1]) if len(d.marks) > 1]
    if chosen:
        at = rng.choice(chosen)
        page = documents[at]
        place = cut_somewhere(rng, page, page.marks[0][0], page.marks[-1][0])
        if value_may_follow(page, place):
            place = rng.choice(page.marks[:-1])[0]
        documents[at] = page.cut(place)
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


def documents_of(job, hand, rows, form, broken):
    """The documents of one file, and what stands between them; None for the ends of lines."""
    rng = hand.rng
    if form == "array":
        return [written(hand.writer(), hand.rows(rows))], ""
    if form == "array of arrays":
        return [written(hand.writer(), [hand.rows(part) for part in pieces(rng, rows)])], ""
    if form == "array of pages":
        return [written(hand.writer(), [page_of(job, hand, part) for part in pieces(rng, rows)])], ""
    if form == "page":
        # Behind what is no JSON nothing is certain, so it stands last.
        last = [ill_row(job, hand)] if broken else []
        return [written(hand.writer(), page_of(job, hand, rows, last))], ""
    if form == "page lines":
        return page_documents(job, hand, rows, one_line=True), None
    if form == "lines":
        return [written(hand.writer(True), hand.item(r)) for r in rows], None
    between = rng.choice(BETWEEN)
    if form in ("pages", "curl"):
        return page_documents(job, hand, rows), between
    if form == "tiny pages":
        return page_documents(job, hand, rows, most=rng.choice([1, 1, 3])), between
    if form == "documents":
        return [written(hand.writer(), hand.item(r)) for r in rows], between
    documents = []
    for part in pieces(rng, rows):
        if rng.random() < 0.5:
            documents.append(written(hand.writer(), page_of(job, hand, part)))
        else:
            documents += [written(hand.writer(), hand.item(r)) for r in certain(part)]
    return documents, between


def certain(rows):
    """Without those of which nobody can say that they were meant as items, where they stand alone."""
    return [r for r in rows if r.get("bad", ("", 0))[1] is not None]


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
        rows = certain(rows)
    if form == "csv":
        return csv_of(hand, rows)
    if form == "yaml":
        return yaml_of(hand, rows)
    if form in ("page", "pages") and harm is None and rng.random() < 0.05:
        hand.junk, job.junk = 0.5, True
    if harm == "cut" and form in ("array of pages", "array of arrays") or harm == "inside" and form == "page":
        # Not while rows that cannot be read are counted again behind a cut; what is no JSON may count as one.
        job.junk = job.damaged = True
    documents, between = documents_of(job, hand, rows, form, harm == "inside")
    if harm == "inside" and between is None and documents:
        broken_lines(job, hand, documents)
    elif harm == "inside" and form == "pages":
        broken_page(rng, job, documents)
        between = "\n"
    elif harm == "cut" and documents and len(documents[-1].text) > 2:
        last = documents[-1]
        documents[-1] = last.cut(cut_somewhere(rng, last, 0, len(last.text.rstrip())))
        job.damaged = True
    if form == "curl":
        return curl_of(rng, documents)
    if harm == "cut":
        return joined(documents, hand.newline if between is None else between)
    if between is None:
        return lines_of(hand, documents)
    if hand.manner == "mean" and rng.random() < 0.1 and documents:
        documents.insert(0, Document(rng.choice([" ", "\n", "\r\n\r\n", "\t"])))
    return joined(documents, between, rng.choice(["", "\n", hand.newline]))
