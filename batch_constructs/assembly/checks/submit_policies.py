"""Policies that name the job definitions of SubmitJob."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import PartialText, is_known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import Unknown
    from batch_constructs.assembly.template.resources import Statement

CHAPTER = "Supported Resource-Level Permissions for AWS Batch API Actions"

_SUBMIT = "batch:submitjob"
_BARE = re.compile(r":job-definition/([A-Za-z0-9_-]+)\Z")


@rule(
    "IAM-37",
    severity=Severity.WARNING,
    remedy="name all revisions, as in job-definition/NAME:*",
    prevents="AccessDenied for a submission that the policy seems to allow, or one that goes through although it is denied",
)
def definitions_have_revisions(statement: Statement) -> Iterator[Finding]:
    """A policy for SubmitJob must name a definition with its revision, or with :* for all of them."""
    if not any(is_known(action) and fnmatchcase(_SUBMIT, action.lower()) for action in statement.actions):
        return
    resources = [_literal_end(resource) for resource in statement.resources]
    for index, text in enumerate(resources):
        bare = _BARE.search(text)
        if bare is None or any(_covers(other, bare[1]) for other in resources):
            continue
        does = "denies" if is_known(statement.effect) and statement.effect == "Deny" else "allows"
        message = (
            f"job-definition/{bare[1]} {does} no submission: the resource of a submission ends in the revision, such as "
            f"{bare[1]}:1"
        )
        yield Finding(statement, message, at=f"Resource[{index}]")


def _literal_end(resource: str | Unknown) -> str:
    """Return a resource, or the literal part at its end; empty if there is none."""
    if isinstance(resource, PartialText):
        return resource.suffix
    return resource if is_known(resource) else ""


def _covers(resource: str, name: str) -> bool:
    """Return whether a resource of a policy matches a revision of a definition."""
    return fnmatchcase(f"{name}:1", resource.rpartition("/")[2]) or fnmatchcase(
        f"{name}:2", resource.rpartition("/")[2]
    )
