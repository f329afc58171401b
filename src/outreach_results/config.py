"""The settings of the product, and the only place that reads the environment."""

from __future__ import annotations

import base64
import os
import re
from datetime import timedelta
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from outreach_results.errors import ConfigError

PREFIX = "OUTREACH_"
SHORTEST_SYNC_EVERY = timedelta(seconds=30)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


def duration(value: object) -> object:
    """A duration as people write it: 90s, 15m, 1h.

    Raises:
        PydanticCustomError: it is none, or shorter than `SHORTEST_SYNC_EVERY`.
    """
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"([0-9]{1,6})([smh])", value.strip())
    if match is None:
        raise PydanticCustomError("duration", "write it like 90s, 15m or 1h")
    found = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if found < SHORTEST_SYNC_EVERY:
        raise PydanticCustomError("duration", "30s is the shortest that is allowed")
    return found


def _sendgrid_key(value: object) -> object:
    """A public key of ECDSA, as SendGrid shows it."""
    if not isinstance(value, str):
        return value
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(base64.b64decode(value, validate=True))
    except ValueError:
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise PydanticCustomError("sendgrid_key", "copy the verification key that SendGrid shows, which begins MFkw")
    return value


class Settings(BaseSettings):
    """What can be set, each as ``OUTREACH_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    database_url: str = Field(
        default="sqlite:///outreach.db",
        description="Where the results are kept: a SQLite file or a PostgreSQL database.",
        examples=["postgresql://user:password@host/outreach"],
    )
    time_zone: str = Field(
        default="UTC",
        description="Reporting time zone (IANA name) of a new database. An existing one is changed by "
        "`outreach-results timezone`.",
        examples=["Europe/Zurich"],
    )
    api_url: str | None = Field(
        default=None,
        description="Address of the Results API that `outreach-results sync` reads: what comes before `/campaigns`.",
        examples=["https://results.example.com/api/v1"],
    )
    api_key: SecretStr | None = Field(
        default=None,
        description="Key for that Results API. It is sent to that address only, and never shown.",
        examples=["outreach_0123456789ab_…"],
    )
    sync_every: Annotated[timedelta | None, BeforeValidator(duration)] = Field(
        default=None,
        description="How often the dashboard syncs the server of `OUTREACH_API_URL` while it runs; without it, never. "
        "Accounts on the page Data have their own interval.",
        examples=["15m"],
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Encrypts the keys of connected accounts: 32 random bytes in URL-safe base64. Without it, a file "
        "that is made by itself.",
        examples=["Zm9v…"],
    )
    sendgrid_webhook_key: Annotated[str | None, BeforeValidator(_sendgrid_key)] = Field(
        default=None,
        description="Public key that verifies SendGrid's signed event webhook.",
        examples=["MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…"],
    )
    mailgun_webhook_key: SecretStr | None = Field(
        default=None,
        description="Mailgun's HTTP webhook signing key.",
        examples=["key-…"],
    )
    mandrill_webhook_key: SecretStr | None = Field(
        default=None,
        description="Key of the webhook at Mandrill; needs `OUTREACH_WEBHOOK_URL`.",
        examples=["abc…"],
    )
    ses_topics: str | None = Field(
        default=None,
        description="Topics of Amazon SNS, separated by commas, whose signed messages need no key.",
        examples=["arn:aws:sns:eu-west-1:123456789012:ses-events"],
    )
    webhook_url: str | None = Field(
        default=None,
        description="The address, up to `/api/v1`, at which services reach this server: Mandrill signs it.",
        examples=["https://results.example.com/api/v1"],
    )
    streamlit_charts: bool = Field(
        default=False,
        description="Draw charts with Streamlit's own copy of Plotly, which takes longer, instead of the dashboard's.",
        examples=["true"],
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        ConfigError: a variable is malformed, or begins with ``OUTREACH_`` and is no setting.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(k for k in os.environ if k.startswith(PREFIX) and k not in known and "_TEST_" not in k)
    if unknown:
        raise ConfigError(f"Unknown setting {', '.join(unknown)}. Known are: {', '.join(sorted(known))}.")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise ConfigError(f"The setting {name} is wrong: {first['msg']}.") from None
