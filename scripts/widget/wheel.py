"""Makes the wheel of mbppo-widget: wheel.py VERSION WIDGET.js OUT_FOLDER. The same files give the same bytes."""

import base64
import hashlib
import pathlib
import sys

version, widget, out = sys.argv[1:]
here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parent))
sys.dont_write_bytecode = True
import archive  # noqa: E402

info = f"mbppo_widget-{version}.dist-info"
source = (here / "mbppo_widget" / "__init__.py").read_text().replace("0.0.0", version)
files = {
    "mbppo_widget/__init__.py": source.encode(),
    "mbppo_widget/static/mbppo.widget.js": pathlib.Path(widget).read_bytes(),
    f"{info}/METADATA": f"""Metadata-Version: 2.1
Name: mbppo-widget
Version: {version}
Summary: Model-based RL that trains, and imagines, in a notebook
License: MIT OR Apache-2.0
Requires-Python: >=3.9
Requires-Dist: anywidget>=0.9
""".encode(),
    f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: mbppo\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


def record(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


lines = "".join(record(name, data) for name, data in files.items())
files[f"{info}/RECORD"] = (lines + f"{info}/RECORD,,\n").encode()
path = pathlib.Path(out) / f"mbppo_widget-{version}-py3-none-any.whl"
archive.write(path, files)
print(path)
