"""A machine for a test to set up: this one's files, as a layer that is thrown away, and a systemd of its own.

It has its own processes, network, users' files and services; what is installed and written in it is gone at its end.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SYSTEMD = Path("/lib/systemd/systemd")
DEBIANS_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
STARTS_WITHIN_S = 30
ENDS_WITHIN_S = 10
OWN = ("--mount", "--pid", "--ipc", "--uts", "--net", "--cgroup")
"""What the machine does not share, as `unshare` and `nsenter` call it."""


class MachineUnavailableError(Exception):
    """No machine can be started here; says why."""


class Machine:
    """A running machine."""

    def __init__(self, first_process: int, path: str) -> None:
        self._environment = {"PATH": path, "HOME": "/root", "LANG": "C.UTF-8"}
        self._enter = [*_as_root(), "nsenter", "--target", str(first_process), *OWN, "--root", "--wd"]

    def run(self, script: str, *, status: int = 0) -> str:
        """What a shell printed that root started in it, line by line until one fails.

        Raises:
            AssertionError: it ended with another status; says what it printed.
        """
        ended = subprocess.run(
            [*self._enter, "sh", "-euxc", script],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == status, f"ended with {ended.returncode}\n{ended.stderr}{ended.stdout}"
        return ended.stdout

    def write(self, path: str, text: str) -> None:
        """Write a file of root's, as an editor does: one that is there keeps its mode."""
        self.run(f"cat > '{path}' <<'END-OF-THE-FILE'\n{text}END-OF-THE-FILE\n")


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


def _run_as_root(*command: str) -> str:
    return subprocess.run([*_as_root(), *command], check=True, capture_output=True, text=True).stdout


def _new_cgroup(name: str) -> Path:
    """Where the machine's processes are to be, so that its systemd does not take this machine's for its own."""
    mounts = re.findall(r"^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 ", Path("/proc/self/mountinfo").read_text(), re.M)
    if not mounts:
        raise MachineUnavailableError("cgroups of version 2 are not mounted")
    own = re.findall(r"^0::/(.*)$", Path("/proc/self/cgroup").read_text(), re.M)
    return Path(mounts[0], *own, f"outreach-tests-{os.getpid()}-{name}")


def _first_process(cgroup: Path, starting: subprocess.Popen[bytes]) -> int | None:
    """The id of the machine's systemd, once that runs, which is in a group of its own by then; None if it ended."""
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while starting.poll() is None and time.monotonic() < give_up_at:
        try:
            if found := (cgroup / "init.scope" / "cgroup.procs").read_text().split():
                return int(found[0])
        except OSError:
            pass
        time.sleep(0.02)
    starting.kill()
    return None


@contextmanager
def running_machine(folder: Path, shown: Mapping[Path, str], path: str = DEBIANS_PATH) -> Iterator[Machine]:
    """Start a machine, and end it with all that runs in it.

    Args:
        folder: an empty one, whose name none of this process's other machines has.
        shown: folders of this machine that the other has too, to be read, and where.
        path: where root's shell looks for commands.

    Raises:
        MachineUnavailableError: it takes Linux, systemd, and to be root or to have sudo without a password.
    """
    if not SYSTEMD.exists() or shutil.which("unshare") is None:
        raise MachineUnavailableError("there is no systemd")
    cgroup = _new_cgroup(folder.name)
    try:
        _run_as_root("mkdir", str(cgroup))
    except (OSError, subprocess.CalledProcessError) as error:
        raise MachineUnavailableError(f"a cgroup cannot be made: {getattr(error, 'stderr', error)}") from error
    script = Path(__file__).with_name("machine.sh")
    shows = [word for here, there in shown.items() for word in (str(here), there)]
    # A test process that is killed takes the machine with it.
    own = [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        *OWN,
        "--fork",
        "--kill-child",
        "sh",
        str(script),
        str(folder),
        str(SYSTEMD),
        *shows,
    ]
    join = ["sh", "-c", f'echo $$ > "{cgroup}/cgroup.procs"; exec "$@"', "join"]
    try:
        with (
            tempfile.TemporaryFile("w+") as printed,
            subprocess.Popen(
                [*_as_root(), *join, *own], stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT
            ) as starting,
        ):
            first = _first_process(cgroup, starting)
            if first is None:
                printed.seek(0)
                raise MachineUnavailableError(f"systemd did not start: {printed.read().strip()}")
            try:
                machine = Machine(first, path)
                machine.run("until systemctl is-active --quiet systemd-journald; do sleep 0.05; done")
                yield machine
            finally:
                _run_as_root("kill", "-KILL", str(first))  # the kernel ends the others with it
    finally:
        _remove(cgroup)


def _remove(cgroup: Path) -> None:
    """Remove the groups, which are empty as soon as the kernel has taken the processes away."""
    give_up_at = time.monotonic() + ENDS_WITHIN_S
    while "populated 1" in (cgroup / "cgroup.events").read_text() and time.monotonic() < give_up_at:
        time.sleep(0.02)
    _run_as_root("find", str(cgroup), "-depth", "-type", "d", "-exec", "rmdir", "{}", ";")
