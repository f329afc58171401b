"""How messages leave: by email and webhook, once to each place, and with a few attempts where one did not arrive.

recipients  the addresses and the webhook that something is sent to
wording     a message in words, and the templates that all messages share
smtp        one email to one address
webhook     one post to one address
log         what was sent and what was not; the claim by which one process sends
sending     sends, tries again, and keeps what became of it
"""
