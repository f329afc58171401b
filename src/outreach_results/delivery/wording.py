"""A message in words: HTML, plain text and the text of a webhook, from templates that share their frame."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

# A colon begins an emoji or ends the scheme of a link; one between digits is of a time, and one before a space is ours.
_SIGNS = re.compile(r"[*_~`@#]|(?<!\d):(?=\S)|:(?=[^\s\d])")


@dataclass(frozen=True, slots=True)
class Words:
    """A message in words. ``own`` tells it from all others, and is the same at each attempt."""

    own: str
    subject: str
    text: str
    html: str
    webhook_text: str

    def email(self, sender: str, to: str, *, is_test: bool = False) -> EmailMessage:
        """The email for one address.

        Its id is the same at each attempt, so that a mail server that got it twice can tell.
        """
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = sender, to
        mail["Subject"] = f"[Test] {self.subject}" if is_test else self.subject
        mail["Date"] = format_datetime(datetime.now(UTC))
        own = f"{self.own}|{to}|{datetime.now(UTC) if is_test else ''}"
        domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
        mail["Message-ID"] = f"<{hashlib.sha256(own.encode()).hexdigest()[:32]}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(self.text)
        mail.add_alternative(self.html, subtype="html")
        return mail


def written(folder: Path, name: str, own: str, subject: str, data: Mapping[str, Any]) -> Words:
    """The words of the templates NAME.html.jinja, NAME.txt.jinja and NAME.hook.jinja of a folder."""
    import css_inline  # only what sends needs it

    html, text, hook = (_templates(folder).get_template(f"{name}.{kind}.jinja") for kind in ("html", "txt", "hook"))
    return Words(
        own,
        " ".join(subject.split()),
        text.render(data).strip() + "\n",
        css_inline.inline(html.render(data), load_remote_stylesheets=False),
        hook.render(data).strip(),
    )


@cache
def _templates(folder: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, Path(__file__).parent]),
        autoescape=jinja2.select_autoescape(("html.jinja",), default=False),  # the others are plain text
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["one_line"] = lambda text: " ".join(str(text).split())
    environment.filters["mrkdwn"] = mrkdwn
    return environment


def mrkdwn(text: str) -> str:
    """Text for a webhook: what would become a mention, a link, an emoji or a style is shown as it is written."""
    words = " ".join(str(text).split())
    for letter, shown in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        words = words.replace(letter, shown)
    # A character without width after a sign keeps the sign from being read as a style.
    return _SIGNS.sub("\\g<0>\u2060", words)
