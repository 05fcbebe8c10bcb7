"""The other ways to a lease, through the C library, at real servers: the vendor's authority, a host by file, an identity provider."""

import contextlib
import json
import os
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

import leasehold
from leasehold import LeaseholdError, StandingKind

PROGRAM = os.environ["LEASEHOLD_TEST_PROGRAM"]
TESTHOST = Path(os.environ["LEASEHOLD_TEST_MANIFEST"]).parent
PASSPHRASE = ["--passphrase-file", str(TESTHOST / "vendor" / "passphrase")]
VENDOR = ["--dir", str(TESTHOST / "vendor")]


def run(*words):
    return subprocess.run([PROGRAM, "--json", *map(str, words)], check=True, stdout=subprocess.PIPE).stdout


@contextlib.contextmanager
def serving(*words, **options):
    process = subprocess.Popen([*map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def closed_port():
    """An address at which nothing listens, and nothing will meanwhile: the near end of a connection."""
    with socket.create_server(("127.0.0.1", 0)) as far, socket.create_connection(far.getsockname()) as near:
        yield f"127.0.0.1:{near.getsockname()[1]}"


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    file = tmp_path_factory.mktemp("key") / "key.txt"
    run("vendor", "key", "issue", *VENDOR, "--family", "acme", "--kind", "multiple", "--machines", "2", "-o", file)
    return next(line for line in file.read_text().split() if line.count("-") == 4)


def test_a_multiple_key_activates_at_the_authority_as_often_as_it_may(open_client, key, tmp_path):
    serve = [PROGRAM, "--json", "vendor", "serve", *VENDOR, "--listen", "127.0.0.1:0", "--admin-listen", "none", *PASSPHRASE]
    with serving(*serve) as told:
        for machine in ("one", "two"):
            client = open_client(state=tmp_path / machine)
            client.activate(key, told["address"])
            standing = client.standing()
            assert standing.kind is StandingKind.LICENSED and standing.until is None
            assert client.status()["method"] == "multiple-key"
        with pytest.raises(LeaseholdError) as raised:
            open_client(state=tmp_path / "three").activate(key, told["address"])
        assert raised.value.code == "activations-exhausted"
    with closed_port() as address, pytest.raises(LeaseholdError) as raised:
        open_client(state=tmp_path / "four").activate(key, address)
    assert raised.value.code == "authority-unreachable"


def test_a_request_is_carried_to_a_host_and_its_answer_installed(open_client, tmp_path):
    client = open_client()
    (tmp_path / "request.lh").write_bytes(client.request_for_host())
    run("host", "lease", tmp_path / "request.lh", "--data", TESTHOST / "host", "-o", tmp_path / "answer.lh")
    client.install((tmp_path / "answer.lh").read_bytes())
    assert client.standing().kind is StandingKind.LICENSED and client.feature("simulation")
    other = open_client(state=tmp_path / "other")
    with pytest.raises(LeaseholdError) as raised:
        other.install((tmp_path / "answer.lh").read_bytes())
    assert raised.value.code == "wrong-answer"


def test_a_user_signs_in_sees_the_device_and_signs_out(manifest, tmp_path):
    # A vendor, product and host for users, made by a test host of its own.
    made = tmp_path / "made"
    with serving(PROGRAM, "--json", "testhost", "--dir", made, "--devices", "1"):
        pass
    provider = ["node", "provider.mjs", "127.0.0.1"]
    with serving(*provider, cwd=os.environ["LEASEHOLD_TEST_OIDC"]) as oidc:
        config = tmp_path / "host.toml"
        config.write_text(
            f'[subscription]\nissuer = "{oidc["issuer"]}"\nclient_id = "leasehold"\n'
            'scopes = ["openid", "offline_access", "groups"]\n[subscription.products]\ncad-users = ["acme-cad"]\n'
        )
        serve = ["host", "serve", "--listen", "127.0.0.1:0", "--admin-listen", "none", "--data", made / "host", "--config", config]
        with serving(PROGRAM, "--json", *serve) as host:
            state = {"state": tmp_path / "state", "instance": "a user's", "dns": False, "hosts": host["address"]}
            with leasehold.Client((made / "acme-cad.lh").read_bytes(), **state) as client:
                with pytest.raises(LeaseholdError) as raised:
                    client.activate()
                assert raised.value.code == "sign-in-needed"

                def show(prompt):
                    details = json.dumps({"url": prompt.address, "login": "ann", "code": prompt.code}).encode()
                    address = oidc["control"] if "://" in oidc["control"] else f"http://{oidc['control']}"
                    urllib.request.urlopen(urllib.request.Request(f"{address}/test/user", details, method="POST")).close()

                client.sign_in(show)
                assert client.standing().kind is StandingKind.LICENSED and client.status()["method"] == "subscription"
                assert [device["products"] for device in client.devices()] == [["acme-cad"]]
                client.renew()
                client.sign_out()
                assert client.standing().kind is not StandingKind.LICENSED
