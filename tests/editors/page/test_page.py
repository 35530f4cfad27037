"""What the page shows, who may see it, and that nothing of a model or a workspace becomes markup."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

pytestmark = pytest.mark.editor

CLAMP = dedent(
    '''\
    def clamp(value: int, low: int, high: int) -> int:
        """Keep a value between two bounds.

        >>> clamp(7, 0, 5)
        5
        >>> clamp(-1, 0, 5)
        0
        """
        ...


    def area(width: float, height: float) -> float:
        return width * height


    def perimeter(width: float, height: float) -> float:
        return 2 * (width + height)
    '''
)
HOSTILE = dedent(
    '''\
    def greet(name: str) -> str:
        """<img src=x onerror="document.title='broken'"> Greet.

        >>> greet("you")
        'hello, you'
        """
        ...
    '''
)
# The second character turns the reading direction of the rest of the line.
TROJAN = "return \"\u202e<script>document.title='broken'</script>\" + name"


def _answer(source: str, body: str) -> str:
    return f"```python\n{source.replace('...', body)}```\n"


def _implement(name: str, path: str, text: str, **more: Any) -> dict[str, Any]:
    files = [{"path": path, "text": text}]
    return {"description": "as its docstring says", "files": files, "target": {"path": path, "name": name}, **more}


def test_each_run_is_listed_with_its_trace_and_metrics(serve: Callable[..., Any]) -> None:
    bodies = ("return min(low, max(value, hihg))", "return min(low, max(value, high))")
    right = _answer(CLAMP, "return max(low, min(value, high))")
    service = serve(*(_answer(CLAMP, body) for body in bodies), right)
    assert service.generate(**_implement("clamp", "clamp.py", CLAMP))["status"] == "accepted"
    service.play("trace")


def test_a_run_is_seen_while_it_is_worked_on_and_when_it_ends(serve: Callable[..., Any]) -> None:
    slow = {"answer": _answer(CLAMP, "return max(low, min(value, high))"), "token_delay_s": 0.05}
    serve(slow, slow).play("live", request=_implement("clamp", "clamp.py", CLAMP))


def test_who_has_no_key_is_asked_for_it_and_it_leaves_the_address(serve: Callable[..., Any]) -> None:
    service = serve(_answer(CLAMP, "return max(low, min(value, high))"))
    service.generate(**_implement("clamp", "clamp.py", CLAMP))
    service.play("key")


def test_what_a_model_or_a_file_says_stays_text(serve: Callable[..., Any]) -> None:
    service = serve(_answer(HOSTILE, TROJAN), "No <b>code</b> <script>document.title='broken'</script>")
    answer = service.generate(**_implement("greet", "<b>greet.py", HOSTILE, attempts=2))
    assert answer["status"] == "rejected"
    service.play("hostile")
