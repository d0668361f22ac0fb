"""Assessment's settings, from the environment."""

from __future__ import annotations

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
