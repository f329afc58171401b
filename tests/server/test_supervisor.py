"""What keeps `serve` from starting, each as a sentence; tests/browser/test_serve.py has it run."""

from __future__ import annotations

import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from outreach_results.errors import ConfigError
from outreach_results.server import supervisor
from support.server import ROOT, clean_environment


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


@pytest.mark.slow
def test_an_installed_package_serves_its_own_app(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    found = subprocess.run(
        [sys.executable, "-c", "from outreach_results.server import supervisor; print(supervisor.entry_script())"],
        env=clean_environment({"PYTHONPATH": str(tmp_path / "installed")}),
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    script = Path(found.stdout.strip())
    assert script.is_relative_to(tmp_path / "installed")
    for name in ("app.py", ".streamlit/config.toml", *(f"pages/{page.name}" for page in (ROOT / "pages").glob("*.py"))):
        assert (script.parent / name).read_bytes() == (ROOT / name).read_bytes()
