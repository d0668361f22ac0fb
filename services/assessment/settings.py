"""Assessment's settings, from the environment."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class AssessmentSettings(ServiceSettings):
    """Variables start with ASSESSMENT_."""

    model_config = SettingsConfigDict(env_prefix="ASSESSMENT_")

    port: int = 8003
    """The TCP port to listen on."""
