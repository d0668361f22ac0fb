"""The settings of the subsidy service, read from its environment."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class SubsidySettings(ServiceSettings):
    """Variables start with SUBSIDY_."""

    model_config = SettingsConfigDict(env_prefix="SUBSIDY_")

    port: int = 8002
    """The TCP port to listen on."""
