"""Requests of the API become properties, and properties become requests."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs._border.cli_json.documents import document_of, properties_of, with_empties
from batch_constructs._border.problems import Problems
from batch_constructs.facts.requests import request

DEFINITION = request("RegisterJobDefinition")
QUEUE = request("CreateJobQueue")


def container(**members: Any) -> dict[str, Any]:
    members = {"image": "busybox", **members}
    return {"jobDefinitionName": "job", "type": "container", "containerProperties": members}


def read(document: dict[str, Any]) -> dict[str, Any]:
    problems = Problems()
    properties = properties_of(DEFINITION, document, problems)
    problems.raise_if_any()
    return properties


def test_members_change_their_case_and_keys_of_maps_do_not() -> None:
    """Keys of tags, parameters and driver options are the user's own."""
    document = {
        **container(logConfiguration={"logDriver": "awslogs", "options": {"awslogs-group": "jobs"}}),
        "parameters": {"inputFile": "a.mp4"},
        "tags": {"costCenter": "7"},
    }
    assert read(document) == {
        "JobDefinitionName": "job",
        "Type": "container",
        "ContainerProperties": {
            "Image": "busybox",
            "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": "jobs"}},
        },
        "Parameters": {"inputFile": "a.mp4"},
        "Tags": {"costCenter": "7"},
    }


def test_what_comes_in_goes_out_again() -> None:
    """Lists keep their order, and empty lists stay."""
    document = container(
        command=["echo", "Ref::b", "Ref::a"],
        environment=[],
        vcpus=1,
        volumes=[{"name": "b", "s3filesVolumeConfiguration": {"fileSystemArn": "arn"}}, {"name": "a"}],
    )
    assert document_of(DEFINITION, read(document), "Job") == document


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"type": "container"}, "register-job-definition must have jobDefinitionName, got none"),
        (
            container(imgae="busybox"),
            r"containerProperties must have members of the API only, got 'imgae' \(did you mean 'image'\?\)",
        ),
        (container(vcpus="4"), 'containerProperties.vcpus must be a whole number, got "4"'),
        (container(vcpus=True), "containerProperties.vcpus must be a whole number, got true"),
        (container(memory=1.5), "containerProperties.memory must be a whole number, got 1.5"),
        (container(privileged="yes"), 'containerProperties.privileged must be true or false, got "yes"'),
        (container(command="echo"), 'containerProperties.command must be a list, got "echo"'),
        (container(command=["echo", 1]), r"containerProperties.command\[1\] must be a string, got 1"),
        (container(user=None), "containerProperties.user must be a string, got null"),
        (
            container(linuxParameters=[]),
            r"containerProperties.linuxParameters must be an object, got \[\]",
        ),
        (
            {**container(), "consumableResourceProperties": {"consumableResourceList": [{}]}},
            r"consumableResourceList\[0\] must have quantity, got none",
        ),
        (container(instanceType="c7i.large"), "instanceType must be left out: CloudFormation does not take"),
        (
            container(ulimits=[{"name": "nofile", "softLimit": 1}]),
            r"containerProperties.ulimits\[0\] must have hardLimit, got none",
        ),
        ({**container(), "tags": {"a": 1}}, "tags must be an object of strings"),
    ],
)
def test_fails_when_the_cli_or_cloudformation_would_refuse_it(document: dict[str, Any], message: str) -> None:
    """Fails when a name is misspelt, a type is wrong or a member is missing, with the place in the message."""
    with pytest.raises(ValueError, match=message):
        read(document)


def test_all_mistakes_are_told_at_once() -> None:
    """There is one line for each mistake."""
    with pytest.raises(ValueError, match="imgae") as caught:
        read(container(imgae="busybox", memory="4"))
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ({"Ref": "Policy"}, "${Policy}"),
        ({"Fn::GetAtt": ["Policy", "Arn"]}, "${Policy.Arn}"),
        ({"Fn::GetAtt": "Policy.Arn"}, "${Policy.Arn}"),
        ({"Fn::Sub": "arn:${AWS::Partition}:batch"}, "arn:${AWS::Partition}:batch"),
        ({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":batch"]]}, "arn:${AWS::Partition}:batch"),
        ({"Fn::ImportValue": "Policy"}, '${{"Fn::ImportValue": "Policy"}}'),
    ],
)
def test_what_cloudformation_fills_in_is_written_as_in_sub(value: Any, text: str) -> None:
    """A request is JSON for people, so an ARN that does not exist yet is shown in the form of Fn::Sub."""
    assert document_of(QUEUE, {"SchedulingPolicyArn": value}, "Queue")["schedulingPolicyArn"] == text


def test_what_is_not_in_the_request_stays_in_the_template() -> None:
    """The logical id replaces a name that CloudFormation will make."""
    properties = {
        "Type": "container",
        "ResourceRetentionPolicy": {"SkipDeregisterOnUpdate": True},
        "Timeout": {"Ref": "AWS::NoValue"},
    }
    assert document_of(DEFINITION, properties, "Align") == {"jobDefinitionName": "Align", "type": "container"}


@pytest.mark.parametrize(
    ("document", "given", "expected"),
    [
        ({"a": 1}, {"a": 1, "b": {}}, {"a": 1, "b": {}}),
        ({"a": 1}, {"a": 1, "b": {"c": {}}}, {"a": 1, "b": {"c": {}}}),
        ({"a": 1}, {"a": 1, "b": 2}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": {}}]}, {"a": [{"b": 1, "c": {}}]}),
        ({"a": [1, 2]}, {"a": [1]}, {"a": [1, 2]}),
        ({"a": [1]}, {"a": "b"}, {"a": [1]}),
        ({"a": [1]}, {}, {"a": [1]}),
        ({"a": "b"}, {"a": [1]}, {"a": "b"}),
        ({"a": {"b": 1}}, {"a": "${Object}"}, {"a": {"b": 1}}),
        ({"a": "${Object}"}, {"a": {"b": {}}}, {"a": "${Object}"}),
    ],
)
def test_only_the_empty_objects_of_the_given_document_come_back(
    document: dict[str, Any], given: dict[str, Any], expected: dict[str, Any]
) -> None:
    """An empty object is put back where the document has no value; every value of the document stays."""
    assert with_empties(document, given) == expected
