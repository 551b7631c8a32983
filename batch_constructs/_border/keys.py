"""Statements in the policies of users' keys that let AWS use them for disks of instances and for logs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws_cdk import Annotations, Reference, Stack, Tokenization
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from batch_constructs._border import cdk
from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct, IConstruct

__all__ = ["let_start_instances", "let_write_logs", "use_for_logs"]

# The roles that start instances: Auto Scaling, which calls EC2 Spot, and Spot Fleet for environments with BEST_FIT, which
# can use the same launch template.
_STARTERS = {
    "AWSServiceRoleForAutoScaling": "autoscaling.amazonaws.com",
    "AWSServiceRoleForEC2Spot": "spot.amazonaws.com",
    "AWSServiceRoleForEC2SpotFleet": "spotfleet.amazonaws.com",
}
# EC2 Auto Scaling requires these actions, with and without plain text.
_USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


def let_start_instances(scope: Construct, key: IKeyRef) -> None:
    """Let the service-linked roles that start instances use a key for their disks, and create grants for it.

    Without these rights, instances end as they start, and jobs stay RUNNABLE. If the policy of the key cannot be extended,
    a warning shows the statements.

    Args:
        scope: The construct that needs the key, which gets the warning.
        key: The key of the disks.
    """
    statements = _for_disks(cdk.partition(), _account(scope, cdk.account()))
    if _all_added(key, statements) or _has(key, next(iter(_STARTERS))):
        return
    needed = _json(scope, _for_disks("aws", _account(scope, "ACCOUNT")))
    Annotations.of(scope).add_warning_v2(
        "batch-constructs:key-of-disks",
        f"the policy of the key {_named(scope, key)} cannot be extended here: unless it lets {', '.join(_STARTERS)} use the "
        f"key and create grants, instances end as they start and jobs stay RUNNABLE; it needs {needed}, and a key of another "
        "account needs a grant for these roles as well",
    )


def let_write_logs(scope: Construct, log_group: logs.ILogGroup | logs.LogGroup) -> None:
    """Let CloudWatch Logs use the key of a log group, if it has one of its own.

    Args:
        scope: The construct that writes to the group, which gets the warning.
        log_group: The group. The key of an imported group is unknown.
    """
    cfn = log_group.node.default_child
    arn = cfn.kms_key_id if isinstance(cfn, logs.CfnLogGroup) else None
    if arn is None:
        return
    key = _behind(arn)
    statement = use_for_logs(cdk.arn("logs", "*"))
    if key is not None and (_all_added(key, [statement]) or _lets_logs_in(key)):
        return
    needed = _json(scope, [use_for_logs(f"arn:aws:logs:REGION:{_account(scope, 'ACCOUNT')}:*", "REGION")])
    Annotations.of(scope).add_warning_v2(
        "batch-constructs:key-of-logs",
        f"the policy of the key of {log_group.node.path} cannot be extended here: unless it lets CloudWatch Logs use the key, "
        f"the log group is refused; it needs {needed}",
    )


def use_for_logs(log_group_arn: str, region: str | None = None) -> iam.PolicyStatement:
    """Return the statement of a key's policy that lets CloudWatch Logs encrypt log groups.

    Args:
        log_group_arn: The group, or a pattern. It must not refer to a group that uses this key, which would be a
            circular dependency.
        region: The Region of the group. By default that of the stack.
    """
    operator = "ArnLike" if log_group_arn.endswith("*") else "ArnEquals"
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal(f"logs.{region or cdk.region()}.amazonaws.com")],
        # CloudWatch Logs requires these actions; the wildcards also cover later additions.
        actions=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        # In a key's policy, * is the key itself; the condition limits the use.
        resources=["*"],
        conditions={operator: {"kms:EncryptionContext:aws:logs:arn": log_group_arn}},
    )


def _for_disks(partition: str, account: str) -> list[iam.PolicyStatement]:
    roles = [
        f"arn:{partition}:iam::{account}:role/aws-service-role/{service}/{name}"
        for name, service in _STARTERS.items()
    ]
    # The roles are in a condition, not principals: AWS creates them on first use, and refuses a policy with a principal
    # that does not exist yet, so that a deploy to a new account would fail.
    only_they = {"ArnEquals": {"aws:PrincipalArn": roles}}
    return [
        iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=_USE,
            # In a key's policy, * is the key itself.
            resources=["*"],
            conditions=only_they,
        ),
        iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=["kms:CreateGrant"],
            # The key itself. EBS keeps the grant as long as the volume exists.
            resources=["*"],
            conditions={**only_they, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def _all_added(key: IKeyRef, statements: list[iam.PolicyStatement]) -> bool:
    """Add statements to the policy of a key, and return whether that was possible."""
    add: Any = getattr(key, "add_to_resource_policy", None)
    return add is not None and all(add(each).statement_added for each in statements)


def _has(key: IKeyRef | IConstruct, *words: str) -> bool:
    """Return whether the policy of an L1 key contains all these words."""
    if not isinstance(key, kms.CfnKey | kms.CfnReplicaKey):
        return False
    policy = json.dumps(Stack.of(key).resolve(key.key_policy))
    return all(word in policy for word in words)


def _lets_logs_in(key: IKeyRef | IConstruct) -> bool:
    """Return whether the policy of an L1 key names CloudWatch Logs, by its principal or its encryption context."""
    return _has(key, "logs.") or _has(key, "kms:EncryptionContext:aws:logs:arn")


def _behind(arn: str) -> Any:
    """Return the key of this app that an ARN refers to, as L2 or L1; ``None`` if there is none."""
    token = None if known(arn) else Tokenization.reverse_string(arn).first_token
    if token is None or not Reference.is_reference(token):
        return None
    cfn = token.target  # type: ignore[attr-defined] # of a reference
    scope = cfn.node.scope
    return scope if isinstance(scope, kms.Key) else cfn


def _named(scope: Construct, key: IKeyRef) -> str:
    arn = key.key_ref.key_arn
    return arn if known(arn) else (key.node.path or str(Stack.of(scope).resolve(arn)))


def _account(scope: Construct, unknown: str) -> str:
    account = Stack.of(scope).account
    return account if known(account) else unknown


def _json(scope: Construct, statements: list[iam.PolicyStatement]) -> str:
    return json.dumps(Stack.of(scope).resolve([each.to_statement_json() for each in statements]))
