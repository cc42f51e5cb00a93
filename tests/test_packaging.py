"""What is installed works: from a wheel, from a source distribution, and from the checkout that is edited."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DATA = sorted(path.relative_to(ROOT) for path in (ROOT / "data").rglob("*") if path.is_file())

pytestmark = [
    pytest.mark.packaging,
    pytest.mark.skipif(
        os.environ.get("MODELTREE_PACKAGING") != "1",
        reason="builds and installs in new environments, which takes minutes and PyPI: set MODELTREE_PACKAGING=1",
    ),
]

LOAD_ALL = """
import modeltree
from pathlib import Path
for name in modeltree.datasets.names():
    print(name, len(modeltree.datasets.load(name)))
import networkx
assert networkx.ancestors(modeltree.datasets.load("survey"), "llama-2", backend="modeltree") >= {"llama"}
print(Path(modeltree.__file__).parent)
"""


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints; it finds nothing of the checkout or of the environment of these tests."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "VIRTUAL"))
    }
    result = subprocess.run(
        list(map(str, command)), cwd=cwd, env=inherited, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}"
    return result.stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The source distribution, the wheel built from it, and the wheel built from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    built = {"sdist": folder / "sdist", "wheel": folder / "wheel", "wheel of the sdist": folder / "again"}
    run(sys.executable, "-m", "build", "--sdist", "-o", built["sdist"], ROOT, cwd=folder)
    run(sys.executable, "-m", "build", "--wheel", "-o", built["wheel"], ROOT, cwd=folder)
    (sdist,) = built["sdist"].iterdir()
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.glob("modeltree_lineage-*/")
    run(sys.executable, "-m", "build", "--wheel", "-o", built["wheel of the sdist"], unpacked, cwd=folder)
    return {name: next(where.iterdir()) for name, where in built.items()}


def installed(folder: Path, *what: str | Path) -> Path:
    """The programs of a new environment with nothing in it but what is named, and what that needs."""
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(programs / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", *what, cwd=folder)
    return programs


def check_loads(programs: Path, folder: Path) -> Path:
    """All data sets load; returns where the package is."""
    *loaded, where = run(programs / "python", "-c", LOAD_ALL, cwd=folder).splitlines()
    counts = {name: int(count) for name, count in (line.split() for line in loaded)}
    assert set(counts) >= {"survey", "survey-figure2", "survey-table1"}
    assert all(counts.values())
    return Path(where)


def test_sdist_has_all_that_a_reader_needs(distributions: dict[str, Path]) -> None:
    with tarfile.open(distributions["sdist"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {*map(Path.as_posix, DATA), "README.md", "LICENSE", "CHANGELOG.md", "conftest.py", "pyproject.toml"}
    needed |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")}
    needed |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "examples").glob("*.*")}
    assert needed <= names


def test_wheels_are_the_same_and_have_the_data(distributions: dict[str, Path]) -> None:
    contents = []
    for name in ("wheel", "wheel of the sdist"):
        with zipfile.ZipFile(distributions[name]) as archive:
            contents.append({entry.filename: archive.read(entry) for entry in archive.infolist()})
    assert contents[0] == contents[1]
    assert {f"modeltree/{path.as_posix()}" for path in DATA} | {"modeltree/py.typed"} <= set(contents[0])
    assert {name.partition("/")[0].partition("-")[0] for name in contents[0]} == {"modeltree", "modeltree_lineage"}


@pytest.mark.parametrize("name", ["wheel", "wheel of the sdist"])
def test_wheel_works_in_an_empty_environment(name: str, distributions: dict[str, Path], tmp_path: Path) -> None:
    programs = installed(tmp_path, distributions[name])
    assert check_loads(programs, tmp_path).is_relative_to(tmp_path)
    assert run(programs / "modeltree", "list", cwd=tmp_path).count("\n") > 40
    run(programs / "modeltree", "evolution", cwd=tmp_path)
    assert (tmp_path / "evolution.svg").read_text(encoding="utf-8").rstrip().endswith("</svg>")


def test_editable_install_reads_the_data_where_they_are_edited(tmp_path: Path) -> None:
    programs = installed(tmp_path, "-e", ROOT)
    assert check_loads(programs, tmp_path) == ROOT / "src" / "modeltree"
    assert not list((tmp_path / "venv").rglob("*.yaml")), "the data must not be copied"


def test_a_package_adds_a_format_and_a_drawing(distributions: dict[str, Path], tmp_path: Path) -> None:
    programs = installed(tmp_path, distributions["wheel"], ROOT / "examples" / "plugin")
    (tmp_path / "x.pedigree").write_text("LLaMA\nAlpaca = LLaMA\n", encoding="utf-8")
    run(programs / "modeltree", "convert", "x.pedigree", "x.yaml", cwd=tmp_path)
    assert "parent: LLaMA" in (tmp_path / "x.yaml").read_text(encoding="utf-8")
    run(programs / "modeltree", "draw", "punchcard", "-o", "card.svg", cwd=tmp_path)
    assert "</svg>" in (tmp_path / "card.svg").read_text(encoding="utf-8")
