"""Makes random dumps of v2 batches: documents as objects, and the files some client left of them.

    documents   batches, jobs, data points and directory files, with gaps; a v1 job beside them
    forms       the documents as the content of files
    truth       what a correct report says, from the documents that were written
    check       the summary against the truth
"""

from .check import compare
from .forms import write
from .documents import make_world

__all__ = ["compare", "make_dump"]


class Dump:
    """Files by path, and the documents in them, each with the place it is read at."""

    def __init__(self, rng):
        self.rng, self.files, self.documents = rng, {}, []

    def add(self, path, data, documents):
        assert path not in self.files
        self.files[path] = data
        self.documents += [(path, place, kind, document) for place, (kind, document) in enumerate(documents)]


def make_dump(seed, rng):
    dump = Dump(rng)
    dump.seed = seed
    write(dump, make_world(rng))
    return dump
