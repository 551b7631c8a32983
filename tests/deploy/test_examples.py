"""What the command line deploys is what the examples promise, as far as moto can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.deploy.cdk_cli import EXAMPLES

if TYPE_CHECKING:
    from tests.deploy.cdk_cli import Cdk, Clients, Deployment

# moto's CloudFormation leaves these out of a stack, with a warning in its log: no deploy here proves them.
NOT_CREATED_BY_MOTO = {
    "AWS::CDK::Metadata",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}


@pytest.fixture(params=["quickstart", "media_transcoding"])
def example(request: pytest.FixtureRequest) -> Deployment:
    deployment: Deployment = request.getfixturevalue(request.param)
    return deployment


def test_stack_is_complete(example: Deployment, aws: Clients) -> None:
    """Each example deploys in one go."""
    [stack] = aws("cloudformation").describe_stacks(StackName=example.stack_name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"


def test_moto_leaves_out_only_what_is_known(
    quickstart: Deployment, media_transcoding: Deployment, aws: Clients
) -> None:
    """Every resource was created, except for those of the types that moto does not know."""
    left_out: set[str] = set()
    for example in (quickstart, media_transcoding):
        created = example.created(aws)
        left_out |= {kind for name, kind in example.types().items() if name not in created}
    assert left_out == NOT_CREATED_BY_MOTO


def test_every_environment_is_valid(example: Deployment, aws: Clients) -> None:
    """Roles, profiles, subnets and security groups of each environment exist, and it takes jobs."""
    environments = _environments(example, aws)
    assert environments
    assert {(e["status"], e["state"]) for e in environments} == {("VALID", "ENABLED")}


def test_launch_templates_have_the_version_that_the_environments_name(
    example: Deployment, aws: Clients
) -> None:
    """No environment names a launch template or a version that does not exist."""
    named = [
        e["computeResources"]["launchTemplate"]
        for e in _environments(example, aws)
        if e["computeResources"]["type"] in {"EC2", "SPOT"}
    ]
    assert named
    for template in named:
        found = aws("ec2").describe_launch_template_versions(
            LaunchTemplateId=template["launchTemplateId"], Versions=[template["version"]]
        )
        assert len(found["LaunchTemplateVersions"]) == 1


def test_queues_try_the_environments_in_the_order_of_the_template(example: Deployment, aws: Clients) -> None:
    """Each queue points at its environments, in order."""
    created = example.created(aws)
    for name, resource_type in example.types().items():
        if resource_type == "AWS::Batch::JobQueue":
            written = example.template["Resources"][name]["Properties"]["ComputeEnvironmentOrder"]
            assert _order(aws, created[name]) == [
                created[_logical_id(entry["ComputeEnvironment"])]
                for entry in sorted(written, key=lambda entry: entry["Order"])
            ]


def test_second_deploy_changes_nothing(cdk: Cdk, quickstart: Deployment) -> None:
    """Deploying the same assembly again is no update."""
    assert f"{quickstart.stack_name} (no changes)" in cdk.deploy_again(quickstart)


def test_app_synthesized_anew_does_not_differ(cdk: Cdk, quickstart: Deployment) -> None:
    """The next synth gives the template that is deployed."""
    assert "There were no differences" in cdk.diff(EXAMPLES / "quickstart")


def _environments(example: Deployment, aws: Clients) -> list[dict[str, Any]]:
    arns = example.ids(aws, "AWS::Batch::ComputeEnvironment")
    found: list[dict[str, Any]] = aws("batch").describe_compute_environments(computeEnvironments=arns)[
        "computeEnvironments"
    ]
    assert len(found) == len(arns)
    return found


def _order(aws: Clients, queue: str) -> list[str]:
    [found] = aws("batch").describe_job_queues(jobQueues=[queue])["jobQueues"]
    return [
        entry["computeEnvironment"]
        for entry in sorted(found["computeEnvironmentOrder"], key=lambda entry: entry["order"])
    ]


def _logical_id(reference: dict[str, Any]) -> str:
    """The resource behind a `Ref` or an `Fn::GetAtt`."""
    name: str = reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0]
    return name
