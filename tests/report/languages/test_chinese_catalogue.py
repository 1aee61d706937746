"""Chinese is written in one way throughout: the same blanks, marks and terms."""

import re

import pytest
from test_languages import entries

_CHINESE = "[\u4e00-\u9fff，。；：、（）“”]"
# an option, with its value, stands apart from words round it, since it is copied as it is
_OPTION = re.compile(r" ?--[a-z][\w-]*(?:[ =](?:[A-Za-z=.,]+|\{n\}))? ?")
_BLANK = re.compile(rf"{_CHINESE} +[\w{{.±%<]|[\w}}.±%>] +{_CHINESE}")
_HALF_WIDTH = re.compile(rf"{_CHINESE}[,;:?!()]|[,;:?!)]{_CHINESE}|{_CHINESE}\.(?:\s|$)")
# what stands for a term here, and what else it could be called
TERMS = {
    "共形": "保形",
    "阴性对照": "金丝雀",
    "图像": "影像",
    "掩膜": "掩模",
    "灵敏度": "敏感度|敏感性",
    "特异度": "特异性",
    "被评估": "(?<!接)受评|被评判",
    "Brier评分": "Brier分数",
    "随机波动": "机遇|偶然",
    "干预": "处置",
    "不得用于临床": "不可用于临床",
    "例患者": r"\}[位名]患者",
    "留出": "保留集|留存",
    "置换": "排列重要性",
}


def test_style_makes_the_blanks_between_scripts() -> None:
    """The catalogue has none, or some sentences would have two; options are set apart."""
    for text in entries("zh").values():
        assert not _BLANK.search(_OPTION.sub("、", text)), text


def test_marks_are_wide() -> None:
    for text in entries("zh").values():
        assert not _HALF_WIDTH.search(text.replace("(1 − 阈值)", "")), text


@pytest.mark.parametrize("term", TERMS)
def test_a_term_has_one_translation(term: str) -> None:
    texts = entries("zh").values()
    assert any(term in text for text in texts)
    assert [text for text in texts if re.search(TERMS[term], text)] == []
