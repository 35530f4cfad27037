"""Signatures of what is in reach, from real files, and from key to key."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.reach import Reach
from autoglm_core.context.signatures import JEDI
from autoglm_core.types import Document, Snippet, Workspace

MODELS = '''RATE = 3


class Order:
    """An order."""

    def __init__(self, total: int, *, tax: float = 0.2) -> None:
        self.total = total
        self._hidden = 1

    def pay(self, amount: int) -> bool:
        """Pay some.

        More about it.
        """
        return amount > 0

    @property
    def due(self) -> int:
        return 1


def load(path: str) -> Order:
    """Load one."""
    return Order(1)
'''
USE = "import json\nfrom models import RATE, Order, load\n\n\ndef pay(order: Order):\n    "
ORDER = Snippet("models.py: Order", 'class Order:\n    """An order."""\nOrder(total: int, *, tax: float=0.2)')
LOAD = Snippet("models.py: load", 'def load(path: str) -> Order\n    """Load one."""')
MEMBERS = Snippet("models.py: Order", "attributes: due; total\nmethods: pay(amount: int) -> bool")


@pytest.fixture
def reach() -> Iterator[Reach]:
    reach = Reach(Exclusions())
    yield reach
    reach.close()


async def found(
    reach: Reach, folder: Path, typed: str, *, seconds: float = 20.0, head: str = USE
) -> tuple[Snippet, ...]:
    text = head + typed
    document = Document(folder / "use.py", text)
    return await reach.signatures(document, len(text), Workspace((folder,)), seconds=seconds)


async def test_names_of_the_function_in_the_order_of_their_use(reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    assert await found(reach, tmp_path, "x = load(RATE)\n    ") == (ORDER, LOAD, Snippet("models.py: RATE", "RATE = 3"))


async def test_the_members_of_the_object_before_the_dot(reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    for typed in ("order.", "order.p", "order.pay"):
        assert await found(reach, tmp_path, typed) == (ORDER, MEMBERS)


async def test_what_is_called_at_the_cursor(reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    pay = Snippet("models.py: pay", 'def pay(amount: int) -> bool\n    """Pay some."""')
    assert await found(reach, tmp_path, "order.pay(") == (ORDER, pay)
    [_, dumps] = await found(reach, tmp_path, "json.dumps(order, ")
    assert dumps.title == "json: dumps"
    assert dumps.text.startswith("def dumps(obj: Any, ")
    assert len(dumps.text.splitlines()) == 2


async def test_at_most_twelve_members_in_three_lines(reach: Reach, tmp_path: Path) -> None:
    methods = "".join(f"    def method_{n:02}(self, first, second): pass\n" for n in range(30))
    (tmp_path / "models.py").write_text(f"class Order:\n{methods}")
    snippet = (await found(reach, tmp_path, "order."))[-1]
    assert snippet.text.count("(") <= 12
    assert len(snippet.text.splitlines()) <= 3
    assert len(snippet.text) < 400


async def test_a_function_typed_key_by_key_only_adds_to_the_end(reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    typed, answers = "first = load('a')\n    rate = RATE\n    return first", []
    for size in range(1, len(typed) + 1):
        if typed[:size].endswith((" ", "\n")):
            continue
        answers.append(await found(reach, tmp_path, typed[:size]))
    for before, after in itertools.pairwise(answers):
        assert after[: len(before)] == before
    assert answers[-1] == (ORDER, LOAD, Snippet("models.py: RATE", "RATE = 3"))


async def test_a_changed_file_is_looked_up_anew(reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    await found(reach, tmp_path, "load\n    ")
    (tmp_path / "models.py").write_text(MODELS.replace("path: str", "path: bytes, more: int"))
    [_, load] = await found(reach, tmp_path, "load\n    ")
    assert load.text.startswith("def load(path: bytes, more: int)")


async def test_too_late_it_answers_with_what_it_knew_and_the_next_key_has_the_rest(
    reach: Reach, tmp_path: Path
) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    assert await found(reach, tmp_path, "") == (ORDER,)
    with JEDI:  # whoever else uses jedi at the moment
        assert await found(reach, tmp_path, "load\n    ", seconds=0.05) == (ORDER,)
        assert await found(reach, tmp_path, "load\n    ", seconds=0.0, head=USE.replace("pay", "other")) == ()
    assert await found(reach, tmp_path, "load\n    ") == (ORDER, LOAD)


async def test_a_cancelled_key_leaves_its_answer_for_the_next_one(reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    JEDI.acquire()
    try:
        key = asyncio.create_task(found(reach, tmp_path, "load\n    "))
        await asyncio.sleep(0.02)
        key.cancel()
        with pytest.raises(asyncio.CancelledError):
            await key
    finally:
        JEDI.release()
    assert await found(reach, tmp_path, "load\n    ") == (ORDER, LOAD)


async def test_excluded_files_are_not_shown_and_no_longer_shown(reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    assert await found(reach, tmp_path, "order.") == (ORDER, MEMBERS)
    (tmp_path / ".gitignore").write_text("models.py\n")
    assert await found(reach, tmp_path, "order.") == ()
    assert await found(Reach(Exclusions()), tmp_path, "order.pay(load(") == ()


async def test_what_links_and_pipes_lead_to_is_not_shown(reach: Reach, tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "models.py").write_text(MODELS)
    (inside / "models.py").symlink_to(outside / "models.py")
    assert await found(reach, inside, "order.pay(") == ()
    (inside / "models.py").unlink()
    os.mkfifo(inside / "models.py")
    assert await found(Reach(Exclusions()), inside, "order.pay(") == ()


async def test_files_are_not_searched_for_the_type_of_a_parameter(reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    (tmp_path / "calls.py").write_text("from models import Order\nfrom use import pay\npay(Order(1))\n")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "buildout.cfg").write_text("")
    (tmp_path / "bin").mkdir()
    os.mkfifo(tmp_path / "bin" / "script")
    head = "from models import load\n\n\ndef pay(order):\n    "
    assert await found(reach, tmp_path, "order.pay(load(", head=head) == (LOAD,)


async def test_modules_beside_the_file_and_below_src_are_found(reach: Reach, tmp_path: Path) -> None:
    for folder in (tmp_path / "src", tmp_path / "tools"):
        folder.mkdir()
    (tmp_path / "src" / "models.py").write_text(MODELS)
    (tmp_path / "tools" / "beside.py").write_text("def near(): pass\n")
    text = "from models import load\nfrom beside import near\n\n\ndef f():\n    load(near)\n    "
    document = Document(tmp_path / "tools" / "use.py", text)
    titles = [s.title for s in await reach.signatures(document, len(text), Workspace((tmp_path,)), seconds=20)]
    assert titles == ["src/models.py: load", "tools/beside.py: near"]


async def test_no_code_of_the_workspace_is_run(reach: Reach, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    for name in ("models.py", "sitecustomize.py", "json.py"):
        (tmp_path / name).write_text(trap + MODELS)
    assert ORDER in await found(reach, tmp_path, "order.pay(json.dumps(")
    assert not (tmp_path / "ran").exists()


async def test_half_typed_text_and_other_languages(reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    for typed in ("", "(((", "x = [load(", "load(load(Order.", "'''"):
        assert (await found(reach, tmp_path, typed))[:1] == (ORDER,)
    document = Document(tmp_path / "a.rs", "fn main() {", language="rust")
    assert await reach.signatures(document, 5, Workspace((tmp_path,)), seconds=1) == ()
