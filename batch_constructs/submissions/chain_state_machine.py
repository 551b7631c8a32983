"""A chain of jobs as a state machine of its own."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import jsii
from aws_cdk import Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.interfaces.aws_stepfunctions import IStateMachineRef, StateMachineReference

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place, resource_behind
from batch_constructs._border.problems import Problems
from batch_constructs._border.references import Referable
from batch_constructs._border.tokens import known
from batch_constructs.job_definitions.base import arn_of, consumed_by, name_and_revisions
from batch_constructs.permissions.grants import check_account
from batch_constructs.submissions.chain import JobChain, check_polled
from batch_constructs.submissions.places import queue_text, runs_one_container

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef
    from constructs import Construct

    from batch_constructs.submissions.request import SubmitJobRequest

__all__ = ["JobChainStateMachine"]

# Step Functions makes this rule once in an account, to be notified about the jobs that it waits for.
_RULE_OF_STEP_FUNCTIONS = "StepFunctionsGetEventsForBatchJobsRule"
_REF = re.compile(r'"Ref": "(\w+)"')


@checked
@jsii.implements(IStateMachineRef)
class JobChainStateMachine(Referable):
    """A Step Functions state machine that submits a chain of jobs each time it is started.

    Its role may submit the chain's definitions to the chain's queues, with the tags and consumable resources of the
    requests, and nothing else. Definitions of this app run in their newest revision. The consumable resources of
    imported definitions are unknown: allow them by ``queue.grant_submit_job`` for the ``role``.

    Jobs take values that differ between executions from the input, by the CDK's ``sfn.JsonPath``: in the chain's
    requests ``parameters={"day": sfn.JsonPath.string_at("$.day")}``, or an ``array_size`` of
    ``sfn.JsonPath.number_at("$.shards")``. `ScheduledJobChain` starts it on a schedule.

    Guide: Job Dependencies; Example Array Job Workflow.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        chain: JobChain,
        wait: bool = False,
        polled: Collection[str] = (),
    ) -> None:
        """Create the state machine and its role.

        Args:
            scope: Where the state machine belongs.
            id: Its name in that scope.
            chain: The jobs. Their queues and definitions are constructs, names or ARNs.
            wait: Whether an execution ends with the last jobs, and fails with them. By default it ends when all are
                submitted: AWS Batch does the waiting. Stopping an execution terminates the jobs that it awaits, except
                those with several containers, pods or nodes: they run on until ``TerminateJob`` ends them.
            polled: The names of jobs with several containers, pods or nodes. The state machine asks AWS Batch whether
                they have ended: after 15 seconds, and then at intervals that grow by 5 seconds. By default the jobs
                whose definition is of this app and of such a kind, or whose request overrides such a kind. Name the
                others, of imported definitions, or they fail: Step Functions adds container overrides to jobs that it
                awaits, which AWS Batch refuses for these.

        Raises:
            ValueError: ``polled`` names a job that is not in the chain, or a queue or definition is in another Region
                or account.
        """
        check_polled(chain, polled)
        problems = Problems()
        check_place(problems, scope, "job_queue", [each.job_queue for each in chain.jobs.values()])
        check_place(problems, scope, "job_definition", [each.job_definition for each in chain.jobs.values()])
        problems.raise_if_any()
        super().__init__(scope, id)
        stack = Stack.of(self)
        queues = {
            name: _arn(stack, "job-queue", queue_text(each.job_queue)) for name, each in chain.jobs.items()
        }
        texts = {each.job_definition: _name_or_arn(each.job_definition) for each in chain.jobs.values()}
        definitions = {
            given: name_and_revisions(_arn(stack, "job-definition", text)) for given, text in texts.items()
        }
        self.chain = JobChain(
            jobs={
                name: each
                if not isinstance(each.job_definition, str) or known(each.job_definition)
                else replace(each, job_definition=definitions[each.job_definition][0])
                for name, each in chain.jobs.items()
            }
        )
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=cdk.guarded_principal(
                "states.amazonaws.com", {"StringEquals": {"aws:SourceAccount": cdk.account()}}
            ),
        )
        submits = list(
            dict.fromkeys([*queues.values(), *(each for both in definitions.values() for each in both)])
        )
        consumed = [
            arn
            for given in definitions
            if not isinstance(given, str)
            for arn in consumed_by(given, self.role)
        ] + [
            _arn(stack, "consumable-resource", name)
            for each in chain.jobs.values()
            for name in _consumed_by_request(each)
        ]
        tagged = [
            each
            for name, request in chain.jobs.items()
            if request.tags
            for each in (queues[name], *definitions[request.job_definition])
        ]
        several = {*polled, *_several_containers(stack, chain)}
        states = self.chain.to_step_functions_definition(wait=wait, partition=cdk.partition(), polled=several)
        for statement in (
            iam.PolicyStatement(actions=["batch:SubmitJob"], resources=[*submits, *dict.fromkeys(consumed)]),
            *_to_tag(list(dict.fromkeys(tagged))),
            *(
                _to_wait(polls=bool(several & set(chain.last)), awaits=bool(set(chain.last) - several))
                if wait
                else ()
            ),
        ):
            self.role.add_to_policy(statement)
        self.cfn = sfn.CfnStateMachine(
            self,
            "Resource",
            role_arn=self.role.role_arn,
            # Not json.dumps: only the CDK can put a number token into a string. render_object writes a JsonPath as
            # "day.$": "$.day".
            definition_string=stack.to_json_string(sfn.FieldUtils.render_object(states)),
        )
        # Otherwise an execution could start before the role has its rights, and fail.
        self.cfn.node.add_dependency(self.role.node.find_child("DefaultPolicy"))
        self.state_machine_arn: str = self.cfn.attr_arn

    @property
    def state_machine_ref(self) -> StateMachineReference:
        """The reference that `ScheduledJobChain` and the CDK's L1 take."""
        return StateMachineReference(state_machine_arn=self.state_machine_arn)

    def grant_start_execution(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to start executions of this state machine, and nothing else.

        Args:
            grantee: The role, function or user that starts them.

        Raises:
            ValueError: the grantee is in another account.
        """
        check_account(grantee, self.env, "grant_start_execution")
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=["states:StartExecution"], resource_arns=[self.state_machine_arn]
        )


def _arn(stack: Stack, kind: str, value: str) -> str:
    """Return the ARN of a queue or definition that is given by ARN or by name."""
    if known(value):
        return value if value.startswith("arn:") else cdk.arn("batch", f"{kind}/{value}")
    resolved = stack.resolve(value)
    # Tokens are ARNs, except those that cut the name out of one.
    is_name = isinstance(resolved, dict) and "Fn::Select" in resolved
    return cdk.arn("batch", f"{kind}/{value}") if is_name else value


def _consumed_by_request(request: SubmitJobRequest) -> Iterator[str]:
    """Yield the consumable resources that a request names itself, in addition to those of its definition."""
    yield from request.consumes
    for each in request.node_overrides.node_property_overrides if request.node_overrides else ():
        yield from each.consumes


def _name_or_arn(definition: str | IJobDefinitionRef) -> str:
    return definition if isinstance(definition, str) else arn_of(definition)


def _several_containers(stack: Stack, chain: JobChain) -> Iterator[str]:
    """Yield the names of jobs with several containers, pods or nodes, if their request or definition shows it."""
    tokens: dict[str, str] = {}
    for name, each in chain.jobs.items():
        if each.runs_one_container is False:
            yield name
        elif isinstance(each.job_definition, str) and not known(each.job_definition):
            tokens[name] = each.job_definition
    definitions = [
        each
        for each in (stack.node.root.node.find_all() if tokens else ())
        if isinstance(each, batch.CfnJobDefinition)
    ]
    for name, token in tokens.items():
        # If several stacks have a definition of this id, any of them may be meant; polling works for all kinds of jobs.
        if any(runs_one_container(each) is False for each in _behind(stack, token, definitions)):
            yield name


def _behind(
    stack: Stack, token: str, definitions: list[batch.CfnJobDefinition]
) -> list[batch.CfnJobDefinition]:
    """Return the definitions of the app that a string may refer to by ARN or name."""
    exact = resource_behind(token)
    if isinstance(exact, batch.CfnJobDefinition):
        return [exact]
    # The name is cut out of the ARN, which is a Ref of the definition.
    found = _REF.search(json.dumps(stack.resolve(token)))
    return [each for each in definitions if found and Stack.of(each).get_logical_id(each) == found[1]]


def _to_tag(resources: list[str]) -> Iterator[iam.PolicyStatement]:
    # AWS Batch checks it on the queue and the definition of the call: wri/gfw-data-api#175, TerraConstructs/base#137.
    if resources:
        yield iam.PolicyStatement(actions=["batch:TagResource"], resources=resources)


def _to_wait(*, polls: bool, awaits: bool) -> Iterator[iam.PolicyStatement]:
    if polls or awaits:
        # DescribeJobs has no resource in IAM.
        yield iam.PolicyStatement(actions=["batch:DescribeJobs"], resources=["*"])
    if awaits:
        # The ids of the jobs that a stopped execution ends are not known yet.
        yield iam.PolicyStatement(actions=["batch:TerminateJob"], resources=[cdk.arn("batch", "job/*")])
        yield iam.PolicyStatement(
            actions=["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            resources=[cdk.arn("events", f"rule/{_RULE_OF_STEP_FUNCTIONS}")],
        )
