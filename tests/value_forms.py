"""The forms of values that are understood, as a table for the documentation."""

from __future__ import annotations

from collections.abc import Iterator

from modeltree.values.fields import read_fields
from modeltree.values.names import organizations_of, parse_parents, printed_name, without_markup
from modeltree.values.quantities import parse_date, parse_sizes
from modeltree.values.words import HEADERS, is_missing, relation_of

_DATES = (
    "2023", "2023-03", "2023/04", "2023.03.30", "Nov. 12, 2023", "18 July 2023", "Mar 2023", "März 2023", "2023年3月",
    "24.02.2023", "3/30/2024", "Mar-23", "Q2 2023", "mid-2023", "2023-03-30 (paper)", "2023.0", "45000", "1679875200",
    "1679875200000", "2023-03-30T12:00:00+02:00", "2023-03-??", "3/4/2024",
    "24 de febrero de 2023", "2023년 2월", "2/24/23", "2023/04 - 2023/06",
)  # fmt: skip
_SIZES = (
    "7B", "7 billion", "70亿", "7 млрд", "7B/13B", "7/13B", "7 - 70B", "0.111B - 13B", "up to 1.5B",
    "between 7B and 13B", "Large (340M)", "~20B", "< 175B",
    "1.6T (MoE)", "8x7B", "8x7B (47B)", "47B total, 13B active", "1.8T?", "175,000M", "7,000,000,000", "1.5e9",
    "249000000.00000003",
)  # fmt: skip
_MISSING = ("N/A", "-", "–", "None", "nan", "null", "TBD", "???", "unbekannt", "不明")
_OPEN = ("yes", "✓", "✅", "true", "open source", "yes (non-commercial)", "no", "✗", "API only", "gated", "on request")
_RELATIONS = ("Fine-tuned", "SFT + RLHF", "LoRA", "continued pre-training", "knowledge distillation", "4-bit", "微调")
_NAMES = (
    "---> Dolly", "↳ Dolly", "└─ Dolly", "Beta[71]", "Beta*", "Alpha\n7B", "Alpha<br>7B", "**Alpha**", "Command R+",
    "[Alpha](https://a.org)", '<a href="https://a.org">Alpha</a>', '=HYPERLINK("https://a.org"; "Alpha")',
)  # fmt: skip
_PARENTS = (
    "Alpha, Beta",
    "Alpha + Beta",
    "Alpha/Beta",
    "Alpha and Beta",
    "Alpha-7B",
    "fine-tuned from Alpha",
    "Alpha (LoRA)",
)
_ORGANIZATIONS = ("UC Berkeley, CMU / Stanford", "Johnson & Sons, Inc.")


def forms() -> Iterator[tuple[str, str, str]]:
    """What a value is, how it is written, and what it is read as; Alpha and Beta are models that are there.

    >>> [read for what, written, read in forms() if written == "Q2 2023"]
    ['2023-04']
    """
    for text in _DATES:
        value, note = parse_date(text)
        yield "date", text, f"a finding: {note}" if note and value == text else value
    for text in _SIZES:
        yield "sizes", text, ", ".join(size.value for size in parse_sizes(text))
    for text in filter(is_missing, _MISSING):
        yield "any", text, "nothing"
    for text in _OPEN:
        known, _ = read_fields({"openness": text})
        yield "openness", text, " and ".join(f"{name} {value}" for name, value in known.items())
    for text in _RELATIONS:
        yield "relation", text, str(relation_of(text))
    for text in _NAMES:
        bare, address = without_markup(text)
        name, depth, _ = printed_name(bare)
        told = ", derived from the row above" if depth else f", with the link {address}" if address else ""
        yield "name", text, name + told
    for text in _PARENTS:
        parents, _ = parse_parents(text, {"Alpha", "Beta"}.__contains__)
        yield "parents", text, ", ".join(one.name + (f" by {one.relation}" if one.relation else "") for one in parents)
    for text in _ORGANIZATIONS:
        yield "organizations", text, "; ".join(organizations_of(text))


def forms_table() -> str:
    """All forms as a table in Markdown, and the headers of columns below it."""
    rows = [f"| {what} | `{written}` | {read} |".replace("\n", "⏎") for what, written, read in forms()]
    headers = [f"| {field} | {', '.join(words.split('|'))} |" for field, words in HEADERS.items()]
    table = ["| value | written | read as |", "|---|---|---|", *rows]
    return "\n".join([*table, "", "| field | headers of its column |", "|---|---|", *headers, ""])
