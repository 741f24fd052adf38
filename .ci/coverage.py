"""Reads the summary of `cargo llvm-cov --branch --json --summary-only` and holds it to its limits."""

import json
import re
import sys

# What must be covered, by the paths of its files, in which unit, and to what part.
LIMITS = [
    ("order lifecycle", "branches", 95, r"hl-engine/src/(order|orders|guard)\.rs|hl-engine/src/(market|engine)/"),
    ("gate", "branches", 95, r"hl-engine/src/gate/"),
    ("risk", "branches", 95, r"hl-engine/src/(risk/|exposure\.rs)"),
    ("signing", "branches", 95, r"hl-wire/src/sign/"),
    ("workspace", "lines", 90, r"/(crates|bins)/[^/]+/src/"),
]
# Code that only judges other code.
TESTS = re.compile(r"/tests?/|[/_]tests?\.rs$|/laws\.rs$|/testing\.rs$")


def main(path):
    files = json.load(open(path))["data"][0]["files"]
    failed = False
    for name, unit, least, pattern in LIMITS:
        here = [f for f in files if re.search(pattern, f["filename"]) and not TESTS.search(f["filename"])]
        count = sum(f["summary"][unit]["count"] for f in here)
        covered = sum(f["summary"][unit]["covered"] for f in here)
        part = 100 * covered / count if count else 0
        failed |= part < least
        print(f"{name:16} {covered:6} of {count:6} {unit:8} {part:6.2f} %  (at least {least})")
        worst = sorted(here, key=lambda f: f["summary"][unit]["covered"] - f["summary"][unit]["count"])
        for f in worst[:5] if part < least else []:
            missed = f["summary"][unit]["count"] - f["summary"][unit]["covered"]
            print(f"    {missed:5} missed in {f['filename'].split('/crates/')[-1]}")
    return 1 if failed else 0


sys.exit(main(sys.argv[1]))
