"""The chain's state machine: its definition and the rights of its role."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Fn
from aws_cdk import aws_stepfunctions as sfn

import batch_constructs as bc
from batch_constructs import (
    ImportedJobQueue,
    JobChain,
    JobChainStateMachine,
    JobDependency,
    SubmitJobRequest,
)
from tests.permissions.simulator import ACCOUNT, ALLOWED, DENIED, Request, batch_arn, decide, policy_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/nightly"
DEFINITION = "arn:aws:batch:eu-west-1:123456789012:job-definition/align"
MACHINE = "AWS::StepFunctions::StateMachine"


def machine(stack: Stack, *, wait: bool = False, **members: Any) -> JobChainStateMachine:
    """Make a chain of two jobs, the second after the first; arguments can be changed."""
    members = {"job_queue": QUEUE, "job_definition": f"{DEFINITION}:7", **members}
    jobs = {
        "first": SubmitJobRequest(job_name="first", **members),
        "second": SubmitJobRequest(job_name="second", depends_on=[JobDependency(job_id="first")], **members),
    }
    return JobChainStateMachine(stack, "Chain", chain=JobChain(jobs=jobs), wait=wait)


def statements(only: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Return the actions of the role, with their resources."""
    found = only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    return {json.dumps(each["Action"]).strip('"'): each["Resource"] for each in found}


def own(service: str, resource: str) -> dict[str, Any]:
    """Return an ARN of the stack's account and Region."""
    parts = ["arn:", "AWS::Partition", f":{service}:", "AWS::Region", ":", "AWS::AccountId", f":{resource}"]
    return {"Fn::Join": ["", [{"Ref": part} if part.startswith("AWS::") else part for part in parts]]}


def definition_of(only: Callable[[str], dict[str, Any]]) -> Any:
    """Return the state machine's definition, with a word instead of each reference."""
    text = only(MACHINE)["DefinitionString"]
    parts = text["Fn::Join"][1]
    return json.loads("".join(part if isinstance(part, str) else "TOKEN" for part in parts))


def deployed(value: Any) -> Any:
    """Return a value as CloudFormation would deploy it, in a stack whose definition got revision 3."""
    match value:
        case {"Ref": str(name)}:
            known = {"Partition": "aws", "Region": "eu-west-1", "AccountId": "123456789012"}
            return known.get(name.removeprefix("AWS::"), f"{DEFINITION}-1:3")
        case {"Fn::Join": [separator, parts]}:
            return separator.join(deployed(part) for part in parts)
        case {"Fn::Select": [index, {"Fn::Split": [separator, text]}]}:
            return deployed(text).split(separator)[index]
        case list():
            return [deployed(each) for each in value]
    return value


def test_it_says_what_the_chain_says(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The definition is the chain's own, in the partition of the stack."""
    made = machine(stack)
    assert definition_of(only) == made.chain.to_step_functions_definition(partition="TOKEN")
    first = definition_of(only)["States"]["first"]
    assert first["Parameters"]["JobDefinition"] == f"{DEFINITION}:7"


def test_its_role_may_submit_the_chains_jobs_and_nothing_else(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """It has each queue and definition once, and never ``job-definition/*``; only this account is trusted."""
    machine(stack)
    assert statements(only) == {"batch:SubmitJob": [QUEUE, DEFINITION, f"{DEFINITION}:*"]}
    [trust] = only("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "states.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_waiting_needs_more_rights(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Step Functions reads jobs, ends those of a stopped execution, and gets events by its own rule."""
    machine(stack, wait=True)
    assert statements(only) == {
        "batch:SubmitJob": [QUEUE, DEFINITION, f"{DEFINITION}:*"],
        "batch:DescribeJobs": "*",
        "batch:TerminateJob": own("batch", "job/*"),
        '["events:DescribeRule", "events:PutRule", "events:PutTargets"]': own(
            "events", "rule/StepFunctionsGetEventsForBatchJobsRule"
        ),
    }
    assert definition_of(only)["States"]["second"]["Resource"].endswith(":states:::batch:submitJob.sync")


def test_tags_need_a_right_on_the_queue_and_the_definition_of_the_call(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], only: Callable[[str], dict[str, Any]]
) -> None:
    """wri/gfw-data-api#175, TerraConstructs/base#137: AWS Batch checks TagResource on both, and not on the job."""
    other = f"{DEFINITION}-untagged"
    jobs = {
        "tagged": SubmitJobRequest(
            job_name="tagged", job_queue=QUEUE, job_definition=f"{DEFINITION}:7", tags={"team": "x"}
        ),
        "plain": SubmitJobRequest(job_name="plain", job_queue=QUEUE, job_definition=other),
    }
    made = JobChainStateMachine(stack, "Chain", chain=JobChain(jobs=jobs))
    assert statements(only)["batch:TagResource"] == [QUEUE, DEFINITION, f"{DEFINITION}:*"]
    role = made.role.node.default_child
    policy = policy_of(synth(), stack.get_logical_id(role))  # type: ignore[arg-type] # the CfnRole
    assert decide(
        policy,
        Request("batch:TagResource", QUEUE),
        Request("batch:TagResource", f"{DEFINITION}:8"),
        Request("batch:TagResource", f"{other}:1"),
        Request("batch:SubmitJob", f"{other}:1"),
        Request("batch:TagResource", batch_arn("job/1b3f")),
    ) == [ALLOWED, ALLOWED, DENIED, ALLOWED, DENIED]


def test_untagged_jobs_get_no_right_to_tag(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The right to tag a queue would include changing its tags."""
    machine(stack)
    assert "batch:TagResource" not in statements(only)


def definition_of_kind(kind: str, stack: Stack) -> Any:
    """Return a definition of a kind that Step Functions' integration may or may not await."""
    from aws_cdk import Size
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ecs as ecs

    image, vcpus, memory = "busybox", 1, Size.mebibytes(2_048)
    container = bc.TaskContainer(name="main", image=image, vcpus=vcpus, memory=memory)
    pod = bc.EksContainer(image=image, vcpus=vcpus, memory=memory)
    match kind:
        case "one container":
            return bc.Ec2JobDefinition(stack, "Job", image=image, vcpus=vcpus, memory=memory)
        case "Fargate":
            return bc.FargateJobDefinition(stack, "Job", image=image, vcpus=vcpus, memory=memory)
        case "containers":
            return bc.MultiContainerJobDefinition(stack, "Job", containers=[container])
        case "Managed Instances":
            return bc.ManagedInstancesJobDefinition(stack, "Job", containers=[container])
        case "pod":
            return bc.EksJobDefinition(stack, "Job", containers=[pod])
        case "nodes":
            group = bc.NodeGroup(nodes=2, image=image, vcpus=vcpus, memory=memory)
            return bc.MultiNodeParallelJobDefinition(stack, "Job", node_groups=[group])
        case "nodes with containers":
            groups = [bc.EcsNodeGroup(nodes=2, containers=[container])]
            return bc.EcsMultiNodeParallelJobDefinition(stack, "Job", node_groups=groups)
        case "the L2's pod":
            inner = batch.EksContainerDefinition(
                stack, "Container", image=ecs.ContainerImage.from_registry(image)
            )
            return batch.EksJobDefinition(stack, "Job", container=inner)
    properties = batch.CfnJobDefinition.PodPropertiesProperty(
        containers=[batch.CfnJobDefinition.EksContainerProperty(image=image)]
    )
    pods = batch.CfnJobDefinition.EksPropertiesProperty(pod_properties=properties)
    return batch.CfnJobDefinition(stack, "Job", type="container", eks_properties=pods)


@pytest.mark.parametrize("given", ["construct", "arn", "name"])
@pytest.mark.parametrize(
    ("kind", "polled"),
    [
        ("one container", False),
        ("Fargate", False),
        ("containers", True),
        ("Managed Instances", True),
        ("pod", True),
        ("nodes", True),
        ("nodes with containers", True),
        ("the L2's pod", True),
        ("the L1's pod", True),
    ],
)
def test_step_functions_awaits_only_jobs_that_take_its_container_overrides(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], kind: str, polled: bool, given: str
) -> None:
    """nextflow-io/nextflow#5817: AWS Batch refuses container overrides for tasks, pods and nodes, so it polls."""
    job = definition_of_kind(kind, stack)
    arn = job.job_definition_ref.job_definition_arn
    definition = {"construct": job, "arn": arn, "name": Fn.select(1, Fn.split("/", arn))}[given]
    request = SubmitJobRequest(job_name="a", job_queue=QUEUE, job_definition=definition)
    made = JobChainStateMachine(stack, "Chain", chain=JobChain(jobs={"a": request}), wait=True)
    resources = synth()
    [found] = [each["Properties"] for each in resources.values() if each["Type"] == MACHINE]
    text = json.dumps(found["DefinitionString"])
    assert (":states:::batch:submitJob.sync" in text) is not polled
    assert (":states:::aws-sdk:batch:describeJobs" in text) is polled
    policy = policy_of(resources, stack.get_logical_id(made.role.node.default_child))  # type: ignore[arg-type]
    assert decide(
        policy,
        Request("batch:DescribeJobs", "*"),
        Request("batch:TerminateJob", batch_arn("job/1b3f")),
        Request(
            "events:PutRule",
            f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/StepFunctionsGetEventsForBatchJobsRule",
        ),
    ) == [ALLOWED, *([DENIED] * 2 if polled else [ALLOWED] * 2)]


def test_a_definition_that_is_imported_can_be_called_one_of_several_containers(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """The name of an imported definition does not show its kind."""
    request = SubmitJobRequest(job_name="a", job_queue=QUEUE, job_definition=DEFINITION)
    JobChainStateMachine(stack, "Chain", chain=JobChain(jobs={"a": request}), wait=True, polled=["a"])
    assert "submitJob.sync" not in json.dumps(only(MACHINE)["DefinitionString"])
    with pytest.raises(ValueError, match="polled must name jobs of the chain, got 'b'"):
        JobChainStateMachine(stack, "Other", chain=JobChain(jobs={"a": request}), wait=True, polled=["b"])
    assert stack.node.try_find_child("Other") is None


def test_queues_and_definitions_can_be_given_as_they_are(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """The job runs in the newest revision, and its consumable resources are granted."""
    from aws_cdk import Size

    licences = bc.ConsumableResource(stack, "Licences", total_quantity=1)
    job = bc.Ec2JobDefinition(
        stack, "Align", image="busybox", vcpus=1, memory=Size.mebibytes(512), consumes={licences: 1}
    )
    queue = ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE)
    machine(stack, job_queue=queue, job_definition=job)
    name = f"{DEFINITION}-1"
    *submits, consumed = statements(only)["batch:SubmitJob"]
    assert deployed(submits) == [QUEUE, name, f"{name}:*"]
    assert consumed == {"Fn::GetAtt": [stack.get_logical_id(licences.cfn), "ConsumableResourceArn"]}
    states = json.loads(deployed(only(MACHINE)["DefinitionString"]))["States"]
    assert {each["Parameters"]["JobDefinition"] for each in states.values()} == {name}


def test_names_do_as_well_as_arns(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The role gets the ARNs of the names in this account and Region."""
    machine(stack, job_queue="nightly", job_definition="align:7")
    assert deployed(statements(only)["batch:SubmitJob"]) == [QUEUE, DEFINITION, f"{DEFINITION}:*"]


@pytest.mark.parametrize("by", ["arn", "name"])
def test_a_definition_of_the_app_runs_in_its_newest_revision(
    stack: Stack, only: Callable[[str], dict[str, Any]], by: str
) -> None:
    """Pain 13 (cfn-coverage-roadmap#1761): no revision, whether the chain has the definition or its ARN."""
    from aws_cdk import Size

    from batch_constructs import Ec2JobDefinition

    made = Ec2JobDefinition(stack, "Align", image="busybox", vcpus=1, memory=Size.mebibytes(512))
    machine(stack, job_definition=getattr(made, f"job_definition_{by}"))
    name = f"{DEFINITION}-1"
    assert deployed(statements(only)["batch:SubmitJob"]) == [QUEUE, name, f"{name}:*"]
    states = json.loads(deployed(only(MACHINE)["DefinitionString"]))["States"]
    assert {each["Parameters"]["JobDefinition"] for each in states.values()} == {name}


def test_it_waits_for_its_rights(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """The state machine depends on the role's policy, or its first execution would fail."""
    made = machine(stack)
    found = synth()
    policy = next(name for name, each in found.items() if each["Type"] == "AWS::IAM::Policy")
    assert policy in found[stack.get_logical_id(made.cfn)]["DependsOn"]


def test_starting_it_can_be_granted(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """The grant allows executions of this state machine only."""
    from aws_cdk import aws_iam as iam

    made = machine(stack)
    made.grant_start_execution(iam.Role(stack, "Starter", assumed_by=iam.AccountRootPrincipal()))
    policies = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::IAM::Policy"]
    granted = [
        each
        for policy in policies
        for each in policy["PolicyDocument"]["Statement"]
        if each["Action"] == "states:StartExecution"
    ]
    arn = {"Fn::GetAtt": [stack.get_logical_id(made.cfn), "Arn"]}
    assert granted == [{"Action": "states:StartExecution", "Effect": "Allow", "Resource": arn}]


def test_jobs_take_what_differs_from_the_executions_input(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """The CDK's JsonPath works for strings and numbers; a dependency keeps its path to the other job's id."""
    machine(
        stack,
        array_size=sfn.JsonPath.number_at("$.shards"),
        parameters={
            "day": sfn.JsonPath.string_at("$.day"),
            "run": sfn.JsonPath.execution_name,
            "kind": "full",
        },
    )
    text = only(MACHINE)["DefinitionString"]
    text = "".join(part if isinstance(part, str) else "TOKEN" for part in text["Fn::Join"][1])
    second = json.loads(text)["States"]["second"]["Parameters"]
    assert second["ArrayProperties"] == {"Size.$": "$.shards"}
    assert second["Parameters"] == {"day.$": "$.day", "run.$": "$$.Execution.Name", "kind": "full"}
    assert second["DependsOn"] == [{"JobId.$": "$.jobs.first.JobId"}]


def test_the_input_reaches_the_job(
    stack: Stack, only: Callable[[str], dict[str, Any]], batch: Any, execute: Callable[..., Any]
) -> None:
    """A state language interpreter submits an array with the size and the day of its input."""
    request = SubmitJobRequest(
        job_name="load",
        job_queue="queue",
        job_definition="any",
        array_size=sfn.JsonPath.number_at("$.shards"),
        parameters={"day": sfn.JsonPath.string_at("$.day")},
    )
    JobChainStateMachine(stack, "Chain", chain=JobChain(jobs={"load": request}))
    parts = only(MACHINE)["DefinitionString"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "aws" for part in parts)
    found = execute(text, json.dumps({"day": "2027-01-31", "shards": 3}))
    assert found["status"] == "SUCCEEDED", found
    [job] = batch.describe_jobs(jobs=[json.loads(found["output"])["jobs"]["load"]["JobId"]])["jobs"]
    assert job["parameters"] == {"day": "2027-01-31"}
    assert job["arrayProperties"]["size"] == 3


def test_it_is_a_state_machine_to_the_cdk(stack: Stack) -> None:
    """Everything that takes a state machine reference accepts it."""
    made = machine(stack)
    assert made.state_machine_ref.state_machine_arn == made.state_machine_arn


def test_what_its_jobs_consume_is_granted_by_the_queue_or_missed_at_synth(stack: Stack) -> None:
    """A chain has only names, but the rules know the template."""
    from aws_cdk import Size

    from batch_constructs import ConsumableResource, Ec2JobDefinition
    from batch_constructs.testing import assert_no_findings

    licences = ConsumableResource(stack, "Licences", total_quantity=1)
    job = Ec2JobDefinition(
        stack, "Align", image="busybox", vcpus=1, memory=Size.mebibytes(512), consumes={licences: 1}
    )
    made = machine(stack, job_definition=job.job_definition_arn)
    with pytest.raises(AssertionError, match=r"CR-06.*must be allowed batch:SubmitJob on Stack/Licences"):
        assert_no_findings(stack, warnings=True)
    ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE).grant_submit_job(made.role, job)
    assert_no_findings(stack, warnings=True)


@pytest.mark.parametrize(
    ("member", "polled"), [("job_definition_arn", {"several"}), ("job_definition_name", {"several", "one"})]
)
def test_definitions_of_one_id_in_two_stacks_are_told_apart(member: str, polled: set[str]) -> None:
    """By ARN only the one with several containers is polled; by name both are, which works for all jobs."""
    from aws_cdk import App, Size, Stack

    memory = Size.gibibytes(1)
    app = App(context={"batch-constructs:checks": False})
    several, one, jobs = (Stack(app, name) for name in ("Several", "One", "Jobs"))
    pair = [bc.TaskContainer(name=name, image="busybox", vcpus=1, memory=memory) for name in "ab"]
    definitions = {
        "several": bc.MultiContainerJobDefinition(several, "Job", containers=pair),
        "one": bc.Ec2JobDefinition(one, "Job", image="busybox", vcpus=1, memory=memory),
    }
    requests = {
        name: SubmitJobRequest(job_name=name, job_queue=QUEUE, job_definition=getattr(definition, member))
        for name, definition in definitions.items()
    }
    JobChainStateMachine(jobs, "Chain", chain=JobChain(jobs=requests), wait=True)
    template = json.dumps(app.synth().get_stack_by_name("Jobs").template)
    assert {name for name in definitions if f"Look at {name}" in template} == polled


def test_what_the_requests_consume_is_granted(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Resources of the job and of its nodes are granted, by name or ARN."""
    arn = "arn:aws:batch:eu-west-1:123456789012:consumable-resource/seats"
    nodes = bc.NodeOverrides(
        node_property_overrides=[bc.NodePropertyOverride(target_nodes="0:", consumes={arn: 2})]
    )
    machine(stack, consumes={"licences": 1}, node_overrides=nodes)
    allowed = statements(only)["batch:SubmitJob"]
    assert own("batch", "consumable-resource/licences") in allowed
    assert arn in allowed
