"""An account that sends, and what messages are sent to."""

from __future__ import annotations

from support.messaging import hook, inbox, mail, post

__all__ = ["hook", "inbox", "mail", "post"]
