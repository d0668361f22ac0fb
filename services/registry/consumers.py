"""What the registry hears: nothing yet. Facts heard and the use case each one calls stand on this one screen."""

from __future__ import annotations

from services.registry.settings import RegistrySettings
from shared.backbone.consumer import Consumer


def consumers(settings: RegistrySettings) -> list[Consumer]:  # noqa: ARG001  (every service has this signature)
    """The registry's consumers."""
    return []
