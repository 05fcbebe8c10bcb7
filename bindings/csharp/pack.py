"""Puts a .nupkg together: `pack.py FOLDER FILE`. It is a zip with a list of content types and one relation, to its nuspec."""

import sys
import zipfile
from pathlib import Path

TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
  <Default Extension="nuspec" ContentType="application/octet" />
  <Default Extension="dll" ContentType="application/octet" />
  <Default Extension="xml" ContentType="application/octet" />
  <Default Extension="so" ContentType="application/octet" />
  <Default Extension="md" ContentType="application/octet" />
</Types>
"""
RELATIONS = """<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/Leasehold.nuspec" Id="R1" />
</Relationships>
"""

folder, file = Path(sys.argv[1]), sys.argv[2]
with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
    package.writestr("[Content_Types].xml", TYPES)
    package.writestr("_rels/.rels", RELATIONS)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            package.write(path, path.relative_to(folder).as_posix())
