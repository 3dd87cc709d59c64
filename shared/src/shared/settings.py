"""Settings every service shares: frozen, and read from the environment alone."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What a service needs to start. A service subclasses this with its own `env_prefix`, for example `TRIAGE_`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str = Field(
        description="PostgreSQL URL of the role that serves requests; never the owner of the tables"
    )
    migration_database_url: str | None = Field(
        None, description="PostgreSQL URL of the owning role; needed to migrate only"
    )
    pool_size: int = Field(
        10, ge=1, le=200, description="connections kept for requests that write or read confidential rows"
    )
    read_pool_size: int = Field(10, ge=1, le=200, description="connections kept for public reads")

    issuer: str = Field(description="the `iss` that tokens must carry")
    jwks_url: str = Field(description="where the issuer's public keys are read")
    audience: str = Field("school-improvement", description="the `aud` that tokens must carry")
    token_cache_seconds: float = Field(30.0, ge=0, le=300, description="how long a verified token is remembered")

    token_url: str | None = Field(None, description="where this service gets tokens for calls to other services")
    client_id: str | None = None
    client_secret: SecretStr | None = None

    log_level: str = "INFO"
    otlp_endpoint: str | None = Field(None, description="where traces are sent; none are sent without it")
    worker_port: int = Field(
        0, ge=0, le=65535, description="the worker's port for health and metrics; 0 takes a free one"
    )
    max_body_bytes: int = Field(512 * 1024 * 1024, description="the largest request body taken")
    rate_limit_per_minute: int = Field(
        120_000, ge=1, description="requests a minute that one process answers to one client"
    )
