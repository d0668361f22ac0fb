"""Person keys."""

import hashlib
import hmac
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.identity import DocumentKind, IdentityDocument
from shared.kernel.person_key import PersonKeys

SECRET = bytes(range(32))
KEYS = PersonKeys(SECRET)
NUMBERS = st.integers(0, 10**18 - 1).map("{:018}".format)


@given(st.sampled_from(DocumentKind), NUMBERS)
def test_the_same_document_always_has_the_same_key(kind: DocumentKind, number: str) -> None:
    assert PersonKeys(SECRET).of(IdentityDocument(kind, number)) == KEYS.of(IdentityDocument(kind, number))


@given(NUMBERS)
def test_equal_numbers_of_different_kinds_have_different_keys(number: str) -> None:
    assert len({KEYS.of(IdentityDocument(kind, number)) for kind in DocumentKind}) == len(DocumentKind)


@given(NUMBERS, NUMBERS)
def test_different_numbers_have_different_keys(one: str, other: str) -> None:
    first, second = (IdentityDocument(DocumentKind.RESIDENT_ID, number) for number in (one, other))

    assert (KEYS.of(first) == KEYS.of(second)) is (one == other)


@given(NUMBERS)
def test_another_secret_makes_another_key(number: str) -> None:
    document = IdentityDocument(DocumentKind.RESIDENT_ID, number)

    assert PersonKeys(SECRET[::-1]).of(document) != KEYS.of(document)


@given(st.sampled_from(DocumentKind), NUMBERS)
def test_a_key_is_a_version_8_uuid_made_of_the_hash(kind: DocumentKind, number: str) -> None:
    key = KEYS.of(IdentityDocument(kind, number))
    hashed = hmac.new(SECRET, f"{kind.value}:{number}".encode(), hashlib.sha256).hexdigest()[:32]

    assert key.version == 8
    assert key.variant == RFC_4122
    assert key.hex[:12] + key.hex[13:16] + key.hex[17:] == hashed[:12] + hashed[13:16] + hashed[17:]


def test_a_key_never_changes_from_one_release_to_the_next() -> None:
    document = IdentityDocument(DocumentKind.RESIDENT_ID, "410102196003071230")

    assert str(KEYS.of(document)) == "23eef35d-eced-8b57-9939-b4a550519085"


@given(NUMBERS, NUMBERS)
def test_marks_of_one_kind_are_equal_for_equal_texts_only(one: str, other: str) -> None:
    assert (KEYS.mark("phone", one) == KEYS.mark("phone", other)) is (one == other)
    assert KEYS.mark("phone", one) != KEYS.mark("account", one)


@given(NUMBERS)
def test_a_mark_does_not_depend_on_spaces_or_width(number: str) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)

    assert KEYS.mark("account", f" {number[:4]} {number[4:]}\u200b") == KEYS.mark("account", wide)


@given(st.sampled_from(DocumentKind), NUMBERS)
def test_no_mark_is_a_persons_key(kind: DocumentKind, number: str) -> None:
    assert KEYS.mark(kind, number) != KEYS.of(IdentityDocument(kind, number))


@given(NUMBERS)
def test_another_secret_makes_another_mark(number: str) -> None:
    assert PersonKeys(SECRET[::-1]).mark("phone", number) != KEYS.mark("phone", number)


def test_a_short_secret_is_no_secret() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        PersonKeys(b"short")


def test_the_secret_does_not_show() -> None:
    assert repr(SECRET)[2:-1] not in repr(KEYS)
