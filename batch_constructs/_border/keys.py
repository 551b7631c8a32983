"""Keys of one's own: what lets AWS use them for disks of instances and for logs, as the policy of the key must say."""

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

# Who starts the instances of environments: Auto Scaling, which asks EC2 Spot in its turn; and Spot Fleet for environments
# with BEST_FIT, which the template may be given to as well.
_STARTERS = {
    "AWSServiceRoleForAutoScaling": "autoscaling.amazonaws.com",
    "AWSServiceRoleForEC2Spot": "spot.amazonaws.com",
    "AWSServiceRoleForEC2SpotFleet": "spotfleet.amazonaws.com",
}
# The actions as EC2 Auto Scaling asks for them: with and without plain text.
_USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


def let_start_instances(scope: Construct, key: IKeyRef) -> None:
    """Let the service-linked roles that start instances use a key for their disks, and create grants of it.

    Without that, instances end as they start, and jobs stay RUNNABLE. Where the policy of the key cannot be extended, a
    warning has the statements.

    Args:
        scope: What needs the key: where the warning appears.
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
        scope: What writes to the group: where a warning appears.
        log_group: The group. Of an imported one nobody knows whether it has a key.
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
        log_group_arn: The group, or a pattern. It must not refer to a group whose key this is: each would wait for the
            other.
        region: Where the group is. By default the Region of the stack.
    """
    operator = "ArnLike" if log_group_arn.endswith("*") else "ArnEquals"
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal(f"logs.{region or cdk.region()}.amazonaws.com")],
        # The actions as CloudWatch Logs asks for them: with and without plain text, now and when it adds others.
        actions=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        # In the policy of a key, * is the key itself; the condition is what narrows it down.
        resources=["*"],
        conditions={operator: {"kms:EncryptionContext:aws:logs:arn": log_group_arn}},
    )


def _for_disks(partition: str, account: str) -> list[iam.PolicyStatement]:
    roles = [
        f"arn:{partition}:iam::{account}:role/aws-service-role/{service}/{name}"
        for name, service in _STARTERS.items()
    ]
    # By a condition, and not as principals: AWS makes these roles when they are first needed, and refuses a policy with
    # a principal that does not exist, so that a new account could not be deployed to.
    only_they = {"ArnEquals": {"aws:PrincipalArn": roles}}
    return [
        iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=_USE,
            # In the policy of a key, * is the key itself.
            resources=["*"],
            conditions=only_they,
        ),
        iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=["kms:CreateGrant"],
            # The same; EBS keeps the grant for as long as the volume lives.
            resources=["*"],
            conditions={**only_they, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def _all_added(key: IKeyRef, statements: list[iam.PolicyStatement]) -> bool:
    """Add statements to the policy of a key, and tell whether it could be done."""
    add: Any = getattr(key, "add_to_resource_policy", None)
    return add is not None and all(add(each).statement_added for each in statements)


def _has(key: IKeyRef | IConstruct, *words: str) -> bool:
    """Whether the policy that somebody wrote for an L1 of a key speaks of these."""
    if not isinstance(key, kms.CfnKey | kms.CfnReplicaKey):
        return False
    policy = json.dumps(Stack.of(key).resolve(key.key_policy))
    return all(word in policy for word in words)


def _lets_logs_in(key: IKeyRef | IConstruct) -> bool:
    """Whether such a policy speaks of CloudWatch Logs: by its service principal, or by what it encrypts for."""
    return _has(key, "logs.") or _has(key, "kms:EncryptionContext:aws:logs:arn")


def _behind(arn: str) -> Any:
    """The key of this app that an ARN stands for, as its author made it."""
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
