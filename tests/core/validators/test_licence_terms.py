import pytest

from autoglm_core.types import Severity
from autoglm_core.validators.licence_terms import NO_LICENCE, Licence, Use, classes, judge, read_licence, recognise


@pytest.mark.parametrize(
    ("expression", "text", "classifiers", "read"),
    [
        pytest.param("MIT", "GPL", (), "MIT", id="the expression comes first"),
        pytest.param(None, "Apache 2.0", (), "Apache-2.0", id="a name in words"),
        pytest.param(None, "The MIT License (MIT)", (), "MIT", id="in other words"),
        pytest.param(None, "gpl-3.0", (), "GPL-3.0-only", id="an identifier of old"),
        pytest.param(None, "MIT/Apache-2.0", (), "MIT OR Apache-2.0", id="a choice in words"),
        pytest.param(None, "GPL-2.0-or-later WITH Classpath-exception-2.0", (),
                     "GPL-2.0-or-later WITH Classpath-exception-2.0", id="an exception"),
        pytest.param(None, "see file", ("License :: OSI Approved :: MIT License",), "MIT", id="a classifier"),
        pytest.param(None, None, ("License :: OSI Approved :: BSD License", "License :: OSI Approved :: MIT License"),
                     "LicenseRef-BSD OR MIT", id="two classifiers are a choice"),
        pytest.param(None, "nobody knows this", ("License :: OSI Approved",), "", id="unknown"),
        pytest.param("MIT AND (((", None, (), "", id="no expression"),
    ],
)  # fmt: skip
def test_metadata_are_read_as_spdx(expression: str, text: str, classifiers: tuple[str, ...], read: str) -> None:
    assert read_licence(expression, text, classifiers) == Licence(read)


def test_nothing_stated_is_told_apart_from_something_unknown() -> None:
    assert read_licence(None, None, ("Topic :: Software Development",)) == NO_LICENCE
    assert read_licence(None, "my own terms").stated


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007\n", "GPL-3.0-only"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\n  Version 2.1, February 1999\n", "LGPL-2.1-only"),
        ("Copyright (c) 2020 Somebody\n\nPermission is hereby granted, free\nof charge, to any person. "
         "The above copyright notice and this\npermission notice shall be included", "MIT"),
        ("All rights reserved.", ""),
    ],
)  # fmt: skip
def test_texts_of_licences_are_recognised(text: str, licence: str) -> None:
    assert recognise(text) == licence


@pytest.mark.parametrize(
    ("licence", "kinds"),
    [
        ("MIT", {"permissive"}),
        ("LGPL-2.1-only", {"weak"}),
        ("MPL-2.0", {"weak"}),
        ("GPL-3.0-only", {"strong"}),
        ("AGPL-3.0-or-later", {"network"}),
        ("GPL-2.0-only WITH Classpath-exception-2.0", {"weak"}),
        ("CC0-1.0", {"public"}),
        ("LicenseRef-Proprietary", {"restricted"}),
        ("MIT AND GPL-2.0-only", {"permissive", "strong"}),
        ("", {"unknown"}),
    ],
)
def test_licences_have_classes(licence: str, kinds: set[str]) -> None:
    assert classes(Licence(licence)) == kinds


FINE = None


@pytest.mark.parametrize(
    ("project", "source", "importing", "copying"),
    [
        ("MIT", "BSD-3-Clause", FINE, Severity.WARNING),
        ("MIT", "CC0-1.0", FINE, FINE),
        ("MIT", "LGPL-3.0-only", FINE, Severity.ERROR),
        ("MIT", "GPL-3.0-only", Severity.ERROR, Severity.ERROR),
        ("Apache-2.0", "AGPL-3.0-only", Severity.ERROR, Severity.ERROR),
        ("LicenseRef-Proprietary", "GPL-2.0-or-later", Severity.ERROR, Severity.ERROR),
        ("GPL-3.0-or-later", "GPL-3.0-only", FINE, Severity.WARNING),
        ("GPL-3.0-or-later", "GPL-2.0-only", Severity.ERROR, Severity.ERROR),
        ("GPL-2.0-only", "Apache-2.0", Severity.ERROR, Severity.ERROR),
        ("GPL-3.0-only", "Apache-2.0", FINE, Severity.WARNING),
        ("AGPL-3.0-only", "GPL-3.0-only", FINE, Severity.WARNING),
        ("MIT", "MIT OR GPL-3.0-only", FINE, Severity.WARNING),
        ("MIT", "MIT AND GPL-3.0-only", Severity.ERROR, Severity.ERROR),
        ("MIT OR GPL-3.0-only", "GPL-3.0-only", Severity.ERROR, Severity.ERROR),
        ("MIT AND GPL-3.0-only", "GPL-3.0-only", FINE, Severity.WARNING),
        ("MIT", "GPL-2.0-only WITH Classpath-exception-2.0", FINE, Severity.ERROR),
        ("MIT", "", Severity.INFO, Severity.WARNING),
        ("GPL-3.0-only", "LicenseRef-Proprietary", Severity.ERROR, Severity.ERROR),
    ],
)
def test_licences_go_together_or_not(
    project: str, source: str, importing: Severity | None, copying: Severity | None
) -> None:
    ours, theirs = Licence(project), Licence(source)
    assert (judge(ours, theirs, Use.IMPORT), judge(ours, theirs, Use.COPY)) == (importing, copying)


def test_a_project_without_a_licence_is_told_of_imports_alone_and_copies_no_copyleft() -> None:
    gpl, mit = Licence("GPL-3.0-only"), Licence("MIT")
    assert judge(NO_LICENCE, gpl, Use.IMPORT) is Severity.INFO
    assert judge(NO_LICENCE, mit, Use.IMPORT) is None
    assert judge(NO_LICENCE, gpl, Use.COPY) is Severity.ERROR
    assert judge(NO_LICENCE, mit, Use.COPY) is Severity.WARNING


def test_a_project_under_terms_of_its_own_keeps_all_rights() -> None:
    assert judge(Licence(""), Licence("GPL-3.0-only"), Use.IMPORT) is Severity.ERROR
    assert judge(Licence(""), Licence("MIT"), Use.IMPORT) is None
