"""Invented people: identity numbers that pass every check and belong to nobody in particular."""

from __future__ import annotations

from datetime import date

from stdnum.cn.ric import calc_check_digit


def identity_number(born: date, order: int, *, region: str = "410102") -> str:
    """A resident identity number with a right check digit. `order` is 0 to 999."""
    body = f"{region}{born:%Y%m%d}{order:03d}"
    return body + str(calc_check_digit(body + "0"))
