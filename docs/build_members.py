"""Generates the page of members that no typed argument sets, from the list with the reasons."""  # noqa: INP001

from __future__ import annotations

import tomllib
from pathlib import Path

LIST = Path(__file__).with_name("members.toml")
_TOP = """<!-- Made by `make docs` from members.toml: edits here are lost. -->

# Members without an argument

Use this when you look for a member of CloudFormation or of a request, and find no argument that sets it.

Every other member has an argument. A test creates every construct and every request with all arguments. It compares the result with
CloudFormation's schemas and with boto3's model, and fails if this list is not exactly the difference.

`from_cli_json` accepts the members without an argument: [JSON of the AWS CLI](constructs.md). For a construct, `construct.cfn` is the L1
resource with `add_property_override`.
"""
_BOTTOM = """
## A Spot environment with a fleet role

`SpotFleetRole` is for environments with `BEST_FIT` on Spot. No class creates one, because AWS Batch can only update its size. If you
must keep one, describe it as JSON. The CDK's L1 and L2 accept the role, too:


```python
import aws_cdk as cdk
import batch_constructs as bc

stack = cdk.Stack(cdk.App(), "Spot")
fleet = bc.SpotFleetRole(stack, "FleetRole")
kept = bc.SpotComputeEnvironment.from_cli_json(
    stack,
    "Kept",
    {
        "computeEnvironmentName": "kept",
        "type": "MANAGED",
        "computeResources": {
            "type": "SPOT",
            "allocationStrategy": "BEST_FIT",
            "spotIamFleetRole": fleet.role_arn,
            "instanceTypes": ["c7i"],
            "minvCpus": 0,
            "maxvCpus": 64,
            "instanceRole": "ecsInstanceRole",
            "subnets": ["subnet-0123456789abcdef0"],
            "securityGroupIds": ["sg-0123456789abcdef0"],
        },
    },
)
```

Next: [all constructs](constructs.md), [what changes in place](updates.md).
"""


def reasons() -> dict[str, dict[str, str]]:
    """Return the reason for each member that no argument sets, by resource type or operation."""
    found: dict[str, dict[str, str]] = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return found


def page() -> str:
    """Return the page."""
    parts = [_TOP]
    for owner, members in reasons().items():
        rows = [f"| `{member}` | {reason} |" for member, reason in members.items()]
        parts.append("\n".join([f"\n## {owner}\n", "| member | reason |", "|---|---|", *rows, ""]))
    return "".join([*parts, _BOTTOM])
