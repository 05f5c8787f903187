#!/usr/bin/env python3
"""tests/e2e/digest.py and vectors.json agree; digests_test.cc holds the C++ side to the same file."""
import json
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[2] / "e2e"))
import digest  # noqa: E402

for vector in json.loads((here / "vectors.json").read_text(encoding="utf-8")):
    assert digest.digests(vector["texts"]) == {"parts": vector["parts"], "bundle": vector["bundle"]}, vector["name"]
