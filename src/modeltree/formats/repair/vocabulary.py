"""The words of other sources for what this library has words of its own for: relations, dates, parents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from modeltree.records import Relation

__all__ = ["day_of", "is_local_path", "mirrored", "quiet_key", "relation_of", "repository_in_cache"]

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
_TIMESTAMP = re.compile(
    r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?"
    r"\s*(Z|[+-][0-9]{2}:?[0-9]{2}|UTC)?\s*"
)
_CACHED = re.compile(r"(?:^|[/\\])models--([A-Za-z0-9][\w.-]*?)--([A-Za-z0-9][\w.-]*?)(?:[/\\]|$)")
_LOCAL = re.compile(r"[/\\~]|\.{1,2}([/\\]|$)|[A-Za-z]:[/\\]|file:", re.IGNORECASE)
_FILES = re.compile(r"\.(safetensors|gguf|bin|pt|pth|ckpt|onnx)$", re.IGNORECASE)
_MIRROR = re.compile(r"(?P<base>.+?)-(?:unsloth-)?bnb-[48]bit", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s_.\-\u2010-\u2015]+")


def relation_of(word: str) -> Relation | None:
    """The relation that a word stands for, or None where it is none that is known.

    Examples
    --------
    >>> relation_of("Fine-Tuned"), relation_of("knowledge distillation"), relation_of("fork")
    (<Relation.FINETUNE: 'finetune'>, <Relation.DISTILLATION: 'distillation'>, None)
    """
    return _RELATIONS.get(re.sub(r"[\s_]+", "-", word.strip().casefold()))


def day_of(value: Any) -> Any:
    """The day of a time stamp; what is none comes back as it is.

    Examples
    --------
    >>> day_of("2023-07-18T17:20:01.000Z"), day_of("2023")
    ('2023-07-18', '2023')
    """
    match = _TIMESTAMP.fullmatch(value) if isinstance(value, str) and len(value) <= 60 else None
    return match[1] if match else value


def is_local_path(name: str) -> bool:
    r"""Whether a name can only be a file or folder of somebody's computer.

    Examples
    --------
    >>> [is_local_path(name) for name in ("/root/llama", "./out", "C:\\models", "meta-llama/Llama-2-7b", "gpt2")]
    [True, True, True, False, False]
    >>> is_local_path("out/checkpoints/step-100"), is_local_path("model.gguf")
    (True, True)
    """
    address = re.match(r"https?://", name, re.IGNORECASE)
    return not address and bool(_LOCAL.match(name) or name.count("/") > 1 or "\\" in name or _FILES.search(name))


def repository_in_cache(path: str) -> str | None:
    """The id of a repository that a path in the cache of the Hub names.

    Examples
    --------
    >>> repository_in_cache("/home/me/.cache/huggingface/hub/models--meta-llama--Llama-2-7b/snapshots/01c7f73")
    'meta-llama/Llama-2-7b'
    """
    match = _CACHED.search(path)
    return f"{match[1]}/{match[2]}" if match else None


def mirrored(name: str) -> str | None:
    """What a quantized copy is likely a copy of, by its name.

    Examples
    --------
    >>> mirrored("unsloth/llama-3-8b-bnb-4bit")
    'unsloth/llama-3-8b'
    """
    match = _MIRROR.fullmatch(name)
    return match["base"] if match else None


def quiet_key(name: str) -> str:
    """A name without case, spaces, hyphens, underscores and dots: what two spellings of one name likely share.

    Only ever to point out candidates: nothing is taken for the same by it. Other punctuation counts.

    Examples
    --------
    >>> quiet_key("LLaMA 2") == quiet_key("Llama-2"), quiet_key("Command R") == quiet_key("Command R+")
    (True, False)
    """
    return _SEPARATORS.sub("", name.casefold())
