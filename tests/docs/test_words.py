"""Plain words: what people read is free of turns that need translating."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from deploy.docs.__main__ import PAGES
from deploy.docs.problems import refusals
from services.registry.flags.rules.kinds import KINDS
from tests.docs.markdown import name_of, pages, prose

MANNERED: Final[Mapping[str, str]] = {
    "anew": "again, from the start, re- (rebuild, recompute)",
    "hereby": "leave it out",
    "mend(s|ed|ing)?": "correct, fix, repair",
    "puts? right": "correct, rectify",
    "put right": "corrected, rectified",
    "stead": "instead of, in place of",
    "thereof": "of it, of them",
    "therein": "in it",
    "whereof": "of which",
    "whilst": "while",
    "worked off": "processed",
    "somebody|anybody": "say who: an officer, the caller, any user",
}
"""Patterns of whole words, and what to write in their place."""

_PATTERN: Final = re.compile(rf"\b({'|'.join(MANNERED)})\b", re.IGNORECASE)


NOT_YET_PLAIN: Final = ("services.registry.teachers.", "shared.")
"""A ratchet: where refusals are still to be rewritten. Nothing is added."""


def mannered(places: Mapping[str, str]) -> dict[str, list[str]]:
    """The mannered words of each of `places` (a text by its name) that has any."""
    found = {name: sorted({match[0].lower() for match in _PATTERN.finditer(text)}) for name, text in places.items()}
    return {name: words for name, words in found.items() if words}


def test_the_pages_that_people_wrote_are_plain() -> None:
    written = {name_of(page): prose(page) for page in pages() if name_of(page).removeprefix("docs/") not in PAGES}

    assert mannered(written) == {}


def test_the_refusals_and_the_kinds_of_flags_are_plain() -> None:
    texts = {f"{cls.__module__}.{cls.__name__}": f"{cls.title_en} {cls.cure_en}" for cls in refusals()}
    flags = {kind.value: definition.title_en for kind, definition in KINDS.items()}

    found = mannered(texts | flags)

    assert {name: words for name, words in found.items() if not name.startswith(NOT_YET_PLAIN)} == {}
    for place in NOT_YET_PLAIN:
        assert any(name.startswith(place) for name in found), f"{place} has become plain: take it out of NOT_YET_PLAIN"


def test_a_mannered_word_is_found_alone_and_not_inside_others() -> None:
    places = {"mannered": "It is told anew, in the stead of another.", "plain": "Use the amendment instead."}

    assert mannered(places) == {"mannered": ["anew", "stead"]}
