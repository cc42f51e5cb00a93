"""The readers under a coverage-guided fuzzer: whatever a file holds, reading gives a lineage, or a `SourceError`.

    pip install atheris
    python benchmarks/fuzz.py CORPUS -max_total_time=3600

CORPUS is a folder that the fuzzer keeps its inputs in; where it is empty, files that the library writes are put there
first. The first byte of an input chooses the format. Whatever else is given goes to libFuzzer.
"""  # noqa: INP001

from __future__ import annotations

import resource
import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["modeltree"]):
    import modeltree
    from modeltree.findings import LineageError
    from modeltree.formats.registry import FORMATS

    READ = [one for one in FORMATS if one.reads]
    for one in READ:
        _ = one.reader  # imported here, to be watched

SECONDS, MEGABYTES = 10, 2048
"""What one input may take."""

# How a file must be called to be read as one of these formats; the others are called by their first ending.
NAMES = {"peft": "adapter_config.json", "mergekit": "mergekit_config.yml", "model-cards": "README.md"}


def seed(corpus: Path) -> None:
    """Put a small file of every format that is written into the corpus."""
    lineage = modeltree.datasets.load("survey").clade("bloom")
    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(READ):
            if one.writes and one.suffixes:
                path = Path(folder) / f"seed{one.suffixes[0]}"
                one.writer(lineage, path)
                (corpus / one.name).write_bytes(bytes([number]) + path.read_bytes())
            else:
                (corpus / one.name).write_bytes(bytes([number]) + b"---\nbase_model: a/b\n---\n")


def main() -> None:
    """Run the fuzzer."""
    corpus = Path(sys.argv[1])
    corpus.mkdir(exist_ok=True)
    if not any(corpus.iterdir()):
        seed(corpus)
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**28, 2**28))
    folder = Path(tempfile.mkdtemp(prefix="modeltree-fuzz-"))
    paths = {
        one.name: folder / one.name / NAMES.get(one.name, f"file{(one.suffixes or ('.yaml',))[0]}") for one in READ
    }
    for path in paths.values():
        path.parent.mkdir()

    def one_input(content: bytes) -> None:
        if content:  # the first byte is the format
            chosen = READ[content[0] % len(READ)]
            path = paths[chosen.name]
            path.write_bytes(content[1:])
            try:
                modeltree.read(path, format=chosen.name)
            except LineageError as error:
                str(error)

    atheris.Setup(
        [sys.argv[0], str(corpus), f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", *sys.argv[2:]], one_input
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
