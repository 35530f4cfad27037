"""Reading and writing source files: what must stay as it was, and what must not be overwritten."""

from __future__ import annotations

import os
import stat

import pytest

from autoglm_core.errors import StaleDocumentError, TargetNotFoundError
from autoglm_server.commands.action.source import SourceText, read_source, write_source


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x = 1\r\ny = 2\r\n",
        b"x = 1\n\r\n\ry = 2",
        b"\xef\xbb\xbfx = '\xc3\xa9'\n",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        "# vim: set fileencoding=utf-8 :\nx = '🎉'\n".encode(),
    ],
    ids=["empty", "CRLF", "mixed", "byte order mark", "latin-1", "utf-8"],
)
def test_what_is_read_is_written_back_byte_for_byte(tmp_path, data):
    file = tmp_path / "m.py"
    file.write_bytes(data)
    source = read_source(file)
    assert not source.text.startswith("\ufeff")
    write_source(source, source.text)
    assert file.read_bytes() == data


@pytest.mark.parametrize("data", [b"x = '\xe9'\n", b"# coding: no-such-codec\n", b"# coding: ascii\n\xff\n"])
def test_what_is_no_python_source_is_refused(tmp_path, data):
    file = tmp_path / "m.py"
    file.write_bytes(data)
    with pytest.raises(TargetNotFoundError, match=r"m\.py"):
        read_source(file)


def test_a_letter_that_the_encoding_lacks_is_refused_and_the_file_kept(tmp_path):
    file = tmp_path / "m.py"
    file.write_bytes(b"# coding: latin-1\n")
    source = read_source(file)
    with pytest.raises(TargetNotFoundError, match="cannot be written"):
        write_source(source, source.text + "# 🎉\n")
    assert file.read_bytes() == b"# coding: latin-1\n"
    assert os.listdir(tmp_path) == ["m.py"]


@pytest.mark.parametrize("change", ["edit", "remove"])
def test_a_change_on_disk_wins(tmp_path, change):
    file = tmp_path / "m.py"
    file.write_text("x = 1\n")
    source = read_source(file)
    if change == "edit":
        file.write_text("x = 2\n")
    else:
        file.unlink()
    with pytest.raises(StaleDocumentError):
        write_source(source, "x = 3\n")
    assert os.listdir(tmp_path) == (["m.py"] if change == "edit" else [])


def test_a_new_file_does_not_replace_one_that_came_meanwhile(tmp_path):
    file = tmp_path / "m.py"
    source = SourceText(file)
    file.write_text("x = 1\n")
    with pytest.raises(StaleDocumentError):
        write_source(source, "x = 2\n")
    assert file.read_text() == "x = 1\n"


def test_a_new_file_has_an_ordinary_mode(tmp_path):
    (tmp_path / "other").touch()
    write_source(SourceText(tmp_path / "m.py"), "x = 1\n")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("m.py", "other")}
    assert len(modes) == 1
