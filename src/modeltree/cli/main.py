"""The command line: arguments in, one library call, text or a file out.

Only the standard library is imported before it is known what to do.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Never

from modeltree import __version__
from modeltree.cli import commands as run
from modeltree.cli.arguments import (
    SHIPPED,
    UsageError,
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
from modeltree.cli.commands import DONE, FAILED, complain
from modeltree.cli.reports import REPORTS
from modeltree.findings import AmbiguousNameError, ModelTreeError, UnknownFormatError, UnknownNameError

PREFIX_HELP = "what stands before ids that are made of paths: an organization"

MISUSED, INTERRUPTED, PIPE_BROKEN = 2, 130, 141
"""Exit codes; the last two are what a shell reports of a program that ends by SIGINT or SIGPIPE."""

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
    try:
        try:
            arguments = _parser().parse_args(argv)
            command = f"modeltree {arguments.command}"
            code: int = arguments.run(arguments)
        except SystemExit as end:  # argparse has printed help, the version or what is wrong
            code = int(end.code or DONE)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return PIPE_BROKEN
    except (UsageError, UnknownNameError, AmbiguousNameError, UnknownFormatError) as error:
        return complain(command, str(error), MISUSED)
    except ModelTreeError as error:
        return complain(command, str(error), FAILED)
    except OSError as error:
        _drop_output()
        where = f"{error.filename}: " if error.filename else ""
        return complain(command, f"{where}{error.strerror or error}", FAILED)
    return code


# Arguments


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> Never:
        self.exit(MISUSED, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    formatter = partial(argparse.RawDescriptionHelpFormatter, max_help_position=32)
    parser: argparse.ArgumentParser = _Parser(
        prog="modeltree", description="The genealogy of AI models.", epilog=EPILOG, formatter_class=formatter,
        allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("-V", "--version", action="version", version=f"modeltree {__version__}")
    subcommands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(
        name: str, action: Callable[[argparse.Namespace], int], what: str, *options: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        description = f"{what[0].upper()}{what[1:]}."
        added = subcommands.add_parser(
            name, help=what, description=description, parents=[*options], formatter_class=formatter, allow_abbrev=False
        )
        added.set_defaults(run=action)
        return added

    data = columns_option()
    data.add_argument("--prefix", metavar="NAME", help=PREFIX_HELP)
    data.add_argument(
        "--data",
        action="append",
        metavar="NAME|PATH",
        help=f"{SHIPPED}, or a file or folder (default: survey); several are read as one",
    )
    by_relations = relations_option("all")
    depth = option("--max-depth", type=count, metavar="N", help="go at most N steps")
    output = option("-o", "--output", type=new_file, metavar="FILE", help="write it to a file")
    machine = option("--json", action="store_true", help="print JSON")
    markdown = option("--markdown", action="store_true", help="print Markdown")

    add_drawings(command, run.draw, data)
    tree = command("tree", run.tree, "print who was made from whom, as a tree of text", data, by_relations, depth)
    tree.add_argument("model", metavar="MODEL", nargs="?", help="where to begin (default: all first models)")

    for name, what in (
        ("ancestors", "list the models that a model descends from"),
        ("descendants", "list the models that descend from a model"),
    ):
        command(name, run.relatives, what, data, by_relations, depth, machine).add_argument("model", metavar="MODEL")
    path = command("path", run.path, "print how one model descends from another", data, by_relations, machine)
    path.description = "Print how two models are related: the descent of one from the other or of both from others."
    path.add_argument("first", metavar="ANCESTOR")
    path.add_argument("second", metavar="MODEL")
    mrca = command(
        "mrca", run.common_ancestors, "list the most recent common ancestors of models", data, by_relations, machine
    )
    mrca.add_argument("model", metavar="MODEL")
    mrca.add_argument("others", metavar="MODEL", nargs="+")
    show = command("show", run.show, "print all that is known of models", data, machine)
    show.add_argument("models", metavar="MODEL", nargs="+")

    families = command(
        "families", run.families, "list the families of models", data, relations_option("weights"), machine
    )
    families.add_argument("--by", choices=("base", "component", "organization"), default="base", help="default: base")
    families.add_argument(
        "--min-size", type=count, default=2, metavar="N", help="leave out families of fewer models (default: 2)"
    )
    corrected = command(
        "corrections",
        run.corrections,
        "print what published sources got wrong, and what is right",
        data,
        machine,
        markdown,
        output,
    )
    corrected.add_argument("--source", metavar="NAME", help="only those of one source, as survey-figure2")
    inherited = command("licenses", run.licenses, "print what models inherit by licenses", data, machine, output)
    inherited.add_argument(
        "models", metavar="MODEL", nargs="*", help="in detail (default: all that something is found of)"
    )
    inherited.add_argument("--markdown", action="store_true", help="print a table in Markdown")
    inherited.add_argument("--strict", action="store_true", help="fail where anything but notes is found")
    command("list", run.models, "list models", data, machine, filters())

    impact = command(
        "impact",
        run.impact,
        "print what descends from models that are withdrawn, poisoned or relicensed",
        data,
        by_relations,
        machine,
        markdown,
        output,
    )
    impact.add_argument("models", metavar="MODEL", nargs="*", help="the models in question")
    impact.add_argument("--missing", action="store_true", help="rank the parents that are not there instead")
    diff = command(
        "diff",
        run.diff,
        "print what changed from one lineage to another, or over a time",
        data,
        machine,
        markdown,
        output,
    )
    diff.add_argument(
        "paths", metavar="PATH", nargs="*", help="the earlier and the later one: files, folders, data sets"
    )
    diff.add_argument("--from", dest="since", type=date, metavar="DATE", help="or of --data: as it was then")
    diff.add_argument("--to", dest="until", type=date, metavar="DATE", help="and as it was then (default: all of it)")
    _add_data_commands(command, machine, output, markdown)
    return parser


def _add_data_commands(
    command: Callable[..., argparse.ArgumentParser],
    machine: argparse.ArgumentParser,
    output: argparse.ArgumentParser,
    markdown: argparse.ArgumentParser,
) -> None:
    """Add the commands that are about data files and not about models."""
    reading = _reading_options()
    check = command("check", run.check, "find all that is wrong with files or folders of data", *reading)
    check.add_argument("paths", metavar="PATH", nargs="+")
    check.add_argument("--format", choices=tuple(REPORTS), default="text", help="of what is printed (default: text)")
    check.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    check.add_argument("--strict", action="store_true", help="fail for warnings, too")
    check.add_argument("--all", action="store_true", help="print notes, too")
    check.add_argument("--licenses", action="store_true", help="look at licenses along the chain, too")
    for name, what in (("error", "errors"), ("warn", "warnings"), ("ignore", "nothing to report")):
        words = f"findings of a kind are {what}; may be given several times"
        check.add_argument(f"--{name}", metavar="KIND", type=kinds, action="extend", default=[], help=words)
    crawl = command("crawl", run.crawl, "read models and their kin from the Hugging Face Hub", *reading[3:])
    crawl.add_argument("ids", metavar="ID", nargs="*", help="where to begin, as mistralai/Mistral-7B-v0.1")
    crawl.add_argument("--author", metavar="NAME", help="begin with all models of somebody")
    crawl.add_argument("--family", metavar="ID", help="a model and all that descends from it")
    crawl.add_argument("--upwards", type=count, metavar="N", help="go N steps to parents (default: all)")
    crawl.add_argument("--downwards", type=count, metavar="N", default=0, help="go N steps to children (default: 0)")
    crawl.add_argument(
        "--limit", type=count, metavar="N", default=1000, help="ask for at most N models (default: 1000)"
    )
    crawl.add_argument("--state", metavar="FILE", help="keep answers in it, and go on from there when begun again")
    crawl.add_argument("-o", "--output", type=Path, metavar="FILE", required=True, help="its ending tells the format")
    convert = command("convert", run.convert, "read one format and write another", *reading, filters())
    words = "a file or folder, or a data set; several are read as one"
    convert.add_argument("paths", metavar="IN", nargs="+", help=words)
    convert.add_argument("output", metavar="OUT", type=Path, help="its ending tells the format")
    convert.add_argument("--to", metavar="FORMAT", help="where the ending does not tell it")
    convert.add_argument("--strict", action="store_true", help="fail for errors and warnings in IN; OUT is written")
    convert.add_argument("--timestamp", action="store_true", help="say in a bill of materials when it was made")
    convert.add_argument("--spanning", action="store_true", help="for Newick: of several parents keep the primary one")
    union = command(
        "union", run.union, "join several lineages, field by field", *reading[1:3], reading[4], machine, markdown
    )
    union.add_argument(
        "paths", metavar="PATH", nargs="+", help="files, folders or data sets; ids are those of the first"
    )
    union.add_argument("-o", "--output", type=Path, metavar="FILE", required=True, help="its ending tells the format")
    command("formats", run.formats, "list the formats that are read and written")
    command("schema", run.schema, "print the JSON Schema of the data files", output)
    template = command("template", run.template, "write files to start one's own data from")
    template.add_argument(
        "files", type=new_file, metavar="FILE", nargs="*", default=[Path("models.csv"), Path("models.yaml")],
        help="new files that end in .csv or .yaml (default: models.csv models.yaml)",
    )  # fmt: skip


def _reading_options() -> tuple[argparse.ArgumentParser, ...]:
    """How data are read that may be no lineage as they stand."""
    return (
        option(
            "--from", dest="source", metavar="FORMAT", help="of what is read, where neither ending nor content tells it"
        ),
        columns_option(),
        option("--prefix", metavar="NAME", help=PREFIX_HELP),
        option("--aliases", metavar="FILE", type=Path, help="a YAML file of 'name: the name that is meant' lines"),
        option(
            "--policy",
            metavar="KIND=ACTION",
            action="append",
            default=[],
            help="what is done about findings of a kind, as cycle=refuse; may be given several times",
        ),
    )


def _drop_output() -> None:
    """Throw away what a broken standard output cannot take, or Python would complain of it at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
