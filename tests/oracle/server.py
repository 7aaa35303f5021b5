"""What the server writes: fields in its order, ids, names of files and error messages.

Every dump of this folder is made of it: the fixtures (`fixtures/`), random dumps (`dumps/`) and the large ones
of the benchmarks (`sizes.py`).
"""

from itertools import accumulate

SERVER_ORDER = ["status", "effective_at", "job_record_id", "error_message", "item_id",
                "item_name", "job_id", "skip_reason", "started_at", "completed_at"]
PYTHON_ORDER = ["item_id", "item_name", "status", "completed_at", "effective_at",
                "error_message", "job_id", "job_record_id", "skip_reason", "started_at"]
JOB_SERVER_ORDER = ["status", "effective_at", "job_record_id", "error_message", "id",
                    "created_at", "updated_at", "project_id", "directory_id", "job_type",
                    "total_items", "processed_items", "failed_items", "skipped_items",
                    "workflow_id", "started_at", "completed_at"]
JOB_PYTHON_ORDER = ["id", "job_type", "project_id", "status", "total_items", "completed_at",
                    "created_at", "directory_id", "effective_at", "error_message",
                    "failed_items", "job_record_id", "processed_items", "skipped_items",
                    "started_at", "updated_at", "workflow_id"]


def uuid4(rng):
    bits = rng.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 4 << 76 | 2 << 62
    h = f"{bits:032x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


ODD_NAMES = [
    "Résumé – Zoë Müller.pdf", "Re\u0301sume\u0301 decomposed.pdf", "契約書_2026年5月.pdf",
    "فاتورة 2026.pdf", "📄 notes, draft \"B\".pdf", "C:\\scans\\batch 7\\page001.tif",
    "Kündigung Ärztehaus Straße.pdf", "O'Brien lease.pdf", "счёт-фактура 114.pdf",
    "100% complete & signed.pdf", "請求書 No. 55.pdf", "scan\u00a0(2).jpeg",
]


NAMES = (
    (30, lambda n: f"invoice_{n(100, 99999)}.pdf"),
    (18, lambda n: f"ACME-INV-{n(1, 99999):06}.pdf"),
    (12, lambda n: f"contracts/2026/MSA-{n(1000, 99999)}.pdf"),
    (10, lambda n: f"Scan {n(100, 99999)}.pdf"),
    (6, lambda n: f"lease_agreement_{n(100, 99999)}_signed.pdf"),
    (6, lambda n: f"purchase order #{n(10000, 99999)}.docx"),
    (5, lambda n: f"statement-{n(2022, 2026)}-{n(1, 12):02}.pdf"),
    (5, lambda n: f"Q{n(1, 4)} {n(2023, 2026)} board deck (final) v{n(1, 9)}.pptx"),
    (4, lambda n: f"timesheet_{n(1000, 99999)}.xlsx"),
    (6, None),
)
MAKERS = [maker for _, maker in NAMES]
UP_TO = list(accumulate(weight for weight, _ in NAMES))


def name(rng, plain=False):
    """The name of a file; `plain` is without the odd ones."""
    maker = rng.choices(MAKERS, cum_weights=[*UP_TO[:-1], UP_TO[-2]] if plain else UP_TO)[0]
    return maker(rng.randint) if maker else rng.choice(ODD_NAMES)


def message(rng, kind, item_name):
    """An error message of one kind; only ids, numbers, quoted names, paths, URLs and times vary."""
    n, u = rng.randint, lambda: uuid4(rng)
    pages = n(20, 400)
    beyond = pages + n(1, 9)
    return {
        "timeout": lambda: f"Job timed out after 300 seconds (job_id={u()}, attempt {n(1, 3)}/3)",
        "render": lambda: f"Parse job pjb-{u()} failed with PDF_CONVERSION_ERROR: page {n(1, pages)} of "
                          f"{pages} could not be rendered (file '{item_name}')",
        "unknown": lambda: "ERROR_DURING_PROCESSING: An unknown error occurred during processing. "
                           f"Job id: {u()}",
        "status-error": lambda: f"Error while parsing the file '{item_name}': Failed to parse the file: "
                                f"[{u()}], status: ERROR.",
        "password": lambda: f"The document '{item_name}' is password-protected or DRM-encrypted and "
                            "cannot be processed.",
        "rate": lambda: f"Rate limit exceeded for project {u()}: {n(900, 1300)} of 900 pages per minute "
                        f"used. Retry after {n(1, 59)} seconds (request_id: req_{n(10**9, 10**10)})",
        "traceback": lambda: "Traceback (most recent call last):\n"
                             f"  File \"/app/worker/parse.py\", line {n(20, 900)}, in run\n"
                             f"    page = doc[{beyond}]\n"
                             f"IndexError: page {beyond} not in document of {pages} pages",
        "download": lambda: f"Could not download https://files.example.com/{u()}/original?expires="
                            f"{n(10**9, 2 * 10**9)} (HTTP 403)",
        "expired": lambda: f"Upload link expired at 2026-06-0{n(1, 9)}T{n(0, 23):02}:{n(0, 59):02}:"
                           f"{n(0, 59):02}Z, please upload the file again",
        "schema": lambda: f"Extraction does not match the schema: '{rng.choice(['net_total', 'due_date', 'iban'])}'"
                          f" is missing on page {n(1, pages)}",
        "xref": lambda: f"Cannot open /data/work/{u()}/input.pdf: invalid cross-reference table at byte "
                        f"{n(1000, 10**7)}",
    }[kind]()
