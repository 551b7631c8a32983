"""What is imported by its ARN is where its ARN says."""

from __future__ import annotations

import re

import aws_cdk as cdk
import pytest

import batch_constructs as bc

IMPORTED = {name: getattr(bc, name) for name in bc.__all__ if name.startswith("Imported")}


@pytest.mark.parametrize("name", IMPORTED)
def test_the_arn_tells_the_region_and_the_account(name: str) -> None:
    """Fails when an imported resource says that it is in the Region and account of the stack."""
    stack = cdk.Stack(env=cdk.Environment(region="eu-west-1", account="111111111111"))
    kind = re.sub(
        r"(?<=[a-z])(?=[A-Z])", "-", name.removeprefix("Imported").removeprefix("SageMaker")
    ).lower()
    arn = f"arn:aws:batch:us-east-1:222222222222:{kind}/a"
    imported = IMPORTED[name](stack, "It", **{f"{kind.replace('-', '_')}_arn": arn})
    assert (imported.env.region, imported.env.account) == ("us-east-1", "222222222222")
