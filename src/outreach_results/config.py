"""The settings of the product, and the only place that reads the environment."""

from __future__ import annotations

import os
from functools import lru_cache

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from outreach_results.errors import ConfigError

PREFIX = "OUTREACH_"


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


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        ConfigError: a variable is malformed, or begins with ``OUTREACH_`` and means nothing.
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
