"""The states of a claim, what its verbs are, and which states mean the same for others."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.contracts.subsidy.claims import ClaimStatus


class ClaimVerb(StrEnum):
    DRAFT = "draft"
    """Creates a claim, so it is not allowed in any state."""
    SUBMIT = "submit"
    REBUILD = "rebuild"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    TAKE = "take"
    """A reviewer takes it in hand, from the queue or from a colleague."""
    PASS_REVIEW = "pass_review"  # noqa: S105  (no password)
    """It passes the first review, and another person reviews it again."""
    PUBLISH = "publish"
    """It passes the last review, and is made public before it is approved."""
    OBJECT = "object"
    """An objection to one of its lines was received in time."""
    ANSWER_OBJECTION = "answer_objection"
    """One of several open objections was answered."""
    SETTLE_OBJECTION = "settle_objection"
    """The last open objection was answered."""
    REOPEN = "reopen"
    """An appeal against its rejection was granted."""
    RETURN = "return"
    REJECT = "reject"
    APPROVE = "approve"
    PAY = "pay"
    FAIL_PAYMENT = "fail_payment"
    REFUSE_PAYMENT = "refuse_payment"
    """The bank paid nothing of a row of a payment batch."""
    RECOVER = "recover"
    RECOVER_REST = "recover_rest"
    """A recovery that leaves no paid line."""
    REVERSE_RECOVERY = "reverse_recovery"
    LAPSE_OFFSET = "lapse_offset"
    """What was to be kept from the payment of another claim could not be kept, because that claim comes to less."""
    WRITE_OFF = "write_off"
    WRITE_OFF_REST = "write_off_rest"
    """A recovery or write-off after which nothing is left to recover, of which some was given up."""
    REVERSE_WRITE_OFF = "reverse_write_off"
    CORRECT = "correct"
    """Updates lines after a correction in the registry. It is not a decision of this service, so it is not a move."""
    STOP = "stop"
    """Stops approved lines because of what was received, without a move of the claim."""
    OWE = "owe"
    """Opens or closes the cases of paid lines because of what was received, without a move of the claim."""
    DISMISS_OWED = "dismiss_owed"
    """Closes the cases of paid lines by two officers, without a move of the claim."""


PREPARING: Final = frozenset({ClaimVerb.DRAFT, ClaimVerb.REBUILD, ClaimVerb.SUBMIT})
"""The steps by which an institution prepares a claim; whoever took one of them decides nothing about it."""

_LAST_REVIEW: Final = {
    ClaimVerb.RETURN: ClaimStatus.RETURNED,
    ClaimVerb.REJECT: ClaimStatus.REJECTED,
    ClaimVerb.PUBLISH: ClaimStatus.PUBLICITY,
    ClaimVerb.APPROVE: ClaimStatus.APPROVED,
}
"""What the last review can decide. Which of publicity and approval follows is a matter of policy."""
_FIRST_REVIEW: Final = {**_LAST_REVIEW, ClaimVerb.PASS_REVIEW: ClaimStatus.SECOND_REVIEW}
"""What the first review can decide, which is the last where policy asks for no second."""

MOVES: Final[Mapping[ClaimStatus, Mapping[ClaimVerb, ClaimStatus]]] = {
    ClaimStatus.DRAFT: {
        ClaimVerb.SUBMIT: ClaimStatus.SUBMITTED,
        ClaimVerb.REBUILD: ClaimStatus.DRAFT,
        ClaimVerb.WITHDRAW: ClaimStatus.WITHDRAWN,
        ClaimVerb.EXPIRE: ClaimStatus.WITHDRAWN,
    },
    ClaimStatus.SUBMITTED: {
        ClaimVerb.TAKE: ClaimStatus.FIRST_REVIEW,
        **_FIRST_REVIEW,
    },
    ClaimStatus.FIRST_REVIEW: {
        ClaimVerb.TAKE: ClaimStatus.FIRST_REVIEW,
        **_FIRST_REVIEW,
    },
    ClaimStatus.SECOND_REVIEW: {
        ClaimVerb.TAKE: ClaimStatus.SECOND_REVIEW,
        **_LAST_REVIEW,
    },
    ClaimStatus.PUBLICITY: {
        ClaimVerb.OBJECT: ClaimStatus.OBJECTED,
        ClaimVerb.RETURN: ClaimStatus.RETURNED,
        ClaimVerb.REJECT: ClaimStatus.REJECTED,
        ClaimVerb.APPROVE: ClaimStatus.APPROVED,
    },
    ClaimStatus.OBJECTED: {
        ClaimVerb.OBJECT: ClaimStatus.OBJECTED,
        ClaimVerb.ANSWER_OBJECTION: ClaimStatus.OBJECTED,
        ClaimVerb.SETTLE_OBJECTION: ClaimStatus.PUBLICITY,
    },
    ClaimStatus.RETURNED: {
        ClaimVerb.REBUILD: ClaimStatus.DRAFT,
        ClaimVerb.WITHDRAW: ClaimStatus.WITHDRAWN,
        ClaimVerb.EXPIRE: ClaimStatus.WITHDRAWN,
    },
    ClaimStatus.APPROVED: {
        ClaimVerb.PAY: ClaimStatus.PAID,
        ClaimVerb.REFUSE_PAYMENT: ClaimStatus.PAYMENT_FAILED,
        ClaimVerb.RETURN: ClaimStatus.RETURNED,
    },
    ClaimStatus.PAYMENT_FAILED: {
        ClaimVerb.PAY: ClaimStatus.PAID,
        ClaimVerb.REFUSE_PAYMENT: ClaimStatus.PAYMENT_FAILED,
        ClaimVerb.RETURN: ClaimStatus.RETURNED,
    },
    ClaimStatus.PAID: {
        ClaimVerb.FAIL_PAYMENT: ClaimStatus.PAYMENT_FAILED,
        ClaimVerb.RECOVER: ClaimStatus.PAID,
        ClaimVerb.RECOVER_REST: ClaimStatus.RECOVERED,
        ClaimVerb.REVERSE_RECOVERY: ClaimStatus.PAID,
        ClaimVerb.LAPSE_OFFSET: ClaimStatus.PAID,
        ClaimVerb.WRITE_OFF: ClaimStatus.PAID,
        ClaimVerb.WRITE_OFF_REST: ClaimStatus.WRITTEN_OFF,
        ClaimVerb.REVERSE_WRITE_OFF: ClaimStatus.PAID,
    },
    ClaimStatus.WRITTEN_OFF: {
        ClaimVerb.REVERSE_RECOVERY: ClaimStatus.PAID,
        ClaimVerb.LAPSE_OFFSET: ClaimStatus.PAID,
        ClaimVerb.REVERSE_WRITE_OFF: ClaimStatus.PAID,
    },
    ClaimStatus.REJECTED: {ClaimVerb.REOPEN: ClaimStatus.RETURNED},
    ClaimStatus.WITHDRAWN: {},
    ClaimStatus.RECOVERED: {
        ClaimVerb.REVERSE_RECOVERY: ClaimStatus.PAID,
        ClaimVerb.LAPSE_OFFSET: ClaimStatus.PAID,
    },
}

WHY_FINAL: Final = {
    ClaimStatus.WITHDRAWN: "Nothing was decided about it, and the class can be claimed for again at once.",
}

REVIEWED: Final = frozenset({ClaimStatus.SUBMITTED, ClaimStatus.FIRST_REVIEW, ClaimStatus.SECOND_REVIEW})
"""States in which a claim waits for a reviewer."""
PUBLIC: Final = frozenset({ClaimStatus.PUBLICITY, ClaimStatus.OBJECTED})
"""States in which a claim has passed its reviews, and is public before it is approved."""
IN_PROGRESS: Final = frozenset({ClaimStatus.DRAFT, ClaimStatus.RETURNED, ClaimStatus.APPROVED, *REVIEWED, *PUBLIC})
"""States on the way to a payment: a class has one such claim at most."""
VOID: Final = frozenset({ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN})
"""States in which a claim is as if it had never been."""


COMMITTED: Final = frozenset(
    {
        ClaimStatus.APPROVED,
        ClaimStatus.PAID,
        ClaimStatus.PAYMENT_FAILED,
        ClaimStatus.RECOVERED,
        ClaimStatus.WRITTEN_OFF,
    }
)
"""States in which money was committed for the lines as they are."""
SPENT: Final = frozenset({ClaimStatus.PAID, ClaimStatus.RECOVERED, ClaimStatus.WRITTEN_OFF})
"""States in which money was paid for the lines as they are."""
DUE: Final = COMMITTED - SPENT
"""States in which it waits for its payment."""
UNDECIDED: Final = frozenset(ClaimStatus) - VOID - COMMITTED - {ClaimStatus.DRAFT, ClaimStatus.RETURNED}
"""States between the submission and the decision."""
