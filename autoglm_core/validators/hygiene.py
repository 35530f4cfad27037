"""What new tests may not do, found by reading them: what makes them slow, flaky, harmful, or prove nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autoglm_core.analysis.added_tests import TestFunction, added_tests
from autoglm_core.analysis.functions import FunctionNode, functions_by_name, parse_text
from autoglm_core.types import Cost, Draft, Finding, Report, Severity, Task, TaskKind
from autoglm_core.validators.places import header_span

_NETWORK_MODULES = (
    "aiohttp ftplib http.client httpx imaplib paramiko poplib requests smtplib socket telnetlib urllib.request urllib3 "
    "websockets xmlrpc.client"
)
_NETWORK = frozenset(_NETWORK_MODULES.split())
_SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "sleep"})
_WRITING_METHODS = frozenset({"write_text", "write_bytes", "touch", "mkdir", "unlink", "rmdir", "symlink_to"})
_WRITING_FUNCTIONS = (
    "os.remove os.unlink os.mkdir os.makedirs os.rmdir os.removedirs os.rename os.replace os.chmod os.symlink "
    "shutil.rmtree shutil.copy shutil.copy2 shutil.copyfile shutil.copytree shutil.move"
)
_WRITING_CALLS = frozenset(_WRITING_FUNCTIONS.split())
_TEMPORARY = frozenset({"tmp_path", "tmp_path_factory", "tmpdir", "tmpdir_factory", "tempfile"})
_SKIPPING = frozenset({"skip", "skipif", "xfail", "importorskip", "skipIf", "skipUnless", "expectedFailure"})
_ASSERTING = frozenset({"raises", "warns", "fail", "approx_equal", "deprecated_call"})
_SOURCE_READERS = frozenset({"inspect.getsource", "getsource", "inspect.getsourcelines", "inspect.getsourcefile"})


class HygieneValidator:
    """The validator ``hygiene``: each finding stands at the ``def`` of the test that it is about."""

    name = "hygiene"
    cost = Cost.INSTANT
    kinds = frozenset({TaskKind.TEST})

    async def check(self, task: Task, draft: Draft) -> Report:
        """Read the tests that the draft adds, and see that those before are as they were."""
        tree = parse_text(draft.document.text)
        if tree is None:
            return Report(self.name, skipped="the tests do not parse")
        findings = list(self._old_ones(task, draft))
        tests = added_tests(task.document.text, draft.document.text)
        if not tests:
            words = "there is no new test: a new function whose name begins with test_ is wanted"
            findings.append(Finding(self.name, "no-test", Severity.ERROR, header_span(task, draft), words))
        network = _imports(tree) & _NETWORK
        helpers = _asserting_helpers(tree)
        subject = parse_text(task.subject.text) if task.subject else None
        own = frozenset(name.rpartition(".")[2] for name in functions_by_name(subject)) if subject else frozenset()
        for test in tests:
            for rule, message in _problems(test, network, helpers, own):
                span = test.span(draft.document)
                findings.append(Finding(self.name, rule, Severity.ERROR, span, f"{test.name}: {message}"))
        summary = "new tests use no network, no sleep, and write nowhere else"
        return Report(self.name, tuple(findings), "" if findings else summary)

    async def aclose(self) -> None:
        """Nothing is held."""

    def _old_ones(self, task: Task, draft: Draft) -> Iterator[Finding]:
        """A finding if what stood in the file does not stand there any more, in its order."""
        before, after = parse_text(task.document.text), parse_text(draft.document.text)
        new = iter([ast.dump(statement) for statement in after.body] if after else [])
        for statement in before.body if before else ():
            if ast.dump(statement) not in new:  # ``in`` goes on where the last one was found
                words = f"existing code of the file was changed: `{ast.unparse(statement).splitlines()[0][:80]}`"
                yield Finding(self.name, "existing-changed", Severity.ERROR, header_span(task, draft), words)
                return


def _problems(
    test: TestFunction, network: frozenset[str], helpers: frozenset[str], own: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Rules and words; ``helpers`` assert something, ``own`` are the names of the functions under test."""
    nodes = list(ast.walk(test.node))
    calls = [(_dotted(node.func), node) for node in nodes if isinstance(node, ast.Call)]
    used = {name for node in nodes if (name := _dotted(node))}
    for module in sorted(network):
        if any(name == module or name.startswith(f"{module.split('.')[0]}.") for name in used):
            yield "network", f"it uses {module}: a test must not need a network"
    if any(name in _SLEEPS for name, _ in calls):
        yield "sleep", "it sleeps: a test waits for nothing"
    if any(name in _SOURCE_READERS for name, _ in calls):
        yield "reads-source", "it reads the source of the code: test what the code does"
    if any(name.rpartition(".")[2] in _SKIPPING for name in used):
        yield "skips", "it may be skipped, or is expected to fail: then it proves nothing"
    temporary = _temporary_names(test.node)
    for name, call in calls:
        if name.rpartition(".")[2] in own or not _writes(name, call):
            continue
        if not any(isinstance(n, ast.Name) and n.id in temporary for n in ast.walk(call)):
            yield "writes", f"`{ast.unparse(call)[:80]}` writes outside tmp_path"
            break
    asserting = [node for node in nodes if _asserts(node)]
    if not asserting and not any(name.rpartition(".")[2] in helpers for name, _ in calls):
        yield "asserts-nothing", "it asserts nothing"
    elif asserting and all(map(_is_trivial, asserting)):
        yield "asserts-nothing", "what it asserts is always true"


def _imports(tree: ast.Module) -> frozenset[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def _dotted(node: ast.AST) -> str:
    """``a.b.c`` for an attribute of names; empty for other expressions."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return ".".join([node.id, *reversed(parts)])
    return f"().{'.'.join(reversed(parts))}" if parts else ""


def _writes(name: str, call: ast.Call) -> bool:
    if name in ("open", "io.open", "os.open") or name.endswith(".open"):
        values = [*call.args, *(word.value for word in call.keywords if word.arg == "mode")]
        modes = [v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)]
        return any(len(mode) <= 3 and set(mode) & set("wax+") and set(mode) <= set("rwaxbt+") for mode in modes)
    return name in _WRITING_CALLS or ("." in name and name.rpartition(".")[2] in _WRITING_METHODS)


def _temporary_names(function: FunctionNode) -> set[str]:
    """The names that hold something made in a temporary folder, or nothing of the disk at all."""
    names = set(_TEMPORARY)
    for _ in range(3):  # a name may be made of another one
        for node in ast.walk(function):
            targets: list[ast.expr] = []
            if isinstance(node, ast.Assign):
                value, targets = node.value, node.targets
            elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                value, targets = node.context_expr, [node.optional_vars]
            else:
                continue
            inside = {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}
            in_memory = any(_dotted(each).rpartition(".")[2] in ("StringIO", "BytesIO") for each in ast.walk(value))
            if inside & names or in_memory:
                names |= {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return names


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    last = _dotted(node.func).rpartition(".")[2]
    return last in _ASSERTING or (last.startswith("assert") and last != "assert_")


def _is_trivial(node: ast.AST) -> bool:
    """``assert True``, ``assert x == x`` and the like."""
    if not isinstance(node, ast.Assert):
        return False
    test = node.test
    if isinstance(test, ast.Constant):
        return bool(test.value)
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], (ast.Eq, ast.Is, ast.LtE, ast.GtE))
        and not any(isinstance(each, ast.Call) for each in ast.walk(test))
        and ast.dump(test.left) == ast.dump(test.comparators[0])
    )


def _asserting_helpers(tree: ast.Module) -> frozenset[str]:
    """The functions of the file, tests left out, that assert something."""
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    helpers = [function for function in functions if not function.name.startswith("test")]
    return frozenset(function.name for function in helpers if any(map(_asserts, ast.walk(function))))
