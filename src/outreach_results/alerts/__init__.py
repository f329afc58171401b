"""Alerts: what needs someone now, raised once, told in one message, by email and webhook.

rules     the registry of what is looked for
kept      what people chose of the rules, who is told and when not, and the log of what was sent
checking  looks at all rules, and keeps which alerts are raised
message   the words of a message: HTML, plain text and the text of a webhook
sending   tells of what was raised: together, outside of quiet hours, once
schedule  the thread that looks and tells while the dashboard runs
"""
