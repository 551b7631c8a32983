"""A chain of jobs as a state machine of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import jsii
from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.interfaces.aws_stepfunctions import IStateMachineRef, StateMachineReference

from batch_constructs import _cfn
from batch_constructs._arguments import checked
from batch_constructs._references import Referable
from batch_constructs._tokens import known
from batch_constructs.job_definitions.base import name_and_revisions
from batch_constructs.submissions.chain import JobChain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import Construct

__all__ = ["JobChainStateMachine"]

# Step Functions makes this rule once in an account, to hear of the jobs that it waits for.
_RULE_OF_STEP_FUNCTIONS = "StepFunctionsGetEventsForBatchJobsRule"


@checked
@jsii.implements(IStateMachineRef)
class JobChainStateMachine(Referable):
    """A Step Functions state machine that submits a chain of jobs each time it is started.

    Its role may submit the chain's definitions to the chain's queues, and nothing else. Definitions of this app run in
    their newest revision. What definitions consume a chain of names does not know: ``queue.grant_submit_job`` allows it
    to the ``role``.

    What differs from one execution to the next the jobs take from its input, by the CDK's ``sfn.JsonPath``: in the
    chain's requests ``parameters={"day": sfn.JsonPath.string_at("$.day")}``, or an ``array_size`` that is
    ``sfn.JsonPath.number_at("$.shards")``. `ScheduledJobChain` starts it by the clock.

    Guide: Job Dependencies; Example Array Job Workflow.
    """

    def __init__(self, scope: Construct, id: str, *, chain: JobChain, wait: bool = False) -> None:
        """Create the state machine and its role.

        Args:
            scope: Where the state machine belongs.
            id: Its name in that scope.
            chain: The jobs. Their queues and definitions are names or ARNs, such as ``queue.job_queue_arn`` and
                ``definition.job_definition_arn``.
            wait: Whether an execution ends with the last jobs, and fails with them. By default it ends when all are
                submitted: AWS Batch does the waiting.
        """
        super().__init__(scope, id)
        stack = Stack.of(self)
        queues = [_arn(stack, "job-queue", each.job_queue) for each in chain.jobs.values()]
        definitions = {
            each.job_definition: name_and_revisions(_arn(stack, "job-definition", each.job_definition))
            for each in chain.jobs.values()
        }
        self.chain = JobChain(
            jobs={
                name: each
                if known(each.job_definition)
                else replace(each, job_definition=definitions[each.job_definition][0])
                for name, each in chain.jobs.items()
            }
        )
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=_cfn.guarded_principal(
                "states.amazonaws.com", {"StringEquals": {"aws:SourceAccount": _cfn.account()}}
            ),
        )
        resources = [*queues, *(each for both in definitions.values() for each in both)]
        tagged = any(each.tags for each in chain.jobs.values())
        for statement in _statements(list(dict.fromkeys(resources)), wait=wait, tagged=tagged):
            self.role.add_to_policy(statement)
        states = self.chain.to_step_functions_definition(wait=wait, partition=_cfn.partition())
        self.cfn = sfn.CfnStateMachine(
            self,
            "Resource",
            role_arn=self.role.role_arn,
            # Not json.dumps: only the CDK can put a number that it does not know yet into a text.
            # What JsonPath stands for is written "day.$": "$.day".
            definition_string=stack.to_json_string(sfn.FieldUtils.render_object(states)),
        )
        # An execution that starts before the role has its rights would fail.
        self.cfn.node.add_dependency(self.role.node.find_child("DefaultPolicy"))
        self.state_machine_arn: str = self.cfn.attr_arn

    @property
    def state_machine_ref(self) -> StateMachineReference:
        """What `ScheduledJobChain` and the CDK's L1 take."""
        return StateMachineReference(state_machine_arn=self.state_machine_arn)

    def grant_start_execution(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to start executions of this state machine, and nothing else.

        Args:
            grantee: A role, a function, a user: who starts.
        """
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=["states:StartExecution"], resource_arns=[self.state_machine_arn]
        )


def _arn(stack: Stack, kind: str, value: str) -> str:
    """The ARN of a queue or definition that is given by ARN or by name."""
    if known(value):
        return value if value.startswith("arn:") else _cfn.arn("batch", f"{kind}/{value}")
    resolved = stack.resolve(value)
    # Tokens are ARNs, but for those that cut the name out of one.
    is_name = isinstance(resolved, dict) and "Fn::Select" in resolved
    return _cfn.arn("batch", f"{kind}/{value}") if is_name else value


def _statements(resources: list[str], *, wait: bool, tagged: bool) -> Iterable[iam.PolicyStatement]:
    yield iam.PolicyStatement(actions=["batch:SubmitJob"], resources=resources)
    if tagged:
        # Tags at submission need a right of their own, on a job that has no id yet.
        yield iam.PolicyStatement(actions=["batch:TagResource"], resources=[_cfn.arn("batch", "job/*")])
    if wait:
        # IAM knows no resource for DescribeJobs, and the jobs that a stopped execution ends have no id yet.
        yield iam.PolicyStatement(actions=["batch:DescribeJobs"], resources=["*"])
        yield iam.PolicyStatement(actions=["batch:TerminateJob"], resources=[_cfn.arn("batch", "job/*")])
        yield iam.PolicyStatement(
            actions=["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            resources=[_cfn.arn("events", f"rule/{_RULE_OF_STEP_FUNCTIONS}")],
        )
