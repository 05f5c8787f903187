#!/usr/bin/env python3
"""Digests of releases, computed without Gulou: digest.py PART.json [PART.json ...]

Each file holds one part's canonical JSON. Prints the release and content digest of each part,
then the digest of the bundle they make in this order (also for one part)."""
import hashlib
import json
import sys

NOT_CONTENT = {"id", "revision", "previous_revision", "update", "distinct_from", "relations", "column",
               "audience", "priority", "not_before", "expires", "embargo", "test", "imported",
               "must_confirm_every_s"}


def canonical(value):
    if isinstance(value, dict):  # RFC 8785 orders keys by UTF-16 code units
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def digests(texts):
    parts = []
    for text in texts:
        release = json.loads(text)
        assert canonical(release) == text, "not canonical"
        content = {key: value for key, value in release.items() if key not in NOT_CONTENT}
        parts.append({"release": sha256(text), "content": sha256(canonical(content))})
    return {"parts": parts, "bundle": sha256(canonical([part["release"] for part in parts]))}


if __name__ == "__main__":
    print(json.dumps(digests([open(name, encoding="utf-8").read() for name in sys.argv[1:]]), indent=1))
