#!/bin/sh
# What your application does in every standing. APPLICATION is your program: here it answers a line (`draw`) with a line.
set -eu
says() { printf '%s\n' "$1" | "$APPLICATION" "$LEASEHOLD_TEST_MANIFEST" 2>/dev/null; }
# expect LINE ANSWER WHAT: a line of the application's begins with ANSWER.
expect() {
    answer=$(says "$1")
    if printf '%s\n' "$answer" | grep -q "^$2"; then
        echo "ok: $3"
    else
        echo "not ok: $3: $answer" >&2
        exit 1
    fi
}
test_host() { curl -fsS -o /dev/null -d "$2" "$LEASEHOLD_TEST_CONTROL/test/$1"; }

test_host fault '{"fault": "capacity-reached"}'
expect draw drawn "not activated, within the initial grace: it runs"
expect simulate "simulate: not possible" "not activated: no feature that is paid for"
test_host fault '{"fault": "none"}'
leasehold client activate --manifest "$LEASEHOLD_TEST_MANIFEST" >/dev/null
expect simulate simulated "licensed: the feature is there"
test_host fault '{"fault": "capacity-reached"}'
test_host clock '{"advance": "181d"}'
expect draw drawn "the lease has ended, grace: everything works"
test_host clock '{"advance": "30d"}'
expect draw "draw: not possible; read-only" "after the grace: read-only"
test_host fault '{"fault": "none"}'
leasehold client activate --manifest "$LEASEHOLD_TEST_MANIFEST" >/dev/null
expect draw drawn "licensed again"
