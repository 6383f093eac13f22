"""Run plans of a conformance suite that is listening, by its REST API, and say what came of it.

    python conformance/run.py 'oidcc-basic-certification-test-plan[server_metadata=discovery][...]' ...

Needs nothing but Python. docs/how-to/conformance.md says what has to run before.
"""

import argparse
import json
import re
import shlex
import ssl
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

HERE = Path(__file__).parent
ENDED = ("FINISHED", "INTERRUPTED")
WORTH_TELLING = ("WARNING", "FAILURE")
PATIENCE = 300


class Suite:
    """The suite's REST API, as far as it is needed here."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    def call(self, path: str, body: bytes | None = None, **query: str) -> object:
        """GET, or POST when there is a body."""
        url = f"{self.address}/api/{path}" + (f"?{urlencode(query)}" if query else "")
        request = Request(url, body, {"Content-Type": "application/json"})
        with urlopen(request, context=self.context, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def create_plan(self, name: str, variant: dict[str, str], config: bytes) -> dict:
        query = {"planName": name} | ({"variant": json.dumps(variant)} if variant else {})
        return self.call("plan", config, **query)

    def create_module(self, plan: str, module: dict) -> str:
        query = {"test": module["testModule"], "plan": plan}
        if module.get("variant"):
            query["variant"] = json.dumps(module["variant"])
        return self.call("runner", b"", **query)["id"]

    def start(self, test: str) -> None:
        self.call(f"runner/{test}", b"")

    def offered(self, test: str) -> list[str]:
        """The addresses that wait for a person; each is offered once."""
        urls = self.call(f"runner/browser/{test}")["urls"]
        for url in urls:
            self.call(f"runner/browser/{test}/visit?url={quote(url, safe='')}", b"")
        return urls


def parse(text: str) -> tuple[str, dict[str, str]]:
    """``plan[variant=value][variant=value]``, as the suite's own scripts write it."""
    return text.partition("[")[0], dict(re.findall(r"\[([^=\]]+)=([^\]]*)\]", text))


def run_module(suite: Suite, plan: str, module: dict, rotate: str, person: object) -> dict:
    """Wait until the module has ended; on the way turn the provider's keys when it wants that,
    and let the person open what it offers."""
    test = suite.create_module(plan, module)
    until = time.monotonic() + PATIENCE
    started = False
    while time.monotonic() < until:
        info = suite.call(f"info/{test}")
        if info["status"] in ENDED:
            break
        if info["status"] == "CONFIGURED" and not started and "rotate-keys" in module["testModule"]:
            subprocess.run(shlex.split(rotate), check=True)
            suite.start(test)
            started = True
        if info["status"] == "WAITING" and person is not None:
            for url in suite.offered(test):
                person.visit(url)
        time.sleep(0.5)
    return info | {"log": suite.call(f"log/{test}")}


def told(log: list[dict]) -> list[str]:
    """What the suite complained about: the condition and its words."""
    worth = (one for one in log if one.get("result") in WORTH_TELLING)
    return [f"{one['result']} {one.get('src', '')}: {one.get('msg', '')}" for one in worth]


def run_plan(suite: Suite, text: str, args: argparse.Namespace, person: object) -> Counter[str]:
    """Every module of the plan, one after the other."""
    name, variant = parse(text)
    config = json.loads(args.config.read_text())
    if person is not None:
        config = {k: v for k, v in config.items() if k not in ("browser", "override")}
    plan = suite.create_plan(name, variant, json.dumps(config).encode())
    print(f"{text}\n{suite.address}/plan-detail.html?plan={plan['id']}", flush=True)
    results: Counter[str] = Counter()
    for module in plan["modules"]:
        if args.module and module["testModule"] not in args.module:
            continue
        outcome = run_module(suite, plan["id"], module, args.rotate, person)
        result = outcome.get("result") or outcome["status"]
        results[result] += 1
        print(f"  {result:8} {module['testModule']} {_variant(module)}", flush=True)
        for line in told(outcome["log"]) if result != "PASSED" else []:
            print(f"             {line}", flush=True)
        if args.logs:
            _keep(args.logs, plan["id"], outcome)
    print("  " + ", ".join(f"{count} {result}" for result, count in results.items()), flush=True)
    return results


def _variant(module: dict) -> str:
    return " ".join(f"{k}={v}" for k, v in sorted((module.get("variant") or {}).items()))


def _keep(folder: Path, plan: str, outcome: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{plan}-{outcome['testName']}-{outcome['_id']}.json"
    file.write_text(json.dumps(outcome, indent=1))


def main() -> int:
    """The exit status is 0 when nothing failed and nothing was warned about."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("plan", nargs="+", help="plan[variant=value]...")
    parser.add_argument("--suite", default="https://localhost.emobix.co.uk:8443")
    parser.add_argument("--config", type=Path, default=HERE / "suite.json")
    parser.add_argument("--module", action="append", help="only this module (may be repeated)")
    parser.add_argument(
        "--browser",
        nargs="?",
        const="",
        metavar="CHROMIUM",
        help="a real browser in place of the scripted one (needs Playwright)",
    )
    parser.add_argument("--logs", type=Path, help="keep each module's log in this folder")
    rotate = "oidc-pyramid -c conformance.ini keys rotate --now --alg RS256"
    parser.add_argument("--rotate", default=rotate, help="how the provider's keys are turned")
    args = parser.parse_args()
    suite = Suite(args.suite)
    person = None
    if args.browser is not None:
        from browser import Person

        person = Person(args.browser)
    total = sum((run_plan(suite, plan, args, person) for plan in args.plan), Counter())
    if person is not None:
        person.leave()
    return 0 if set(total) <= {"PASSED", "REVIEW", "SKIPPED"} else 1


if __name__ == "__main__":
    sys.exit(main())
