"""What runs containers: processes of this machine, a container engine, or a recording."""

from __future__ import annotations

from batch_constructs.local.executors.base import Container, Executor, Outcome, Running
from batch_constructs.local.executors.process import ProcessExecutor

__all__ = ["Container", "Executor", "Outcome", "ProcessExecutor", "Running"]
