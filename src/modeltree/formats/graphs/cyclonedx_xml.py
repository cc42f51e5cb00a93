"""CycloneDX in XML, as the data that the same bill has in JSON, with the positions of their parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from modeltree.findings import At, Finding, Position, SourceError
from modeltree.formats.graphs.graph_claims import Element, read_xml

_LISTS = frozenset(
    {"components", "licenses", "externalReferences", "properties", "ancestors", "descendants", "variants", "datasets"}
    | {"dependencies", "tags", "authors"}
)
_CYCLONEDX = "cyclonedx.org/schema/bom/"  # in the name space of every version
_TEXTS_OF = {"property": "value", "expression": "expression"}  # elements whose text is a value of their mapping


@dataclass
class XmlBill:
    """A bill of materials; see `JsonTree`, which has the same for a file of JSON."""

    path: Path
    data: dict[str, object]
    problems: tuple[Finding, ...] = ()
    places: dict[int, Position] = field(default_factory=dict)  # the positions of mappings and lists, by their identity

    def position(self, at: At = ()) -> Position:
        """The position of a part of the data, or of the innermost mapping or list around it."""
        part: object = self.data
        found = self.places.get(id(part), Position(self.path))
        for step in at:
            try:
                part = part[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                break
            found = self.places.get(id(part), found)
        return found


def read_xml_bill(path: Path) -> XmlBill:
    """Read a bill of materials in XML, with the bounds of `read_xml`."""
    builder = _Builder(path)
    read_xml(path, "bom", "CycloneDX", builder.opened, builder.closed)
    return builder.bill


class _Builder:
    """A bill while it is read: the value of each element is made when it ends."""

    def __init__(self, path: Path) -> None:
        self.bill = XmlBill(path, {})
        self._children: list[list[tuple[str, object]]] = []

    def opened(self, element: Element) -> None:
        """Begin to gather what is in an element."""
        if element.around is None and not any(_CYCLONEDX in value for value in element.attributes.values()):
            hint = f'write xmlns="http://{_CYCLONEDX}1.6"'
            message = "no CycloneDX: the file does not say so"
            raise SourceError.of("missing-key", message, hint, position=element.position)
        self._children.append([])

    def closed(self, element: Element) -> None:
        """Make the value of an element, and give it to the one around it."""
        value = self._value(element, self._children.pop())
        if isinstance(value, (dict, list)):
            self.bill.places[id(value)] = element.position
        if self._children:
            self._children[-1].append((element.tag, value))
        elif isinstance(value, dict):
            self.bill.data = value

    def _value(self, element: Element, children: list[tuple[str, object]]) -> object:
        if element.tag in _LISTS:
            return [_item(tag, value) for tag, value in children]
        text = element.text.strip()
        if not children and not element.attributes and element.tag not in _TEXTS_OF:
            return text
        value: dict[str, object] = dict(element.attributes)
        needed = [child["ref"] if isinstance(child, dict) else child for tag, child in children if tag == "dependency"]
        for tag, child in children:
            if tag == "dependency":  # of a dependency: what it depends on
                value.setdefault("dependsOn", needed)
            else:
                value.setdefault(tag, child)
        if text and not children:
            value[_TEXTS_OF.get(element.tag, "text")] = text
        return value


def _item(tag: str, value: object) -> object:
    """An item of a list as JSON has it."""
    return {"license": value} if tag == "license" else value
