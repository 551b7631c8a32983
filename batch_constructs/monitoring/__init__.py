"""Monitoring: hearing of what jobs do."""
