"""Marks: keyed hashes that recognise owners, sites and accounts, above all those of blacklisted institutions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from services.registry.directory.rules.institutions import Institution
from services.registry.flags.rules.flags import Observation, see
from services.registry.flags.rules.kinds import FlagKind
from shared.kernel.refusals import Invalid
from shared.kernel.spelling import canonical

_ACCOUNT: Final = re.compile(r"[0-9A-Z]{6,40}")
_ADDRESS_PLACES_MIN: Final = 4


class WrongAccount(Invalid):
    slug = "account-wrong-form"
    title_en = "This is not a valid account number."
    title_zh = "收款账号格式不正确。"
    cure_en = "Enter the 6 to 40 digits or letters that the bank gave; spaces and hyphens are ignored."
    cure_zh = "请按开户行提供的账号填写 6 至 40 位数字或字母，空格和连字符不影响识别。"


class WrongAddress(Invalid):
    slug = "address-wrong-form"
    title_en = "This address is incomplete."
    title_zh = "地址填写不完整。"
    cure_en = "Enter town, street and house number, so that an officer can find the site."
    cure_zh = "请填写到街道和门牌号，以便检查人员能够到达。"


class MarkKind(StrEnum):
    OWNER = "owner"
    SITE = "site"
    ACCOUNT = "account"


class Mark(NamedTuple):
    kind: MarkKind
    mark: UUID


class MarkOf(NamedTuple):
    """A mark, and an institution that has or had it."""

    kind: MarkKind
    mark: UUID
    institution_id: UUID


def account_text(raw: str) -> str:
    """The account number in `raw`, normalised. Raises WrongAccount, also for a single repeated character."""
    account = re.sub(r"[-\u2010-\u2015]", "", canonical(raw))
    if _ACCOUNT.fullmatch(account) is None or len(set(account)) == 1:
        raise WrongAccount(pointer="/account")
    return account


def address_text(raw: str) -> str:
    """The address in `raw` without spaces and punctuation. Raises WrongAddress if it is too short."""
    address = "".join(char for char in canonical(raw) if char.isalnum())
    if len(set(address)) < _ADDRESS_PLACES_MIN:
        raise WrongAddress(pointer="/address")
    return address


def marks_of(institution: Institution) -> list[Mark]:
    """The marks of the institution's owner and account; its sites have their own marks."""
    found = ((MarkKind.OWNER, institution.owner_mark), (MarkKind.ACCOUNT, institution.account_mark))
    return [Mark(kind, mark) for kind, mark in found if mark is not None]


def returned(institution: Institution, found: Iterable[MarkOf]) -> list[Observation]:
    """Flags for `institution`: each of its marks that was blacklisted with another institution (`found`).

    Source: domain rules §4.6 C25, sanction ladder.
    """
    by_mark: defaultdict[Mark, list[str]] = defaultdict(list)
    for each in found:
        by_mark[Mark(each.kind, each.mark)].append(str(each.institution_id))
    return [
        see(
            FlagKind.RETURNED_FROM_BLACKLIST,
            f"{institution.id}/{mark.kind}/{mark.mark}",
            institution_id=institution.id,
            region=institution.region,
            reporting_region=institution.reporting_region,
            facts={"what": mark.kind.value, "blacklisted": sorted(others)},
        )
        for mark, others in by_mark.items()
    ]


def borrowed_accounts(institution: Institution, found: Iterable[MarkOf]) -> list[Observation]:
    """Flags for `institution`: each of its accounts that another institution also uses (`found`).

    Source: domain rules §4.6 C24.
    """
    by_account: defaultdict[UUID, list[str]] = defaultdict(list)
    for each in found:
        if each.kind is MarkKind.ACCOUNT:
            by_account[each.mark].append(str(each.institution_id))
    return [
        see(
            FlagKind.BORROWED_ACCOUNT,
            f"{institution.id}/{account}",
            institution_id=institution.id,
            region=institution.region,
            reporting_region=institution.reporting_region,
            facts={"institutions": sorted(others)},
        )
        for account, others in by_account.items()
    ]
