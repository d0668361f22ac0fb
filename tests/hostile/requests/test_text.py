"""No text that is stored in clear takes a person's number, or a character that nobody sees.

Every place of every body where the descriptions of the services allow text is tried in turn. What is not stored in
clear says so in its description (`x-kept`).
"""

from __future__ import annotations

from datetime import date
from itertools import cycle
from typing import Final

import httpx
import pytest

from tests.hostile.requests.conftest import SERVICES, SceneOf
from tests.hostile.requests.operations import Text, operations_of
from tests.support.people import identity_number

NUMBER: Final = identity_number(date(1990, 3, 7), 11)
PHONE: Final = "13915927364"
APART: Final = f"{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}"
FULL_WIDTH: Final = NUMBER.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789X"})
SPELLINGS: Final = (f"T{NUMBER}9", APART, PHONE, APART.replace("-", " "), FULL_WIDTH, "139-1592-7364", f"+86 {PHONE}")
UNSEEN: Final = ("a\u200bb", "a\u202eb", "a\u2066b", "a\x07b", "a\x7fb", "\ufeffab")
BY_THEIR_LETTERS: Final = ("credit_code", "document_number", "account", "receipt")
"""Of these only letters and digits are read, so that what programs add to a number when it is pasted does no harm."""


def is_told(answer: httpx.Response, text: Text) -> bool:
    """Whether the answer refuses what stood at the place of `text`, and names it."""
    content = answer.json()
    errors = [
        content,
        *content.get("errors", ()),
        *(e for row in content.get("rows", ()) for e in row.get("errors", ())),
    ]
    pointer = text.pointer.removeprefix("/rows/0")
    return any(error.get("pointer", "").removeprefix("/rows/0") == pointer for error in errors)


def quotes_number(answer: httpx.Response) -> bool:
    """Whether the answer shows the number, in whichever spelling it was sent."""
    digits = "".join(char for char in answer.text if char.isdigit())
    return NUMBER[:17] in digits or PHONE in digits or FULL_WIDTH[:8] in answer.text


@pytest.mark.parametrize("name", SERVICES)
async def test_text_takes_no_number_of_a_person_and_no_character_that_nobody_sees(name: str, scene_of: SceneOf) -> None:
    found: list[str] = []
    spellings, unseen = cycle(SPELLINGS), cycle(UNSEEN)

    for operation in operations_of(await scene_of(name)):
        role = operation.roles[0] if operation.roles else None
        for text in operation.texts:
            is_in_clear = "x-kept" not in text.schema
            numbers = (NUMBER, next(spellings), next(spellings)) if is_in_clear else ()
            others = () if str(text.place[-1]).endswith(BY_THEIR_LETTERS) else (next(unseen),)
            for value in (*numbers, *others):
                answer = await operation.send(operation.with_text(text, value), role=role)
                if not is_told(answer, text) or quotes_number(answer):
                    found.append(f"{operation.name} {text.pointer} {value!a}: {answer.status_code} {answer.text}")

    assert found == [], "\n".join(found)


async def test_every_text_of_a_service_is_found(scene_of: SceneOf) -> None:
    operations = operations_of(await scene_of("subsidy"))

    places = {(operation.name, text.pointer) for operation in operations for text in operation.texts}

    assert {("draft_claim", "/local_id"), ("pay_claim", "/reference"), ("add_policy_row", "/source")} <= places
