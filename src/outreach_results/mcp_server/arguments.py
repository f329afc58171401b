"""What each tool takes: the parameters of the HTTP API, with its limits and its messages, and a few of its own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic.json_schema import SkipJsonSchema

from outreach_results.api import parameters
from outreach_results.api.parameters import Flag, Month, one_of, text_of
from outreach_results.errors import QueryError
from outreach_results.models import MAX_ID, Filters
from outreach_results.results import PERIODS, ReplyKind

CampaignId = Annotated[str, *text_of(1, MAX_ID, "camp_abc123")]
Period = Annotated[str, *one_of(PERIODS)]

ORDERS = ("meetings_per_dollar", "meetings_per_email", "reply_rate", "open_rate", "positive_replies", "emails_sent")
PEERS = ("community", "own")

MOST_CAMPAIGNS = 50

_NAMED = "; ".join(f"`{code}`: {label.lower()}" for code, label in PERIODS.items())


class OfCampaign(BaseModel):
    """Which campaign."""

    campaign_id: CampaignId = Field(description="The campaign's id, as the tool `campaigns` lists it.")


class StatsArguments(parameters.StatsQuery, OfCampaign):
    """A campaign's stats."""


class BreakdownArguments(parameters.BreakdownQuery, OfCampaign):
    """What a campaign is broken down by."""


class ViewArguments(parameters.LabelsQuery, parameters.StatsQuery):
    """Some campaigns in a period."""

    period: Period | SkipJsonSchema[None] = Field(
        default=None,
        description=f"A named period, counted back from the last day of the data, in place of start and end: {_NAMED}.",
    )
    campaign_ids: list[CampaignId] | SkipJsonSchema[None] = Field(
        default=None, description="Only these campaigns. Without it: all."
    )

    def filters(self) -> Filters:
        """These arguments as `Filters`, without the named period."""
        chosen = None if self.campaign_ids is None else tuple(dict.fromkeys(self.campaign_ids))
        return Filters(chosen, self.start, self.end, self.basis, self.humans_only)


class CompareArguments(ViewArguments):
    """Which campaigns are compared, and in which order."""

    order_by: Annotated[str, *one_of(ORDERS)] = Field(
        default="meetings_per_dollar",
        description="The best first. Rates are ranked by estimates that allow for small campaigns.",
    )
    limit: Annotated[int, *parameters.whole(MOST_CAMPAIGNS, 20)] = Field(
        default=20, description="How many of the campaigns are listed."
    )


class PeersArguments(ViewArguments):
    """Whom the campaigns are compared with."""

    peers: Annotated[str, *one_of(PEERS)] = Field(
        default="community",
        description="The community's campaigns, or all your own of the same period.",
    )
    mcp: Annotated[str, *text_of(1, MAX_ID, "sales-outreach")] | SkipJsonSchema[None] = Field(
        default=None,
        description="Only campaigns of this kind of outreach, on both sides. Without it: that of the named campaigns, "
        "if all are of one; else all.",
    )


class RepliesArguments(parameters.LabelsQuery, parameters.RepliesQuery):
    """Which replies."""

    campaign_id: CampaignId | SkipJsonSchema[None] = Field(
        default=None, description="Only those of this campaign. Without it: of all."
    )
    kind: Annotated[ReplyKind, *one_of(ReplyKind)] = Field(
        default=ReplyKind.ALL, description="Written by people, or sent automatically."
    )
    with_text: Flag = Field(default=False, description="Give the full text of each reply, not its beginning alone.")


class UsageArguments(BaseModel):
    """Which month."""

    period: Month | SkipJsonSchema[None] = Field(
        default=None,
        description="`month` for the current calendar month, or `YYYY-MM`. Without it: the last month with data.",
    )


class AlertsArguments(BaseModel):
    """Nothing: all alerts are listed."""


class GoalsArguments(BaseModel):
    """Whose goals."""

    client: Annotated[str, *text_of(1, MAX_ID, "acme")] | SkipJsonSchema[None] = Field(
        default=None, description="Those of this client, by its id. Without it: of all campaigns together."
    )


class GlossaryArguments(BaseModel):
    """Which term."""

    metric: Annotated[str, *text_of(1, 60, "reply_rate")] | SkipJsonSchema[None] = Field(
        default=None, description="The name of one metric. Without it: all."
    )


def read(kind: type[BaseModel], given: dict[str, Any]) -> Any:
    """The arguments of a call.

    They are written as in a URL before they are checked, so that a value is refused here exactly where the HTTP API
    refuses it. An argument that is null is one that is left out.

    Raises:
        QueryError: one of them is unknown or not allowed.
    """
    names = list(kind.model_fields)
    for name in given:
        if name not in names:
            allowed = ", ".join(names) or "no parameters"
            raise QueryError(name[:60], f"There is no parameter {name[:60]!r} here. Use {allowed}.")
    try:
        return kind.model_validate({name: _written(value) for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise QueryError(*_first_fault(error)) from None


def _written(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_written(one) for one in value]
    return value if isinstance(value, str) else _NUMBER.dump_json(value).decode()


_NUMBER: TypeAdapter[Any] = TypeAdapter(Any)


def _first_fault(error: ValidationError) -> tuple[str, str]:
    first = error.errors()[0]
    name = str(first["loc"][0])
    message = "It is missing." if first["type"] == "missing" else first["msg"]
    return name, f"{name}: {message}"
