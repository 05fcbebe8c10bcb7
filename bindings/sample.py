#!/usr/bin/env python3
"""Runs the sample application of a language through every standing: `sample.py COMMAND…`, beside a test host (scripts/bindings)."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request


def command(path, **body):
    url = f"{os.environ['LEASEHOLD_TEST_CONTROL']}/test/{path}"
    request = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
    urllib.request.urlopen(request).close()


def main():
    with tempfile.TemporaryDirectory() as state:
        own = {"LEASEHOLD_STATE": state, "LEASEHOLD_INSTANCE": f"sample {os.path.basename(sys.argv[-1])}"}
        arguments = [*sys.argv[1:], os.environ["LEASEHOLD_TEST_MANIFEST"]]
        process = subprocess.Popen(arguments, env={**os.environ, **own}, stdin=-1, stdout=-1, text=True)

        def say(line, begins):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            answer = process.stdout.readline().strip()
            assert answer.startswith(begins), f"{line}: {answer!r}, not {begins!r}"

        first = process.stdout.readline()
        assert first.startswith("not activated yet"), first
        say("simulate", "simulate: not possible; not activated yet")
        say("activate", "licensed")
        say("draw", "drawn")
        say("simulate", "simulated")
        command("clock", advance="181d")
        say("draw", "drawn")
        say("simulate", "simulated")
        say("another", "another: not possible; the activation has ended; everything works until ")
        command("clock", advance="30d")
        say("draw", "draw: not possible; read-only (expired)")
        say("simulate", "simulate: not possible; read-only (expired)")
        process.stdin.close()
        assert process.wait() == 0
    print("sample: 1 passed, 0 failed")


main()
