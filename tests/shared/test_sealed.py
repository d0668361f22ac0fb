"""Sealed values: nobody reads them without the key, moves them to another row, or changes them unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from shared.sealed import Seal

KEYS = {"k1": bytes(range(32)), "k2": bytes(range(32, 64))}
SEAL = Seal(current="k1", keys=KEYS)


@given(st.binary(max_size=300), st.binary(max_size=32))
def test_a_sealed_value_opens_for_its_owner(value: bytes, owner: bytes) -> None:
    assert SEAL.decrypt(SEAL.encrypt(value, owner=owner), owner=owner) == value


def test_a_sealed_value_shows_nothing_and_no_two_are_alike() -> None:
    sealed = {SEAL.encrypt("410102199003070011 张三".encode(), owner=b"a") for _ in range(50)}

    assert len(sealed) == 50
    assert all(b"410102" not in each and "张三".encode() not in each for each in sealed)


def test_a_sealed_value_does_not_open_for_another_owner() -> None:
    with pytest.raises(InvalidTag):
        SEAL.decrypt(SEAL.encrypt(b"value", owner=b"a"), owner=b"b")


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_sealed_value_that_was_changed_does_not_open(place: int, change: int) -> None:
    sealed = bytearray(SEAL.encrypt(b"value", owner=b"a"))
    sealed[len(b"k1:") + place % (len(sealed) - len(b"k1:"))] ^= change

    with pytest.raises(InvalidTag):
        SEAL.decrypt(bytes(sealed), owner=b"a")


def test_old_values_open_after_the_key_was_turned_and_new_ones_use_the_new_key() -> None:
    old = SEAL.encrypt(b"value", owner=b"a")
    turned = Seal(current="k2", keys=KEYS)

    assert turned.decrypt(old, owner=b"a") == b"value"
    assert turned.encrypt(b"value", owner=b"a").startswith(b"k2:")


def test_a_value_of_a_key_that_was_thrown_away_is_lost() -> None:
    with pytest.raises(KeyError):
        Seal(current="k2", keys={"k2": KEYS["k2"]}).decrypt(SEAL.encrypt(b"value", owner=b"a"), owner=b"a")


def test_the_keys_of_a_machine_are_read_from_its_directory(keys: Path) -> None:
    first, second = Seal.load(keys), Seal.load(keys)

    assert second.decrypt(first.encrypt(b"value", owner=b"a"), owner=b"a") == b"value"
