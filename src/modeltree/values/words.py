"""The words of other sources for relations, openness, architectures and missing values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from modeltree.records import Relation

__all__ = ["MISSING", "NO_MODEL", "UNSTATED", "architecture_of", "is_missing", "is_root", "openness_of", "quiet_key"]
__all__ += ["relation_of", "spelling_key"]

_SYNONYMS: Mapping[Relation, str] = MappingProxyType(
    {
        Relation.CONTINUED_PRETRAINING: "continued-pretrain continual-pretraining further-pretraining cpt",
        Relation.FINETUNE: "fine-tune finetuned fine-tuned finetuning fine-tuning sft instruction-tuning rlhf dpo",
        Relation.ADAPTER: "adapters lora qlora peft",
        Relation.QUANTIZED: "quantize quantization quantised quantisation quant gguf gptq awq",
        Relation.PRUNING: "pruned prune depth-up-scaling up-scaled upscaled",
        Relation.MERGE: "merged merges merging model-merge",
        Relation.COMPONENT: "part backbone encoder",
        Relation.DISTILLATION: "distilled distil distill distilling knowledge-distillation",
        Relation.SUCCESSOR: "new-version version upgrade",
        Relation.REPLICATION: "replica reproduction replicated",
        Relation.ARCHITECTURE: "same-architecture",
        Relation.APPLICATION: "app product powered-by runs-on",
        Relation.DATA: "dataset data-set training-data trained-on",
        Relation.GENERATED: "generated-by generated-with synthetic",
        Relation.UNSPECIFIED: "derived derivation derived-from dependency based-on base-model parent",
    }
)
_RELATIONS = {word: relation for relation, words in _SYNONYMS.items() for word in (str(relation), *words.split())}

MISSING = {"", "-", "--", "---", "–", "—", "−", "‐", "―", "n/a", "na", "n.a.", "?", "??", "unknown", "tbd", "tba", "…"}
MISSING |= {"not available", "not disclosed", "undisclosed", "not known", "unspecified", "...", "/", "·", "\\"}
"""What printed tables write for a missing value."""

UNSTATED = {"", "unknown", "none", "n/a"}
"""What catalogues write for one."""

NO_MODEL = {"none", "null", "n/a"}
"""What model cards write where there is no model to name."""

_ROOTS = {"base model", "base", "base llm", "foundation model", "foundation", "none", "scratch", "from scratch"}
_ROOTS |= {"trained from scratch", "training from scratch", "pretrained from scratch", "itself", "self", "original"}

_TICKS = {
    "open": "✓ ✔ ✅ ☑ √ 🟢 🔓 yes y true open opensource public publicly available released",
    "closed": "✗ ✘ ❌ ✖ × ☒ 🔴 🔒 ❎ no n false closed closedsource private proprietary unavailable unreleased",
}
_OPENNESS = {word: openness for openness, words in _TICKS.items() for word in words.split()}
_OPENNESS |= {"openweights": "open", "openaccess": "open", "opensourced": "open", "fullyopen": "open"}
_OPENNESS |= {"publiclyavailable": "open", "notopen": "closed", "notavailable": "closed", "notreleased": "closed"}
_OPENNESS |= {"api": "closed", "apionly": "closed"}
_ACCESS = {"api": "api-only", "apionly": "api-only", "gated": "gated", "openweights": "open-weights"}
_ACCESS |= {"weights": "open-weights", "unreleased": "unreleased", "notreleased": "unreleased"}
_ARCHITECTURES = {
    "decoder": "dec decoder decoderonly deconly causaldecoder causallm autoregressive",
    "encoder": "enc encoder encoderonly enconly",
    "encoder-decoder": "encdec encoderdecoder seq2seq",
    "rnn": "rnn",
}
_ARCHITECTURE = {word: name for name, words in _ARCHITECTURES.items() for word in words.split()}
_SEPARATORS = re.compile(r"[\s_.\-\u2010-\u2015]+")


def relation_of(word: str) -> Relation | None:
    """The relation that a word stands for, or None for an unknown word.

    >>> relation_of("Fine-Tuned"), relation_of("knowledge distillation"), relation_of("fork")
    (<Relation.FINETUNE: 'finetune'>, <Relation.DISTILLATION: 'distillation'>, None)
    """
    return _RELATIONS.get(re.sub(r"[\s_]+", "-", word.strip().casefold()))


def is_missing(text: str, words: Collection[str] = MISSING) -> bool:
    """Whether a text is a word for a missing value; by default one that printed tables use.

    >>> [is_missing(text) for text in ("", "–", "N/A", "none of these")]
    [True, True, True, False]
    >>> is_missing("None"), is_missing("None", UNSTATED)
    (False, True)
    """
    return text.strip().casefold() in words


def is_root(text: str) -> bool:
    """Whether a text in the place of parents says that there are none.

    >>> is_root("Base Model"), is_root("from scratch"), is_root("LLaMA")
    (True, True, False)
    """
    return text.strip().casefold() in _ROOTS


def openness_of(text: str) -> dict[str, str]:
    """The fields ``openness`` and ``access`` that a tick or a word stands for; ``{}`` for an unknown word.

    >>> openness_of("✅"), openness_of("API only"), openness_of("partly")
    ({'openness': 'open'}, {'openness': 'closed', 'access': 'api-only'}, {})
    """
    word = spelling_key(text)
    fields = {"openness": _OPENNESS.get(word), "access": _ACCESS.get(word)}
    return {name: value for name, value in fields.items() if value}


def architecture_of(text: str) -> str | None:
    """The word of this library for an architecture, or None for an unknown one.

    >>> architecture_of("enc-dec"), architecture_of("Decoder-only"), architecture_of("Mamba")
    ('encoder-decoder', 'decoder', None)
    """
    return _ARCHITECTURE.get(spelling_key(text))


def spelling_key(text: str) -> str:
    """A word without case, spaces, hyphens and other matters of spelling.

    >>> spelling_key("Open-Source") == spelling_key("open source")
    True
    """
    return re.sub(r"[\s\-‐-―_/&.:\ufe0f]+", "", text.casefold())


def quiet_key(name: str) -> str:
    """A name without case, spaces, hyphens, underscores and dots, which two spellings of one name likely share.

    It only points out candidates: no two names are taken for the same by it. Other punctuation counts.

    >>> quiet_key("LLaMA 2") == quiet_key("Llama-2"), quiet_key("Command R") == quiet_key("Command R+")
    (True, False)
    """
    return _SEPARATORS.sub("", name.casefold())
