"""One stack: a template with its parameters bound, among the other stacks of an assembly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from batch_constructs.assembly.template import intrinsics
from batch_constructs.assembly.template.conditions import OpenChoices, conditions_of
from batch_constructs.assembly.template.loops import LOOP, Loops, macros_of
from batch_constructs.assembly.template.unknown import (
    ImportedValue,
    ParameterValue,
    PartialText,
    Reference,
    Unknown,
    ending,
    identity,
)
from batch_constructs.assembly.template.views import Resource, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator, Mapping

    from batch_constructs.assembly.template.documents import Document, Steps

R = TypeVar("R", bound=Resource)


class Stack:
    """The resources of one template, and the values of its expressions.

    Attributes:
        name: the stack's name in the assembly, else the file's name.
        place: the file's path in the folder that was read, without suffixes; empty for a stack of a cloud assembly.
        document: the template's data and line numbers.
        resources: by logical id.
        condition_section: the definitions of the conditions.
        exports: the exports of all stacks of the assembly: name to stack and node.
        deployed_as: CloudFormation's name for the stack; `name` unless the assembly says otherwise.
        siblings: all stacks of the assembly, by CloudFormation's names for them.
        loops: the template's loops.
        root: the template, with its loops expanded.
        open: the parameters and conditions that were read while undecided.
        original: the stack with all choices open, of which this one is a copy; else the stack itself.
        construct_paths: the CDK's paths by logical id, for resources that do not contain them.
        made_by: construct path to the class of this library that is there.
        acknowledged: construct path to the rules that were acknowledged there, in the CDK.
        image_platforms: tag of an image that the CDK builds to its platform, such as ``linux/arm64``.
    """

    def __init__(self, name: str, document: Document, environment: Mapping[str, Any] | None = None) -> None:
        self.name = name
        self.place = ""
        self.document = document
        self.mappings = _section(document.root, "Mappings")
        self._parameters = _section(document.root, "Parameters")
        # Pseudo-parameters that the assembly fixes, such as AWS::Region.
        self.environment = environment or {}
        # A nested stack gets its parameters only from its parent.
        self._parent: tuple[Stack, dict[str, Any]] | None = None
        self.nested: dict[str, Stack] = {}
        self.condition_section = _section(document.root, "Conditions")
        self._conditions: dict[str, bool] | None = None
        self.open = OpenChoices()
        self.exports: dict[str, tuple[Stack, Any]] = {}
        self.deployed_as = name
        self.siblings: dict[str, list[Stack]] = {}
        # Also ends circles: a value is unknown while it is being computed.
        self._values: dict[tuple[str, str], Any] = {}
        self._names: dict[type[Resource], dict[Hashable, Resource]] = {}
        self.construct_paths: dict[str, str] = {}
        self.made_by: dict[str, str] = {}
        self.acknowledged: dict[str, frozenset[str]] = {}
        self.image_platforms: dict[str, str] = {}
        self._comparisons: Mapping[str, bool] = {}
        self.original = self
        self.resources: dict[str, Resource] = {}
        self.loops = Loops(document.root, self.resolve)
        self.root = root = self.loops.root
        self.condition_section = _section(root, "Conditions")
        self._outputs = _section(root, "Outputs")
        # Reading properties may evaluate a Ref or an Fn::If, which looks up resources and names.
        for logical_id, entry in _section(root, "Resources").items():
            if isinstance(entry, dict) and isinstance(entry.get("Type"), str):
                self.resources[logical_id] = kind_of(entry)(self, logical_id, entry)

    def __repr__(self) -> str:
        return f"<Stack {self.name}>"

    @property
    def file(self) -> str:
        """The template file as the caller named it; empty without a file."""
        return str(self.document.file or "")

    def nest(self, logical_id: str, child: Stack, arguments: dict[str, Any]) -> None:
        """Register another stack as the one that a resource of this stack deploys."""
        self.nested[logical_id] = child
        child._parent = (self, arguments)
        child._conditions = None

    @property
    def parameters(self) -> dict[str, Any]:
        """The stack's parameters by name, as the template declares them."""
        return self._parameters

    @property
    def entries(self) -> dict[str, Any]:
        """The template's ``Resources``, also those that this deployment does not create."""
        return _section(self.root, "Resources")

    @property
    def unread(self) -> tuple[str, ...]:
        """What may create resources that nobody can see in the template, one sentence each."""
        loops = [f"{LOOP}{name} is not read, because {why}" for name, why in self.loops.unread.items()]
        macros = [f"{name} may create or change resources, and is not run" for name in macros_of(self.root)]
        return (*loops, *macros)

    @property
    def parent(self) -> tuple[Stack, dict[str, Any]] | None:
        """The stack that deploys this one, with the parameters that it passes."""
        return self._parent

    @property
    def is_nested(self) -> bool:
        """Return whether another stack of the assembly deploys this one, and gives it its parameters."""
        return self._parent is not None

    def bind(self, values: Mapping[str, Any]) -> None:
        """Fix the values of parameters and pseudo-parameters, and so the conditions, as a deployment does.

        Args:
            values: The values by name; all others stay unknown.
        """
        self.environment = {**self.environment, **values}
        self._values = {}
        self._conditions = None

    @property
    def conditions(self) -> dict[str, bool]:
        """The conditions that are decided: by literals, mappings and the Region, or by the values given to `bind`."""
        if self._conditions is None:
            # Undecided while they are evaluated: conditions cannot contain Fn::If.
            self._conditions = {}
            self._conditions = conditions_of(self, self.condition_section, self._comparisons)
        return self._conditions

    def decided(self, values: Mapping[str, Any], comparisons: Mapping[str, bool]) -> Stack:
        """Return a copy of the stack as a deployment with some values creates it; `settle` completes it.

        Args:
            values: the values of parameters and pseudo-parameters by name; all others stay unknown.
            comparisons: the results of comparisons in conditions, by `comparison_key`.
        """
        stack = Stack(self.name, self.document, {**self.environment, **values})
        stack.place, stack.deployed_as = self.place, self.deployed_as
        stack.construct_paths, stack.acknowledged = self.construct_paths, self.acknowledged
        stack.image_platforms = self.image_platforms
        stack.made_by = self.made_by
        stack._comparisons, stack.original, stack.open = comparisons, self.original, self.open
        return stack

    def settle(self) -> None:
        """Decide the conditions, and leave out the resources whose condition does not hold."""
        self._conditions = None
        self.resources = {
            logical_id: resource
            for logical_id, resource in self.resources.items()
            if self.conditions.get(resource.condition) is not False
        }

    def resolve(self, node: Any) -> Any:
        """Return a node's value: a literal, a mapping, a list, ``None`` (left out) or an `Unknown`."""
        return intrinsics.resolve(self, node)

    def parameter(self, name: str) -> Any:
        """Return the value of ``Ref`` for a parameter or a pseudo-parameter."""
        if name in self.environment:
            return self.environment[name]
        definition = self._parameters.get(name)
        if not isinstance(definition, dict):
            return Unknown(name)
        kind = definition.get("Type")
        default = definition.get("Default")
        if not isinstance(kind, str) or kind.startswith("AWS::SSM::"):
            return ParameterValue(name, path=self.parameter_default(name))
        if self._parent is None:
            if "AllowedValues" in definition:
                self.open.parameters.add(name)
            return ParameterValue(name, default)
        parent, arguments = self._parent
        if name not in arguments:
            value = default if isinstance(default, str | int | float) else ParameterValue(name)
        else:
            value = self._once(("parameter", name), parent, arguments[name])
        if isinstance(value, str) and (kind.startswith("List<") or kind == "CommaDelimitedList"):
            return [item.strip() for item in value.split(",")]
        return value

    def parameter_default(self, name: str) -> str:
        """Return a parameter's default, for an SSM parameter its path; empty if there is no default."""
        if self._parent is not None and name in self._parent[1]:
            value = self._once(("parameter", name), self._parent[0], self._parent[1][name])
            return value if isinstance(value, str) else getattr(value, "path", "")
        definition = self._parameters.get(name)
        default = definition.get("Default") if isinstance(definition, dict) else None
        return default if isinstance(default, str) else ""

    def attribute(self, logical_id: str, attribute: str) -> Any:
        """Return the value of ``Fn::GetAtt``: a reference, or the output of a nested stack."""
        resource = self.resources.get(logical_id)
        if resource is None:
            return Unknown(f"{logical_id}.{attribute}")
        child = self.nested.get(logical_id)
        if child is not None and attribute.startswith("Outputs."):
            return child.output(attribute.removeprefix("Outputs."))
        return Reference(resource, attribute)

    def output(self, name: str) -> Any:
        """Return the value of one of this stack's outputs."""
        output = self._outputs.get(name)
        if not isinstance(output, dict) or "Value" not in output:
            return Unknown(f"output {name}")
        return self._once(("output", name), self, output["Value"])

    def offers(self, resource: Resource, looked_at: Collection[str]) -> bool:
        """Return whether an output exposes a resource to readers outside the assembly.

        Args:
            resource: the resource.
            looked_at: the names of exports that stacks of the assembly import; their use can be seen, so they do not count.
        """
        return any(
            isinstance(output, dict)
            and self._export_name(output) not in looked_at
            and any(part.target is resource for part in _references(self.resolve(output.get("Value"))))
            for output in self._outputs.values()
        )

    def imports(self) -> Iterator[str]:
        """Yield the names of the exports that resources of this stack import, as far as they are known."""
        left, seen = [self.root], set[int]()
        while left:
            node = left.pop()
            if not isinstance(node, dict | list) or id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, dict) and "Fn::ImportValue" in node:
                name = self.resolve(node["Fn::ImportValue"])
                if isinstance(name, str):
                    yield name
            left += node.values() if isinstance(node, dict) else node

    def _export_name(self, output: dict[str, Any]) -> str:
        """Return the export name of an output; empty if it is not exported, or the name is unknown."""
        export = output.get("Export")
        name = self.resolve(export.get("Name")) if isinstance(export, dict) else None
        return name if isinstance(name, str) else ""

    def own_exports(self) -> dict[str, tuple[Stack, Any]]:
        """Return this stack's exports by name, as far as the names are known."""
        exports: dict[str, tuple[Stack, Any]] = {}
        for output in self._outputs.values():
            if isinstance(output, dict) and "Value" in output and (name := self._export_name(output)):
                exports[name] = (self, output["Value"])
        return exports

    def export_conditions(self) -> dict[str, str]:
        """Return the condition under which each export exists, by the export's name; others always exist."""
        return {
            name: condition
            for output in self._outputs.values()
            if isinstance(output, dict)
            and isinstance(condition := output.get("Condition"), str)
            and (name := self._export_name(output))
        }

    def imported(self, name: str) -> Any:
        """Return the value that a stack of the assembly exports by this name."""
        if name not in self.exports:
            return ImportedValue(name)
        stack, node = self.exports[name]
        return stack._once(("export", name), stack, node)  # noqa: SLF001 - its own class

    def output_of(self, stack_name: str, output: str, region: Any) -> Any:
        """Return the value of ``Fn::GetStackOutput`` if exactly one stack of the assembly can be meant."""
        here = self.environment.get("AWS::Region")
        found = [
            each
            for each in self.siblings.get(stack_name, ())
            if not isinstance(region, str) or each.environment.get("AWS::Region", here) in {region, None}
        ]
        return found[0].output(output) if len(found) == 1 else Unknown(f"output {output} of {stack_name}")

    def named(self, kind: type[R], value: Any) -> R | None:
        """Return the resource of a kind by its own name, by the same expression, or by an ARN that ends in the name."""
        key: Hashable | None = ending(value) if isinstance(value, str | PartialText) else None
        # An ARN is known by its end; any other expression as a whole.
        key = key or (identity(value) if isinstance(value, PartialText | ParameterValue) else None)
        if not kind.NAME or not key:
            return None
        if kind not in self._names:
            named = [r for r in self.resources.values() if isinstance(r, kind)]
            self._names[kind] = {n: r for r in named if (n := identity(r.raw(kind.NAME))) is not None}
        names = self._names[kind]
        # A job definition may be named with its revision.
        found = names.get(key) or (names.get(key.partition(":")[0]) if isinstance(key, str) else None)
        return found if isinstance(found, kind) else None

    def line(self, logical_id: str, steps: Steps = ()) -> int:
        """Return the line of a resource, or of one of its properties, in the template."""
        place = self.loops.origins.get(logical_id, ("Resources", logical_id))
        return self.document.line((*place, *(("Properties", *steps) if steps else ())))

    def _once(self, key: tuple[str, str], stack: Stack, node: Any) -> Any:
        if key not in self._values:
            self._values[key] = Unknown(f"{key[0]} {key[1]}, which depends on itself")
            try:
                self._values[key] = stack.resolve(node)
            except RecursionError:
                self._values[key] = Unknown(f"{key[0]} {key[1]}, which passes through too many stacks")
        return self._values[key]


def _section(root: Any, name: str) -> dict[str, Any]:
    section = root.get(name) if isinstance(root, dict) else None
    return section if isinstance(section, dict) else {}


def _references(value: Any) -> list[Reference]:
    parts = value.parts if isinstance(value, PartialText) else (value,)
    return [part for part in parts if isinstance(part, Reference)]
