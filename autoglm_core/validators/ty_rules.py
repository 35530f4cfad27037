"""How bad each finding of ty is: a table, by evidence from code that works.

ty is made for typed code, and much of what it reports on untyped code is no fault. So its rules were run
over code that works: 168 modules of the standard library (3.11) and 19 packages from PyPI, among them
httpx, starlette, jedi, rich, pytest and pip, 382,000 lines in all (``ty check --output-format concise``,
ty 0.0.105). Of 3,308 findings there, this table calls 1,031 errors: 316 are imports of what was not
installed, most others are calls into other platforms' modules, names made at run time, and what the copied
modules' stubs leave out. What a whole check rejects wrongly, ``benchmarks/wrong_rejections.py`` counts.
"""

from __future__ import annotations

import re

from autoglm_core.types import Severity

# A type that is one known thing: no union, intersection, callable or object, and nothing unknown.
# The members of an enum are left out: they may have attributes that only its __new__ sets.
_UNSURE = r"(?!object`|None`|type`|Unknown`|Any`|Literal\[[A-Za-z_]\w*\.)"
_KNOWN = rf"{_UNSURE}(?:<class '\w+'>|<module '[\w.]+'>|[A-Za-z]\w*(?:\[[^|&~]*\])?)"
_PLAIN = r"(?:Literal\[(?:-?\d+|b?\"[^\"]*\")\]|int|float|str|bytes|(?:list|dict|set|tuple)\[[^|&~]*\])"

_ALWAYS = frozenset(
    {
        "unresolved-reference",
        "missing-argument",
        "parameter-already-assigned",
        "positional-only-parameter-as-kwarg",
        "invalid-await",
        "invalid-base",
        "invalid-dataclass-field-order",
        "invalid-exception-caught",
        "duplicate-base",
        "inconsistent-mro",
        "conflicting-metaclass",
        "cyclic-class-definition",
        "instance-layout-conflict",
        "index-out-of-bounds",
        "zero-stepsize-in-slice",
        "unavailable-implicit-super-arguments",
        "import-not-found",
        "invalid-syntax",
    }
)

# Where only one form of the message is sure: a private name may be missing from the stubs alone, a base class
# made at run time looks like ``object``, and ``None`` is often an attribute's first value.
_FORMS = {
    "missing-module-member": r"Module `.+` has no member `(?!_)\w+`",
    "missing-attribute": (
        rf"(?:Module `.+` has no member|(?:Object of type|Class) `{_KNOWN}` has no attribute) `(?!_)\w+`"
        r"|Object of type `Self@\w+` has no attribute"
    ),
    "too-many-positional-arguments": r"(?!.*`object\.__init__`)",
    "unknown-argument": r"(?!.*`object\.__init__`)",
    "not-callable": rf"Object of type `(?:{_PLAIN}|<module '.+'>)` is not callable",
    "not-iterable": r"Object of type `(?:Literal\[[-\d]+\]|int|float)` is not iterable",
    "unsupported-operator": rf"Operator `.+` is not supported between objects of type `{_PLAIN}` and `{_PLAIN}`",
    # Among the 33,160 findings of ty 0.0.105 in the library and in 17 packages there is none of this form.
    "invalid-argument-type": (
        r"Argument to function `(?:len|sum|sorted)` is incorrect: Expected `(?:Sized|Iterable\[.*)`,"
        r" found `(?:int|float|Literal\[-?\d+\])`"
    ),
    "unused-awaitable": r"Object of type `CoroutineType\[",
}

# Reported on what is no fault of the code, or what another validator says better.
_HINTS = frozenset(
    {
        "deprecated",
        "blanket-ignore-comment",
        "ignore-comment-unknown-rule",
        "invalid-ignore-comment",
        "renamed-rule-in-ignore-comment",
        "unused-ignore-comment",
        "unused-type-ignore-comment",
        "unresolved-global",
        "redundant-cast",
        "redundant-condition",
        "truthiness-test-of-iterable",
        "mismatched-type-name",
        "useless-overload-body",
        "undefined-reveal",
    }
)

_GUARDS = {
    "import-not-found": frozenset({"ImportError", "ModuleNotFoundError"}),
    "missing-module-member": frozenset({"ImportError"}),
    "missing-attribute": frozenset({"AttributeError"}),
    "unresolved-reference": frozenset({"NameError"}),
}
_GUARDS_ALL = frozenset({"*", "Exception", "BaseException"})

DECISIVE_RULES = tuple(sorted((_ALWAYS - {"invalid-syntax"}) | _FORMS.keys()))
"""The rules that can be errors: a workspace's own ty settings do not switch them off."""


def missing_thing(rule: str, message: str) -> str | None:
    """What a finding says is missing, if code that works may lack it in many places.

    That is a module that is not installed here, or an attribute that a mixin takes from the classes it is
    mixed into. None for other findings.
    """
    if rule == "import-not-found":
        module = re.match(r"Cannot resolve imported module `(\w+)", message)
        return module and f"module {module[1]}"
    if rule in ("missing-attribute", "missing-module-member"):
        return re.sub(r"Self@\w+", "Self", message)
    return None


def severity(rule: str, message: str) -> Severity:
    """How bad a finding is, by its rule and the first line of its message."""
    if rule in _ALWAYS or (rule in _FORMS and re.match(_FORMS[rule], message)):
        return Severity.ERROR
    return Severity.INFO if rule in _HINTS else Severity.WARNING


def is_guarded(rule: str, caught: frozenset[str]) -> bool:
    """Whether code that catches these exceptions reckons with what the rule reports: an optional import."""
    return rule in _GUARDS and bool(caught & (_GUARDS[rule] | _GUARDS_ALL))
