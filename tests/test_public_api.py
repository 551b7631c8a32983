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
from batch_constructs import _HOMES

SOURCE = Path(inspect.getfile(batch_constructs)).read_text(encoding="utf-8")


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
    """What type checkers see: the imports under ``TYPE_CHECKING``."""
    block = next(node for node in ast.parse(SOURCE).body if isinstance(node, ast.If))
    return {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def constructs() -> list[str]:
    return [
        name for name in batch_constructs.__all__ if hasattr(getattr(batch_constructs, name), "__jsii_type__")
    ]


def test_the_lists_of_names_agree() -> None:
    """``__all__``, the homes, the typed imports and ``dir`` hold the same names, in order."""
    assert list(batch_constructs.__all__) == sorted(batch_constructs.__all__)
    assert list(_HOMES) == list(batch_constructs.__all__)
    assert typed_names() - {"Any"} == set(batch_constructs.__all__)
    assert set(batch_constructs.__all__) <= set(dir(batch_constructs))


def test_every_name_stands_in_an_example() -> None:
    """A new name gets an example, or is added here to the names that only the docs show."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in EXAMPLES.rglob("*.py"))
    shown = set(re.findall(r"\w+", text))
    assert sorted(set(batch_constructs.__all__) - shown) == IN_DOCS_ONLY


def test_a_wrong_name_is_an_attribute_error() -> None:
    """As in every module, and no import is tried."""
    with pytest.raises(AttributeError, match="has no attribute 'JobQueu'"):
        _ = batch_constructs.JobQueu


@pytest.mark.parametrize("name", batch_constructs.__all__)
def test_every_public_method_is_documented_and_typed(name: str) -> None:
    """Each method that we wrote has a docstring and annotations for every parameter and its result."""
    thing: Any = getattr(batch_constructs, name)
    for base in getattr(thing, "__mro__", ()):
        if not base.__module__.startswith("batch_constructs"):
            continue
        for attribute, value in vars(base).items():
            method = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
            if not inspect.isfunction(method) or (attribute.startswith("_") and attribute != "__init__"):
                continue
            if dataclasses.is_dataclass(base) and attribute == "__init__":
                continue
            if base.__name__.startswith("_"):
                continue
            assert method.__doc__, f"{base.__name__}.{attribute}"
            parameters = [
                each for each in inspect.signature(method).parameters.values() if each.name != "self"
            ]
            untyped = [
                each.name
                for each in parameters
                if each.annotation is inspect.Parameter.empty and each.name != "cls"
            ]
            assert untyped == [], f"{base.__name__}.{attribute}"
            assert "return" in method.__annotations__, f"{base.__name__}.{attribute}"


@pytest.mark.parametrize("name", [name for name in batch_constructs.__all__ if name[0].islower()])
def test_every_function_is_typed(name: str) -> None:
    """Each parameter has its type in the signature; so has the result."""
    function: Any = getattr(batch_constructs, name)
    assert set(function.__annotations__) == {*inspect.signature(function).parameters, "return"}


@pytest.mark.parametrize("name", constructs())
def test_constructs_take_scope_and_id_and_keywords(name: str) -> None:
    """``scope, id`` come first, everything else is keyword-only."""
    parameters = list(inspect.signature(getattr(batch_constructs, name).__init__).parameters.values())[1:]
    assert [each.name for each in parameters[:2]] == ["scope", "id"]
    assert {each.kind for each in parameters[2:]} <= {inspect.Parameter.KEYWORD_ONLY}
