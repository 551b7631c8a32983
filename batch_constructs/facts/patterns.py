"""The forms of names and patterns, with their description for messages.

Each matches a whole, known string. Guide: Submitting a Job, Automated Job Retries, Job Definition Parameters,
Job Scheduling, and the chapters on Amazon EKS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.facts.sources import API, EC2, EVENTBRIDGE, PREFLIGHT, guide

if TYPE_CHECKING:
    from batch_constructs.facts.sources import Source

_SHOWN = 80
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DNS_SUBDOMAIN = rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A form that a string must have.

    Attributes:
        regex: The expression for the whole string.
        words: The description that follows "must be" in a message.
        source: The document that states it.
        rule: The id of the rule that enforces it.
        but_not: The strings that fit the form but are refused.
        signs: The signs that may be anywhere in the string; ``None`` if their place matters.
    """

    regex: re.Pattern[str]
    words: str
    source: Source
    rule: str
    but_not: re.Pattern[str] | None = None
    signs: re.Pattern[str] | None = None

    def matches(self, value: str) -> bool:
        """Return whether a known string has the form."""
        refused = self.but_not is not None and self.but_not.match(value)
        return self.regex.fullmatch(value) is not None and not refused

    def refuses(self, part: str) -> bool:
        """Return whether a string cannot be a part of one that has the form, such as ``two words`` in a name."""
        return self.signs is not None and self.signs.fullmatch(part) is None

    def problem(self, name: str, value: str) -> str | None:
        """Return the message about a string of another form; ``None`` if it has the form.

        Args:
            name: The user's name of the value, such as ``job_name``.
            value: A known string; a long one is shortened in the message.
        """
        if self.matches(value):
            return None
        shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}… ({len(value)} characters)"
        return f"{name} must be {self.words}, got {shown!r}"


def _pattern(
    regex: str, words: str, rule: str, source: Source, but_not: str | None = None, signs: str | None = None
) -> Pattern:
    refused = None if but_not is None else re.compile(but_not)
    anywhere = None if signs is None else re.compile(f"[{signs}]*")
    return Pattern(
        regex=re.compile(regex), words=words, source=source, rule=rule, but_not=refused, signs=anywhere
    )


_SIGNS = "A-Za-z0-9_-"
_NAME_WORDS = "1 to 128 letters, digits, hyphens and underscores"

RESOURCE_NAME = _pattern(r"[A-Za-z0-9_-]{1,128}", _NAME_WORDS, "NAME-01", API, signs=_SIGNS)
"""The names of job definitions, compute environments, scheduling policies, quota shares, service environments."""
JOB_QUEUE_NAME = _pattern(r"[A-Za-z0-9_-]{1,128}", _NAME_WORDS, "NAME-02", API, signs=_SIGNS)
JOB_NAME = _pattern(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}",
    "up to 128 letters, digits, hyphens and underscores, with a letter or digit first",
    "NAME-03",
    API,
    signs=_SIGNS,
)
VOLUME_NAME = _pattern(
    r"[A-Za-z0-9_-]{1,255}",
    "1 to 255 letters, digits, hyphens and underscores",
    "NAME-04",
    guide("job_definition_parameters"),
    signs=_SIGNS,
)
# The @ is for digests.
IMAGE = _pattern(
    r"[A-Za-z0-9_:./#@-]{1,255}",
    "an image reference of 1 to 255 letters, digits and the signs - _ : . / # @",
    "NAME-05",
    API,
    signs="A-Za-z0-9_:./#@-",
)
ENVIRONMENT_VARIABLE = _pattern(
    r"(?s).+", "a name that does not begin with AWS_BATCH, which is reserved", "ENV-01", API, r"AWS_BATCH"
)
TAG_KEY = _pattern(
    r"(?s).{1,128}",
    "1 to 128 characters and not begin with 'aws:', which is reserved",
    "TAG-01",
    guide("tag-restrictions"),
    r"(?i)aws:",
)

ON_EXIT_CODE = _pattern(
    r"(?=.{1,512}\Z)[0-9]*\*?", "up to 512 digits, with at most one * at the end", "RET-06", API
)
ON_REASON = _pattern(
    r"(?=(?s:.){1,512}\Z)[A-Za-z0-9.:\s]*\*?",
    "up to 512 letters, digits, periods, colons and white space, with at most one * at the end",
    "RET-07",
    API,
)
ON_STATUS_REASON = ON_REASON
# The API's text allows the * at the end only; the guide's page on retries has *CapacityError* among its patterns.
SERVICE_JOB_STATUS_REASON = _pattern(
    r"(?=.{1,512}\Z)\*?[^\x00-\x1f\x7f*]*\*?",
    "up to 512 printable characters, with at most one * at each end",
    "SE-04",
    API,
)
"""The API's text allows one ``*``, at the end; a page of the guide shows ``*CapacityError*`` as a common pattern."""
SERVICE_JOB_REASON_PREFIX = "Received status from SageMaker: "
"""The prefix of all reasons of service jobs that come from SageMaker AI."""

SHARE_IDENTIFIER = _pattern(
    r"(?=.{1,255}\Z)[A-Za-z0-9_-]*\*?",
    "1 to 255 letters, digits, hyphens and underscores, with at most one * at the end",
    "SP-08",
    PREFLIGHT,
)
"""The API's text allows letters and digits. AWS Batch accepts hyphens and underscores as well, and no other characters."""
SHARE_IDENTIFIER_LOOSE = _pattern(
    r"(?s)[^*]{0,254}.", "1 to 255 characters, with at most one * at the end", "SP-04", API
)

DNS_SUBDOMAIN = _pattern(
    _DNS_SUBDOMAIN,
    "a DNS subdomain: up to 253 lower-case letters, digits, hyphens and periods, with a letter or digit at both ends",
    "EKS-02",
    API,
)
"""The names of volumes and secrets of pods, and of their image pull secrets (EKS-03)."""
EKS_CONTAINER_NAME = _pattern(
    r"[A-Za-z0-9][A-Za-z0-9-]{0,62}",
    "up to 63 letters, digits and hyphens, with a letter or digit first",
    "EKS-01",
    guide("create-job-definition-eks"),
)
_NAMESPACE_WORDS = (
    "1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends, not 'default'"
)
EKS_NAMESPACE = _pattern(
    _LABEL, f"{_NAMESPACE_WORDS} and not beginning with 'kube-'", "EKS-13", API, r"default\Z|kube-"
)
EKS_JOB_NAMESPACE = _pattern(
    _LABEL, f"{_NAMESPACE_WORDS} and not beginning with 'kube'", "EKS-14", API, r"default\Z|kube"
)
KUBERNETES_VERSION = _pattern(r"1\.[0-9]{1,3}", "a version of Kubernetes such as 1.34", "EKS-15", API)
EKS_MEMORY = _pattern(r"[0-9]+Mi", "a whole number of mebibytes with the suffix Mi", "EKS-06", API)
EKS_EMPTY_DIR_SIZE = _pattern(
    r"[0-9]+Mi", "a whole number of mebibytes with the suffix Mi", "EKS-11", PREFLIGHT
)
"""AWS refused 1Gi ("Invalid empty dir size limit.") and accepted 100Mi."""
_METADATA_KEY = r"(?:[a-z0-9][a-z0-9.-]{0,252}/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
# AWS's message: "cannot contain terms from the following [kubernetes.io, k8s.io, batch.amazonaws.com]".
_RESERVED_PREFIX = r".*(kubernetes\.io|k8s\.io|batch\.amazonaws\.com).*/"
_METADATA_WORDS = (
    "a name of up to 63 characters, after an optional DNS subdomain without kubernetes.io, k8s.io and "
    "batch.amazonaws.com, and a slash"
)
EKS_ANNOTATION_KEY = _pattern(_METADATA_KEY, _METADATA_WORDS, "EKS-14", API, _RESERVED_PREFIX)
EKS_LABEL_KEY = _pattern(_METADATA_KEY, _METADATA_WORDS, "EKS-14", API, _RESERVED_PREFIX)
EKS_LABEL_VALUE = _pattern(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?",
    "up to 63 letters, digits, hyphens, underscores and periods, with a letter or digit first and last",
    "EKS-14",
    PREFLIGHT,
)
S3_FILES_ARN = _pattern(
    r"arn:[a-z0-9-]+:s3files:.+",
    "an ARN of S3 Files such as arn:aws:s3files:eu-west-1:111122223333:file-system/fs-0123456789abcdef0",
    "VOL-01",
    guide("s3files-volumes"),
)
EFS_FILE_SYSTEM_ID = _pattern(
    r"fs-[0-9a-f]+", "the id of a file system such as fs-0123456789abcdef0", "VOL-01", PREFLIGHT
)

PLACEHOLDER = re.compile(r"Ref::([A-Za-z0-9_.-]+)")
"""A placeholder in a command, which a parameter replaces (JD-04)."""

# Amazon ECS passes it to EC2's AllowedInstanceTypes.
MANAGED_INSTANCE_TYPE = _pattern(
    r"[a-z0-9*][a-z0-9.*-]{0,29}", "a type or a family such as 'm5.large', 'g5' or 'c7*'", "", EC2
)
NODE_RANGE = _pattern(
    r"[0-9]*:[0-9]*", "a range of node indexes such as 0:3, :3, 4: or : for all", "MNP-05", API
)
LAUNCH_TEMPLATE_VERSION = _pattern(
    r"[1-9][0-9]*|\$Latest|\$Default", "a version number, $Latest or $Default", "LT-03", API
)
LAUNCH_TEMPLATE_NAME = _pattern(
    r"[A-Za-z0-9()./_-]{3,128}", "3 to 128 letters, digits and the signs ( ) . / _ -", "LT-17", EC2
)
FARGATE_PLATFORM_VERSION = _pattern(
    r"LATEST|[0-9]+\.[0-9]+\.[0-9]+",
    "LATEST or a version such as 1.4.0",
    "FGT-07",
    guide("fargate-job-definitions"),
)
ROLE_ARN = _pattern(
    r"arn:[a-z0-9-]+:iam::[0-9]{12}:role/.+",
    "the full ARN of a role, with its path",
    "IAM-01",
    guide("invalid_compute_environment"),
)
CAPACITY_UNIT = _pattern(
    r"NUM_INSTANCES|ml\.[a-z0-9-]+\.[a-z0-9-]+",
    "NUM_INSTANCES, or an instance type of SageMaker such as ml.m5.large",
    "SE-03",
    guide("create-quota-management-resources"),
)

SCHEDULE = _pattern(
    r"rate\(\d+ (minute|hour|day)s?\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)"
    r"|cron\(\S+ \S+ (\? \S+ [^\s?]+|[^\s?]+ \S+ \?) \S+\)",
    "rate(…) as in rate(1 day), at(…) as in at(2027-01-01T00:00:00), or cron(…) of six fields, of which the day of the "
    "month or that of the week is ?, as in cron(0 3 * * ? *)",
    "",
    EVENTBRIDGE,
)
"""The schedules of EventBridge Scheduler."""
