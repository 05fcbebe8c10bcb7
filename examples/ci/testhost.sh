#!/bin/sh
# Runs a command beside a test host: testhost.sh COMMAND…
# The command finds the host in LEASEHOLD_HOST, its manifest in LEASEHOLD_TEST_MANIFEST, and commands it at LEASEHOLD_TEST_CONTROL.
set -eu
folder=$(mktemp -d)
leasehold --json testhost --dir "$folder/testhost" --features simulation >"$folder/told" &
host=$!
trap 'kill "$host" 2>/dev/null || true; wait "$host" 2>/dev/null || true; rm -rf "$folder"' EXIT
until [ -s "$folder/told" ]; do
    kill -0 "$host"
    sleep 0.1
done
told() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$folder/told"; }
LEASEHOLD_HOST=$(told address)
LEASEHOLD_TEST_CLOCK=$(told clock)
LEASEHOLD_TEST_MANIFEST=$(told manifest)
LEASEHOLD_TEST_CONTROL=$(told control)
LEASEHOLD_STATE=$folder/state
LEASEHOLD_INSTANCE=ci
LEASEHOLD_AGENT=off
export LEASEHOLD_HOST LEASEHOLD_TEST_CLOCK LEASEHOLD_TEST_MANIFEST LEASEHOLD_TEST_CONTROL
export LEASEHOLD_STATE LEASEHOLD_INSTANCE LEASEHOLD_AGENT
"$@"
