"""The settings of the subsidy service, read from its environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class SubsidySettings(ServiceSettings):
    """Variables start with SUBSIDY_."""

    model_config = SettingsConfigDict(env_prefix="SUBSIDY_")

    port: int = 8002
    """The TCP port to listen on."""
    bank_layouts: Path | None = None
    """A TOML file with further layouts of bank files; docs/payments.md shows one."""
    refused_rows_days: int = Field(default=30, ge=1)
    """Days for which the refused rows of a bank's return are kept, encrypted."""
    public_objections_per_address_max: int = Field(default=20, ge=1)
    """Objections an hour that are taken from one network address."""
    public_objections_max: int = Field(default=1000, ge=1)
    """Objections an hour that are taken in total."""
    public_contact_days: int = Field(default=180, ge=1)
    """Days after which the contact of an objector is erased."""

    @property
    def refused_rows_kept(self) -> timedelta:
        """How long the refused rows of a file are kept."""
        return timedelta(days=self.refused_rows_days)
