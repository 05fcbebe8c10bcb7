#!/usr/bin/env python3
"""Follows a page of docs/guide to the letter: `guide.py PAGE`, beside a test host (scripts/bindings). PACKAGES is the folder of packages.

The commands of the sections about the package and about building are typed in a fresh folder, the program is written from the page, and the
sample's run of every standing is made with the page's last command."""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

PAGE = pathlib.Path(sys.argv[1])


def main():
    text = PAGE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## \d+\. ([^\n]+)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    program = re.search(r"`([\w./]+)`:\n\n```(?!sh)\w+\n(.*?)```", sections["The program"], re.S)
    build, run = blocks(sections["Build and run"])
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, program[1])
        source.parent.mkdir(exist_ok=True)
        source.write_text(program[2], encoding="utf-8")
        for block in [*blocks(sections["The package"]), build]:
            subprocess.run(["sh", "-euc", block], cwd=folder, check=True)
        # The manifest is the test host's.
        command = run.rsplit(" ", 1)[0]
        sample = pathlib.Path(__file__).with_name("sample.py").resolve()
        typed = f'cd {shlex.quote(folder)} && {command} "$1"'
        subprocess.run([sys.executable, sample, "sh", "-euc", typed, "sh"], check=True)
    print(f"guide {PAGE.name}: followed")


def blocks(section):
    return [block.strip() for block in re.findall(r"```sh\n(.*?)```", section, re.S)]


main()
