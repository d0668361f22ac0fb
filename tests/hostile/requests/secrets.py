"""What was posted about people, and where any of it can be read in what is kept.

A place is told by table and column, never by what was found there.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx
from sqlalchemy import text

from shared.database import make_engine
from shared.kernel.identity import contains_identity_number

_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{17}[0-9X]")
_PHONE: Final = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_ID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
"""Digits in one of our own ids that look like a phone's number are chance."""
_NAME: Final = re.compile(r"[\u4e00-\u9fff]{2,8}")
_COLUMNS: Final = """
SELECT table_schema, table_name, column_name FROM information_schema.columns
WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
    AND data_type IN ('text', 'character varying', 'bytea', 'ARRAY', 'jsonb', 'json', 'uuid', 'numeric', 'bigint')
"""


@dataclass
class Posted:
    """Numbers, phones and names of people in requests, whether or not they were accepted."""

    numbers: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    async def __call__(self, request: httpx.Request) -> None:
        """Remember what `request` says about people: an event hook of a client."""
        body = request.content.decode("utf-8", "replace")
        content = _ID.sub("", " ".join([body, str(request.url), *request.headers.values()]))
        self.numbers.update(found for found in _NUMBER.findall(content) if contains_identity_number(found))
        self.phones.update(_PHONE.findall(content))
        if b"document_number" in request.content:
            try:
                self._remember_names(json.loads(request.content))
            except (ValueError, RecursionError):
                return  # Sent on purpose; nobody is named in it.

    @property
    def total(self) -> int:
        return len(self.numbers) + len(self.phones) + len(self.names)

    @property
    def counted(self) -> str:
        return f"{len(self.numbers)} numbers, {len(self.phones)} phones and {len(self.names)} names"

    def _remember_names(self, content: Any) -> None:
        if isinstance(content, list):
            for each in content:
                self._remember_names(each)
        if isinstance(content, dict):
            name = content.get("name")
            if "document_number" in content and isinstance(name, str) and _NAME.fullmatch(name):
                self.names.add(name)
            for each in content.values():
                self._remember_names(each)


async def dumped(url: str) -> dict[str, bytes]:
    """Every value of every column that can hold text, by schema, table and column."""
    engine = make_engine(url, name="dump")
    pieces: dict[str, bytes] = {}
    try:
        async with engine.connect() as connection:
            for schema, table, column in (await connection.execute(text(_COLUMNS))).all():
                values = await connection.scalars(text(f'SELECT "{column}" FROM "{schema}"."{table}"'))
                written = (each if isinstance(each, bytes) else str(each).encode() for each in values)
                pieces[f"{schema}.{table}.{column}"] = b"\n".join(written)
    finally:
        await engine.dispose()
    return pieces


def forms(secret: str) -> Iterator[bytes]:
    """The ways in which `secret` may have been written: as it is, in two bytes a character, escaped, in hexadecimal,
    and in base64 wherever it may begin.
    """
    for plain in {secret.encode(), secret.encode("utf-16-le"), secret.encode("utf-16-be"), secret.encode("gb18030")}:
        yield plain
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        for before in range(3):
            encoded = base64.b64encode(b"\0" * before + plain)
            # The first and the last characters depend on what stands beside the secret.
            inner = encoded[(0, 2, 3)[before] : len(encoded.rstrip(b"=")) - (1 if (before + len(plain)) % 3 else 0)]
            yield inner
            yield inner.replace(b"+", b"-").replace(b"/", b"_")
    yield secret.encode("unicode_escape")
    yield json.dumps(secret).strip('"').encode()
    yield quote(secret).encode()


def places_of(posted: Posted, pieces: Mapping[str, bytes]) -> list[str]:
    """The places in `pieces` where any of what was `posted` can be read, and of which kind it is."""
    kinds = {"a number": posted.numbers, "a phone": posted.phones, "a name": posted.names}
    wanted = {kind: {form for each in of_kind for form in forms(each)} for kind, of_kind in kinds.items()}
    return [
        f"{place} shows {kind}"
        for place, piece in pieces.items()
        for kind, of_kind in wanted.items()
        if any(form in piece for form in of_kind)
    ]
