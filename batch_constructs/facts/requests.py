"""The requests that make resources of AWS Batch, as the AWS CLI takes them with ``--cli-input-json``.

Their members are those of the API; where CloudFormation writes one otherwise, or does not have it, that stands here,
too. Chapters: Job Definition Template, Job Queue Template, Compute Environment Template.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from batch_constructs.facts._data import load

DATA_FILE = "requests.json"

MemberType: TypeAlias = str | list[str]
"""``"string"``, ``"integer"``, ``"number"``, ``"boolean"``, ``"map"`` (of strings), or the name of a structure; in a
list of one where the member is a list of these."""

SCALARS = frozenset({"string", "integer", "number", "boolean", "map"})


@dataclass(frozen=True, slots=True)
class Structure:
    """The members of an object in a request."""

    members: dict[str, MemberType]
    required: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One operation of the API that makes a resource.

    Attributes:
        operation: Its name in the API.
        structure: The name of the structure that it takes.
        resource_type: What CloudFormation calls the resource.
        name_member: The member with the resource's name.
        lacking: Members that CloudFormation does not have, as paths without indexes.
    """

    operation: str
    structure: str
    resource_type: str
    name_member: str
    lacking: frozenset[str]

    @property
    def cli_command(self) -> str:
        """The command that takes it: ``register-job-definition``."""
        words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in self.operation)
        return words.removeprefix("-")


@cache
def request(operation: str) -> Request:
    """One of the requests: ``"RegisterJobDefinition"``, ``"CreateJobQueue"`` and so on."""
    return Request(operation=operation, **_request(_data()["requests"][operation]))


@cache
def structure(name: str) -> Structure:
    """The members of a structure."""
    found = _data()["structures"][name]
    return Structure(found["members"], frozenset(found.get("required", ())))


def property_name(member: str) -> str:
    """What CloudFormation calls a member."""
    names: dict[str, str] = _data()["property_names"]
    return names.get(member) or member[0].upper() + member[1:]


@cache
def _data() -> dict[str, Any]:
    return load(DATA_FILE)


def _request(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "lacking": frozenset(found["lacking"])}
