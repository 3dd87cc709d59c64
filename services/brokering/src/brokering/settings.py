"""What this service reads from its environment."""

import tempfile
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of the brokering service: `BROKERING_DATABASE_URL` and so on."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="BROKERING_")

    inspection_url: str | None = Field(None, description="base URL of inspection, whose feed the worker follows")
    triage_url: str | None = Field(None, description="base URL of triage, whose feed the worker follows")
    solver_seconds: float = Field(
        60.0, gt=0, le=3600, description="how long a round with mixed days may search before it states its gap"
    )
    notify_url: str | None = Field(None, description="base URL of GOV.UK Notify; without it mail goes into a file")
    notify_api_key: SecretStr | None = Field(None, description="the key of the service at Notify")
    notify_template_id: str | None = Field(None, description="a template with `subject` and `message`")
    mail_file: str = Field(
        str(Path(tempfile.gettempdir()) / "brokering-mail.ndjson"), description="where mail goes without Notify"
    )
