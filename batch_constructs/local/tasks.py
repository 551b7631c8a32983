"""Runs the containers of one attempt together, as an Amazon ECS task or a pod does.

Source: Amazon ECS, container dependencies and essential containers; API, TaskContainerProperties.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batch_constructs.local.executors.base import CannotStartError, InvalidDefinitionError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batch_constructs.local.executors.base import Container, Executor, Running
    from batch_constructs.local.logs import StreamWriter


@dataclass(slots=True)
class Part:
    """A container of a task, with what the task needs to know about it."""

    container: Container
    log: StreamWriter
    essential: bool = True
    """Whether its end is the end of the task."""
    counts: bool = True
    """Whether its exit code decides."""
    depends_on: Mapping[str, str] = field(default_factory=dict)
    """The condition, ``START``, ``COMPLETE`` or ``SUCCESS``, by the name of the other container."""
    running: Running | None = None
    outcome: Outcome | None = None


class Task:
    """The containers of one attempt: started in order, stopped together.

    `run` blocks until all have ended. `stop` may come from another thread, at any time.
    """

    def __init__(self, parts: list[Part], executor: Executor, started: Callable[[], None]) -> None:
        self._parts = parts
        self._executor = executor
        self._started = started
        self._changed = threading.Condition()
        self._stopping: float | None = None
        self._told = False
        self._ended: list[Part] = []

    def run(self) -> Outcome:
        """Run all containers, and return the outcome that decides.

        In a task of Amazon ECS that is the outcome of the essential container that ends first, since its end stops the
        others. A pod goes on until all of its containers have ended, and fails if one of them failed.
        """
        if len(self._parts) == 1:
            self._run(self._parts[0])
        else:
            threads = [threading.Thread(target=self._run, args=(part,), daemon=True) for part in self._parts]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return self._result()

    def stop(self, grace: float) -> None:
        """Stop all containers; those that have not started never will.

        Called again it stops them sooner, if the grace is shorter.
        """
        with self._changed:
            if self._stopping is not None and grace >= self._stopping:
                return
            self._stopping = grace
            running = [part.running for part in self._parts if part.running and part.outcome is None]
            self._changed.notify_all()
        for each in running:
            each.stop(grace)

    def outcomes(self) -> dict[str, Outcome]:
        """Return the outcome of each container by its name."""
        return {part.container.name: part.outcome for part in self._parts if part.outcome}

    def _run(self, part: Part) -> None:
        outcome = self._start(part) if self._may_start(part) else Outcome(None)
        if outcome is None:
            assert part.running is not None
            outcome = part.running.wait(part.log.write)
        part.log.close()
        with self._changed:
            part.outcome = outcome
            self._ended.append(part)
            self._changed.notify_all()
        if part.essential:
            self.stop(_GRACE)

    def _start(self, part: Part) -> Outcome | None:
        """Start a container; return an outcome if it cannot be started."""
        try:
            running = self._executor.start(part.container)
        except CannotStartError as error:
            return Outcome(None, str(error), isinstance(error, InvalidDefinitionError))
        with self._changed:
            part.running = running
            tell, self._told = not self._told, True
            grace = self._stopping
            self._changed.notify_all()
        if tell:
            self._started()
        if grace is not None:
            running.stop(grace)
        return None

    def _may_start(self, part: Part) -> bool:
        """Wait until the containers that it depends on are as far as it wants; return ``False`` if they never will."""
        with self._changed:
            while self._stopping is None:
                answers = [self._reached(name, condition) for name, condition in part.depends_on.items()]
                if False in answers:
                    return False
                if all(answers):
                    return True
                self._changed.wait()
        return False

    def _reached(self, name: str, condition: str) -> bool | None:
        other = next((each for each in self._parts if each.container.name == name), None)
        if other is None:
            return True
        if other.outcome is None:
            return True if condition == "START" and other.running else None
        return other.outcome.exit_code == 0 if condition == "SUCCESS" else other.outcome.exit_code is not None

    def _result(self) -> Outcome:
        counting = [part.outcome for part in self._ended if part.counts and part.outcome]
        if any(part.essential for part in self._parts):
            # If a container never ran because another one failed, the reason of the other one counts.
            reasons = [part.outcome for part in self._ended if part.outcome and part.outcome.reason]
            first = next(iter(counting), Outcome(None))
            return next(iter(reasons), first) if first.exit_code is None else first
        bad = [each for each in counting if each.exit_code not in {0, None}]
        never = [each for each in counting if each.exit_code is None]
        return next(iter([*bad, *never, *counting]), Outcome(None))


_GRACE = 30


def part_options(container: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a `Part` that follow from a container of a definition."""
    in_pod, essential = bool(container.get("inPod")), bool(container.get("essential", True))
    return {
        "essential": not in_pod and essential,
        "counts": in_pod or essential,
        "depends_on": {each["containerName"]: each["condition"] for each in container.get("dependsOn", ())},
    }
