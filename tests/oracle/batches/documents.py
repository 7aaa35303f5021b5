"""Random batches, jobs, data points and directory files, as the server would send them.

Times are whole microseconds since 1970 in the objects; who writes them chooses their form.
"""

import uuid

BEGIN = 1_794_470_400_000_000
SECOND = 1_000_000
MESSAGES = ["The file is password-protected", "Connection reset by peer", "Unsupported file type",
            "No pages could be rendered", "Quota of the project is used up", "Invalid schema: missing properties"]
NAMES = ["invoice", "Bericht März", "contract (final)", "scan,1", "a b", "x\ty", "レポート", "it's \"quoted\""]
STATUSES = ["COMPLETED"] * 6 + ["FAILED"] * 2 + ["PENDING", "RUNNING", "CANCELLED", "THROTTLED"]
ENDED = {"completed", "failed", "cancelled"}


def key(rng, prefix):
    return f"{prefix}-{uuid.UUID(int=rng.getrandbits(128), version=4)}"


class World:
    """All documents there are, by kind; `stated` are those of v1."""

    def __init__(self):
        self.batches, self.jobs, self.points, self.files, self.v1 = [], [], [], [], []


def make_job(rng, job_id, status, begin, hand):
    """Documents of one job: the newest, at times an older one, and its data point; each may be missing."""
    extract = job_id.startswith("ext-")
    pending = begin + rng.randrange(0, 60 * SECOND)
    running = pending + rng.randrange(0, 300 * SECOND, 1000)
    ended = running + int(rng.lognormvariate(2, 1) * SECOND)
    if rng.random() < 0.02:
        ended = running - rng.randrange(5 * SECOND)
    word = status.lower()
    done = word in ENDED
    updated = (ended if done else running) + rng.randrange(3 * SECOND)
    message = rng.choice(MESSAGES) if word == "failed" and rng.random() < 0.9 else None
    job = {"id": job_id, "project_id": hand.project, "status": hand.spell(rng, status), "created_at": pending,
           "updated_at": updated, "error_message": message}
    if extract:
        job["file_input"] = key(rng, "dfl")
        job["extract_result"] = rng.choice([None, hostile(rng)])
        job["configuration_id"] = key(rng, "cfg")
    else:
        job |= {"name": rng.choice([None, f"{rng.choice(NAMES)}.job"]), "tier": rng.choice([None, "agentic"]),
                "user_metadata": rng.choice([None, {}, {"status": "FAILED"}])}
    job["usage"] = rng.choice([None, {"credits": rng.randrange(0, 400) / 4}, {"credits": None}])
    at = {"pending_at": pending, "throttled_at": None, "running_at": None, "completed_at": None, "failed_at": None,
          "cancelled_at": None}
    if word not in ("pending", "throttled"):
        at["running_at"] = running
    if done:
        at[f"{word}_at"] = ended
    if rng.random() < 0.05:
        at[rng.choice(sorted(at))] = None
    point = {"id": job_id, "project_id": hand.project, "created_at": pending, "updated_at": updated, "status": word,
             "custom_tag": rng.choice([None, "nightly"]), "error_message": message, "state_transitions": at}
    if rng.random() < 0.1:
        # The data point is newer or older than the job, and says something else.
        point |= {"status": rng.choice(["running", "failed", "completed"]),
                  "updated_at": updated + rng.choice([-SECOND, 0, SECOND])}
    if rng.random() < 0.05:
        rng.choice([job, point])["updated_at"] = None
    return job, point


def hostile(rng):
    """What a user's schema may bring, which is no document of the API."""
    row = {"item_id": "dfl-ghost", "item_name": "ghost.pdf", "status": "FAILED", "error_message": "a ghost"}
    return rng.choice([{"items": [row]}, {"job": {"id": "bjb-ghost", "job_type": "parse", "status": "failed", "total_items": 9}},
                       row, {"id": "bat-ghost", "status": "COMPLETED", "results": []}, [row], {"results": [row]}])


class Hand:
    """How the server of one dump writes."""

    def __init__(self, rng):
        self.project = key(rng, "prj")
        self.case = rng.choice(["upper", "upper", "lower", "both"])

    def spell(self, rng, word):
        case = rng.choice(["upper", "lower"]) if self.case == "both" else self.case
        return word.upper() if case == "upper" else word.lower()


def make_batch(rng, world, hand, most):
    kind = rng.choice(["parse_v2", "parse_v2", "extract_v2"])
    prefix = "ext" if kind == "extract_v2" else "pjb"
    directory = key(rng, "dir")
    begin = BEGIN + rng.randrange(40_000) * SECOND
    results = []
    gap_of_jobs, gap_of_points, gap_of_names = (rng.choice([0, 0, 0.1, 0.5, 1]) for _ in range(3))
    for n in range(rng.choice([0, 1, 2, 3, most, most])):
        file_id = key(rng, "dfl")
        state = rng.random()
        reference = {"id": key(rng, prefix), "type": kind} if state < 0.9 or state > 0.98 else None
        message = rng.choice(MESSAGES) if 0.9 <= state < 0.95 or state > 0.99 else None
        results.append({"source_directory_file_id": file_id, "job_reference": reference, "error_message": message})
        if rng.random() >= gap_of_names:
            world.files.append({"id": file_id, "directory_id": directory, "display_name": f"{rng.choice(NAMES)}-{n}.pdf",
                                "project_id": hand.project, "unique_id": key(rng, "u"), "updated_at": begin})
            if rng.random() < 0.1:
                world.files.append({**world.files[-1], "display_name": f"renamed-{n}.pdf", "updated_at": begin + n})
        if reference is None:
            continue
        job, point = make_job(rng, reference["id"], rng.choice(STATUSES), begin, hand)
        if rng.random() >= gap_of_jobs:
            world.jobs.append(job)
            if rng.random() < 0.1:
                older = {**job, "status": hand.spell(rng, "RUNNING"), "error_message": None}
                older["updated_at"] = rng.choice([None, begin, begin])
                world.jobs.append(older)
        if rng.random() >= gap_of_points:
            world.points.append(point)
    updated = begin + rng.randrange(3600) * SECOND
    batch = {"id": key(rng, "bat"), "project_id": hand.project, "source_directory_id": directory,
             "config": {"job": {"type": kind, "configuration_id": rng.choice([key(rng, "cfg"), "cfg-PARSE_AGENTIC"])}},
             "status": hand.spell(rng, rng.choice(["COMPLETED", "COMPLETED", "RUNNING", "FAILED", "CANCELLED", "THROTTLED"])),
             "created_at": begin, "updated_at": updated, "results": results}
    if rng.random() < 0.1:
        batch["results"] = None
    world.batches.append(batch)
    if rng.random() < 0.3:
        # The same batch as the list has it, before or after.
        listed = {**batch, "results": None, "status": hand.spell(rng, "RUNNING"),
                  "updated_at": updated + rng.choice([-1, 1]) * SECOND}
        world.batches.append(listed)


def make_v1(rng, world):
    total = rng.randint(1, 12)
    job = {"id": key(rng, "bjb"), "job_type": "parse", "project_id": key(rng, "proj"), "status": "completed",
           "total_items": total}
    items = [{"item_id": f"v1-{n}", "item_name": f"old-{n}.pdf", "status": rng.choice(["completed", "failed", "skipped"]),
              "started_at": BEGIN + n * SECOND, "completed_at": BEGIN + (n + rng.randint(1, 9)) * SECOND,
              "error_message": None, "skip_reason": None, "job_id": key(rng, "pjb")} for n in range(total)]
    for item in items:
        if item["status"] == "failed":
            item["error_message"] = rng.choice(MESSAGES)
        if item["status"] == "skipped":
            item["skip_reason"] = "already_processed"
    world.v1.append((job, items))


def make_world(rng):
    world, hand = World(), Hand(rng)
    most = rng.choice([5, 20, 20, 60])
    for _ in range(rng.choice([1, 1, 1, 2, 3, 5])):
        make_batch(rng, world, hand, most)
    if rng.random() < 0.1:
        for batch in world.batches:
            batch["results"] = None
    for _ in range(rng.choice([0, 0, 1, 7])):
        prefix = rng.choice(["pjb", "pjb", "ext"])
        job, point = make_job(rng, key(rng, prefix), rng.choice(STATUSES), BEGIN, hand)
        world.jobs += rng.choice([[job], [job], []])
        world.points += rng.choice([[point], []])
    if rng.random() < 0.25:
        make_v1(rng, world)
    return world
