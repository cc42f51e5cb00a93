"""The words of other sources for relations, openness, architectures and missing values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from modeltree._util.text import lazy_pattern
from modeltree.records import Relation

_SYNONYMS: Mapping[Relation, str] = MappingProxyType(
    {
        Relation.CONTINUED_PRETRAINING: "continued-pretrain continual-pretraining further-pretraining cpt"
        " continued-pre-training continual-pre-training further-pre-training continuous-pretraining 继续预训练"
        " 增量预训练 持续预训练 継続事前学習 追加事前学習 fortgesetztes-vortraining pré-entraînement-continu",
        Relation.FINETUNE: "fine-tune finetuned fine-tuned finetuning fine-tuning sft instruction-tuning rlhf dpo"
        " instruction-tuned instruction-finetuning instruction-fine-tuning full-finetuning full-fine-tuning"
        " supervised-finetuning supervised-fine-tuning ppo orpo kto grpo 微调 指令微调 精调 全参数微调 有监督微调"
        " ファインチューニング 微調整 指示チューニング feintuning feinabstimmung ajustement affinage"
        " ajuste-fino affinamento 미세조정 파인튜닝 дообучение",
        Relation.ADAPTER: "adapters adaptor lora qlora dora peft lora-finetuning lora-fine-tuning qlora-finetuning"
        " qlora-fine-tuning prefix-tuning p-tuning 适配器 lora微调 アダプター アダプタ adaptateur",
        Relation.QUANTIZED: "quantize quantization quantised quantisation quant gguf gptq awq 4-bit 8-bit int4 int8"
        " 4-bit-quantization 8-bit-quantization exl2 bitsandbytes 量化 量子化 quantisierung quantisiert quantification"
        " cuantización quantização quantizzazione 양자화 квантизация",
        Relation.PRUNING: "pruned prune depth-up-scaling up-scaled upscaled 剪枝 枝刈り élagage",
        Relation.MERGE: "merged merges merging model-merge model-merging slerp 合并 融合 マージ fusion"
        " fusión fusão fusione 병합 слияние",
        Relation.COMPONENT: "part backbone encoder",
        Relation.DISTILLATION: "distilled distil distill distilling knowledge-distillation 蒸馏 知识蒸馏 蒸留"
        " destillation destilliert destilación destilação distillazione 증류 дистилляция",
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

_MISSING = (
    "n/a|n.a.|n.a|na|n/d|n.d.|nd|unknown|tbd|tba|tbc|to be determined|to be announced|not available|not applicable"
    "|not disclosed|undisclosed|not known|not specified|unspecified|not reported|not stated|not given|not released yet"
    "|none|null|nil|nan|nat|<na>|#n/a|#n/a n/a|#na|-nan|#null!|#value!|missing|no data|empty|(none)|(unknown)|(empty)"
    "|未知|未公布|未公开|未披露|不明|非公開情報|无|無|なし|無し|該当なし|不詳|暂无"
    "|unbekannt|k.a.|k. a.|keine angabe|nicht bekannt|entfällt|kein|keine|keins|keines|inconnu|inconnue"
    "|non communiqué|s.o.|sans objet|aucun|aucune|néant|desconocido|no disponible|ninguno|ninguna|desconhecido"
    "|não divulgado|não disponível|nenhum|nenhuma|sconosciuto|non disponibile|nessuno|nessuna|неизвестно|не указано"
    "|미공개|없음|미정|onbekend|geen"
)
_MARKS = frozenset("-‐‑‒–—―−?？/·\\….。_~*∅⌀〃ー")
MISSING = frozenset(_MISSING.split("|"))
"""The words for a missing value, in small letters; marks alone, as ``–`` and ``???``, say the same."""

_LONGEST_MISSING = max(map(len, MISSING))

_ROOTS = {"base model", "base", "base llm", "foundation model", "foundation", "none", "scratch", "from scratch"}
_ROOTS |= {"trained from scratch", "training from scratch", "pretrained from scratch", "itself", "self", "original"}
_ROOTS |= {"从头训练", "从零训练", "自研", "スクラッチ", "フルスクラッチ", "von grund auf", "de zéro"}


def spelling_key(text: str) -> str:
    """A word without case, spaces, hyphens and other matters of spelling.

    >>> spelling_key("Open-Source") == spelling_key("open source")
    True
    """
    return re.sub(r"[\s\-‐-―_/&.:\ufe0f]+", "", text.casefold())


_TICKS = {
    "open": "✓ ✔ ✅ ☑ √ 🟢 🔓 ⭕ ● yes y true t 1 ○ ◯ open opensource openweights openweight openaccess opensourced"
    " weightsonly fullyopen public publicly publiclyavailable available weightsavailable released downloadable free"
    " permissive 是 有 开源 已开源 开放 公开 公開 公開済み はい あり オープン オープンソース ja offen quelloffen"
    " verfügbar oui ouvert disponible sí si vrai wahr abierto sim aberto sì aperto 예 네 공개 да открытая открыта",
    "closed": "✗ ✘ ❌ ✖ × ☒ 🔴 🔒 ❎ ⛔ 🚫 x no n false f 0 closed closedsource closedweights private proprietary"
    " unavailable unreleased notopen notavailable notreleased notpublic notopensource nonpublic withheld commercialapi"
    " api apionly onlyapi 否 不 闭源 未开源 不开源 非开源 未公开 非公開 いいえ クローズド 非公開モデル"
    " nein geschlossen proprietär non fermé"
    " propriétaire fermée faux falsch cerrado propietario não fechado proprietário chiuso proprietario 아니오 비공개"
    " нет закрытая закрыта nee",
}
_OPENNESS = {spelling_key(word): openness for openness, words in _TICKS.items() for word in words.split()}
_ACCESS_WORDS = {
    "api-only": "api apionly onlyapi apiaccess viaapi commercialapi",
    "gated": "gated gatedaccess requestaccess onrequest uponrequest byrequest 申请 申請 aufanfrage surdemande",
    "open-weights": "openweights openweight weights weightsonly openaccessweights",
    "unreleased": "unreleased notreleased",
}
_ACCESS = {word: access for access, words in _ACCESS_WORDS.items() for word in words.split()}
_ARCHITECTURES = {
    "decoder": "dec decoder decoderonly deconly causaldecoder causallm autoregressive",
    "encoder": "enc encoder encoderonly enconly",
    "encoder-decoder": "encdec encoderdecoder seq2seq",
    "rnn": "rnn",
}
_ARCHITECTURE = {word: name for name, words in _ARCHITECTURES.items() for word in words.split()}
_SEPARATORS = lazy_pattern(r"[\s_.\-\u2010-\u2015]+")
_STEPS = lazy_pattern(r"\s*[+&/、，]\s*|\s+(?:and|then|und|et)\s+|\s*(?:→|->)\s*")
_ASIDE = lazy_pattern(r"\s*[(（][^()（）]*[)）]\s*$")


def relation_of(word: str) -> Relation | None:
    """The relation that a word stands for, or None for an unknown word.

    >>> relation_of("Fine-Tuned"), relation_of("knowledge distillation"), relation_of("fork")
    (<Relation.FINETUNE: 'finetune'>, <Relation.DISTILLATION: 'distillation'>, None)
    >>> relation_of("SFT + RLHF"), relation_of("SFT + merge")
    (<Relation.FINETUNE: 'finetune'>, None)
    """
    found = {_RELATIONS.get(re.sub(r"[\s_]+", "-", part.strip().casefold())) for part in _STEPS.split(word)}
    return found.pop() if len(found) == 1 else None


def is_missing(text: str) -> bool:
    """Whether a text is a word, or only marks, for a missing value.

    >>> [is_missing(text) for text in ("", "–", "N/A", "None", "NaN", "???", "none of these")]
    [True, True, True, True, True, True, False]
    """
    word = text.strip()
    return len(word) <= _LONGEST_MISSING and (word.casefold() in MISSING or _MARKS.issuperset(word))


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
    if word not in _OPENNESS and word not in _ACCESS:
        word = spelling_key(_ASIDE.sub("", text))  # "yes (non-commercial)"
    fields = {"openness": _OPENNESS.get(word), "access": _ACCESS.get(word)}
    return {name: value for name, value in fields.items() if value}


def architecture_of(text: str) -> str | None:
    """The word of this library for an architecture, or None for an unknown one.

    >>> architecture_of("enc-dec"), architecture_of("Decoder-only"), architecture_of("Mamba")
    ('encoder-decoder', 'decoder', None)
    """
    return _ARCHITECTURE.get(spelling_key(text))


def quiet_key(name: str) -> str:
    """A name without case, spaces, hyphens, underscores and dots, which two spellings of one name likely share.

    It only points out candidates: no two names are taken for the same by it. Other punctuation counts.

    >>> quiet_key("LLaMA 2") == quiet_key("Llama-2"), quiet_key("Command R") == quiet_key("Command R+")
    (True, False)
    """
    return _SEPARATORS.sub("", name.casefold())
