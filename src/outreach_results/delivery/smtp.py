"""One email to one address, by the SMTP server of the settings."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from outreach_results.errors import ConfigError

TIMEOUT_S = 20.0
_PORTS = {"smtp": 587, "smtps": 465}


class NotSentError(Exception):
    """It did not arrive; trying again may help where ``is_final`` is off."""

    def __init__(self, sentence: str, *, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.is_final = is_final


class UnknownOutcomeError(Exception):
    """The other side took the whole message and did not say whether it keeps it."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. Without ``is_encrypted_at_once`` the connection is encrypted by STARTTLS."""

    host: str
    port: int
    user: str
    password: SecretStr
    is_encrypted_at_once: bool
    sender: str
    timeout_s: float = TIMEOUT_S

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, where nothing has to be encrypted."""
        return self.host in ("localhost", "127.0.0.1", "::1")


def mail_server(url: SecretStr | None, sender: str | None, timeout_s: float = TIMEOUT_S) -> MailServer:
    """The server of the settings.

    Raises:
        ConfigError: it is not set, or malformed.
    """
    if url is None or not sender:
        raise ConfigError("Set OUTREACH_SMTP_URL and OUTREACH_SMTP_FROM, so that emails can be sent.")
    try:
        parts = urlsplit(url.get_secret_value())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ConfigError("OUTREACH_SMTP_URL is written like smtp://user:password@mail.example.com:587, or smtps://.")
    return MailServer(
        parts.hostname,
        port or _PORTS[parts.scheme],
        unquote(parts.username or ""),
        SecretStr(unquote(parts.password or "")),
        parts.scheme == "smtps",
        sender,
        timeout_s,
    )


def send(server: MailServer, message: EmailMessage, to: str) -> None:
    """Hand one message over for one address.

    Raises:
        NotSentError: it did not arrive.
        UnknownOutcomeError: it may have.
    """
    with _connected(server) as connection:
        _answered(lambda: connection.mail(server.sender), "The sender was refused")
        _answered(lambda: connection.rcpt(to), f"{to} was refused")
        try:
            code, answer = connection.data(message.as_bytes())
        except smtplib.SMTPDataError as error:  # it was refused before the message itself
            raise _refused("The message was refused", error.smtp_code, error.smtp_error) from None
        except (OSError, smtplib.SMTPException):
            raise UnknownOutcomeError("The mail server did not answer in time; the email may have been sent.") from None
        if code != 250:
            raise _refused("The message was refused", code, answer)
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    try:
        context = ssl.create_default_context()
        if server.is_encrypted_at_once:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_s, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        if not server.is_encrypted_at_once and not server.is_here:
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password.get_secret_value())
        connection.ehlo_or_helo_if_needed()
    except smtplib.SMTPAuthenticationError:
        raise NotSentError("The mail server refused the user or the password.", is_final=True) from None
    except smtplib.SMTPNotSupportedError:
        raise NotSentError("The mail server offers no encryption or no sign-in. Use smtps://.", is_final=True) from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(f"The mail server {server.host}:{server.port} cannot be reached: {_words(error)}.") from None
    try:
        yield connection
    finally:
        connection.close()


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return ((getattr(error, "strerror", None) or str(error)).splitlines() or ["no reason given"])[0][:200].rstrip(".")


def _answered(ask: Callable[[], tuple[int, bytes]], what: str) -> None:
    try:
        code, answer = ask()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(f"{what}: {_words(error)}.") from None
    if code not in (250, 251):
        raise _refused(what, code, answer)


def _refused(what: str, code: int, answer: bytes | str) -> NotSentError:
    said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    # 4xx is for now, 5xx for good.
    return NotSentError(f"{what}: {code} {' '.join(said.split())[:200]}", is_final=code >= 500)
