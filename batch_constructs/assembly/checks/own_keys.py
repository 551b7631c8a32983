"""KMS keys of your own, which AWS must be able to use for disks and for logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.may import Service, ServiceLinkedRole, arn_of, thing_of, things
from batch_constructs.assembly.template import is_one_of
from batch_constructs.assembly.template.resources.topics import key_behind
from batch_constructs.facts import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeEnvironment, LogGroup

CHAPTER = "Launch Template Support"

ERROR = Severity.ERROR


def _starter(environment: ComputeEnvironment) -> ServiceLinkedRole | None:
    """Return the role that starts the instances of an environment; ``None`` if that is not certain."""
    resources = environment.compute_resources
    best_fit = is_one_of(resources.allocation_strategy, "BEST_FIT", None)
    if is_one_of(resources.type, "SPOT") and best_fit:
        policy = "AWSEC2SpotFleetServiceRolePolicy"
        return ServiceLinkedRole("AWSServiceRoleForEC2SpotFleet", "spotfleet", policy, environment)
    if is_one_of(resources.type, "EC2", "SPOT"):
        policy = "AutoScalingServiceRolePolicy"
        return ServiceLinkedRole("AWSServiceRoleForAutoScaling", "autoscaling", policy, environment)
    return None


def _to_start(environment: ComputeEnvironment, _: BatchModel) -> Iterator[Claim]:
    starter = _starter(environment)
    for _where, template in environment.compute_resources.template_uses if starter is not None else ():
        for mapping in template.data.block_device_mappings if template is not None else ():
            key = key_behind(mapping.ebs, mapping.ebs.raw("KmsKeyId"))
            if key is not None and starter is not None:
                yield Claim(
                    where=mapping.ebs,
                    at="KmsKeyId",
                    principal=starter,
                    rights=(Right(needs.USE_DISK_KEY, thing_of(key)),),
                    says=f"the policy of {key.label} must allow {{name}} {{rights}}: it starts the instances of "
                    f"{environment.label}",
                )


@rule(
    "LT-22",
    severity=ERROR,
    remedy="let the service-linked role use the key and create grants for AWS resources: BatchLaunchTemplate(kms_key=…) does",
    prevents="instances that end as they start (Client.InternalError), and jobs that wait in RUNNABLE",
    asks=asked(_to_start),
)
def key_serves_disks(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """If disks are encrypted with a key of your own, its policy must let the role use it that starts the instances."""
    yield from unmet(_to_start(environment, batch), batch)


def _to_keep_logs(group: LogGroup, _: BatchModel) -> Iterator[Claim]:
    key = key_behind(group, group.raw("KmsKeyId"))
    if key is not None:
        yield Claim(
            where=group,
            at="KmsKeyId",
            principal=Service("logs", group.stack, regional=True),
            rights=(Right(needs.ENCRYPT_LOGS, thing_of(key)),),
            keys=(("kms:encryptioncontext:aws:logs:arn", things.without_last(arn_of(group))),),
            says=f"the policy of {key.label} must allow {{name}} {{rights}}",
        )


@rule(
    "LOG-04",
    chapter="Job Definition Parameters",
    severity=ERROR,
    remedy="let logs.REGION.amazonaws.com use the key, on the condition kms:EncryptionContext:aws:logs:arn",
    prevents="a log group that is refused: the specified KMS key does not exist or is not allowed to be used",
    asks=asked(_to_keep_logs),
)
def key_serves_logs(group: LogGroup, batch: BatchModel) -> Iterator[Finding]:
    """If a log group is encrypted with a key of your own, its policy must let CloudWatch Logs use it."""
    yield from unmet(_to_keep_logs(group, batch), batch)
