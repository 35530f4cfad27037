"""Where values come from outside: web requests, sockets, the command line, and parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autoglm_core.analysis.trees import parse_tree
from autoglm_core.validators.injection_names import Names, dotted, last, words
from autoglm_core.validators.injection_values import Rule, Source, Trust, Value, tainted

_ROUTES = frozenset({"route", "get", "post", "put", "delete", "patch", "websocket", "api_route", "view"})
_VIEWS = frozenset({"api_view", "csrf_exempt", "login_required", "require_GET", "require_POST", "view_config"})
_HANDLER_BASE = re.compile(r"(RequestHandler|View|ViewSet|Resource|HTTPEndpoint)\Z")
_REQUEST = frozenset({"request", "req"})
# The attributes that hold what was sent: a fixture of pytest is called request too, and has others.
_SENT = words(
    "GET POST FILES COOKIES META args form values json data cookies headers files body query params "
    "query_params path_params match_info query_string rel_url get_json get_data stream text url forms "
    "query_arguments body_arguments"
)
_HANDLER_SENT = frozenset({"path", "headers", "rfile"})
_HANDLER_METHODS = frozenset({"get_argument", "get_query_argument", "get_body_argument", "get_cookie"})

_LOCAL_CALLS = frozenset({"input", "raw_input", "os.getenv", "os.environ.get", "sys.stdin.read", "sys.stdin.readline"})
_LOCAL_NAMES = frozenset({"sys.argv", "os.environ", "sys.stdin"})
_RECEIVING = frozenset({"recv", "recvfrom", "recv_string", "receive_text", "receive_bytes", "receive_json"})
_FETCHING = re.compile(r"(?:requests|httpx)\.(?:get|post|put|request)\Z|urllib\.request\.urlopen\Z")
# The command line's user may open any file: only strangers' paths are dangerous.
_FROM_USER = frozenset(Rule) - {Rule.PATH}

_HARMLESS_TYPES = words(
    "int float bool complex Decimal date datetime time timedelta UUID Session AsyncSession Connection Cursor "
    "BackgroundTasks Response"
)
_TYPE_WRAPPERS = words("None Optional Union Annotated list List Sequence Iterable tuple Tuple set Set Query")
_HARMLESS_CONVERTER = re.compile(r"<(?:int|float|uuid)(?:\([^)]*\))?:(\w+)>")

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Sources:
    """What comes from outside in one module."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def parameters(self, function: Function, owner: ast.ClassDef | None) -> dict[str, Value]:
        """What the parameters of a function may bring, by their names."""
        given = function.args
        ordered = [*given.posonlyargs, *given.args]
        static = any(last(decorator) == "staticmethod" for decorator in function.decorator_list)
        if owner and not static:
            ordered = ordered[1:]
        trust = Trust.REMOTE if self._is_handler(function, ordered, owner) else Trust.PARAMETER
        numbers = set(_harmless_in_routes(function))
        defaults = _defaults(given)
        rest = [each for each in (given.vararg, given.kwarg) if each]
        found = {}
        for each in (*ordered, *given.kwonlyargs, *rest):
            harmless = each.arg in numbers or _is_harmless(each.annotation) or _sets_type(defaults.get(each.arg))
            # What of a request was sent is told by its attributes.
            if not harmless and not (each.arg in _REQUEST and each in ordered[:1]):
                found[each.arg] = tainted(Source(f"parameter `{each.arg}`", each.lineno, trust))
        return found

    def attribute(self, node: ast.Attribute, owner: ast.ClassDef | None) -> Value | None:
        """What an attribute brings if it is a source itself."""
        name = self._names.full(node)
        if name in _LOCAL_NAMES:
            return tainted(Source(f"`{name}`", node.lineno, Trust.LOCAL), _FROM_USER)
        holder = last(node.value)
        if (holder in _REQUEST and node.attr in _SENT) or (
            holder == "self" and node.attr in _HANDLER_SENT and owner and _handler_class(owner)
        ):
            return tainted(Source(f"`{dotted(node) or node.attr}`", node.lineno, Trust.REMOTE))
        return None

    def call(self, node: ast.Call, owner: ast.ClassDef | None) -> Value | None:
        """What a call returns if it is a source itself."""
        if isinstance(node.func, ast.Attribute) and (sent := self.attribute(node.func, owner)):
            return sent
        name, method = self._names.full(node.func), last(node.func)
        if name in _LOCAL_CALLS:
            return tainted(Source(f"`{name}()`", node.lineno, Trust.LOCAL), _FROM_USER)
        if method == "parse_args" and isinstance(node.func, ast.Attribute):
            return tainted(Source("the command line", node.lineno, Trust.LOCAL), _FROM_USER)
        received = method in _RECEIVING and isinstance(node.func, ast.Attribute)
        asked = method in _HANDLER_METHODS and owner is not None and _handler_class(owner)
        if received or asked:
            return tainted(Source(f"`{method}()`", node.lineno, Trust.REMOTE))
        if _FETCHING.match(name):
            # What a server answers: not to be run, though a program may well keep its files by the names it says.
            return tainted(Source(f"`{name}()`", node.lineno, Trust.REMOTE), (Rule.CODE, Rule.DATA, Rule.SHELL))
        return None

    def _is_handler(self, function: Function, parameters: list[ast.arg], owner: ast.ClassDef | None) -> bool:
        if any(_is_route(decorator) for decorator in function.decorator_list):
            return True
        first = parameters[0].arg if parameters else ""
        return first == "request" and (owner is None or _handler_class(owner))


def parameter_names(function: Function) -> list[str]:
    """The names of all parameters, ``*`` and ``**`` included."""
    given = function.args
    rest = [each for each in (given.vararg, given.kwarg) if each]
    return [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, *rest)]


def _is_route(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if last(called) in _VIEWS:
        return True
    path = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
    is_path = isinstance(path, ast.Constant) and isinstance(path.value, str) and path.value.startswith("/")
    return is_path and isinstance(called, ast.Attribute) and called.attr in _ROUTES


def _harmless_in_routes(function: Function) -> Iterator[str]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and decorator.args and isinstance(decorator.args[0], ast.Constant):
            yield from _HARMLESS_CONVERTER.findall(str(decorator.args[0].value))


def _handler_class(owner: ast.ClassDef) -> bool:
    return any(_HANDLER_BASE.search(last(base)) for base in owner.bases)


def _is_harmless(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = parse_tree(annotation.value, mode="eval").body
        except (SyntaxError, ValueError):
            return False
    if annotation is None:
        return False
    nodes = list(ast.walk(annotation))
    modules = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    named = {last(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute) and id(node) not in modules}
    return "Literal" in named or (bool(named & _HARMLESS_TYPES) and not named - _HARMLESS_TYPES - _TYPE_WRAPPERS)


def _sets_type(default: ast.expr | None) -> bool:
    """Whether a default says that the parameter is a number, a flag, or what the framework puts there."""
    if isinstance(default, ast.Call):
        return last(default.func) in {"Depends", "Security"}
    return isinstance(default, ast.Constant) and isinstance(default.value, int | float)


def _defaults(given: ast.arguments) -> dict[str, ast.expr]:
    positional = [*given.posonlyargs, *given.args]
    named = positional[len(positional) - len(given.defaults) :]
    found = {each.arg: default for each, default in zip(named, given.defaults, strict=True)}
    keyword_only = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    return found | {each.arg: default for each, default in keyword_only if default}
