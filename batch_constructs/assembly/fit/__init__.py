"""Tells whether a job can run in an environment, and if not, why."""
