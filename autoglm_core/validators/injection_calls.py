"""What functions do to the danger of a value: make it harmless, pass it on, or return something else."""

from __future__ import annotations

import ast

from autoglm_core.validators.injection_names import Names, last, words
from autoglm_core.validators.injection_values import CLEAN, Rule, Value, joined

_NUMBERS = frozenset({"int", "float", "bool", "len", "ord", "hash", "id", "isinstance", "sum", "uuid.UUID", "complex"})
_HARMLESS_FOR = {
    "shlex.quote": (Rule.SHELL,),
    "pipes.quote": (Rule.SHELL,),
    "shlex.join": (Rule.SHELL,),
    "os.path.basename": (Rule.PATH,),
    "ntpath.basename": (Rule.PATH,),
    "posixpath.basename": (Rule.PATH,),
    "werkzeug.utils.secure_filename": (Rule.PATH,),
    "werkzeug.utils.safe_join": (Rule.PATH,),
    "werkzeug.security.safe_join": (Rule.PATH,),
    "flask.safe_join": (Rule.PATH,),
    "django.utils._os.safe_join": (Rule.PATH,),
    "re.escape": (),
    "repr": (Rule.CODE,),
}
_HARMLESS_NAMES = frozenset({"secure_filename", "safe_join", "get_valid_filename"})
_PASSING = words(
    "str bytes bytearray memoryview repr ascii list tuple set frozenset dict sorted reversed next iter enumerate zip "
    "map filter min max getattr open io.open gzip.open bz2.open io.BytesIO io.StringIO BytesIO StringIO shlex.split "
    "os.path.abspath os.path.normpath os.path.realpath os.path.expanduser os.path.expandvars os.fspath os.fsdecode "
    "os.fsencode json.load json.loads base64.b64decode base64.urlsafe_b64decode base64.decodebytes "
    "base64.standard_b64decode binascii.unhexlify zlib.decompress gzip.decompress bz2.decompress codecs.decode "
    "urllib.parse.unquote urllib.parse.unquote_plus urllib.parse.parse_qs urllib.parse.urlparse urllib.parse.urlsplit "
    "textwrap.dedent copy.copy copy.deepcopy sqlalchemy.text sqlalchemy.sql.text bytes.fromhex re.sub "
    "typing.cast html.unescape compile"
)
_JOINING = frozenset({"os.path.join", "posixpath.join", "ntpath.join", "pathlib.Path", "pathlib.PurePath", "Path"})
# Methods whose result says something about the text and is not made of it.
_TELLING = words(
    "isdigit isdecimal isnumeric isalnum isalpha isidentifier startswith endswith count find rfind index rindex exists "
    "is_file is_dir stat hexdigest digest keys execute fetchone fetchall commit close write send sendall filter "
    "filter_by save connect cursor group_by first one all bit_length timestamp total_seconds"
)
_PASTING = frozenset({"format", "join", "joinpath", "replace", "format_map", "append", "extend", "with_name"})
_PATH_PARTS = frozenset({"name", "stem", "suffix"})


class Calls:
    """What the functions that one module calls do to values."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def result(self, call: ast.Call, receiver: Value, arguments: list[Value]) -> Value:
        """What a call returns, given what it is called on and with."""
        name, method = self._names.full(call.func), last(call.func)
        if name in _NUMBERS:
            return CLEAN
        if name in _HARMLESS_FOR or method in _HARMLESS_NAMES:
            return joined(arguments).safe_for(_HARMLESS_FOR.get(name, (Rule.PATH,)))
        if name in _JOINING:
            return joined(arguments)
        if name in _PASSING:
            return joined(arguments[1:] if name in ("re.sub", "typing.cast") else arguments[:2])
        if not isinstance(call.func, ast.Attribute) or method in _TELLING:
            return CLEAN
        if method in _PASTING:
            return joined([receiver, *arguments])
        # Any other method: `strip`, `decode`, `read`, `get`, `split`.
        return receiver

    def attribute(self, node: ast.Attribute, holder: Value) -> Value:
        """What an attribute of a value is."""
        return holder.safe_for((Rule.PATH,)) if node.attr in _PATH_PARTS else holder


def is_number_format(spec: ast.expr | None) -> bool:
    """Whether the format of a replacement field lets numbers pass alone, as ``:d`` does."""
    parts = spec.values if isinstance(spec, ast.JoinedStr) else []
    final = parts[-1].value if parts and isinstance(parts[-1], ast.Constant) else ""
    return str(final)[-1:] in tuple("bcdeEfFgGnoxX%")
