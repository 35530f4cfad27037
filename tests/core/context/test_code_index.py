"""Functions of a workspace that are like a text: what is in the index, and what it answers from key to key."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoglm_core.context.code_index import CodeIndex, IndexCounts
from autoglm_core.context.enclosing import query_at
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.packing import estimate_tokens
from autoglm_core.types import Document, Workspace

SHOP = '''def read_orders(path):
    """Read the orders of a shop."""
    with path.open() as file:
        return [parse_order(line) for line in file]


def send_invoice(customer, address):
    mail = Message(address)
    mail.attach(render_invoice(customer))
    return mail.send()
'''
QUERY = "def load_orders(path):\n    with path.open() as file:\n        orders = [parse_order(line) for line in file]\n"


@pytest.fixture
def index() -> Iterator[CodeIndex]:
    index = CodeIndex(Exclusions())
    yield index
    index.close()


def titles(index: CodeIndex, query: str = QUERY, besides: Path = Path("/none.py"), count: int = 1) -> list[str]:
    return [snippet.title for snippet in index.similar(query, besides=besides, count=count, tokens=400)]


async def test_the_most_similar_function_is_found(index: CodeIndex, tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "shop.py").write_text(SHOP)
    assert not index.ready
    assert titles(index) == []

    await index.refresh(Workspace((tmp_path,)))

    assert index.ready
    assert index.counts == IndexCounts(files=1, pieces=2)
    [snippet] = index.similar(QUERY, besides=tmp_path / "a.py", count=1, tokens=200)
    assert snippet.title == "pkg/shop.py: read_orders"
    assert snippet.text == SHOP.split("\n\n\n")[0]
    assert titles(index, "def invoice(customer, address):\n    mail = ") == ["pkg/shop.py: send_invoice"]
    assert titles(index, besides=tmp_path / "pkg" / "shop.py") == []


async def test_changes_on_the_disk_are_seen(index: CodeIndex, tmp_path: Path) -> None:
    workspace, file = Workspace((tmp_path,)), tmp_path / "shop.py"
    file.write_text(SHOP)
    await index.refresh(workspace)
    file.write_text(SHOP.replace("read_orders", "all_orders"))
    await index.refresh(workspace)
    assert titles(index) == ["shop.py: all_orders"]
    file.unlink()
    (tmp_path / "new.py").write_text(SHOP)
    await index.refresh(workspace)
    assert titles(index) == ["new.py: read_orders"]
    assert index.counts == IndexCounts(files=1, pieces=2)


async def test_a_file_that_has_not_changed_is_not_read_again(index: CodeIndex, tmp_path: Path) -> None:
    workspace, file = Workspace((tmp_path,)), tmp_path / "shop.py"
    file.write_text(SHOP)
    await index.refresh(workspace)
    state = file.stat()
    file.write_text(SHOP.replace("read_orders", "load_orders"))  # the same size, and then the same time
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    await index.refresh(workspace)
    assert titles(index) == ["shop.py: read_orders"]


async def test_a_saved_text_counts_at_once_and_a_deleted_file_is_gone(index: CodeIndex, tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    index.update(file, SHOP)
    await index.settled()
    assert index.counts == IndexCounts()
    await index.refresh(Workspace((tmp_path,)))
    index.update(file, SHOP)
    await index.settled()
    assert titles(index) == ["shop.py: read_orders"]
    file.write_text(SHOP.replace("read_orders", "read_bills"))
    index.reread(file)
    await index.settled()
    assert titles(index) == ["shop.py: read_bills"]
    file.unlink()
    index.reread(file)
    await index.settled()
    assert titles(index) == []
    assert index.counts == IndexCounts()


async def test_excluded_files_and_files_from_outside_are_never_in_it(index: CodeIndex, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for file in (folder / "shop.py", tmp_path / "other.py"):
        file.write_text(SHOP)
    (folder / "link.py").symlink_to(tmp_path / "other.py")
    workspace = Workspace((folder,))
    await index.refresh(workspace)
    index.update(tmp_path / "other.py", SHOP)
    index.update(folder / "link.py", SHOP)
    await index.settled()
    assert titles(index, count=3) == ["shop.py: read_orders"]

    (folder / ".gitignore").write_text("shop.py\n")
    async with asyncio.timeout(10):
        while titles(index):  # for a second at most, and before anything was read again
            await asyncio.sleep(0.05)
    index.update(folder / "shop.py", SHOP)
    await index.refresh(workspace)
    assert index.counts == IndexCounts(excluded=1)


async def test_what_cannot_be_read_is_counted(index: CodeIndex, tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"# caf\xe9\n")
    (tmp_path / "zero.py").write_bytes(b"x = 1\0\n")
    (tmp_path / "large.py").write_bytes(b"#" * 200_001)
    (tmp_path / "half.py").write_text(SHOP + "\n\ntotal = (\n")
    os.mkfifo(tmp_path / "pipe.py")
    await index.refresh(Workspace((tmp_path,)))
    assert index.counts == IndexCounts(files=1, pieces=2, too_large=1, unreadable=2)
    assert titles(index) == ["half.py: read_orders"]


async def test_copies_are_shown_once_and_the_tokens_are_kept(index: CodeIndex, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.py").write_text(SHOP)
    await index.refresh(Workspace((tmp_path,)))
    assert titles(index, count=3) == ["a.py: read_orders"]
    assert index.similar(QUERY, besides=tmp_path / "x.py", count=3, tokens=5) == ()
    [snippet] = index.similar(QUERY, besides=tmp_path / "x.py", count=3, tokens=60)
    assert estimate_tokens(snippet.text) <= 60


async def test_cancelling_stops_a_build_and_the_next_goes_on(index: CodeIndex, tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / f"m{number:03}.py").write_text(SHOP)
    work = asyncio.create_task(index.refresh(Workspace((tmp_path,))))
    while not index.counts.files:
        await asyncio.sleep(0.001)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await index.settled()
    assert 0 < index.counts.files < 400
    assert not index.ready
    await index.refresh(Workspace((tmp_path,)))
    assert index.counts == IndexCounts(files=400, pieces=800)


async def test_the_loop_goes_on_during_a_build(index: CodeIndex, tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"m{number:03}.py").write_text(SHOP * 20)
    work = asyncio.create_task(index.refresh(Workspace((tmp_path,))))
    turns = 0
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


async def test_keys_do_not_change_the_answer_while_it_is_similar(index: CodeIndex, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "copy.py").write_text(SHOP.replace("orders", "items").replace("order", "item"))
    await index.refresh(Workspace((tmp_path,)))
    document, answers = Document(tmp_path / "a.py", QUERY), []
    for size in range(QUERY.index("file:"), len(QUERY)):
        typed = Document(document.path, QUERY[:size])
        answers.append(index.similar(query_at(typed, size), besides=document.path, count=2, tokens=300))
    assert answers[-1]
    assert len(set(answers)) <= 2
