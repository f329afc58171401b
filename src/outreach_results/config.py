"""The settings of the product, and the only place that reads the environment."""

from __future__ import annotations

import base64
import hmac
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from outreach_results.errors import ConfigError
from outreach_results.models.retention import Retention
from outreach_results.models.team import allow_list

PREFIX = "OUTREACH_"
SHORTEST_SYNC_EVERY = timedelta(seconds=30)
SHORTEST_CLIENT_SECRET = 16
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
_DISCOVERY = "/.well-known/openid-configuration"


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


def _retention(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Retention.parse(value)
    except ValueError as error:
        raise PydanticCustomError("retention", str(error)) from None


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


def _people(value: object) -> object:
    """Addresses and domains, separated by commas."""
    if not isinstance(value, str):
        return value
    found = allow_list(value)
    if found is None:
        raise PydanticCustomError("people", "write addresses and domains like ann@example.com, @example.org")
    return found


def _networks(value: object) -> object:
    """Addresses and networks, separated by commas."""
    if not isinstance(value, str):
        return value
    entries = tuple(entry.strip() for entry in value.split(",") if entry.strip())
    for entry in entries:
        try:
            ip_network(entry)
        except ValueError:
            raise PydanticCustomError("networks", "write addresses and networks like 127.0.0.1, 10.0.0.0/8") from None
    return entries


def _web_address(value: object) -> object:
    """An address that is encrypted, unless it is of this machine: sign-in is worth nothing where others can listen."""
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value.strip())
        is_web = bool(parts.hostname) and (parts.port is None or parts.port > 0) and "@" not in parts.netloc
    except ValueError:
        is_web = False
    if not is_web or parts.scheme not in ("http", "https"):
        raise PydanticCustomError("web_address", "write it like https://results.example.com")
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise PydanticCustomError("web_address", "it has to begin with https://, unless it is of this machine")
    return value.strip().rstrip("/")


def _public_url(value: object) -> object:
    address = _web_address(value)
    if isinstance(address, str) and (urlsplit(address).path or urlsplit(address).query):
        raise PydanticCustomError("public_url", "it cannot have a path: the dashboard needs a host name of its own")
    return address


People = Annotated[frozenset[str], NoDecode, BeforeValidator(_people)]


@dataclass(frozen=True, slots=True)
class SignIn:
    """How people sign in, and who may."""

    provider: str
    client_id: str
    client_secret: SecretStr
    public_url: str
    allowed: frozenset[str]
    admins: frozenset[str]
    lasts: timedelta | None
    trusts_unverified: bool

    @property
    def host(self) -> str:
        """The name in the address of the dashboard."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def is_encrypted(self) -> bool:
        """Whether browsers reach the dashboard by TLS."""
        return self.public_url.startswith("https:")

    def secrets(self) -> dict[str, Any]:
        """What `st.login` reads, as the ``secrets`` of `st.App`, so that no file has to hold it.

        The cookie is signed with a key derived from the client secret: every process has it, a restart keeps it, and
        nothing else has to be set up. The provider, who knows that secret too, vouches for every sign-in anyway.
        """
        key = self.client_secret.get_secret_value().encode()
        auth = {
            "redirect_uri": f"{self.public_url}/oauth2callback",
            "cookie_secret": hmac.digest(key, b"outreach-results sign-in cookie", "sha256").hex(),
            "client_id": self.client_id,
            "client_secret": self.client_secret.get_secret_value(),
            "server_metadata_url": self.provider if self.provider.endswith(_DISCOVERY) else self.provider + _DISCOVERY,
        }
        return {"auth": auth}


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
    retain_replies: Annotated[Retention | None, NoDecode, BeforeValidator(_retention)] = Field(
        default=None,
        description="How long the texts of replies are kept: days, months or years. Counts and sentiments stay. "
        "Without it, for ever.",
        examples=["18m"],
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
    smtp_url: SecretStr | None = Field(
        default=None,
        description="The mail server of digests and alerts: `smtp://` encrypts by STARTTLS, `smtps://` from the start.",
        examples=["smtp://user:password@mail.example.com:587"],
    )
    smtp_from: str | None = Field(
        default=None,
        description="The address that digests and alerts come from.",
        examples=["results@example.com"],
    )
    brand_name: str = Field(
        default="",
        description="Whose name stands on reports.",
        examples=["Example Agency"],
    )
    brand_color: str = Field(
        default="#0072b2",
        description="The color of headings in reports.",
        examples=["#7a1f5c"],
    )
    brand_logo: Path | None = Field(
        default=None,
        description="The logo on reports: a PNG or JPEG file of at most 512 KB.",
        examples=["/etc/outreach/logo.png"],
    )
    log: Literal["text", "json"] = Field(
        default="text",
        description="How the server writes what it logs: as text, or as JSON without the texts of unexpected errors, "
        "which may quote people.",
        examples=["json"],
    )
    metrics: bool = Field(
        default=False,
        description="Measure requests to the API, and show the figures to Prometheus at `/api/v1/metrics`, with a key.",
        examples=["true"],
    )
    streamlit_charts: bool = Field(
        default=False,
        description="Draw charts with Streamlit's own copy of Plotly, which takes longer, instead of the dashboard's.",
        examples=["true"],
    )
    public_url: Annotated[str | None, BeforeValidator(_public_url)] = Field(
        default=None,
        description="The address at which people open the dashboard; needed for sign-in.",
        examples=["https://results.example.com"],
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_networks)] = Field(
        default=(),
        description="Addresses and networks of proxies in front, separated by commas: what they say of a client's "
        "address is believed.",
        examples=["127.0.0.1, 10.0.0.0/8"],
    )
    sign_in_provider: Annotated[str | None, BeforeValidator(_web_address)] = Field(
        default=None,
        description="The OpenID Connect provider with whom people sign in: its issuer.",
        examples=["https://accounts.google.com"],
    )
    sign_in_client_id: str | None = Field(
        default=None,
        description="What the provider calls this dashboard.",
        examples=["1234.apps.googleusercontent.com"],
    )
    sign_in_client_secret: SecretStr | None = Field(
        default=None,
        description="The secret that the provider gave this dashboard.",
        examples=["GOCSPX-…"],
    )
    sign_in_allowed: People = Field(
        default=frozenset(),
        description="Addresses and domains, separated by commas, that may sign in as viewers; others need "
        "`outreach-results people add`.",
        examples=["ann@example.com, @example.org"],
    )
    sign_in_admins: People = Field(
        default=frozenset(),
        description="Addresses, separated by commas, that may sign in as admins.",
        examples=["ann@example.com"],
    )
    sign_in_lasts: Annotated[timedelta | None, BeforeValidator(duration)] = Field(
        default=None,
        description="After how long people have to sign in again; by default when the provider's token expires.",
        examples=["12h"],
    )
    sign_in_trusts_unverified: bool = Field(
        default=False,
        description="Also let in addresses that the provider does not call verified: only where all its people are "
        "your own, as in a Microsoft Entra tenant.",
        examples=["true"],
    )

    @property
    def sign_in(self) -> SignIn | None:
        """How people sign in; None where nothing of it is set.

        Raises:
            ConfigError: a part of it is missing.
        """
        needed = ("sign_in_provider", "sign_in_client_id", "sign_in_client_secret", "public_url")
        if not any(getattr(self, name) for name in needed[:3]):
            return None
        missing = [PREFIX + name.upper() for name in needed if not getattr(self, name)]
        if missing:
            raise ConfigError(f"Sign-in also needs {' and '.join(missing)}. docs/deploy.md says how to set it up.")
        assert self.sign_in_client_secret is not None
        if len(self.sign_in_client_secret.get_secret_value()) < SHORTEST_CLIENT_SECRET:
            raise ConfigError(
                f"OUTREACH_SIGN_IN_CLIENT_SECRET has to have {SHORTEST_CLIENT_SECRET} characters at least: it also "
                "signs the cookie by which people are known. Have the provider make a new one."
            )
        if any(entry.startswith("@") for entry in self.sign_in_admins):
            raise ConfigError("OUTREACH_SIGN_IN_ADMINS takes addresses, not whole domains.")
        return SignIn(
            provider=str(self.sign_in_provider),
            client_id=str(self.sign_in_client_id),
            client_secret=self.sign_in_client_secret,
            public_url=str(self.public_url),
            allowed=self.sign_in_allowed,
            admins=self.sign_in_admins,
            lasts=self.sign_in_lasts,
            trusts_unverified=self.sign_in_trusts_unverified,
        )


def _is_of_tools(name: str) -> bool:
    """Whether a variable is for the tests or the benchmarks, which share our prefix."""
    return "_TEST_" in name or "_BENCH_" in name


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        ConfigError: a variable is malformed, or begins with ``OUTREACH_`` and is no setting.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(k for k in os.environ if k.startswith(PREFIX) and k not in known and not _is_of_tools(k))
    if unknown:
        raise ConfigError(f"Unknown setting {', '.join(unknown)}. Known are: {', '.join(sorted(known))}.")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise ConfigError(f"The setting {name} is wrong: {first['msg']}.") from None
