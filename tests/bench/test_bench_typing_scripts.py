"""What is typed: the spans of functions in real files, and the pauses."""

from __future__ import annotations

from autoglm_bench.typing_scripts import write_scripts

SOURCE = '''"""A module."""
\x0c
@decorated
async def first(a):
    """Say it.

    At length.
    """
    if a:
        return a
    a += 1
    return -a


def short():
    return 1
'''


def test_a_body_begins_behind_the_docstring_also_below_a_form_feed() -> None:
    (script,) = write_scripts({"a.py": SOURCE}, 9, 0)

    assert script.name == "first"
    assert script.body == "\n    if a:\n        return a\n    a += 1\n    return -a"
    assert script.before.endswith('At length.\n    """')
    assert script.before + script.body + script.after == SOURCE


def test_from_the_header_all_of_the_function_is_typed() -> None:
    (script,) = write_scripts({"a.py": SOURCE}, 9, 0, from_header=True)

    assert script.body.startswith('\nasync def first(a):\n    """Say it.')
    assert script.before.endswith("@decorated")
    assert script.before + script.body + script.after == SOURCE
    assert len(script.gaps) == len(script.body)


def test_lines_and_blocks_begin_after_a_pause() -> None:
    medians: dict[str, list[float]] = {}
    for seed in range(200):
        (script,) = write_scripts({"a.py": SOURCE}, 1, seed)
        for text in ("if a", "return a\n", "a +=", "f a"):
            medians.setdefault(text, []).append(script.gaps[script.body.index(text)])
    found = {text: sorted(gaps)[100] for text, gaps in medians.items()}

    assert 1.0 < found["if a"] < 1.4  # begins the body
    assert 1.0 < found["return a\n"] < 1.4  # begins a block
    assert 0.6 < found["a +="] < 0.8
    assert 0.12 < found["f a"] < 0.18
