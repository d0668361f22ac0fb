"""Accounts of payees: how a number is written, whose account it must be, and what becomes of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.names import same_name
from shared.kernel.refusals import Conflict, Invalid

KIND: Final = "payee_account"
"""The kind of the proposal by which a second person confirms an account."""
MARK: Final = "payee-account"
"""The kind of the keyed hash by which one account is recognised at several payees."""
ENDING_DIGITS: Final = 4
"""As many digits of a number as are shown."""

_BETWEEN: Final = re.compile(r"[\s-]+")
_NUMBER: Final = re.compile(r"[0-9]{8,32}")


class AccountStatus(StrEnum):
    ENTERED = "entered"
    """It waits for a second person; the payee's current account stays."""
    CURRENT = "current"
    REPLACED = "replaced"
    REJECTED = "rejected"


class AccountVerb(StrEnum):
    CONFIRM = "confirm"
    REJECT = "reject"
    REPLACE = "replace"


MOVES: Final[Mapping[AccountStatus, Mapping[AccountVerb, AccountStatus]]] = {
    AccountStatus.ENTERED: {
        AccountVerb.CONFIRM: AccountStatus.CURRENT,
        AccountVerb.REJECT: AccountStatus.REJECTED,
    },
    AccountStatus.CURRENT: {AccountVerb.REPLACE: AccountStatus.REPLACED},
    AccountStatus.REPLACED: {},
    AccountStatus.REJECTED: {},
}
WHY_FINAL: Final = {
    AccountStatus.REPLACED: "It is history. To pay to it again, it is entered and confirmed again.",
    AccountStatus.REJECTED: "It was never paid to, and its number is erased. The right one can be entered.",
}


class WrongAccountNumber(Invalid):
    slug = "wrong-account-number"
    title_en = "This is not the number of a bank account."
    title_zh = "银行账号格式不正确。"
    cure_en = "Enter its 8 to 32 digits; spaces and hyphens between them are ignored."
    cure_zh = "请填写 8 至 32 位数字账号，空格和连字符可忽略。"


class HolderDiffers(Invalid):
    """Facts: `name`, the institution's."""

    slug = "account-holder-differs"
    check = "C17"
    title_en = "The account is not held by the institution that is to be paid."
    title_zh = "账户户名与收款机构名称不一致。"
    cure_en = (
        "Enter an account whose holder is {name}. If the institution has another name by now, have it changed in the "
        "registry first."
    )
    cure_zh = "请填写户名为“{name}”的账户；机构已更名的，请先在登记系统办理变更。"


class HolderUnproved(Invalid):
    slug = "account-holder-unproved"
    check = "C17"
    title_en = "The account of a person is entered with the document of its holder, who has to be the payee (C17)."
    title_zh = "个人收款账户须同时填写开户人证件，且开户人须为收款人本人（C17）。"
    cure_en = "Send document_kind and document_number as on the holder's document; they are only used to compare."
    cure_zh = "请填写开户人的证件类型和证件号码（仅用于比对，不保存）；只能使用本人账户。"


class AccountIsCurrent(Conflict):
    """Facts: `account_id`."""

    slug = "account-is-current"
    title_en = "This is the payee's current account already."
    title_zh = "该账户已是当前收款账户。"
    cure_en = "Nothing has to be done: it is account {account_id}."
    cure_zh = "无需办理：当前账户编号为 {account_id}。"
    reference = "GET /v1/payee-accounts/{account_id}"


@dataclass(frozen=True, kw_only=True)
class PayeeAccount:
    """An account of a payee. Only `sealed` holds its number, and of a person also the name that `holder` shows masked;
    None once it was rejected.

    `mark` is the number's keyed hash, `ending` its last digits.
    """

    id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    holder: str
    bank: str
    bank_code: str
    ending: str
    mark: UUID
    sealed: bytes | None = field(repr=False)
    reason: str
    entered_by: str
    entered_at: datetime
    proposal_id: UUID
    status: AccountStatus = AccountStatus.ENTERED
    decided_by: str | None = None
    decided_at: datetime | None = None
    replaced_at: datetime | None = None
    version: int = 1

    @property
    def subject(self) -> str:
        """The record that its proposal concerns: the payee, who has one open proposal at most."""
        return f"payees/{self.institution_id}"

    @property
    def content(self) -> dict[str, Any]:
        """What the second person compares with the papers, without the number."""
        return {
            "account_id": str(self.id),
            "institution_id": str(self.institution_id),
            "holder": self.holder,
            "bank": self.bank,
            "bank_code": self.bank_code,
            "ending": self.ending,
        }

    def is_same(self, other: PayeeAccount) -> bool:
        """Whether it is the same account at the same bank."""
        return (self.mark, self.bank, self.bank_code) == (other.mark, other.bank, other.bank_code)


def read_number(written: str) -> str:
    """The digits of an account's number. Raises WrongAccountNumber."""
    number = _BETWEEN.sub("", unicodedata.normalize("NFKC", written))
    if not _NUMBER.fullmatch(number):
        raise WrongAccountNumber(pointer="/number")
    return number


def require_holder(holder: str, name: str, *, pointer: str | None = None) -> None:
    """Raises HolderDiffers unless the account of `holder` is that of the institution called `name`."""
    if not same_name(holder, name):
        raise HolderDiffers(pointer=pointer, name=name)


def require_own(document: UUID | None, payee: UUID, *, pointer: str | None = None) -> None:
    """Raises HolderUnproved unless the holder's `document` is that of the person who is the `payee` (C17)."""
    if document != payee:
        raise HolderUnproved(pointer=pointer)


def to_seal(number: str, *, person: str | None) -> bytes:
    """What is sealed of an account: its number, and of a person the holder's name."""
    return number.encode() if person is None else f"{number}\n{person}".encode()


def unsealed(content: bytes, *, holder: str) -> tuple[str, str]:
    """Number and holder of what was sealed; `holder` is what is stored in the open."""
    number, _, person = content.decode().partition("\n")
    return number, person or holder


def confirm(account: PayeeAccount, *, name: str | None, by: str, at: datetime) -> PayeeAccount:
    """Make it the current account of the institution, which is called `name` by now; of a person, if that is None.

    Raises IllegalMove, SamePerson if `by` entered it, HolderDiffers.
    """
    status = move(MOVES, account.status, AccountVerb.CONFIRM)
    require_another(by, account.entered_by, rule="entry and confirmation of an account")
    if name is not None:
        require_holder(account.holder, name)
    return replace(account, status=status, decided_by=by, decided_at=at, version=account.version + 1)


def reject(account: PayeeAccount, *, by: str, at: datetime) -> PayeeAccount:
    """Reject it and erase its number, which nothing needs. Raises IllegalMove."""
    status = move(MOVES, account.status, AccountVerb.REJECT)
    return replace(account, status=status, sealed=None, decided_by=by, decided_at=at, version=account.version + 1)


def replaced(account: PayeeAccount, *, at: datetime) -> PayeeAccount:
    """The account that was current until `at`. Raises IllegalMove."""
    status = move(MOVES, account.status, AccountVerb.REPLACE)
    return replace(account, status=status, replaced_at=at, version=account.version + 1)
