"""Bringing results in: every source yields the same records, and one loader writes them."""
