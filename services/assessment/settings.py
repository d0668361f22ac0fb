"""Assessment's settings, from the environment."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class AssessmentSettings(ServiceSettings):
    """Variables start with ASSESSMENT_."""

    model_config = SettingsConfigDict(env_prefix="ASSESSMENT_")

    port: int = 8003
    """The TCP port to listen on."""
    public_url: str = "http://127.0.0.1:8003"
    """The address under which verifiers reach this service: in credentials, status lists and QR codes."""
    publisher_name: str = "职业技能提升行动"
    """The name of who signs credentials."""
    refused_rows_days: int = Field(default=30, ge=1)
    """Days for which the refused rows of a file of results are kept, encrypted, so that they can be corrected."""

    @property
    def refused_rows_kept(self) -> timedelta:
        return timedelta(days=self.refused_rows_days)
