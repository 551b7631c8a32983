"""Executors run containers: as processes of this machine, in a container engine, or as a recording says."""

from __future__ import annotations

from batch_constructs.local.executors.base import Container, Executor, Outcome, Running
from batch_constructs.local.executors.docker import DockerExecutor, NoEngineError
from batch_constructs.local.executors.process import ProcessExecutor
from batch_constructs.local.executors.recorded import RecordedExecutor, Recording

__all__ = [
    "Container",
    "DockerExecutor",
    "Executor",
    "NoEngineError",
    "Outcome",
    "ProcessExecutor",
    "RecordedExecutor",
    "Recording",
    "Running",
]
