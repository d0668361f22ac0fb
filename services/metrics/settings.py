"""The settings of metrics, read from its environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class MetricsSettings(ServiceSettings):
    """Variables start with METRICS_."""

    model_config = SettingsConfigDict(env_prefix="METRICS_")

    port: int = 8004
    """The TCP port to listen on."""
    refresh_ms: int = Field(default=250, ge=10)
    """Interval of the checks for changed totals, in milliseconds: the maximum lag of an answer behind the database."""
