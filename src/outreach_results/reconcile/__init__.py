"""Compare what a platform reports with what is counted here."""
