"""Jobs in which nothing is the matter, as different from each other as real ones are."""

from jobs import START, Job, choices

# Sizes of jobs, by class: the fewest items, the most, and sizes with their weights.
SIZES = {
    "50–199": ((50, 2), (80, 2), (120, 2), (190, 1)),
    "200–999": ((200, 2), (300, 2), (500, 2), (900, 1)),
    "1,000–4,999": ((1_000, 3), (2_000, 2), (4_500, 1)),
    "5,000–50,000": ((5_000, 5), (10_000, 3), (20_000, 1), (50_000, 0.5)),
}
FAILURES = (("0–5", 5), ("6–19", 19), ("20–99", 99), ("100+", float("inf")))
RATES = (0.002, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
# What a null job cannot tell falsely: the figure is true whatever caused it.
TRUE = {"many-errors", "many-skipped", "incomplete", "odd-items", "jobs-not-completed"}


def failures_class(failed):
    return next(name for name, most in FAILURES if failed <= most)


def names(rng):
    """Names of items: a few kinds of each, many folders, only numbers, or paths of many words."""
    def some(words, skew):
        return tuple((word, 1 / (at + 1) ** skew) for at, word in enumerate(words))
    shape = rng.choice(("few", "few", "folders", "plain", "many"))
    skew = rng.choice((0.0, 0.7, 1.2))
    extensions = some(("pdf", "docx", "tiff", "html"), 1.2)
    if shape == "plain":
        return {"folder": (("", 1),), "stem": (("doc", 1),), "extension": (("pdf", 1),)}
    if shape == "folders":
        folders = some([f"customer-{at}/" for at in range(rng.choice((10, 60)))], skew)
        return {"folder": folders, "stem": (("invoice", 1),), "extension": extensions}
    if shape == "many":
        letters = "abcdefghijklmnopqrst"
        stems = some([f"{a}{b}x" for a in letters for b in letters[:rng.choice((1, 10))]], skew)
        return {"folder": some([f"{2000 + at}/" for at in range(8)], skew), "stem": stems,
                "extension": some(("pdf", "docx", "tiff", "html", "png", "jpg", "pptx", "xlsx"), skew)}
    return {"folder": some(("invoices/", "contracts/", "letters/", "claims/"), 0.7),
            "stem": some(("scan", "export", "document", "fax"), 0.7), "extension": extensions}


def without_times(rng):
    """Items of which some times are missing, as a function of item and status."""
    share = rng.choice((0.02, 0.05, 0.15, 0.5))
    which = rng.choice((("start",), ("end",), ("start", "end")))
    kind = rng.choice(("some", "failed", "failed", "all"))
    if kind == "some":
        return kind, lambda item, status: which if rng.random() < share else ()
    if kind == "failed":
        return kind, lambda item, status: which if status == "failed" else ()
    return kind, lambda item, status: which


def job(rng, items):
    """A null job, and what it is like, in words."""
    job = Job(rng, items, workers=rng.choice((1, 2, 4, 8, 16, 32, 64)), rate=rng.choice(RATES),
              median=rng.choice((2.0, 10.0, 30.0, 90.0)), sigma=rng.choice((0.2, 0.3, 0.5, 0.8)),
              slower=rng.choice((1.0, 1.0, 0.1, 4.0)), kinds=rng.choice((2, 3, 4, 6)))
    like = {"workers": job.workers, "rate": job.rate, "sigma": job.sigma, "slower": job.slower}
    job.names, job.is_sorted = names(rng), rng.random() < 0.2
    job.starts = like["starts"] = choices(rng, (("pool", 65), ("grows", 15), ("paced", 10), ("at-once", 10)), 1)[0]
    job.growth = rng.uniform(0.05, 0.3)
    if job.starts == "at-once":
        job.workers = items
    if rng.random() < 0.15:
        job.large = (rng.choice((0.1, 0.3)), rng.choice((3.0, 8.0)), rng.choice((1.0, 2.0)))
    elif rng.random() < 0.1:
        job.tries_again, job.slower = job.rate * 2, 1.0
    like["durations"] = "large" if job.large else "retries" if job.tries_again is not None else "lognormal"
    if rng.random() < 0.15:
        job.skipped, job.skips_at_once = rng.choice((0.02, 0.1, 0.4)), rng.random() < 0.5
    job.resolution = rng.choice((1, 1, 1_000, 1_000_000))
    like.update(skipped=job.skipped, resolution=job.resolution)
    if rng.random() < 0.1:
        like["missing"], job.missing = without_times(rng)
        job.has_records = job.has_records or rng.random() < 0.5
    if rng.random() < 0.1:
        like["listed"] = job.listed = (rng.uniform(0.3, 0.98), rng.choice(("first", "any")))
    if rng.random() < 0.2:
        job.until = START + max(1.0, job.span() if job.starts != "at-once" else 1.5 * job.mean()) \
            * rng.uniform(0.3, 0.9)
        job.is_cancelled = rng.random() < 0.15
        like["until"] = "cancelled" if job.is_cancelled else "running"
    return job, like


def true(job):
    """Codes that are no false alarm of this job."""
    codes = set(TRUE)
    if job.slower > 1.0 or job.tries_again is not None or (job.large and job.large[2] > 1.0):
        codes.add("failure-cost")
    if job.tries_again is not None:
        codes.add("attempts")
    if job.large or job.tries_again is not None:
        codes.add("few-slow-items")
    return codes


def group(rng, most_items=5_000):
    """Null jobs of one dump: all of one rate; or each with its own rate and its own names, of which only
    `high-failure-rate` and what rests on it is true."""
    rate, is_mixed = rng.choice((0.01, 0.03, 0.1, 0.3)), rng.random() < 0.3
    own_names, jobs, codes = names(rng), [], set(TRUE)
    for _ in range(rng.randint(2, 20)):
        items = rng.choice([size for size in (50, 100, 200, 500, 2_000) if size <= most_items])
        one, _ = job(rng, items)
        one.rate = rate
        if is_mixed:
            one.rate = rng.choice((0.01, 0.1, 0.3))
            own_names = {field: tuple((value, rng.random()) for value, _ in weighted)
                         for field, weighted in own_names.items()}
        one.rate_of = lambda item, rate=one.rate: rate
        one.names, one.median = own_names, one.median if is_mixed else 30.0
        codes |= true(one)
        jobs.append(one)
    if is_mixed:
        codes |= {"high-failure-rate", "failure-cost", "few-slow-items"}
    return jobs, codes
