"""Adds the import that a name lacks, where only one is meant."""

from __future__ import annotations

import ast
import re
import sys

from autoglm_core.analysis.trees import parse_tree

_KNOWN = {
    "collections": "Counter defaultdict deque namedtuple OrderedDict ChainMap",
    "collections.abc": "Callable Iterable Iterator Mapping MutableMapping Sequence Generator Hashable Collection",
    "contextlib": "contextmanager suppress closing ExitStack",
    "copy": "deepcopy",
    "dataclasses": "dataclass field",
    "datetime": "timedelta timezone",
    "decimal": "Decimal",
    "enum": "Enum IntEnum Flag auto",
    "fractions": "Fraction",
    "functools": "reduce lru_cache cache cached_property partial wraps cmp_to_key singledispatch total_ordering",
    "heapq": "heappush heappop heapify nlargest nsmallest heapreplace heappushpop",
    "bisect": "bisect_left bisect_right insort",
    "itertools": "accumulate chain combinations combinations_with_replacement cycle groupby islice pairwise "
    "permutations product starmap takewhile dropwhile zip_longest",
    "math": "ceil comb factorial floor gcd hypot inf isclose isqrt lcm log2 log10 perm pi prod sqrt",
    "pathlib": "Path PurePath",
    "statistics": "mean median stdev",
    "typing": "Any ClassVar Dict Final FrozenSet Generic List Literal NamedTuple NoReturn Optional Protocol Set Tuple "
    "Type TypeVar Union",
}
_FROM = {name: module for module, names in _KNOWN.items() for name in names.split()}
_MODULES = frozenset(name for name in sys.stdlib_module_names if not name.startswith("_"))


def import_for(name: str, text: str) -> str | None:
    """The statement that brings ``name`` into a text that uses it; None where it is not known for certain.

    A name of a module counts only where an attribute of it is used (``math.sqrt``).
    """
    if name in _FROM:
        return f"from {_FROM[name]} import {name}"
    if name in _MODULES and re.search(rf"(?<![\w.]){re.escape(name)}\.\w", text):
        return f"import {name}"
    return None


def with_import(text: str, statement: str) -> str:
    """The text with one more import, behind the imports, the docstring and the comments at its top."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(newline)
    try:
        body = parse_tree(text).body
    except (SyntaxError, ValueError):
        return text
    line = 0
    for number, node in enumerate(body):
        documents = number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not documents and not isinstance(node, (ast.Import, ast.ImportFrom)):
            break
        line = node.end_lineno or node.lineno
    while not line and lines[line:] and lines[line].startswith("#"):
        line += 1
    apart = [] if line and body and isinstance(body[0], (ast.Import, ast.ImportFrom)) else [""]
    return newline.join([*lines[:line], statement, *apart, *lines[line:]])
