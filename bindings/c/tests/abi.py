"""Compares what the library exports, and the layout of its structs, with abi.txt. `--write` writes the list anew: a line that goes or
changes breaks programs that are built already, so the first number of LH_ABI_VERSION goes up with it."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent


def symbols(library):
    listed = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    return sorted(f"function {line.split()[2]}" for line in listed.splitlines() if line.split()[1] == "T")


def layouts(prefix, work):
    header = (prefix / "include" / "leasehold.h").read_text()
    header = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    printed = []
    for name, body in re.findall(r"typedef struct (lh_\w+) \{(.*?)\}", header, flags=re.S):
        printed.append(f'printf("struct {name} %zu\\n", sizeof(struct {name}));')
        for member in re.findall(r"(\w+);", body):
            sizes = f"offsetof(struct {name}, {member}), sizeof(((struct {name} *)0)->{member})"
            printed.append(f'printf("member {name}.{member} %zu %zu\\n", {sizes});')
    source = work / "layouts.c"
    source.write_text('#include <stdio.h>\n#include "leasehold.h"\nint main(void) {' + "\n".join(printed) + "}\n")
    subprocess.run(["cc", "-I", prefix / "include", "-o", work / "layouts", source], check=True)
    return subprocess.run([work / "layouts"], check=True, capture_output=True, text=True).stdout.splitlines()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found = "\n".join([*symbols(given.prefix / "lib" / "libleasehold.so.1"), *layouts(given.prefix, given.work)]) + "\n"
    kept = FOLDER / "abi.txt"
    if given.write:
        kept.write_text(found)
    elif kept.read_text() != found:
        (given.work / "abi.txt").write_text(found)
        subprocess.run(["diff", kept, given.work / "abi.txt"])
        sys.exit(f"error: the library is not as {kept} says")
    print("abi: 1 passed, 0 failed")


main()
