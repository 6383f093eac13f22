"""`make fuzz` does not pass for want of trying."""

import subprocess
import sys

import pytest

from fuzz import __main__ as fuzz

LAST_WORDS = "Done 500 runs\nstat::number_of_executed_units: 500\nstat::slowest_unit_time_sec: 0\n"


def result(inputs, found=0):
    return {"inputs": inputs, "asked": 500, "seconds": 1, "found": found}


@pytest.mark.parametrize("said,count", [(LAST_WORDS, 500), ("", 0), ("no such module", 0)])
def test_what_libfuzzer_says_is_read(said, count):
    assert fuzz.executed(said) == count


def test_all_that_was_asked_for_is_enough():
    assert fuzz.shortcomings({"keys": result(500), "forms": result(501)}) == []


@pytest.mark.parametrize("inputs", [0, 499])
def test_fewer_inputs_than_asked_for_are_told(inputs):
    told = fuzz.shortcomings({"keys": result(500), "forms": result(inputs)})
    assert told == [f"forms: {inputs} inputs were tried of 500; see forms.log."]


def test_a_target_that_failed_is_told_once():
    told = fuzz.shortcomings({"keys": result(3, found=77)})
    assert told == ["keys: ended with 77; keys.log says why."]


def test_a_process_that_ends_well_without_a_word_fails(tmp_path, monkeypatch):
    """As when the output of libFuzzer changes: nothing was counted, so nothing has passed."""
    silent = subprocess.CompletedProcess([], 0, b"", b"")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: silent)
    monkeypatch.setattr(sys, "argv", ["fuzz", "keys", "--runs", "10", "--report", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        fuzz.main()
    assert ended.value.code
    assert (tmp_path / "fuzz.json").exists()
