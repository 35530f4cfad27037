"""What was probably meant by a name, an attribute or a module that does not exist.

Nothing is guessed that could be harmful: a package that nobody here knows is never named, as attackers register
the names that models make up (slopsquatting).
"""

from __future__ import annotations

import difflib
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from autoglm_core.types import Document, Workspace
from autoglm_core.validators.licence_packages import package_sites

_NEAR = 0.7  # of the letters in common, as difflib counts
_NEAR_MODULE = 0.82  # there are many modules, and a wrong one is no small slip
_CLEAR = 0.05  # by so much the best one must be nearer than the second
_MODULE = re.compile(r"Cannot resolve imported module `(?P<name>\w[\w.]*)`")
_MOST = 3
_SHORTEST = 3

# Import names whose distribution has another name, and well-known ones of the same name.
_OTHER_NAMES = (
    "Crypto=pycryptodome MySQLdb=mysqlclient OpenSSL=pyOpenSSL PIL=Pillow attr=attrs bs4=beautifulsoup4 "
    "cv2=opencv-python dateutil=python-dateutil docx=python-docx dotenv=python-dotenv fitz=PyMuPDF git=GitPython "
    "github=PyGithub gi=PyGObject jose=python-jose jwt=PyJWT ldap=python-ldap magic=python-magic markdown=Markdown "
    "mpl_toolkits=matplotlib nacl=PyNaCl pkg_resources=setuptools pptx=python-pptx pythoncom=pywin32 serial=pyserial "
    "skimage=scikit-image sklearn=scikit-learn slugify=python-slugify telegram=python-telegram-bot usb=pyusb "
    "win32api=pywin32 win32con=pywin32 wx=wxPython yaml=PyYAML zmq=pyzmq"
)
_SAME_NAMES = (
    "aiohttp boto3 celery click cryptography django fastapi flask gunicorn httpx hypothesis jinja2 jsonschema lxml "
    "matplotlib networkx nltk numpy openpyxl pandas paramiko plotly polars psutil psycopg psycopg2 pyarrow pydantic "
    "pygame pymongo pytest redis regex requests rich scipy seaborn sqlalchemy starlette sympy tensorflow torch tornado "
    "tqdm transformers typer urllib3 uvicorn websockets xlrd"
)
_DISTRIBUTIONS = {name: name for name in _SAME_NAMES.split()} | dict(p.split("=") for p in _OTHER_NAMES.split())


def nearest(name: str, known: Iterable[str]) -> str:
    """The one of some names that was clearly meant; empty if none is near, or several are."""
    if len(name) < _SHORTEST:
        return ""
    public = {each for each in known if each != name and (name.startswith("_") or not each.startswith("_"))}
    ranked = sorted(((_likeness(name, each), each) for each in public), reverse=True)[:2]
    if not ranked or ranked[0][0] < _NEAR:
        return ""
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _CLEAR:
        return ""
    return ranked[0][1]


def module_advice(message: str, document: Document, workspace: Workspace) -> str:
    """What to say of a module that cannot be imported: near ones that can, or who is known to provide it."""
    match = _MODULE.match(message)
    if match is None:
        return ""
    folder = workspace.folder_of(document.path)
    sites = package_sites(folder)
    roots = (*workspace.folders, document.path.parent, folder / "src", *sites, Path(sysconfig.get_path("stdlib")))
    top, _, below = match["name"].partition(".")
    holders = [root / top for root in roots if (root / top).is_dir()]
    if below and holders:
        first = below.partition(".")[0]
        return _meant([f"{top}.{name}" for name in _near(first, {n for holder in holders for n in _modules(holder)})])
    if below and top in sys.stdlib_module_names:
        return ""
    if top in _DISTRIBUTIONS:
        return f"it is not installed here; the package {_DISTRIBUTIONS[top]} provides it"
    known = {name for root in roots for name in _modules(root)} | {m for m in sys.stdlib_module_names if m[0] != "_"}
    known |= {path.parent.name if path.stem == "__init__" else path.stem for path in workspace.unsaved}
    known -= {document.path.stem}
    return _meant(_near(top, known)) or "neither the standard library, nor the environment, nor the workspace has it"


def _near(name: str, known: Iterable[str]) -> list[str]:
    """The nearest of some names, and those that are about as near."""
    ranked = sorted(((_likeness(name, each), each) for each in known), reverse=True)[:_MOST]
    return [each for likeness, each in ranked if likeness >= max(_NEAR_MODULE, ranked[0][0] - _CLEAR)]


def _meant(names: list[str]) -> str:
    return f"did you mean {' or '.join(f'`{name}`' for name in names)}?" if names else ""


def _modules(folder: Path) -> Iterator[str]:
    """The names that can be imported from a folder."""
    try:
        entries = list(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        name, dot, ending = entry.name.partition(".")
        if name.isidentifier() and not name.startswith("_"):
            is_code = ending in ("py", "pyi") or ending.endswith((".so", ".pyd")) or ending in ("so", "pyd")
            if is_code if dot else entry.is_dir():
                yield name


def _likeness(one: str, other: str) -> float:
    first, second = (each.casefold().replace("_", "") for each in (one, other))
    matcher = difflib.SequenceMatcher(None, first, second)
    return matcher.ratio() if matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR else 0.0
