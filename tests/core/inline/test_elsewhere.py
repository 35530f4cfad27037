"""What a completion learns from other files: signatures in reach, similar code, unsaved text; what it never sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from autoglm_core.config import InlineSettings, Settings
from autoglm_core.context.exclusion import Exclusions
from autoglm_core.engines.scripted import ScriptedEngine
from autoglm_core.inline import elsewhere as elsewhere_module
from autoglm_core.inline.elsewhere import KINDS, Elsewhere
from autoglm_core.inline.pipeline import InlinePipeline
from autoglm_core.inline.sources import InlineSources
from autoglm_core.metrics import Metrics
from autoglm_core.types import Document, FimPrompt, Span, Task, TaskKind, Workspace
from autoglm_core.validators.runner import Runner
from autoglm_core.validators.syntax import SyntaxValidator

SHOP = '''class Basket:
    def add_article(self, article, count=1):
        """Put an article into the basket."""
        self.articles[article] = count


def price_of(basket, currency):
    """What a basket costs."""
    return sum(basket.articles.values())
'''
ORDER = "from shop import price_of\n\n\ndef order_total(basket, currency):\n    total = price_of(|\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(SHOP, "utf-8")
    return tmp_path


def at(folder: Path, marked: str, unsaved: dict[Path, str] | None = None, file: str = "order.py") -> Task:
    offset = marked.index("|")
    document = Document(folder / file, marked.replace("|", ""))
    return Task(TaskKind.INLINE, document, Span(offset, offset), Workspace((folder,), unsaved or {}))


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    made = Elsewhere(Exclusions(()), patience_s=30)
    yield made
    await made.aclose()


def _texts(found: tuple[object, ...]) -> str:
    return "\n".join(f"{one.title}\n{one.text}" for one in found)  # type: ignore[attr-defined]


async def test_the_signature_of_what_is_called_and_similar_code_are_found(elsewhere: Elsewhere, project: Path) -> None:
    task = at(project, ORDER)
    await elsewhere.indexed(task.workspace)
    found = _texts(await elsewhere.snippets(task, 256))
    assert "shop.py: price_of" in found
    assert "def price_of(basket, currency)" in found


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_finds_something_by_itself(kind: str, project: Path) -> None:
    elsewhere = Elsewhere(Exclusions(()), [kind], patience_s=30)
    try:
        task = at(project, ORDER)
        await elsewhere.indexed(task.workspace)
        assert "price_of(basket, currency)" in _texts(await elsewhere.snippets(task, 256))
    finally:
        await elsewhere.aclose()


async def test_no_more_than_the_room_is_taken(elsewhere: Elsewhere, project: Path) -> None:
    task = at(project, ORDER)
    await elsewhere.indexed(task.workspace)
    assert await elsewhere.snippets(task, 4) == ()


async def test_unsaved_text_counts_and_not_what_is_on_the_disk(elsewhere: Elsewhere, project: Path) -> None:
    renamed = SHOP.replace("def price_of(basket, currency)", "def cost_of(basket, currency, discount)")
    workspace = at(project, ORDER, {project / "shop.py": renamed})
    await elsewhere.indexed(workspace.workspace)
    async with asyncio.timeout(30):
        while "cost_of" not in _texts(await elsewhere.snippets(workspace, 256)):
            await asyncio.sleep(0.02)


async def test_a_saved_document_is_found_with_its_new_text(elsewhere: Elsewhere, project: Path) -> None:
    task = at(project, ORDER)
    await elsewhere.indexed(task.workspace)
    elsewhere.saved(project / "shop.py", SHOP + "\n\ndef order_total_of(basket, currency):\n    return 0\n")
    # Asked before the index has it, it would go on with what it answered then.
    assert elsewhere._index
    await elsewhere._index.settled()
    async with asyncio.timeout(30):
        while "order_total_of" not in _texts(await elsewhere.snippets(task, 256)):
            await asyncio.sleep(0.02)


async def test_ignored_and_secret_files_are_never_shown(elsewhere: Elsewhere, project: Path) -> None:
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("shop.py\n", "utf-8")
    task = at(project, ORDER)
    await elsewhere.indexed(task.workspace)
    assert await elsewhere.snippets(task, 256) == ()


async def test_other_languages_and_files_of_no_workspace_have_none(elsewhere: Elsewhere, project: Path) -> None:
    task = at(project, ORDER)
    rust = Task(TaskKind.INLINE, Document(project / "a.rs", "fn a", language="rust"), Span(4, 4), task.workspace)
    alone = Task(TaskKind.INLINE, task.document, task.span, Workspace())
    assert await elsewhere.snippets(rust, 256) == ()
    assert await elsewhere.snippets(alone, 256) == ()


async def test_a_wide_prompt_begins_with_what_was_found_and_a_narrow_one_has_none(project: Path) -> None:
    elsewhere = Elsewhere(Exclusions(()), patience_s=30)
    sources = InlineSources(elsewhere)
    try:
        task = at(project, ORDER)
        await elsewhere.indexed(task.workspace)
        layouts = await sources.layouts(task, 1024)
        assert layouts[0].far.startswith("# shop.py: ")
        assert "# def price_of(basket, currency)" in layouts[0].far
        assert not any("shop.py" in layout.far for layout in await sources.layouts(task, 200))
    finally:
        await sources.aclose()


async def test_the_model_sees_it_in_the_pipeline(project: Path) -> None:
    elsewhere = Elsewhere(Exclusions(()), patience_s=30)
    engine = ScriptedEngine(["basket, currency)"])
    settings = InlineSettings(debounce_ms=1, deadline_ms=30_000)
    runner = Runner([SyntaxValidator()], Settings())
    pipeline = InlinePipeline(engine, InlineSources(elsewhere), runner, settings, Metrics())
    try:
        task = at(project, ORDER)
        await elsewhere.indexed(task.workspace)
        outcome = await pipeline.complete(task, at_once=True)
    finally:
        await pipeline.aclose()
    assert outcome.draft is not None
    (prompt,) = engine.prompts
    assert isinstance(prompt, FimPrompt)
    assert prompt.prefix.startswith("# shop.py: ")


async def test_files_that_come_and_go_without_an_editor_are_seen(
    elsewhere: Elsewhere, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere_module, "_REFRESH_S", 0.0)
    monkeypatch.setattr(elsewhere_module, "_REST", 0)
    task = at(project, ORDER)
    await elsewhere.indexed(task.workspace)
    assert "what a basket costs" in _texts(await elsewhere.snippets(task, 256)).lower()
    (project / "shop.py").unlink()
    (project / "bills.py").write_text(SHOP.replace("price_of", "bill_of"), "utf-8")
    await elsewhere.indexed(task.workspace)
    found = _texts(await elsewhere.snippets(task, 256))
    assert "bills.py: bill_of" in found
    assert "shop.py" not in found


async def test_what_was_never_saved_is_forgotten_when_its_editor_closes(
    elsewhere: Elsewhere, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere_module, "_LOOK_AGAIN_S", 0.0)
    shop = project / "shop.py"
    edited = at(project, ORDER, {shop: SHOP.replace("price_of", "thrown_away")})
    await elsewhere.indexed(edited.workspace)
    for task, word in ((edited, "thrown_away"), (at(project, ORDER), "price_of")):
        async with asyncio.timeout(20):
            while f"shop.py: {word}" not in _texts(await elsewhere.snippets(task, 256)):
                await asyncio.sleep(0.02)
