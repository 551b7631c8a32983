"""Commands in user data that keep an instance from joining its environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._images import batch_chooses, image_types
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.assembly.template.boot_parts import boot_parts
from batch_constructs.facts.boot_commands import (
    CONFIG_FILE,
    LACKING_ON,
    BootMistake,
    Mistake,
    cloud_config_mistakes,
    reserved_settings,
    script_mistakes,
)
from batch_constructs.facts.images import default_image_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ComputeResources,
        LaunchTemplateData,
    )

CHAPTER = "Launch Template Support"

WARNING = Severity.WARNING
_LENGTH = 80


@rule(
    "LT-16",
    severity=WARNING,
    remedy="leave the command out, since ecs and docker start by themselves, or add --no-block",
    prevents="instances that never join: user data waits for the agent, and the agent for the end of user data",
)
def nothing_waits_for_the_agent(environment: ComputeEnvironment) -> Iterator[Finding]:
    """User data must not wait until the ECS agent or Docker has started."""
    if is_one_of(environment.eks, False):
        for data, mistake in _mistakes(environment.compute_resources, Mistake.WAITS):
            message = (
                f"user data waits for a service that starts after user data has ended, got {_short(mistake)}"
            )
            yield Finding(data, message, at="UserData")


@rule(
    "LT-18",
    severity=WARNING,
    remedy=f"append with '>>', or with append: true in write_files of cloud-config, to keep what is in {CONFIG_FILE}",
    prevents="instances that join no environment, or that have lost settings of their image, such as those for GPUs",
)
def agent_settings_are_appended(environment: ComputeEnvironment) -> Iterator[Finding]:
    """User data should append to the settings of the ECS agent, since AWS Batch and the image write there, too."""
    if is_one_of(environment.eks, False):
        for data, mistake in _mistakes(environment.compute_resources, Mistake.OVERWRITES):
            message = f"{CONFIG_FILE} must be appended to, got {_short(mistake)}"
            yield Finding(data, message, at="UserData")


@rule(
    "LT-41",
    severity=WARNING,
    remedy="leave the setting out: AWS Batch writes it on each instance",
    prevents="jobs that are never scheduled, and instances that run without jobs",
)
def reserved_settings_are_left_out(environment: ComputeEnvironment) -> Iterator[Finding]:
    """User data of a managed environment should not set ECS_CLUSTER or ECS_INSTANCE_ATTRIBUTES: AWS Batch does."""
    if not is_one_of(environment.eks, False) or not is_one_of(environment.type_, "MANAGED"):
        return
    for _, template in environment.compute_resources.template_uses:
        parts = () if template is None else boot_parts(template.data.user_data)
        for name in sorted({name for part in parts for name in reserved_settings(part.text)}):
            if template is not None:
                yield Finding(template.data, f"AWS Batch sets {name}, got it in user data", at="UserData")


@rule(
    "LT-20",
    severity=WARNING,
    remedy="install the package with dnf, and control services with systemctl",
    prevents="a script that fails on every instance: mounts and packages are missing, and jobs run without them",
)
def commands_are_of_the_image(environment: ComputeEnvironment) -> Iterator[Finding]:
    """User data should have only commands and packages of Amazon Linux 2023 if that is the image."""
    resources, eks = environment.compute_resources, environment.eks
    found = image_types(resources)
    if found is None or not is_known(eks) or not resources.ec2 or not batch_chooses(resources):
        return
    chosen = found or [default_image_type("EKS" if eks else "ECS", nvidia=False)]
    if all(image.os == LACKING_ON for image in chosen):
        for data, mistake in _mistakes(resources, Mistake.LACKING):
            message = f"{LACKING_ON} has no {mistake.name}, got {_short(mistake)}"
            yield Finding(data, message, at="UserData")


def _mistakes(resources: ComputeResources, kind: Mistake) -> Iterator[tuple[LaunchTemplateData, BootMistake]]:
    for _, template in resources.template_uses:
        if template is None:
            continue
        for part in boot_parts(template.data.user_data):
            found = script_mistakes if part.kind == "script" else cloud_config_mistakes
            yield from ((template.data, mistake) for mistake in found(part.text) if mistake.kind is kind)


def _short(mistake: BootMistake) -> str:
    got = mistake.got if len(mistake.got) <= _LENGTH else f"{mistake.got[:_LENGTH]}…"
    return repr(got)
