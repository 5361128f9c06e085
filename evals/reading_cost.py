"""What very large documents cost: the seconds and the memory of whole analyses of them.

    python -m evals.reading_cost

The memory is the most of a process of its own, which has also loaded what the deployed function loads, and that of its
largest child; they need not have had it at the same time. The provider's emulator runs in this one.
"""

from __future__ import annotations

import io
import itertools
import math
import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec

from chalicelib.adapters.decoder_process import WORKER_MEMORY_MB
from chalicelib.cases.model import Case, CaseFile, Document, DocumentStatus
from chalicelib.telemetry import taken_mb
from evals.cases import DATA, OWNER, EvalCase
from evals.in_process_run import run_analysis
from evals.providers import emulated_models, emulated_models_at_hand
from infra.local.environment import ROOT

LONGEST_PAGES = 200
SCANNED_BYTES = 19_300_000
NOW = datetime(2026, 6, 10, 9, 30, tzinfo=UTC)
DOCUMENTS = ("sample_case/doc1_orthopaedic_report.he.pdf", "cardiac_case/doc1_cardiology_summary.he.pdf")
CHILD = "--child"


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What one analysis of one heavy case took at its peak."""

    what: str
    job_type: str
    outcome: str
    seconds: float
    peak_mb: float


def a_pdf(pages: int) -> bytes:
    """A PDF of so many pages of Hebrew reports, in turn."""
    from pypdf import PdfReader, PdfWriter

    sources = [PdfReader(DATA / name).pages[0] for name in DOCUMENTS]
    writer = PdfWriter()
    for page in itertools.islice(itertools.cycle(sources), pages):
        writer.add_page(page)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def measure_memory(what: str, job_type: str) -> Memory:
    """The peak of a process that runs this analysis of one of `HEAVY`, with an emulator here to answer it."""
    with emulated_models():
        done = subprocess.run(
            [sys.executable, "-m", "evals.reading_cost", CHILD, what, job_type],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
        )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Memory)


def main(arguments: Sequence[str]) -> int:
    """Prints what each analysis took; 1 when one had more memory than a worker."""
    if CHILD in arguments:
        what, job_type = arguments[1:]
        print(msgspec.json.encode(_measured_here(what, job_type)).decode())
        return 0
    memories = [measure_memory(what, job_type) for what in HEAVY for job_type in _JOB_TYPES]
    print(f"| case | analysis | outcome | s | peak MB of {WORKER_MEMORY_MB} |\n|---|---|---|---:|---:|")
    for row in memories:
        print(f"| {row.what} | {row.job_type} | {row.outcome} | {row.seconds:.1f} | {row.peak_mb:.0f} |")
    return 0 if all(row.peak_mb < WORKER_MEMORY_MB for row in memories) else 1


_JOB_TYPES = ("document_analysis_form7801", "document_analysis_agent")


def _long_and_broken() -> list[bytes]:
    """A PDF of 200 pages, and one that does not open."""
    long = a_pdf(LONGEST_PAGES)
    return [long, long[: len(long) // 3]]


def a_scan(pages: int, *, size_bytes: int = SCANNED_BYTES) -> list[bytes]:
    """A PDF of so many pages that are pictures (noise: it cannot be packed); as large as a file may be."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject

    writer = PdfWriter()
    width = height = math.isqrt(size_bytes // pages)
    for number in range(pages):
        picture = DecodedStreamObject()
        picture.set_data(random.Random(number).randbytes(width * height))  # noqa: S311  # the same every time
        picture.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Image"),
                NameObject("/Width"): NumberObject(width),
                NameObject("/Height"): NumberObject(height),
                NameObject("/ColorSpace"): NameObject("/DeviceGray"),
                NameObject("/BitsPerComponent"): NumberObject(8),
            }
        )
        drawing = DecodedStreamObject()
        drawing.set_data(b"q 595 0 0 842 0 0 cm /I1 Do Q")
        page = writer.add_blank_page(width=595, height=842)
        pictures = DictionaryObject({NameObject("/I1"): writer._add_object(picture)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): pictures})
        page[NameObject("/Contents")] = writer._add_object(drawing)
    written = io.BytesIO()
    writer.write(written)
    return [written.getvalue()]


HEAVY: dict[str, Callable[[], list[bytes]]] = {
    "200 pages, and a file that does not open": _long_and_broken,
    "a scan of 5 pages, 19 MB": partial(a_scan, 5),
    "a scan of 200 pages, 19 MB": partial(a_scan, 200),
}


def _measured_here(what: str, job_type: str) -> Memory:
    _load_what_the_function_loads()
    run = run_analysis(job_type, a_case(HEAVY[what]()), emulated_models_at_hand())
    codes = sorted({issue["code"] for issue in run.analysis.get("issues", ())})
    return Memory(
        what=what,
        job_type=job_type,
        outcome=run.error or ", ".join(["completed", *codes]),
        seconds=run.seconds,
        peak_mb=taken_mb(),
    )


def _load_what_the_function_loads() -> None:
    """Chalice, and clients of the four services, as every deployed function has them."""
    import boto3
    import chalice  # noqa: F401  # its weight is what is wanted

    for service in ("dynamodb", "s3", "sqs", "ssm"):
        boto3.client(service, region_name="eu-west-1", aws_access_key_id="none", aws_secret_access_key="none")  # noqa: S106


def a_case(contents: Sequence[bytes]) -> EvalCase:
    """A case of these PDFs, without a call."""
    files = {f"d{number}": content for number, content in enumerate(contents, start=1)}
    case = Case(id="heavy", user_id=OWNER, title="heavy", created_at=NOW, updated_at=NOW)
    documents = tuple(a_document(key, content) for key, content in files.items())
    return EvalCase(name="heavy", file=CaseFile(case=case, documents=documents), contents=files, expected={}, now=NOW)


def a_document(document_id: str, content: bytes) -> Document:
    """The PDF as a document of that case."""
    return Document(
        id=document_id,
        case_id="heavy",
        file_name=f"{document_id}.pdf",
        content_type="application/pdf",
        size=len(content),
        status=DocumentStatus.READY,
        uploaded_by=OWNER,
        uploaded_at=NOW,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
