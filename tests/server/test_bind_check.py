"""The addresses on which the dashboard may listen."""

from __future__ import annotations

import subprocess
import sys

import pytest

from outreach_results.errors import ConfigError
from outreach_results.server.bind_check import check_bind_address
from support.server import ROOT, clean_environment, free_port


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_this_machine_is_fine(address):
    check_bind_address(address)


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.7", "results.example.com", "localhost.evil"])  # noqa: S104
def test_public_address_is_refused_with_next_step(address):
    with pytest.raises(ConfigError, match=r"without signing in\. Leave server\.address at 127\.0\.0\.1, or set up"):
        check_bind_address(address)


def test_any_address_is_fine_where_people_sign_in():
    for address in (None, "0.0.0.0", "192.168.1.7"):  # noqa: S104
        check_bind_address(address, has_sign_in=True)


def test_sign_in_set_up_in_part_does_not_start(tmp_path):
    """Not even on this machine: whoever set it up takes it for protected."""
    settings = {
        "OUTREACH_DATABASE_URL": f"sqlite:///{tmp_path}/a.db",
        "OUTREACH_SIGN_IN_PROVIDER": "https://id.example",
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(free_port())]
    ended = subprocess.run(
        command, cwd=ROOT, env=clean_environment(settings), capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "Sign-in also needs OUTREACH_SIGN_IN_CLIENT_ID and" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_the_server_does_not_start_there(tmp_path):
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(free_port())]
    ended = subprocess.run(
        [*command, "--server.address", "0.0.0.0"],  # noqa: S104
        cwd=ROOT,
        env=clean_environment({"OUTREACH_DATABASE_URL": f"sqlite:///{tmp_path}/a.db"}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "The dashboard does not start on 0.0.0.0" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    assert not (tmp_path / "a.db").exists()
