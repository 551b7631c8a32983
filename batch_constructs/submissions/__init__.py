"""Submissions: the ways to submit jobs."""
