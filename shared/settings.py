"""The settings that every service reads from its environment. Nothing is read at import time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Settings that all services have. A service's own class sets the prefix of its variables (REGISTRY_…);
    variables shared by all services start with SKILLS_ instead. Every field is listed in docs/settings.md.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str = "postgresql://skills@127.0.0.1:5432/skills"
    """This service's own PostgreSQL 18 database."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = 8000
    """The TCP port to listen on."""
    worker_metrics_port: int = Field(default=0, ge=0, le=65535)
    """The TCP port on which `worker`, which has no HTTP otherwise, answers Prometheus; 0 is none."""
    http_processes: int = Field(default=1, ge=1, le=64)
    """Number of processes that share the port under `api`; set it to the number of processors."""
    interactive_connections: int = Field(default=8, ge=1)
    """Interactive requests that one process handles at once, each with a database connection."""
    interactive_waiting_max: int = Field(default=200, ge=0)
    """Interactive requests that may wait for their turn; further ones are refused as busy."""
    bulk_connections: int = Field(default=3, ge=1)
    """Requests with rows or files that one process handles at once, each with a database connection."""
    bulk_waiting_max: int = Field(default=40, ge=0)
    """Requests with rows or files that may wait for their turn; further ones are refused as busy."""
    waiting_seconds_max: float = Field(default=4.0, gt=0, le=30)
    """Seconds for which a request waits for its turn, or for a file to be read; then it is refused as busy."""
    readers_max: int = Field(default=2, ge=1)
    """Spreadsheets that are read at once for requests, each by a process of its own."""
    readers_waiting_max: int = Field(default=20, ge=0)
    """Spreadsheets that may wait for a reader; further ones are refused as busy."""
    interactive_requests_a_minute: int = Field(default=18_000, ge=1)
    """Interactive requests that one caller may make in a minute."""
    bulk_requests_a_minute: int = Field(default=1_200, ge=1)
    """Requests with rows or files that one caller may make in a minute."""
    lookups_a_minute: int = Field(default=60, ge=1)
    """Requests whose answers tell whether a number or a name is known that one caller or, without a token, one address
    may make in a minute."""
    sign_ins_a_minute: int = Field(default=120, ge=1)
    """Requests to sign in with a provider that one address may make in a minute; each sign-in takes two."""
    dry_run_rows_an_hour: int = Field(default=3_600, ge=1)
    """Rows that one caller may have decided by dry runs in an hour, in batches and in files."""
    public_requests_a_minute: int = Field(default=600, ge=1)
    """Other requests without a token that one address may make in a minute; answers kept ready are not counted."""
    trusted_proxies: str = ""
    """Addresses or networks, joined by commas, of proxies whose X-Forwarded-For is believed; none by default."""

    object_bytes_max: int = Field(default=64 * 1024, ge=1024)
    """The largest body of a request that takes one object, in bytes; more if its declared texts and lists need more."""
    rows_bytes_max: int = Field(default=4 * 1024 * 1024, ge=1024)
    """The largest body of a request that takes rows, in bytes."""
    file_bytes_max: int = Field(default=32 * 1024 * 1024, ge=1024)
    """The largest file, in bytes, unless its route says less."""

    log_url: str = Field(default="postgresql://skills@127.0.0.1:5432/skills_log", validation_alias="SKILLS_LOG_URL")
    """The log: postgresql://… for a log in that database, kafka://host:port,host:port for Kafka brokers."""
    log_replication: int = Field(default=1, ge=1, validation_alias="SKILLS_LOG_REPLICATION")
    """Replication factor of the topics created on Kafka."""
    keys_directory: Path = Field(default=Path(".local/keys"), validation_alias="SKILLS_KEYS_DIRECTORY")
    """Directory of issuer-public.pem and, for people who use pages, session-key.secret, with openid-client.secret if
    they sign in with a provider; for registry and assessment also person-key.secret and field-keys.json; for
    assessment also credential-keys.json."""
    web_directory: Path = Field(default=Path("web/dist"), validation_alias="SKILLS_WEB_DIRECTORY")
    """Directory of the pages that `make web` builds; without them, the services show plain pages."""
    session_minutes: int = Field(default=20, ge=1, le=240, validation_alias="SKILLS_SESSION_MINUTES")
    """Minutes without a request after which a person who uses pages has to sign in again."""
    session_hours_max: int = Field(default=10, ge=1, le=24, validation_alias="SKILLS_SESSION_HOURS_MAX")
    """Hours after which they have to in any case."""
    session_secure: bool = Field(default=False, validation_alias="SKILLS_SESSION_SECURE")
    """Whether browsers send the cookie of a session over HTTPS only; set it wherever pages are reached by HTTPS."""
    sandbox_people: Path | None = Field(default=None, validation_alias="SKILLS_SANDBOX_PEOPLE")
    """For sandboxes on one machine only: a file of people whom everybody may choose to be."""
    page_addresses: dict[str, str] = Field(default={}, validation_alias="SKILLS_PAGE_ADDRESSES")
    """Where browsers find the pages of each service, as JSON: `{"registry": "https://…", …}`; then pages lead to each
    other."""
    openid_issuer: str | None = Field(default=None, validation_alias="SKILLS_OPENID_ISSUER")
    """The provider of OpenID Connect with which people sign in to the pages, as its ID tokens name it; none by
    default. It needs SKILLS_OPENID_CLIENT_ID, SKILLS_PAGE_ADDRESSES, and openid-client.secret beside the keys."""
    openid_client_id: str = Field(default="", validation_alias="SKILLS_OPENID_CLIENT_ID")
    """The id under which the provider knows the pages of all services."""
    openid_name_zh: str = Field(default="统一身份认证", validation_alias="SKILLS_OPENID_NAME_ZH")
    """What the button to sign in calls the provider, in Chinese."""
    openid_name_en: str = Field(default="your organisation's account", validation_alias="SKILLS_OPENID_NAME_EN")
    """The same in English."""
    openid_scope: str = Field(default="openid", validation_alias="SKILLS_OPENID_SCOPE")
    """The scopes that are asked for, with spaces between them; some providers give claims only for others too."""
    openid_prompt: str = Field(default="", validation_alias="SKILLS_OPENID_PROMPT")
    """`login` has the provider ask again although the person is signed in there, for machines that people share."""
    openid_role_claim: str = Field(default="role", validation_alias="SKILLS_OPENID_ROLE_CLAIM")
    """The claim of an ID token that holds the role. It may be a list, of which exactly one value is a role of ours."""
    openid_org_claim: str = Field(default="org", validation_alias="SKILLS_OPENID_ORG_CLAIM")
    """The claim that holds the id of the organisation, for institutions and assessment bodies."""
    openid_region_claim: str = Field(default="region", validation_alias="SKILLS_OPENID_REGION_CLAIM")
    """The claim that holds the code of the region, for officers."""
    token_hours_max: int = Field(default=24, ge=1, le=24 * 31, validation_alias="SKILLS_TOKEN_HOURS_MAX")
    """The longest lifetime of a token, from its `iat` to its `exp`, in hours; others are refused."""
    answers_kept_days: int = Field(default=7, ge=1, validation_alias="SKILLS_ANSWERS_KEPT_DAYS")
    """Days for which the answer to a POST with an Idempotency-Key is kept for repeats."""
    books_seconds: int = Field(default=15, ge=1, le=600, validation_alias="SKILLS_BOOKS_SECONDS")
    """Seconds between two looks at the books: an owner tells the control totals that changed, metrics compares them."""
    batch_facts_max: int = Field(default=80_000, ge=1, validation_alias="SKILLS_BATCH_FACTS_MAX")
    """The maximum number of facts that a consumer applies in one transaction."""
    relay_poll_ms: int = Field(default=50, ge=1, validation_alias="SKILLS_RELAY_POLL_MS")
    """Interval at which the relay polls an empty outbox, in milliseconds."""
    clock_offset_days: int = Field(default=0, validation_alias="SKILLS_CLOCK_OFFSET_DAYS")
    """For sandboxes only: days added to the services' clock (negative: back), so that a sample stays in its year."""
    head_bytes_max: int = Field(default=64 * 1024, ge=1024, validation_alias="SKILLS_HEAD_BYTES_MAX")
    """The largest head of a request (its line and its headers), in bytes."""
    headers_max: int = Field(default=100, ge=10, validation_alias="SKILLS_HEADERS_MAX")
    """The largest number of headers of a request."""
    head_seconds_max: float = Field(default=10, gt=0, validation_alias="SKILLS_HEAD_SECONDS_MAX")
    """Seconds from the first byte of a head to its last."""
    idle_seconds_max: int = Field(default=15, ge=1, validation_alias="SKILLS_IDLE_SECONDS_MAX")
    """Seconds for which a connection stays open without a request, or with a client that takes nothing of an answer."""
    connections_max: int = Field(default=2000, ge=10, validation_alias="SKILLS_CONNECTIONS_MAX")
    """Connections of clients that one process keeps open; beyond, the one that is idle longest is closed."""
    address_connections_max: int = Field(default=1000, ge=10, validation_alias="SKILLS_ADDRESS_CONNECTIONS_MAX")
    """Connections that one network address may have open to one process; set it to connections_max behind a proxy."""
    body_seconds_max: float = Field(default=300, gt=0, validation_alias="SKILLS_BODY_SECONDS_MAX")
    """Seconds in which a body must have arrived."""
    body_grace_seconds: float = Field(default=10, gt=0, validation_alias="SKILLS_BODY_GRACE_SECONDS")
    """Seconds for which a body may be slower than body_rate_min."""
    body_rate_min: int = Field(default=1024, ge=1, validation_alias="SKILLS_BODY_RATE_MIN")
    """Bytes a second that a body must bring after body_grace_seconds, on average."""
    bodies_bytes_max: int = Field(default=96 * 1024 * 1024, ge=1024 * 1024, validation_alias="SKILLS_BODIES_BYTES_MAX")
    """Bytes of bodies that one process holds at once, half of them at most of one caller; small bodies do not count."""
    caller_requests_max: int = Field(default=500, ge=1, validation_alias="SKILLS_CALLER_REQUESTS_MAX")
    """Requests that one caller may have open at once in one process."""
    log_level: str = Field(default="info", validation_alias="SKILLS_LOG_LEVEL")
    """The lowest level that is logged: debug, info, warning or error."""

    @property
    def http_connections(self) -> int:
        """Database connections of one HTTP process, besides the one for its health."""
        return self.interactive_connections + self.bulk_connections

    @property
    def token_lifetime_max(self) -> timedelta:
        return timedelta(hours=self.token_hours_max)

    @property
    def session_lifetime(self) -> timedelta:
        return timedelta(minutes=self.session_minutes)

    @property
    def session_longest(self) -> timedelta:
        return timedelta(hours=self.session_hours_max)

    @property
    def answers_kept(self) -> timedelta:
        return timedelta(days=self.answers_kept_days)

    def now(self) -> datetime:
        """The present moment, by the services' clock."""
        return datetime.now(UTC) + timedelta(days=self.clock_offset_days)
