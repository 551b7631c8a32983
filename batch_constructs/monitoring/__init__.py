"""Monitoring: hearing of what jobs do."""

from batch_constructs.monitoring.alerts import JobFailureAlerts

__all__ = ["JobFailureAlerts"]
