"""What the registry is told by its environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class RegistrySettings(ServiceSettings):
    """Variables start with REGISTRY_."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_")

    port: int = 8001
    """The TCP port to listen on."""
    roster_file_bytes_max: int = Field(default=32 * 1024 * 1024, ge=1024)
    """The largest roster file that can be posted, in bytes; other requests are bounded by request_bytes_max."""
