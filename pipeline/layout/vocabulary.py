"""The layout lexicons, compiled: what opens a by-line, a caption, a line of page boilerplate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.layout.boilerplate import DATE, is_furniture, unframed
from pipeline.layout.forms import Forms, forms
from pipeline.layout.lines import CLOSERS, Line
from pipeline.lexicon import Lexicons

# Ordinals and qualifiers that stand between an institution and its party organisation.
BETWEEN = (
    r"(?:机关|直属|联合|临时|流动|功能型|离退休|退休|在职|教师|学生|本科生|研究生|干部|职工|党员"
    r"|[第]?[一二三四五六七八九十\d]{1,3}|（[^）]{1,12}）|“[^”]{1,8}”|党总支|总支){0,8}"
)

# The longest that may stand before an organisation's suffix: all that the pattern below lets through.
NAME = 240


# A line that states a fact of a page (报：市委常委) is no longer than this, and no sentence.
FACT = 60
# What no name has: a number of persons or things.
COUNTING = re.compile(r"\d(?:余|多)?[名个人位]")


def _ahead(terms: tuple[str, ...], reach: int) -> str:
    """Look for the first character of a term: where none is within reach, a search goes on at once."""
    first = _firsts(terms)
    return f"(?=[^{first}]{{0,{reach}}}+[{first}])" if first else ""


def _begun(terms: tuple[str, ...], alternatives: str) -> str:
    """Put the class of terms' first characters, which most places have none of, before their alternatives."""
    first = _firsts(terms)
    return (f"(?=[{first}])" if first else "") + f"(?:{alternatives})"


def _firsts(terms: tuple[str, ...]) -> str:
    return "".join(re.escape(c) for c in sorted({t[0] for t in terms if t}))


@dataclass(frozen=True)
class Vocabulary:
    """Compiled patterns over the squeezed normal form of a line."""

    suffixes: tuple[str, ...]  # what an organisation's name ends with
    suffix: re.Pattern[str]
    organisation: re.Pattern[str]
    organisation_line: re.Pattern[str]
    meta: re.Pattern[str]
    meta_fact: re.Pattern[str]
    meta_foot: re.Pattern[str]
    meta_only: re.Pattern[str]
    meta_mark: re.Pattern[str]
    meta_phrase: re.Pattern[str]
    caption: re.Pattern[str]
    author: re.Pattern[str]
    predicate: re.Pattern[str]
    boundary: re.Pattern[str]
    not_heading: re.Pattern[str]
    theme: re.Pattern[str]
    story_opening: re.Pattern[str]
    ours: re.Pattern[str]  # who acts in a report: 支部, 党员
    told: re.Pattern[str]  # words of a story, which headings seldom have
    bullet: re.Pattern[str]
    headings: Mapping[str, float]  # weights of the models of run-in headings
    dateline: re.Pattern[str]  # where and when a news item was sent: 本报讯（记者 李某）
    byline_words: re.Pattern[str]  # say that a bullet stands before an author or a picture's text
    forms: Forms

    def is_organisation(self, line: Line) -> bool:
        """Whether the whole line is the name of a party organisation."""
        text = line.text
        possible = len(text) <= 48 and text.endswith(self.suffixes)
        return possible and self.organisation_line.fullmatch(text) is not None

    def opening(self, text: str, within: int) -> re.Match[str] | None:
        """Give the first organisation's name in a text, None where it begins after `within`."""
        if self.suffix.search(text) is None:
            return None
        matches = (self.organisation.match(text, at) for at in range(min(within, len(text)) + 1))
        found = next((found for found in matches if found), None)
        # 外业组满3名党员即设临时党小组: a sentence about groups, nobody's name
        return None if found is None or COUNTING.search(found.group()) else found

    def is_meta(self, line: Line) -> bool:
        """Whether the line is page boilerplate."""
        text = line.text
        if len(text) > 120:
            return False
        if self.meta_fact.match(text) and not line.closed and len(text) <= FACT:
            return True
        if self.meta.match(text) or self.meta_only.fullmatch(unframed(text)) or is_furniture(text):
            return True
        return len(text) <= 60 and self.meta_mark.search(text) is not None

    def is_note(self, line: Line) -> bool:
        """Whether the line, which could be a phrase of a text too, is page boilerplate on its own."""
        possible = len(line.text) <= 40 and not any(c in line.text for c in "，。；！？“”")
        return possible and self.meta_phrase.search(line.text) is not None

    def is_caption(self, line: Line) -> bool:
        """Whether the line is a picture caption."""
        return len(line.text) <= 90 and self.caption.search(line.text) is not None

    def is_author(self, line: Line) -> bool:
        """Whether the line names the author."""
        return len(line.text) <= 60 and self.author.match(line.text) is not None


@cache
def vocabulary(lexicons: Lexicons) -> Vocabulary:
    """Compile the layout lexicons once."""
    suffixes = lexicons.terms("organisations", "suffix")
    organisation, organisation_line = _names(lexicons, suffixes)
    key = lexicons.alternatives("layout", "meta_key")
    only = lexicons.alternatives("layout", "meta_line")
    ends = lexicons.alternatives("layout", "caption_end")
    bullet = lexicons.alternatives("layout", "bullet")
    author = lexicons.alternatives("layout", "author")
    name = r"[\u4e00-\u9fffA-Za-z·、/\s]{2,16}"
    return Vocabulary(
        suffixes=(*suffixes, "党支部"),
        suffix=re.compile(f"(?:{lexicons.alternatives('organisations', 'suffix')})"),
        organisation=organisation,
        organisation_line=organisation_line,
        meta=re.compile(
            rf"(?:[【\[（]?(?:{key})[】\]）]?[:：|｜])|(?:(?:{key})\s*[:：|｜])|https?:|www\."
            r"|\d{4}[-年/.]\d{1,2}[-月/.]\d{1,2}日?(?:\d{1,2}:\d{2}(?::\d{2})?)?(?:来源|$)"
            rf"|[^，。；！？]{{0,40}}{DATE}[^，。；！？]{{0,20}}(?<![\u4e00-\u9fff])(?:{key})[:：]"
        ),
        meta_fact=re.compile(rf"(?:{lexicons.alternatives('layout', 'meta_fact')})[:：|｜]"),
        meta_foot=re.compile(rf"({lexicons.alternatives('layout', 'meta_foot')})[:：]"),
        meta_only=re.compile(rf"(?:[【\[（|\]】）:：/>\-·]|{only})+"),
        meta_mark=re.compile(lexicons.alternatives("layout", "meta_mark")),
        meta_phrase=re.compile(lexicons.alternatives("layout", "meta_phrase")),
        caption=re.compile(
            rf"^(?:{lexicons.alternatives('layout', 'caption')})"
            rf"|.[/／](?:{ends})$|[\s（(。]{name}?(?:{ends})[)）]?$"
        ),
        author=re.compile(
            rf"[（(]?(?:{bullet})?(?:(?:{author})[:：]?)+(?P<name>{name}?)[)）]?(?=$|(?:{key}|{author})[:：])"
        ),
        predicate=re.compile(lexicons.alternatives("layout", "predicate")),
        boundary=re.compile(lexicons.alternatives("layout", "boundary")),
        not_heading=re.compile(rf"(?:{lexicons.alternatives('layout', 'not_heading')})"),
        theme=re.compile(lexicons.alternatives("layout", "theme")),
        story_opening=re.compile(lexicons.alternatives("layout", "story_opening")),
        ours=re.compile(lexicons.alternatives("layout", "ours")),
        told=re.compile(lexicons.alternatives("layout", "told")),
        bullet=re.compile(rf"(?:{lexicons.alternatives('layout', 'bullet')})+"),
        headings=lexicons.headings,
        dateline=re.compile(
            rf"[^，。]{{0,16}}(?:{lexicons.alternatives('layout', 'dateline')})(?:（[^）]{{2,40}}）)?"
        ),
        byline_words=re.compile(lexicons.alternatives("layout", "byline_word")),
        forms=forms(lexicons),
    )


def _names(
    lexicons: Lexicons, suffixes: tuple[str, ...]
) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give the patterns of a party organisation's name: inside a text, and as a line of its own."""
    suffix = lexicons.alternatives("organisations", "suffix")
    institution = _begun(
        lexicons.terms("organisations", "institution"),
        lexicons.alternatives("organisations", "institution"),
    )
    inner = r"[^，。、；：！？\s《》“”]"
    # what may stand between the institution and the suffix: a function (运维检修), never a clause
    function = r"[^，。、；：！？\s《》“”的了是在把以各每等个对与和将]{0,12}?"
    # 社区党委第三网格党支部: a branch below a committee
    lower = rf"(?:(?<=党委|总支){function}{BETWEEN}党支部)?"
    inside = (
        _ahead(suffixes, NAME)
        + rf"(?:中共|中国共产党)?{inner}{{1,38}}?{institution}{function}"
        + rf"{BETWEEN}(?:{suffix}){lower}(?!委员|班子)"
    )
    # a clause that happens to end with an organisation is no name: 支部连续两年被市直机关工委
    line = (
        r"\A(?!支部|党支部|.*?(?:被|获|先后|连续))(?:中共|中国共产党)?"
        rf"{inner}{{1,40}}?{institution}{function}{BETWEEN}(?:{suffix}){lower}"
    )
    return re.compile(inside), re.compile(line)


def bare(text: str) -> str:
    """Strip closing quotes and brackets from the end."""
    return text.rstrip(CLOSERS)
