"""docs/api/<service>.openapi.json: each service's HTTP API, as its application describes it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fastapi import FastAPI

from deploy.local.issuer import make_keys
from shared.service import Service

SERVICES: Final = Path(__file__).resolve().parents[2] / "services"


def pages() -> dict[str, Callable[[], str]]:
    """The text of each description, by its path under docs/."""
    return {f"api/{name}.openapi.json": partial(description, name) for name in names()}


def names() -> list[str]:
    """The names of all services."""
    return sorted(path.parent.name for path in SERVICES.glob("*/__main__.py"))


@cache
def service(name: str) -> Service:
    """The service of that name."""
    found: Service = importlib.import_module(f"services.{name}.worker").SERVICE
    return found


@cache
def application(name: str) -> FastAPI:
    """The service's application, as it is made for its process."""
    parts = service(name)
    with TemporaryDirectory() as keys:
        # An application loads its keys when it is created; the description contains none of them.
        make_keys(Path(keys))
        return parts.make_app(parts.settings(SKILLS_KEYS_DIRECTORY=Path(keys)), None)


@cache
def description(name: str) -> str:
    """The service's OpenAPI document."""
    # Made afresh: the codes of problems may have been worked out since.
    return json.dumps(application.__wrapped__(name).openapi(), ensure_ascii=False, indent=2) + "\n"
