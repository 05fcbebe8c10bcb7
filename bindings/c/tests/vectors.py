"""Prints the vectors as lines that vectors.c reads: fields divided by tabs."""

import json
import os
from pathlib import Path

VECTORS = Path(os.environ["LEASEHOLD_VECTORS"])


def read(name):
    return json.loads((VECTORS / f"{name}.json").read_text())


keys = read("keys")
lines = [("key", case["typed"], case["key"]) for case in keys["valid"]]
lines += [("key", case["typed"], case["why"]) for case in keys["invalid"]]
for case in read("documents")["cases"]:
    expected = "valid" if case["valid"] else case["reason"]
    lines.append(("document", case["name"], case["hex"], case["root"], str(case["at"]), case["revocations"] or "", expected))
for line in lines:
    if not any(character in field for field in line for character in "\t\n\0"):
        print("\t".join(line))
