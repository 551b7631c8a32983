"""Two environments behind one queue, for changes that cannot be made in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aws_cdk import Annotations

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import known
from batch_constructs.compute_environments.base import OwnComputeEnvironment

if TYPE_CHECKING:
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef
    from constructs import Construct

__all__ = ["BlueGreen"]


@checked
class BlueGreen(CheckedConstruct):
    """A move of jobs from one environment to another in three deploys, without losing a job.

    Use this for changes that AWS Batch cannot make in an existing environment: another network, kind of capacity,
    ``BEST_FIT``, a service role of your own, tags of the environment itself. Your code has three states:

    1. ``BlueGreen(self, "Capacity", blue=old)``: all jobs run in blue.
    2. ``BlueGreen(self, "Capacity", blue=old, green=new, live="green")``: new jobs start in green. Blue is disabled,
       stays in the queue, and finishes its running jobs. With ``live="blue"`` everything goes back.
    3. ``BlueGreen(self, "Capacity", green=new)``, when blue has no jobs left: blue leaves the queue and is deleted.

    The next change goes from green to blue. Give `compute_environments` to the queue, and neither environment a name:
    both exist at once. A disabled environment keeps its ``min_vcpus`` running, so leave that at 0.

    Guide: Updating Compute Environments (blue/green updates; newer than the table of contents).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blue: IComputeEnvironmentRef | None = None,
        green: IComputeEnvironmentRef | None = None,
        live: Literal["blue", "green"] | None = None,
    ) -> None:
        """Order the slots, and disable the one that is not live.

        Args:
            scope: Where it belongs.
            id: Its name in that scope.
            blue: The environment in one slot. To be drained later, it must be made in this app. By default the slot is
                empty.
            green: The environment in the other slot, likewise. By default the slot is empty.
            live: The slot that starts new jobs. By default the only one; required if both are given.

        Raises:
            ValueError: no slot is given, the live one is empty, ``live`` is missing with two slots, both hold the same
                environment or the same name, or the one to drain is imported.
        """
        slots = {name: each for name, each in (("blue", blue), ("green", green)) if each is not None}
        problems = Problems()
        problems.check(bool(slots), "blue or green must be given, got neither")
        problems.check(
            len(slots) < 2 or live is not None,
            "live must say which slot starts new jobs, 'blue' or 'green', when both are given",
        )
        problems.check(
            live is None or live in slots or not slots,
            f"live must name a slot that is given, got live={live!r} and only {', '.join(slots)}",
        )
        problems.check(
            blue is None or blue is not green,
            "blue and green must be two environments, got the same one twice",
        )
        live = live or next(iter(slots), None)  # type: ignore[arg-type] # its keys are the two words
        draining = next((each for name, each in slots.items() if name != live), None)
        problems.check(
            draining is None or isinstance(draining, OwnComputeEnvironment),
            "the slot that is not live must hold an environment of this library made in this app, since it is "
            "disabled: disable an imported one where it is made, and leave its slot out here",
        )
        _check_names(problems, blue, green)
        problems.raise_if_any()

        super().__init__(scope, id)
        self.live: IComputeEnvironmentRef = slots[str(live)]
        self.draining = draining
        self.compute_environments = [self.live, *([draining] if draining is not None else [])]
        if isinstance(draining, OwnComputeEnvironment):
            draining.cfn.state = "DISABLED"
            Annotations.of(self).add_info(
                f"{draining.node.path} starts no more jobs; when the last has ended, leave its slot out and deploy again"
            )


def _check_names(
    problems: Problems, blue: IComputeEnvironmentRef | None, green: IComputeEnvironmentRef | None
) -> None:
    if isinstance(blue, OwnComputeEnvironment) and isinstance(green, OwnComputeEnvironment):
        name = blue.cfn.compute_environment_name
        problems.check(
            name is None or not known(name) or name != green.cfn.compute_environment_name,
            f"blue and green exist at once and must not share a name, got {name!r} twice: omit the names",
        )
