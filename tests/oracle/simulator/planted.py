"""Jobs in which one cause is planted, weak, medium or strong."""

from jobs import START, Job, choices

STRENGTHS = ("weak", "medium", "strong")


def at(strength, weak, medium, strong):
    return dict(zip(STRENGTHS, (weak, medium, strong)))[strength]


def ordinary(rng, items, rate=0.02, **more):
    # A pool has something to do for each of its workers.
    workers = rng.choice([workers for workers in (4, 8, 16) if items >= 12 * workers])
    return Job(rng, items, workers=workers, rate=rate, **more)


def burst(rng, strength, items):
    job = ordinary(rng, items)
    share = at(strength, 0.025, 0.04, 0.06)
    begin = START + job.span() * rng.uniform(0.1, 0.8)
    job.outage = (begin, begin + max(job.span() * share, 12 * job.median / job.workers),
                  at(strength, 0.4, 0.7, 0.95))
    return job


KINDS = (("extension", "docx"), ("folder", "claims/"), ("stem", "fax"), ("extension", "tiff"))


def failing_kind(rng, strength, items):
    job = ordinary(rng, items)
    (field, value), rate = rng.choice(KINDS), at(strength, 0.10, 0.25, 0.7)
    job.rate_of = lambda item: rate if item[field] == value else 0.02
    return job


def slow_kind(rng, strength, items):
    job = ordinary(rng, items)
    (field, value), factor = rng.choice(KINDS), at(strength, 1.6, 2.0, 4.0)
    job.factor_of = lambda item: factor if item[field] == value else 1.0
    return job


def slowdown(rng, strength, items):
    job = ordinary(rng, items)
    begin, factor = rng.uniform(0.3, 0.75), at(strength, 1.4, 1.8, 4.0)
    job.factor_of = lambda item: factor if item["share"] >= begin else 1.0
    return job


def lost_workers(rng, strength, items):
    job = ordinary(rng, items)
    job.workers = 16 if items >= 200 else 8
    begin = rng.uniform(0.5, 0.8) * job.items
    left = max(1, job.workers * at(strength, 12, 8, 1) // 16)
    job.workers_at = lambda number: left if number >= begin else job.workers
    return job


def rising(rng, strength, items):
    job = ordinary(rng, items)
    low, high = 0.01, at(strength, 0.06, 0.12, 0.5)
    if rng.random() < 0.5:
        low, high = high, low
    job.rate_of = lambda item: low + (high - low) * item["share"]
    return job


def limit(rng, strength, items):
    job = ordinary(rng, items, rate=0.04, kinds=1)
    share = at(strength, 0.3, 0.5, 0.95)

    def seconds(usual):
        return 300.0 + rng.uniform(0.0, 10.0) if rng.random() < share else usual
    job.failed_seconds = seconds
    job.sigma = 0.4
    return job


def hidden(rng, strength, items):
    job = ordinary(rng, items, rate=at(strength, 0.01, 0.05, 0.3))
    job.stated_failed = 0
    return job


def late(rng, strength, items):
    job = ordinary(rng, items)
    job.late = max(60.0, job.span() * at(strength, 0.08, 0.2, 0.5))
    return job


def tail(rng, strength, items):
    job = ordinary(rng, items)
    few = rng.choice([1, 2, 3])
    factor = at(strength, 0.15, 0.3, 1.0) * job.span() / job.median
    job.factor_of = lambda item: factor if item["number"] >= job.items - few else 1.0
    return job


def stuck(rng, strength, items):
    job = ordinary(rng, items)
    job.sigma = 0.4
    numbers = rng.sample(range(job.items // 4), 3)
    job.factor_of = lambda item: 1e6 if item["number"] in numbers else 1.0
    job.until = START + job.span() * at(strength, 0.5, 1.0, 50.0)
    return job


def nothing_since(rng, strength, items):
    job = ordinary(rng, items)
    begin = 1 - at(strength, 0.02, 0.06, 0.3)
    job.rate_of = lambda item: 1.0 if item["share"] >= begin else 0.02
    job.slower = rng.choice([0.2, 1.0])
    return job


def halt(rng, strength, items):
    job = ordinary(rng, items)
    begin = START + job.span() * rng.uniform(0.2, 0.7)
    job.halt = (begin, begin + max(job.span() * at(strength, 0.06, 0.2, 0.6), 15.0))
    return job


def one_error(rng, strength, items):
    job = ordinary(rng, items, rate=0.06, kinds=5)
    share = at(strength, 0.7, 0.85, 0.98)
    job.message_of = lambda item: ("quota exceeded" if rng.random() < share
                                   else choices(rng, job.kinds, 1)[0])
    return job


def attempts(rng, strength, items):
    job = ordinary(rng, items, rate=0.08)
    share = at(strength, 0.75, 0.95, 1.0)
    job.message_of = lambda item: (f"{choices(rng, job.kinds, 1)[0]}: attempt "
                                   f"{3 if rng.random() < share else rng.randint(1, 2)}/3")
    return job


def cost(rng, strength, items):
    return ordinary(rng, items, rate=0.05, slower=at(strength, 5.0, 12.0, 40.0))


OF_JOB = {
    "failures-cluster": burst, "where-it-fails": failing_kind, "where-it-is-slow": slow_kind,
    "slowdown": slowdown, "workers-lost": lost_workers, "failure-trend": rising, "time-limit": limit,
    "hidden-failures": hidden, "late-start": late, "long-tail": tail, "stuck": stuck,
    "nothing-completed-since": nothing_since, "gap": halt, "one-error": one_error, "attempts": attempts,
    "failure-cost": cost,
}
# Said of several jobs together.
OF_JOBS = "high-failure-rate"


def bad_job(rng, strength, items):
    """Jobs of about so many items, of which the second fails more often."""
    jobs = []
    for place in range(rng.choice([2, 3, 5])):
        rate = 0.02 * (at(strength, 3, 6, 15) if place == 1 else 1)
        jobs.append(Job(rng, rng.randint(items // 2 + 1, items), workers=8, rate=rate))
    return jobs
