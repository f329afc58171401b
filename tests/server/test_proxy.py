"""What HAProxy is told: HAProxy itself checks it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from outreach_results.server.proxy import proxy_config


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_haproxy_accepts_the_configuration(host: str, tmp_path: Path) -> None:
    file = tmp_path / "haproxy.cfg"
    file.write_text(proxy_config(host, 8501, {"p1": 9001, "p2": 9002}, tmp_path / "control.sock"))
    checked = subprocess.run(["haproxy", "-c", "-f", str(file)], capture_output=True, text=True)
    assert (checked.returncode, "WARNING" in checked.stderr) == (0, False), checked.stderr


def test_each_process_has_its_own_cookie(tmp_path: Path) -> None:
    config = proxy_config("127.0.0.1", 8501, {"p1": 9001, "p2": 9002}, tmp_path / "control.sock")
    assert "server p1 127.0.0.1:9001 cookie p1" in config
    assert "server p2 127.0.0.1:9002 cookie p2" in config
