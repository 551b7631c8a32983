"""Submissions: where jobs come from."""
