"""The columns of follow-ups and the form of the JSON route's rows say the same; amounts of yuan become fen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.follow_ups.rules import Evidence
from services.registry.follow_ups.usecases.forms import FollowUpRowRequest
from services.registry.follow_ups.usecases.table import FOLLOW_UPS
from shared.spreadsheets import cells
from shared.spreadsheets.cell_faults import CellUnfit
from shared.spreadsheets.tables import plain

PAY = FOLLOW_UPS.by_field["pay_before_fen"]


def test_the_columns_are_the_fields_of_the_form_but_for_our_own_id() -> None:
    assert set(FOLLOW_UPS.by_field) == FollowUpRowRequest.model_fields.keys() - {"enrolment_id"}
    assert list(FOLLOW_UPS.by_field["evidence"].choices.values()) == [each.value for each in Evidence]


def test_no_heading_stands_for_two_columns() -> None:
    headings = [heading for column in FOLLOW_UPS.columns for heading in set(map(plain, column.headings))]

    assert len(set(headings)) == len(FOLLOW_UPS.by_heading) == len(headings)


@given(fen=st.integers(0, 99_999_999_999))
def test_an_amount_is_read_to_the_fen_however_it_is_typed(fen: int) -> None:
    yuan, rest = divmod(fen, 100)

    assert cells.read(PAY, f"{yuan}.{rest:02d}") == fen
    assert cells.read(PAY, f"{yuan:,}.{rest:02d} ".strip() + "元") == fen
    assert cells.read(PAY, yuan) == cells.read(PAY, float(yuan)) == yuan * 100


@pytest.mark.parametrize("raw", ["-1", "4500.123", 4500.125, "4.5E+3", "四千五", "1e3", True, 10**16, "4500-5000"])
def test_what_is_no_amount_is_refused(raw: str | float) -> None:
    with pytest.raises(CellUnfit):
        cells.read(PAY, raw)
