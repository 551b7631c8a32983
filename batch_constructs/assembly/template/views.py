"""How the data of a template become typed objects.

A view is a window on one mapping of the template: a resource, or a structure inside one. Its members are declared
once, in the words of the CloudFormation page, and are read, resolved and remembered when they are first used::

    class RetryStrategy(View):
        attempts = Integer("Attempts")
        evaluate_on_exit = Structs("EvaluateOnExit", RetryRule)

A scalar is its value, ``None`` if the template does not give it, or an `Unknown`. A structure is always a view: of
one that is not given every member is ``None``, of an unknown one every member is unknown. A list is an `Items`. So
``environment.compute_resources.launch_template.version`` never fails, and a wrong type anywhere is an unknown.

Views cannot be changed. They remember what they have read, in a dictionary that plain attribute access finds
first; that is what makes a second read free, and why they have no slots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, Self, TypeVar, overload

from batch_constructs.assembly.template.unknown import WRONG_TYPE, Unknown, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.documents import Steps
    from batch_constructs.assembly.template.stacks import Stack

T = TypeVar("T")


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
        """The member's value in this view."""
        raise NotImplementedError


class View:
    """One mapping of the template, with typed members.

    Attributes:
        home: the resource that it is part of; a resource is its own home.
        steps: the way to it from the home's properties, such as ``("ComputeResources", "Ec2Configuration", 0)``.
        node: the mapping itself, ``None`` if the template does not give it, an `Unknown` if nobody knows.
    """

    home: Resource
    steps: Steps
    node: dict[str, Any] | Unknown | None
    parts: ClassVar[tuple[Member[Any], ...]] = ()
    # The class and those above it, by which a model finds its views.
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
        """Whether the template gives it for certain."""
        return isinstance(self.node, dict)

    @property
    def absent(self) -> bool:
        """Whether the template leaves it out for certain."""
        return self.node is None

    def raw(self, name: str) -> Any:
        """A member as it stands in the template, resolved but of any type."""
        node = self.node
        if not isinstance(node, dict):
            return node
        if name not in node:
            # A macro may add it.
            return Unknown(name) if "Fn::Transform" in node else None
        return self.home.stack.resolve(node[name])

    def gives(self, *names: str) -> tuple[str, ...]:
        """Which of these members, by CloudFormation name, the template gives for certain."""
        return tuple(name for name in names if isinstance(self.node, dict) and given(self.raw(name)))

    def lacks(self, name: str) -> bool:
        """Whether the template leaves the member out for certain, although the structure is there."""
        return self.present and self.raw(name) is None

    def property_path(self, at: str = "") -> str:
        """The way from the resource's properties to here, or to a member below: ``Timeout.AttemptDurationSeconds``."""
        text = ""
        for step in self.steps:
            text += f"[{step}]" if isinstance(step, int) else f".{step}"
        return f"{text}.{at}".strip(".") if not at.startswith("[") else f"{text}{at}".lstrip(".")


class Resource(View):
    """A resource of a stack; types that nobody needs in particular are plain resources.

    Attributes:
        stack: the stack that it belongs to.
        logical_id: its name in the template.
        type: the CloudFormation type, such as ``AWS::Batch::JobQueue``.
    """

    TYPES: ClassVar[tuple[str, ...]] = ()
    # Where the resource's own name stands; another resource may refer to it by that name, or by an ARN that ends in it.
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
            properties = WRONG_TYPE
        super().__init__(self, (), properties)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.stack.name}/{self.logical_id}>"

    @property
    def conditional(self) -> bool:
        """Whether a condition decides if the resource exists at all."""
        return "Condition" in self.__dict__["entry"]

    @property
    def construct_path(self) -> str:
        """The CDK's path of the construct, such as ``MyStack/Queue/Resource``; empty if the CDK has not made it."""
        metadata = self.__dict__["entry"].get("Metadata")
        path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
        return path if isinstance(path, str) else self.stack.construct_paths.get(self.logical_id, "")

    @property
    def label(self) -> str:
        """What a message calls the resource: the path of its construct, ``MyStack/Queue``; without the CDK the logical id."""
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
    """The class for a resource of the template."""
    return _BY_TYPE.get(entry["Type"], Resource)


def kind_named(name: str) -> type[View] | None:
    """A class of views by its name."""
    return View._kinds.get(name)  # noqa: SLF001 - the registry is filled by the class itself


def inside(view: View) -> Iterator[View]:
    """All structures inside a view that the template gives, or may give, from the top down."""
    for member in type(view).parts:
        value = getattr(view, member.attribute)
        for child in (value,) if isinstance(value, View) else value:
            if child.node is not None:
                yield child
                if child.parts:
                    yield from inside(child)
