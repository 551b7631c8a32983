"""Fair-share policies: limits, overlaps, and their use in a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs import FairSharePolicy, ImportedComputeEnvironment, JobQueue, Share

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Arguments = Callable[[], dict[str, Any]]

POLICY = "AWS::Batch::SchedulingPolicy"
ENVIRONMENT_ARN = "arn:aws:batch:eu-west-1:123456789012:compute-environment/spot"


def shares(*identifiers: str, **weights: float) -> dict[str, Any]:
    """Return the arguments of a policy with these shares."""
    named = [Share(identifier=each) for each in identifiers]
    return {"shares": [*named, *(Share(identifier=a, weight_factor=b) for a, b in weights.items())]}


def test_a_policy_shares_by_weight(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Weights, decay and reservation are rendered as given."""
    from aws_cdk import Duration

    FairSharePolicy(
        stack,
        "Policy",
        shares=[Share(identifier="research", weight_factor=0.5), Share(identifier="trial*")],
        share_decay=Duration.hours(1),
        compute_reservation=10,
    )
    assert only(POLICY)["FairsharePolicy"] == {
        "ShareDecaySeconds": 3600,
        "ComputeReservation": 10,
        "ShareDistribution": [
            {"ShareIdentifier": "research", "WeightFactor": 0.5},
            {"ShareIdentifier": "trial*", "WeightFactor": 1},
        ],
    }


def test_a_queue_takes_the_policy(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The policy is a reference like every other."""
    policy = FairSharePolicy(stack, "Policy")
    environment = ImportedComputeEnvironment(stack, "Spot", compute_environment_arn=ENVIRONMENT_ARN)
    JobQueue(stack, "Queue", compute_environments=[environment], scheduling_policy=policy)
    arn = {"Fn::GetAtt": [stack.get_logical_id(policy.cfn), "Arn"]}
    assert only("AWS::Batch::JobQueue")["SchedulingPolicyArn"] == arn


@pytest.mark.parametrize(
    "identifiers", [("UserA", "User*"), ("User*", "UserA*"), ("same", "same"), ("*", "anybody")]
)
def test_fails_when_shares_overlap(stack: Stack, identifiers: tuple[str, str]) -> None:
    """Fails if an identifier could match two entries."""
    with pytest.raises(ValueError, match="shares must not overlap"):
        FairSharePolicy(stack, "Policy", shares=[Share(identifier=each) for each in identifiers])


def test_names_that_only_begin_alike_do_not_overlap(stack: Stack) -> None:
    """Without a wildcard, a name matches only itself."""
    FairSharePolicy(stack, "Policy", shares=[Share(identifier="User"), Share(identifier="UserA")])


@pytest.mark.parametrize(("weight", "legal"), [(0, False), (0.0001, True), (999.9999, True), (1000, False)])
def test_weights_have_their_range(weight: float, legal: bool) -> None:
    """0.0001 to 999.9999 pass."""
    if legal:
        assert Share(identifier="a", weight_factor=weight).weight_factor == weight
    else:
        with pytest.raises(ValueError, match="weight_factor must be"):
            Share(identifier="a", weight_factor=weight)


@pytest.mark.parametrize("identifier", ["", "a" * 256, "a*b"])
def test_fails_when_an_identifier_has_not_the_form(identifier: str) -> None:
    """Fails if it is empty, too long, or has its wildcard before the end."""
    with pytest.raises(ValueError, match="identifier must be"):
        Share(identifier=identifier)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"compute_reservation": 100}, "compute_reservation must be from 0 to 99"),
        ({"scheduling_policy_name": "?"}, "scheduling_policy_name must be"),
    ],
)
def test_fails_when_arguments_are_impossible(stack: Stack, arguments: dict[str, Any], message: str) -> None:
    """Fails if AWS would refuse the value, and adds nothing to the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        FairSharePolicy(stack, "Policy", **arguments)
    assert len(stack.node.children) == before


def week_and(seconds: int) -> Any:
    from aws_cdk import Duration

    return Duration.seconds(604_800 + seconds)


@pytest.mark.parametrize(
    ("legal", "refused"),
    [
        # SP-02
        (lambda: {"share_decay": week_and(0)}, lambda: {"share_decay": week_and(1)}),
        (lambda: {"share_decay": week_and(-604_800)}, None),
        # SP-03
        (lambda: {"compute_reservation": 99}, lambda: {"compute_reservation": 100}),
        (lambda: {"compute_reservation": 0}, lambda: {"compute_reservation": -1}),
        (None, lambda: {"compute_reservation": 0.5}),
        # SP-04
        (lambda: shares("a" * 255), lambda: shares("a" * 256)),
        (lambda: shares("a" * 254 + "*"), lambda: shares("a" * 255 + "*")),
        (lambda: shares("a"), lambda: shares("")),
        (lambda: shares("*"), lambda: shares("**")),
        (lambda: shares("User1", "User2*"), lambda: shares("User1", "User*")),
        (lambda: shares("a", "A"), lambda: shares("a", "a")),
        # SP-05
        (lambda: shares(a=0.0001), lambda: shares(a=0.00009)),
        (lambda: shares(a=999.9999), lambda: shares(a=1000)),
        # SP-08: hyphens and underscores were deployed by the author of cdk-preflight, a space was refused.
        (lambda: shares("UserA-1", "team_b*"), lambda: shares("User 1")),
        # NAME-01
        (
            lambda: {"scheduling_policy_name": "a" * 128},
            lambda: {"scheduling_policy_name": "a" * 129},
        ),
        (lambda: {"scheduling_policy_name": "_-9Z"}, lambda: {"scheduling_policy_name": "a.b"}),
    ],
)
def test_every_limit_holds_at_its_boundary(
    stack: Stack, legal: Arguments | None, refused: Arguments | None
) -> None:
    """The limits themselves are accepted, and the next values are refused."""
    if legal is not None:
        FairSharePolicy(stack, "Legal", **legal())
    if refused is not None:
        with pytest.raises(ValueError, match="must"):
            FairSharePolicy(stack, "Refused", **refused())
        assert stack.node.try_find_child("Refused") is None


def test_tokens_pass(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """A token is no error."""
    from aws_cdk import CfnParameter, Duration

    number = CfnParameter(stack, "Number", type="Number").value_as_number
    text = CfnParameter(stack, "Text").value_as_string
    FairSharePolicy(
        stack,
        "Policy",
        shares=[Share(identifier=text, weight_factor=number), Share(identifier="a*")],
        share_decay=Duration.seconds(number),
        compute_reservation=number,
        scheduling_policy_name=text,
    )
    policy = only(POLICY)
    assert policy["Name"] == {"Ref": "Text"}
    assert policy["FairsharePolicy"] == {
        "ShareDecaySeconds": {"Ref": "Number"},
        "ComputeReservation": {"Ref": "Number"},
        "ShareDistribution": [
            {"ShareIdentifier": {"Ref": "Text"}, "WeightFactor": {"Ref": "Number"}},
            {"ShareIdentifier": "a*", "WeightFactor": 1},
        ],
    }


@given(st.lists(st.from_regex(r"[a-z]{1,4}\*?", fullmatch=True), min_size=2, max_size=4))
def test_overlap_is_what_aws_means_by_it(identifiers: list[str]) -> None:
    """Two entries overlap exactly if some identifier matches both."""
    from batch_constructs.scheduling.policies import _overlaps

    def fits(name: str, entry: str) -> bool:
        return name.startswith(entry[:-1]) if entry.endswith("*") else name == entry

    names = {each.rstrip("*") for each in identifiers}
    both = any(
        fits(name, one) and fits(name, other)
        for index, one in enumerate(identifiers)
        for other in identifiers[index + 1 :]
        for name in names
    )
    assert bool(_overlaps([Share(identifier=each) for each in identifiers])) == both
