"""Secrets with a key of one's own: the right to read them, without a circle of stacks."""

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
    """Grant what the CDK's method of a secret grants, also where its key is in another stack.

    There, the CDK writes the grantee's role into the policy of the key: the stack of the key needs that of the role,
    which needs the secret, and the two are a circle. So the role alone gets both rights: the usual policy of a key leaves
    it to the account's IAM who may use the key.

    Args:
        secret: A secret, or the CDK's reference to a secret or a parameter.
        grantee: Who gets the right.
        method: ``grant_read`` or ``grant_write``.
    """
    text: Any = getattr(secret, "secret_arn", None) or getattr(secret, "arn", "")
    from aws_cdk import aws_kms as kms  # noqa: PLC0415 - who has a secret pays for it

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
        given: iam.Grant = getattr(secret, method)(grantee)
        return given
    actions, of_key = _GRANTS[method]
    granted = iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[f"secretsmanager:{each}" for each in actions],
        resource_arns=[owner.secret_arn],
    )
    return granted.combine(getattr(key, of_key)(grantee))
