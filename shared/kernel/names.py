"""Names of people as they can be written: not damaged by a conversion, and nothing beside the name."""

from __future__ import annotations

from shared.kernel.refusals import Invalid
from shared.kernel.spelling import has_beside, is_damaged, letters, repairs


class DamagedName(Invalid):
    slug = "damaged-name"
    title_en = "Characters of this name are lost, hidden or invisible."
    title_zh = "姓名中有乱码、被遮盖的字或不可见字符（如 ?、□、*）。"
    cure_en = (
        "Type the whole name again as it is on the document, with a present-day input method. A rare character that "
        "your program cannot store needs a program that uses Unicode (UTF-8 or GB 18030-2022)."
    )
    cure_zh = "请对照证件重新录入完整姓名；生僻字请用支持 GB 18030-2022 的输入法录入，文件另存为“CSV UTF-8”或 .xlsx。"
    check = "C01"


class NameHasSuffix(Invalid):
    slug = "name-has-suffix"
    title_en = "The name has digits or brackets."
    title_zh = "姓名中含有数字或括号。"
    cure_en = "Give the name alone, as it is on the document. Tell namesakes apart by your own number (local_id)."
    cure_zh = "请只填写证件上的姓名；同名人员请用自编编号（local_id）区分。"
    check = "C01"


def spelling_fault(name: str) -> DamagedName | NameHasSuffix | None:
    """The fault of a name with lost, hidden, invisible or control characters, digits or brackets; else None."""
    if is_damaged(name):
        return DamagedName(pointer="/name")
    return NameHasSuffix(pointer="/name") if has_beside(name) else None


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are the same name: spacing, width, case and the dots in minority names are ignored."""
    return one == other or letters(one) == letters(other)


def corrects(right: str, stored: str) -> bool:
    """Whether `right` is the sound spelling of the faulty name that is `stored`."""
    return spelling_fault(stored) is not None and spelling_fault(right) is None and repairs(right, stored)
