"""How much to write at the cursor (``▏``)."""

from pathlib import Path

import pytest

from autoglm_core.inline.extent import Extent, extent_at
from autoglm_core.types import Document

LINE, BLOCK, NOTHING = Extent.LINE, Extent.BLOCK, None

PYTHON = {
    "behind an assignment": ("x = ▏\n", LINE),
    "in a call": ("print(▏)\n", LINE),
    "in a call that is not closed": ("x = f(▏\n", LINE),
    "code behind the cursor": ("x = ▏ + y\n", LINE),
    "behind a complete statement": ("return x▏\n", LINE),
    "behind a header": ("for x in y:▏\n", BLOCK),
    "behind a header that has its body": ("for x in y:▏\n    print(x)\n", NOTHING),
    "behind a colon in a dictionary": ('x = {\n    "a":▏\n}\n', LINE),
    "behind a lambda's colon": ("f = lambda x:▏\n", LINE),
    "behind a slice's colon": ("x[1:▏]\n", LINE),
    "behind an annotation's colon": ("x:▏\n", LINE),
    "an empty body": ("def f(a):\n    ▏\n", BLOCK),
    "an empty body at the file's end": ("class A:\n    def f(self):\n        ▏", BLOCK),
    "an empty body above another function": ("def f(a):\n    ▏\n\n\ndef g():\n    pass\n", BLOCK),
    "a body with a docstring alone": ('def f(a):\n    """Add."""\n    ▏\n', BLOCK),
    "a body with a long docstring alone": ('def f(a):\n    """Add.\n\n    More: see f.\n    """\n    ▏\n', BLOCK),
    "a body with a comment alone": ("def f(a):\n    # add\n    ▏\n", BLOCK),
    "a body below a header over lines": ("def f(\n    a: int,\n) -> int:\n    ▏\n", BLOCK),
    "a body below a hanging header": ("def f(a,\n      b):\n    ▏\n", BLOCK),
    "behind a header over lines": ("if f(\n    a\n):▏\n", BLOCK),
    "an empty loop body": ("def f(a):\n    for x in a:\n        ▏\n    return a\n", BLOCK),
    "an empty body that the editor did not indent": ("def f(a):\n▏\n", BLOCK),
    "between statements": ("def f(a):\n    x = 1\n    ▏\n    return x\n", LINE),
    "below statements": ("def f(a):\n    x = 1\n    ▏\n", LINE),
    "above statements": ("def f(a):\n    ▏\n    return x\n", LINE),
    "below a comment between statements": ("def f(a):\n    x = 1\n    # sort it\n    ▏\n    return x\n", BLOCK),
    "a comment further above asks for nothing": ("def f(a):\n    x = 1\n    # sort\n\n    ▏\n    return x\n", LINE),
    "at module level": ("import os\n\n\n▏\n", BLOCK),
    "an empty file": ("▏", BLOCK),
    "at the margin amid a body": ("def f():\n    x = 1\n▏\n    return x\n", LINE),
    "in brackets over lines": ("x = f(\n    1,\n    ▏\n)\n", LINE),
    "in a dictionary over lines": ('x = {\n    "a": 1,\n    ▏\n}\n', LINE),
    "a function below a bracket left open": ("x = f(\n\n\ndef g():\n    ▏\n", BLOCK),
    "amid a comment": ("# sort ▏the list\n", NOTHING),
    "at a comment's end": ("# sort ▏\n", NOTHING),
    "behind a statement's comment": ("x = 1  # one▏\n", NOTHING),
    "amid a string": ('x = "ab▏cd"\n', NOTHING),
    "at a string's end": ('x = "ab▏"\n', LINE),
    "in a string not ended": ('print("ab▏\n', LINE),
    "in a format string's braces": ('x = f"{▏}"\n', LINE),
    "a hash in a string": ('x = "#▏"\n', LINE),
    "a docstring's first line": ('def f():\n    """Return ▏"""\n', LINE),
    "amid a word": ("ret▏urn x\n", NOTHING),
    "at a word's end": ("ret▏\n", LINE),
}
OTHERS = {
    "typescript, an empty body": ("typescript", "function f(a: number) {\n  ▏\n}\n", BLOCK),
    "typescript, behind a brace": ("typescript", "function f(a: number): number {▏\n}\n", BLOCK),
    "typescript, a body on one line": ("typescript", "const f = () => {▏}\n", BLOCK),
    "typescript, behind a brace of a body": ("typescript", "if (a) {▏\n  b();\n}\n", NOTHING),
    "typescript, an object": ("typescript", "const a = {\n  ▏\n};\n", LINE),
    "typescript, between statements": ("typescript", "function f() {\n  a();\n  ▏\n  b();\n}\n", LINE),
    "typescript, below a comment": ("typescript", "function f() {\n  a();\n  // then b\n  ▏\n  c();\n}\n", BLOCK),
    "typescript, a finished statement": ("typescript", "a();▏\n", NOTHING),
    "typescript, in a for header": ("typescript", "for (let i = 0;▏)\n", LINE),
    "typescript, a block comment": ("typescript", "/* a ▏ */\n", NOTHING),
    "typescript, a template": ("typescript", "const a = `x ${▏}`;\n", LINE),
    "typescript, top level": ("typescript", "import a from 'a';\n\n▏\n", BLOCK),
    "rust, an empty body": ("rust", "fn f(a: &'a str) -> u32 {\n    ▏\n}\n", BLOCK),
    "rust, an expression": ("rust", "fn f() -> u32 {\n    let x = ▏\n}\n", LINE),
    "rust, a macro's string": ("rust", 'fn f() {\n    println!("a ▏");\n}\n', LINE),
    "go, an empty body": ("go", "func f() int {\n\t▏\n}\n", BLOCK),
    "go, behind an if": ("go", "func f() error {\n\tif err != nil {▏\n\t}\n}\n", BLOCK),
    "go, a line comment": ("go", "// f does ▏\nfunc f() {}\n", NOTHING),
    "java, a class": ("java", "class A {\n    ▏\n}\n", BLOCK),
    "c, a body": ("c", "int f(void) {\n    ▏\n}\n", BLOCK),
    "html, an empty element": ("html", "<ul>\n  ▏\n</ul>\n", BLOCK),
    "html, an attribute": ("html", '<a href="▏">x</a>\n', LINE),
    "html, an apostrophe in text": ("html", "<p>don't</p>\n<ul>\n  ▏\n</ul>\n", BLOCK),
    "html, a comment": ("html", "<!-- a ▏ -->\n", NOTHING),
    "json, a member": ("json", '{\n  "a": 1,\n  ▏\n}\n', LINE),
    "json, a value": ("json", '{"a": ▏}\n', LINE),
    "yaml, behind a key": ("yaml", "steps:▏\n", BLOCK),
    "css, a rule": ("css", "a {\n  ▏\n}\n", BLOCK),
    "shell, a loop": ("shellscript", "for x in a; do\n  ▏\ndone\n", BLOCK),
    "ruby, a method": ("ruby", "def f(a)\n  ▏\nend\n", BLOCK),
    "lua, a function": ("lua", "function f(a)\n  ▏\nend\n", BLOCK),
    "an unknown language": ("brainfuck", "x = ▏\n", LINE),
    "markdown": ("markdown", "Some ▏\n", NOTHING),
    "plain text": ("plaintext", "Some ▏\n", NOTHING),
}


def marked(text: str, language: str = "python") -> tuple[Document, int]:
    path = Path("m.py" if language == "python" else "file")
    return Document(path, text.replace("▏", "", 1), language=language), text.index("▏")


@pytest.mark.parametrize("case", PYTHON)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_python(case: str, newline: str) -> None:
    text, expected = PYTHON[case]
    assert extent_at(*marked(text.replace("\n", newline))) == expected


@pytest.mark.parametrize("case", OTHERS)
def test_other_languages(case: str) -> None:
    language, text, expected = OTHERS[case]
    assert extent_at(*marked(text, language)) == expected


def test_any_place_of_a_file_has_an_answer() -> None:
    text = "\n\n".join(text.replace("▏", "") for text, _ in PYTHON.values())
    document = Document(Path("m.py"), text)
    assert {extent_at(document, offset) for offset in range(len(text) + 1)} == {LINE, BLOCK, NOTHING}
