"""Definitions from the workspace, found by jedi."""

from pathlib import Path

from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.project import ProjectContext
from autoglm_core.targets import find_target
from autoglm_core.types import Context, Document, Span, Task, TaskKind, Workspace

MODEL = 'class Order:\n    """An order."""\n\n    total: int = 0\n'
USE = "from models import Order\n\n\ndef pay(order: Order) -> int:\n    ...\n"


async def gather(folder: Path, unsaved: dict[Path, str] | None = None) -> Context:
    document = Document(folder / "use.py", USE)
    target = find_target(document, "pay")
    workspace = Workspace((folder,), unsaved or {})
    task = Task(TaskKind.IMPLEMENT, document, target.span, workspace, target)
    return await ProjectContext(Exclusions()).gather(task, 1000)


async def test_a_definition_in_another_file_comes_along(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODEL)
    context = await gather(tmp_path)
    assert [snippet.title for snippet in context.snippets] == ["models.py: Order"]
    assert "total: int" in context.snippets[0].text
    assert context.before == "from models import Order\n\n\n"


async def test_unsaved_text_counts(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODEL)
    changed = MODEL.replace("total: int = 0", "amount: float = 0")
    context = await gather(tmp_path, {tmp_path / "models.py": changed})
    assert "amount: float" in context.snippets[0].text


async def test_an_excluded_file_is_never_read_into_the_context(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODEL)
    (tmp_path / ".gitignore").write_text("models.py\n")
    assert (await gather(tmp_path)).snippets == ()


async def test_the_standard_library_is_left_out(tmp_path: Path) -> None:
    document = Document(tmp_path / "a.py", "from pathlib import Path\n\n\ndef f(p: Path): ...\n")
    target = find_target(document, "f")
    task = Task(TaskKind.IMPLEMENT, document, target.span, Workspace((tmp_path,)), target)
    assert (await ProjectContext(Exclusions()).gather(task, 1000)).snippets == ()


async def test_a_cursor_gets_the_text_around_it(tmp_path: Path) -> None:
    document = Document(tmp_path / "a.py", "x = 1\ny = \nz = 3\n")
    task = Task(TaskKind.INLINE, document, Span(10, 10), Workspace((tmp_path,)))
    assert await ProjectContext(Exclusions()).gather(task, 100) == Context("x = 1\ny = ", "\nz = 3\n")


async def test_a_definition_that_moved_in_an_editor_is_shown_as_it_stands_there(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODEL)
    moved = "# a\n# b\n\n" + MODEL.replace("An order", "An order of today")
    context = await gather(tmp_path, {tmp_path / "models.py": moved})
    assert context.snippets[0].text.startswith("class Order:")
    assert "of today" in context.snippets[0].text
    assert (await gather(tmp_path, {tmp_path / "models.py": "# gone\n"})).snippets == ()


async def test_a_link_out_of_the_workspace_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "outside.py").write_text(MODEL)
    (tmp_path / "in" / "models.py").symlink_to(tmp_path / "outside.py")
    assert (await gather(tmp_path / "in")).snippets == ()
