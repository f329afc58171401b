"""Import from a Results API server: the account, then campaign by campaign."""
