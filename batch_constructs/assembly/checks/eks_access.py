"""Access of AWS Batch to an EKS cluster: the access entry of its environments, and the policy for it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, rule
from batch_constructs.assembly.template import Unknown, is_known, is_one_of
from batch_constructs.assembly.template.resources import ComputeEnvironment
from batch_constructs.facts.eks_access import NAMESPACE_POLICY
from batch_constructs.facts.vocabulary import AccessEntryState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Resource
    from batch_constructs.assembly.template.resources.compute_environments import EksConfiguration

CHAPTER = "AWS Batch on Amazon EKS"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "EKS-19",
    severity=ERROR,
    remedy="give all environments of a cluster the same DesiredState, and not DISABLED if the cluster uses access entries only",
)
def access_entries_agree(batch: BatchModel) -> Iterator[Finding]:
    """The environments of a cluster must have the same access entry state, which must not be DISABLED if it is needed."""
    by_cluster: dict[str, list[EksConfiguration]] = defaultdict(list)
    for environment in batch.of(ComputeEnvironment):
        configuration = environment.eks_configuration
        entry, cluster = configuration.access_entry, configuration.cluster
        yield from misspelt(AccessEntryState, entry, "DesiredState", entry.desired_state)
        key = configuration.cluster_key
        if (
            cluster is not None
            and _mode_is(configuration, "API")
            and is_one_of(entry.desired_state, "DISABLED")
        ):
            message = f"DesiredState must not be DISABLED: {cluster.label} uses access entries only"
            yield Finding(entry, message, at="DesiredState")
        if key is not None and configuration.present:
            by_cluster[key].append(configuration)
    for configurations in by_cluster.values():
        yield from _disagreement(configurations)


def _disagreement(configurations: list[EksConfiguration]) -> Iterator[Finding]:
    """Add a problem if environments of a cluster record different states: AWS Batch then keeps the entry as it is."""
    # On a cluster of mode API every environment has an entry, whatever it records.
    if any(_mode_is(each, "API") for each in configurations):
        return
    states = {each: _recorded(each) for each in configurations}
    seen = {state for state in states.values() if state is not None}
    if len(seen) < 2 or not seen & {"ENABLED", "DISABLED"}:
        return
    text = " and ".join(f"{state} in {each.home.label}" for each, state in states.items() if state)
    first = next(each for each in configurations if states[each] in {"ENABLED", "DISABLED"})
    message = f"DesiredState counts only if all environments of a cluster agree, got {text}"
    yield Finding(first.access_entry, message, at="DesiredState", severity=WARNING)


def _recorded(configuration: EksConfiguration) -> str | None:
    """Return the state that an environment records, or ``none``; ``None`` if it is unknown."""
    state = configuration.access_entry.desired_state
    if isinstance(state, Unknown):
        return None
    return state if is_known(state) else "none"


def _mode_is(configuration: EksConfiguration, *modes: str) -> bool:
    cluster = configuration.cluster
    return cluster is not None and is_one_of(cluster.access_config.authentication_mode, *modes)


@rule(
    "EKS-20",
    severity=WARNING,
    remedy=f"add an EksNamespaceAccess, or associate {NAMESPACE_POLICY} by aws eks associate-access-policy",
    prevents="jobs that wait in RUNNABLE forever",
)
def namespace_policy(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """If AWS Batch has access by an access entry, the entry must have the policy for the namespace."""
    configuration = environment.eks_configuration
    state = configuration.access_entry.desired_state
    wanted = is_one_of(state, "ENABLED") or (
        _mode_is(configuration, "API") and is_one_of(state, None, "INHERIT_FROM_CLUSTER")
    )
    # A custom resource or a function that associates the policy contains its name.
    if not configuration.present or not wanted or any(map(_names_policy, batch.resources)):
        return
    namespace = configuration.kubernetes_namespace
    where = f"the namespace {namespace}" if is_known(namespace) else "its namespace"
    message = (
        f"AWS Batch may not run pods in {where} until {NAMESPACE_POLICY} is associated with its access entry, "
        "which nothing in the assembly does"
    )
    yield Finding(configuration, message, at="KubernetesNamespace")


def _names_policy(resource: Resource) -> bool:
    return NAMESPACE_POLICY in repr(resource.node)
