"""Settings come from the environment, and a wrong one is reported in a sentence."""

import pytest
from pydantic import ValidationError

from outreach_results.config import settings
from outreach_results.errors import ConfigError


def test_default_database_is_a_local_file():
    assert settings().database_url == "sqlite:///outreach.db"
    assert settings().time_zone == "UTC"


def test_a_setting_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", "sqlite:///elsewhere.db")
    monkeypatch.setenv("OUTREACH_TIME_ZONE", "Europe/Zurich")
    assert settings().database_url == "sqlite:///elsewhere.db"
    assert settings().time_zone == "Europe/Zurich"


def test_the_environment_is_read_once(monkeypatch):
    before = settings()
    monkeypatch.setenv("OUTREACH_DATABASE_URL", "sqlite:///later.db")
    assert settings() is before


def test_misspelt_setting_lists_those_that_exist(monkeypatch):
    monkeypatch.setenv("OUTREACH_DATABSE_URL", "sqlite:///x.db")
    with pytest.raises(ConfigError) as caught:
        settings()
    assert "Unknown setting OUTREACH_DATABSE_URL." in str(caught.value)
    assert "OUTREACH_DATABASE_URL" in str(caught.value).partition("Known are:")[2]


def test_unrelated_variables_are_ignored(monkeypatch):
    monkeypatch.setenv("OUTREACH_TEST_CHROMIUM", "/usr/bin/chromium")
    monkeypatch.setenv("SOMEBODY_ELSES", "1")
    assert settings().time_zone == "UTC"


def test_settings_are_immutable():
    with pytest.raises(ValidationError, match="frozen"):
        settings().time_zone = "Europe/Zurich"  # type: ignore[misc]
