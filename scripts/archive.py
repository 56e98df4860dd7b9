"""Writes zip archives that are the same bytes whenever their files are: SOURCE_DATE_EPOCH dates every entry.

archive.py FOLDER PREFIX ARCHIVE.zip puts all files of FOLDER below PREFIX/.
"""

import os
import pathlib
import sys
import time
import zipfile

# The earliest date that a zip can hold.
EARLIEST = 315532800


def write(path, files):
    """Writes `files`, bytes by name, in their order."""
    date = time.gmtime(max(EARLIEST, int(os.environ.get("SOURCE_DATE_EPOCH", EARLIEST))))[:6]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, date)
            entry.create_system = 3  # Unix, whatever this machine has
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, data)


def below(folder, prefix):
    """All files of a folder in the order of their names."""
    paths = sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file())
    return {f"{prefix}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}


if __name__ == "__main__":
    from_folder, under, archive_path = sys.argv[1:]
    write(archive_path, below(from_folder, under))
