"""The members of requests, compared with AWS's own models."""

from __future__ import annotations

import json

import pytest

from batch_constructs.facts import regenerate_requests, requests
from batch_constructs.facts._data import FOLDER


def test_the_shipped_file_is_what_the_command_makes() -> None:
    """The data were not edited by hand, and the installed models are not newer."""
    assert json.loads((FOLDER / requests.DATA_FILE).read_text()) == regenerate_requests.content()


@pytest.mark.parametrize(
    ("operation", "command", "name"),
    [
        ("RegisterJobDefinition", "register-job-definition", "jobDefinitionName"),
        ("CreateSchedulingPolicy", "create-scheduling-policy", "name"),
        ("CreateComputeEnvironment", "create-compute-environment", "computeEnvironmentName"),
    ],
)
def test_a_request_knows_its_command_and_its_name(operation: str, command: str, name: str) -> None:
    """As in the AWS CLI and the API."""
    request = requests.request(operation)
    assert (request.cli_command, request.name_member) == (command, name)
    assert name in requests.structure(request.structure).members


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("vcpus", "Vcpus"),
        ("minvCpus", "MinvCpus"),
        ("sizeInGiB", "SizeInGiB"),
        ("s3filesVolumeConfiguration", "S3FilesVolumeConfiguration"),
    ],
)
def test_a_member_becomes_a_property(member: str, name: str) -> None:
    """By its first letter, with the exceptions of CloudFormation."""
    assert requests.property_name(member) == name


def test_what_cloudformation_lacks_is_known() -> None:
    """The instance type of a single container has no use, and the schema refuses it."""
    lacking = requests.request("RegisterJobDefinition").lacking
    assert "containerProperties.instanceType" in lacking
    assert "nodeProperties.nodeRangeProperties.container.instanceType" not in lacking
