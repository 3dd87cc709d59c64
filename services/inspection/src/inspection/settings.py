"""What this service reads from its environment."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of the inspection service: `INSPECTION_DATABASE_URL` and so on."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="INSPECTION_")
