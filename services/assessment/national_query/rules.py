"""An export: a file of certificates for the national query network, answered once by a receipt.

The file is lines of comma-separated values between a first line with the export's id and a last one with the number of
rows and the SHA-256 of everything before it. The receipt names all three, so that one that was cut off, belongs to
another export or to another file is told apart. Source: domain rules §3.7; the form of both is an assumption.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from shared.contracts.assessment import CertificateFound, CertificateListingState, CertificateNotFound
from shared.contracts.dimensions import award_fields
from shared.kernel.awards import Award
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid

ROWS_MAX: Final = 5_000
"""Certificates of one export."""
_REASON: Final = re.compile(r"[a-z0-9-]{1,40}")
F = TypeVar("F", bound=CertificateListingState)


class ExportStatus(StrEnum):
    SENT = "sent"
    """The file can be fetched; the network has not answered."""
    ANSWERED = "answered"
    GIVEN_UP = "given_up"
    """It never reached the network: its certificates are exported again."""


class ExportVerb(StrEnum):
    ANSWER = "answer"
    GIVE_UP = "give_up"
    RESUME = "resume"


MOVES: Final[Mapping[ExportStatus, Mapping[ExportVerb, ExportStatus]]] = {
    ExportStatus.SENT: {ExportVerb.ANSWER: ExportStatus.ANSWERED, ExportVerb.GIVE_UP: ExportStatus.GIVEN_UP},
    ExportStatus.ANSWERED: {},
    ExportStatus.GIVEN_UP: {ExportVerb.RESUME: ExportStatus.SENT},
}

WHY_FINAL: Final = {
    ExportStatus.ANSWERED: "The network answered; what it answered wrongly is exported again and answered again.",
}


class NothingToExport(Conflict):
    slug = "nothing-to-export"
    title_en = "No certificate waits for an export."
    title_zh = "没有待上报的证书。"
    cure_en = "New and changed certificates are exported, and rejected ones by naming their export."
    cure_zh = "新核发和有变更的证书会列入上报；被退回的请按其上报批次重新上报。"


class NotAnswered(Conflict):
    """Facts: `state`."""

    slug = "export-not-answered"
    title_en = "The network has not answered this export."
    title_zh = "全国联网查询系统尚未反馈该批次。"
    cure_en = "Post its receipt first; the export is {state}."
    cure_zh = "请先导入回执；该批次状态为 {state}。"
    reference = "POST /v1/national-exports/…/receipt"


class ExportOvertaken(Conflict):
    """Facts: `certificates`, how many have been exported again since."""

    slug = "export-overtaken"
    title_en = "Certificates of this export have been exported again since it was given up."
    title_zh = "该批次作废后，其中的证书已另行上报。"
    cure_en = "Post the receipt of the later export; {certificates} certificates are in one."
    cure_zh = "请导入后一批次的回执；其中 {certificates} 份证书已在后一批次上报。"


class ReceiptTruncated(Invalid):
    """Facts: `rows`, those in it; `expected`, those of the export."""

    slug = "receipt-truncated"
    title_en = "The receipt was cut off."
    title_zh = "回执不完整（被截断）。"
    cure_en = "It has {rows} rows or lacks its last line; the export has {expected}. Fetch it again: nothing was read."
    cure_zh = "回执含 {rows} 行或缺少结尾行，该批次共 {expected} 行；请重新下载回执。本次未导入任何内容。"


class ReceiptUnreadable(Invalid):
    """Facts: `line`, from 1."""

    slug = "receipt-unreadable"
    title_en = "A line of the receipt is not as receipts are written."
    title_zh = "回执中有一行格式不正确。"
    cure_en = "Look at line {line}: place, number, found or rejected, and a reason for a rejection. Nothing was read."
    cure_zh = "请检查第 {line} 行：序号、证书编号、found 或 rejected，退回的须有原因代码。本次未导入任何内容。"


class ReceiptOfAnotherExport(Invalid):
    """Facts: `export`, the id that the receipt names, or null."""

    slug = "receipt-of-another-export"
    title_en = "The receipt belongs to another export."
    title_zh = "该回执不属于本批次。"
    cure_en = "Post it to the export that its first line names, or fetch the right one."
    cure_zh = "请将其导入回执首行所示批次，或重新下载本批次的回执。"


class ReceiptOfAnotherFile(Invalid):
    slug = "receipt-of-another-file"
    title_en = "The receipt is about a file other than the one that was exported."
    title_zh = "该回执对应的文件与本批次上报的文件不一致。"
    cure_en = "The file was changed on its way: send the file of this export unchanged, and post the new receipt."
    cure_zh = "上报文件曾被改动；请原样上报本批次文件，再导入新的回执。"


class ReceiptDiffers(Conflict):
    """Facts: `answered_at`."""

    slug = "receipt-differs"
    title_en = "The export was answered by another receipt already."
    title_zh = "该批次已导入另一份不同的回执。"
    cure_en = "What the network now says otherwise is exported again; the receipt of {answered_at} stays."
    cure_zh = "已导入的回执（{answered_at}）保留；网络侧结果有变的，请重新上报后再导入新回执。"


@dataclass(frozen=True)
class Export:
    id: UUID
    status: ExportStatus
    rows: int
    digest: str
    """SHA-256 of the file up to its last line, in hexadecimal."""
    exported_by: str
    exported_at: datetime
    of_export: UUID | None
    """The export whose rejected rows it sends again."""
    receipt_digest: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    rejected: int | None = None
    given_up_by: str | None = None
    giving_up_reason: str | None = None
    version: int = 1


class Row(NamedTuple):
    """What the network is told of a certificate. `sent` is what was sent of its state."""

    certificate_id: UUID
    number: str
    occupation: str
    award: Award
    name: str
    document_kind: str
    document_number: str
    issued_on: date
    body_name: str
    status: str
    edition: int


class Answer(NamedTuple):
    """What the network says of the row at `place`; a `reason` if it does not take it."""

    place: int
    number: str
    reason: str | None


class Listing(NamedTuple):
    """A certificate in the network: whether it was found when it was last answered, and what was told of that."""

    certificate_id: UUID
    person: UUID
    region: str
    reporting_region: str
    occupation: str
    award: Award
    told_missing: bool
    version: int
    """Of what was told: 0 while nothing was."""


def file_of(export_id: UUID, rows: Sequence[Row]) -> tuple[str, str]:
    """The file of an export, and the digest in its last line."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(["export", export_id, len(rows)])
    for place, row in enumerate(rows, 1):
        said = (row.number, row.award.code, row.occupation, row.name, row.document_kind, row.document_number)
        lines.writerow([place, *said, row.issued_on.isoformat(), row.body_name, row.status, row.edition])
    digest = hashlib.sha256(written.getvalue().encode()).hexdigest()
    lines.writerow(["end", len(rows), digest])
    return written.getvalue(), digest


def read_receipt(content: str, export: Export, numbers: Sequence[str]) -> list[Answer]:
    """The answer to each row of `export`, whose certificates have these `numbers` in their order.

    Raises ReceiptTruncated, ReceiptUnreadable, ReceiptOfAnotherExport, ReceiptOfAnotherFile.
    """
    lines = [line.split(",") for line in content.replace("\r\n", "\n").split("\n") if line]
    head = lines[0] if lines else []
    if head[:2] != ["receipt", str(export.id)]:
        named = head[1] if len(head) > 1 and head[0] == "receipt" and _is_id(head[1]) else None
        raise ReceiptOfAnotherExport(pointer="/content", export=named)
    if head[2:] != [export.digest, str(export.rows)]:
        raise ReceiptOfAnotherFile(pointer="/content")
    body = lines[1:-1]
    if lines[-1] != ["end", str(export.rows)] or len(body) != export.rows:
        raise ReceiptTruncated(pointer="/content", rows=max(0, len(body)), expected=export.rows)
    return [_answer(line, place, number) for place, (line, number) in enumerate(zip(body, numbers, strict=True), 1)]


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _answer(line: Sequence[str], place: int, number: str) -> Answer:
    if line[:2] == [str(place), number]:
        if line[2:] == ["found"]:
            return Answer(place, number, None)
        if len(line) == 4 and line[2] == "rejected" and _REASON.fullmatch(line[3]):
            return Answer(place, number, line[3])
    raise ReceiptUnreadable(pointer="/content", line=place + 1)


def receipt_digest(content: str) -> str:
    """By which a receipt that is posted again is recognised, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


def answer(export: Export, answers: Iterable[Answer], *, digest: str, by: str, at: datetime) -> Export:
    """The export, answered by a receipt. Raises IllegalMove."""
    status = move(MOVES, export.status, ExportVerb.ANSWER)
    rejected = sum(each.reason is not None for each in answers)
    done = {"answered_by": by, "answered_at": at, "rejected": rejected, "receipt_digest": digest}
    return replace(export, status=status, version=export.version + 1, **done)  # type: ignore[arg-type]


def is_repeat(export: Export, digest: str) -> bool:
    """Whether the receipt was read before. Raises ReceiptDiffers for another one of an answered export."""
    if export.status is not ExportStatus.ANSWERED:
        return False
    if export.receipt_digest != digest:
        assert export.answered_at is not None, "an answered export has a time"
        raise ReceiptDiffers(answered_at=export.answered_at.isoformat())
    return True


def give_up(export: Export, *, reason: str, by: str) -> Export:
    """The file never reached the network. Raises IllegalMove."""
    status = move(MOVES, export.status, ExportVerb.GIVE_UP)
    return replace(export, status=status, given_up_by=by, giving_up_reason=reason, version=export.version + 1)


def resume(export: Export, *, overtaken: int) -> Export:
    """The file did reach the network after all. Raises IllegalMove, ExportOvertaken."""
    status = move(MOVES, export.status, ExportVerb.RESUME)
    if overtaken:
        raise ExportOvertaken(certificates=overtaken)
    return replace(export, status=status, given_up_by=None, giving_up_reason=None, version=export.version + 1)


def follow(
    listing: Listing, *, is_found: bool, on: date, at: datetime
) -> tuple[Listing, CertificateListingState] | None:
    """What is told of an answer: that a certificate is not found, later that it is; None if nothing changes."""
    if is_found is not listing.told_missing:
        return None
    after = listing._replace(told_missing=not is_found, version=listing.version + 1)
    fact: type[CertificateListingState] = CertificateFound if is_found else CertificateNotFound
    return after, _fact(fact, after, on=on, at=at)


def _fact(fact: type[F], listing: Listing, *, on: date, at: datetime) -> F:
    said: dict[str, Any] = {
        name: getattr(listing, name)
        for name in ("certificate_id", "person", "region", "reporting_region", "occupation")
    }
    return fact(
        subject=f"national-listings/{listing.certificate_id}",
        version=listing.version,
        at=at,
        **said,
        **award_fields(listing.award),
        is_found=not listing.told_missing,
        checked_on=on,
    )
