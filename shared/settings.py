"""What every service is told by its environment. Values only; nothing is read at import time."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Settings that all services have. A service's own class sets the prefix of its variables (REGISTRY_…);
    those that must be the same everywhere start with SKILLS_ instead. Every field is listed in docs/settings.md.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str = "postgresql://skills@127.0.0.1:5432/skills"
    """This service's own PostgreSQL 18 database."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = 8000
    """The TCP port to listen on."""
    http_processes: int = Field(default=1, ge=1, le=64)
    """Processes that share the port when only HTTP is served (`api`): one for each processor that it may use."""
    database_connections_max: int = Field(default=10, ge=2)
    """Connections kept open to the database by the HTTP side; as many again in bursts."""
    request_bytes_max: int = Field(default=16 * 1024 * 1024, ge=1024)
    """The largest request body, in bytes."""

    log_url: str = Field(default="postgresql://skills@127.0.0.1:5432/skills_log", validation_alias="SKILLS_LOG_URL")
    """The log: postgresql://… keeps it in that database, kafka://host:port,host:port uses those brokers."""
    log_replication: int = Field(default=1, ge=1, validation_alias="SKILLS_LOG_REPLICATION")
    """Copies of each partition when topics are made on Kafka."""
    keys_directory: Path = Field(default=Path(".local/keys"), validation_alias="SKILLS_KEYS_DIRECTORY")
    """Holds issuer-public.pem, and for services that know persons person-key.secret and field-keys.json."""
    batch_facts_max: int = Field(default=40_000, ge=1, validation_alias="SKILLS_BATCH_FACTS_MAX")
    """The most facts that a consumer applies in one transaction."""
    relay_poll_ms: int = Field(default=50, ge=1, validation_alias="SKILLS_RELAY_POLL_MS")
    """How long the relay waits before it looks into an empty outbox again, in milliseconds."""
    clock_offset_days: int = Field(default=0, validation_alias="SKILLS_CLOCK_OFFSET_DAYS")
    """For sandboxes only: days by which the services' clock is put forward, so that a sample keeps its year."""
    log_level: str = Field(default="info", validation_alias="SKILLS_LOG_LEVEL")
    """The least level of log lines: debug, info, warning or error."""
