"""The right to read secrets, also if their key is in another stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

from batch_constructs._border.places import resource_behind, same_stack

if TYPE_CHECKING:
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_secretsmanager as secretsmanager

__all__ = ["grant_secret"]

# The CDK's grants of a secret: the actions, and the grant of its key.
_GRANTS = {
    "grant_read": (("GetSecretValue", "DescribeSecret"), "grant_decrypt"),
    "grant_write": (("PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"), "grant_encrypt"),
}


def grant_secret(
    secret: secretsmanager.ISecret | batch.Secret, grantee: iam.IGrantable, method: str = "grant_read"
) -> iam.Grant:
    """Grant the rights of a secret's grant method, also if the secret's key is in another stack.

    In that case the CDK would write the grantee's role into the policy of the key: the stack of the key would need that
    of the role, which needs the secret, and the stacks would form a circle. So only the role gets the rights: the usual
    policy of a key lets IAM decide who in the account may use it.

    Args:
        secret: A secret, or the CDK's reference to a secret or a parameter.
        grantee: The principal that gets the right.
        method: ``grant_read`` or ``grant_write``.
    """
    text: Any = getattr(secret, "secret_arn", None) or getattr(secret, "arn", "")
    from aws_cdk import aws_kms as kms  # noqa: PLC0415 - only users of secrets pay

    made: Any = resource_behind(text)
    owner = None if made is None else made.node.scope
    key: Any = getattr(owner, "encryption_key", None)
    role: Any = grantee.grant_principal
    if (
        owner is None
        or not isinstance(key, kms.Key)
        or not isinstance(role, iam.Role)
        or same_stack(key, role)
    ):
        granted: iam.Grant = getattr(secret, method)(grantee)
        return granted
    actions, of_key = _GRANTS[method]
    by_role = iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[f"secretsmanager:{each}" for each in actions],
        resource_arns=[owner.secret_arn],
    )
    return by_role.combine(getattr(key, of_key)(grantee))
