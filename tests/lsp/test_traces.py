"""workspace/executeCommand: the remembered outcomes as a list, and each with all that is drawn of it."""

from __future__ import annotations

TEXT = "def add(a, b):\n    ...\n"
GOOD = "```python\ndef add(a, b):\n    return a + b\n```"
BAD = "```python\ndef add(a, b):\n    return a + undefined_name\n```"


async def test_the_list_has_grey_text_and_actions_newest_first(start):
    editor = await start(GOOD, "a + b")
    uri = editor.open("a.py", TEXT)
    assert await editor.command("autoglm.traces") == []
    done = await editor.command("autoglm.implement", {"uri": uri, "version": 1, "name": "add"})
    editor.change(uri, 2, "def add(a, b):\n    return \n")
    assert await editor.inline(uri, 1, 11) is not None
    grey, action = await editor.command("autoglm.traces")
    assert (grey["kind"], grey["target"], grey["status"]) == ("inline", None, "accepted")
    assert action["id"] == done["outcome"]
    assert (action["kind"], action["target"], action["attempts"]) == ("implement", "add", 1)
    assert action["file"].endswith("a.py")
    assert grey["ended_at"] >= action["ended_at"] > 1_600_000_000


async def test_a_trace_has_each_attempt_with_its_findings_and_its_prompt(start):
    editor = await start(BAD, GOOD)
    uri = editor.open("a.py", TEXT)
    done = await editor.command("autoglm.implement", {"uri": uri, "version": 1, "name": "add"})
    trace = await editor.command("autoglm.trace", done["outcome"])
    assert trace["before"] == TEXT.rstrip("\n")
    first, *_, last = trace["attempts"]
    (finding, *_) = first["rejected_by"]
    assert (finding["line"], finding["column"], finding["end_column"]) == (2, 16, 30)
    assert "+    return a + undefined_name" in first["diff"]
    assert "def add" in first["prompt"][-1]["content"]
    assert trace["accepted"] == last["number"]
    assert await editor.command("autoglm.trace") == trace, "nothing named: the last one"


async def test_an_outcome_that_is_not_there_is_refused_in_words(start, refused):
    editor = await start(GOOD)
    for arguments in ((), ("0123456789ab",)):
        assert "no such trace" in (await refused(editor.command("autoglm.trace", *arguments))).message
    assert (await refused(editor.command("autoglm.trace", 1))).code == -32602


async def test_typing_does_not_push_an_action_out(start):
    editor = await start(GOOD)
    uri = editor.open("a.py", TEXT)
    done = await editor.command("autoglm.implement", {"uri": uri, "version": 1, "name": "add"})
    for _ in range(210):
        await editor.text_document_inline_completion_async(editor.inline_params(uri, 0, 3))
    *grey, action = await editor.command("autoglm.traces")
    assert action["id"] == done["outcome"]
    assert {trace["kind"] for trace in grey} == {"inline"}
    assert len(grey) == 50, "the latest of the 200 that are remembered"
    assert (await editor.command("autoglm.trace", done["outcome"]))["target"] == "add"
