"""The roles that terms may have, table by table; `zhibu lexicon check` refuses others.

A misspelt role would take a term out of every rule without a word.
"""

from __future__ import annotations

ROLES: dict[str, frozenset[str]] = {
    "actions": frozenset(
        (
            "acquire",
            "amount_ending",
            "generic",
            "light",
            "measure",
            "person_ending",
            "persons",
            "suffix",
            "verb",
            "word",
        )
    ),
    "cues": frozenset(
        (
            "area",
            "area_have",
            "area_line",
            "area_mean",
            "area_part",
            "area_passing",
            "area_people",
            "area_size",
            "area_stake",
            "area_town",
            "area_traffic",
            "area_unit",
            "frequency",
            "lasting",
            "negated",
            "other",
            "planned",
            "profile",
            "share",
            "threshold",
        )
    ),
    "gazetteer": frozenset(
        (
            "county_city",
            "prefecture",
            "province",
        )
    ),
    "honours": frozenset(
        (
            "active",
            "branch",
            "condition",
            "county",
            "endorsement",
            "group",
            "head",
            "holder_branch",
            "holder_member",
            "holder_unit",
            "media_national",
            "media_provincial",
            "member",
            "municipal",
            "national",
            "not_won",
            "office",
            "open",
            "other",
            "provincial",
            "publish",
            "self",
            "tail",
            "unit",
            "unit_level",
            "verb",
            "weak",
        )
    ),
    "layout": frozenset(
        (
            "author",
            "author_column",
            "boundary",
            "branch_column",
            "bullet",
            "byline_word",
            "caption",
            "caption_end",
            "date_column",
            "meta_key",
            "meta_line",
            "meta_mark",
            "neutral_heading",
            "not_heading",
            "predicate",
            "publication_column",
            "story_opening",
            "text_column",
            "theme",
            "title_column",
            "told",
        )
    ),
    "organisations": frozenset(
        (
            "institution",
            "suffix",
        )
    ),
    "practices": frozenset(
        (
            "brand_verb",
            "create",
            "document_head",
            "ending",
            "found",
            "generic_modifier",
            "head",
            "institution",
            "issue",
            "metaphor",
            "naming_verb",
            "no_practice",
            "outer",
            "own",
            "strong_verb",
        )
    ),
    "quantities": frozenset(
        (
            "change_down",
            "change_up",
            "double",
            "earning",
            "from",
            "naming",
            "no_bound",
            "ordinal",
            "per",
            "period_before",
            "pointing",
            "post_about",
            "post_exact",
            "post_over",
            "post_under",
            "pre_about",
            "pre_exact",
            "pre_over",
            "pre_under",
            "range",
            "seconds",
            "to",
        )
    ),
    "slogans": frozenset(("slogan",)),
    "units": frozenset(
        (
            "address",
            "age",
            "anniversary",
            "classifier",
            "date",
            "grade",
            "measure",
            "money",
            "percent",
            "rating",
            "slogan",
            "time",
        )
    ),
}
