"""docs/settings.md: every environment variable that a service reads, from the settings classes."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from deploy.docs.docstrings import under_fields
from shared.settings import ServiceSettings

SERVICES: Final = Path(__file__).resolve().parents[2] / "services"

HEAD: Final = """\
# Settings

Services read their settings from environment variables only. Every default works on one machine.
This page is generated from the code (`python -m deploy.docs`); a test compares the two.
"""


class Variable(NamedTuple):
    """One environment variable."""

    name: str
    default: str
    meaning: str


def page() -> str:
    """The page in Markdown."""
    parts = [HEAD, "## Shared by all services\n", _table(_variables(ServiceSettings, shared=True))]
    for service, cls in settings_classes().items():
        parts += [f"## {service}\n", _table(_variables(cls, shared=False))]
    return "\n".join(parts)


def settings_classes() -> dict[str, type[ServiceSettings]]:
    """The settings class of each service, by the service's name."""
    found: dict[str, type[ServiceSettings]] = {}
    for path in sorted(SERVICES.glob("*/settings.py")):
        module = importlib.import_module(f"services.{path.parent.name}.settings")
        classes = [cls for _, cls in inspect.getmembers(module, inspect.isclass) if issubclass(cls, ServiceSettings)]
        (found[path.parent.name],) = [cls for cls in classes if cls.__module__ == module.__name__]
    return found


def meanings(cls: type[ServiceSettings]) -> dict[str, str]:
    """The text under each field of `cls` and of its base classes."""
    return {name: text for name, text in under_fields(cls).items() if name in cls.model_fields}


def _variables(cls: type[ServiceSettings], *, shared: bool) -> Iterator[Variable]:
    prefix = cls.model_config.get("env_prefix", "")
    meaning = meanings(cls)
    for name, field in cls.model_fields.items():
        if (field.validation_alias is not None) == shared:
            variable = str(field.validation_alias or f"{prefix}{name}".upper())
            yield Variable(variable, _default(field), meaning.get(name, "") + _bounds(field))


def _default(field: FieldInfo) -> str:
    return "*none: must be set*" if field.default is PydanticUndefined else f"`{field.default}`"


def _bounds(field: FieldInfo) -> str:
    words = {"ge": "at least", "le": "at most"}
    found = [f"{words[name]} {getattr(each, name)}" for each in field.metadata for name in words if hasattr(each, name)]
    return f" ({', '.join(found)})" if found else ""


def _table(variables: Iterator[Variable]) -> str:
    rows = [f"| `{each.name}` | {each.default} | {each.meaning} |" for each in variables]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows, ""])
