"""What is in the tree is in the wheel: packages, templates, static files, requirements."""

import ast
import configparser
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
PACKAGE = ROOT / "oidc_pyramid"
DATA = {".pt", ".css", ".js", ".svg", ".png", ".ico", ".txt", ".mo", ".pot", ".woff2"}


@cache
def setup():
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def words(section, option):
    lines = setup()[section][option].strip().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def normal(distribution):
    return re.split(r"[^A-Za-z0-9._-]", distribution)[0].lower().replace("_", "-")


def source_files():
    return [*PACKAGE.rglob("*.py"), *TEMPLATES.rglob("*.py")]


def test_the_list_of_packages_is_the_tree():
    inside = {path.parent.relative_to(ROOT) for path in PACKAGE.rglob("__init__.py")}
    expected = {".".join(folder.parts) for folder in inside} | {"oidc_pyramid.templates"}
    assert set(words("options", "packages")) == expected


def test_each_folder_with_modules_is_a_package():
    lost = {path.parent for path in source_files() if not (path.parent / "__init__.py").exists()}
    assert not lost


def test_each_template_static_file_and_message_catalogue_is_package_data():
    covered = {
        path
        for package, folder in (("oidc_pyramid", PACKAGE), ("oidc_pyramid.templates", TEMPLATES))
        for pattern in words("options.package_data", package)
        for path in folder.glob(pattern)
    }
    files = [path for folder in (PACKAGE, TEMPLATES) for path in folder.rglob("*")]
    lost = {path for path in files if path.suffix in DATA} - covered
    assert not lost


def test_each_pattern_of_package_data_for_templates_matches_something():
    patterns = words("options.package_data", "oidc_pyramid.templates")
    assert [pattern for pattern in patterns if not any(TEMPLATES.glob(pattern))] == []


def imported_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def test_each_import_is_in_the_standard_library_ours_or_required():
    allowed = {normal(line) for line in words("options", "install_requires")}
    for extra in ("metrics", "passwords", "postgresql"):
        allowed |= {normal(line) for line in words("options.extras_require", extra)}
    # for the authors of hosts, who install the extra `test` themselves
    for_tests = {normal(line) for line in words("options.extras_require", "test")}
    distributions = packages_distributions()
    lost = {}
    for path in source_files():
        for name in imported_names(ast.parse(path.read_text(encoding="utf-8"))):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top in {"oidc_pyramid", "__future__"}:
                continue
            accepted = allowed | for_tests if path.name == "testing.py" else allowed
            if not {normal(found) for found in distributions.get(top, [top])} & accepted:
                lost[name] = path.relative_to(ROOT).as_posix()
    assert lost == {}


def test_pyramid_and_setuptools_are_capped():
    required = words("options", "install_requires")
    assert "pyramid>=2.1,<2.2" in required
    assert "setuptools<82" in required


def test_the_entry_points_are_what_the_ini_files_and_the_readme_name():
    assert words("options.entry_points", "paste.app_factory") == ["main = oidc_pyramid:main"]
    commands = words("options.entry_points", "console_scripts")
    assert commands == ["oidc-pyramid = oidc_pyramid.scripts:main"]
