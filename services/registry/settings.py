"""The registry's settings, read from its environment."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class RegistrySettings(ServiceSettings):
    """Variables start with REGISTRY_."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_")

    port: int = 8001
    """The TCP port to listen on."""
    roster_file_bytes_max: int = Field(default=32 * 1024 * 1024, ge=1024)
    """The largest roster file, in bytes; other requests are limited by request_bytes_max."""
    refused_rows_days: int = Field(default=30, ge=1)
    """Days for which the refused rows of a roster file are kept, encrypted, so that they can be corrected."""

    @property
    def refused_rows_kept(self) -> timedelta:
        return timedelta(days=self.refused_rows_days)
