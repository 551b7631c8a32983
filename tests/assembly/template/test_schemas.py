"""Views match CloudFormation's schemas and SubmitJob, and those of AWS Batch have every member."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from batch_constructs.assembly.template import members, views
from batch_constructs.assembly.template.resources import Submission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import View

# Types of the CDK's custom resources and of a transform: no schema describes them.
WITHOUT_SCHEMA = {
    "AWS::Serverless::StateMachine",
    "Custom::AWSCDK-EKS-Cluster",
    "Custom::S3BucketNotifications",
    "Custom::VpcRestrictDefaultSG",
}
# Members that no rule, table or picture reads, each with the reason why there is nothing to say about it.
UNDECLARED = {
    "AWS::Batch::ComputeEnvironment Context": "reserved by AWS: no page says what it does",
    "AWS::Batch::ComputeEnvironment "
    "ComputeResources.ManagedInstancesProvider.InstanceLaunchTemplate.InstanceMetadataTagsPropagation": (
        "a switch: AWS takes both values everywhere"
    ),
    "AWS::Batch::ComputeEnvironment "
    "ComputeResources.ManagedInstancesProvider.InstanceLaunchTemplate.LocalStorageConfiguration": (
        "a switch: AWS takes both values everywhere"
    ),
}
KINDS: dict[type[views.Member[Any]], set[str]] = {
    members.Boolean: {"boolean"},
    members.Integer: {"integer", "number"},
    members.Keyword: {"string"},
    members.Link: {"string"},
    members.Links: {"array"},
    members.Number: {"integer", "number"},
    members.Struct: {"object"},
    members.Structs: {"array"},
    members.Text: {"string"},
    members.TextMap: {"object"},
    members.Texts: {"array"},
}


def declared(kind: type[View]) -> list[views.Member[Any]]:
    """Return the members of a view that a template has, including inherited ones."""
    found = {
        name: member
        for base in reversed(kind.__mro__)
        for name, member in vars(base).items()
        if isinstance(member, views.Member)
    }
    return [member for member in found.values() if member.name]


class Schema:
    """A resource type as CloudFormation's registry describes it."""

    def __init__(self, kind: str) -> None:
        self.root: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema

    def target(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            node = self.root["definitions"][node["$ref"].rpartition("/")[2]]
        return node

    def types(self, node: dict[str, Any]) -> set[str]:
        types = self.target(node).get("type", ())
        return {types} if isinstance(types, str) else set(types)

    def below(self, node: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the members of a structure, or of the structures in a list; none for free JSON."""
        node = self.target(node)
        found = dict(self.below(node["items"])) if "items" in node else dict(node.get("properties", {}))
        for choice in ("allOf", "anyOf", "oneOf"):
            for alternative in node.get(choice, ()):
                found |= self.below(alternative)
        return found


def held(schema: Schema, node: dict[str, Any], kind: type[View], path: str) -> Iterator[tuple[str, str, str]]:
    """Yield each member of a view or of the schema: the view's name for it, its path, and the problem."""
    there = schema.below(node)
    # A policy document, for example: IAM's JSON, which no schema of CloudFormation describes.
    if not there:
        return
    ours = declared(kind)
    for member in ours:
        where, name = f"{path}.{member.name}".lstrip("."), f"{kind.__name__}.{member.attribute}"
        if member.name not in there:
            yield name, where, "not in the schema"
            continue
        expected, types = KINDS.get(type(member)), schema.types(there[member.name])
        wrong = expected is not None and types and not types & expected
        yield name, where, f"of type {', '.join(sorted(types))}" if wrong else ""
        if member.part is not None:
            yield from held(schema, there[member.name], member.part, where)
    for name in there.keys() - {member.name for member in ours}:
        yield "", f"{path}.{name}".lstrip("."), "undeclared"


@cache
def everything() -> list[tuple[str, str, str, str]]:
    """Yield the results of `held` for all resource types, with the type."""
    return [
        (kind, *each)
        for kind, view in sorted(views._BY_TYPE.items())
        if kind not in WITHOUT_SCHEMA
        for schema in [Schema(kind)]
        for each in held(schema, schema.root, view, "")
    ]


def test_every_member_is_one_of_the_schema() -> None:
    """Fails for a misspelt member, which no template has. A view of several types needs it in one of them."""
    right = {name for _, name, _, problem in everything() if not problem}
    wrong = {(name, where) for _, name, where, problem in everything() if problem == "not in the schema"}
    assert len(right) > 400
    assert sorted((name, where) for name, where in wrong if name not in right) == []


def test_every_member_is_of_the_kind_that_the_schema_has() -> None:
    """Fails for a number that is read as a string, or a list that is read as a structure."""
    assert [(name, problem) for _, name, _, problem in everything() if problem.startswith("of type")] == []


def test_every_member_of_aws_batch_is_declared() -> None:
    """A new member of AWS fails here until a view has it, or the table has a reason; attributes do not count."""
    undeclared = {
        f"{kind} {where}"
        for kind, _, where, problem in everything()
        if kind.startswith("AWS::Batch::") and problem == "undeclared"
    }
    attributes = {
        f"{kind} {path.removeprefix('/properties/').replace('/*/', '/').replace('/', '.')}"
        for kind in views._BY_TYPE
        if kind.startswith("AWS::Batch::")
        for path in Schema(kind).root.get("readOnlyProperties", ())
    }
    assert undeclared - attributes == set(UNDECLARED)


def test_types_without_a_schema_are_of_others() -> None:
    """Fails when a type without a schema is gone from the views, or AWS has a schema for it."""
    assert set(views._BY_TYPE) >= WITHOUT_SCHEMA
    known = set(PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"))
    assert set(views._BY_TYPE) - known <= WITHOUT_SCHEMA


def test_a_submission_has_the_members_of_the_request() -> None:
    """The members are botocore's, spelled as in Step Functions; only the sender's role is not in the request."""
    import boto3

    model = boto3.client("batch", region_name="eu-west-1").meta.service_model
    found = list(of_request(model.operation_model("SubmitJob").input_shape, Submission, ""))
    right = {name for name, _, problem in found if not problem}
    assert len(right) > 50
    assert {name for name, _, problem in found if problem == "not in the request"} - right == {
        "Submission.role",
        "Submission.role_arn",
    }
    assert [where for _, where, problem in found if problem == "undeclared"] == []


def of_request(shape: Any, kind: type[View], path: str) -> Iterator[tuple[str, str, str]]:
    """Yield the results of `held` for a request."""
    while shape.type_name == "list":
        shape = shape.member
    there = {name[:1].upper() + name[1:]: inner for name, inner in shape.members.items()}
    ours = declared(kind)
    for member in ours:
        where, name = f"{path}.{member.name}".lstrip("."), f"{kind.__name__}.{member.attribute}"
        yield name, where, "" if member.name in there else "not in the request"
        if member.name in there and member.part is not None:
            yield from of_request(there[member.name], member.part, where)
    for name in there.keys() - {member.name for member in ours}:
        yield "", f"{path}.{name}".lstrip("."), "undeclared"
