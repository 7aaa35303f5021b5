#!/usr/bin/env python3
"""Simulates how often the interval of the expected end of a running job holds the end.

Pools of workers process items whose durations are lognormal, at times slower and slower. At some share of
the items, the interval is estimated as `src/metrics/expected_end.rs` says, and compared with the end.

    python3 tests/oracle/expected_end.py
"""

import heapq
import math
import random
from statistics import NormalDist, mean, stdev

NORMAL = NormalDist()
LEAST_ENDS, MOST_SPREAD = 20, 1.0


def job(rng, count, workers, spread, drift):
    free, items = [0.0] * workers, []
    for n in range(count):
        start = heapq.heappop(free)
        end = start + math.exp(rng.gauss(2, spread)) * (1 + drift * n / count)
        items.append((start, end))
        heapq.heappush(free, end)
    return items


def f_quantile(p, above, below):
    z, a, b = NORMAL.inv_cdf(p), 2 / (9 * above), 2 / (9 * below)
    square, linear, rest = (1 - b) ** 2 - z * z * b, (1 - a) * (1 - b), (1 - a) ** 2 - z * z * a
    root = math.sqrt(max(0, linear * linear - square * rest))
    return ((linear + math.copysign(root, z)) / square) ** 3


def estimate(items, now):
    finished = sorted((end, end - start) for start, end in items if end <= now)
    working = sum(start <= now < end for start, end in items)
    remaining = len(items) - len(finished)
    if len(finished) <= LEAST_ENDS or not remaining:
        return None
    logs = [math.log(took) for _, took in finished]
    half, spread = len(logs) // 2, stdev(logs)
    longest = math.exp(mean(logs) + spread * NORMAL.inv_cdf(1 - 0.05 / max(2, min(remaining, 2 * working))))
    if spread > MOST_SPREAD or now - finished[-1][0] > longest:
        return None
    latest = min(len(finished) - 1, max(LEAST_ENDS, remaining))
    expected = (now - finished[-1 - latest][0]) / latest * remaining
    growth = math.exp(min(1, max(0, mean(logs[half:]) - mean(logs[:half])) * (1 + remaining / len(logs))))
    low = expected * f_quantile(0.05, 2 * remaining, 2 * latest)
    return low, (expected * f_quantile(0.95, 2 * remaining, 2 * latest) + longest) * growth


def main():
    print("| Slower by | Spread | Items | Workers | Done | Holds | Width | Given |")
    print("| --: | --: | --: | --: | --: | --: | --: | --: |")
    for drift in (0, 0.3):
        for spread in (0.3, 0.8, 1.0):
            for count, workers in ((50, 4), (200, 8), (1000, 12), (1000, 50), (5000, 30)):
                for done in (0.2, 0.5, 0.8):
                    rng, held, widths, turns = random.Random(1), 0, [], 200 if count <= 1000 else 40
                    for _ in range(turns):
                        items = job(rng, count, workers, spread, drift)
                        ends = sorted(end for _, end in items)
                        now = ends[int(done * count)]
                        bounds = estimate(items, now)
                        if bounds is not None:
                            left = ends[-1] - now
                            held += bounds[0] <= left <= bounds[1]
                            widths.append((bounds[1] - bounds[0]) / left)
                    if widths:
                        print(f"| {drift:.0%} | {spread} | {count:,} | {workers} | {done:.0%} | {held / len(widths):.0%} "
                              f"| {mean(widths):.0%} | {len(widths) / turns:.0%} |")


if __name__ == "__main__":
    main()
