"""Double entry: accounts, the flows between them, and the postings that bring the books to where a claim stands.

A posting is one amount that leaves the account on its credit side for the one on its debit side, both of one budget, so
that debits equal credits in every entry. What is allocated is free; an approval commits it, a payment spends it. A
recovery makes it free again, a write-off gives it up. What the bank paid twice left without a claim for it, straight
from what was free. `reserved` against `expected` is a memorandum: what is asked for and not decided yet binds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from shared.kernel.money import Fen

K = TypeVar("K", UUID, str)

ZERO: Final = Fen(0)


class LedgerAccount(StrEnum):
    """The accounts of one budget."""

    ALLOCATED = "allocated"
    """Where its money comes from; the only account with a credit balance besides `expected`."""
    FREE = "free"
    COMMITTED = "committed"
    """Approved, not paid."""
    PAID = "paid"
    """Paid, neither recovered nor written off."""
    WRITTEN_OFF = "written_off"
    PAID_TWICE = "paid_twice"
    """Paid once more by the bank, and neither back nor given up."""
    GIVEN_UP = "given_up"
    """Paid once more, and written off."""
    EXPECTED = "expected"
    RESERVED = "reserved"
    """Submitted, not decided yet."""


class PostingVerb(StrEnum):
    ALLOCATE = "allocate"
    MOVE = "move"
    """From one budget to another."""
    RESERVE = "reserve"
    CLEAR = "clear"
    """Ends what was reserved: it was decided, or given up."""
    APPROVE = "approve"
    RELEASE = "release"
    """Takes an approval back, or stops a line."""
    PAY = "pay"
    RETURN = "return"
    """The bank sent it back."""
    RECOVER = "recover"
    OFFSET = "offset"
    """Recovered by keeping it from a later payment."""
    REVERSE_RECOVERY = "reverse_recovery"
    WRITE_OFF = "write_off"
    REVERSE_WRITE_OFF = "reverse_write_off"
    PAY_TWICE = "pay_twice"
    CANCEL_TWICE = "cancel_twice"
    """That the bank paid twice was recorded by mistake."""
    RECOVER_TWICE = "recover_twice"
    OFFSET_TWICE = "offset_twice"
    WRITE_OFF_TWICE = "write_off_twice"
    REVERSE_RECOVERY_TWICE = "reverse_recovery_twice"
    REVERSE_WRITE_OFF_TWICE = "reverse_write_off_twice"


class Flow(StrEnum):
    """What moves between two accounts: the amount that ever moved forward, less what moved back."""

    ALLOCATED = "allocated"
    RESERVED = "reserved"
    APPROVED = "approved"
    PAID = "paid"
    RECOVERED = "recovered"
    WRITTEN_OFF = "written_off"
    PAID_TWICE = "paid_twice"
    GIVEN_UP = "given_up"


class Path(NamedTuple):
    """From the account `credit` to the account `debit`, and what a posting in either direction is called."""

    credit: LedgerAccount
    debit: LedgerAccount
    forward: PostingVerb
    back: PostingVerb


PATHS: Final[Mapping[Flow, Path]] = {
    Flow.ALLOCATED: Path(LedgerAccount.ALLOCATED, LedgerAccount.FREE, PostingVerb.ALLOCATE, PostingVerb.ALLOCATE),
    Flow.RESERVED: Path(LedgerAccount.EXPECTED, LedgerAccount.RESERVED, PostingVerb.RESERVE, PostingVerb.CLEAR),
    Flow.APPROVED: Path(LedgerAccount.FREE, LedgerAccount.COMMITTED, PostingVerb.APPROVE, PostingVerb.RELEASE),
    Flow.PAID: Path(LedgerAccount.COMMITTED, LedgerAccount.PAID, PostingVerb.PAY, PostingVerb.RETURN),
    Flow.RECOVERED: Path(LedgerAccount.PAID, LedgerAccount.FREE, PostingVerb.RECOVER, PostingVerb.REVERSE_RECOVERY),
    Flow.WRITTEN_OFF: Path(
        LedgerAccount.PAID, LedgerAccount.WRITTEN_OFF, PostingVerb.WRITE_OFF, PostingVerb.REVERSE_WRITE_OFF
    ),
    Flow.PAID_TWICE: Path(
        LedgerAccount.FREE, LedgerAccount.PAID_TWICE, PostingVerb.PAY_TWICE, PostingVerb.RECOVER_TWICE
    ),
    Flow.GIVEN_UP: Path(
        LedgerAccount.PAID_TWICE, LedgerAccount.GIVEN_UP,
        PostingVerb.WRITE_OFF_TWICE, PostingVerb.REVERSE_WRITE_OFF_TWICE,
    ),
}  # fmt: skip
FLOW_OF: Final[Mapping[tuple[LedgerAccount, LedgerAccount], tuple[Flow, int]]] = {
    **{(path.credit, path.debit): (flow, 1) for flow, path in PATHS.items()},
    **{(path.debit, path.credit): (flow, -1) for flow, path in PATHS.items()},
}
"""The flow that a posting from credit to debit belongs to, and its direction."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done at once, about a claim or a budget. `reason` are the words of whoever did it, or None."""

    id: UUID
    claim_id: UUID | None
    claim_version: int | None
    institution_id: UUID | None
    region: str
    reporting_region: str
    done_by: str
    done_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount_fen` leaves `credit` for `debit`. `line` is None for what concerns no line of a claim."""

    budget_id: UUID
    line: int | None
    verb: PostingVerb
    debit: LedgerAccount
    credit: LedgerAccount
    amount_fen: Fen


class LineStanding(NamedTuple):
    """What the books have to say of a line, in fen: each amount ever moved, less what was taken back."""

    approved: Fen = ZERO
    paid: Fen = ZERO
    recovered: Fen = ZERO
    written_off: Fen = ZERO


@dataclass(frozen=True)
class ClaimStanding:
    """What the books have to say of a claim in one of its versions."""

    claim_id: UUID
    version: int
    institution_id: UUID
    region: str
    reporting_region: str
    reserved: Fen
    lines: Mapping[int, LineStanding]


Place = tuple[int | None, Flow]
"""A line, or None for the claim itself, and a flow."""
Booked = Mapping[Place, Mapping[UUID, Fen]]
"""What the books say already, by budget."""

_OF_LINE: Final = (Flow.APPROVED, Flow.PAID, Flow.RECOVERED, Flow.WRITTEN_OFF)


def post(
    budget_id: UUID, flow: Flow, amount: Fen, *, line: int | None = None, verb: PostingVerb | None = None
) -> Posting:
    """A posting of `amount`, not zero; below zero it moves back. `verb` replaces the flow's own word."""
    path = PATHS[flow]
    forward = amount > 0
    return Posting(
        budget_id=budget_id,
        line=line,
        verb=verb or (path.forward if forward else path.back),
        debit=path.debit if forward else path.credit,
        credit=path.credit if forward else path.debit,
        amount_fen=Fen(abs(amount)),
    )


def split(amount: Fen, weights: Mapping[K, int]) -> dict[K, Fen]:
    """`amount`, not below zero, in whole fen by `weights`; what is left after rounding down goes to the largest rests.

    The parts add up, and none is above its weight as long as `amount` is not above all of them together. Equal rests
    are served in the order of their keys, so that the same amount is always split in the same way.
    Source: Hamilton's method of largest remainders.
    """
    whole = sum(weights.values())
    if not whole:
        assert not amount, "an amount needs somewhere to go"
        return {}
    shares = {key: divmod(amount * weight, whole) for key, weight in weights.items()}
    left = amount - sum(floor for floor, _ in shares.values())
    by_rest = sorted(shares, key=lambda key: (-shares[key][1], key))
    return {key: Fen(floor + (key in by_rest[:left])) for key, (floor, _) in shares.items()}


def follow(
    standing: ClaimStanding, booked: Booked, shares: Mapping[UUID, int], *, offset: bool = False
) -> list[Posting]:
    """The postings that bring the books of a claim from what is `booked` to its `standing`.

    New approvals are split over budgets by `shares`; what follows an approval stays with the budgets that it was
    committed in. `offset` calls recoveries by that name.
    """
    books = _Books({place: dict(amounts) for place, amounts in booked.items()})
    found = [*books.bring(None, Flow.RESERVED, standing.reserved, dict(shares))] if shares else []
    known = {line for line, _ in booked if line is not None}
    for line in sorted(known.union(standing.lines)):
        targets = standing.lines.get(line, LineStanding())
        for flow, target in zip(_OF_LINE, targets, strict=True):
            if books.has(line, flow, target):
                continue
            sources = books.sources(line, flow, shares)
            verb = PostingVerb.OFFSET if offset and flow is Flow.RECOVERED else None
            found += books.bring(line, flow, target, sources, verb=verb)
    return found


def twice(booked: Booked, came_back: Mapping[UUID, int], amount: Fen, verb: PostingVerb) -> list[Posting]:
    """The postings of `amount`, which the bank paid twice for a claim, by what `verb` says of it.

    It leaves the budgets that paid the claim, in proportion to what they paid, and is not above that. What is settled
    is split by what is outstanding in each; what is due again, by what `came_back` to each or was given up in it.
    """
    gone, given_up = booked.get((None, Flow.PAID_TWICE), {}), booked.get((None, Flow.GIVEN_UP), {})
    outstanding = {key: part - given_up.get(key, 0) for key, part in gone.items()}
    match verb:
        case PostingVerb.PAY_TWICE:
            flow, sign, weights = Flow.PAID_TWICE, 1, _paid(booked)
        case PostingVerb.REVERSE_RECOVERY_TWICE:
            flow, sign, weights = Flow.PAID_TWICE, 1, dict(came_back)
        case PostingVerb.WRITE_OFF_TWICE:
            flow, sign, weights = Flow.GIVEN_UP, 1, outstanding
        case PostingVerb.REVERSE_WRITE_OFF_TWICE:
            flow, sign, weights = Flow.GIVEN_UP, -1, dict(given_up)
        case _:
            flow, sign, weights = Flow.PAID_TWICE, -1, outstanding
    return [post(key, flow, Fen(sign * part), verb=verb) for key, part in split(amount, weights).items() if part]


def _paid(booked: Booked) -> dict[UUID, int]:
    """What each budget paid of a claim."""
    paid: dict[UUID, int] = {}
    for (_, flow), amounts in booked.items():
        if flow is Flow.PAID:
            for budget_id, part in amounts.items():
                paid[budget_id] = paid.get(budget_id, 0) + part
    return paid


@dataclass
class _Books:
    """What is booked of one claim, while postings are made."""

    amounts: dict[Place, dict[UUID, Fen]] = field(default_factory=dict)

    def has(self, line: int | None, flow: Flow, target: Fen) -> bool:
        """Whether `flow` has the amount `target` already, as it has for most lines and flows at each step."""
        return sum(self.amounts.get((line, flow), {}).values()) == target

    def sources(self, line: int, flow: Flow, shares: Mapping[UUID, int]) -> dict[UUID, int]:
        """Where more of `flow` can come from, by budget."""
        approved, paid, recovered, written_off = (self.amounts.get((line, each), {}) for each in _OF_LINE)
        if flow is Flow.APPROVED:
            return dict(shares)
        if flow is Flow.PAID:
            return {key: amount - paid.get(key, 0) for key, amount in approved.items()}
        return {key: amount - recovered.get(key, 0) - written_off.get(key, 0) for key, amount in paid.items()}

    def bring(
        self, line: int | None, flow: Flow, target: Fen, sources: Mapping[UUID, int], *, verb: PostingVerb | None = None
    ) -> Iterator[Posting]:
        """Postings after which `flow` has the amount `target`; more of it comes from `sources`."""
        now = self.amounts.setdefault((line, flow), {})
        missing = target - sum(now.values())
        parts = split(Fen(abs(missing)), sources if missing > 0 else now)
        for budget_id, part in parts.items():
            if part:
                amount = Fen(part if missing > 0 else -part)
                now[budget_id] = Fen(now.get(budget_id, 0) + amount)
                yield post(budget_id, flow, amount, line=line, verb=verb if missing > 0 else None)


def drawn(postings: Iterable[Posting]) -> dict[UUID, Fen]:
    """How much less is free after the postings, by budget; below zero if more is."""
    found: dict[UUID, Fen] = {}
    for each in postings:
        if LedgerAccount.FREE in (each.credit, each.debit):
            sign = 1 if each.credit is LedgerAccount.FREE else -1
            found[each.budget_id] = Fen(found.get(each.budget_id, 0) + sign * each.amount_fen)
    return found


def balances(postings: Iterable[Posting]) -> dict[tuple[UUID, LedgerAccount], Fen]:
    """Debits less credits of each account of each budget."""
    found: dict[tuple[UUID, LedgerAccount], Fen] = {}
    for each in postings:
        for account, amount in ((each.debit, each.amount_fen), (each.credit, -each.amount_fen)):
            found[each.budget_id, account] = Fen(found.get((each.budget_id, account), 0) + amount)
    return found
