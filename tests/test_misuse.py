"""Whatever public functions are given, what is wrong is refused in words: no crash within, no silent success."""

from __future__ import annotations

import inspect
import itertools
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

import modeltree
from modeltree import Derivation, Lineage, Model, ModelTreeError

PUBLIC = Path(modeltree.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
NAMES = [line.rsplit(" as ", 1)[1] for line in PUBLIC.splitlines() if " as " in line]

# What the library makes as its answers, and nobody else; of a finding the constructor checks kind and message.
ANSWERS = {"Family", "Finding", "Reading"}

LINEAGE = Lineage(
    [
        Model(id="a", name="A", released="2022-01", organizations=("o",), openness="open"),
        Model(id="b", name="B", released="2022-05", organizations=("o",)),
        Model(id="c", name="C", released="2023-02-03"),
    ],
    [
        Derivation(parent="a", child="b", relation="finetune"),
        Derivation(parent="a", child="c", relation="distillation"),
        Derivation(parent="b", child="c", relation="merge"),
    ],
)
# Where a parameter may not be left out, what is right for it.
RIGHT: dict[str, Any] = {
    "lineage": LINEAGE, "path": "nowhere/x.csv", "paths": ("nowhere.csv",), "source": [{"id": "a"}], "name": "A",
    "model": "a", "models": ("a",), "ancestor": "a", "descendant": "c", "parent": "a", "child": "b", "first": "a",
    "second": "c", "ancestors": ["a"], "descendants": ["c"], "pairs": [("a", "b")], "grain": "year", "words": [],
    "value": "2023", "number": 20230000, "old": LINEAGE, "new": LINEAGE,
    "lineages": (LINEAGE,), "date": "2023", "year": 2023, "count": 7, "id": "a", "relation": "merge",
}  # fmt: skip
# Each with what an annotation has in it if the value may be right: then it may be taken, and may be refused.
WRONG: dict[str, tuple[Any, tuple[str, ...]]] = {
    "None": (None, ("None", "Relations", "IconFolder", "FontChoice")),
    "-1": (-1, ()),
    "1e29": (1e29, ("float",)),
    "[]": ([], ("Iterable", "Sequence", "Relations", "tuple", "IconFolder", "FontChoice")),
    "{}": ({}, ("Iterable", "Mapping", "Relations", "Links", "Language", "LegendChoice")),
    "[None]": ([None], ()),
    "[{}]": ([{}], ()),
    "object": (object(), ()),
    "a class": (int, ()),
    "no text": ("", ("str", "PathLike", "IconFolder", "PageSize")),
    "bytes": (b"", ()),
    "NaN": (float("nan"), ()),
    "half a character": ("\ud800", ("str", "PathLike", "IconFolder")),
}


def targets() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function, constructor and method, with those of drawings."""
    for name in NAMES:
        value = getattr(modeltree, name)
        if isinstance(value, types.ModuleType):
            yield from ((f"{name}.{part}", getattr(value, part)) for part in value.__all__)
        elif not (inspect.isclass(value) and issubclass(value, BaseException)) and name not in ANSWERS:
            yield name, value
    instances = {"Lineage": LINEAGE, "Policy": modeltree.Policy(), "PartialDate": modeltree.PartialDate(2023, 2)}
    drawing = modeltree.evolution(LINEAGE)
    instances |= {"ParameterCount": modeltree.ParameterCount(7), "drawing": drawing}
    for name, instance in instances.items():
        members = {
            each for kind in type(instance).__mro__ if kind.__module__.startswith("modeltree") for each in vars(kind)
        }
        for member in sorted(members - {"figure", "summary", "layout"}):
            if not member.startswith("_") and callable(value := getattr(instance, member)):
                yield f"{name}.{member}", value
    yield "Lineage[]", LINEAGE.__getitem__


CASES = [
    (name, function, parameter.name)
    for name, function in targets()
    if name != "hub.HubError"
    for parameter in inspect.signature(function).parameters.values()
    if parameter.kind != parameter.VAR_KEYWORD and parameter.annotation not in ("Any", "object")
]


@pytest.fixture(autouse=True)
def _nothing_real(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")


@pytest.mark.parametrize(("name", "function", "wrong"), CASES, ids=[f"{name}-{wrong}" for name, _, wrong in CASES])
def test_wrong_values(name: str, function: Callable[..., Any], wrong: str) -> None:
    annotation = str(inspect.signature(function).parameters[wrong].annotation)
    for word, (value, allowed) in WRONG.items():
        try:
            result = _called(function, wrong, value)
            if isinstance(result, Iterator):
                list(itertools.islice(result, 3))
            if hasattr(result, "layout"):
                _ = result.layout
        except (TypeError, ValueError, OSError, ModelTreeError):
            continue
        if not any(part in annotation for part in allowed):
            pytest.fail(f"{name}({wrong}={word}) is taken for {annotation}")


def _called(function: Callable[..., Any], wrong: str, value: Any) -> Any:
    """Call with what is right for all that is needed, but for one parameter."""
    arguments: list[Any] = []
    options: dict[str, Any] = {"patience": 0.001} if "patience" in inspect.signature(function).parameters else {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind == parameter.VAR_POSITIONAL:
            arguments += [value] if name == wrong else RIGHT.get(name, ())
        elif parameter.kind == parameter.VAR_KEYWORD or (name != wrong and parameter.default is not parameter.empty):
            continue
        else:
            given = value if name == wrong else RIGHT.get(name)
            if parameter.kind == parameter.KEYWORD_ONLY or options:
                options[name] = given
            elif parameter.default is parameter.empty or name == wrong:
                if any(each.default is not each.empty for each in _before(function, name)):
                    options[name] = given
                else:
                    arguments.append(given)
    return function(*arguments, **options)


def _before(function: Callable[..., Any], name: str) -> Iterator[inspect.Parameter]:
    """The parameters before one."""
    parameters = inspect.signature(function).parameters.values()
    return itertools.takewhile(lambda each: each.name != name, parameters)


def test_axes_that_are_none() -> None:
    for value, _ in WRONG.values():
        with pytest.raises(TypeError):
            modeltree.growth(LINEAGE).draw(value)
    drawing = modeltree.growth(LINEAGE)
    axes = Figure().add_subplot()
    assert drawing.draw(axes) is axes


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Lineage([{}]), "{} is no Model"),  # type: ignore[list-item]
        (lambda: modeltree.read("x.csv", -1), "paths cannot be -1: it is PathLike"),  # type: ignore[arg-type]
        (lambda: modeltree.datasets.load(None), "name cannot be None: it is str"),  # type: ignore[arg-type]
        (lambda: modeltree.hub.crawl("a", endpoint=-1), "endpoint cannot be -1: it is str"),  # type: ignore[arg-type]
        (lambda: modeltree.hub.crawl("a", timeout=1e29), "timeout=1e"),
        (lambda: modeltree.hub.crawl("a", limit=1.5), "limit cannot be 1.5: it is int"),  # type: ignore[arg-type]
        (lambda: LINEAGE.most_recent_common_ancestors_of([("a",)]), "a pair of models is two"),  # type: ignore[list-item]
        (lambda: LINEAGE.ancestors("a", max_depth=0.5), "max_depth cannot be 0.5: it is int"),  # type: ignore[arg-type]
        (lambda: modeltree.Finding("nothing", "x"), "'nothing' is no kind of finding"),
        (lambda: modeltree.Policy(missing_base=1), "missing_base is 1"),  # type: ignore[arg-type]
    ],
)
def test_messages(call: Callable[[], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        call()
    assert message in str(raised.value)
