"""A real host: scripts/bindings starts `leasehold testhost` and says in the environment where it is."""

import json
import os
import urllib.request
import uuid
from pathlib import Path

import pytest

import leasehold


def command(path, **body):
    """Commands the test host: POST /test/PATH."""
    url = f"{os.environ['LEASEHOLD_TEST_CONTROL']}/test/{path}"
    request = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


@pytest.fixture(autouse=True)
def as_it_was():
    command("fault", fault="none")


@pytest.fixture
def manifest():
    return Path(os.environ["LEASEHOLD_TEST_MANIFEST"]).read_bytes()


@pytest.fixture
def open_client(manifest, tmp_path):
    clients = []

    def opened(**options):
        client = leasehold.Client(manifest, **{"state": tmp_path, "instance": str(uuid.uuid4()), "dns": False, **options})
        clients.append(client)
        return client

    yield opened
    for client in clients:
        client.close()
