"""Settings that prevent later updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import is_given, is_known, is_one_of
from batch_constructs.assembly.template.unknown import ending
from batch_constructs.facts import allocation_strategies
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment, ComputeResources

CHAPTER = "Updating Compute Environments"

WARNING = Severity.WARNING


@rule(
    "UPD-02",
    severity=WARNING,
    remedy="give no name, or use ComputeResources.Tags, which tag the instances",
    prevents="a deployment that fails after a change of tags: the name is taken",
)
def tags_of_a_named_environment(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment with tags should not have a fixed name, because a change of its tags replaces it."""
    if is_given(environment.name) and is_known(environment.tags) and environment.tags:
        message = "a change of Tags replaces the environment, which ComputeEnvironmentName prevents"
        yield Finding(environment, message, at="Tags")


@rule(
    "UPD-03",
    severity=WARNING,
    remedy="give no name, or set ReplaceComputeEnvironment to false for updates in place",
    prevents="a deployment that fails at the first replacement: the name is taken",
)
def replacement_of_a_named_environment(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment that is replaced at updates must not have a fixed name."""
    replaced = is_one_of(environment.replace_compute_environment, True, None)
    if replaced and is_given(environment.name) and is_one_of(environment.type_, "MANAGED"):
        message = (
            "ReplaceComputeEnvironment is true (the default), and ComputeEnvironmentName prevents a "
            "replacement: the new environment is created while the old one has the name"
        )
        yield Finding(environment, message, at="ComputeEnvironmentName")


@rule(
    "UPD-04",
    severity=WARNING,
    remedy="leave out ServiceRole and choose a strategy other than BEST_FIT, or replace the environment at updates",
    prevents="a deployment that fails at the first change of instance types, image or launch template",
)
def updates_in_place_are_possible(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment that is updated in place must have the service-linked role and a strategy other than BEST_FIT."""
    resources = environment.compute_resources
    if not is_one_of(environment.replace_compute_environment, False) or not resources.ec2:
        return
    role = environment.service_role_arn
    if is_given(role) and (environment.service_role is not None or _is_custom(ending(role))):
        yield Finding(
            environment, "updates in place need the service-linked role, got ServiceRole", at="ServiceRole"
        )
    strategy = resources.allocation_strategy
    if is_one_of(environment.eks, False) and is_one_of(strategy, "BEST_FIT", None):
        got = strategy or f"none, which is {allocation_strategies.DEFAULT}"
        message = f"updates in place need a strategy other than BEST_FIT, got {got}"
        yield Finding(resources, message, at="AllocationStrategy")


@rule(
    "UPD-05",
    severity=WARNING,
    remedy="leave out DesiredvCpus: AWS Batch starts at MinvCpus and changes the number",
    prevents="a deployment that fails: the number cannot be lower than the current one",
)
def desired_vcpus_are_left_to_batch(resources: ComputeResources) -> Iterator[Finding]:
    """DesiredvCpus should not be given, because AWS Batch changes the desired number of vCPUs."""
    if resources.ec2 and resources.gives("DesiredvCpus"):
        message = (
            "DesiredvCpus changes as AWS Batch scales, and an update below the current number is refused"
        )
        yield Finding(resources, message, at="DesiredvCpus")


def _is_custom(name: str | None) -> bool:
    return name is not None and name != SERVICE_LINKED_ROLE_NAME
