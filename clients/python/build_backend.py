"""A build backend without dependencies (PEP 517 and 660), so that `pip wheel` and `pip install` download nothing."""

import ast
import base64
import configparser
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SOURCES = ROOT / "src"
# Python 3.9 has no TOML parser. Tables are read as sections and values as Python literals, so lists must be indented.
TABLES = configparser.ConfigParser(interpolation=None)
TABLES.read(ROOT / "pyproject.toml", "utf-8")
PROJECT = {name: ast.literal_eval(value) for name, value in TABLES["project"].items()}
BASE = f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}"
DIST_INFO = f"{BASE}.dist-info"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _write_wheel(wheel_directory, _files(SOURCES))


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _write_wheel(wheel_directory, {f"{PROJECT['name']}.pth": f"{SOURCES}\n".encode()})


def build_sdist(sdist_directory, config_settings=None):
    files = {name: (ROOT / name).read_bytes() for name in ("LICENSE", "README.md", "build_backend.py", "pyproject.toml")}
    files.update({f"src/{name}": content for name, content in _files(SOURCES).items()})
    files["PKG-INFO"] = _metadata()
    with tarfile.open(Path(sdist_directory, f"{BASE}.tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(f"{BASE}/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return f"{BASE}.tar.gz"


def _files(folder):
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _metadata():
    fields = [
        ("Metadata-Version", "2.1"),
        ("Name", PROJECT["name"]),
        ("Version", PROJECT["version"]),
        ("Summary", PROJECT["description"]),
        ("Keywords", ",".join(PROJECT["keywords"])),
        *(("Classifier", classifier) for classifier in PROJECT["classifiers"]),
        ("Requires-Python", PROJECT["requires-python"]),
        ("Description-Content-Type", "text/markdown"),
    ]
    head = "".join(f"{name}: {value}\n" for name, value in fields)
    return f"{head}\n{(ROOT / PROJECT['readme']).read_text('utf-8')}".encode()


def _entry_points():
    plugins = TABLES["project.entry-points.pytest11"].items()
    return ("[pytest11]\n" + "".join(f"{name} = {ast.literal_eval(value)}\n" for name, value in plugins)).encode()


def _write_wheel(folder, files):
    name = f"{BASE}-py3-none-any.whl"
    whole = {
        **files,
        f"{DIST_INFO}/LICENSE": (ROOT / "LICENSE").read_bytes(),
        f"{DIST_INFO}/METADATA": _metadata(),
        f"{DIST_INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: build_backend\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{DIST_INFO}/entry_points.txt": _entry_points(),
    }
    record = "".join(f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in whole.items())
    whole[f"{DIST_INFO}/RECORD"] = f"{record}{DIST_INFO}/RECORD,,\n".encode()
    with zipfile.ZipFile(Path(folder, name), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in whole.items():
            # Without a time, so that builds are reproducible.
            entry = zipfile.ZipInfo(path)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return name


def _digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
