"""Serve the dashboard with one process or several: start them, restart what ends, and end them together."""

from __future__ import annotations

import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType

import httpx

from outreach_results.errors import ConfigError
from outreach_results.models.numbers import counted
from outreach_results.server.bind_check import check_bind_address
from outreach_results.server.proxy import open_connections, proxy_config, set_state

_LOOPBACK = "127.0.0.1"
_STARTS_WITHIN_S = 120
_ENDS_WITHIN_S = 15


def entry_script() -> Path:
    """The dashboard's ``app.py``: that of the installed package, else that of the checkout."""
    package = Path(__file__).parents[1]
    return next(path for path in (package / "dashboard" / "app.py", package.parents[1] / "app.py") if path.exists())


def serve(
    host: str,
    port: int,
    processes: int,
    *,
    drain_s: float,
    say: Callable[[str], None],
    has_sign_in: bool = False,
    is_encrypted: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT. SIGHUP restarts the processes one after the other, while the others go on.

    Args:
        host: a loopback address, or any where people have to sign in.
        processes: 1 is served directly; more than one stand behind HAProxy.
        drain_s: how long a process that is restarted waits for its readers to leave.
        say: prints one line for the operator.
        has_sign_in: everybody has to sign in.
        is_encrypted: browsers come by TLS, which ends before this.

    Raises:
        ConfigError: the address is not of this machine, the port is taken, HAProxy is missing, or a process did not
            start.
    """
    check_bind_address(host, has_sign_in=has_sign_in)
    _check_port(host, port)
    if processes > 1 and shutil.which("haproxy") is None:
        raise ConfigError(
            f"{processes} processes need HAProxy, which spreads browsers over them, and it is not installed. "
            "Install the package haproxy of your system, or serve with --processes 1."
        )
    with tempfile.TemporaryDirectory(prefix="outreach-") as folder:
        supervisor = _Supervisor(
            host, port, processes, Path(folder), drain_s=drain_s, say=say, is_encrypted=is_encrypted
        )
        try:
            supervisor.run()
        finally:
            supervisor.stop()


class _Supervisor:
    """The processes of one ``serve``, and the proxy before them."""

    def __init__(
        self,
        host: str,
        port: int,
        processes: int,
        folder: Path,
        *,
        drain_s: float,
        say: Callable[[str], None],
        is_encrypted: bool,
    ) -> None:
        self._host, self._port, self._is_encrypted = host, port, is_encrypted
        self._drain_s, self._say = drain_s, say
        self._control, self._config = folder / "control.sock", folder / "haproxy.cfg"
        names = [f"p{number}" for number in range(1, processes + 1)]
        self._ports = dict(zip(names, _free_ports(processes), strict=True)) if processes > 1 else {names[0]: port}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._proxy: subprocess.Popen[bytes] | None = None
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._is_ending = False

    @property
    def _has_proxy(self) -> bool:
        return len(self._ports) > 1

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        first, *others = self._ports
        self._start(first)
        self._wait_until_healthy(first)  # it alone brings the tables of the database up to date
        for name in others:
            self._start(name)
        for name in others:
            self._wait_until_healthy(name)
        if self._has_proxy and not self._is_ending:
            self._start_proxy()
        if not self._is_ending:
            several = f", with {counted(len(self._ports), 'process')}" if self._has_proxy else ""
            self._say(f"Outreach Results is at {_url(self._host, self._port)}{several}. Press Ctrl+C to stop it.")
        while not self._is_ending:
            self._restart_what_ended()
            with suppress(queue.Empty):
                if self._signals.get(timeout=0.5) == signal.SIGHUP:
                    self._restart_each()

    def stop(self) -> None:
        """End the proxy first, so that nobody is sent to a process that is gone."""
        for process in filter(None, [self._proxy, *self._running.values()]):
            process.terminate()
        for process in filter(None, [self._proxy, *self._running.values()]):
            _wait_or_kill(process)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGHUP:
            self._is_ending = True
        self._signals.put(number)

    # --- one process -------------------------------------------------------------------------------------------------

    def _start(self, name: str) -> None:
        host = _LOOPBACK if self._has_proxy else self._host
        address = ["--server.address", host, "--server.port", str(self._ports[name])]
        command = [sys.executable, "-m", "streamlit", "run", str(entry_script()), *address]
        # In a session of its own: Ctrl+C in the terminal is for this process, which ends the others in order.
        self._running[name] = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )

    def _wait_until_healthy(self, name: str) -> None:
        give_up_at = time.monotonic() + _STARTS_WITHIN_S
        while not self._is_ending and not self._is_healthy(name):
            if self._running[name].poll() is not None:
                raise ConfigError("The dashboard did not start; the lines above say why.")
            if time.monotonic() > give_up_at:
                raise ConfigError(f"The dashboard did not start within {_STARTS_WITHIN_S} seconds.")
            time.sleep(0.1)

    def _is_healthy(self, name: str) -> bool:
        url = _url(_LOOPBACK if self._has_proxy else self._host, self._ports[name])
        try:
            # Its own name, not the address that it listens on: the dashboard answers to names that it knows only.
            headers = {"Host": "localhost"}
            answer = httpx.get(f"{url}/_stcore/health", headers=headers, trust_env=False, timeout=5)
            return answer.status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _restart_what_ended(self) -> None:
        for name, process in self._running.items():
            if process.poll() is None:
                continue
            self._say(f"A process ended with status {process.returncode}; it is started again.")
            self._start(name)
            self._wait_until_healthy(name)
        if self._proxy is not None and self._proxy.poll() is not None:
            raise ConfigError(f"HAProxy ended with status {self._proxy.returncode}; the lines above say why.")

    # --- all of them -------------------------------------------------------------------------------------------------

    def _start_proxy(self) -> None:
        config = proxy_config(self._host, self._port, self._ports, self._control, is_encrypted=self._is_encrypted)
        self._config.write_text(config)
        self._proxy = subprocess.Popen(  # noqa: S603
            ["haproxy", "-db", "-f", str(self._config)],  # noqa: S607 - the one of the system, wherever it is
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        give_up_at = time.monotonic() + _ENDS_WITHIN_S
        while not self._control.exists():
            if self._proxy.poll() is not None or time.monotonic() > give_up_at:
                raise ConfigError("HAProxy did not start; the lines above say why.")
            time.sleep(0.05)

    def _restart_each(self) -> None:
        """Restart the processes, each after its readers have left or the time for that is over."""
        for name in self._ports:
            if self._has_proxy:
                set_state(self._control, name, "drain")
                self._wait_for_readers(name)
                set_state(self._control, name, "maint")
            if self._is_ending:
                return
            self._running[name].terminate()
            _wait_or_kill(self._running[name])
            self._start(name)
            self._wait_until_healthy(name)
            if self._has_proxy:
                set_state(self._control, name, "ready")
        self._say("Restarted.")

    def _wait_for_readers(self, name: str) -> None:
        give_up_at = time.monotonic() + self._drain_s
        while not self._is_ending and time.monotonic() < give_up_at and open_connections(self._control, name):
            time.sleep(0.2)


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on just now."""
    with ExitStack() as open_sockets:
        probes = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((_LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"The dashboard cannot listen on {host}, port {port}: {error.strerror}. Stop what listens there, or "
                "choose another port with --port."
            ) from None


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
