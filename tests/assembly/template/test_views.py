"""Members are typed, resolved and cached; a wrong type is an unknown."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.template import Resource, Unknown, is_known, literals, model_of
from batch_constructs.assembly.template.resources import (
    ComputeEnvironment,
    Container,
    JobDefinition,
    JobQueue,
    LaunchTemplate,
    RetryStrategy,
    Role,
)

WRONG = [[], {}, [1], {"a": 1}, None, {"Ref": "Parameter"}, {"Fn::If": ["C", 1, "x"]}]


def resource(type_: str, properties: Any, **others: Any) -> Any:
    model = model_of({"Resources": {"It": {"Type": type_, "Properties": properties}, **others}})
    return model.resources[0]


@pytest.mark.parametrize("value", [7, "7", 7.0, "7.0"])
def test_integers(value: Any) -> None:
    """CloudFormation accepts whole numbers as strings and with a decimal point."""
    assert resource("AWS::Batch::JobQueue", {"Priority": value}).priority == 7


@pytest.mark.parametrize("value", [*WRONG, "x", 1.5, "1.5", True, "1e999", float("inf"), "9" * 50])
def test_wrong_integers(value: Any) -> None:
    """Anything else is an unknown."""
    assert isinstance(resource("AWS::Batch::JobQueue", {"Priority": value}).priority, Unknown)


def test_texts_and_keywords() -> None:
    """Scalars are converted to strings as CloudFormation does it; keywords are in capitals."""
    queue = resource("AWS::Batch::JobQueue", {"JobQueueName": 5, "State": "enabled"})
    assert (queue.name, queue.state, queue.job_queue_type) == ("5", "ENABLED", None)


@pytest.mark.parametrize(("value", "truth"), [(True, True), ("true", True), ("False", False), (False, False)])
def test_booleans(value: Any, truth: bool) -> None:
    """CloudFormation accepts booleans as strings."""
    assert resource("AWS::Batch::JobDefinition", {"PropagateTags": value}).propagate_tags is truth
    assert isinstance(resource("AWS::Batch::JobDefinition", {"PropagateTags": 1}).propagate_tags, Unknown)


def test_an_absent_structure_has_absent_members() -> None:
    """Structures can be read at any depth, given or not."""
    environment = resource("AWS::Batch::ComputeEnvironment", {"Type": "MANAGED"})
    specification = environment.compute_resources.launch_template
    assert specification.absent
    assert not specification.present
    assert specification.version is None
    assert not specification.omits("Version")
    assert list(environment.compute_resources.instance_types) == []
    assert not environment.compute_resources.instance_types.given


@pytest.mark.parametrize(
    "value", [5, "x", [], {"Ref": "Parameter"}, {"Fn::If": ["C", {"Type": "EC2"}, {"Type": "SPOT"}]}]
)
def test_an_unknown_structure_has_unknown_members(value: Any) -> None:
    """A member of an unknown structure is neither present nor absent, at any depth."""
    resources = resource("AWS::Batch::ComputeEnvironment", {"ComputeResources": value}).compute_resources
    assert not resources.present
    assert not resources.absent
    assert isinstance(resources.type, Unknown)
    assert isinstance(resources.launch_template.version, Unknown)
    assert not resources.subnet_ids.complete
    assert not resources.fargate
    assert not resources.ec2


def test_properties_may_be_unknown() -> None:
    """A resource whose properties come from a macro is completely unknown."""
    queue = resource("AWS::Batch::JobQueue", {"Fn::Transform": {"Name": "M"}})
    assert isinstance(queue.priority, Unknown)
    extended = resource("AWS::Batch::JobQueue", {"Fn::Transform": {"Name": "M"}, "Priority": 1})
    assert extended.priority == 1
    assert isinstance(extended.state, Unknown)


def test_lists_know_if_they_are_complete() -> None:
    """Elements that may be omitted make a list incomplete; omitted elements are dropped."""
    maybe = {"Fn::If": ["C", "a", {"Ref": "AWS::NoValue"}]}
    types = ["c7i", {"Ref": "AWS::NoValue"}, {"Ref": "P"}, 5]
    resources = {"InstanceTypes": types, "Subnets": ["s", maybe], "SecurityGroupIds": {"Ref": "Groups"}}
    environment = resource("AWS::Batch::ComputeEnvironment", {"ComputeResources": resources})
    found = environment.compute_resources
    assert literals(found.instance_types) == ["c7i", "5"]
    assert (len(found.instance_types), found.instance_types.complete) == (3, True)
    assert (list(found.subnet_ids), found.subnet_ids.complete) == (["s"], False)
    assert (list(found.security_group_ids), found.security_group_ids.complete) == ([], False)


def test_maps() -> None:
    """A mapping of strings is a dictionary, or an unknown if a member may be missing."""
    queue = resource(
        "AWS::Batch::JobQueue", {"Tags": {"a": 1, "b": {"Ref": "P"}, "c": {"Ref": "AWS::NoValue"}}}
    )
    assert is_known(queue.tags)
    assert queue.tags["a"] == "1"
    assert set(queue.tags) == {"a", "b"}
    maybe = {"a": {"Fn::If": ["C", "x", {"Ref": "AWS::NoValue"}]}}
    assert isinstance(resource("AWS::Batch::JobQueue", {"Tags": maybe}).tags, Unknown)


def test_links_lead_from_the_queue_to_the_role() -> None:
    """References lead from one resource to the next, by Ref, by name and by ARN."""
    model = model_of(
        {
            "Resources": {
                "Queue": {
                    "Type": "AWS::Batch::JobQueue",
                    "Properties": {
                        "ComputeEnvironmentOrder": [
                            {"Order": 1, "ComputeEnvironment": {"Ref": "One"}},
                            {"Order": 2, "ComputeEnvironment": "two"},
                            {
                                "Order": 3,
                                "ComputeEnvironment": {
                                    "Fn::Sub": "arn:aws:batch:${AWS::Region}:1:compute-environment/two"
                                },
                            },
                        ]
                    },
                },
                "One": {
                    "Type": "AWS::Batch::ComputeEnvironment",
                    "Properties": {
                        "ComputeResources": {
                            "InstanceRole": {"Fn::Sub": "arn:aws:iam::1:instance-profile/${Profile}"},
                            "LaunchTemplate": {"LaunchTemplateName": "template"},
                        }
                    },
                },
                "Two": {
                    "Type": "AWS::Batch::ComputeEnvironment",
                    "Properties": {"ComputeEnvironmentName": "two"},
                },
                "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}},
                "Role": {"Type": "AWS::IAM::Role"},
                "Template": {
                    "Type": "AWS::EC2::LaunchTemplate",
                    "Properties": {"LaunchTemplateName": "template"},
                },
            }
        }
    )
    [queue] = model.of(JobQueue)
    assert [environment.logical_id for environment in queue.environments] == ["One", "Two", "Two"]
    assert queue.sees_all_environments
    resources = queue.environments[0].compute_resources
    assert resources.instance_profile is not None
    assert list(resources.instance_profile.roles) == list(model.of(Role))
    assert resources.launch_template.launch_template is model.of(LaunchTemplate)[0]


def test_a_reference_to_another_kind_of_resource_is_no_link() -> None:
    """A role in place of an instance profile is not a link."""
    environment = resource(
        "AWS::Batch::ComputeEnvironment",
        {"ComputeResources": {"InstanceRole": {"Fn::GetAtt": ["Role", "Arn"]}}},
        Role={"Type": "AWS::IAM::Role"},
    )
    assert environment.compute_resources.instance_profile is None
    assert isinstance(environment.compute_resources.instance_role, Unknown)


def test_structures_are_found_wherever_they_are() -> None:
    """All containers of all definitions are found in one call; omitted ones are not."""
    container = {"Image": "x"}
    jobs = {
        "A": {"ContainerProperties": container, "RetryStrategy": {}},
        "B": {
            "NodeProperties": {"NodeRangeProperties": [{"Container": container}, {"Container": container}]}
        },
        "C": {"EcsProperties": {"TaskProperties": [{"Containers": [container, container]}]}},
        "D": {},
    }
    definitions = {
        name: {"Type": "AWS::Batch::JobDefinition", "Properties": job} for name, job in jobs.items()
    }
    model = model_of({"Resources": definitions})
    assert [view.property_path() for view in model.of(Container)] == [
        "ContainerProperties",
        "NodeProperties.NodeRangeProperties[0].Container",
        "NodeProperties.NodeRangeProperties[1].Container",
        "EcsProperties.TaskProperties[0].Containers[0]",
        "EcsProperties.TaskProperties[0].Containers[1]",
    ]
    assert len(model.of(RetryStrategy)) == 1


def test_requirements_of_a_container() -> None:
    """An amount is found by its type; it is unknown if the list or a type is."""

    def amount(requirements: Any) -> Any:
        properties = {"ContainerProperties": {"ResourceRequirements": requirements}}
        return resource("AWS::Batch::JobDefinition", properties).container_properties.requirement("GPU")

    assert amount([{"Type": "VCPU", "Value": "1"}]) is None
    assert amount([{"Type": "gpu", "Value": 2}]) == "2"
    assert isinstance(amount([{"Type": {"Ref": "P"}, "Value": "1"}]), Unknown)
    assert isinstance(amount({"Ref": "P"}), Unknown)


@pytest.mark.parametrize(
    ("capabilities", "platform"),
    [({}, "EC2"), ({"PlatformCapabilities": []}, "EC2"), ({"PlatformCapabilities": ["fargate"]}, "FARGATE")],
)
def test_platforms(capabilities: dict[str, Any], platform: str) -> None:
    """The default platform of a definition is EC2."""
    definition = resource("AWS::Batch::JobDefinition", capabilities)
    assert definition.platform == platform
    assert definition.fargate is (platform == "FARGATE")


def test_user_data_comes_in_clear() -> None:
    """Base64 is decoded, by function and literally; unknown parts stay unknown."""

    def user_data(value: Any) -> Any:
        return resource(
            "AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {"UserData": value}}
        ).data.user_data

    assert user_data({"Fn::Base64": "#!/bin/sh"}) == "#!/bin/sh"
    assert user_data("IyEvYmluL3No") == "#!/bin/sh"
    assert user_data({"Fn::Base64": {"Fn::Sub": "#!${AWS::Region}"}}).prefix == "#!"
    assert isinstance(user_data("not base64!"), Unknown)
    assert isinstance(user_data({"Ref": "P"}), Unknown)


def test_views_cannot_be_changed() -> None:
    """A rule cannot change what the next rule sees."""
    queue = resource("AWS::Batch::JobQueue", {"Priority": 1})
    with pytest.raises(AttributeError, match="cannot be changed"):
        queue.priority = 2


def test_a_resource_knows_where_it_is_from() -> None:
    """A resource has its condition, dependencies and construct path."""
    entry = {"Type": "X", "Condition": "C", "DependsOn": "A", "Metadata": {"aws:cdk:path": "Stack/Queue"}}
    model = model_of({"Resources": {"It": entry, "Rubbish": 5, "NoType": {}, "OddType": {"Type": []}}})
    [it] = model.resources
    assert isinstance(it, Resource)
    assert it.conditional
    assert it.depends_on == ("A",)
    assert it.construct_path == "Stack/Queue"
    assert model.of(ComputeEnvironment) == ()
    assert model.of(JobDefinition) == ()
