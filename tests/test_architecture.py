"""The house holds: who may import whom, how long things may grow, and that the public is described.

Imports are read from the syntax trees, so that lazy ones inside functions count too.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ingest import READERS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipeline"
FILES = sorted(PACKAGE.rglob("*.py"))
EXTRACTORS = {"achievements", "honours", "practices", "dimensions"}
# Libraries that take a source's bytes apart, now or when their format comes.
FORMAT_PARSERS = {
    "bs4", "charset_normalizer", "chardet", "docx", "fitz", "html5lib", "lxml", "odf", "openpyxl",
    "pdfminer", "pdfplumber", "pptx", "pymupdf", "pypdf", "pypdfium2", "pytesseract", "rapidocr",
    "selectolax", "trafilatura",
}  # fmt: skip
LONGEST_FUNCTION, LONGEST_FILE = 60, 400  # lines
WIDEST_SIGNATURE = 6  # arguments, self aside


def name_of(path: Path) -> str:
    """Give a module's dotted name: pipeline.layout for pipeline/layout/__init__.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path) for path in FILES}
TREES = {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def imports(tree: ast.AST, module: str, package: bool, known: set[str]) -> Iterator[str]:
    """Give the full name of every module that a tree imports, at the top or inside a function.

    `from pipeline import route` imports pipeline.route; `from pipeline.model import Text` imports
    pipeline.model. A name handed to import_module as a string counts as well.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                keep = len(parts) - node.level + package
                base = ".".join([*parts[:keep], *([base] if base else [])])
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in known else base
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            called = called.id if isinstance(called, ast.Name) else called
            if called in ("import_module", "__import__"):
                yield from (a.value for a in node.args if isinstance(a, ast.Constant))


IMPORTS = {
    name_of(path): set(
        imports(TREES[name_of(path)], name_of(path), path.name == "__init__.py", MODULES)
    )
    for path in FILES
}


def ours(module: str) -> set[str]:
    """Modules of the package that a module imports."""
    return {i for i in IMPORTS[module] if i.split(".")[0] == "pipeline"}


def importers(*libraries: str) -> set[str]:
    """Modules that import one of the libraries (by the first part of the name)."""
    return {m for m, found in IMPORTS.items() if {i.split(".")[0] for i in found} & set(libraries)}


def importers_of(module: str) -> set[str]:
    """Modules that import a module of ours or anything below it."""
    return {
        m
        for m, found in IMPORTS.items()
        if any(i == module or i.startswith(module + ".") for i in found)
    }


def below(modules: set[str], *folders: str) -> set[str]:
    """The modules that are in none of the folders (or single modules) of the package."""
    homes = tuple(f"pipeline.{f}" for f in folders)
    return {
        m for m in modules if m not in homes and not m.startswith(tuple(h + "." for h in homes))
    }


def test_imports_are_seen_in_every_form() -> None:
    """The reader of imports itself: a rule that sees nothing would hold always."""
    code = (
        "import a.b as c\nfrom pipeline import route\nfrom pipeline.model import Text\n"
        "from . import near\nfrom .side import x\nfrom ..model import Span\n"
        "def f():\n    import late\n    importlib.import_module('named')\n"
    )
    known = {"pipeline.route", "pipeline.model", "pipeline.tidy.near"}
    assert set(imports(ast.parse(code), "pipeline.tidy.rows", False, known)) == {
        "a.b",
        "pipeline.route",
        "pipeline.model",
        "pipeline.tidy.near",
        "pipeline.tidy.side",
        "late",
        "named",
    }
    package = set(imports(ast.parse("from .near import x"), "pipeline.tidy", True, known))
    assert package == {"pipeline.tidy.near"}


def test_the_package_was_read() -> None:
    assert {"pipeline", "pipeline.model", "pipeline.route", "pipeline.layout"} <= MODULES
    assert "pipeline.route" in ours("pipeline.commands.run")
    assert importers("chardet")


@pytest.mark.parametrize(
    ("module", "allowed"),
    [("model", {"pipeline.offsets"}), ("offsets", set()), ("errors", set())],
)
def test_the_ground_imports_nothing_of_ours(module: str, allowed: set[str]) -> None:
    """Model, offsets and errors stand on nothing; the model alone knows the offset map."""
    assert ours(f"pipeline.{module}") <= allowed


@pytest.mark.parametrize("extractor", sorted(EXTRACTORS))
def test_an_extractor_imports_no_other_extractor(extractor: str) -> None:
    others = {f"pipeline.extract.{e}" for e in EXTRACTORS - {extractor}} | {"pipeline.extract"}
    assert ours(f"pipeline.extract.{extractor}") & others == set()


def test_what_extractors_share_imports_no_extractor() -> None:
    """Otherwise one extractor reaches another through the shared module."""
    tables = {f"pipeline.extract.{e}" for e in EXTRACTORS}
    shared = {m for m in MODULES if m.startswith("pipeline.extract.")} - tables
    # a part of one extractor kept in a file of its own serves that one only
    reaching = {m: ours(m) & tables for m in shared if ours(m) & tables}
    for module, reached in reaching.items():
        users = importers_of(module) & tables
        assert users <= reached, f"{module} joins {sorted(users | reached)}"


def test_parsers_of_formats_are_imported_in_readers_only() -> None:
    assert below(importers(*FORMAT_PARSERS), "ingest") == set()
    assert not {i.split(".")[0] for i in IMPORTS["pipeline.ingest"]} & FORMAT_PARSERS


def test_readers_are_imported_lazily() -> None:
    """A command pays only for the formats it meets: nothing imports a reader by name."""
    readers = set(READERS.values())
    assert readers
    assert {m for m in MODULES if ours(m) & readers} == set()


@pytest.mark.parametrize(
    ("library", "homes"),
    [("pandas", ("tidy", "dashboard")), ("spacy", ("adapters",))],
)
def test_heavy_libraries_stay_in_their_place(library: str, homes: tuple[str, ...]) -> None:
    assert below(importers(library), *homes) == set()


def test_only_the_edge_imports_the_route() -> None:
    """Commands, adapters and the command line call the route; no stage knows the order.

    The public door (`pipeline` itself) may: it offers read, extract and run.
    """
    assert below(importers_of("pipeline.route"), "commands", "adapters", "__main__") <= {"pipeline"}


def test_nothing_imports_notebooks_tests_or_data() -> None:
    assert importers("notebooks", "tests", "data") == set()


STAGES = ("ingest", "layout", "segment", "extract", "tidy")


@pytest.mark.parametrize("stage", ["lexicon", *STAGES])
def test_the_route_has_one_direction(stage: str) -> None:
    """Invariant 2: a stage may build on what an earlier one offers, never on a later one."""
    later = STAGES[STAGES.index(stage) + 1 :] if stage in STAGES else STAGES
    members = {m for m in MODULES if (m + ".").startswith(f"pipeline.{stage}.")}
    assert members
    wrong = {
        (m, i)
        for m in members
        for i in ours(m)
        if any((i + ".").startswith(f"pipeline.{s}.") for s in (*later, "commands", "route"))
    }
    assert wrong == set()


def test_code_knows_no_dimension_by_name() -> None:
    """Invariant 5: no key of a shipped scheme is written in code (role is a column of lexicons too)."""
    schemes = sorted((ROOT / "lexicons" / "dimensions").glob("*.toml"))
    keys = {d["key"] for p in schemes for d in tomllib.loads(p.read_text("utf-8"))["dimension"]}
    assert {"politics", "committee", "members", "role"} <= keys
    written = {
        (module, node.value)
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in keys - {"role"}
    }
    assert written == set()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_function_is_over_60_lines() -> None:
    """Counted from def to the last line, the docstring included."""
    long = {
        f"{module}.{f.name}": (f.end_lineno or 0) - f.lineno + 1
        for module, tree in TREES.items()
        for f in functions(tree)
        if (f.end_lineno or 0) - f.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_file_is_over_400_lines() -> None:
    sizes = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in FILES}
    assert {p: n for p, n in sizes.items() if n > LONGEST_FILE} == {}


def test_no_public_signature_is_over_six_arguments() -> None:
    """Options travel in one frozen object; commands of the command line are no signatures."""
    wide = {}
    for module, tree in TREES.items():
        if module == "pipeline.__main__":
            continue
        for f in functions(tree):
            a = f.args
            names = [x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs)]
            count = len([n for n in names if n not in ("self", "cls")])
            if not f.name.startswith("_") and count > WIDEST_SIGNATURE:
                wide[f"{module}.{f.name}"] = count
    assert wide == {}


def public(body: list[ast.stmt], owner: str) -> Iterator[tuple[str, ast.AST]]:
    """Public functions and classes of a body, and the public methods of its public classes."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            yield f"{owner}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{owner}.{node.name}")


def test_everything_public_has_a_docstring() -> None:
    """Methods of public classes too; a method of a private class speaks by its class."""
    bare = [
        name
        for module, tree in TREES.items()
        for name, node in public(tree.body, module)
        if not ast.get_docstring(node)  # type: ignore[arg-type]
    ]
    assert bare == []


def test_every_module_has_a_docstring() -> None:
    assert [module for module, tree in TREES.items() if not ast.get_docstring(tree)] == []
