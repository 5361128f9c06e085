"""What do all rules look at? The template's resources by type, its functions with what Globals adds, its references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.cloudformation import merged

Properties = Mapping[str, Any]

_IN_TEXT = re.compile(r"\$\{([^!}][^}]*)\}")


class Template:
    """A SAM template as JSON, with the stage that it was made for."""

    def __init__(self, template: Mapping[str, Any], *, stage: str) -> None:
        self.stage = stage
        self.resources: Mapping[str, Mapping[str, Any]] = template["Resources"]
        self.parameters: Mapping[str, Mapping[str, Any]] = template.get("Parameters", {})
        self._globals: Mapping[str, Any] = template.get("Globals", {})

    def of(self, resource_type: str) -> Iterator[tuple[str, Properties]]:
        """Logical ids and properties of all resources of a type, e.g. "AWS::SQS::Queue"."""
        for name, resource in self.resources.items():
            if resource["Type"] == resource_type:
                yield name, resource.get("Properties", {})

    def functions(self) -> Iterator[tuple[str, Properties]]:
        """The functions, each with what holds for all of them."""
        for name, properties in self.of("AWS::Serverless::Function"):
            yield name, merged(self._globals.get("Function", {}), properties)

    def sources(self) -> Iterator[tuple[str, Properties, str, Properties]]:
        """Each queue that feeds a function: the function, its properties, the queue's name, the event's properties."""
        for name, function in self.functions():
            for event in function.get("Events", {}).values():
                if event["Type"] == "SQS":
                    yield name, function, target(event["Properties"]["Queue"]), event["Properties"]

    def properties(self, name: str) -> Properties:
        """The properties of a resource; none when it is not there."""
        found: Properties = self.resources.get(name, {}).get("Properties", {})
        return found

    def default(self, value: Any) -> Any:
        """What a property is by default: the default of the parameter that it names, or itself."""
        return self.parameters.get(value["Ref"], {}).get("Default") if is_reference(value) else value

    @property
    def body(self) -> Properties:
        """The API's OpenAPI document."""
        found: Properties = self.properties("RestAPI").get("DefinitionBody", {})
        return found


def is_reference(value: Any) -> bool:
    """Whether it is `!Ref X`."""
    return isinstance(value, Mapping) and set(value) == {"Ref"}


def target(value: Any) -> str:
    """The logical id that a reference names: of `!Ref X`, `!GetAtt X.Arn`, `!Sub "${X.Arn}"`; "" of anything else."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name
        case {"Fn::Sub": str(text)} if text.startswith("${") and text.endswith("}"):
            return text[2:-1].split(".", 1)[0]
        case _:
            return ""


def listed(value: Any) -> list[Any]:
    """A policy's single value or list, as a list."""
    return value if isinstance(value, list) else [value]


def references(value: Any) -> Iterator[str]:
    """Every name that the value's intrinsics refer to: `!Ref X`, `!GetAtt X.Arn`, `!Sub "${X.Arn} ${Y}"`."""
    if isinstance(value, Mapping):
        match value:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                yield name
            case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), *_]}:
                yield from (found.split(".", 1)[0] for found in _IN_TEXT.findall(text))
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def statements(role: Properties) -> Iterator[Properties]:
    """The statements of a role's policies; of a conditional one, what holds when its condition does."""
    for policy in role.get("Policies", ()):
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement
