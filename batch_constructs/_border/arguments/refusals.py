"""Messages about wrong calls, with what to write instead."""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import is_dataclass
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args

from batch_constructs._border.arguments.kinds import fitted, is_misplaced, options
from batch_constructs._border.arguments.makers import snake
from batch_constructs._border.arguments.remedies import remedy
from batch_constructs._border.arguments.words import (
    as_written,
    in_words,
    is_public,
    path_of,
    public_kinds,
    with_article,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from inspect import Parameter

__all__ = ["problems"]

# Names from the CDK's L2, the API and Terraform, and our argument for each.
_HABITS = {
    "attempts": "retry_strategy",
    "cmd": "command",
    "compute_environment": "compute_environments",
    "consumable_resources": "consumes",
    "container_overrides": "overrides",
    "cpu": "vcpus",
    "cpus": "vcpus",
    "cron": "schedule",
    "definition": "job_definition",
    "duration": "timeout",
    "efs": "mounts",
    "email": "emails",
    "entry_point": "command",
    "entrypoint": "command",
    "env": "environment",
    "env_vars": "environment",
    "environment_variables": "environment",
    "fair_share_policy": "scheduling_policy",
    "image_id": "image_ids",
    "image_uri": "image",
    "instance_classes": "instance_types",
    "job": "job_definition",
    "job_role_arn": "job_role",
    "log_configuration": "logging",
    "log_driver": "logging",
    "memory_limit_mib": "memory",
    "mount_points": "mounts",
    "queue": "job_queue",
    "rate": "schedule",
    "retries": "retry_strategy",
    "retry_attempts": "retry_strategy",
    "role": "job_role",
    "schedule_expression": "schedule",
    "security_group_ids": "security_groups",
    "service_role_arn": "service_role",
    "spot_bid_percentage": "bid_percentage",
    "subnets": "vpc_subnets",
    "task_role": "job_role",
    "topic_arn": "topic",
    "types": "instance_types",
    "availability_zones": "vpc_subnets",
    "state": "enabled",
    "tags": "instance_tags",
    "volumes": "mounts",
    "vpc_id": "vpc",
}
_FEW = 12


def problems(
    function: Any,
    label: str,
    parameters: Mapping[str, Parameter],
    expected: Mapping[str, Any],
    by_position: Sequence[tuple[str, Any]],
    left: Sequence[Any],
    by_name: Mapping[str, Any],
) -> list[str]:
    """Return the problems of a call, one line for each.

    Args:
        function: The called function.
        label: Its name.
        parameters: The parameters of its signature.
        expected: Their annotations, evaluated.
        by_position: The positional arguments, with the names of their parameters.
        left: The positional arguments that are too many.
        by_name: The keyword arguments.
    """
    given = {**dict(by_position), **by_name}
    if isinstance(given.get("scope"), str) and not isinstance(given.get("id", ""), str):
        return [f"{label} takes scope, then id, got {as_written(given['scope'])} first: change their places"]
    found = _too_many(label, parameters, expected, left)
    if is_misplaced(function, given):
        found.append(f"scope must be a Stack or a construct in one, got {as_written(given['scope'])}")
    for name, value in [*by_position, *by_name.items()]:
        if (
            name in by_name
            and name in parameters
            and parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        ):
            found.append(f"{label} takes {name} by position: write them without a name")
        elif name in parameters:
            found += _wrong(name, value, expected, given, parameters)
        else:
            found.append(_unknown(label, name, parameters, expected))
    found += [
        f"{label} needs {name}{_in_words(expected.get(name))}"
        for name, each in parameters.items()
        if each.default is each.empty
        and each.kind is not each.VAR_POSITIONAL
        and name not in given
        and not left
    ]
    return found


def _in_words(expected: Any) -> str:
    return "" if expected is None or expected is Any else f": {in_words(expected)}"


def _too_many(
    label: str, parameters: Mapping[str, Parameter], expected: Mapping[str, Any], left: Sequence[Any]
) -> list[str]:
    if not left:
        return []
    own = {name: each for name, each in parameters.items() if name not in {"self", "cls"}}
    by_position = [name for name, each in own.items() if each.kind is not each.KEYWORD_ONLY]
    by_name = [name for name in own if name not in by_position]
    taken = " and ".join(by_position) + " by position" if by_position else "nothing by position"
    # A string may be meant for any parameter.
    fits = (
        [] if isinstance(left[0], str) else [each for each in by_name if _fits(left[0], expected.get(each))]
    )
    if not fits and "." in label and by_position and _fits(left[0], expected.get(by_position[-1], Any)):
        return [f"{label} takes {taken}, got {as_written(left[0])} as well: call it once for each"]
    such_as = f", as in {(fits or by_name)[0]}=…" if by_name else ""
    return [f"{label} takes {taken}, got {as_written(left[0])} as well: write it by name{such_as}"]


def _wrong(
    name: str,
    value: Any,
    expected: Mapping[str, Any],
    given: Mapping[str, Any],
    parameters: Mapping[str, Parameter],
) -> list[str]:
    if name not in expected:
        return []
    variadic = parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
    if variadic and isinstance(value, list | tuple) and not _fits(value, expected[name]):
        return [f"{name} must be given one by one, got {as_written(value)}: write *[…]"]
    wrong: list[tuple[str, Any, Any]] = []
    fitted(name, value, expected[name], wrong)
    return [
        f"{where} must be {in_words(kind)}, got {_got(what, kind)}"
        f"{_elsewhere(name, what, expected, given) or remedy(where, what, kind)}"
        for where, what, kind in wrong
    ]


def _got(value: Any, expected: Any) -> str:
    """Return the value as written; with its module if a class of the same name is expected."""
    kinds = {each for some in options(expected) if isinstance(some, type) for each in public_kinds(some)}
    own, names = type(value), {each.__name__ for each in kinds}
    name = own.__name__.removeprefix("_").removesuffix("Proxy")
    if own in kinds or isinstance(value, Enum) or name not in names:
        return as_written(value)
    return with_article(path_of(own).replace(own.__name__, name))


def _fits(value: Any, expected: Any) -> bool:
    wrong: list[tuple[str, Any, Any]] = []
    fitted("", value, expected, wrong)
    return not wrong


def _elsewhere(name: str, value: Any, expected: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """Return a hint at the argument that the value belongs to: a topic that was given as a target belongs to ``topic``.

    If two arguments were swapped, both get a hint.
    """
    for other in expected.keys() & given.keys() - {name}:
        theirs = given[other]
        if (
            _fits(value, expected[other])
            and _fits(theirs, expected[name])
            and not _fits(theirs, expected[other])
        ):
            return f": it and {other} have changed places"
    if name == "environment" and "secrets" in expected and hasattr(type(value), "secret_arn"):
        return ": give it in secrets, by batch.Secret.from_secrets_manager(…)"
    if isinstance(value, str):
        return (
            f": give it as emails=[{value!r}]"
            if "@" in value and "emails" in expected.keys() - {name}
            else ""
        )
    other = snake(type(value).__name__)
    return f": give it as {other}=…" if other in expected and other not in given else ""


def _unknown(label: str, name: str, parameters: Mapping[str, Parameter], expected: Mapping[str, Any]) -> str:
    known = [each for each in parameters if each not in {"self", "cls"}]
    spelt = snake(name)
    habit = _HABITS.get(spelt)
    inside = next(_inside({name, spelt, habit}, expected), None)
    if inside and not {spelt, habit} & set(known):
        return f"{label} has no argument {name!r}: {inside}"
    longer = [each for each in known if each.startswith(f"{spelt}_") or each.endswith(f"_{spelt}")]
    close = (
        [each for each in (spelt, habit) if each in known] or longer or get_close_matches(spelt, known, n=1)
    )
    if close and parameters[close[0]].kind is inspect.Parameter.VAR_POSITIONAL:
        return f"{label} takes {close[0]} by position: write them without a name"
    if close:
        return f"{label} has no argument {name!r} (did you mean {close[0]!r}?)"
    if len(known) <= _FEW:
        return f"{label} has no argument {name!r}: it has {', '.join(known)}"
    remedy = _classes_with(label, name) or f"help(bc.{label}) lists those that it has"
    return f"{label} has no argument {name!r}: {remedy}"


def _inside(names: set[str | None], expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield the class of list items that has the argument: the image of a pod belongs to each container."""
    for parameter, annotation in expected.items():
        items = [item for each in options(annotation) if len(get_args(each)) == 1 for item in get_args(each)]
        for kind in (each for item in items for each in options(item)):
            if not (isinstance(kind, type) and is_dataclass(kind)):
                continue
            if is_public(kind) and names & inspect.signature(kind).parameters.keys():
                yield f"{path_of(kind)} has it, in {parameter}"


def _classes_with(label: str, name: str) -> str:
    """Return a hint at the public classes that are named after an argument, or that have it."""
    package = sys.modules["batch_constructs"]
    names: list[str] = package.__dict__["__all__"]
    kind = re.sub(r"^[A-Z][a-z0-9]+", "", label)
    for each in names:
        if kind and each.lower() == f"{name.replace('_', '')}{kind}".lower():
            return f"make a {each}"
    having = [each for each in names if name in _arguments_of(getattr(package, each))]
    return (
        f"{' and '.join(having)} {'has' if len(having) == 1 else 'have'} it" if 0 < len(having) <= 3 else ""
    )


def _arguments_of(kind: Any) -> Collection[str]:
    made = vars(kind).get("__init__") if isinstance(kind, type) else None
    return inspect.signature(made).parameters if inspect.isfunction(made) else ()
