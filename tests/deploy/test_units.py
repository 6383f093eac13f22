"""The systemd units and the container file: what they name is there, and is what the tests start."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sysconfig
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.storage.deployments import SERVERS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
WORKERS = ROOT / "oidc_pyramid" / "workers"
UNITS = ["oidc_pyramid.service", "zeo.service"]
BIN = "/opt/oidc_pyramid/bin/"
PLACES = {"/etc/oidc_pyramid/production.ini": "production.ini"}
INSTALL = "install systemd (Debian: apt install systemd) to run these tests"


@pytest.fixture(scope="module")
def analyze():
    found = shutil.which("systemd-analyze")
    if found is None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(INSTALL, pytrace=False)
        pytest.skip(INSTALL)
    return lambda *words: subprocess.run(
        (found, "--no-pager", *words), capture_output=True, text=True, check=False
    )


@pytest.fixture
def moved(tmp_path):
    """The units, with the programs of this environment."""
    programs = f"{sysconfig.get_path('scripts')}/"
    for name in UNITS:
        (tmp_path / name).write_text(unit(name).replace(BIN, programs))
    return tmp_path


def unit(name):
    return (DEPLOY / name).read_text()


def commands(name):
    """Each ``ExecStart``, those among the remarks as well, in words."""
    found = re.findall(r"^(?:# )?ExecStart=(.+)$", unit(name), re.MULTILINE)
    return [shlex.split(command) for command in found]


def container():
    """The instructions of the container file: their names and what follows."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest.split()) for name, _, rest in (line.partition(" ") for line in lines)]


def told(name):
    """All instructions of that name."""
    return [rest for instruction, rest in container() if instruction == name]


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_nothing_to_complain_of(analyze, moved, name):
    done = analyze("verify", str(moved / name))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_would_complain(analyze, moved):
    text = (moved / UNITS[0]).read_text()
    (moved / "odd.service").write_text(text.replace("NoNewPrivileges", "NoNewPrivilege"))
    assert "NoNewPrivilege" in analyze("verify", str(moved / "odd.service")).stderr


@pytest.mark.parametrize("name, most", [("oidc_pyramid.service", 15), ("zeo.service", 45)])
def test_what_a_service_is_exposed_to(analyze, moved, name, most):
    """In tenths: docs/how-to/deployment.md names the first."""
    done = analyze("security", "--offline=true", f"--threshold={most}", str(moved / name))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", UNITS)
def test_programs_are_ours_or_of_what_we_install(name):
    scripts = {one.name for one in entry_points(group="console_scripts")}
    for program, *words in commands(name):
        assert program.startswith(BIN)
        assert program.removeprefix(BIN) in scripts
        for path in (word for word in words if word.startswith("/")):
            assert (DEPLOY / Path(path).name).exists() or (ROOT / PLACES[path]).exists()


def test_the_commands_are_those_that_the_tests_start():
    """tests/storage/test_workers.py starts them, with names of its own for files."""
    plain, several = commands("oidc_pyramid.service")
    (zeo,) = commands("zeo.service")
    assert plain[1:] == ["/etc/oidc_pyramid/production.ini"]
    assert SERVERS["pserve"][:2] == ("-m", "pyramid.scripts.pserve")
    assert as_tested(several) == SERVERS["gunicorn"]
    assert zeo[1:] == ["-C", "/etc/oidc_pyramid/zeo.conf"]
    (start,) = told("CMD")
    assert as_tested(json.loads(" ".join(start))) == SERVERS["gunicorn"]


def as_tested(words):
    program, *rest = words
    rest = [Path(word).name.replace("wsgi:", "named:") for word in rest]
    return ("-m", Path(program).name, *rest)


def test_the_folders_of_the_units_and_the_files_agree():
    zeo = unit("zeo.service")
    assert "RuntimeDirectory=oidc_pyramid\n" in zeo
    assert "address /run/oidc_pyramid/zeo.sock\n" in (DEPLOY / "zeo.conf").read_text()
    assert "zeo:///run/oidc_pyramid/zeo.sock?" in (DEPLOY / "zeo.ini").read_text()
    for text in (zeo, unit("oidc_pyramid.service")):
        assert {"User=oidc", "Group=oidc", "StateDirectory=oidc_pyramid"} <= set(text.split("\n"))


def test_the_container_copies_what_is_there():
    for sources in told("COPY"):
        if sources[0].startswith("--from="):
            continue
        for source in sources[:-1]:
            assert (ROOT / source).exists()
    assert {"wsgi.py", "gunicorn.conf.py"} == {Path(one).name for one in told("COPY")[-1][:-1]}


def test_the_container_runs_where_its_files_are():
    *_, copied = told("COPY")
    assert told("WORKDIR") == [[copied[-1].rstrip("/")]]
    assert told("USER") == [["oidc"]]
    assert told("VOLUME") == [["/var/lib/oidc_pyramid"]]
    (useradd,) = (words for words in told("RUN") if words[0] == "useradd")
    assert useradd[useradd.index("&&") - 1] == "oidc"
    assert useradd[useradd.index("--home-dir") + 1] == "/var/lib/oidc_pyramid"


def test_the_container_speaks_to_our_files_in_their_words():
    (environment,) = told("ENV")
    names = {one.partition("=")[0] for one in environment}
    read = "".join((WORKERS / name).read_text() for name in ("wsgi.py", "configuration.py"))
    for name in names - {"PATH", "PYTHONUNBUFFERED"}:
        assert f'"{name}"' in read
    assert f"OIDC_PYRAMID_BIND=0.0.0.0:{told('EXPOSE')[0][0]}" in environment
