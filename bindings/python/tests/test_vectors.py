"""The vectors that every language runs."""

import json
import os
from datetime import datetime, timezone
from pathlib import Path

import pytest

from leasehold import LeaseholdError, read_key, verify

VECTORS = Path(os.environ["LEASEHOLD_VECTORS"])


def read(name):
    return json.loads((VECTORS / f"{name}.json").read_text())


def test_keys():
    keys = read("keys")
    for case in keys["valid"]:
        key = read_key(case["typed"])
        assert (key.key, key.kind, key.number) == (case["key"], case["kind"], case["number"])
    for case in keys["invalid"]:
        with pytest.raises(LeaseholdError) as raised:
            read_key(case["typed"])
        assert raised.value.code == case["why"], case
    for case in keys["repair"]:
        with pytest.raises(LeaseholdError) as raised:
            read_key(case["typed"])
        if len(case["repairs"]) == 1:
            assert case["repairs"][0] in raised.value.hint


@pytest.mark.parametrize("case", read("documents")["cases"], ids=lambda case: case["name"])
def test_documents(case):
    at = datetime.fromtimestamp(case["at"], timezone.utc)
    arguments = bytes.fromhex(case["hex"]), case["root"], at, bytes.fromhex(case["revocations"] or "")
    if case["valid"]:
        assert verify(*arguments).type == case["facts"].get("typ", verify(*arguments).type)
    else:
        with pytest.raises(LeaseholdError) as raised:
            verify(*arguments)
        assert raised.value.code == case["reason"]
