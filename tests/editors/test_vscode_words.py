"""The extension's words: each that a user reads stands in all languages, with the same places to fill in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

EXTENSION = Path(__file__).parents[2] / "client-vscode"
LANGUAGES = ("zh-cn",)
_CALLS = {"src": r"l10n\.t\(", "page": r"(?<![\w.])t\("}
_LITERAL = re.compile(r'\s*("(?:[^"\\]|\\.)*")')
_PLACES = re.compile(r"\{\d\}")
_LINKS = re.compile(r"\]\((command:[\w.]+)\)")


def _read(name: str) -> dict[str, str]:
    return json.loads((EXTENSION / name).read_text("utf-8"))


def _sentences(folder: str) -> set[str]:
    """The English words of the source, which are the keys of the translations."""
    found = set()
    for file in (EXTENSION / folder).glob("*.ts"):
        source = file.read_text("utf-8")
        for call in re.finditer(_CALLS[folder], source):
            literal = _LITERAL.match(source, call.end())
            if literal:
                found.add(json.loads(literal.group(1)))
            else:
                # The page's own function is declared once, and hands one word on that stands in a table of literals.
                assert folder == "page", f"{file.name}: only plain strings can be translated"
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_code_is_translated_with_its_places(language: str) -> None:
    translated = _read(f"l10n/bundle.l10n.{language}.json")
    sentences = _sentences("src") | _sentences("page")
    assert sentences - set(translated) == set()
    assert {english for english in translated if english in sentences or english in _tables()} == set(translated)
    for english, words in translated.items():
        assert words.strip()
        assert sorted(_PLACES.findall(english)) == sorted(_PLACES.findall(words)), english


def _tables() -> set[str]:
    """Words of the page that stand in tables and are translated where they are shown."""
    text = "\n".join(file.read_text("utf-8") for file in (EXTENSION / "page").glob("*.ts"))
    return {json.loads(literal) for literal in re.findall(r'"(?:[^"\\\n]|\\.)*"', text)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_manifest_is_there_and_translated(language: str) -> None:
    used = set(re.findall(r'"%([\w.]+)%"', (EXTENSION / "package.json").read_text("utf-8")))
    english, other = _read("package.nls.json"), _read(f"package.nls.{language}.json")
    assert used == set(english) == set(other)
    for key, words in english.items():
        assert other[key].strip()
        assert _LINKS.findall(words) == _LINKS.findall(other[key]), key
        assert words.count("`") == other[key].count("`"), key


def test_no_words_are_left_in_the_manifest() -> None:
    manifest = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    contributes = manifest["contributes"]
    steps = [step for walk in contributes["walkthroughs"] for step in walk["steps"]]
    words = [command["title"] for command in contributes["commands"]]
    words += [step[part] for step in steps for part in ("title", "description")]
    words += [
        schema["markdownDescription"] for page in contributes["configuration"] for schema in page["properties"].values()
    ]
    assert all(re.fullmatch(r"%[\w.]+%", word) for word in words)


def test_the_walkthrough_names_commands_and_pictures_that_are_there() -> None:
    manifest = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    commands = {command["command"] for command in manifest["contributes"]["commands"]}
    words = _read("package.nls.json")
    for walk in manifest["contributes"]["walkthroughs"]:
        for step in walk["steps"]:
            assert (EXTENSION / step["media"]["image"]).is_file()
            links = _LINKS.findall(words[step["description"].strip("%")])
            assert {link.removeprefix("command:") for link in links} <= commands
