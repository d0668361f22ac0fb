"""The settings of the subsidy service, read from its environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class SubsidySettings(ServiceSettings):
    """Variables start with SUBSIDY_."""

    model_config = SettingsConfigDict(env_prefix="SUBSIDY_")

    port: int = 8002
    """The TCP port to listen on."""
    public_objections_per_address_max: int = Field(default=20, ge=1)
    """Objections an hour that are taken from one network address."""
    public_objections_max: int = Field(default=1000, ge=1)
    """Objections an hour that are taken in total."""
    public_contact_days: int = Field(default=180, ge=1)
    """Days after which the contact of an objector is erased."""
