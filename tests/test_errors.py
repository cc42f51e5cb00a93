"""Errors: what they say, what they are, and that they can be sent from process to process."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from modeltree import findings as errors
from modeltree.findings import (
    AmbiguousNameError,
    CycleError,
    Finding,
    FindingsWarning,
    LineageError,
    ModelTreeError,
    Position,
    UnknownDatasetError,
    UnknownFormatError,
    UnknownModelError,
    UnknownOrganizationError,
    nearest,
    shown,
)

ONE = Finding("cycle", "cycle: a -> b -> a", "one of these derivations is wrong", ("a", "b"))
HERE = Position(Path("catalog.yaml"), 3, 5)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UnknownModelError("vicunna", ["llama", "Vicuna"]), "no model goes by 'vicunna'; did you mean 'Vicuna'?"),
        (UnknownModelError("bert"), "no model goes by 'bert'"),
        (
            UnknownModelError("gpt", ["GPT-3", "GPT-4", "BERT"]),
            "no model goes by 'gpt'; did you mean 'GPT-4' or 'GPT-3'?",
        ),
        (UnknownOrganizationError("meta", []), "no organization goes by 'meta'"),
        (
            UnknownDatasetError("hub", ["survey", "table"]),
            "no data set is called 'hub'; there are 'survey' and 'table'",
        ),
        (UnknownDatasetError("hub"), "no data set is called 'hub'"),
        (
            UnknownFormatError(Path("models.txt"), [".yaml", ".dot"]),
            "'models.txt' ends in '.txt', which is no known format; known are '.yaml' and '.dot'",
        ),
        (
            UnknownFormatError(Path("models"), [".yaml", ".dot"]),
            "'models' has no ending that tells its format; known are '.yaml' and '.dot'",
        ),
        (
            UnknownFormatError(Path("models.dot"), [".yaml"], "a graph in DOT, which is written and not read"),
            "'models.dot' ends in '.dot', a graph in DOT, which is written and not read; known are '.yaml'",
        ),
        (AmbiguousNameError("GLM", ["glm", "glm-130b"]), "'GLM' may mean 'glm' or 'glm-130b': use the id"),
        (CycleError([ONE]), "cycle: a -> b -> a; one of these derivations is wrong"),
        (
            LineageError([ONE.located(HERE), Finding("self-loop", "self-loop: 'a' is derived from itself")]),
            "2 problems:\ncatalog.yaml:3:5: cycle: a -> b -> a; one of these derivations is wrong\n"
            "self-loop: 'a' is derived from itself",
        ),
    ],
)
def test_messages_survive_pickling(error: ModelTreeError, message: str) -> None:
    assert str(error) == message
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), message)


def test_every_error_is_a_model_tree_error_and_a_builtin() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    kinds.remove(FindingsWarning)
    assert len(kinds) > 10
    for kind in kinds:
        assert kind is ModelTreeError or issubclass(kind, ModelTreeError)
        assert kind is ModelTreeError or issubclass(kind, (KeyError, ValueError, ImportError, RuntimeError))
        assert kind.__name__ in errors.__all__


def test_nearest_goes_by_likeness_then_by_beginning() -> None:
    assert nearest("LAMA 2", ["llama-2", "LLaMA 2", "OPT"]) == ("LLaMA 2", "llama-2")
    assert nearest("Mistral", ["mistral-7b-instruct-v0.2", "mixtral", "opt"], 1) == ("mixtral",)
    assert nearest("chat", ["chatglm-6b-with-a-very-long-name", "opt"]) == ("chatglm-6b-with-a-very-long-name",)
    assert nearest("cha", ["chatglm-6b-with-a-very-long-name"]) == ("chatglm-6b-with-a-very-long-name",)
    assert nearest("ch", ["chatglm-6b-with-a-very-long-name"]) == ()


def test_long_values_are_shown_short() -> None:
    assert shown("x" * 58) == repr("x" * 58)
    assert shown("x" * 59) == "'" + "x" * 55 + "...'"
    assert shown(["x" * 59]).endswith("...]")
    assert shown(10**70).endswith("000...")
    assert shown(10**5000) == "this int"


def test_where_a_problem_is_found_is_no_part_of_what_it_is() -> None:
    assert Finding("cycle", "m", at=("derivations", 1)) == Finding("cycle", "m", at=("derivations", 2))
    assert Finding("cycle", "m").located(HERE).position == HERE
