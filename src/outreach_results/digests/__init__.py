"""Digests: a period's outcomes, sent by email and webhook when the period is over.

kept      the digests that people set up, and the log of what was sent
due       which period a digest is about, and when it is sent
message   its words: HTML, plain text and the text of a webhook
sending   recounts, and sends what is due
schedule  the thread that sends while the dashboard runs
"""
