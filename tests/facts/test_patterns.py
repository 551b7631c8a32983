"""The forms of names and patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs.assembly.checks import rules
from batch_constructs.assembly.checks.unchecked import UNCHECKED
from batch_constructs.facts import limits, patterns, quotas
from batch_constructs.facts.patterns import Pattern
from batch_constructs.facts.ranges import Quota, Range

PATTERNS = {name: value for name, value in vars(patterns).items() if isinstance(value, Pattern)}

# name of the pattern: (what passes, what does not), at the boundary where there is one
EXAMPLES: dict[str, tuple[list[str], list[str]]] = {
    "RESOURCE_NAME": (["a", "-", "_x-1", "a" * 128], ["", "a" * 129, "a b", "a.b", "ä", "a\n"]),
    "JOB_QUEUE_NAME": (["a-b_c", "1" * 128], ["", "1" * 129, "bad name!!"]),
    "JOB_NAME": (["a", "1-_", "a" * 128], ["", "-a", "_a", "a" * 129, "a:b"]),
    "VOLUME_NAME": (["data", "a" * 255], ["", "a" * 256, "a/b"]),
    "IMAGE": (
        ["busybox", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b:v1", "a@sha256:" + "0" * 64, "a" * 255],
        ["", "a" * 256, "a b", "a$b"],
    ),
    "ENVIRONMENT_VARIABLE": (
        ["PATH", "aws_batch_x", "MY_AWS_BATCH"],
        ["AWS_BATCH", "AWS_BATCH_JOB_ID", "AWS_BATCHX", ""],
    ),
    "TAG_KEY": (["a", "aws", "awsx:y", "k" * 128, "ключ"], ["", "k" * 129, "aws:x", "AwS:x"]),
    "ON_EXIT_CODE": (["1", "137", "1*", "*", "1" * 512], ["", "a", "*1", "1**", "-1", "1" * 513]),
    "ON_REASON": (
        ["Host EC2*", "CannotPullContainer:*", "*", "a.b: c\td", "a" * 511 + "*"],
        ["", "a" * 513, "a*b", "a**", "a[b]", "a/b", "it's", "a\u00e4"],
    ),
    "ON_STATUS_REASON": (["Host EC2*"], ["Host (EC2)"]),
    "SERVICE_JOB_STATUS_REASON": (["[Internal] error/1*", "*"], ["", "a*b", "a\nb", "a" * 513]),
    "SHARE_IDENTIFIER": (
        ["a", "User1", "User*", "*", "team-a", "team_b*", "a" * 255],
        ["", "a" * 256, "User 1", "team.a", "a*b", "a**"],
    ),
    "SHARE_IDENTIFIER_LOOSE": (["UserA-1", "User*", "a" * 255], ["", "a" * 256, "a*b", "a**"]),
    "DNS_SUBDOMAIN": (
        ["a", "a-b.c1", ".".join(["a" * 63] * 3) + "." + "a" * 61],
        ["", "-a", "a-", "A", "a_b", "a..b", "a" * 64, ".".join(["a" * 63] * 3) + "." + "a" * 62],
    ),
    "EKS_CONTAINER_NAME": (["a", "1A-", "a" * 63], ["", "-a", "a" * 64, "a_b"]),
    "EKS_NAMESPACE": (
        ["a", "batch-1", "defaults", "kubeflow", "a" * 63],
        ["", "default", "kube-system", "a-", "A", "a" * 64],
    ),
    "EKS_JOB_NAMESPACE": (["batch"], ["default", "kube-system", "kubeflow"]),
    "KUBERNETES_VERSION": (["1.29", "1.34", "1.100"], ["v1.34", "1", "1.34.1", "2.0", ""]),
    "EKS_MEMORY": (["4Mi", "2048Mi"], ["2048", "2Gi", "1.5Mi", "Mi", ""]),
    "EKS_EMPTY_DIR_SIZE": (["1Mi", "100Mi"], ["100", "1Gi", "100M", "1.5Mi", "Mi", ""]),
    "EKS_ANNOTATION_KEY": (
        ["a", "a.b/c_d", "x" * 63, "k8s.io"],
        [
            "",
            "/a",
            "a/",
            "-a",
            "x" * 64,
            "a/b/c",
            "app.kubernetes.io/name",
            "k8s.io/a",
            "x.batch.amazonaws.com/a",
        ],
    ),
    "EKS_LABEL_KEY": (
        ["team", "example.com/team"],
        ["", "-team", "kubernetes.io/name", "batch.amazonaws.com/z"],
    ),
    "EKS_LABEL_VALUE": (["", "a", "x" * 63, "a-b_c.d"], ["-a", "a-", "x" * 64, "two words"]),
    "S3_FILES_ARN": (
        ["arn:aws:s3files:eu-west-1:123456789012:file-system/fs-1"],
        ["fs-1", "arn:aws:s3:::bucket"],
    ),
    "EFS_FILE_SYSTEM_ID": (["fs-12345678", "fs-0123456789abcdef0"], ["", "my-file-system", "fs-", "fs-XYZ"]),
    "MANAGED_INSTANCE_TYPE": (["m5.large", "g5", "c7*", "*.metal"], ["", "c7i,m7i", "c7i large", "M5"]),
    "NODE_RANGE": (["0:3", ":3", "4:", ":"], ["", "3", "0-3", "a:b", "0:1:2", "-1:2"]),
    "LAUNCH_TEMPLATE_NAME": (["jobs", "batch/(jobs).v1_a-b"], ["jo", "my jobs", "j" * 129]),
    "LAUNCH_TEMPLATE_VERSION": (["1", "42", "$Latest", "$Default"], ["0", "latest", "$latest", "", "1.0"]),
    "FARGATE_PLATFORM_VERSION": (["LATEST", "1.4.0"], ["latest", "1.4", ""]),
    "ROLE_ARN": (
        ["arn:aws:iam::123456789012:role/a", "arn:aws-cn:iam::123456789012:role/service-role/b"],
        [
            "a",
            "arn:aws:iam::123456789012:instance-profile/a",
            "arn:aws:iam::1:role/a",
            "arn:aws:iam::123456789012:role/",
        ],
    ),
    "SCHEDULE": (
        [
            *("rate(1 day)", "rate(30 minutes)", "at(2027-01-01T00:00:00)"),
            *("cron(0 3 * * ? *)", "cron(0 22 ? * MON-FRI *)", "cron(0/5 8,9 L * ? 2027)"),
        ],
        [
            *("rate(5)", "rate(1 week)", "every day", "at(2027-01-01)", "0 3 * * ? *"),
            *("cron(0 3 * * *)", "cron(0 3 * * * *)", "cron(0 3 ? * ? *)", "cron(0 3 * * ? * *)"),
        ],
    ),
    "CAPACITY_UNIT": (["NUM_INSTANCES", "ml.m5.large"], ["m5.large", "num_instances", ""]),
}


def test_every_pattern_has_examples() -> None:
    """A new pattern needs an accepted and a refused example."""
    assert set(EXAMPLES) == set(PATTERNS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_aws_accepts_passes(name: str) -> None:
    """Including the boundary."""
    assert [PATTERNS[name].problem("it", value) for value in EXAMPLES[name][0]] == [None] * len(
        EXAMPLES[name][0]
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_aws_refuses_does_not(name: str) -> None:
    """Including values just beyond the boundary."""
    assert [value for value in EXAMPLES[name][1] if PATTERNS[name].matches(value)] == []


def test_a_problem_says_rule_and_value() -> None:
    """Constructs and rules share the message."""
    assert patterns.JOB_NAME.problem("job_name", "-a") == (
        "job_name must be up to 128 letters, digits, hyphens and underscores, with a letter or digit first, got '-a'"
    )


def test_a_long_value_is_shown_shortened() -> None:
    """The message stays readable for a very long value."""
    problem = patterns.JOB_NAME.problem("job_name", "x" * 5_000)
    assert problem is not None
    assert problem.endswith(f"got '{'x' * 80}… (5000 characters)'")


@given(st.sampled_from(sorted(PATTERNS)), st.text())
def test_any_string_is_either_allowed_or_explained(name: str, value: str) -> None:
    """No string makes a check fail."""
    assert (PATTERNS[name].problem("it", value) is None) is PATTERNS[name].matches(value)


@pytest.mark.parametrize("piece", ["a", "1", "a.", "a-", "*", " ", "ml.", "/", ":"])
def test_hostile_strings_are_answered_shortly(piece: str) -> None:
    """100,000 characters cause neither backtracking nor a long message."""
    problems = {name: PATTERNS[name].problem("it", piece * 100_000 + "!") for name in EXAMPLES}
    assert {name: problem for name, problem in problems.items() if len(problem or "") >= 400} == {}


def test_the_rule_of_a_fact_exists() -> None:
    """Patterns, limits and quotas name rules that are registered, or listed with the reason why nothing checks them."""
    facts = [each for module in (patterns, limits, quotas) for each in vars(module).values()]
    named = {each.rule for each in facts if isinstance(each, Pattern | Range | Quota) and each.rule}
    assert len(named) > 30
    assert sorted(named - {*rules(), *UNCHECKED}) == []
