"""What encrypts the keys of accounts: the secret of the settings, or a file that only its owner may read.

The file is made when the first key is to be kept, so that nobody has to set anything up. It lies beside a SQLite
database, and in the home folder of whoever runs the program for a database on a server: there a copy of the database
opens nothing.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import Engine

from outreach_results.errors import ConfigError
from outreach_results.store.column_types import is_sqlite
from outreach_results.store.engine import Store

ENDING = ".key"
IN_HOME = Path(".config", "outreach-results", "secret.key")


def key_file(store: Store) -> Path:
    """Where the secret of this database is kept if the settings have none."""
    return key_file_of(store.engine)


def key_file_of(engine: Engine) -> Path:
    """The same of a database that is not open."""
    database = engine.url.database
    return Path(database + ENDING) if is_sqlite(engine) and database else Path.home() / IN_HOME


def cipher(store: Store, secret: SecretStr | None, *, may_create: bool) -> Fernet:
    """What encrypts and decrypts.

    Args:
        secret: that of the settings; without it the file's.
        may_create: make the file where it is missing.

    Raises:
        ConfigError: the secret is malformed, or its file cannot be used.
    """
    text = _secret_in(key_file(store), may_create=may_create) if secret is None else secret.get_secret_value()
    try:
        return Fernet(text.strip())
    except ValueError:
        where = f"What {key_file(store)} holds" if secret is None else "OUTREACH_SECRET_KEY"
        raise ConfigError(f"{where} must be 32 bytes in URL-safe base64: it encrypts the keys of accounts.") from None


def _secret_in(path: Path, *, may_create: bool) -> str:
    try:
        if may_create:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(Fernet.generate_key())
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise ConfigError(
                f"Other users may read {path}, which encrypts the keys of accounts. Run: chmod 600 {path}"
            )
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise ConfigError(
            f"{path} is missing, which encrypts the keys of accounts. Put it back from a backup or from the machine "
            "where the keys were entered, or enter the keys again."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}, which encrypts the keys of accounts, cannot be used ({error}). Make it readable and its folder "
            "writable, or set OUTREACH_SECRET_KEY."
        ) from None
