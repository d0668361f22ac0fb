"""docs/problems.md: every refusal of the services, by its slug."""

from __future__ import annotations

import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deploy.docs.markdown import table
from shared.kernel.refusals import Conflict, Forbidden, Invalid, Refusal
from shared.problems import status_of

ROOT: Final = Path(__file__).resolve().parents[2]

OURS: Final = ("services.", "shared.")

KINDS: Final = frozenset({Conflict, Forbidden, Invalid})
"""Base classes, never raised themselves."""

MEANINGS: Final = {
    400: "The request cannot be answered",
    401: "The caller is not authenticated",
    403: "The caller has no right to do this",
    404: "The resource does not exist",
    405: "The path does not support this method",
    408: "The request did not arrive in time",
    409: "The current state does not allow it",
    413: "The request is too large",
    414: "The address is too long",
    415: "The content type is not taken",
    422: "The content is wrong",
    429: "Too many requests for now",
    431: "The head of the request is too large",
    500: "The service failed",
    503: "The service is temporarily unavailable",
}

HEAD: Final = """\
# Problems

An error is answered as `application/problem+json` (RFC 9457): `type` is `/problems/` and the slug, and `code` is the
slug alone; a slug never changes. `title` and `cure` are English, `title_zh` and `cure_zh` Chinese. `pointer` locates
the error in the request, as an RFC 6901 JSON pointer, and `reference` names the route or parameter that helps. The
facts are further members of the problem; where a text below names one in braces, the answer contains its value. In the
answer to a batch, the `errors` of each refused row have the same members. Every service serves its own list at
`GET /problems`.

Where two services use the same slug, both texts are listed.

This page is generated from the code (`python -m deploy.docs`); a test compares the two.
"""


def page() -> str:
    """The page in Markdown."""
    by_status: defaultdict[int, list[type[Refusal]]] = defaultdict(list)
    for cls in refusals():
        by_status[status_of(cls)].append(cls)
    return "\n".join([HEAD, *_parts(by_status)])


def refusals() -> list[type[Refusal]]:
    """Every refusal with words of its own, by slug, of all services together."""
    for path in sorted([*ROOT.glob("services/*/**/*.py"), *ROOT.glob("shared/**/*.py")]):
        if "migrations" not in path.parts and not path.stem.startswith("__"):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = [cls for cls in _below(Refusal) if cls not in KINDS and _is_ours(cls)]
    return sorted(found, key=lambda cls: (cls.slug, cls.__module__))


def _is_ours(cls: type[Refusal]) -> bool:
    return cls.__module__.startswith(OURS)


def _below(cls: type[Refusal]) -> Iterator[type[Refusal]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _below(sub)


def _parts(by_status: dict[int, list[type[Refusal]]]) -> Iterator[str]:
    for status, classes in sorted(by_status.items()):
        yield f"## {status}: {MEANINGS[status]}\n"
        yield table(
            ["slug", "from", "title", "标题", "cure", "办法", "reference", "facts"], [_row(cls) for cls in classes]
        )


def _row(cls: type[Refusal]) -> list[str]:
    source = cls.__module__.split(".")
    where = source[1] if source[0] == "services" else "shared"
    reference = f"`{cls.reference}`" if cls.reference else ""
    return [f"`{cls.slug}`", where, cls.title_en, cls.title_zh, cls.cure_en, cls.cure_zh, reference, _facts(cls)]


def _facts(cls: type[Refusal]) -> str:
    """The names in backticks after "Facts" in the class's own docstring."""
    _, _, told = (cls.__doc__ or "").partition("Facts")
    return ", ".join(dict.fromkeys(re.findall(r"`[a-z_]+`", told)))
