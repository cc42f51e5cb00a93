"""Records: models, derivations, organizations, and the values they hold.

All records are frozen pydantic models. They refuse unknown keys, and they can be compared and hashed.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache, total_ordering
from html import escape
from operator import index
from typing import Annotated, ClassVar, Literal, Self, SupportsIndex, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from modeltree._util.html import block, brief, definitions, link
from modeltree._util.text import UNWRITABLE
from modeltree.findings import InvalidDateError, InvalidSizeError, shown

__all__ = [
    "CLASSES_BY_STRENGTH", "FITTING_ACCESS", "IDEAS", "LIST_FIELDS", "OUTPUTS", "WEIGHTS", "About", "Access",
    "Architecture", "Correction", "Derivation", "Domain", "Grain", "Kind", "License", "Links", "Model", "Openness",
    "Organization", "ParameterCount", "PartialDate", "Passes", "Record", "Reference", "Relation", "Relations",
    "model_facts", "one_of", "relation_set",
]  # fmt: skip

Grain = Literal["year", "quarter", "month", "day"]

_WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@total_ordering
@dataclass(frozen=True, slots=True, eq=True)
class PartialDate:
    """A year, a month of a year, or a day.

    Dates are ordered by their first possible day; of dates that begin on the same day the less precise one comes
    first: ``2023 < 2023-01 < 2023-01-01 < 2023-01-02 < 2023-02``. Two dates are equal only if their precision and
    their value are, so the order is total and agrees with equality and hashing.

    Parameters
    ----------
    year : int
        1 to 9999.
    month : int, optional
        1 to 12.
    day : int, optional
        1 to the length of the month; needs a month.

    Examples
    --------
    >>> PartialDate.parse("2023-03")
    PartialDate(2023, 3)
    >>> PartialDate.parse("2023-03").upper
    datetime.date(2023, 3, 31)
    >>> PartialDate(2023) < PartialDate(2023, 1)
    True
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        for part in (self.year, self.month, self.day):
            if part is not None and (isinstance(part, bool) or not isinstance(part, int)):
                raise InvalidDateError(f"{shown(part)} is no year, month or day: they are integers; parse reads text")
        written = str(self)
        _check(written, "year", self.year, 1, 9999)
        if self.month is None:
            if self.day is not None:
                raise InvalidDateError(f"{written!r} is no date: a day needs a month")
            return
        _check(written, "month", self.month, 1, 12)
        if self.day is not None:
            length = calendar.monthrange(self.year, self.month)[1]
            _check(written, "day", self.day, 1, length, f" in {self.year:04d}-{self.month:02d}")

    @classmethod
    def parse(cls, value: PartialDate | datetime.date | str | int) -> PartialDate:
        """Read ``2019``, ``"2019"``, ``"2023-03"``, ``"2023-03-14"`` or a `datetime.date`.

        Parameters
        ----------
        value : PartialDate, date, str or int
            A date, its text, or a year.

        Returns
        -------
        PartialDate
            As precise as the value; a `PartialDate` is returned as it is.

        Raises
        ------
        InvalidDateError
            When the value is none of these; the message says what is wrong with it.

        Examples
        --------
        >>> PartialDate.parse("2023-03-14"), PartialDate.parse(2019)
        (PartialDate(2023, 3, 14), PartialDate(2019))
        """
        if isinstance(value, PartialDate):
            return value
        if isinstance(value, datetime.date):
            return cls(value.year, value.month, value.day)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 9999:
            return cls(value)
        if isinstance(value, str):
            match = _WRITTEN.fullmatch(value.strip())
            if match:
                year, month, day = (int(part) if part else None for part in match.groups())
                assert year is not None
                return cls(year, month, day)
        raise InvalidDateError(f"{shown(value)} is no date: write YYYY, YYYY-MM or YYYY-MM-DD")

    @property
    def grain(self) -> Grain:
        """The precision of the date: ``"year"``, ``"month"`` or ``"day"``.

        Examples
        --------
        >>> PartialDate(2023, 3).grain
        'month'
        """
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    @property
    def lower(self) -> datetime.date:
        """The first possible day.

        Examples
        --------
        >>> PartialDate(2023, 3).lower
        datetime.date(2023, 3, 1)
        """
        return datetime.date(self.year, self.month or 1, self.day or 1)

    @property
    def upper(self) -> datetime.date:
        """The last possible day.

        Examples
        --------
        >>> PartialDate(2023, 2).upper
        datetime.date(2023, 2, 28)
        """
        month = self.month or 12
        return datetime.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def number(self) -> int:
        """The date as an integer that sorts like dates: ``20230314`` is a day, ``20230300`` a month.

        Examples
        --------
        >>> PartialDate(2023, 3).number
        20230300
        """
        return self.year * 10000 + (self.month or 0) * 100 + (self.day or 0)

    @classmethod
    def of_number(cls, number: int) -> PartialDate:
        """The date of an integer such as `number` gives.

        Parameters
        ----------
        number : int
            Year, month and day as digits; ``00`` stands for a month or day that is not known.

        Returns
        -------
        PartialDate
            The date.

        Raises
        ------
        InvalidDateError
            When there is no such date.

        Examples
        --------
        >>> PartialDate.of_number(20230300)
        PartialDate(2023, 3)
        """
        return _date_of_number(number)

    def at(self, grain: Grain) -> PartialDate:
        """The date rounded down to a grain; a quarter is named by its first month.

        Parameters
        ----------
        grain : {"year", "quarter", "month", "day"}
            The precision.

        Returns
        -------
        PartialDate
            A date no more precise than the grain; the same date where it is coarser already.

        Raises
        ------
        ValueError
            When the grain is none of these.

        Examples
        --------
        >>> PartialDate(2023, 5, 14).at("quarter")
        PartialDate(2023, 4)
        >>> PartialDate(2023).at("month")
        PartialDate(2023)
        """
        if grain not in get_args(Grain):
            raise ValueError(f"{shown(grain)} is no grain; there are {', '.join(get_args(Grain))}")
        if grain == "day" or self.month is None:
            return self
        if grain == "year":
            return PartialDate(self.year)
        month = self.month if grain == "month" else (self.month - 1) // 3 * 3 + 1
        return PartialDate(self.year, month)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PartialDate):
            return NotImplemented
        return self._key < other._key

    @property
    def _key(self) -> tuple[int, int, int]:
        return (self.year, self.month or 0, self.day or 0)

    def __str__(self) -> str:
        if self.month is None:
            return f"{self.year:04d}" if self.day is None else f"{self.year:04d}-{self.day:02d}"
        return (
            f"{self.year:04d}-{self.month:02d}"
            if self.day is None
            else f"{self.year:04d}-{self.month:02d}-{self.day:02d}"
        )

    def __repr__(self) -> str:
        parts = (self.year, self.month, self.day)
        return f"PartialDate({', '.join(str(part) for part in parts if part is not None)})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        day = {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
        year = {"type": "integer", "minimum": 1, "maximum": 9999}
        return {"anyOf": [day, year], "description": "YYYY, YYYY-MM or YYYY-MM-DD"}


@lru_cache(maxsize=1 << 14)
def _date_of_number(number: int) -> PartialDate:
    return PartialDate(number // 10000, number // 100 % 100 or None, number % 100 or None)


def _check(written: str, part: str, value: int, low: int, high: int, where: str = "") -> None:
    if not low <= value <= high:
        raise InvalidDateError(f"{written!r} is no date: {part} {value} is not between {low} and {high}{where}")


class Relation(StrEnum):
    """How a child was made from a parent.

    They form three classes. The first seven pass weights on (`WEIGHTS`); ``successor``, ``replication``,
    ``architecture`` and ``application`` pass ideas on (`IDEAS`); ``distillation``, ``data`` and ``generated`` pass on
    what a model said, directly or through data sets (`OUTPUTS`).
    ``unspecified`` stands alone. The words of the Hugging Face Hub (``finetune``, ``adapter``, ``merge``,
    ``quantized``) are used as they are. The order decides which parent of a merge is its primary parent, see
    `modeltree.graph.families`.

    Examples
    --------
    >>> Relation("finetune").passes, Relation.DISTILLATION.passes, Relation.SUCCESSOR.passes
    ('weights', 'outputs', 'ideas')
    """

    CONTINUED_PRETRAINING = "continued-pretraining"
    FINETUNE = "finetune"
    ADAPTER = "adapter"
    QUANTIZED = "quantized"
    PRUNING = "pruning"
    """Pruned from the parent, or made deeper with its layers."""
    MERGE = "merge"
    COMPONENT = "component"
    DISTILLATION = "distillation"
    """Trained on what the parent said."""
    SUCCESSOR = "successor"
    REPLICATION = "replication"
    ARCHITECTURE = "architecture"
    APPLICATION = "application"
    DATA = "data"
    """Trained on a data set, or a data set made from another."""
    GENERATED = "generated"
    """A data set made with a model."""
    UNSPECIFIED = "unspecified"

    @property
    def passes(self) -> Literal["weights", "outputs", "ideas"] | None:
        """The class of the relation: what passes from the parent to the child; None where it is unspecified.

        Examples
        --------
        >>> Relation.MERGE.passes, Relation.UNSPECIFIED.passes
        ('weights', None)
        """
        return next((name for name, members in _CLASSES.items() if self in members), None)


OUTPUTS: frozenset[Relation] = frozenset({Relation.DISTILLATION, Relation.DATA, Relation.GENERATED})
"""The relations that pass on what a model said, directly or through data sets."""

IDEAS: frozenset[Relation] = frozenset(
    {Relation.SUCCESSOR, Relation.REPLICATION, Relation.ARCHITECTURE, Relation.APPLICATION}
)
"""The relations that pass ideas on."""

WEIGHTS: frozenset[Relation] = frozenset(Relation) - OUTPUTS - IDEAS - {Relation.UNSPECIFIED}
"""The relations that pass weights on."""

_CLASSES: dict[Literal["weights", "outputs", "ideas"], frozenset[Relation]] = {
    "weights": WEIGHTS,
    "outputs": OUTPUTS,
    "ideas": IDEAS,
}

Passes = Literal["weights", "outputs", "ideas"] | None

CLASSES_BY_STRENGTH: tuple[tuple[Passes, frozenset[Relation]], ...] = (
    ("weights", WEIGHTS),
    ("outputs", WEIGHTS | OUTPUTS),
    ("ideas", WEIGHTS | OUTPUTS | IDEAS),
    (None, frozenset(Relation)),
)
"""What a path passes on, the most first, and the relations of which it consists then: its weakest step decides."""

Word = TypeVar("Word", bound=StrEnum)

Relations = Relation | str | Iterable[Relation | str] | None
"""A choice of relations: one, several, ``"weights"``, ``"outputs"``, ``"ideas"``, or None for all."""


def one_of(words: type[Word], word: str, *more: str) -> Word:
    """The member of a vocabulary that has a text; a ValueError lists all choices, `more` included."""
    try:
        return words(word)
    except ValueError:
        known = ", ".join((*more, *words))
        raise ValueError(f"{shown(word)} is no {words.__name__.lower()}; there are {known}") from None


def relation_set(relations: Relations) -> frozenset[Relation]:
    """The set of relations that a choice stands for.

    Examples
    --------
    >>> relation_set("ideas") == IDEAS, relation_set(["weights", "outputs"]) == WEIGHTS | OUTPUTS
    (True, True)
    >>> sorted(relation_set(["merge", "quantized"]))
    [<Relation.MERGE: 'merge'>, <Relation.QUANTIZED: 'quantized'>]

    Raises
    ------
    ValueError
        When a word is no relation and no class of them; the message lists those there are.
    """
    if relations is None:
        return frozenset(Relation)
    if isinstance(relations, bytes):
        raise TypeError(f"{shown(relations)} is bytes; relations are texts")
    chosen: set[Relation] = set()
    for word in [relations] if isinstance(relations, str) else relations:
        chosen |= next((members for name, members in _CLASSES.items() if name == word), set()) or {
            one_of(Relation, word, *_CLASSES)
        }
    return frozenset(chosen)


class Openness(StrEnum):
    """Whether the weights are available to everyone."""

    OPEN = "open"
    CLOSED = "closed"


class Access(StrEnum):
    """How a model can be accessed, in more detail than `Openness`."""

    OPEN_WEIGHTS = "open-weights"
    GATED = "gated"
    API_ONLY = "api-only"
    UNRELEASED = "unreleased"


FITTING_ACCESS = {
    Openness.OPEN: frozenset({Access.OPEN_WEIGHTS, Access.GATED}),
    Openness.CLOSED: frozenset({Access.API_ONLY, Access.UNRELEASED, Access.GATED}),
}
"""How a model of an openness can be accessed."""


class Domain(StrEnum):
    """The domain of a model."""

    LANGUAGE = "language"
    MULTIMODAL = "multimodal"
    SCIENTIFIC = "scientific"
    CODE = "code"


class Architecture(StrEnum):
    """The architecture of a model."""

    DECODER = "decoder"
    ENCODER = "encoder"
    ENCODER_DECODER = "encoder-decoder"
    RNN = "rnn"


class Kind(StrEnum):
    """What a record stands for: a model, a product that runs on models, or a data set."""

    MODEL = "model"
    APPLICATION = "application"
    DATASET = "dataset"


class ParameterCount(int):
    """An exact number of parameters, printed as papers print it.

    Examples
    --------
    >>> ParameterCount.parse("1B7")
    ParameterCount(1700000000)
    >>> print(ParameterCount.parse("1B7"), ParameterCount(560_000_000))
    1.7B 560M
    >>> f"{ParameterCount(560_000_000):>6s} is {ParameterCount(560_000_000):,}"
    '  560M is 560,000,000'
    """

    _WRITTEN: ClassVar[re.Pattern[str]] = re.compile(r"([0-9]+)(\.[0-9]+)?\s*([KMBT])?([0-9]+)?", re.IGNORECASE)
    _UNITS: ClassVar[dict[str, int]] = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
    _MOST: ClassVar[int] = 10**18

    __slots__ = ()

    def __new__(cls, count: SupportsIndex) -> Self:
        """A count from 1 to 10^18."""
        if not 1 <= index(count) <= cls._MOST:
            raise InvalidSizeError(f"{shown(count)} is no whole number of parameters between 1 and 10^18")
        return super().__new__(cls, count)

    @classmethod
    def parse(cls, value: str | int) -> ParameterCount:
        """Read ``7B``, ``1.3B``, ``560M``, ``1B7`` (1.7 billion) or a number.

        Parameters
        ----------
        value : str or int
            The count, in K (thousands), M (millions), B (billions, 10^9), T (trillions, 10^12), or ones.

        Returns
        -------
        ParameterCount
            The exact count.

        Raises
        ------
        InvalidSizeError
            When the value is none of these, or no whole number from 1 to 10^18.

        Examples
        --------
        >>> ParameterCount.parse("1.3B")
        ParameterCount(1300000000)
        """
        if isinstance(value, int) and not isinstance(value, bool):
            return cls(value)
        count = cls._count(value)
        if count.denominator > 1 or not 1 <= count <= cls._MOST:
            raise InvalidSizeError(f"{value!r} is no whole number of parameters between 1 and 10^18")
        return cls(int(count))

    @classmethod
    def _count(cls, value: object) -> Fraction:
        match = cls._WRITTEN.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 40 else None
        if match:
            whole, fraction, unit, after = match.groups(default="")
            if not after:
                return Fraction(whole + fraction) * cls._UNITS[unit.upper()]
            if not fraction and unit:
                return Fraction(f"{whole}.{after}") * cls._UNITS[unit.upper()]
        raise InvalidSizeError(f"{shown(value)} is no number of parameters: write 7B, 1.3B or 560M")

    def __str__(self) -> str:
        unit = next((unit for unit in "TBMK" if self >= self._UNITS[unit]), "")
        whole, rest = divmod(int(self), self._UNITS[unit])
        digits = len(str(self._UNITS[unit])) - 1
        fraction = f".{rest:0{digits}d}".rstrip("0") if rest else ""
        return f"{whole:d}{fraction}{unit}"

    def __repr__(self) -> str:
        return f"ParameterCount({int(self)})"

    def __format__(self, spec: str) -> str:
        """The printed form for an empty format or one that ends in ``s``, else the exact integer."""
        return format(str(self), spec) if not spec or spec.endswith("s") else super().__format__(spec)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        written = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s*[KMBTkmbt]?[0-9]*$"}
        return {"anyOf": [written, {"type": "integer", "minimum": 1}], "description": "7B, 1.3B, 560M or 1B7"}


_NO_SPACE = r"\s\x00-\x1f\x7f\ufffe\uffff"


class Reference(str):
    """The source of a fact: ``arxiv:2302.13971``, ``doi:10.1093/bib/bbac409`` or a web address.

    Examples
    --------
    >>> Reference("arxiv:2302.13971").url
    'https://arxiv.org/abs/2302.13971'
    """

    _FORMS: ClassVar[dict[str, re.Pattern[str]]] = {
        "arxiv": re.compile(r"arxiv:([0-9]{4}\.[0-9]{4,5}(v[0-9]+)?|[a-z-]+(\.[A-Z]{2})?/[0-9]{7})"),
        "doi": re.compile(rf'doi:(10\.[0-9]{{4,9}}/[^{_NO_SPACE}<>"]+)'),
        "url": re.compile(rf'(https?://[^{_NO_SPACE}<>"]+)'),
    }

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """A text in one of these forms."""
        if not any(form.fullmatch(value) for form in cls._FORMS.values()):
            raise ValueError(f"{shown(value)} is no reference: write arxiv:ID, doi:10.… or a web address")
        return super().__new__(cls, value)

    @property
    def url(self) -> str:
        """The web address of the source.

        Examples
        --------
        >>> Reference("doi:10.1093/bib/bbac409").url
        'https://doi.org/10.1093/bib/bbac409'
        """
        scheme, _, rest = self.partition(":")
        prefix = {"arxiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}.get(scheme)
        return prefix + rest if prefix else str(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(max_length=2000), serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        return {
            "type": "string",
            "pattern": r"^(arxiv:|doi:10\.|https?://)\S+$",
            "description": "arxiv:ID, doi:10.… or a web address",
        }


def _without_control(text: str) -> str:
    # XML, and so GraphML and GEXF, cannot hold control characters, and figures cannot show them.
    if found := UNWRITABLE.search(text):
        raise ValueError(f"{shown(text)} has the control character {found[0]!r}")
    return text


def _on_one_line(name: str) -> str:
    if "\n" in name or "\t" in name:
        raise ValueError(f"{shown(name)} is no name: names have no line breaks and no tabs")
    return _without_control(name)


Id = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=rf"^[^{_NO_SPACE}]+$")]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), AfterValidator(_on_one_line)
]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True), AfterValidator(_without_control)]
WebAddress = Annotated[str, StringConstraints(pattern=rf'^https?://[^{_NO_SPACE}<>"]+$', max_length=2000)]


class Record(BaseModel):
    """The base of all records: frozen, strict about keys, with a repr that omits defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        """The fields that differ from their defaults."""
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if field.is_required() or value != field.get_default(call_default_factory=True):
                yield name, value


class About(Record):
    """Where a lineage comes from, and its date."""

    title: Name | None = None
    """A short title."""
    description: Text | None = None
    """What it holds, and the rule by which models were chosen."""
    date: PartialDate | None = None
    """The date of the data."""
    license: Name | None = None
    """The license of the data, as an SPDX expression where there is one."""
    references: tuple[Reference, ...] = ()
    """Its sources."""


class Organization(Record):
    """An organization that makes models: a company, a laboratory, a university or a community.

    Examples
    --------
    >>> Organization(id="meta", name="Meta", aliases=["Facebook"], url="https://ai.meta.com").aliases
    ('Facebook',)
    """

    id: Id
    """A stable slug."""
    name: Name
    """The name as printed."""
    aliases: tuple[Name, ...] = ()
    """Other names."""
    url: WebAddress | None = None
    """Its home page."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    """Two letters, as in ISO 3166-1."""
    icon: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = None
    """The name of an icon file, without extension."""


class License(Record):
    """A license as printed and, if it has one, its SPDX identifier. A plain text is a name.

    Examples
    --------
    >>> Model(id="gpt-j", name="GPT-J", license={"name": "Apache 2.0", "spdx": "Apache-2.0"}).license.spdx
    'Apache-2.0'
    """

    name: Name
    """As printed."""
    spdx: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+-]*$")] | None = None
    """The identifier in the SPDX license list."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value

    @model_serializer(mode="plain")
    def _to_name(self) -> str | dict[str, str]:
        return {"name": self.name, "spdx": self.spdx} if self.spdx else self.name

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        return {"anyOf": [{"type": "string", "minLength": 1}, handler.resolve_ref_schema(handler(schema))]}


class Links(Record):
    """Web addresses of a model."""

    paper: WebAddress | None = None
    """The paper that describes it."""
    published: WebAddress | None = None
    """The version of record of the paper: in a journal or in proceedings."""
    code: WebAddress | None = None
    """Its source code."""
    weights: WebAddress | None = None
    """Its weights, or their model card."""
    blog: WebAddress | None = None
    """The post that announced it."""
    website: WebAddress | None = None
    """Its own page, as products have one."""

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in type(self).model_fields)


class Correction(Record):
    """A value that a published source got wrong: what it printed, and what is right."""

    field: Literal[
        "name", "kind", "released", "organizations", "openness", "access", "license", "sizes", "training_data",
        "domain", "architecture", "links", "derived_from",
    ]  # fmt: skip
    """The field whose printed value is wrong."""
    printed: Text
    """What the source printed."""
    source: Id
    """The source: a data set, or a part of a publication."""
    reason: Text
    """The right value, and why."""
    references: tuple[Reference, ...] = ()
    """The sources of this fact."""


class Derivation(Record):
    """An edge of the graph: a child was made from a parent.

    Examples
    --------
    >>> Derivation(parent="llama", child="vicuna", relation="finetune").relation.passes
    'weights'
    """

    parent: Id
    """The id of the parent."""
    child: Id
    """The id of the child."""
    relation: Relation
    """How the child was made."""
    references: tuple[Reference, ...] = ()
    """The sources of this fact."""
    note: Text | None = None
    """A remark."""


class Model(Record):
    """A node of the graph: a model, a product that runs on models, or a data set.

    Examples
    --------
    >>> model = Model(id="llama", name="LLaMA", released="2023-02-24", sizes=["7B", "65B"], openness="open")
    >>> model.released.month, max(model.sizes)
    (2, ParameterCount(65000000000))
    """

    id: Id
    """A stable slug."""
    name: Name
    """The name as printed."""
    aliases: tuple[Name, ...] = ()
    """Other names of it."""
    kind: Kind = Kind.MODEL
    """``model``, ``application`` or ``dataset``."""
    released: PartialDate | None = None
    """The first public act: announcement, paper or weights, whichever came first; as precisely as is known."""
    organizations: tuple[Id, ...] = ()
    """The ids of the organizations that made it."""
    openness: Openness | None = None
    """``open`` or ``closed``."""
    access: Access | None = None
    """How it can be accessed."""
    license: License | None = None
    """Its license."""
    sizes: tuple[ParameterCount, ...] = ()
    """The parameter counts of its variants."""
    training_data: Text | None = None
    """The amount of training data, as printed."""
    domain: Domain | None = None
    """Its domain."""
    architecture: Architecture | None = None
    """Its architecture."""
    links: Links = Links()
    """Its web addresses."""
    references: tuple[Reference, ...] = ()
    """The sources of these facts."""
    note: Text | None = None
    """A remark."""
    corrections: tuple[Correction, ...] = ()
    """Values that published sources got wrong."""

    @field_validator("aliases", "organizations", "sizes")
    @classmethod
    def _no_repetition(cls, values: tuple[object, ...]) -> tuple[object, ...]:
        repeated = [value for value, count in Counter(values).items() if count > 1]
        if repeated:
            raise ValueError(f"{str(repeated[0])!r} stands twice")
        return values

    @model_validator(mode="after")
    def _openness_fits_access(self) -> Self:
        if self.openness and self.access and self.access not in FITTING_ACCESS[self.openness]:
            choice = " or ".join(sorted(FITTING_ACCESS[self.openness]))
            raise ValueError(f"openness {str(self.openness)!r} does not fit access {str(self.access)!r}: {choice}")
        return self

    def _repr_html_(self) -> str:
        title = f'<p class="title">{escape(self.name)} <span class="quiet">{escape(self.id)}</span></p>'
        facts = [(label, escape(", ".join(texts))) for label, texts in model_facts(self)]
        return block([title, definitions([*facts, *self._sources()])])

    def _sources(self) -> Iterator[tuple[str, str]]:
        """Where it is and what vouches for it, as HTML."""
        if links := [link(address, kind) for kind, address in self.links if address]:
            yield "links", " · ".join(links)
        if self.references:
            yield "references", _cited(self.references)
        if self.corrections:
            lines = [
                f"<p>{escape(correction.source)} prints “{escape(correction.printed)}” as {escape(correction.field)}: "
                f"{escape(correction.reason)} {_cited(correction.references)}</p>"
                for correction in self.corrections
            ]
            yield "corrections", "".join(lines)


def model_facts(
    model: Model, organizations: Mapping[str, Organization] | None = None
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is known of a model but for addresses: a label and texts for each field, with names of organizations."""
    license = model.license
    spdx = f" ({license.spdx})" if license and license.spdx and license.spdx != license.name else ""
    known = organizations or {}
    facts: dict[str, Iterable[str]] = {
        "also called": model.aliases,
        "kind": (model.kind,),
        "released": (str(model.released),) if model.released else (),
        "organization": [known[id].name if id in known else id for id in model.organizations],
        "openness": (", ".join(word for word in (model.openness, model.access) if word),),
        "license": (license.name + spdx,) if license else (),
        "sizes": (", ".join(map(str, model.sizes)),),
        "training data": (model.training_data or "",),
        "domain": (model.domain or "",),
        "architecture": (model.architecture or "",),
        "note": (model.note or "",),
    }
    for label, texts in facts.items():
        if shown := tuple(filter(None, texts)):
            yield label, shown


def _cited(references: Iterable[Reference]) -> str:
    return " · ".join(link(reference.url, brief(reference)) for reference in references)


LIST_FIELDS = frozenset(
    name for record in (Model, Derivation) for name, field in record.model_fields.items() if field.default == ()
)
"""The fields of models and derivations that are lists."""
