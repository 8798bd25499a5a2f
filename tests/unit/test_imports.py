"""Holds the arrows of docs/architecture.md: which room may import which, and where heavy libraries live."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

# Top to bottom: a room imports rooms of lower rank, or itself. Equal rank: strangers to each other.
RANK = {
    "cli": 10,
    "demo": 9,
    "app": 8,
    "evaluation": 7,
    "forgetting": 7,
    "licences": 4,
    "drafting": 6,
    "preference": 5,
    "models": 4,
    "engine": 3,
    "mail": 3,
    "updates": 3,
    "store": 2,
    "privacy": 1,
    "sample": 0,
    "models.prompts": -1,  # what is said to a model is a word of the house: the engine speaks it too
    "traits": -1,
    "messages": -1,
    "tasks": -2,
    "errors": -3,
    "domain": -3,
}
HEAVY = {
    "core/preference/training_child.py": {"torch", "transformers", "peft", "bitsandbytes"},
    "core/preference/launched.py": {"torch", "transformers", "peft", "bitsandbytes"},
    "core/engine/llama_child.py": {"llama_cpp"},
}
EMBEDDED = "core/models/embedded/"
KEPT_APART = {"torch", "transformers", "peft", "bitsandbytes", "accelerate", "llama_cpp"}
QT = {"PySide6", "shiboken6"}


def sources(folder: str) -> list[Path]:
    found = sorted((REPOSITORY / folder).rglob("*.py"))
    assert found, f"no source files under {folder}"
    return found


def name_of(path: Path) -> str:
    """'core/mail/parse.py' for a path of the repository."""
    return path.relative_to(REPOSITORY).as_posix()


def imports(path: Path) -> set[str]:
    """Dotted names of every module a file imports, anywhere in it."""
    return set(_imports(ast.parse(path.read_text(encoding="utf-8"), str(path))))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            base = node.module or ""
            if base in {"core", "desktop"}:  # `from core import app` names a room only by what it imports
                yield from (f"{base}.{alias.name}" for alias in node.names)
            else:
                yield base


def rank(module: str) -> int:
    """The rank of a module of core: its own where it has one, otherwise its room's."""
    _, room, *rest = module.split(".")
    own = ".".join([room, *rest[:1]])
    assert own in RANK or room in RANK, f"give core.{room} a rank"
    return RANK.get(own, RANK.get(room, 0))


def room_of(path: Path) -> str:
    return path.relative_to(REPOSITORY / "core").parts[0].removesuffix(".py")


def module_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def against(path: Path) -> list[str]:
    """What this file of core imports though the arrows forbid it: anything of higher rank, and anything of
    equal rank in another room."""
    here = module_of(path)
    wrong = []
    for there in imports(path):
        if there.startswith("core."):
            at_home = there.split(".")[1] == here.split(".")[1]
            if rank(there) >= rank(here) + at_home:
                wrong.append(f"{name_of(path)} -> {there}")
    return wrong


def test_rooms_import_downwards_only() -> None:
    rooms = [path for path in sources("core") if module_of(path) != "core"]
    assert [line for path in rooms for line in against(path)] == []


def test_core_knows_neither_the_window_nor_qt() -> None:
    wrong = [
        f"{name_of(path)} -> {module}"
        for path in sources("core")
        for module in imports(path)
        if module.partition(".")[0] in QT
    ]
    assert wrong == []


def test_only_the_command_line_opens_the_window() -> None:
    """`longhand` with no command starts desktop; the demo takes its picture through the command line."""
    wrong = [
        f"{name_of(path)} -> {module}"
        for path in sources("core")
        for module in imports(path)
        if module.partition(".")[0] == "desktop" and room_of(path) not in {"cli", "demo"}
    ]
    assert wrong == []


def heavy_allowed() -> dict[str, set[str]]:
    """HEAVY, passed on to the private modules that only a heavy module imports."""
    users: dict[str, set[str]] = {}
    for path in sources("core"):
        for module in imports(path):
            users.setdefault(module.replace(".", "/") + ".py", set()).add(name_of(path))
    allowed = {name: set(libraries) for name, libraries in HEAVY.items()}
    for _ in range(3):
        for name, by in users.items():
            if name not in HEAVY and by <= set(allowed):
                allowed[name] = set.intersection(*(allowed[user] for user in by))
    return allowed


def test_heavy_libraries_stay_in_their_children() -> None:
    allowed = heavy_allowed()
    wrong = []
    for path in [*sources("core"), *sources("desktop")]:
        name = name_of(path)
        heavy = {module.partition(".")[0] for module in imports(path)} & KEPT_APART
        if name.startswith(EMBEDDED):
            continue
        wrong += [f"{name} -> {library}" for library in sorted(heavy - allowed.get(name, set()))]
    assert wrong == []


def test_a_library_that_opening_a_profile_does_not_need_waits_for_its_use() -> None:
    """Together they were a third of what it takes to import core.app."""
    waiting = {"cryptography", "email.message", "http.server", "httpx2", "imapclient", "importlib.metadata"}
    waiting |= {"keyring", "lxml", "ssl", "tenacity"}
    code = f"import sys, core.app; print(sorted({waiting!r} & sys.modules.keys()))"
    told = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, check=True)
    assert told.stdout.strip() == b"[]"


@pytest.fixture(scope="module")
def owners() -> Mapping[str, list[str]]:
    """Which distributions bring a top-level module."""
    return packages_distributions()


def declared(*groups: str) -> set[str]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        *project["dependencies"],
        *(line for group in groups for line in project["optional-dependencies"][group]),
    ]
    return {_plain(re.split(r"[<>=\[; ]", line)[0]) for line in lines}


@pytest.mark.parametrize(("folder", "groups"), [("core", ()), ("desktop", ()), ("tests", ("dev",))])
def test_every_library_is_declared(
    folder: str, groups: tuple[str, ...], owners: Mapping[str, list[str]]
) -> None:
    """What is imported stands in pyproject.toml: an empty environment misses nothing."""
    known = declared(*groups)
    used = {(module.partition(".")[0], name_of(path)) for path in sources(folder) for module in imports(path)}
    missing = [
        f"{name} -> {top}"
        for top, name in sorted(used)
        if top not in {"core", "desktop", "scripts", "tests"} | sys.stdlib_module_names
        and not {_plain(owner) for owner in owners.get(top, [top])} & known
    ]
    assert missing == []


def test_every_declared_library_is_pinned_as_installed() -> None:
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {_plain(name): wanted for name, _, wanted in (line.partition("==") for line in lines) if wanted}
    assert {name: pins.get(name) for name in declared("dev")} == {
        name: version(name).partition("+")[0] for name in declared("dev")
    }


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_kernels_is_not_installed(owners: Mapping[str, list[str]]) -> None:
    """bitsandbytes and transformers would load code from a hub through it."""
    assert "kernels" not in owners


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import core.app", {"core.app"}),
        ("from core import app, cli", {"core.app", "core.cli"}),
        ("from core.mail.parse import parse_message", {"core.mail.parse"}),
        ("def late():\n    import torch.nn as nn\n", {"torch.nn"}),
    ],
)
def test_the_reader_of_imports(source: str, expected: set[str], tmp_path: Path) -> None:
    """The tests above lean on this: late and renamed imports are seen."""
    file = tmp_path / "module.py"
    file.write_text(source)
    assert imports(file) == expected
