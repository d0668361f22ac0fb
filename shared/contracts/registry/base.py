"""What every fact of the registry has in common."""

from __future__ import annotations

from typing import ClassVar

from shared.contracts.fact import Fact

TOPIC = "registry"


class RegistryFact(Fact):
    topic: ClassVar[str] = TOPIC
