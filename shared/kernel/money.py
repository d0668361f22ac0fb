"""Money as whole fen: exact on input, rounded only where a rule takes a share."""

from __future__ import annotations

from decimal import Decimal
from typing import NewType

from shared.kernel.refusals import Invalid

Fen = NewType("Fen", int)
"""A hundredth of a yuan; may be negative when a balance decreases."""

# What a bigint column can hold.
FEN_MAX = Fen(2**63 - 1)


class FractionOfFen(Invalid):
    """An amount has more than two decimal places, or is not a number."""

    slug = "fraction-of-fen"
    title_en = "The amount is not a whole number of fen."
    title_zh = "金额不是整数分。"
    cure_en = "Enter yuan with at most two decimal places."
    cure_zh = "请以元为单位填写，最多保留两位小数。"


class AmountTooLarge(Invalid):
    """An amount is too large to be stored. Facts: `fen_max`."""

    slug = "amount-too-large"
    title_en = "The amount is too large."
    title_zh = "金额过大。"
    cure_en = "Check the amount; the maximum is {fen_max} fen."
    cure_zh = "请核对金额；允许的最大值为 {fen_max} 分。"


def fen_from_yuan(yuan: Decimal | int) -> Fen:
    """`yuan` in fen, exactly. Raises FractionOfFen, AmountTooLarge."""
    amount = Decimal(yuan)
    if not amount.is_finite():
        raise FractionOfFen
    if not amount:
        return Fen(0)
    # Checked before any arithmetic, so that 1E+1000000 and 1E-1000000 cost nothing.
    if amount.adjusted() > len(str(FEN_MAX)):
        raise AmountTooLarge(fen_max=FEN_MAX)
    if amount.adjusted() < -2:
        raise FractionOfFen
    numerator, denominator = amount.as_integer_ratio()
    fen, rest = divmod(numerator * 100, denominator)
    if rest:
        raise FractionOfFen
    if abs(fen) > FEN_MAX:
        raise AmountTooLarge(fen_max=FEN_MAX)
    return Fen(fen)


def plain_yuan(fen: Fen) -> str:
    """`fen`, which are not below zero, as yuan for files: with two decimal places and no separators ("1234.50")."""
    return f"{fen // 100}.{fen % 100:02d}"


def format_yuan(fen: Fen) -> str:
    """`fen` as yuan for people: with thousands separators and two decimal places ("1,234.50")."""
    yuan, rest = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}{yuan:,}.{rest:02}"
