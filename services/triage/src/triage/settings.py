"""What this service reads from its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of the triage service: `TRIAGE_DATABASE_URL` and so on."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="TRIAGE_")

    inspection_url: str | None = Field(None, description="base URL of the inspection service, whose feed is followed")
    brokering_url: str | None = Field(
        None, description="base URL of the brokering service, whose completed support is followed; none: not followed"
    )
