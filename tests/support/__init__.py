"""Helpers that more than one test file uses; none of them is a test."""
