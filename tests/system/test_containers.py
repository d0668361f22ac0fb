"""docker-compose.yml and the Dockerfile name only what exists; there is no engine here to start them with."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from deploy.local import ROOT
from deploy.local.services import PORTS
from shared.service import Service
from shared.settings import ServiceSettings

yaml: Any = importlib.import_module("yaml")

COMMANDS = {"serve", "api", "worker", "migrate", "dead-letters"}
OURS = "skills-programme"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return read


def service_of(name: str) -> Service:
    found: Service = importlib.import_module(f"services.{name}.worker").SERVICE
    return found


def variables(settings: type[ServiceSettings]) -> set[str]:
    """The names of the environment variables that a settings class reads."""
    prefix = settings.model_config.get("env_prefix") or ""
    aliases = {name: field.validation_alias for name, field in settings.model_fields.items()}
    return {str(alias) if alias else f"{prefix}{name}".upper() for name, alias in aliases.items()}


def containers(compose: dict[str, Any]) -> dict[str, tuple[Service, dict[str, Any]]]:
    """The containers that run one of our services, by name."""
    return {
        name: (service_of(each["command"][0].removeprefix("services.")), each)
        for name, each in compose["services"].items()
        if each["image"] == OURS and each["command"][0].startswith("services.")
    }


def test_all_four_services_are_served_on_their_own_ports(compose: dict[str, Any]) -> None:
    served = {
        service.name: each["ports"] for service, each in containers(compose).values() if each["command"][1] == "serve"
    }

    assert served == {name: [f"127.0.0.1:{port}:{port}"] for name, port in PORTS.items()}


def test_every_variable_is_one_that_the_service_reads(compose: dict[str, Any]) -> None:
    for service, each in containers(compose).values():
        assert set(each["environment"]) <= variables(service.settings)
        assert int(each["environment"][f"{service.name.upper()}_PORT"]) == service.settings.model_fields["port"].default


def test_every_command_exists_and_names_files_of_the_project(compose: dict[str, Any]) -> None:
    for service, each in containers(compose).values():
        _, command, *arguments = each["command"]
        assert command in COMMANDS | {name for name, *_ in service.extra_commands}
        assert all((ROOT / argument).exists() for argument in arguments)


def test_every_database_is_made_and_every_dependency_is_there(compose: dict[str, Any]) -> None:
    made = (ROOT / "deploy/postgres/databases.sql").read_text(encoding="utf-8")

    for service, each in containers(compose).values():
        database = each["environment"][f"{service.name.upper()}_DATABASE_URL"].rpartition("/")[2]
        assert f"CREATE DATABASE {database};" in made
        assert set(each["depends_on"]) <= set(compose["services"])


def test_the_image_is_built_from_what_is_here() -> None:
    words = [line.split() for line in (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8").splitlines()]
    copied = [Path(line[1]) for line in words if line and line[0] == "COPY" and not line[1].startswith("--")]

    assert copied
    assert all((ROOT / path).exists() for path in copied)
