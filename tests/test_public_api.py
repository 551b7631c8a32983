"""The public names: complete, sorted, typed. What their docstrings say is looked at in ``test_docstrings``."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import batch_constructs

STUB = Path(inspect.getfile(batch_constructs)).with_suffix(".pyi").read_text(encoding="utf-8")


EXAMPLES = Path(__file__).parents[1] / "examples"
# No example that deploys uses these; the pages in docs/ show them, most of them in code that the tests run.
IN_DOCS_ONLY = """
    AgentMetrics AllocationStrategy ApiCallField ApiCallPattern ArrayJobs AwsLogs BatchAlerts BatchConditionKey
    BatchServiceRole CapacityOption CloudConfig CloudWatchAgent ConsumableResource DependencyCondition Device
    DevicePermission DnsPolicy EfsMount EksHostPath EksMultiNodeParallelJobDefinition EksNamespaceAccess
    EksNodeGroup EksPersistentVolumeClaim EksPod EksSecret EmptyDirMedium EventTriggeredJob ExecutionRole
    FargateTask FireLens FirelensType ImagePullPolicy ImageType ImportedComputeEnvironment
    ImportedConsumableResource ImportedJobDefinition ImportedJobQueue ImportedSageMakerJobQueue InterfaceType
    IpcMode JobEventField JobPattern JobQueueBlockedPattern JobStatus LaunchTemplateOverride LinuxParameters
    ManagedInstancesComputeEnvironment ManagedInstancesInfrastructureRole ManagedInstancesInstanceRole
    ManagedInstancesJobDefinition MultiContainerJobDefinition NetworkInterface OperatingSystemFamily OwnPool
    PreemptionEventField QueuedJob RegistrationConditions ReservationPreference ResourceSharing S3Files S3Mount
    ScratchVolume ServiceJobEventField ServiceJobPattern ServiceJobPreemptionPattern
    ServiceJobQueueBlockedPattern ShellScript SpotFleetRole TeamsChannel Tmpfs Ulimit UlimitName
    UnmanagedComputeEnvironment UnmanagedEksComputeEnvironment UpdatePolicy UserdataType WrongArgumentError
    allow_manage_sagemaker_jobs allow_set_capacity_tags deny_register_job_definition_if_all
    deny_register_job_definition_if_any
""".split()  # noqa: SIM905 - names in a paragraph are easier to read and to delete


def typed_names() -> set[str]:
    """Return what type checkers see: the imports of the stub."""
    found = {
        alias.name
        for node in ast.parse(STUB).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return found - {"Mapping"}


def constructs() -> list[str]:
    return [
        name for name in batch_constructs.__all__ if hasattr(getattr(batch_constructs, name), "__jsii_type__")
    ]


def test_the_lists_of_names_agree() -> None:
    """``__all__``, the stub and ``dir`` hold the same names, in order."""
    assert list(batch_constructs.__all__) == sorted(batch_constructs.__all__)
    assert typed_names() == set(batch_constructs.__all__)
    assert [
        ast.literal_eval(each.value) for each in ast.parse(STUB).body if isinstance(each, ast.Assign)
    ] == [list(batch_constructs.__all__)]
    assert set(batch_constructs.__all__) <= set(dir(batch_constructs))


def test_every_name_stands_in_an_example() -> None:
    """A new name gets an example, or is added here to the names that only the docs show."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in EXAMPLES.rglob("*.py"))
    shown = set(re.findall(r"\w+", text))
    assert sorted(set(batch_constructs.__all__) - shown) == IN_DOCS_ONLY


def test_a_wrong_name_is_an_attribute_error() -> None:
    """As in every module, and no import is tried."""
    with pytest.raises(AttributeError, match="has no attribute 'JobQueu'"):
        _ = batch_constructs.JobQueu  # type: ignore[attr-defined]


def methods() -> dict[str, Any]:
    """Return the methods that we wrote of all public classes, by name; dataclasses write their own ``__init__``."""
    public = [getattr(batch_constructs, name) for name in batch_constructs.__all__]
    bases = {base for thing in public for base in getattr(thing, "__mro__", ())}
    ours = [
        base
        for base in bases
        if base.__module__.startswith("batch_constructs") and not base.__name__.startswith("_")
    ]
    return {
        f"{base.__name__}.{name}": method
        for base in ours
        for name, value in vars(base).items()
        if inspect.isfunction(
            method := value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
        )
        and (not name.startswith("_") or (name == "__init__" and not dataclasses.is_dataclass(base)))
    }


def untyped(function: Any) -> set[str]:
    """Return the parameters without a type, and ``return`` for a result without one."""
    typed = {"self", "cls", *function.__annotations__}
    return {*inspect.signature(function).parameters, "return"} - typed


def test_every_public_method_is_documented_and_typed() -> None:
    """Each method that we wrote has a docstring and annotations for every parameter and its result."""
    found = methods()
    assert len(found) > 300
    assert [name for name, method in found.items() if not method.__doc__] == []
    assert {name: lacking for name, method in found.items() if (lacking := untyped(method))} == {}


def test_every_function_is_typed() -> None:
    """Each parameter has its type in the signature; so has the result."""
    names = [name for name in batch_constructs.__all__ if name[0].islower()]
    assert len(names) > 10
    assert {name: lacking for name in names if (lacking := untyped(getattr(batch_constructs, name)))} == {}


def test_constructs_take_scope_and_id_and_keywords() -> None:
    """``scope, id`` come first, everything else is keyword-only."""
    signatures = {
        name: list(inspect.signature(getattr(batch_constructs, name).__init__).parameters.values())[1:]
        for name in constructs()
    }
    assert len(signatures) > 60
    assert [
        name
        for name, parameters in signatures.items()
        if [each.name for each in parameters[:2]] != ["scope", "id"]
        or any(each.kind is not inspect.Parameter.KEYWORD_ONLY for each in parameters[2:])
    ] == []
