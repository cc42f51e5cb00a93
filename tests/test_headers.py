"""The words that head columns: one vocabulary for spreadsheets and printed tables."""

from __future__ import annotations

from pathlib import Path

import pytest

import modeltree
from modeltree.values.words import HEADERS, field_of_header, folded_header

WORDS = [
    ("First release date", "released"), ("Model<br>Creator", "organizations"), ("Weights License", "license"),
    ("Release", "released"), ("Open?", "openness"), ("Link", "website"), ("Version", "version"),
    ("发布时间", "released"), ("基座模型", "parents"), ("参数量", "sizes"), ("公開日", "released"),
    ("ライセンス", "license"),
    ("Veröffentlicht", "released"), ("Basismodell", "parents"), ("Lizenz", "license"), ("Date de sortie", "released"),
    ("Modelo base", "parents"), ("Organizacion", "organizations"), ("Data de lançamento", "released"),
    ("Parametres", "sizes"), ("라이선스", "license"), ("Дата выпуска", "released"), ("ベースモデル", "parents"),
    ("Veroffentlicht am", "released"), ("Data", None), ("ヘース", None),
    ("Modèle de base", "parents"), ("Taille (B)", "sizes"), ("Params (B)", "sizes"), ("#Params", "sizes"),
    ("releaseDate", "released"), ("base_model", "parents"), ("model-id", "id"), ("MMLU", None), ("Downloads", None),
]  # fmt: skip


@pytest.mark.parametrize(("header", "field"), WORDS)
def test_headers_as_people_write_them(header: str, field: str | None) -> None:
    assert field_of_header(header.replace("<br>", "\n")) == field


def test_each_word_stands_for_one_field_and_is_folded() -> None:
    words = [word for words in HEADERS.values() for word in words.split("|")]
    assert len(words) == len(set(words))
    assert all(word == folded_header(word) for word in words)


@pytest.mark.parametrize("suffix", ["csv", "md"])
@pytest.mark.parametrize(
    "headers",
    [
        ("模型名称", "发布时间", "基座模型", "许可证"), ("モデル名", "公開日", "ベースモデル", "ライセンス"),
        ("Modell", "Veröffentlicht", "Basismodell", "Lizenz"),
        ("Modèle", "Date de sortie", "Modèle de base", "Licence"),
        ("Modelo", "Fecha de lanzamiento", "Modelo base", "Licencia"),
        ("Modelo", "Lançamento", "Modelo de base", "Licença"),
        ("Modello", "Data di rilascio", "Modello di base", "Licenza"),
        ("모델", "출시일", "기반 모델", "라이선스"), ("Модель", "Дата выпуска", "Базовая модель", "Лицензия"),
        ("Model Name", "First release date", "Base Model", "Weights License"),
    ],
)  # fmt: skip
def test_a_table_in_another_language(tmp_path: Path, headers: tuple[str, ...], suffix: str) -> None:
    rows = [headers, ("Alpha", "2023-02", "", "MIT"), ("Beta", "2023-03", "Alpha", "MIT")]
    path = tmp_path / f"models.{suffix}"
    if suffix == "md":
        rows.insert(1, ("---",) * 4)
        path.write_text("\n".join(f"| {' | '.join(row)} |" for row in rows), encoding="utf-8")
    else:
        path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    lineage, _ = modeltree.read(path)
    assert lineage.parents("Beta") == ("Alpha",)
    assert str(lineage["Beta"].released) == "2023-03"
    assert lineage["Beta"].license is not None
    assert lineage["Beta"].license.name == "MIT"
