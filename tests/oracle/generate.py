#!/usr/bin/env python3
"""Makes every dump that this repository uses.

    generate.py fixtures [--check]     fixtures/ and the expected numbers in tests/expected/
    generate.py random 7 FOLDER        the dump that the differential test makes from seed 7
    generate.py L FOLDER               a large one, for benchmarks

Nothing depends on the clock, on the machine or on hash order: a second run writes the same bytes. It needs
Python 3.11 or later; without the `zstd` program, files in that format are left as they are or left out.

| size | what it writes below the folder |
| :-- | :-- |
| pages | a folder for each job: status.json, items-0001.json, ... of up to 1,000 items |
| jsonl | one job: status.json, and items.jsonl with an item on each line |
| one-document | one job: status.json, and items.json, one page that holds all items |
| folders | as pages, by default 10,000 jobs of 10 items |
| T, S, L, X | 100 items; 100,000 items in pages; 1,000 jobs of 1,000; 5,000,000 lines |
"""

import argparse
import random
import sys
from dataclasses import replace
from pathlib import Path

import dumps
import fixtures
import sizes

ROOT = Path(__file__).resolve().parents[2]


def write(files, folder):
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def write_fixtures(options):
    """Writes the fixtures, or only says which of them would change."""
    outputs = fixtures.outputs()
    folders = {ROOT / path.split("/")[0] / path.split("/")[1] for path in outputs if path.startswith("fixtures/")}
    stale = [path for folder in folders for path in folder.rglob("*")
             if path.is_file() and str(path.relative_to(ROOT)) not in outputs]
    if options.check:
        changed = sorted(path for path, data in outputs.items()
                         if not (ROOT / path).exists() or (ROOT / path).read_bytes() != data)
        for path in [*changed, *sorted(map(str, stale))]:
            print(f"not what generate.py writes: {path}")
        return 1 if changed or stale else 0
    for path in stale:
        path.unlink()
    write(outputs, ROOT)
    return 0


def write_random(options):
    write(dumps.make_dump(options.seed, random.Random(f"batch-report/{options.seed}")).files, options.folder)
    return 0


def write_size(options):
    given = {key: getattr(options, key) for key in ("items", "jobs", "per_page", "seed", "message_bytes")}
    size = replace(sizes.SIZES[options.command], **{key: value for key, value in given.items() if value is not None})
    if size.form != "pages":
        if size.jobs != 1:
            sys.exit("only pages can have several jobs")
        size = replace(size, per_page=10_000)
    sizes.write(size, options.folder)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="fixtures|random|SIZE")
    command = commands.add_parser("fixtures")
    command.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file would change")
    command.set_defaults(run=write_fixtures)
    command = commands.add_parser("random")
    command.add_argument("seed", type=int)
    command.add_argument("folder", type=Path)
    command.set_defaults(run=write_random)
    for name in sizes.SIZES:
        command = commands.add_parser(name)
        command.add_argument("folder", type=Path)
        command.add_argument("--items", type=int, metavar="N", help="items of each job")
        command.add_argument("--jobs", type=int, metavar="N")
        command.add_argument("--per-page", type=int, metavar="N", help="items of a page (1000)")
        command.add_argument("--seed", type=int, metavar="N", help="other numbers, other items (1)")
        command.add_argument("--message-bytes", type=int, metavar="N",
                             help="every item that was worked on has an error message of this size")
        command.set_defaults(run=write_size)
    options = parser.parse_args()
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
