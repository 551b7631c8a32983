"""Find the call that turns a given value into the expected kind, from the signatures of the CDK and of ours."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import is_dataclass
from enum import Enum
from importlib import import_module
from pathlib import PurePath
from types import NoneType
from typing import TYPE_CHECKING, Any, get_type_hints

from batch_constructs._border import seam
from batch_constructs._border.arguments.annotations import hints
from batch_constructs._border.arguments.kinds import fitted, options
from batch_constructs._border.arguments.words import as_written, is_public, path_of, public_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["calls_that_make", "imports_of", "snake"]

# Interfaces that are not named after the class that users create or import.
_USUAL = {
    "IConnectable": "SecurityGroup",
    "IGrantable": "Role",
    "IComputeEnvironmentRef": "Ec2ComputeEnvironment",
    "IJobDefinitionRef": "Ec2JobDefinition",
    "ISchedulingPolicyRef": "FairSharePolicy",
    "IStateMachineRef": "JobChainStateMachine",
}
_TREE = {"scope", "id"}


def calls_that_make(_: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[str]:
    """Yield calls that accept the value: ``write ecs.ContainerImage.from_ecr_repository(…)``.

    Args:
        _: The name of the value.
        value: The given value.
        kinds: The alternatives of the annotation.
    """
    if value is None or value is False:
        return
    classes = [
        each
        for some in kinds
        if isinstance(some, type) and some is not NoneType
        for each in public_kinds(some)
    ]
    for kind in classes if value is not True else ():
        if isinstance(value, type) and issubclass(value, Enum):
            if kind is value:
                yield f"write one of its members, such as {path_of(value)}.{next(iter(value)).name}"
        elif isinstance(value, type):
            if kind in value.__mro__ or value.__name__ == kind.__name__.removeprefix("I"):
                yield f"write {path_of(value)}(…), which makes one"
        elif not issubclass(kind, Enum) and kind not in {str, int, float, bool}:
            yield from _makes(kind, value)
    classes = [each for each in classes if each not in {str, int, float}]
    if (
        len(classes) == 1
        and is_dataclass(classes[0])
        and is_public(classes[0])
        and not isinstance(value, type)
    ):
        required = [f"{name}=…" for name in _required(classes[0].__init__)]
        yield f"write {path_of(classes[0])}({', '.join(required) or '…'})"


def _makes(kind: type, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and (is_dataclass(kind) or seam.is_struct(kind)):
        named = {snake(str(key)): each for key, each in value.items()}
        if named.keys() <= inspect.signature(kind).parameters.keys():
            inside = ", ".join(f"{key}={_code(each)}" for key, each in named.items())
            yield f"write {path_of(kind)}({inside})"
        return
    if isinstance(value, str) and value.lower() == kind.__name__.lower():
        yield f"write {path_of(kind)}()"
    for call, function in _makers(kind):
        expected, required = _hints(function), _required(function)
        if isinstance(value, str):
            for name in required[:1]:
                yield from (f"write {call.format(value=each)}" for each in _secret(expected.get(name), value))
        # For a string, only the first argument is a safe guess.
        plain = isinstance(value, str | int | float) or type(value).__name__ in {"Duration", "Size"}
        names = required or (list(expected)[:1] if plain and not isinstance(value, Enum) else list(expected))
        fits = [each for each in names if _takes_it(expected.get(each), value)]
        if len(required) <= 1 and fits:
            yield f"write {call.format(name=fits[0], value=_shown(value))}"


def _secret(annotation: Any, value: str) -> Iterator[str]:
    """Yield the import of a secret or a parameter for its ARN, as the argument of the call that takes one."""
    service = value.split(":")[2] if value.startswith("arn:") and value.count(":") > 2 else None
    for kind in options(annotation):
        if isinstance(kind, type) and kind.__module__ == f"aws_cdk.aws_{service}":
            yield from (
                each.removeprefix("write ") for owner in _owners(kind) for each in _import(owner, value)
            )


def _code(value: Any) -> str:
    text = as_written(value)
    try:
        ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text if isinstance(value, Enum) else "…"
    return text


def _shown(value: Any) -> str:
    if isinstance(value, PurePath):
        return repr(str(value))
    return as_written(value) if isinstance(value, str | int | float | Enum) else "…"


def _makers(kind: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield a call as a template with an argument's name and value, and the function that it calls."""
    for owner in _owners(kind):
        yield f'{path_of(owner)}(stack, "{owner.__name__}", {{name}}={{value}})', vars(owner)["__init__"]
    if seam.is_jsii(kind) and not seam.is_interface(kind):
        for each in dir(kind):
            maker = inspect.getattr_static(kind, each, None)
            if isinstance(maker, classmethod | staticmethod) and _gives(maker.__func__, kind):
                yield f"{path_of(kind)}.{each}({{value}})", maker.__func__
    if kind.__name__ == "IRuleTarget":
        targets = vars(import_module("aws_cdk.aws_events_targets"))
        for name, each in targets.items():
            if isinstance(each, type) and kind in (*each.__mro__, *seam.interfaces_of(each)):
                yield f"events_targets.{name}({{value}})", vars(each)["__init__"]
    if is_dataclass(kind) or seam.is_struct(kind) or is_public(kind):
        yield f"{path_of(kind)}({{name}}={{value}})", kind.__init__


def _gives(function: Callable[..., Any], kind: type) -> bool:
    if _TREE & inspect.signature(function).parameters.keys():
        return False
    try:
        given = get_type_hints(function).get("return")
    except (NameError, TypeError):
        return False
    return isinstance(given, type) and kind in given.__mro__


def _required(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters
    own = {"self", "cls", *_TREE}
    return [
        name
        for name, each in parameters.items()
        if name not in own
        and each.default is each.empty
        and each.kind not in {each.VAR_POSITIONAL, each.VAR_KEYWORD}
    ]


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    original = inspect.unwrap(function)
    if original.__module__.startswith("batch_constructs"):
        return {name: kind for name, kind in hints(original, load=True).items() if name not in _TREE}
    try:
        return {
            name: kind for name, kind in get_type_hints(original).items() if name not in {*_TREE, "return"}
        }
    except (NameError, TypeError):
        return {}


def _takes_it(annotation: Any, value: Any) -> bool:
    """Return whether an annotation matches the value exactly: not by `Any`, and a string only by a plain `str`."""
    value = str(value) if isinstance(value, PurePath) else value
    kinds = [
        each for each in options(annotation) if each not in {Any, object, type(None)} and each is not Mapping
    ]
    if isinstance(value, str) and not isinstance(value, Enum):
        return kinds == [str]
    wrong: list[tuple[str, Any, Any]] = []
    return (
        bool(kinds)
        and all(isinstance(each, type) or hasattr(each, "__args__") for each in kinds)
        and (fitted("", value, annotation, wrong) is value and not wrong)
    )


def imports_of(_: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[str]:
    """Yield imports of a resource by its ARN, name or id, or else the classes that create one.

    Args:
        _: The name of the value.
        value: The given value.
        kinds: The alternatives of the annotation.
    """
    owners = [owner for kind in kinds for owner in _owners(kind)]
    if isinstance(value, str):
        # An ARN has the kind of its resource: ``arn:aws:iam::…:instance-profile/…``.
        owners.sort(key=lambda owner: snake(owner.__name__).replace("_", "-") not in value)
        for owner in owners:
            yield from _import(owner, value)
        yield from (f"make one with {path_of(owner)}" for owner in owners)
        return
    yield from (each for owner in owners for each in _import_l1(owner, value))
    if isinstance(value, Collection | bool | int | float | None):
        yield from (f"make one with {path_of(owner)}" for owner in owners)


def _import(owner: type, value: str) -> Iterator[str]:
    known = [each for each in dir(owner) if each.startswith("from_") and _is_own(owner, each)]
    known = [each for each in known if each != "from_cli_json"]
    is_arn, is_id = value.startswith("arn:"), bool(re.match(r"[a-z]+-[0-9a-f]{8,}$", value))
    order = ["_arn"] if is_arn else ["_id", "_lookup"] if is_id else ["_name", "_complete_arn", "_arn", "_id"]
    fits = [each for end in order for each in known if each.endswith(end)]
    fits.sort(key=lambda each: not each.startswith(f"from_{snake(owner.__name__.removeprefix('Cfn'))}"))
    path, name = path_of(owner), owner.__name__
    if fits:
        text = as_written(value) if is_arn or not fits[0].endswith("_arn") else "'arn:…'"
        lookup = "vpc_id=" if fits[0] == "from_lookup" else ""
        yield f'write {path}.{fits[0]}(stack, "{name}", {lookup}{text})'
    elif known:
        yield f"import it with {path}.{known[0]}"


def _import_l1(owner: type, value: Any) -> Iterator[str]:
    """Yield the import of an L1 if only an L2 is accepted: ``iam.Role.from_role_arn(stack, "Role", ….attr_arn)``."""
    kind = type(value)
    if kind.__name__ != f"Cfn{owner.__name__}":
        return
    for end in ("arn", "id", "name"):
        importer = f"from_{snake(owner.__name__)}_{end}"
        attribute = next(
            (each for each in (f"attr_{end}", f"attr_group_{end}") if hasattr(kind, each)),
            "ref" if end == "name" else None,
        )
        if attribute and hasattr(owner, importer):
            yield f'write {path_of(owner)}.{importer}(stack, "{owner.__name__}", ….{attribute})'
            return
    if hasattr(owner, importer := f"from_{snake(owner.__name__)}_attributes"):
        yield f"import it with {path_of(owner)}.{importer}"


def _is_own(owner: type, name: str) -> bool:
    """Return whether an importing method is our own; one that our class inherits from the CDK returns the CDK's class."""
    if not owner.__module__.startswith("batch_constructs"):
        return True
    home = next((each for each in owner.__mro__ if name in vars(each)), owner)
    return home.__module__.startswith("batch_constructs")


def _owners(kind: Any) -> Iterator[type]:
    """Yield the constructs with an interface, ours first: `JobQueue` for ``IJobQueueRef``."""
    if not isinstance(kind, type) or not seam.is_interface(kind) or not seam.is_jsii(kind):
        return
    name = _USUAL.get(kind.__name__) or re.sub(r"^I(?=[A-Z])|Ref$", "", kind.__name__)
    package = sys.modules["batch_constructs"]
    if name in package.__dict__["_HOMES"]:
        yield getattr(package, name)
    home = kind.__module__.rpartition(".")[2]
    module = import_module(f"aws_cdk.{home}") if home.startswith("aws_") else None
    plain = re.sub(r"^I(?=[A-Z])|Ref$", "", kind.__name__)
    for each in dict.fromkeys((name, plain, f"Cfn{plain}", f"Fairshare{plain}")):
        if isinstance(theirs := getattr(module, each, None), type):
            yield theirs


def snake(name: str) -> str:
    """Return ``job_queue`` for ``JobQueue``.

    Args:
        name: A class name, in camel case.
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
