"""The command line: arguments in, one library call, text or a file out.

Only argparse and what it needs are imported before it is known what to do: `modeltree --help` comes at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from modeltree import __version__
from modeltree.cli.options import (
    DONE,
    FAILED,
    INTERRUPTED,
    MISUSED,
    PIPE_BROKEN,
    REPORTS,
    SHIPPED,
    add_drawings,
    columns_option,
    count,
    date,
    filters,
    kinds,
    new_file,
    option,
    relations_option,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Never

    from modeltree.cli.options import Options

PREFIX_HELP = "what stands before ids that are made of paths: an organization"

EPILOG = """\
exit code:
  0  done
  1  the data are wrong or cannot be drawn as asked, a file cannot be read or written, models are not related, or
     lineages differ (diff);
     convert and crawl write what they could read all the same, and end with 0 (convert --strict: with 1)
  2  wrong usage: an option, a model or a file that there is not
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 when done, 1 for wrong data, 2 for wrong usage."""
    command = "modeltree"
    words = sys.argv[1:] if argv is None else argv
    try:
        try:
            arguments = _parser(words).parse_args(words)
            command = f"modeltree {arguments.command}"

            from modeltree.cli.commands import run

            code = run(arguments)
        except SystemExit as end:  # argparse has printed help, the version or what is wrong
            code = int(end.code or DONE)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return PIPE_BROKEN
    except OSError as error:
        from modeltree.cli.commands import complain

        _drop_output()
        where = f"{error.filename}: " if error.filename else ""
        return complain(command, f"{where}{error.strerror or error}", FAILED)
    return code


# Arguments


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> Never:
        self.exit(MISUSED, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """What understands the arguments: all commands, with the options of the one that is named."""
    formatter = partial(argparse.RawDescriptionHelpFormatter, max_help_position=32)
    parser: argparse.ArgumentParser = _Parser(
        prog="modeltree", description="The genealogy of AI models.", epilog=EPILOG, formatter_class=formatter,
        allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("-V", "--version", action="version", version=f"modeltree {__version__}")
    subcommands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    named = next((word for word in words if not word.startswith("-")), None)

    def command(
        name: str, what: str, *options: Options, filtered: bool = False, description: str = ""
    ) -> argparse.ArgumentParser:
        description = description or f"{what[0].upper()}{what[1:]}."
        added = subcommands.add_parser(
            name, help=what, description=description, formatter_class=formatter, allow_abbrev=False,
            add_help=name == named,
        )  # fmt: skip
        if name == named:
            for names, settings in (each for some in options for each in some):
                added.add_argument(*names, **settings)
            if filtered:
                group = added.add_argument_group("filters", "Only models that meet all of these.")
                for names, settings in filters():
                    group.add_argument(*names, **settings)
        return added

    _add_questions(command)
    _add_data_commands(command)
    return parser


OUTPUT = option("-o", "--output", type=new_file, metavar="FILE", help="write it to a file")
MACHINE = option("--json", action="store_true", help="print JSON")
MARKDOWN = option("--markdown", action="store_true", help="print Markdown")
PREFIX = option("--prefix", metavar="NAME", help=PREFIX_HELP)
MODEL = option("model", metavar="MODEL")


def _add_questions(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands that are about models."""
    shipped = f"{SHIPPED}, or a file or folder (default: survey); several are read as one"
    data = [
        *columns_option(),
        *PREFIX,
        *option("--data", action="append", metavar="NAME|PATH", help=shipped),
    ]
    by_relations = relations_option("all")
    depth = option("--max-depth", type=count, metavar="N", help="go at most N steps")

    add_drawings(command, data)
    first = option("model", metavar="MODEL", nargs="?", help="where to begin (default: all first models)")
    command("tree", "print who was made from whom, as a tree of text", data, by_relations, depth, first)
    for name, what in (
        ("ancestors", "list the models that a model descends from"),
        ("descendants", "list the models that descend from a model"),
    ):
        command(name, what, data, by_relations, depth, MACHINE, MODEL)
    command(
        "path", "print how one model descends from another", data, by_relations, MACHINE,
        option("first", metavar="ANCESTOR"), option("second", metavar="MODEL"),
        description="Print how two models are related: the descent of one from the other or of both from others.",
    )  # fmt: skip
    others = option("others", metavar="MODEL", nargs="+")
    command("mrca", "list the most recent common ancestors of models", data, by_relations, MACHINE, MODEL, others)
    command("show", "print all that is known of models", data, MACHINE, option("models", metavar="MODEL", nargs="+"))
    command(
        "families", "list the families of models", data, relations_option("weights"), MACHINE,
        option("--by", choices=("base", "component", "organization"), default="base", help="default: base"),
        option(
            "--min-size", type=count, default=2, metavar="N", help="leave out families of fewer models (default: 2)"
        ),
    )  # fmt: skip
    source = option("--source", metavar="NAME", help="only those of one source, as survey-figure2")
    what = "print what published sources got wrong, and what is right"
    command("corrections", what, data, MACHINE, MARKDOWN, OUTPUT, source)
    command(
        "licenses", "print what models inherit by licenses", data, MACHINE, OUTPUT,
        option("models", metavar="MODEL", nargs="*", help="in detail (default: all that something is found of)"),
        option("--markdown", action="store_true", help="print a table in Markdown"),
        option("--strict", action="store_true", help="fail where anything but notes is found"),
    )  # fmt: skip
    command("list", "list models", data, MACHINE, filtered=True)
    command(
        "impact", "print what descends from models that are withdrawn, poisoned or relicensed",
        data, by_relations, MACHINE, MARKDOWN, OUTPUT,
        option("models", metavar="MODEL", nargs="*", help="the models in question"),
        option("--missing", action="store_true", help="rank the parents that are not there instead"),
    )  # fmt: skip
    command(
        "diff", "print what changed from one lineage to another, or over a time", data, MACHINE, MARKDOWN, OUTPUT,
        option("paths", metavar="PATH", nargs="*", help="the earlier and the later one: files, folders, data sets"),
        option("--from", dest="since", type=date, metavar="DATE", help="or of --data: as it was then"),
        option("--to", dest="until", type=date, metavar="DATE", help="and as it was then (default: all of it)"),
    )  # fmt: skip


def _add_data_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands that are about data files and not about models."""
    words = "of what is read, where neither ending nor content tells it"
    format = option("--from", dest="source", metavar="FORMAT", help=words)
    repair = [
        *option("--aliases", metavar="FILE", help="a YAML file of 'name: the name that is meant' lines"),
        *option(
            "--policy",
            metavar="KIND=ACTION",
            action="append",
            default=[],
            help="what is done about findings of a kind, as cycle=refuse; may be given several times",
        ),
    ]
    reading = [*format, *columns_option(), *PREFIX, *repair]
    written = option("-o", "--output", metavar="FILE", required=True, help="its ending tells the format")
    grades = [
        option(
            f"--{name}", metavar="KIND", type=kinds, action="extend", default=[],
            help=f"findings of a kind are {what}; may be given several times",
        )
        for name, what in (("error", "errors"), ("warn", "warnings"), ("ignore", "nothing to report"))
    ]  # fmt: skip
    command(
        "check", "find all that is wrong with files or folders of data", reading,
        option("paths", metavar="PATH", nargs="+"),
        option("--format", choices=REPORTS, default="text", help="of what is printed (default: text)"),
        option("--json", dest="format", action="store_const", const="json", help="the same as --format json"),
        option("--strict", action="store_true", help="fail for warnings, too"),
        option("--all", action="store_true", help="print notes, too"),
        option("--licenses", action="store_true", help="look at licenses along the chain, too"),
        *grades,
    )  # fmt: skip
    command(
        "crawl", "read models and their kin from the Hugging Face Hub", repair,
        option("ids", metavar="ID", nargs="*", help="where to begin, as mistralai/Mistral-7B-v0.1"),
        option("--author", metavar="NAME", help="begin with all models of somebody"),
        option("--family", metavar="ID", help="a model and all that descends from it"),
        option("--upwards", type=count, metavar="N", help="go N steps to parents (default: all)"),
        option("--downwards", type=count, metavar="N", default=0, help="go N steps to children (default: 0)"),
        option("--limit", type=count, metavar="N", default=1000, help="ask for at most N models (default: 1000)"),
        option("--state", metavar="FILE", help="keep answers in it, and go on from there when begun again"),
        written,
    )  # fmt: skip
    command(
        "convert", "read one format and write another", reading,
        option("paths", metavar="IN", nargs="+", help="a file or folder, or a data set; several are read as one"),
        option("output", metavar="OUT", help="its ending tells the format"),
        option("--to", metavar="FORMAT", help="where the ending does not tell it"),
        option("--strict", action="store_true", help="fail for errors and warnings in IN; OUT is written"),
        option("--timestamp", action="store_true", help="say in a bill of materials when it was made"),
        option("--spanning", action="store_true", help="for Newick: of several parents keep the primary one"),
        filtered=True,
    )  # fmt: skip
    command(
        "union", "join several lineages, field by field", columns_option(), PREFIX, repair, MACHINE, MARKDOWN,
        option("paths", metavar="PATH", nargs="+", help="files, folders or data sets; ids are those of the first"),
        written,
    )  # fmt: skip
    command("formats", "list the formats that are read and written")
    command("schema", "print the JSON Schema of the data files", OUTPUT)
    command(
        "template", "write files to start one's own data from",
        option(
            "files", type=new_file, metavar="FILE", nargs="*", default=["models.csv", "models.yaml"],
            help="new files that end in .csv or .yaml (default: models.csv models.yaml)",
        ),
    )  # fmt: skip


def _drop_output() -> None:
    """Throw away what a broken standard output cannot take, or Python would complain of it at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
