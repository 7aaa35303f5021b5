"""What was counted, as tables."""

import math
from collections import Counter, defaultdict

from null import FAILURES, SIZES

# Causes of medium strength that show in too few items of such jobs for any test.
TOO_FEW = {
    "50–199": {"attempts", "failure-cost", "failure-trend", "failures-cluster", "gap", "high-failure-rate", "long-tail",
               "nothing-completed-since", "one-error", "slowdown", "stuck", "time-limit", "where-it-fails",
               "where-it-is-slow"},
    "200–999": {"failure-cost", "failure-trend", "long-tail", "one-error", "time-limit", "where-it-fails"},
}
Z95 = 1.959963984540054


def wilson(some, of):
    """95% interval of a rate."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = some / of, Z95 * Z95
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, centre - half), min(1.0, centre + half)


def percent(share):
    return f"{100 * share:.1f}%" if share else "0"


class Alarms:
    """False alarms of null jobs."""

    def __init__(self):
        self.count, self.rows = 0, []
        self.jobs, self.false = Counter(), defaultdict(Counter)

    def add(self, like, false):
        self.count += 1
        if false:
            self.rows.append({**like, "false": false})
        for key in ("all", ("size", like.get("size")), ("failures", like.get("failures")),
                    ("both", like.get("size"), like.get("failures"))):
            self.jobs[key] += 1
            self.false[key].update(false.keys())

    def codes(self):
        return set(self.false["all"])

    def cell(self, code, key, with_interval=False):
        some, of = self.false[key][code], self.jobs[key]
        if not of:
            return "–"
        low, high = wilson(some, of)
        interval = f" ({100 * low:.2f}–{100 * high:.2f}%)" if with_interval else ""
        return percent(some / of) + interval

    def table(self, codes, of_groups):
        """Rates by size and by number of failures."""
        columns = [("size", size) for size in SIZES] + [("failures", name) for name, _ in FAILURES]
        heads = [f"{size} items" for size in SIZES] + [f"{name} failed" for name, _ in FAILURES]
        lines = ["| code | all (95% interval) | " + " | ".join(heads) + " | dumps of several jobs |",
                 "| :-- |" + " --: |" * (len(heads) + 2)]
        for code in codes:
            cells = [self.cell(code, column) for column in columns]
            lines.append(f"| `{code}` | {self.cell(code, 'all', True)} | " + " | ".join(cells)
                         + f" | {of_groups.cell(code, 'all', True)} |")
        counts = [f"{self.jobs[column]:,}" for column in columns]
        lines.append(f"| jobs | {self.count:,} | " + " | ".join(counts) + f" | {of_groups.count:,} |")
        return "\n".join(lines) + "\n"

    def problems(self, most):
        """Codes whose false alarms are too many in some class, beyond chance."""
        told = []
        for key, of in sorted(self.jobs.items(), key=str):
            for code, some in self.false[key].most_common():
                low, high = wilson(some, of)
                if some > most * of and (key == "all" or low > most):
                    told.append(f"{code}: {some} false alarms of {of} ({percent(some / of)}, "
                                f"{percent(low)}–{percent(high)}) in {key}")
        return told


class Recall:
    """Planted causes that are found."""

    def __init__(self):
        self.found = defaultdict(list)

    def add(self, key, found):
        self.found[key] += found

    def share(self, size, code, strength):
        found = self.found[size, code, strength]
        return sum(found) / len(found) if found else None

    def table(self, sizes, strengths):
        if not self.found:
            return ""
        heads = [f"{size} items" for size in sizes]
        lines = [f"| code ({' / '.join(strengths)}) | " + " | ".join(heads) + " |",
                 "| :-- |" + " --: |" * len(heads)]
        for code in sorted({code for _, code, _ in self.found}):
            shares = [[self.share(size, code, strength) for strength in strengths] for size in sizes]
            cells = [" / ".join("–" if share is None else f"{100 * share:.0f}" for share in some) for some in shares]
            lines.append(f"| `{code}` | " + " | ".join(cells) + " |")
        return "\n".join(lines) + "\n"

    def problems(self, least):
        """Causes of medium strength that are found too rarely in jobs that are large enough for them."""
        return [f"{code}: found in {100 * sum(found) / len(found):.0f}% of the medium causes of {size} items"
                for (size, code, strength), found in sorted(self.found.items())
                if strength == "medium" and code not in TOO_FEW.get(size, ()) and sum(found) < least * len(found)]
