"""Volume activation for applications.

    import leasehold

    with leasehold.Client(manifest) as client:
        client.start_renewing()
        if client.standing().allows_changes:
            ...

`Client` is the whole of it: opening waits for nothing, asking how it stands is cheap, and what waits for the network says so and has an
`async` form. Failures are `LeaseholdError`, whose `code` is stable (`threshold-not-met`) and explained by `leasehold explain`.
"""

from ._client import Client, Event, EventKind, Mode, Prompt, SignInWay, Standing, StandingKind
from ._documents import ProductKey, VerifiedDocument, read_key, verify
from ._native import LeaseholdError, native_version

__version__ = native_version()
__all__ = [
    "Client",
    "Event",
    "EventKind",
    "LeaseholdError",
    "Mode",
    "ProductKey",
    "Prompt",
    "SignInWay",
    "Standing",
    "StandingKind",
    "VerifiedDocument",
    "read_key",
    "verify",
]
