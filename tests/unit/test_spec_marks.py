"""The conformance matrix reads the marks as people write them."""

import importlib.util
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "docs" / "_ext" / "spec_marks.py"


@pytest.fixture(scope="module")
def spec_marks():
    spec = importlib.util.spec_from_file_location("spec_marks", SOURCE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["spec_marks"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["spec_marks"]


def collected(spec_marks, tmp_path, text):
    (tmp_path / "unit").mkdir()
    (tmp_path / "unit" / "test_it.py").write_text(text)
    return [(m.document, m.section, m.module, m.test) for m in spec_marks.collect(tmp_path)]


def test_a_mark_on_a_function(spec_marks, tmp_path):
    text = "@pytest.mark.spec('RFC 7636', '4.6')\ndef test_verifier(): pass\n"
    found = collected(spec_marks, tmp_path, text)
    assert found == [("RFC 7636", "4.6", "unit/test_it", "test_verifier")]


def test_a_mark_on_a_class_and_on_its_method(spec_marks, tmp_path):
    text = (
        "@pytest.mark.spec('Core', '3.1.2')\nclass TestIt:\n"
        "    @pytest.mark.spec('Core', section='3.1.3')\n    def test_one(self): pass\n"
    )
    found = collected(spec_marks, tmp_path, text)
    assert [(section, test) for _, section, _, test in found] == [
        ("3.1.2", "TestIt"),
        ("3.1.3", "TestIt.test_one"),
    ]


def test_a_mark_on_a_module_and_on_a_parameter(spec_marks, tmp_path):
    text = (
        "pytestmark = [pytest.mark.spec('RFC 6749', '5.2')]\n"
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.spec('RFC 6749', '4'))])\n"
        "def test_x(x): pass\n"
    )
    found = collected(spec_marks, tmp_path, text)
    assert [(section, test) for _, section, _, test in found] == [("4", "test_x"), ("5.2", "")]


def test_a_mark_that_is_no_literal_is_an_error(spec_marks, tmp_path):
    text = "@pytest.mark.spec('RFC 6749')\ndef test_x(): pass\n"
    with pytest.raises(ValueError, match="two literal strings"):
        collected(spec_marks, tmp_path, text)


def test_clauses_are_sorted_as_people_count(spec_marks):
    clauses = ["4.10", "A.1", "4.9", "4"]
    assert sorted(clauses, key=spec_marks.section_key) == ["4", "4.9", "4.10", "A.1"]
