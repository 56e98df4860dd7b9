"""Writes Pyodide's list of packages: jupyterlite_lock.py PYODIDE_FOLDER, which holds Pyodide and wheels.

A Pyodide from npm has a list of packages that lie elsewhere. This one names the wheels beside it instead.
"""

import hashlib
import json
import pathlib
import sys
import zipfile
from email.parser import HeaderParser

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

folder = pathlib.Path(sys.argv[1])
place = folder / "pyodide-lock.json"
lock = json.loads(place.read_text())
world = {"python_version": lock["info"]["python"].rsplit(".", 1)[0], "sys_platform": "emscripten", "extra": ""}
wheels = {}
for file in sorted(folder.glob("*.whl")):
    with zipfile.ZipFile(file) as wheel:
        names = wheel.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        head = HeaderParser().parsestr(wheel.read(metadata).decode())
    needs = [Requirement(text) for text in head.get_all("Requires-Dist", [])]
    wheels[canonicalize_name(head["Name"])] = {
        "name": head["Name"],
        "version": head["Version"],
        "file_name": file.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted({name.split("/")[0].removesuffix(".py") for name in names if ".dist-info" not in name}),
        "depends": [canonicalize_name(need.name) for need in needs if not need.marker or need.marker.evaluate(world)],
        "unvendored_tests": False,
    }
for wheel in wheels.values():
    wheel["depends"] = sorted(set(wheel["depends"]) & set(wheels))
lock["packages"] = wheels
place.write_text(json.dumps(lock))
