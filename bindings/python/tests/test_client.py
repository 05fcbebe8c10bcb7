import asyncio
import contextlib
import os
import threading
from datetime import timedelta

import pytest
from conftest import command

import leasehold
from leasehold import LeaseholdError, StandingKind


def code_of(function, *arguments, **options):
    with pytest.raises(LeaseholdError) as raised:
        function(*arguments, **options)
    assert str(raised.value)
    return raised.value.code


def test_every_standing_is_seen(open_client):
    with open_client() as client:
        standing = client.standing()
        assert standing.kind is StandingKind.UNACTIVATED and standing.days_left in (29, 30) and standing.why is None
        assert not client.feature("simulation")
        client.activate()
        standing = client.standing()
        assert standing.kind is StandingKind.LICENSED and standing.now < standing.renew_at < standing.until
        assert client.feature("simulation") and not client.feature("another")
        assert client.message().startswith("activated until ")
        assert client.status()["standing"] == "licensed"
        assert client.doctor()["checks"]
        command("clock", advance="181d")
        assert (client.standing().kind, client.standing().why) == (StandingKind.GRACE, "expired")
        command("clock", advance="30d")
        assert client.standing().kind is StandingKind.REDUCED and not client.standing().allows_changes
        client.activate()
        client.release()
        assert client.standing().kind is not StandingKind.LICENSED


def test_a_refusal_is_an_error_with_its_code(open_client):
    client = open_client()
    command("fault", fault="capacity-reached")
    with pytest.raises(LeaseholdError) as raised:
        client.activate()
    assert raised.value.code == "capacity-reached" and raised.value.hint
    command("fault", fault="dead")
    assert code_of(client.activate) == "host-unreachable"


def test_a_place_is_borrowed_as_long_as_the_licence_lets_it(open_client):
    client = open_client()
    before = client.standing().now
    client.borrow(timedelta(days=3))
    assert client.standing().until - before >= timedelta(days=3)
    assert code_of(lambda: client.borrow(timedelta(days=400))) == "borrowed-less"
    assert client.standing().kind is StandingKind.LICENSED
    client.release()
    assert client.standing().kind is StandingKind.UNACTIVATED


def test_it_does_not_hold_up_an_event_loop(open_client):
    client = open_client()

    async def both():
        # No host answers, so what comes back at once has not waited for one.
        command("fault", fault="silent")
        waiting = asyncio.ensure_future(client.activate_async())
        await asyncio.sleep(0)
        assert not waiting.done()
        command("fault", fault="none")
        with contextlib.suppress(LeaseholdError):
            await waiting
        await client.activate_async()

    asyncio.run(both())
    assert client.standing().kind is StandingKind.LICENSED


def test_it_renews_in_the_background_and_says_so(open_client):
    client, events, told = open_client(), [], threading.Event()

    def changed(event):
        events.append(event)
        if event.kind is leasehold.EventKind.CHANGED:
            told.set()
        raise RuntimeError("ends here")

    client.start_renewing(changed)
    assert code_of(client.start_renewing) == "already-renewing"
    assert told.wait() and events[-1].standing.kind is StandingKind.LICENSED and events[0].error is None
    client.stop_renewing()
    client.stop_renewing()


def test_a_closed_client_is_an_error_and_closing_twice_is_none(open_client):
    client = open_client()
    threads = [threading.Thread(target=client.close) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()
    for method in (client.standing, client.message, client.status, client.activate, client.renew, client.release,
                   client.request_for_host, client.start_renewing, client.stop_renewing):
        assert code_of(method) == "bad-handle"


def test_bad_input_is_an_error_with_a_message(manifest, open_client, tmp_path):
    assert code_of(leasehold.Client, b"junk") == "malformed"
    assert code_of(leasehold.Client, b"") == "malformed"
    assert code_of(leasehold.Client, manifest, hosts="a:0") == "invalid-argument"
    assert code_of(leasehold.Client, manifest, state="a\0b") == "invalid-argument"
    assert code_of(leasehold.Client, manifest, root="01" * 32) == "foreign-manifest"
    client = open_client()
    assert code_of(client.activate, "not a key", "authority") == "not-a-product-key"
    assert code_of(client.install, b"junk") == "malformed"
    assert code_of(client.feature, "a\0b") == "invalid-argument"
    assert code_of(open_client(state="/proc/no-such-place").activate) == "state-unusable"
    if "LEASEHOLD_TEST_FULL_DISK" in os.environ:
        assert code_of(open_client(state=os.environ["LEASEHOLD_TEST_FULL_DISK"]).activate) == "state-full"
    with pytest.raises(OSError):
        leasehold.Client.from_file(tmp_path / "none")
    assert client.request_for_host()[0] == 0xD2


def test_what_a_sign_in_callback_raises_reaches_the_caller(open_client):
    assert code_of(open_client().sign_in, print) in {"no-sign-in", "no-host", "not-found"}
