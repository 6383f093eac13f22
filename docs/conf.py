"""Sphinx configuration: `make docs`."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "oidc_pyramid"
author = "the oidc_pyramid maintainers"
project_copyright = f"2026, {author}"
release = version = installed_version("oidc_pyramid")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "conformance_matrix",
    "conformance_modules",
]
exclude_patterns = ["_build", "_ext"]
nitpicky = False

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"

html_theme = "furo"
html_title = "oidc_pyramid"
html_show_sphinx = False
