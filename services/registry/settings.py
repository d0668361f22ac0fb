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
    refused_rows_days: int = Field(default=30, ge=1)
    """Days for which the refused rows of a roster file are kept, encrypted, so that they can be corrected."""
    public_reports_per_address_max: int = Field(default=20, ge=1)
    """Reports of the public that are taken from one address within an hour."""
    public_reports_max: int = Field(default=1000, ge=1)
    """Reports of the public that are taken within an hour, from all addresses together."""
    public_contact_days: int = Field(default=180, ge=1)
    """Days for which the contact of a person who reported something is kept, encrypted."""

    @property
    def refused_rows_kept(self) -> timedelta:
        return timedelta(days=self.refused_rows_days)
