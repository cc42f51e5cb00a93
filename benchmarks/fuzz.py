"""The readers under a coverage-guided fuzzer: whatever a file holds, reading gives a lineage, or a `SourceError`.

    pip install atheris
    python benchmarks/fuzz.py CORPUS [--seeds FOLDER ...] [-max_total_time=3600 ...]

CORPUS is a folder that the fuzzer keeps its inputs in. Small files that the library writes are put there first, and
those of the folders of seeds. The first byte of an input chooses the format, or that it is to be detected. What raises
another error is kept in the folder CORPUS.faults, one input for each place in the code, and the fuzzer goes on; what
takes too long or too much ends it. Whatever else is given goes to libFuzzer.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import contextlib
import resource
import sys
import tempfile
import traceback
import warnings
from hashlib import sha256
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["modeltree"]):
    import modeltree
    from modeltree.findings import ModelTreeError
    from modeltree.formats.detection import format_of
    from modeltree.formats.registry import FORMATS

    READ = [one for one in FORMATS if one.reads]
    for one in READ:
        _ = one.reader  # imported here, to be watched

SECONDS, MEGABYTES, BYTES = 10, 2048, 16_384
"""What one input may take, and how long it is at most."""

# How a file must be called to be read as one of these formats; the others are called by their first ending.
NAMES = {"peft": "adapter_config.json", "mergekit": "mergekit_config.yml", "model-cards": "README.md"}


def put(corpus: Path, content: bytes) -> None:
    """Add an input to the corpus."""
    if len(content) <= BYTES:
        (corpus / sha256(content).hexdigest()).write_bytes(content)


def seed(corpus: Path, folders: list[Path]) -> None:
    """Put a small file of every format that is written into the corpus, and the files of some folders."""
    lineage = modeltree.datasets.load("survey").clade("bloom")
    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(READ):
            if one.writes and one.suffixes:
                path = Path(folder) / f"seed{one.suffixes[0]}"
                one.writer(lineage, path)
                put(corpus, bytes([number]) + path.read_bytes())
            else:
                put(corpus, bytes([number]) + b"---\nbase_model: a/b\n---\n")
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        put(corpus, bytes([len(READ)]) + content)
        with contextlib.suppress(ModelTreeError):
            put(corpus, bytes([READ.index(format_of(path))]) + content)


def main() -> None:
    """Run the fuzzer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--seeds", type=Path, nargs="*", default=[])
    options, rest = parser.parse_known_args()
    corpus = options.corpus
    corpus.mkdir(exist_ok=True)
    seed(corpus, options.seeds)
    faults = corpus.with_name(f"{corpus.name}.faults")
    faults.mkdir(exist_ok=True)
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**28, 2**28))
    folder = Path(tempfile.mkdtemp(prefix="modeltree-fuzz-"))
    paths = [folder / one.name / NAMES.get(one.name, f"file{(one.suffixes or ('.yaml',))[0]}") for one in READ]
    for path in paths:
        path.parent.mkdir()
    paths.append(folder / "file")

    def one_input(content: bytes) -> None:
        if not content:
            return
        number = content[0] % len(paths)  # the first byte is the format
        paths[number].write_bytes(content[1:])
        try:
            modeltree.read(paths[number], format=READ[number].name if number < len(READ) else None)
        except ModelTreeError as error:
            str(error)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            place = [f"{frame.filename}:{frame.lineno}" for frame in frames if "modeltree" in frame.filename][-1]
            kept = faults / sha256(f"{type(error).__name__} {place}".encode()).hexdigest()[:16]
            if not kept.exists():
                kept.write_bytes(content)
                kept.with_suffix(".txt").write_text(traceback.format_exc())
                print(f"FAULT {kept.name}: {type(error).__name__} at {place}", file=sys.stderr, flush=True)

    limits = [f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={BYTES}"]
    atheris.Setup([sys.argv[0], str(corpus), *limits, *rest], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
