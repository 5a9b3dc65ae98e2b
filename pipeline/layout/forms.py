"""What forms, letters and collections write around a report: labels, greetings, numbers of cases."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.lexicon import Lexicons


@dataclass(frozen=True)
class Forms:
    """Compiled patterns of such lines; over the squeezed normal form where nothing else is said."""

    label: re.Pattern[str]  # over the normal form: what stands before the branch's name, 【单位】
    facts: re.Pattern[str]  # such a label before anything, with a colon or in brackets
    signed: re.Pattern[str]  # over the normal form: a line of a unit or office and a person's name
    units: tuple[str, ...]  # what the first part of such a line ends with
    case: re.Pattern[str]  # the number of an item of a collection: 案例一
    greeted: tuple[str, ...]  # whom a letter or speech greets: 同志们
    front_part: frozenset[str]  # titles of what stands in a collection before its reports: 前言
    front_matter: frozenset[str]  # titles of what belongs to no report: 编者按


def forms(lexicons: Lexicons) -> Forms:
    """Compile the lexicons of forms."""
    label = lexicons.alternatives("layout", "branch_label")
    bullet = lexicons.alternatives("layout", "bullet")
    item = lexicons.alternatives("layout", "item_word")
    surname = lexicons.alternatives("honours", "surname")
    return Forms(
        label=re.compile(
            rf"(?:[【\[（](?:{label})[】\]）]\s{{0,4}}[：:]?|(?:{label})\s{{0,4}}(?:[：:]|\t)|(?:{bullet}){{1,3}})"
            r"\s{0,4}"
        ),
        facts=re.compile(rf"(?:[【\[](?:{label})[】\]]|(?:{label})[：:])"),
        signed=re.compile(
            rf"(?:(?P<unit>[^，。；：！？\s]{{2,40}})\s{{1,8}}(?:{surname})\s?[\u4e00-\u9fff]{{1,2}}"
            rf"|(?:{surname})[\u4e00-\u9fff]{{1,2}}\s{{1,8}}(?P<home>[^，。；：！？\s]{{4,40}}))"
        ),
        units=(
            *lexicons.terms("layout", "office"),
            *lexicons.terms("organisations", "institution"),
        ),
        case=re.compile(rf"(?:{item})(?:之?[一二三四五六七八九十]{{1,3}}|\d{{1,2}})(?=$|[：:])"),
        greeted=lexicons.terms("layout", "greeted"),
        front_part=frozenset(lexicons.terms("layout", "front_part")),
        front_matter=frozenset(lexicons.terms("layout", "front_matter")),
    )
