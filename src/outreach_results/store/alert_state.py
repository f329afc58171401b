"""Which alerts are raised, and what people chose of the rules that raise them; both are values of `meta`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import Connection

from outreach_results.store.engine import get_meta, set_meta

_STATE, _CHOICES = "alert_state", "alert_rules"


class AlertCause(BaseModel):
    """What a rule found.

    Nothing in it is of recipients: it has no words of replies and no addresses of theirs.

    Attributes:
        kind: of the rule.
        campaign_id: the campaign that it is about; '' where it is about the account.
        item: what of it, such as the id of a reply or the account of a sync; '' where there is only one.
        title: what causes of this kind have in common: "Bounce rate above 2%".
        name: what people call the campaign or account; plain text, to be shown as characters.
        what, next_step: a sentence each, as of when the alert was raised.
        is_firm: whether it is sure enough to raise an alert; what is not only keeps one raised.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    campaign_id: str = ""
    item: str = ""
    title: str
    name: str = ""
    what: str
    next_step: str
    is_firm: bool = True

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells it from all other causes."""
        return self.kind, self.campaign_id, self.item


class RaisedAlert(BaseModel):
    """An alert: since when, until when, and whether people were told of it."""

    model_config = ConfigDict(frozen=True)

    cause: AlertCause
    since: AwareDatetime
    ended_at: AwareDatetime | None = None
    is_told: bool = False

    @property
    def is_open(self) -> bool:
        """Whether its cause lasts."""
        return self.ended_at is None


class AlertState(BaseModel):
    """All alerts that last or ended lately.

    Attributes:
        began_at: when the rules were looked at first; what happened before is no news.
        told_at: when people were told of some the last time.
    """

    model_config = ConfigDict(frozen=True)

    began_at: AwareDatetime
    told_at: AwareDatetime | None = None
    alerts: tuple[RaisedAlert, ...] = ()

    @property
    def open_alerts(self) -> list[RaisedAlert]:
        """Those whose cause lasts, as they were raised."""
        return [alert for alert in self.alerts if alert.is_open]

    def after(
        self,
        found: Mapping[str, list[AlertCause] | None],
        now: AwareDatetime,
        rests: Mapping[str, timedelta],
    ) -> AlertState:
        """The state after a look at the rules.

        An alert is raised by a firm cause and lasts as long as that is found, firm or not. One that comes back within
        its rest is the same one, of which people know already: a rate beside its limit would else be news every day.

        Args:
            found: the causes by kind of rule; None where one could not tell, which changes nothing. Alerts of a kind
                that is missing are dropped: their rule was switched off.
            rests: how long an alert that ended is remembered, by kind.
        """
        causes = {cause.identity: cause for of_kind in found.values() for cause in of_kind or ()}
        kept = [_after(alert, causes.pop(alert.cause.identity, None), found, now) for alert in self.alerts]
        remembered = [
            alert
            for alert in kept
            if alert is not None and (alert.ended_at is None or now - alert.ended_at < rests[alert.cause.kind])
        ]
        raised = [RaisedAlert(cause=cause, since=now) for cause in causes.values() if cause.is_firm]
        return self.model_copy(update={"alerts": (*remembered, *raised)})

    def told(self, now: AwareDatetime) -> AlertState:
        """The state once people were told of all open alerts."""
        alerts = tuple(alert.model_copy(update={"is_told": True}) if alert.is_open else alert for alert in self.alerts)
        return self.model_copy(update={"alerts": alerts, "told_at": now})


def _after(
    alert: RaisedAlert, cause: AlertCause | None, found: Mapping[str, list[AlertCause] | None], now: AwareDatetime
) -> RaisedAlert | None:
    if alert.cause.kind not in found:
        return None
    if found[alert.cause.kind] is None:
        return alert
    if cause is None:
        return alert if alert.ended_at is not None else alert.model_copy(update={"ended_at": now})
    if alert.ended_at is not None and cause.is_firm:
        return alert.model_copy(update={"cause": cause, "since": now, "ended_at": None})
    return alert


def state_in(connection: Connection) -> AlertState | None:
    """The alerts; None before the first look."""
    text = get_meta(connection, _STATE)
    return None if text is None else AlertState.model_validate_json(text)


def keep_state(connection: Connection, state: AlertState) -> None:
    """Keep these alerts."""
    set_meta(connection, _STATE, state.model_dump_json())


class RuleChoice(BaseModel):
    """What people chose of a rule; None where they left it as it is by default."""

    model_config = ConfigDict(frozen=True)

    is_on: bool | None = None
    limit: float | None = None


_CHOSEN = TypeAdapter(dict[str, RuleChoice])


def choices_in(connection: Connection) -> dict[str, RuleChoice]:
    """The choices by kind of rule, of those that people changed."""
    return _CHOSEN.validate_json(get_meta(connection, _CHOICES) or "{}")


def keep_choices(connection: Connection, choices: Mapping[str, RuleChoice]) -> None:
    """Keep these choices, and no others."""
    set_meta(connection, _CHOICES, _CHOSEN.dump_json(dict(choices)).decode())
