"""Bring in what a Results API server has: the account, then campaign by campaign."""
