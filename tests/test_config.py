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


# --- sign-in -----------------------------------------------------------------------------------------------------

SIGN_IN = {
    "OUTREACH_PUBLIC_URL": "https://results.example.com/",
    "OUTREACH_SIGN_IN_PROVIDER": "https://id.example.com",
    "OUTREACH_SIGN_IN_CLIENT_ID": "outreach",
    "OUTREACH_SIGN_IN_CLIENT_SECRET": "a-secret-of-the-provider",
}


def with_settings(monkeypatch, **changed):
    for name, value in (SIGN_IN | {f"OUTREACH_{name}": value for name, value in changed.items()}).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    return settings()


def test_without_a_provider_there_is_no_sign_in(monkeypatch):
    assert settings().sign_in is None
    settings.cache_clear()
    monkeypatch.setenv("OUTREACH_PUBLIC_URL", "https://results.example.com")
    assert settings().sign_in is None


def test_sign_in_is_what_streamlit_reads(monkeypatch):
    sign_in = with_settings(monkeypatch, SIGN_IN_ALLOWED="@Example.com", SIGN_IN_LASTS="12h").sign_in
    assert (sign_in.host, sign_in.is_encrypted) == ("results.example.com", True)
    assert sign_in.allowed == {"@example.com"}
    auth = sign_in.secrets()["auth"]
    assert auth["redirect_uri"] == "https://results.example.com/oauth2callback"
    assert auth["server_metadata_url"] == "https://id.example.com/.well-known/openid-configuration"
    assert len(auth["cookie_secret"]) == 64
    assert "a-secret" not in repr(sign_in)


def test_discovery_address_is_taken_as_it_is(monkeypatch):
    address = "https://id.example.com/realm/.well-known/openid-configuration"
    sign_in = with_settings(monkeypatch, SIGN_IN_PROVIDER=address).sign_in
    assert sign_in.secrets()["auth"]["server_metadata_url"] == address


def test_the_cookie_key_follows_the_client_secret(monkeypatch):
    keys = set()
    for secret in ("a-secret-of-the-provider", "another-secret-of-theirs"):
        settings.cache_clear()
        sign_in = with_settings(monkeypatch, SIGN_IN_CLIENT_SECRET=secret).sign_in
        keys.add(sign_in.secrets()["auth"]["cookie_secret"])
    assert len(keys) == 2


@pytest.mark.parametrize("missing", sorted(SIGN_IN))
def test_sign_in_set_up_in_part_is_an_error(missing, monkeypatch):
    found = with_settings(monkeypatch, **{missing.removeprefix("OUTREACH_"): None})
    with pytest.raises(ConfigError, match=f"Sign-in also needs {missing}\\."):
        _ = found.sign_in


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PUBLIC_URL", "results.example.com", "write it like https://"),
        ("PUBLIC_URL", "http://results.example.com", "begin with https://"),
        ("PUBLIC_URL", "https://example.com/results", "cannot have a path"),
        ("PUBLIC_URL", "https://ann@example.com", "write it like https://"),
        ("SIGN_IN_PROVIDER", "http://id.example.com", "begin with https://"),
        ("SIGN_IN_ALLOWED", "example.com", "addresses and domains like"),
        ("TRUSTED_PROXIES", "localhost", "addresses and networks like"),
        ("SIGN_IN_LASTS", "soon", "90s, 15m or 1h"),
    ],
)
def test_a_wrong_part_of_sign_in_is_refused(name, value, message, monkeypatch):
    with pytest.raises(ConfigError, match=f"OUTREACH_{name} is wrong: .*{message}"):
        with_settings(monkeypatch, **{name: value})


def test_weak_secret_and_admin_domain_are_refused(monkeypatch):
    with pytest.raises(ConfigError, match="16 characters at least"):
        _ = with_settings(monkeypatch, SIGN_IN_CLIENT_SECRET="short").sign_in  # noqa: S106
    settings.cache_clear()
    with pytest.raises(ConfigError, match="takes addresses, not whole domains"):
        _ = with_settings(monkeypatch, SIGN_IN_ADMINS="@example.com").sign_in
