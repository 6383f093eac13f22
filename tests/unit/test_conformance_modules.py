"""The table of the suite's modules reads the marks as people write them."""

import importlib.util
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "_ext"


@pytest.fixture
def collect(monkeypatch, tmp_path):
    """The marks in one file of tests, as tuples."""
    monkeypatch.syspath_prepend(str(DOCS))
    spec = importlib.util.spec_from_file_location(
        "conformance_modules", DOCS / "conformance_modules.py"
    )
    extension = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "conformance_modules", extension)
    spec.loader.exec_module(extension)

    def marks(text):
        (tmp_path / "test_it.py").write_text(text)
        return [(m.module, m.file, m.test) for m in extension.collect_modules(tmp_path)]

    return marks


def test_several_modules_on_one_function(collect):
    text = "@pytest.mark.conformance('oidcc-b', 'oidcc-a', flows=ONE)\ndef test_x(): pass\n"
    assert collect(text) == [
        ("oidcc-a", "test_it", "test_x"),
        ("oidcc-b", "test_it", "test_x"),
    ]


def test_a_mark_on_a_file_counts_for_each_test(collect):
    text = (
        "pytestmark = [pytest.mark.conformance('oidcc-a')]\n"
        "def test_x(): pass\ndef helper(): pass\ndef test_y(): pass\n"
    )
    assert [test for _, _, test in collect(text)] == ["test_x", "test_y"]


def test_a_name_that_is_no_literal_is_an_error(collect):
    with pytest.raises(ValueError, match="malformed node"):
        collect("@pytest.mark.conformance(*MODULES)\ndef test_x(): pass\n")
