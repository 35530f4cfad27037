"""Where values must not end up: SQL, shells, paths, code and deserialisers, and how bad each flow is."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autoglm_core.types import Severity
from autoglm_core.validators.injection_names import Names, argument, last, words
from autoglm_core.validators.injection_values import Rule, Source, Trust, Value

Evaluate = Callable[[ast.expr], Value]

_SQL_METHODS = frozenset({"execute", "executemany", "executescript", "exec_driver_sql", "raw", "read_sql", "fetch"})
_SQL_FUNCTIONS = frozenset({"sqlalchemy.text", "sqlalchemy.sql.text", "pandas.read_sql", "pandas.read_sql_query"})
_SQL = re.compile(r"(?i)\s*\(?(?:with|select|insert|update|delete|replace|merge|call|exec|union)\b")
# Names in these cannot be parameters.
_SQL_OF_NAMES = re.compile(r"(?i)\s*(?:create|alter|drop|pragma|truncate|grant|attach|vacuum|explain|copy|use)\b")
_DATABASES = re.compile(r"(?i)cur|conn|db|database|session|engine|sql|\bc\Z")

_SHELLS = words(
    "os.system os.popen subprocess.getoutput subprocess.getstatusoutput commands.getoutput "
    "asyncio.create_subprocess_shell popen2.popen2"
)
_PROGRAMS = frozenset(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen"))
_SHELL_NAMES = frozenset({"sh", "bash", "zsh", "dash", "cmd", "powershell"})

_FILES = words(
    "open io.open codecs.open gzip.open os.open os.remove os.unlink os.rmdir os.listdir os.makedirs os.mkdir "
    "os.rename os.replace shutil.rmtree shutil.copy shutil.copyfile shutil.move aiofiles.open flask.send_file "
    "starlette.responses.FileResponse fastapi.responses.FileResponse"
)
_FILE_NAMES = frozenset({"send_file", "FileResponse", "static_file"})
_FILE_METHODS = frozenset({"read_text", "read_bytes", "write_text", "write_bytes", "unlink", "rmdir", "iterdir"})

_EVALS = frozenset({"eval", "exec", "builtins.eval", "builtins.exec"})
_TEMPLATES = frozenset({"jinja2.Template", "mako.template.Template", "flask.render_template_string"})
_TEMPLATE_NAMES = frozenset({"render_template_string", "from_string"})

_LOADERS = words(
    "pickle.load pickle.loads pickle.Unpickler cPickle.load cPickle.loads _pickle.loads dill.load dill.loads "
    "cloudpickle.load cloudpickle.loads marshal.load marshal.loads shelve.open joblib.load pandas.read_pickle "
    "yaml.unsafe_load yaml.full_load yaml.unsafe_load_all torch.load jsonpickle.decode"
)
_YAML = frozenset({"yaml.load", "yaml.load_all"})
_SAFE_YAML = frozenset({"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader"})
_XML = re.compile(
    r"(?:xml\.(?:etree\.c?ElementTree|dom\.minidom|dom\.pulldom|sax|dom\.expatbuilder)|lxml\.etree)"
    r"\.(?:parse|parseString|fromstring|iterparse|XML|XMLParser)\Z"
)

_REMEDIES = {
    Rule.SQL: "pass values as parameters of the query",
    Rule.SHELL: "pass a list of arguments without a shell, or use shlex.quote",
    Rule.PATH: "take its base name, or check that the resolved path is inside the folder",
    Rule.CODE: "do not run text: look it up in a table, or use ast.literal_eval",
    Rule.DATA: "use a format that holds data alone, such as json or yaml.safe_load",
}


@dataclass(frozen=True, slots=True)
class Flow:
    """A value that ends up where it must not: ``node`` is the call, ``sink`` its name."""

    rule: Rule
    severity: Severity
    source: Source
    node: ast.Call
    sink: str

    @property
    def message(self) -> str:
        """From where to where, in one-based lines, and what to do."""
        return (
            f"{self.source.what} (line {self.source.line}) reaches `{self.sink}` (line {self.node.lineno}): "
            f"{_REMEDIES[self.rule]}"
        )


class Sinks:
    """The calls of one module that values from outside must not reach."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def flows(self, call: ast.Call, value_of: Evaluate) -> Iterator[Flow]:
        """What is dangerous in a call, given what its arguments are."""
        name = self._names.full(call.func)
        for rule, node in self._sensitive(call, name):
            value = value_of(node)
            source = value.taint.get(rule)
            badness = _severity(rule, source, value, call) if source else None
            if source and badness:
                least = Severity.WARNING if _XML.match(name) else badness
                yield Flow(rule, min(badness, least), source, call, name or last(call.func))

    def _sensitive(self, call: ast.Call, name: str) -> Iterator[tuple[Rule, ast.expr]]:
        """The arguments of a call that must not come from outside."""
        method = last(call.func) if isinstance(call.func, ast.Attribute) else ""
        first = argument(call, 0, "args", "sql", "statement", "query", "file", "command", "source", "cmd", "stream")
        if (method in _FILE_METHODS and isinstance(call.func, ast.Attribute)) or (
            method == "open" and isinstance(call.func, ast.Attribute) and name not in _FILES | _LOADERS
        ):
            yield Rule.PATH, call.func.value
        if first is None:
            return
        if name in _SQL_FUNCTIONS or (method in _SQL_METHODS and name not in _FILES):
            yield Rule.SQL, first
        elif name in _SHELLS or method == "exec_command" or (name in _PROGRAMS and _has_shell(call)):
            yield Rule.SHELL, first
        elif name in _PROGRAMS and (script := _shell_script(first)):
            yield Rule.SHELL, script
        elif name in _EVALS or name in _TEMPLATES or last(call.func) in _TEMPLATE_NAMES:
            yield Rule.CODE, first
        elif name in _LOADERS or _XML.match(name) or (name in _YAML and not _is_safe_yaml(call)):
            if not _holds_data_alone(call):
                yield Rule.DATA, first
        elif (
            name in _FILES
            or last(call.func) in _FILE_NAMES
            or (method == "save" and not isinstance(first, ast.Name))
            or method == "save"
        ):
            yield Rule.PATH, first


def _severity(rule: Rule, source: Source, value: Value, call: ast.Call) -> Severity | None:
    """How bad a flow is; None if it is what such code is for."""
    built = bool(value.text.strip())
    if source.trust is Trust.PARAMETER:
        # A function that takes a whole query, command or path is made for its callers to say which.
        match rule:
            case Rule.SQL:
                of_names = Severity.WARNING if _SQL_OF_NAMES.match(value.text) else None
                return Severity.ERROR if _SQL.match(value.text) else of_names
            case Rule.SHELL:
                return Severity.ERROR if built else Severity.WARNING
            case Rule.PATH:
                return Severity.WARNING if value.anchored else None
            case _:
                return Severity.WARNING
    if rule is Rule.SQL and not (_SQL.match(value.text) or _SQL_OF_NAMES.match(value.text)):
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else call.func
        return Severity.ERROR if _DATABASES.search(last(receiver)) else None
    if rule is Rule.DATA and source.trust is Trust.LOCAL:
        return Severity.WARNING
    return Severity.ERROR


def _has_shell(call: ast.Call) -> bool:
    return any(k.arg == "shell" and isinstance(k.value, ast.Constant) and bool(k.value.value) for k in call.keywords)


def _shell_script(command: ast.expr) -> ast.expr | None:
    """What a list such as ``["sh", "-c", script]`` gives to a shell."""
    if not isinstance(command, ast.List | ast.Tuple) or len(command.elts) < 3:
        return None
    program, option = (str(e.value) if isinstance(e, ast.Constant) else "" for e in command.elts[:2])
    shell = program.rpartition("/")[2] in _SHELL_NAMES and option.lower() in ("-c", "/c", "-lc", "-command")
    return command.elts[2] if shell else None


def _is_safe_yaml(call: ast.Call) -> bool:
    loader = argument(call, 1, "Loader")
    return loader is not None and last(loader) in _SAFE_YAML


def _holds_data_alone(call: ast.Call) -> bool:
    """Whether torch is told to read numbers and nothing else."""
    return any(
        k.arg == "weights_only" and isinstance(k.value, ast.Constant) and k.value.value is True for k in call.keywords
    )
