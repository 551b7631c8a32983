"""The proof against a simulator of IAM that others wrote, over policies drawn at random."""

from __future__ import annotations

import os
from collections import Counter
from random import Random
from typing import Any

from batch_constructs.assembly.may import RoleOf, Service, may, thing_of
from batch_constructs.assembly.proofs import Answer, Verdict
from batch_constructs.assembly.template import model_of
from batch_constructs.assembly.template.resources import Role
from tests.assembly.may.policies import SERVICE, Subject, draw
from tests.permissions.simulator import ACCOUNT, ALLOWED, REGION, concrete, simulate

# More are drawn with, for example, MAY_POLICIES=20000 MAY_SEED=7 pytest tests/assembly/may/test_judge.py
COUNT, SEED = int(os.environ.get("MAY_POLICIES", "1500")), int(os.environ.get("MAY_SEED", "1"))
# Keys of the request that no template knows, each as this simulated call has it.
_UNSEEN: tuple[dict[str, str], ...] = ({}, {"aws:SourceVpc": "vpc-1"}, {"aws:SourceVpc": "vpc-2"})


def answer(resources: dict[str, Any], subject: Subject, *, by_service: bool) -> Answer:
    """Return our own answer."""
    batch = model_of({"Resources": resources})
    stack = batch.stacks[0]
    role = next(each for each in batch.of(Role) if each.logical_id == "Role")
    principal = Service("events", stack) if by_service else RoleOf(role)
    return may(batch, principal, subject.action, thing_of(stack.resources["Thing"]))


def simulation(
    resources: dict[str, Any], subject: Subject, unseen: dict[str, str], *, by_service: bool
) -> dict[str, Any]:
    """Return the same question for the simulator, as after a deployment."""
    deployed = concrete(resources, resources)
    role = f"arn:aws:iam::{ACCOUNT}:role/Role"
    context = {"aws:SecureTransport": "true", "aws:RequestedRegion": REGION, **unseen}
    if not by_service:
        context |= {"aws:PrincipalArn": role, "aws:PrincipalAccount": ACCOUNT}
    inline = [] if by_service else deployed["Role"]["Properties"].get("Policies", [])
    own = deployed["Thing"]["Properties"].get(subject.policy)
    attached = deployed.get("Policy", {}).get("Properties", {}).get("PolicyDocument")
    boundary = deployed.get("Boundary", {}).get("Properties", {}).get("PolicyDocument")
    policy, limited = own or attached, boundary is not None and not by_service
    return {
        "identityPolicies": [
            {"name": each["PolicyName"], "policy": each["PolicyDocument"]} for each in inline
        ],
        **({"resourcePolicy": policy} if policy else {}),
        **({"permissionBoundaryPolicies": [{"name": "limit", "policy": boundary}]} if limited else {}),
        "request": {
            "action": subject.action,
            "principal": SERVICE if by_service else role,
            "resource": {"resource": concrete(subject.ref, resources), "accountId": ACCOUNT},
            "contextVariables": context,
        },
    }


def test_a_simulator_of_iam_agrees() -> None:
    """Whatever we call *yes* the simulator allows, and whatever we call *no* it denies; one answer in three is certain."""
    random = Random(SEED)
    drawn = [draw(random) for _ in range(COUNT)]
    ours = [answer(resources, subject, by_service=service) for resources, subject, service in drawn]
    theirs = simulate(
        [
            simulation(resources, subject, random.choice(_UNSEEN), by_service=service)
            for resources, subject, service in drawn
        ]
    )
    wrong = [
        (one.verdict, other, case)
        for one, other, case in zip(ours, theirs, drawn, strict=True)
        if one.verdict is not Verdict.UNKNOWN and (one.verdict is Verdict.YES) != (other == ALLOWED)
    ]
    assert not wrong, f"{len(wrong)} of {COUNT}, the first: {wrong[0]}"
    counts = Counter(each.verdict for each in ours)
    assert min(counts[Verdict.YES], counts[Verdict.NO]) > COUNT // 10, counts
