"""Every error this product raises on purpose.

Each message is a sentence that a person can act on; nothing else of an error is ever shown.

    OutreachError
    ├── ConfigError         a setting is missing or malformed
    ├── StoreError          the database cannot be opened, or is of another version
    │   └── StoreBusyError  another process is writing; trying again helps
    ├── UnknownCampaignError  no campaign has that id
    │   └── DeletedCampaignError  it was deleted, and can be restored
    ├── QueryError          a parameter of a query is not allowed (names the parameter)
    ├── SourceError         a file or server cannot be read at all; nothing was changed
    │   ├── KeyRefusedError   the server does not accept the key
    │   └── NotOfferedError   the server does not have the resource
    ├── SyncRunningError    another sync of the same database is running
    ├── StoppedError        the operation was stopped
    ├── NotSignedInError    nobody is signed in, or the sign-in has ended
    ├── NotAllowedError     who is signed in may not do this
    └── ConflictError       somebody else changed the same thing first
"""


class OutreachError(Exception):
    """Base of all errors whose message is shown to people."""


class ConfigError(OutreachError):
    """A setting is missing or malformed."""


class StoreError(OutreachError):
    """The database cannot be opened or used."""


class StoreBusyError(StoreError):
    """Another process is writing to the database; trying again helps."""


class UnknownCampaignError(OutreachError):
    """No campaign has the given id."""

    def __init__(self, campaign_id: str) -> None:
        self.campaign_id = campaign_id
        super().__init__(f"There is no campaign {campaign_id!r} in this database.")


class DeletedCampaignError(UnknownCampaignError):
    """The campaign with the given id was deleted, and can be restored."""

    def __init__(self, campaign_id: str) -> None:
        super().__init__(campaign_id)
        self.args = (f"The campaign {campaign_id!r} is deleted here. Restore it in Data → Settings.",)


class QueryError(OutreachError):
    """A query with a parameter that is not allowed; ``parameter`` names it."""

    def __init__(self, parameter: str, message: str) -> None:
        self.parameter = parameter
        super().__init__(message)


class SourceError(OutreachError):
    """A file or a server that cannot be read at all; nothing was changed."""


class KeyRefusedError(SourceError):
    """The server does not accept the key, so no further request can succeed."""


class NotOfferedError(SourceError):
    """The server does not have the resource, or does not offer it; ``status`` is its HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        self.status = status
        super().__init__(message)


class SyncRunningError(OutreachError):
    """Another sync of the same database is running."""


class StoppedError(OutreachError):
    """The operation was stopped before it was done."""


class NotSignedInError(OutreachError):
    """Nobody is signed in, or the sign-in has ended."""


class LinkEndedError(NotSignedInError):
    """The read-only link by which somebody came has expired or was revoked."""


class NotAllowedError(OutreachError):
    """The role of whoever is signed in does not allow this."""


class ConflictError(OutreachError):
    """Somebody else changed the same thing first; look again before changing it."""
