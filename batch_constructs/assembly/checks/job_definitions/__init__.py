"""Rules for job definitions."""
