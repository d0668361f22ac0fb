"""Money: exact in, grouped out, rounded once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import FEN_MAX, AmountTooLarge, Fen, FractionOfFen, fen_from_yuan, format_yuan, plain_yuan

FEN = st.integers(-FEN_MAX, FEN_MAX).map(Fen)


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [
        (0, 0),
        (1200, 120_000),
        (-5, -500),
        (Decimal("0.01"), 1),
        (Decimal("1234.50"), 123_450),
        (Decimal("2E+3"), 200_000),
    ],
)
def test_yuan_become_fen_exactly(yuan: Decimal | int, fen: int) -> None:
    assert fen_from_yuan(yuan) == fen


@pytest.mark.parametrize("yuan", ["0.001", "1.999", "-0.005", "1E-1000000", "NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_not_whole_fen_is_refused(yuan: str) -> None:
    with pytest.raises(FractionOfFen):
        fen_from_yuan(Decimal(yuan))


@pytest.mark.parametrize("yuan", ["92233720368547758.08", "-92233720368547758.08", "1E+1000000", "1E+19"])
def test_what_no_column_can_hold_is_refused(yuan: str) -> None:
    with pytest.raises(AmountTooLarge) as refusal:
        fen_from_yuan(Decimal(yuan))

    assert refusal.value.facts == {"fen_max": FEN_MAX}


@pytest.mark.parametrize("zero", ["0E-1000000", "0E+1000000", "-0.000"])
def test_a_zero_is_a_zero_however_it_is_written(zero: str) -> None:
    assert fen_from_yuan(Decimal(zero)) == 0


@given(FEN)
def test_an_amount_survives_being_written_and_read(fen: Fen) -> None:
    assert fen_from_yuan(Decimal(format_yuan(fen).replace(",", ""))) == fen


@given(FEN.filter(lambda fen: fen >= 0))
def test_files_have_the_same_without_separators(fen: Fen) -> None:
    assert plain_yuan(fen) == format_yuan(fen).replace(",", "")


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (-5, "-0.05"),
        (123_450, "1,234.50"),
        (194_824_000, "1,948,240.00"),
        (-100_000, "-1,000.00"),
    ],
)
def test_yuan_are_written_in_groups_of_three_with_two_places(fen: int, text: str) -> None:
    assert format_yuan(Fen(fen)) == text
