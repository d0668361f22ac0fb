"""The search for what was posted finds it in every form in which it may have been written."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Final

import httpx
import pytest

from tests.hostile.requests.secrets import Posted, places_of
from tests.support.people import identity_number

NUMBER: Final = identity_number(date(1990, 3, 7), 11)
PHONE: Final = "13915927364"
NAME: Final = "欧阳修竹"


async def posted() -> Posted:
    heard = Posted()
    person = {"rows": [{"document_number": NUMBER, "name": NAME, "phone": PHONE}], "name": "郑州学校"}
    await heard(httpx.Request("POST", "http://test/", content=json.dumps(person)))
    return heard


async def test_hears_numbers_phones_and_names_of_people_in_a_request() -> None:
    heard = await posted()

    assert (heard.numbers, heard.phones, heard.names) == ({NUMBER}, {PHONE}, {NAME})


@pytest.mark.parametrize("said", [NUMBER, f"T{NUMBER}9"])
async def test_hears_a_number_in_a_key_and_in_an_address(said: str) -> None:
    heard = Posted()

    await heard(httpx.Request("GET", f"http://test/things/{said}"))
    await heard(httpx.Request("POST", "http://test/", headers={"Idempotency-Key": f"key {PHONE}"}))

    assert (heard.numbers, heard.phones) == ({NUMBER}, {PHONE})


async def test_hears_no_phone_in_an_id_of_ours() -> None:
    heard = Posted()

    await heard(httpx.Request("GET", f"http://test/things/01a22c81-f59d-779c-bc84-a{PHONE}"))

    assert heard.phones == set()


@pytest.mark.parametrize("secret", [NUMBER, PHONE, NAME])
@pytest.mark.parametrize("before", ["", "1", "12", "关于"])
async def test_finds_a_secret_however_it_is_written_and_tells_only_where(secret: str, before: str) -> None:
    whole = f"{before}{secret}。".encode()
    written = {
        "plain": whole,
        "hexadecimal": whole.hex().encode(),
        "base64": base64.b64encode(whole),
        "base64 in an address": base64.urlsafe_b64encode(whole),
        "two bytes": f"{before}{secret}".encode("utf-16-le"),
        "base64 of two bytes": base64.b64encode(f"{before}{secret}。".encode("utf-16-be")),
        "escaped": json.dumps(f"{before}{secret}").encode(),
        "nothing": b"410102********0011 139****7364",
    }

    found = places_of(await posted(), written)

    assert {each.partition(" shows ")[0] for each in found} == written.keys() - {"nothing"}
    assert not any(secret in each for each in found)
