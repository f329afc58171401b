"""What people chose: which rules are on, who is told and when not; messages under way, and the log of what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter
from sqlalchemy import Connection

from outreach_results.alerts.rules import RULES, Rule, rule_of
from outreach_results.delivery.log import Delivery, Log
from outreach_results.delivery.recipients import Recipients, checked_addresses, encrypted_webhook
from outreach_results.errors import QueryError
from outreach_results.results import chosen_campaigns
from outreach_results.store import audit
from outreach_results.store.alert_state import AlertCause, RuleChoice, choices_in, keep_choices
from outreach_results.store.engine import Store, get_meta, set_meta

_RECIPIENTS, _UNDER_WAY = "alert_recipients", "alert_messages"

_Hour = Annotated[int, Field(ge=0, le=23)]


class AlertRecipients(Recipients):
    """Who is told of alerts, and when not.

    Attributes:
        quiet: from which to which hour of the reporting time zone nobody is told; None is never.
        with_replies: whether messages may quote new positive replies and name who wrote them.
        clients: by client id, who else is told of alerts on the campaigns of that client, and of no others.
    """

    quiet: tuple[_Hour, _Hour] | None = (20, 7)
    with_replies: bool = False
    clients: dict[str, Recipients] = Field(default_factory=dict)

    def of(self, client_id: str | None) -> AlertRecipients:
        """Who is told of a client's campaigns; None is who is told of everything. The rest is the same for all."""
        if client_id is None:
            return self
        own = self.clients.get(client_id, Recipients())
        return self.model_copy(update={"to": own.to, "webhook_encrypted": own.webhook_encrypted})

    def is_quiet(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether an instant lies in the quiet hours."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        hour = now.astimezone(zone).hour
        return start <= hour < end if start <= end else hour >= start or hour < end

    def quiet_words(self) -> str:
        """The quiet hours as people read them."""
        return "never" if self.quiet is None else f"{self.quiet[0]}:00 to {self.quiet[1]}:00"


class AlertMessage(BaseModel):
    """A message under way, to the recipients of a client or those of everything.

    It is kept until it arrived everywhere or cannot.
    """

    model_config = ConfigDict(frozen=True)

    message_id: str
    client: str | None = None
    at: AwareDatetime
    places: tuple[str, ...]
    causes: tuple[AlertCause, ...]


class AlertDelivery(Delivery):
    """One message to one place; ``about`` says which alerts it tells of."""

    message_id: str

    @property
    def message(self) -> tuple[str]:
        """The message."""
        return (self.message_id,)

    @property
    def title(self) -> str:
        """Which alerts it tells of."""
        return self.about


LOG = Log("alert_log", AlertDelivery)
_MESSAGES = TypeAdapter(list[AlertMessage])


def recipients(store: Store) -> AlertRecipients:
    """Who is told."""
    with store.read() as connection:
        return recipients_in(connection)


def recipients_in(connection: Connection) -> AlertRecipients:
    """The same within a transaction."""
    return AlertRecipients.model_validate_json(get_meta(connection, _RECIPIENTS) or "{}")


def set_recipients(
    store: Store,
    *,
    to: Sequence[str] | None = None,
    webhook: SecretStr | None = None,
    without_webhook: bool = False,
    quiet: tuple[int, int] | None = None,
    is_never_quiet: bool = False,
    with_replies: bool | None = None,
    client: str | None = None,
    secret: SecretStr | None = None,
    by: str | None = None,
) -> AlertRecipients:
    """Change who is told; what is not given stays as it is.

    Args:
        client: the id of a client, to change who is told of its campaigns only.
        to: all addresses; empty for none.
        quiet: two hours of the day, 0 to 23; the same twice is no quiet hour.
        secret: what encrypts the address of the webhook, see `encrypted_webhook`.

    Raises:
        QueryError: something of it is not allowed; names it.
        ConfigError: the secret or its file cannot be used.
    """
    if client is not None:
        chosen_campaigns(store, clients=(client,))  # raises for one that does not exist
        if quiet is not None or is_never_quiet or with_replies is not None:
            raise QueryError("client", "Quiet hours and quotes are the same for all clients. Set them without one.")
    changes: dict[str, object] = {}
    if to is not None:
        changes["to"] = checked_addresses(to)
    if webhook is not None:
        changes["webhook_encrypted"] = encrypted_webhook(store, webhook, secret)
    elif without_webhook:
        changes["webhook_encrypted"] = None
    if quiet is not None:
        if not all(0 <= hour <= 23 for hour in quiet):
            raise QueryError("quiet", "Quiet hours are two hours from 0 to 23, such as 20 and 7.")
        changes["quiet"] = quiet if quiet[0] != quiet[1] else None
    elif is_never_quiet:
        changes["quiet"] = None
    if with_replies is not None:
        changes["with_replies"] = with_replies
    with store.write(exclusive=True, is_data=False) as connection:
        known = recipients_in(connection)
        changed = known.of(client).model_copy(update=changes)
        kept = (
            changed
            if client is None
            else known.model_copy(update={"clients": _with_recipients(known, client, changed)})
        )
        set_meta(connection, _RECIPIENTS, kept.model_dump_json())
        # Who gets what: alerts go on being sent to these places.
        quotes = "with" if changed.with_replies else "without"
        of = "" if client is None else f" of client {client}"
        about = (
            f"alerts{of}: to {', '.join(changed.places) or 'no one'}, quiet {changed.quiet_words()}, {quotes} quotes"
        )
        audit.record(connection, audit.Action.CHANGED, about, by=by)
    return changed


def _with_recipients(known: AlertRecipients, client: str, changed: Recipients) -> dict[str, Recipients]:
    own = Recipients(to=changed.to, webhook_encrypted=changed.webhook_encrypted)
    every = {**known.clients, client: own}
    return {client_id: one for client_id, one in every.items() if one.places}


def rule_choices(store: Store) -> dict[str, RuleChoice]:
    """What people chose of each rule, by kind."""
    with store.read() as connection:
        known = choices_in(connection)
    return {kind: known.get(kind, RuleChoice()) for kind in RULES}


def choose_rules(store: Store, changes: dict[str, RuleChoice], *, by: str | None = None) -> None:
    """Switch rules on or off, and set limits; what is None in a change stays as it is.

    Raises:
        QueryError: there is no such rule, or it cannot have that limit.
    """
    checked = {
        kind: RuleChoice(
            is_on=choice.is_on, limit=None if choice.limit is None else rule_of(kind).checked(choice.limit)
        )
        for kind, choice in changes.items()
        if rule_of(kind)
    }
    # As data: pages and reports judge rates by the same limits.
    with store.write(exclusive=True) as connection:
        known = choices_in(connection)
        for kind, choice in checked.items():
            given = {name: value for name, value in choice.model_dump().items() if value is not None}
            known[kind] = known.get(kind, RuleChoice()).model_copy(update=given)
        keep_choices(connection, known)
        said = ", ".join(f"{kind} {_rule_text(RULES[kind], known[kind])}" for kind in checked)
        audit.record(connection, audit.Action.CHANGED, f"alerts: {said}", by=by)


def _rule_text(rule: Rule, choice: RuleChoice) -> str:
    limit = "" if rule.default is None else f" at {rule.limit_words(rule.limit(choice))}"
    return f"{'on' if is_on(choice) else 'off'}{limit}"


def is_on(choice: RuleChoice | None) -> bool:
    """Whether a rule is on, as all are that nobody switched off."""
    return choice is None or choice.is_on is not False


def messages_in(connection: Connection) -> list[AlertMessage]:
    """The messages under way, oldest first."""
    return _MESSAGES.validate_json(get_meta(connection, _UNDER_WAY) or "[]")


def keep_messages(connection: Connection, messages: Sequence[AlertMessage]) -> None:
    """Keep these, and no others."""
    set_meta(connection, _UNDER_WAY, _MESSAGES.dump_json(list(messages)).decode())
