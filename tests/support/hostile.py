"""Words that strangers may write, each of which some reader would take for more than characters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from outreach_results.errors import OutreachError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import BenchmarkRecord, PlanRecord, Record, Rejected
from outreach_results.store import annotations as notes
from outreach_results.store import api_keys, labeling, saved_views
from outreach_results.store.alert_state import AlertCause, AlertState, RaisedAlert, keep_state
from outreach_results.store.engine import Store
from outreach_results.store.labels import checked_rule
from outreach_results.store.saved_views import SHARED
from support.records import at, campaign, email, event, mark, reply

HOSTILE: tuple[str, ...] = (
    "<b>Bold & Co</b>",
    "<img src=x onerror=alert(1)>",
    "**not bold** <script>alert(1)</script> [link](http://example.com) $x^2$ :smile:",
    "<!-- unsubscribe --> <style>body{display:none}</style> UNSUBSCRIBE NOW!!!",
    "![Bild](https://tracker.example/p.png) :red[rot] `code` <u>unterstrichen</u> &amp; &lt;b&gt; &#36; &copy;",
    "[click me](http://example.com) [ref][1] [^1] [^1]: note",
    "www.example.com and WWW.example.com, https://example.com/a?b=c, mailto:a@b.example, xmpp:a@b.example",
    "ann_kathrin@donaudampf.example",
    ":streamlit: :material/home: :material_home: :+1: x:smile:y ::streamlit:",
    ":blue-badge[x] :small[y] :help[z] :color[w]{foreground=red} ::name :::name",
    "a -> b <- c <-> d -- e >= f <= g ~= h, ->",
    "@-> @-- :smile:<-> x@<=",
    "$x^2$ $$y$$ costs $5 and $10, ${jndi:ldap://example.com/a}, {{7*7}} ${7*7} %{x}",
    "# Heading",
    "## Heading ##",
    "- item",
    "* item",
    "+ plus",
    "1. one",
    "1986) year",
    "> quote",
    "---",
    "===",
    "- [ ] todo",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "~~gone~~ ~sub~ x^2^ ==mark==",
    "a_b_c *Stern* __dunder__ 5 * 3 * 2",
    "\\*escaped\\* and a trailing \\",
    "  spaces   and\ttabs\nand lines  ",
    "```\nfence\n```",
    "=SUM(A1:A9)",
    "@cmd|' /C calc'!A0",
    "Robert'); DROP TABLE emails;--",
    "T̴̛o̷͝ny 👩🏽‍💻 \u202bمرحبا\u202c नीलम שלום ＜確認＞",
)


def hostile_records() -> Iterator[Record]:
    """A campaign for each of the words, in which everything that strangers write is made of them; and their plan."""
    for number, words in enumerate(HOSTILE):
        of = f"camp_hostile_{number}"
        day = 5 + number % 20
        yield campaign(of, words, words if number % 3 == 0 else "sales-outreach")
        for email_id in ("e1", "e2"):
            yield email(email_id, at(day), of=of, recipient=f"p{number}@prospect.example", name=words, company=words)
            for kind in ("delivered", "opened"):
                yield event(kind, at(day, 13), email_id=email_id, of=of)
        yield event("clicked", at(day, 14), of=of, url="javascript:alert(1)")
        yield reply(
            f"r{number}",
            at(day, 15),
            of=of,
            address=words,
            name=words,
            company=words,
            sentiment=("positive", "negative", "neutral")[number % 3],
            preview=" ".join(words.split()),
            body=words,
        )
        if number % 3 == 0:
            yield mark(f"r{number}", "positive", of=of, by=words, marked_at=at(day, 16), handled_at=at(day, 16))
    yield PlanRecord(HOSTILE[0], 1_000, 20_000_000)
    for metric in ("delivery_rate", "open_rate", "reply_rate"):
        yield BenchmarkRecord(HOSTILE[0], metric, 0.3, 0.2, 0.3, 0.4, 100, at(1))
        yield BenchmarkRecord("", metric, 0.3, 0.2, 0.3, 0.4, 100, at(1))


def add_hostile_names(store: Store) -> None:
    """What people and other servers name, with the same words: clients, tags, rules, notes, views, keys, alerts, files.

    The campaigns of `hostile_records` have to be there.
    """
    names = [" ".join(words.split()) for words in HOSTILE]
    for number, name in enumerate(names):
        own = f"camp_hostile_{number}"
        with suppress(OutreachError):  # a name that is too long, or like another
            labeling.choose_client(store, [own], labeling.add_client(store, name))
        with suppress(OutreachError):
            labeling.choose_tags(store, [own], [name.replace(",", " ")])
        with suppress(OutreachError):
            labeling.add_rule(store, checked_rule("contains", name, tag=f"rule {number}"))
        with suppress(OutreachError):
            saved_views.save(store, SHARED, name, "overview", "period=all", by=name)
        notes.add(store, date(2026, 1, 5 + number % 20), name[: notes.MAX_LENGTH], author=name)
        with suppress(OutreachError):
            api_keys.create_key(store, name)
        if number < 5:
            load(store, name, [Rejected(name, number, name, f"{name} isn't a date", {name: name})])
    raised = [_alert(f"camp_hostile_{number}", name) for number, name in enumerate(names)]
    with store.write() as connection:
        keep_state(connection, AlertState(began_at=at(1), alerts=(*raised, _alert("", names[1]))))


def _alert(of: str, words: str) -> RaisedAlert:
    told = {"title": "Bounces", "name": words, "what": f"{words} said so", "next_step": f"Ask {words}"}
    return RaisedAlert(cause=AlertCause(kind="bounce_rate", campaign_id=of, **told), since=at(2))
