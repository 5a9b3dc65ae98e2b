"""What a branch's name tells of the organisation around it: its name, level and place."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.extract import levels
from pipeline.lexicon.load import load
from pipeline.normal import simplify

_PLACE = re.compile(
    r"^(?:中共|中国共产党)?((?:[\u4e00-\u9fff]{2,4}?(?:省|自治区|市|县|州|盟|旗|区|镇|乡)){1,3})"
)


# Names differ without end; those of one file come one after another.
@lru_cache(maxsize=1024)
def place_of(
    branch: str | None, folder: str | None = None
) -> tuple[str | None, str | None, str | None]:
    """Give (organisation, administrative level, region) of a branch's name, each None where untold.

    `folder` holds the lexicons; None takes those shipped.
    """
    if branch is None:
        return None, None, None
    lexicons = load(folder)
    suffixes = lexicons.terms("organisations", "suffix")
    written = branch.removeprefix("中共").removeprefix("中國共產黨").removeprefix("中国共产党")
    name = simplify(written)  # as long as what is written
    for suffix in suffixes:
        if name.endswith(suffix):
            name = name.removesuffix(suffix)
            break
    name = re.sub(r"(?:机关|教师|学生|直属|联合)?(?:第[一二三四五六七八九十\d]+)?$", "", name)
    name = written[: len(name)]
    form = simplify(branch)
    place = _PLACE.match(form)
    level = levels.of_title(form, levels.compiled(lexicons))
    return name or None, level, branch[slice(*place.span(1))] if place else None
