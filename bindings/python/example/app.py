"""A drawing program with a licence: `python app.py acme-cad.lh`, then `draw` or `simulate`, a line each."""

import sys

import leasehold
from leasehold import StandingKind


def describe(client: leasehold.Client) -> str:
    standing = client.standing()
    if standing.kind is StandingKind.LICENSED:
        return "licensed"
    if standing.kind is StandingKind.REDUCED:
        return f"read-only ({standing.why})"
    return client.message()


def main() -> None:
    # A real application holds its manifest in its code.
    with leasehold.Client.from_file(sys.argv[1]) as client:
        print(describe(client), flush=True)
        for line in sys.stdin:
            command = line.strip()
            if command == "activate":
                client.activate()
                print(describe(client), flush=True)
            elif command == "draw" and client.standing().allows_changes:
                print("drawn", flush=True)
            elif command == "simulate" and client.feature("simulation"):
                print("simulated", flush=True)
            else:
                print(f"{command}: not possible; {describe(client)}", flush=True)


if __name__ == "__main__":
    main()
