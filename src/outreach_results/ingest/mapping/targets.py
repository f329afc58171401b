"""What a column of somebody's table can be to us: one entry each, from which the mapping screen and docs derive."""

from __future__ import annotations

from dataclasses import dataclass

from outreach_results.models import EventType


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a column can hold.

    Attributes:
        name: how a mapping calls it.
        label: how the mapping screen calls it.
        synonyms: headers that mean it, as `plain` writes them.
        outcome: the event type that it counts, flags or dates; None for what describes an email or a person.
    """

    name: str
    label: str
    synonyms: tuple[str, ...]
    outcome: EventType | None = None


def plain(name: str) -> str:
    """A header without case, spaces and punctuation, so that ``E-Mail Address`` and ``email_address`` are one."""
    return "".join(character for character in name.casefold() if character.isalnum())


def _outcome(name: str, label: str, outcome: EventType, *synonyms: str) -> Target:
    return Target(name, label, (plain(name), plain(label), *synonyms), outcome)


TARGETS: tuple[Target, ...] = (
    Target(
        "email",
        "Email address",
        (
            "email",
            "emailaddress",
            "leademail",
            "recipient",
            "recipientemail",
            "to",
            "toemail",
            "contact",
            "contactemail",
            "prospectemail",
            "address",
            "mail",
            "emailadresse",
            "adressemail",
            "correo",
            "workemail",
            "primaryemail",
        ),
    ),
    Target("first_name", "First name", ("firstname", "leadfirstname", "vorname", "prenom", "givenname")),
    Target("last_name", "Last name", ("lastname", "leadlastname", "nachname", "surname", "familyname")),
    Target("name", "Name", ("name", "fullname", "leadname", "contactname", "recipientname", "prospectname", "person")),
    Target(
        "company",
        "Company",
        (
            "company",
            "companyname",
            "account",
            "accountname",
            "organization",
            "organisation",
            "firma",
            "leadcompanyname",
        ),
    ),
    Target("campaign_id", "Campaign id", ("campaignid", "sequenceid")),
    Target(
        "campaign",
        "Campaign",
        ("campaign", "campaignname", "campaigns", "sequence", "sequencename", "list", "kampagne", "campagne"),
    ),
    Target("type", "Event type", ("type", "event", "eventtype", "activity", "activitytype", "action", "recordtype")),
    Target(
        "date",
        "Date",
        (
            "date",
            "time",
            "timestamp",
            "datetime",
            "day",
            "datum",
            "occurredat",
            "eventdate",
            "eventtime",
            "when",
            "tsevent",
            "createdat",
        ),
    ),
    Target("email_id", "Message id", ("emailid", "messageid", "statsid", "msgid")),
    Target("event_id", "Event id", ("eventid", "sgeventid")),
    Target("step", "Step", ("step", "sequencenumber", "sequencestep", "stepnumber", "emailstep", "touch")),
    Target("variant", "Variant", ("variant", "version", "seqvariantid", "abvariant")),
    Target(
        "mailbox",
        "Sender mailbox",
        ("mailbox", "sender", "from", "fromemail", "senderemail", "fromaddress", "sendingaccount", "emailaccount"),
    ),
    Target("subject", "Subject", ("subject", "emailsubject", "subjectline", "betreff")),
    Target("url", "Link", ("url", "link", "clickedurl", "originallink")),
    Target("sentiment", "Reply sentiment", ("sentiment", "replysentiment")),
    Target(
        "category",
        "Interest or status",
        ("category", "leadcategory", "interest", "leadstatus", "stage", "laststate", "interestedstatus", "status"),
    ),
    Target("reply_text", "Reply text", ("replytext", "reply", "replybody", "replymessage", "response", "antwort")),
    Target("cost", "Cost (dollars)", ("cost", "costs", "costusd", "price", "spend", "kosten")),
    Target("as_of", "Exported on", ("asof", "exportedat", "exportdate", "snapshotdate", "lastupdated")),
    _outcome(
        "sent",
        "Sent",
        EventType.SENT,
        "sentat",
        "senttime",
        "sentdate",
        "senton",
        "emailsent",
        "emailssent",
        "datesent",
        "senddate",
        "gesendet",
        "versendet",
        "firstcontacteddate",
        "sendtime",
    ),
    _outcome("delivered", "Delivered", EventType.DELIVERED, "successfuldeliveries", "deliveredat", "zugestellt"),
    _outcome(
        "opened",
        "Opened",
        EventType.OPENED,
        "open",
        "opens",
        "opencount",
        "emailopen",
        "emailopened",
        "opentime",
        "openedat",
        "uniqueopens",
        "uniqueopened",
        "geoeffnet",
        "geöffnet",
        "gelesen",
        "ouvert",
        "abierto",
    ),
    _outcome(
        "clicked",
        "Clicked",
        EventType.CLICKED,
        "click",
        "clicks",
        "clickcount",
        "clicktime",
        "clickedat",
        "uniqueclicks",
        "geklickt",
    ),
    _outcome(
        "replied",
        "Replied",
        EventType.REPLIED,
        "replies",
        "replycount",
        "replytime",
        "repliedat",
        "responded",
        "lastreplieddate",
        "uniquereplies",
        "geantwortet",
        "beantwortet",
        "repondu",
    ),
    _outcome(
        "bounced",
        "Bounced",
        EventType.BOUNCED,
        "bounce",
        "bounces",
        "isbounced",
        "emailbounced",
        "bouncedat",
        "totalbounces",
        "unzustellbar",
    ),
    _outcome(
        "unsubscribed",
        "Unsubscribed",
        EventType.UNSUBSCRIBED,
        "unsubscribe",
        "unsubscribes",
        "isunsubscribed",
        "optout",
        "optouts",
        "optedout",
        "unsubscribedat",
        "abgemeldet",
    ),
    _outcome(
        "meeting_booked",
        "Meeting booked",
        EventType.MEETING_BOOKED,
        "meeting",
        "meetings",
        "meetingbooked",
        "meetingsbooked",
        "booked",
        "demoed",
        "demo",
        "termin",
    ),
)

TARGET = {target.name: target for target in TARGETS}
OUTCOMES = tuple(target for target in TARGETS if target.outcome is not None)
