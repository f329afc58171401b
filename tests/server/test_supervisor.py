"""What keeps `serve` from starting, each as a sentence; tests/browser/test_serve.py has it run."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from outreach_results.errors import ConfigError
from outreach_results.server import supervisor
from support.server import ROOT


def refusal(host: str = "127.0.0.1", port: int = 8501, processes: int = 1) -> str:
    with pytest.raises(ConfigError) as refused:
        supervisor.serve(host, port, processes, drain_s=0, say=pytest.fail)
    return str(refused.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.com"])  # noqa: S104
def test_others_cannot_reach_it(host: str) -> None:
    assert f"does not start on {host}" in refusal(host)


@pytest.mark.parametrize("processes", [1, 3])
def test_a_taken_port_is_named(processes: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = refusal(port=port, processes=processes)
    assert f"127.0.0.1, port {port}: Address already in use." in message
    assert "--port" in message


def test_missing_haproxy_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    monkeypatch.setenv("PATH", str(tmp_path))
    message = refusal(port=port, processes=2)
    assert "Install the package haproxy" in message
    assert "--processes 1" in message


def test_a_checkout_serves_its_own_app() -> None:
    assert supervisor.entry_script() == ROOT / "app.py"
