"""Golden cases in other languages: ``▏`` is the cursor; an answer, its insertion, and the step that must have acted."""

from pathlib import Path
from typing import NamedTuple

import pytest

from autoglm_core.inline.extent import Extent, extent_at
from autoglm_core.inline.hole import Hole
from autoglm_core.inline.trimming import trim
from autoglm_core.types import Document


class Case(NamedTuple):
    language: str
    document: str
    answer: str
    expected: str
    step: str = ""
    finished: bool = True


TS, RUST, GO, HTML, JSON = "typescript", "rust", "go", "html", "json"
CASES = {
    "ts, a good body": Case(TS, "function f(a: number) {\n  ▏\n}\n", "return a + 1;", "return a + 1;"),
    "ts, a body and its brace": Case(
        TS, "function f(a: number) {\n  ▏\n}\n", "return a + 1;\n}", "return a + 1;", "within_extent"
    ),
    "ts, a brace nobody closes": Case(
        TS, "function f(a: number) {▏\n", "\n  return a;\n}\n\nf(1);", "\n  return a;\n}", "within_extent"
    ),
    "ts, the next function": Case(
        TS,
        "▏\n",
        "function f() {\n  return 1;\n}\n\nfunction g() {\n  return 2;\n}",
        "function f() {\n  return 1;\n}",
        "within_extent",
    ),
    "ts, an argument and its bracket": Case(TS, "console.log(▏);\n", "a, b);", "a, b", "repeats_behind"),
    "ts, an arrow's body on a line": Case(
        TS, "const f = (a: number) => {▏};\n", " return a; };", " return a; ", "repeats_behind"
    ),
    "ts, a statement's end": Case(TS, "const x = ▏;\n", "f(1);", "f(1)", "repeats_behind"),
    "ts, an object over lines": Case(
        TS, "const a = ▏\n", "{\n  b: 1,\n};\nconst c = 2;", "{\n  b: 1,\n};", "within_extent"
    ),
    "ts, the start again": Case(TS, "const total = ▏\n", "const total = 0;", "0;", "repeats_before"),
    "ts, the path again": Case(TS, "function f() {\n  x = this.▏\n}\n", "this.y;", "y;", "repeats_before"),
    "ts, an enumeration": Case(TS, "Kind[▏\n", 'Kind["a"] = 1] = "a";', 'Kind["a"] = 1] = "a";'),
    "ts, a header over lines": Case(
        TS,
        "function f() {\n  if (a &&\n      b) {\n    ▏\n  }\n}\n",
        "c();\n    d();\n  }",
        "c();\n    d();",
        "within_extent",
    ),
    "ts, an operator goes on": Case(TS, "const x = ▏\n", "a +\n  b;\nconst y = 1;", "a +\n  b;", "within_extent"),
    "ts, more than one variable": Case(TS, "var a = ▏\n", "1,\n    b = 2;\nc();", "1,\n    b = 2;", "within_extent"),
    "ts, one argument of several lines": Case(TS, "f(\n  ▏\n);\n", "a,\n  b", "a,", "within_extent"),
    "ts, a comment again": Case(TS, "// Sort them.\n▏\n", "// sort them\na.sort();", "a.sort();", "echoing_comments"),
    "ts, to do": Case(TS, "function f() {\n  ▏\n}\n", "// TODO: implement this", "", "echoing_comments"),
    "ts, a template's end": Case(TS, "const a = `x ${▏}`;\n", "b}`;", "b", "repeats_behind"),
    "ts, a regular expression": Case(TS, "const a = ▏;\n", "/\\d+/.test(b)", "/\\d+/.test(b)"),
    "ts, CRLF": Case(TS, "function f() {\r\n  ▏\r\n}\r\n", "a();\n  b();\n}", "a();\r\n  b();", "within_extent"),
    "ts, a type": Case(TS, "function f(a: ▏) {}\n", "string) {}", "string", "repeats_behind"),
    "ts, unfinished": Case(
        TS, "function f() {\n  ▏\n}\n", "const a = 1;\n  const b = a +", "const a = 1;", "unfinished", False
    ),
    "ts, a closer that opens nothing": Case(TS, "const x = a▏\n", " + b);", " + b", "closed_once"),
    "ts, nonsense behind good": Case(TS, "function f() {\n  ▏\n}\n", "a();\n  const = 3;", "a();", "keep_what_parses"),
    "ts, tags": Case(
        "typescriptreact",
        "const a = (\n  <ul>\n    ▏\n  </ul>\n);\n",
        "<li>x</li>\n  </ul>\n);",
        "<li>x</li>",
        "within_extent",
    ),
    "rust, a body": Case(
        RUST,
        "fn f(a: &'a str) -> u32 {\n    ▏\n}\n",
        "let b = a.len();\n    b as u32\n}",
        "let b = a.len();\n    b as u32",
        "within_extent",
    ),
    "rust, a value": Case(RUST, "fn f() {\n    let x = ▏;\n}\n", "vec![1, 2];", "vec![1, 2]", "repeats_behind"),
    "rust, a match": Case(
        RUST,
        "fn f(a: Option<u32>) -> u32 {\n    ▏\n}\n",
        "match a {\n        Some(x) => x,\n        None => 0,\n    }\n}\n\nfn g() {",
        "match a {\n        Some(x) => x,\n        None => 0,\n    }",
        "within_extent",
    ),
    "rust, a macro": Case(RUST, 'fn f() {\n    println!("▏");\n}\n', '{}", x);', "{}", "closed_once"),
    "rust, a character": Case(RUST, "fn f() {\n    let x = ▏;\n}\n", "'('", "'('"),
    "rust, a placeholder": Case(RUST, "fn f() {\n    ▏\n}\n", "todo!() // your code here", "", "echoing_comments"),
    "rust, the next item": Case(
        RUST,
        "▏\n",
        "struct A {\n    b: u32,\n}\n\nstruct C {\n    d: u32,\n}",
        "struct A {\n    b: u32,\n}",
        "within_extent",
    ),
    "rust, a special token": Case(RUST, "fn f() {\n    let x = ▏\n}\n", "1;<|endoftext|>", "1;", "special_tokens"),
    "go, a body": Case(GO, "func f() int {\n\t▏\n}\n", "return 1\n}\n\nfunc g() {", "return 1", "within_extent"),
    "go, spaces become tabs": Case(
        GO,
        "func f(a int) int {\n\tx := 1\n\t// test\n\t▏\n}\n",
        "if a > x {\n        return x\n    }",
        "if a > x {\n\t\treturn x\n\t}",
        "indentation",
    ),
    "go, behind an if": Case(
        GO,
        "func f() error {\n\tif err != nil {▏\n\t}\n}\n",
        "\n\t\treturn err\n\t}\n\treturn nil",
        "\n\t\treturn err",
        "within_extent",
    ),
    "go, an argument": Case(GO, "func f() {\n\tg(▏)\n}\n", "a, b)", "a, b", "repeats_behind"),
    "go, a string": Case(GO, 'func f() {\n\tg("▏")\n}\n', 'a")', "a", "repeats_behind"),
    "go, the line above": Case(GO, "func f() {\n\tg(a)\n\t▏\n}\n", "g(a)", "", "repeats_above"),
    "go, the line below": Case(
        GO, "func f() int {\n\ta()\n\t▏\n\treturn 1\n}\n", "b()\n\treturn 1\n}", "b()", "within_extent"
    ),
    "html, an element": Case(HTML, "<ul>\n  ▏\n</ul>\n", "<li>a</li>\n</ul>\n</body>", "<li>a</li>", "within_extent"),
    "html, an attribute": Case(HTML, '<a href="▏">x</a>\n', '/b">x</a>', "/b", "repeats_behind"),
    "html, an apostrophe": Case(HTML, "<p>▏</p>\n", "don't</p>", "don't", "repeats_behind"),
    "html, a closing tag": Case(HTML, "<p>▏\n", "a</p>", "a</p>"),
    "html, twice the same": Case(
        HTML,
        "<ul>\n  ▏\n</ul>\n",
        "<li>a</li>\n  <li>a</li>\n  <li>a</li>\n  <li>a</li>",
        "<li>a</li>",
        "within_extent",
    ),
    "html, a fence": Case(HTML, "<ul>\n  ▏\n</ul>\n", "```html\n<li>a</li>\n```", "<li>a</li>", "fences"),
    "json, a member": Case(JSON, '{\n  "a": 1,\n  ▏\n}\n', '"b": 2\n}', '"b": 2', "within_extent"),
    "json, a value": Case(JSON, '{"a": ▏}\n', "[1, 2]}", "[1, 2]", "repeats_behind"),
    "json, a string's end": Case(JSON, '{"a": "▏"}\n', 'b"}', "b", "repeats_behind"),
    "json, no value": Case(JSON, '{"a": ▏}\n', "}", "", "repeats_behind"),
    "json, an object over lines": Case(
        JSON, '{\n  "a": ▏\n}\n', '{\n    "b": 1\n  }\n}', '{\n    "b": 1\n  }', "within_extent"
    ),
    "yaml, a list": Case("yaml", "steps:▏\n", "\n  - a\n  - b\nmore:", "\n  - a\n  - b", "within_extent"),
    "css, a rule": Case("css", "a {\n  ▏\n}\n", "color: red;\n}\n\nb {", "color: red;", "within_extent"),
    "shell, a loop": Case(
        "shellscript", "for x in a; do\n  ▏\ndone\n", 'echo "$x"\ndone', 'echo "$x"', "within_extent"
    ),
    "java, a method": Case(
        "java",
        "class A {\n    int f() {\n        ▏\n    }\n}\n",
        "return 1;\n    }\n\n    int g() {",
        "return 1;",
        "within_extent",
    ),
    "c, a function": Case("c", "int f(void) {▏\n}\n", "\n    return 1;\n}", "\n    return 1;", "within_extent"),
}


def hole_of(case: Case) -> Hole:
    document = Document(Path("file"), case.document.replace("▏", "", 1), language=case.language)
    offset = case.document.index("▏")
    return Hole(document, offset, extent_at(document, offset) or Extent.LINE, None, case.finished)


@pytest.mark.parametrize("name", CASES)
def test_other_languages(name: str) -> None:
    case = CASES[name]
    trimmed = trim(case.answer, hole_of(case))
    assert trimmed.text == case.expected
    assert case.step in trimmed.steps if case.step else trimmed.steps == ()
