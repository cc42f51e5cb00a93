"""The words of other sources: for relations, openness, architectures and missing values, and above columns.

Headers of columns, and names of attributes, are known in the languages in which tables are written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
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
    "|未知|未公布|未公开|未披露|不明|非公開情報|无|無|なし|無し|該当なし|不詳|暂无|unbekannt|k.a.|k. a.|keine angabe"
    "|nicht bekannt|entfällt|kein|keine|keins|keines|inconnu|inconnue|non communiqué|s.o.|sans objet|aucun|aucune|néant"
    "|desconocido|no disponible|ninguno|ninguna|desconhecido|não divulgado|não disponível|nenhum|nenhuma|sconosciuto"
    "|non disponibile|nessuno|nessuna|неизвестно|не указано|미공개|없음|미정|onbekend|geen"
)
_MARKS = frozenset("-‐‑‒–—―−?？/·\\….。_~*∅⌀〃ー")
MISSING = frozenset(_MISSING.split("|"))
"""The words for a missing value, in small letters; marks alone, as ``–`` and ``???``, say the same."""

_LONGEST_MISSING = max(map(len, MISSING))

_ROOTS = {"base model", "base", "base llm", "foundation model", "foundation", "none", "scratch", "from scratch"}
_ROOTS |= {"trained from scratch", "training from scratch", "pretrained from scratch", "itself", "self", "original"}
_ROOTS |= {"从头训练", "从零训练", "自研", "スクラッチ", "フルスクラッチ", "von grund auf", "de zéro"}


def spelling_key(text: str) -> str:
    """A word without case, spaces, hyphens and other matters of spelling."""
    return re.sub(r"[\s\-‐-―_/&.:\ufe0f]+", "", text.casefold())


_TICKS = {
    "open": "✓ ✔ ✅ ☑ √ 🟢 🔓 ⭕ ● yes y true t 1 ○ ◯ open opensource openweights openweight openaccess opensourced"
    " weightsonly fullyopen public publicly publiclyavailable available weightsavailable released downloadable free"
    " permissive 是 有 开源 已开源 开放 公开 公開 公開済み はい あり オープン オープンソース ja offen quelloffen"
    " verfügbar oui ouvert disponible sí si vrai wahr abierto sim aberto sì aperto 예 네 공개 да открытая открыта",
    "closed": "✗ ✘ ❌ ✖ × ☒ 🔴 🔒 ❎ ⛔ 🚫 x no n false f 0 closed closedsource closedweights private proprietary"
    " unavailable unreleased notopen notavailable notreleased notpublic notopensource nonpublic withheld commercialapi"
    " api apionly onlyapi 否 不 闭源 未开源 不开源 非开源 未公开 非公開 いいえ クローズド 非公開モデル nein"
    " geschlossen proprietär non fermé propriétaire fermée faux falsch cerrado propietario não fechado proprietário"
    " chiuso proprietario 아니오 비공개 нет закрытая закрыта nee",
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
    """The relation that a word stands for, or None for an unknown word."""
    found = {_RELATIONS.get(re.sub(r"[\s_]+", "-", part.strip().casefold())) for part in _STEPS.split(word)}
    return found.pop() if len(found) == 1 else None


def is_missing(text: str) -> bool:
    """Whether a text is a word, or only marks, for a missing value."""
    word = text.strip()
    return len(word) <= _LONGEST_MISSING and (word.casefold() in MISSING or _MARKS.issuperset(word))


def is_root(text: str) -> bool:
    """Whether a text in the place of parents says that there are none."""
    return text.strip().casefold() in _ROOTS


def openness_of(text: str) -> dict[str, str]:
    """The fields ``openness`` and ``access`` that a tick or a word stands for; ``{}`` for an unknown word."""
    word = spelling_key(text)
    if word not in _OPENNESS and word not in _ACCESS:
        word = spelling_key(_ASIDE.sub("", text))  # "yes (non-commercial)"
    fields = {"openness": _OPENNESS.get(word), "access": _ACCESS.get(word)}
    return {name: value for name, value in fields.items() if value}


def architecture_of(text: str) -> str | None:
    """The word of this library for an architecture, or None for an unknown one."""
    return _ARCHITECTURE.get(spelling_key(text))


def quiet_key(name: str) -> str:
    """A name without case, spaces, hyphens, underscores and dots, which two spellings of one name likely share.

    It only points out candidates: no two names are taken for the same by it. Other punctuation counts.
    """
    return _SEPARATORS.sub("", name.casefold())


# Headers

HEADER_ROWS = 20
"""In so many rows the header of a table is looked for."""

ABOVE_HEADER = "what stands above the header is no part of the table"
"""The message about it."""

LINK_FIELDS = ("paper", "code", "weights", "blog", "website")
"""The fields of `modeltree.Links`, each of which can have a column."""

WEAK_NAMES = frozenset({"name", "names", "checkpoint", "名称", "名前", "nom"})
"""Headers of names of models, and of many other things."""

TELLING_FIELDS = frozenset({"parents", "released", "sizes", "organizations", "openness", "license", "training_data"})
"""Fields that tell a table of models from one of other things with a name."""

_OTHER_THINGS = lazy_pattern(
    r"\b(?:data\s?sets?|corpus|corpora|benchmarks?|leaderboards?|surveys?|reviews?|evaluations?|tutorials?|courses?"
    r"|tools?|libraries|frameworks?|books?|blogs?|workshops?|results?|scores?|prompts?|papers)\b|数据集|基准|评测|综述|データセット",
    re.IGNORECASE,
)
_MODELS = lazy_pattern(r"\b(?:models?|llms?|checkpoints?)\b|模型|モデル", re.IGNORECASE)

_IDS = (
    "id|model id|modelid|repo id|repoid|repository id|repo name|slug|identifier|hub id|hf id|hugging face id"
    "|huggingface id|model path|模型 id|モデル id|モデルid|modell id|identifiant"
)
ID_HEADERS = frozenset(_IDS.split("|"))
"""Headers that stand for ids."""

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "name": "model|models|model name|llm|llms|name|names|model names|language model|language models|checkpoint"
        "|llm name|llm model|ai model|ai models|foundation models|large language model|large language models"
        "|modelname|模型|模型名称|模型名|名称|大模型|大模型名称|语言模型|モデル|モデル名|名前|modell|modelle"
        "|modellname|sprachmodell|bezeichnung|modèle|modèles|nom du modèle|nom|modele|nom du modele"
        "|modelo|modelos|nombre del modelo|nome do modelo|nombre|nome|modello|modelli|nome del modello|모델|모델명"
        "|모델 이름|이름|модель|модели|название модели|название|naam|modelnaam",
        "version": "version|versions|variant|variants|model version|model variant|版本|变体|バージョン|variante"
        "|fassung|versión|versão|versione|버전|версия",
        "parents": "base model|base models|basemodel|basemodels|backbone|backbones|backbone model|base|base llm"
        "|pretrained|pretrained model|pre trained model|pretrained base|parent|parents|parent model|parent models"
        "|parent id|parentid|parentmodel|derived from|derivedfrom|based on|foundation model|foundation|initialization"
        "|initialised from|initialized from|source model|source models|built on|built upon|builds on|build on"
        "|fine tuned from|finetuned from|fine tuned on model|trained from|distilled from|quantized from|merged from"
        "|pre trained base model|base architecture|base checkpoint|base model s|base model name|base model id"
        "|foundation llm|starting point|ancestor|ancestors|original model|teacher|origin|predecessor model"
        "|trained on top of|init from|initialized with|base models used|基座|基座模型|基础模型|基模型|底座|底座模型"
        "|父模型|基于|预训练模型|ベースモデル|ベース|元モデル|親モデル|基盤モデル|ベースのモデル|派生元|派生元モデル"
        "|学習元|基底模型|基底|基于模型|原模型|上游模型|basismodell|basis|grundmodell|ausgangsmodell|elternmodell"
        "|basiert auf|abgeleitet von|vortrainiertes modell|modèle de base|modèle de départ|modèle parent"
        "|modele de base|base du modèle|basé sur|dérivé de|modèle d origine|modèle source|modelo base|modelos base"
        "|modelo padre|basado en|derivado de|modelo de base|baseado em|modelo pai|modello base|modello di base"
        "|modello di partenza|basato su|derivato da|기반 모델|기반모델|베이스 모델|베이스모델|부모 모델|기본 모델"
        "|базовая модель|исходная модель|основана на|на основе|gebaseerd op|basismodel",
        "relation": "relation|relations|relationship|derivation|method|training method|adaptation|how|relation type"
        "|relationtype|base model relation|basemodelrelation|derivation type|type of derivation|关系|衍生方式|训练方式"
        "|训练方法|派生方式|方法|関係|派生方法|手法|学習方法|追加学習手法|学習手法|beziehung|methode|méthode"
        "|lien de parenté|art der ableitung|ableitung|trainingsmethode|type de dérivation|dérivation"
        "|méthode d entraînement|relación|relação|relazione|método|metodo|관계|방법|학습 방법|отношение|метод",
        "released": "release date|released|release|date|release time|released on|publication date|published"
        "|published on|year|time|month|launch date|launched|launch|release year|publish date|publish time|announced"
        "|announced on|announcement date|release month|first release date|first release|first released|initial release"
        "|initial release date|date released|date of release|date published|date of publication|year released"
        "|year of release|publication year|created at|createdat|created|date created|creation date|available since"
        "|date announced|release dates|open source date|open sourced on|release day|model release date|debut|发布日期"
        "|发布时间|发布|日期|时间|发布年份|年份|开源时间|开源日期|推出时间|上线时间|公開日|公開年月|公開年"
        "|リリース年月|発表年月|発表年|发布年月|发布年|上线日期|发表时间|リリース日|リリース|発表日|公開|日付|公開時期"
        "|リリース時期|発表時期|年月|年|veröffentlicht|veröffentlichung|veröffentlichungsdatum|erscheinungsdatum|datum"
        "|jahr|erschienen|erstveröffentlichung|erscheinungsjahr|veröffentlichungsjahr|jahr der veröffentlichung"
        "|date de sortie|date de publication|publié|publié le|sortie|année|date de parution|année de sortie"
        "|année de publication|mois de sortie|fecha|fecha de lanzamiento|fecha de publicación|lanzamiento|publicado"
        "|año|data de lançamento|data de publicação|lançamento|lançado em|publicado em|ano|data di rilascio"
        "|data di pubblicazione|rilascio|pubblicato|anno|출시일|출시|공개일|발표일|날짜|연도|дата|дата выпуска"
        "|дата выхода|дата публикации|выпуск|год|veröffentlicht am|erschienen am|freigabedatum|publié en|releasedatum",
        "sizes": "size|sizes|param|params|parameters|parameter|model size|model sizes|number of parameters"
        "|no of parameters|of parameters|parameter count|parametercount|size params|size parameters|parameter size"
        "|num params|num parameters|numparameters|of params|parameter sizes|no parameters|no of params"
        "|number of params|total params|total parameters|parameter counts|parameters count|params count|param count"
        "|model params|model parameters|scale|model scale|params size|nb of parameters|no params|size of model"
        "|size in parameters|parameter number|参数|参数量|参数规模|模型大小|规模|模型规模|大小|参数数量|参数量级"
        "|总参数量|パラメータ|パラメータ数|パラメーター数|サイズ|モデルサイズ|規模|grösse|parameteranzahl"
        "|anzahl parameter|anzahl der parameter|modellgrösse|parameterzahl|parameter anzahl|taille|paramètres"
        "|nombre de paramètres|nb de paramètres|nb paramètres|taille du modèle|parametres|parámetros"
        "|número de parámetros|tamaño|parâmetros|número de parâmetros|tamanho|parametri|numero di parametri|dimensione"
        "|dimensioni|파라미터|파라미터 수|매개변수|매개변수 수|크기|параметры|число параметров|количество параметров"
        "|размер|parameteromvang",
        "organizations": "organization|organizations|organisation|organisations|org|orgs|institution|institutions"
        "|developer|developers|developed by|author|authors|creator|creators|created by|company|companies|team"
        "|affiliation|affiliations|released by|provider|providers|publisher|published by|lab|labs|maker|makers|made by"
        "|institute|institutes|owner|owners|vendor|vendors|model creator|model creators|model developer"
        "|model developers|model provider|model owner|model author|trained by|built by|research group|research lab"
        "|group|entity|manufacturer|organization s|organisation s|developer s|机构|组织|公司|开发者|发布者|发布机构"
        "|研发机构|开发机构|作者|单位|团队|厂商|研发单位|組織|開発元|開発者|開発組織|企業|会社|提供元|作成者|機関"
        "|開発機関|organisation en|hersteller|entwickler|anbieter|unternehmen|firma|herausgeber|entwickelt von"
        "|erstellt von|veröffentlicht von|ersteller|einrichtung|organisme|éditeur|développeur|développeurs|entreprise"
        "|auteur|auteurs|créateur|société|fournisseur|développé par|créé par|publié par|institution s|organización"
        "|empresa|desarrollador|autor|autores|creador|institución|organização|desenvolvedor|criador|instituição"
        "|organizzazione|azienda|sviluppatore|autore|autori|개발사|개발자|기관|조직|회사|제작사|организация"
        "|разработчик|компания|автор|авторы|ontwikkelaar",
        "openness": "openness|open source|opensource|open|open sourced|availability|available|open weights|open weight"
        "|public|os|publicly available|open access|weights available|open model|is open|is open source|weights public"
        "|public weights|weights released|released weights|weights open|open release|open model weights"
        "|weights open source|open or closed|open closed|open source or not|publicly released|model available"
        "|model availability|开源|是否开源|开放|开源情况|是否公开|公开|权重开源|オープンソース|オープン|公開状況"
        "|オープンウェイト|公開有無|offen|quelloffen|verfügbar|verfügbarkeit|offene gewichte|ouvert|open source ou non"
        "|disponible|disponibilité|poids ouverts|ouverture|abierto|código abierto|aberto|código aberto|aperto|오픈소스"
        "|공개 여부|공개|открытая|открытый код|открытость",
        "access": "access|access type|model access|accessibility|model accessibility|access mode|how to access"
        "|访问方式|获取方式|アクセス|zugang|zugriff|accès|acceso|acesso|accesso|접근|доступ",
        "license": "license|licence|licenses|licences|license type|licence type|license name|licensename|licencename"
        "|weights license|weights licence|model license|model licence|license s|licensing|license weights"
        "|weight license|licence name|license of weights|license model|terms|license terms|software license"
        "|open source license|许可证|许可|协议|开源协议|许可协议|授权|授权协议|开源许可|开源许可证|ライセンス"
        "|利用規約|使用許諾|lizenz|lizenzen|lizenztyp|licence du modèle|licence d utilisation"
        "|licencia|licença|licenza|라이선스|라이센스|лицензия|licentie",
        "license_spdx": "spdx|spdx id|spdxid|license spdx|licence spdx|spdx license",
        "training_data": "training data|training data size|training tokens|tokens|pretraining data"
        "|pre train data scale|data size|trained tokens|train tokens|pretraining tokens|pre training data"
        "|pretrain data|training set|dataset size|pre train data|trainingdatasize|trainingtokens|trainingdata"
        "|training corpus|corpus|corpus size|tokens trained|tokens t|training dataset|pretraining corpus|训练数据"
        "|训练数据量|训练集|语料|训练语料|数据量|预训练数据|学習データ|学習トークン数|トークン数|訓練データ"
        "|trainingsdaten|trainingsdatensatz|données d entraînement|données d apprentissage"
        "|datos de entrenamiento|dados de treinamento|dati di addestramento|학습 데이터|обучающие данные",
        "architecture": "architecture|arch|model architecture|structure|architecture type|model structure|network type"
        "|架构|结构|模型架构|模型结构|アーキテクチャ|アーキテクチャー|構造|architektur|aufbau|architecture du modèle"
        "|arquitectura|arquitetura|architettura|아키텍처|архитектура",
        "domain": "domain|领域|ドメイン|分野|domäne|domaine|dominio|domínio|분야|область",
        "kind": "kind",
        "aliases": "alias|aliases|also known as|aka|other names|other name|alternative name|alternative names|别名"
        "|别称|別名|aliasname|auch bekannt als|andere namen|autres noms|otros nombres|outros nomes|altri nomi|별칭",
        "note": "note|notes|remark|remarks|comment|comments|备注|说明|備考|注|説明|メモ|コメント|anmerkung"
        "|anmerkungen|bemerkung|bemerkungen|hinweis|hinweise|notiz|remarque|remarques|commentaire|commentaires"
        "|notas|nota|observaciones|observações|osservazioni|비고|примечание|примечания|комментарий",
        "paper": "paper|papers|arxiv|publication|publications|reference|references|ref|refs|citation|paper url"
        "|paperurl|paper link|technical report|tech report|report|preprint|paper blog|论文|技术报告|文献|论文链接"
        "|論文|論文リンク|publikation|aufsatz|artikel|article|papier|référence|références"
        "|artículo|artigo|articolo|논문|статья",
        "code": "code|github|repository|repo|source code|code link|codeurl|code url|github link|github repo|github url"
        "|代码|代码链接|开源代码|仓库|コード|リポジトリ|quellcode|code source|dépôt|código|codice|코드|код",
        "weights": "weights|hugging face|huggingface|hf|hf link|model link|checkpoints|download|model card"
        "|model weights|weights link|model url|model download|download link|hugging face link|权重|模型权重|下载"
        "|模型下载|下载链接|模型链接|下载地址|重み|ダウンロード|モデルリンク|gewichte|modellgewichte|poids"
        "|poids du modèle|téléchargement|pesos|pesi|가중치|веса",
        "blog": "blog|blog post|blog posts|announcement|blog link|博客|ブログ|blogbeitrag|ankündigung|billet|annonce",
        "website": "link|links|url|urls|website|homepage|project|project page|web page|demo|site|web"
        "|more information|project url|project link|project website|web link|链接|网址|主页|项目地址|地址|项目|官网"
        "|リンク|サイト|ウェブサイト|公式サイト|webseite|internetseite|verweis|lien|liens|site web|page web"
        "|enlace|sitio web|sito web|링크|ссылка|сайт",
    }
)
"""For each field the headers that stand for it, as `folded_header` gives them."""

_ACCENTS = lazy_pattern("[\u0300-\u036f]")


def _without_accents(text: str) -> str:
    """A text as people write it whose keyboard has no accents."""
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


_FIELD_OF_HEADER: Mapping[str, str] = MappingProxyType(
    {
        header: field
        for without in (True, False)
        for field, headers in HEADERS.items()
        for header in (_without_accents(headers) if without else headers).split("|")
    }
)
_BRACKETS = lazy_pattern(r"[(\[{（［【][^()\[\]{}（）［］【】]*[)\]}）］】]")
_IN_UNIT = lazy_pattern(r"\s+in\s+\S+$", re.IGNORECASE)
_OF_MODEL = lazy_pattern(r"^\s*(?:大?模型|モデル)の?(?=.)")  # 模型参数量 says of what the 参数量 is
_CAMEL = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])")


def folded_header(header: str) -> str:
    """A header without case, punctuation, marks and symbols: letters and digits of any script, apart by one space."""
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", header).casefold()).split())


def header_variants(header: str) -> tuple[str, ...]:
    """What a header may be looked up as: whole, without brackets and units, with its words told apart by capitals."""
    bare = _BRACKETS.sub(" ", header)
    texts = (header, bare, _IN_UNIT.sub("", bare), _CAMEL.sub(" ", bare), _OF_MODEL.sub("", bare))
    return tuple(dict.fromkeys(filter(None, map(folded_header, texts))))


def field_of_header(header: str) -> str | None:
    """The field that a header stands for: one of `HEADERS`, ``"id"``, or None."""
    for text in header_variants(header):
        if text in ID_HEADERS:
            return "id"
        if field := _FIELD_OF_HEADER.get(text, _FIELD_OF_HEADER.get(_without_accents(text))):
            return field
    return None


def field_called(name: str, fields: Sequence[str]) -> str | None:
    """The one of some fields that a name means, which may be in the singular or the plural; None where none is."""
    return next((word for word in (name, f"{name}s", name.removesuffix("s")) if word in fields), None)


def is_of_other_things(title: str) -> bool:
    """Whether the title of a table names data sets, surveys, scores and the like, and no models."""
    return bool(_OTHER_THINGS.search(title)) and not _MODELS.search(title)


def header_row(rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows of a table is its header: the first with two cells or more, below titles; else the first.

    A first row of two cells, neither of them a word for a field, is a title where a longer row has two such words.
    """
    filled = [sum(map(bool, map(str.strip, cells))) for cells in rows]
    known = [sum(field_of_header(cell) is not None for cell in cells) for cells in rows]
    first = next((index for index, count in enumerate(filled) if count > 1), 0)
    if first or known[0]:
        return 0 if known[0] and known[first] <= known[0] else first
    longer = (index for index, count in enumerate(filled) if known[index] > 1 and count > max(filled[:index]))
    return next(longer, 0)
