"""What the command line deploys is what the examples promise, as far as moto can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from moto.cloudformation.parsing import get_model_map

from tests.deploy.cdk_cli import EXAMPLES, GOLDEN, Deployment
from tests.deploy.moto_patches import STOOD_IN_FOR
from tests.submissions.cli_lines import request_of

if TYPE_CHECKING:
    from tests.deploy.cdk_cli import Cdk, Clients
    from tests.deploy.moto_server import MotoServer

# moto's CloudFormation leaves these out of a stack, with a warning in its log: no deploy here proves them. Nor does it
# prove those of STOOD_IN_FOR.
NOT_CREATED_BY_MOTO = {
    "AWS::CDK::Metadata",
    "AWS::Budgets::Budget",
    "AWS::Chatbot::SlackChannelConfiguration",
    "AWS::CloudTrail::Trail",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::FSx::DataRepositoryAssociation",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Logs::QueryDefinition",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
}
# These do not deploy at all: what they are about is a type that moto does not know.
NOT_DEPLOYED_BY_MOTO = {
    "eks.EksJobs": {
        "AWS::EKS::AccessEntry",
        "AWS::EKS::Cluster",
        "AWS::EKS::Nodegroup",
    },
    "existing_cluster.ExistingCluster": {
        "AWS::EKS::AccessEntry",
        "AWS::EKS::PodIdentityAssociation",
    },
    "sagemaker_service_jobs.SageMakerServiceJobs": {
        "AWS::Batch::QuotaShare",
        "AWS::Batch::ServiceEnvironment",
    },
}
# The command line deploys these; the others go to CloudFormation as they were reviewed.
BY_COMMAND_LINE = ("quickstart", "media_transcoding")
# moto keeps no outputs of a stack that the command line deploys, and other stacks of an example have no jobs.
WITHOUT_SUBMISSION = {"BatchQuickstart", "MediaTranscoding", "Compute", "Network", "Observability"}
# The later deploys of an example, over the first one. moto's update fails at what names a resource that an update leaves
# alone; what these do, `changes` says in tests/test_examples.py.
LATER_STEPS = ("blue_green-step2.BlueGreen", "blue_green-step3.BlueGreen")
BY_TEMPLATE = [
    name
    for name in GOLDEN
    if not name.startswith(BY_COMMAND_LINE) and name not in {*NOT_DEPLOYED_BY_MOTO, *LATER_STEPS}
]


@pytest.fixture(params=[*BY_COMMAND_LINE, *BY_TEMPLATE])
def example(request: pytest.FixtureRequest) -> Deployment:
    return _deployed(request, request.param)


def _has_environments(name: str) -> bool:
    return "AWS::Batch::ComputeEnvironment" in Deployment.of_template(name).types().values()


@pytest.fixture(params=[*BY_COMMAND_LINE, *filter(_has_environments, BY_TEMPLATE)])
def with_environments(request: pytest.FixtureRequest) -> Deployment:
    return _deployed(request, request.param)


def _deployed(request: pytest.FixtureRequest, name: str) -> Deployment:
    found: Deployment
    if name in BY_COMMAND_LINE:
        found = request.getfixturevalue(name)
        return found
    server: MotoServer = request.getfixturevalue("server")
    # Templates name a parameter of the account's bootstrap.
    aws, _ = request.getfixturevalue("aws"), request.getfixturevalue("cdk")
    found = Deployment.of_template(name)
    for needed in found.needs():
        _deployed(request, f"{name.partition('.')[0]}.{needed}")
    server.once(name, lambda: found.create(aws))
    return found


def test_stack_is_complete(example: Deployment, aws: Clients) -> None:
    """Each example deploys in one go."""
    [stack] = aws("cloudformation").describe_stacks(StackName=example.stack_name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"


def test_moto_leaves_out_only_what_is_known(request: pytest.FixtureRequest, aws: Clients) -> None:
    """Every resource of every example was created, except for those of the types that moto does not know."""
    left_out: set[str] = set()
    used: set[str] = set()
    for name in (*BY_COMMAND_LINE, *BY_TEMPLATE):
        deployed = _deployed(request, name)
        created = deployed.created(aws)
        used |= set(deployed.types().values())
        left_out |= {kind for name, kind in deployed.types().items() if name not in created}
    assert left_out == NOT_CREATED_BY_MOTO
    assert set(STOOD_IN_FOR) <= used


@pytest.mark.parametrize("name", NOT_DEPLOYED_BY_MOTO)
def test_what_is_not_deployed_has_its_reason(name: str) -> None:
    """The example has these types, and this version of moto knows none of them."""
    unknown = NOT_DEPLOYED_BY_MOTO[name]
    assert unknown <= set(Deployment.of_template(name).types().values())
    assert not unknown & set(get_model_map())


def test_the_first_submission_of_an_example_is_taken(example: Deployment, aws: Clients) -> None:
    """The line that the stack puts out names a queue and a definition that are there."""
    [stack] = aws("cloudformation").describe_stacks(StackName=example.stack_name)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    lines = [value for value in outputs.values() if value.startswith("aws batch submit-job ")]
    assert (not lines) == (example.stack_name in WITHOUT_SUBMISSION)
    for line in lines:
        request = request_of(line)
        assert len(aws("batch").describe_job_queues(jobQueues=[request["jobQueue"]])["jobQueues"]) == 1, line
        definitions = example.ids(aws, "AWS::Batch::JobDefinition")
        assert request["jobDefinition"] in {each.rpartition("/")[2].partition(":")[0] for each in definitions}


def test_every_environment_is_valid(with_environments: Deployment, aws: Clients) -> None:
    """Roles, profiles, subnets and security groups of each environment exist, and it takes jobs if it is to."""
    environments = _environments(with_environments, aws)
    assert {each["status"] for each in environments} == {"VALID"}
    written = [
        resource["Properties"]["State"]
        for resource in with_environments.template["Resources"].values()
        if resource["Type"] == "AWS::Batch::ComputeEnvironment"
    ]
    assert "ENABLED" in written
    assert sorted(each["state"] for each in environments) == sorted(written)


def test_launch_templates_have_the_version_that_the_environments_name(
    with_environments: Deployment, aws: Clients
) -> None:
    """No environment names a launch template or a version that does not exist."""
    named = [
        e["computeResources"]["launchTemplate"]
        for e in _environments(with_environments, aws)
        if e["computeResources"]["type"] in {"EC2", "SPOT"}
    ]
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
    """Return the resource behind a `Ref` or an `Fn::GetAtt`."""
    name: str = reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0]
    return name
