"""Events that mail services deliver by themselves, at ``POST /api/v1/ingest/{source}``.

sources     the services, one entry each: what reads their events, and how they sign them
signatures  the signatures of SendGrid, Mailgun and Mandrill
amazon      those of Amazon SNS, which carries the events of SES, and its subscriptions
bodies      the body of a request: bounded, and read as JSON
writer      writes what waits in one transaction, and answers only then
"""
