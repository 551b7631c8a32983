"""Permissions of roles that submit jobs, tag them, and wait for them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.checks._roles import trusting
from batch_constructs.assembly.may import RoleOf, may, thing_of, things
from batch_constructs.assembly.proofs import Verdict
from batch_constructs.assembly.template.resources import StateMachine
from batch_constructs.facts import needs, role_trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import Role
    from batch_constructs.assembly.template.resources.submissions import Submission

CHAPTER = "Supported Resource-Level Permissions for AWS Batch API Actions"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_TRUST = {
    "AWS::Events::Rule": role_trust.EVENTS,
    "AWS::Scheduler::Schedule": role_trust.SCHEDULER,
    "AWS::Pipes::Pipe": role_trust.PIPES,
}


@rule(
    "IAM-09",
    severity=ERROR,
    remedy="allow batch:SubmitJob on the job queue and on the job definition",
    prevents="AccessDeniedException: not authorized to perform batch:SubmitJob",
)
def submitter_has_both(role: Role, batch: BatchModel) -> Iterator[Finding]:
    """A role that submits jobs must be allowed to do so on the job queue and on the job definition."""
    [action] = needs.SUBMIT.actions
    answers = {
        kind: may(batch, RoleOf(role), action, things.any_of(kind))
        for kind in ("job-queue", "job-definition")
    }
    missing = [kind for kind, answer in answers.items() if answer.verdict is Verdict.NO]
    if len(missing) == 1:
        kind = missing[0].replace("-", " ")
        message = f"{action} must be allowed on a job queue and on a job definition, got no {kind}"
        yield Finding(role, message, proof=answers[missing[0]])


def _to_submit(submission: Submission, _: BatchModel) -> Iterator[Claim]:
    role, at = submission.role, "RoleArn"
    if role is None:
        return
    trust = _TRUST.get(submission.home.type)
    if trust is not None:
        # PutTargets and CreateSchedule refuse the role; what EventBridge Pipes does is not on record.
        severity = WARNING if trust is role_trust.PIPES else ERROR
        yield from trusting(submission, at, role, trust, severity=severity)
    rights = tuple(Right(needs.SUBMIT, thing) for thing in things.submitted(submission))
    yield Claim(where=submission, at=at, principal=RoleOf(role), rights=rights)


@rule(
    "IAM-13",
    chapter="CloudWatch Events IAM Role",
    severity=ERROR,
    remedy="let the role trust the service that submits, and allow it batch:SubmitJob on the queue and the definition",
    prevents="jobs that are never submitted; only the metric FailedInvocations shows it",
    asks=asked(_to_submit),
)
def submitting_role(submission: Submission, batch: BatchModel) -> Iterator[Finding]:
    """The role that submits a job must trust its service, and must be allowed to submit to this queue and definition."""
    yield from unmet(_to_submit(submission, batch), batch)


def _to_tag(submission: Submission, _: BatchModel) -> Iterator[Claim]:
    if submission.role is not None and isinstance(submission.tags, dict) and submission.tags:
        rights = tuple(Right(needs.TAG_JOB, thing) for thing in things.submitted(submission))
        yield Claim(where=submission, at="Tags", principal=RoleOf(submission.role), rights=rights)


@rule(
    "IAM-18",
    severity=ERROR,
    remedy="allow the role batch:TagResource on the queue and the definition, where it may submit: grants do with tagged=True",
    prevents="AccessDeniedException: not authorized to perform batch:TagResource on the job definition",
    asks=asked(_to_tag),
)
def tagging_role(submission: Submission, batch: BatchModel) -> Iterator[Finding]:
    """A role that submits a job with tags must be allowed batch:TagResource on the queue and the definition of the job."""
    yield from unmet(_to_tag(submission, batch), batch)


def _to_wait(submission: Submission, _: BatchModel) -> Iterator[Claim]:
    machine = submission.home
    if submission.role is None or not isinstance(machine, StateMachine) or not machine.waits(submission):
        return
    here = partial(Claim, where=submission, at="RoleArn", principal=RoleOf(submission.role))
    event_rule = things.here(machine, "events:{region}:{account}:rule/StepFunctionsGetEventsForBatchJobsRule")
    job = things.here(machine, "batch:{region}:{account}:job/{name}")
    yield here(rights=(Right(needs.HEAR_OF_JOBS, event_rule),))
    yield here(rights=(Right(needs.READ_JOBS), Right(needs.END_JOB, job)), severity=WARNING)


@rule(
    "IAM-19",
    severity=ERROR,
    remedy="allow the role events:PutTargets, events:PutRule and events:DescribeRule on the rule, batch:DescribeJobs on * "
    "and batch:TerminateJob on job/*: JobChainStateMachine does",
    prevents="AccessDeniedException when the state machine is created, or jobs that go on after it has been stopped",
    asks=asked(_to_wait),
)
def waiting_role(submission: Submission, batch: BatchModel) -> Iterator[Finding]:
    """A state machine that waits for a job must be allowed to receive its events, and should be allowed to end it."""
    yield from unmet(_to_wait(submission, batch), batch)


def _to_consume(submission: Submission, _: BatchModel) -> Iterator[Claim]:
    role, definition = submission.role, submission.definition
    if role is None or definition is None:
        return
    override = submission.consumable_resource_properties_override
    ranges = definition.node_properties.node_range_properties
    held = [
        definition.consumable_resource_properties,
        *(nodes.consumable_resource_properties for nodes in ranges),
    ]
    for properties in held if override.absent else [override]:
        for requirement in properties.consumable_resource_list:
            if (resource := requirement.consumable_resource) is not None:
                yield Claim(
                    where=submission,
                    at="RoleArn",
                    principal=RoleOf(role),
                    rights=(Right(needs.SUBMIT, thing_of(resource)),),
                    says=f"{{name}} must be allowed {{rights}}, which {definition.label} consumes",
                )


@rule(
    "CR-06",
    chapter="Consumable Resources",
    severity=WARNING,
    remedy="also allow the role batch:SubmitJob on the consumable resource: queue.grant_submit_job does",
    prevents="AccessDenied for a job whose queue and definition the role may use",
    asks=asked(_to_consume),
)
def submitter_may_use(submission: Submission, batch: BatchModel) -> Iterator[Finding]:
    """A role that submits a job must be allowed to use the consumable resources that the job asks for."""
    yield from unmet(_to_consume(submission, batch), batch)
