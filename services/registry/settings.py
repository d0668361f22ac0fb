"""What the registry is told by its environment."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class RegistrySettings(ServiceSettings):
    """Variables start with REGISTRY_."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_")

    port: int = 8001
    """The TCP port to listen on."""
