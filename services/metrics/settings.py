"""What metrics is told by its environment."""

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
    """How often changed totals are looked for, in milliseconds: the most that an answer lags behind the database."""
