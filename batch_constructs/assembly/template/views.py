"""Turns the data of a template into typed objects.

A view wraps one mapping of the template: a resource, or a structure inside one. Its members are declared once,
named as on the CloudFormation page. A member is resolved when it is first read, and then cached::

    class RetryStrategy(View):
        attempts = Integer("Attempts")
        evaluate_on_exit = Structs("EvaluateOnExit", RetryRule)

A scalar is its value, ``None`` if the template omits it, or an `Unknown`. A structure is always a view: if it is
omitted, all its members are ``None``; if it is unknown, all its members are unknown. A list is an `Items`. So
``environment.compute_resources.launch_template.version`` never fails, and a value of a wrong type is an unknown.

Views are immutable. They cache values in ``__dict__``, where attribute access finds them before the descriptor;
this makes a second read free, and is why views have no slots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, Protocol, Self, TypeVar, overload

from batch_constructs.assembly.template.loops import may_grow
from batch_constructs.assembly.template.unknown import Hidden, Unknown, WrongType, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.documents import Steps
    from batch_constructs.assembly.template.stacks import Stack

T = TypeVar("T")
V = TypeVar("V", bound="View")


class Member(Generic[T]):
    """One member of a view, by its CloudFormation name; read once."""

    part: type[View] | None = None

    def __init__(self, name: str) -> None:
        self.name = name
        self.attribute = ""

    def __set_name__(self, owner: type, attribute: str) -> None:
        self.attribute = attribute

    @overload
    def __get__(self, view: None, owner: type) -> Self: ...
    @overload
    def __get__(self, view: View, owner: type) -> T: ...
    def __get__(self, view: View | None, owner: type) -> Self | T:
        if view is None:
            return self
        value = view.__dict__[self.attribute] = self.read(view)
        return value

    def read(self, view: View) -> T:
        """Return the member's value in this view."""
        raise NotImplementedError


class View:
    """One mapping of the template, with typed members.

    Attributes:
        home: the resource that it is part of; a resource is its own home.
        steps: the path from the home's properties, such as ``("ComputeResources", "Ec2Configuration", 0)``.
        node: the mapping itself, ``None`` if the template omits it, an `Unknown` if it is not known.
    """

    home: Resource
    steps: Steps
    node: dict[str, Any] | Unknown | None
    parts: ClassVar[tuple[Member[Any], ...]] = ()
    # The class and its base classes, under which a model files its views.
    kinds: ClassVar[tuple[type[View], ...]] = ()

    _kinds: ClassVar[dict[str, type[View]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = tuple(m for m in vars(cls).values() if isinstance(m, Member) and m.part is not None)
        cls.parts = cls.parts + own
        cls.kinds = tuple(kind for kind in cls.__mro__ if issubclass(kind, View) and kind is not View)
        View._kinds[cls.__name__] = cls

    def __init__(self, home: Resource, steps: Steps, node: dict[str, Any] | Unknown | None) -> None:
        self.__dict__.update(home=home, steps=steps, node=node)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a template cannot be changed: {name}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.home.logical_id} {self.property_path()}>"

    @property
    def present(self) -> bool:
        """Return whether the template certainly contains it."""
        return isinstance(self.node, dict)

    @property
    def absent(self) -> bool:
        """Return whether the template certainly omits it."""
        return self.node is None

    def raw(self, name: str) -> Any:
        """Return a member as the template has it, resolved but of any type."""
        node = self.node
        if not isinstance(node, dict):
            return node
        if name not in node:
            grows = "Fn::Transform" in node or (self.home.stack.loops.left and may_grow(node))
            return Hidden(name) if grows else None
        return self.home.stack.resolve(node[name])

    def gives(self, *names: str) -> tuple[str, ...]:
        """Return those of the members, by CloudFormation name, that the template certainly contains."""
        return tuple(name for name in names if isinstance(self.node, dict) and is_given(self.raw(name)))

    def omits(self, name: str) -> bool:
        """Return whether the template certainly omits the member, although it contains this structure."""
        return self.present and self.raw(name) is None

    def property_path(self, at: str = "") -> str:
        """Return the path from the resource's properties to here, or to a member below: ``Timeout.AttemptDurationSeconds``."""
        text = ""
        for step in self.steps:
            text += f"[{step}]" if isinstance(step, int) else f".{step}"
        return f"{text}.{at}".strip(".") if not at.startswith("[") else f"{text}{at}".lstrip(".")


class Resource(View):
    """A resource of a stack; types that no rule looks at have no class of their own.

    Attributes:
        stack: the stack that it belongs to.
        logical_id: its name in the template.
        type: the CloudFormation type, such as ``AWS::Batch::JobQueue``.
    """

    TYPES: ClassVar[tuple[str, ...]] = ()
    # The property with the resource's own name. Other resources may refer to it by that name or by an ARN that ends in it.
    NAME: ClassVar[str] = ""

    stack: Stack
    logical_id: str
    type: str

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _BY_TYPE.update(dict.fromkeys(vars(cls).get("TYPES", ()), cls))

    def __init__(self, stack: Stack, logical_id: str, entry: dict[str, Any]) -> None:
        self.__dict__.update(stack=stack, logical_id=logical_id, type=entry["Type"], entry=entry)
        properties = stack.resolve(entry.get("Properties", {}))
        if not isinstance(properties, dict | Unknown):
            properties = WrongType(properties)
        super().__init__(self, (), properties)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.stack.name}/{self.logical_id}>"

    @property
    def condition(self) -> str:
        """The name of the condition under which the resource exists; empty without one."""
        name = self.__dict__["entry"].get("Condition")
        return name if isinstance(name, str) else ""

    @property
    def conditional(self) -> bool:
        """Return whether the resource exists only under a condition that is not known to hold."""
        return "Condition" in self.__dict__["entry"] and not self.stack.conditions.get(self.condition)

    @property
    def construct_path(self) -> str:
        """The CDK's path of the construct, such as ``MyStack/Queue/Resource``; empty without the CDK."""
        metadata = self.__dict__["entry"].get("Metadata")
        path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
        return path if isinstance(path, str) else self.stack.construct_paths.get(self.logical_id, "")

    @property
    def made_by(self) -> str:
        """The class of this library that created it, such as ``JobQueue``; empty for any other resource."""
        path = self.construct_path
        while path and path not in self.stack.made_by:
            path = path.rpartition("/")[0]
        return self.stack.made_by.get(path, "")

    @property
    def label(self) -> str:
        """The resource's name in messages: its construct path, ``MyStack/Queue``, or the logical id without the CDK."""
        path = self.construct_path
        for ending in ("/Resource", "/Default"):
            path = path.removesuffix(ending)
        return path or self.logical_id

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The logical ids under ``DependsOn``."""
        names = self.__dict__["entry"].get("DependsOn", ())
        return tuple(n for n in (names if isinstance(names, list) else [names]) if isinstance(n, str))

    @property
    def metadata(self) -> dict[str, Any]:
        """The resource's ``Metadata``."""
        metadata = self.__dict__["entry"].get("Metadata")
        return metadata if isinstance(metadata, dict) else {}


_BY_TYPE: dict[str, type[Resource]] = {}


def kind_of(entry: dict[str, Any]) -> type[Resource]:
    """Return the class for a resource of the template."""
    return _BY_TYPE.get(entry["Type"], Resource)


def kind_named(name: str) -> type[View] | None:
    """Return a class of views by its name."""
    return View._kinds.get(name)  # noqa: SLF001 - the registry is filled by the class itself


class Views(Protocol):
    """Anything that finds views by their kind: a `BatchModel`."""

    def of(self, kind: type[V]) -> tuple[V, ...]:
        """Return all views of a kind."""


def structures_inside(view: View) -> Iterator[View]:
    """Yield all structures inside a view that the template contains or may contain, parents first."""
    for member in type(view).parts:
        value = getattr(view, member.attribute)
        for child in (value,) if isinstance(value, View) else value:
            if child.node is not None:
                yield child
                if child.parts:
                    yield from structures_inside(child)
