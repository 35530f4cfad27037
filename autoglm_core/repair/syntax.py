"""Mends the usual slips of syntax, a line at a time: colons, brackets, quotes, words of other languages.

Each step tries small edits at the place where Python stops reading, and goes on with those that let it read
furthest (the search of Seq2Parse and of compilers' error recovery, without their grammars). A line that
stays unreadable is left to a model.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import keyword
import re
import warnings
from collections.abc import Iterator

from autoglm_core.analysis.programs import fingerprint
from autoglm_core.analysis.slips import is_slip
from autoglm_core.analysis.trees import parse_tree
from autoglm_core.repair.indentation import Edit, bare_line, indentation_edits

_STEPS = 8
_BEAM = 3
_LONGEST_LINE = 300
"""Edits that may be anywhere in a line are too many in a longer one, and each is read again."""
_LONGEST_BRACKET = 8
"""Lines below an open bracket that may be where it was to be closed."""
_CERTAIN = 2.0
"""Where a step made a text parse at less than this, no further steps are tried."""
_BLOCKS = ("def", "class", "if", "elif", "else", "for", "while", "try", "except", "finally", "with", "async")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_ASSIGNED = re.compile(r"(?<![=!<>:+\-*/%&|^])=(?!=)")
_SWAPS = (
    (re.compile(r"\belse\s+if\b"), "elif"),
    (re.compile(r"\s*&&\s*"), " and "),
    (re.compile(r"\s*\|\|\s*"), " or "),
    (re.compile(r"!(?=[\w(])"), "not "),
    (re.compile(r"\+\+"), " += 1"),
    (re.compile(r"--"), " -= 1"),
    (re.compile(r"\bthis\."), "self."),
    (re.compile(r"\b(?:let|var|const|int|auto)\s+(?=\w+\s*=)"), ""),
    (re.compile(r"\bnew\s+(?=\w)"), ""),
    (re.compile(r";\s*$"), ""),
    (re.compile(r"\s*\{\s*$"), ":"),
)
_COMMENT = re.compile(r"^(\s*)(?://|/\*+|\*+/|\*(?=\s))\s?(.*?)(?:\*/)?\s*$")
_TRAILING_COMMENT = re.compile(r"\s+(?://|/\*).*$")
_AT_MARGIN = re.compile(r"(?:async\s+)?(?:def|class)\b|@")
_WORD = re.compile(r"[^\W\d]\w*")
_CALLED = re.compile(r"[^\W\d]\w*(?=\()")
_LAST_WORD = re.compile(r"[^\W\d]\w*$")
_CLOSES_BEFORE = re.compile(r"\s+(?:for|in|not in|if|else|and|or|is)\b|\s*(?:[\])},:]|==|!=|<=|>=|<|>|=)")
_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
_BESIDE = re.compile(r"(?<=[\w)\]}'\"])\s+(?=[\w'\"(\[{])|(?<=(?<!\w)\d)(?=[^\W\d])")
_BEFORE_WORDS = re.compile(r"(?=\s+(?:for|in|not in|if|else|and|or|is)\b\s)(?<=\w)")
_FOREIGN_LINE = re.compile(r"\s*(?:import\s+[\w.]+(?:\.\*)?\s*;|#?include\b|using\s+[\w ]+;|package\s+[\w.]+;)\s*$")


def mend_syntax(text: str, most: int = 1) -> tuple[str, ...]:
    """At most so many texts that parse, with a few lines mended, the likeliest first; none where nothing is wrong.

    What parses after fewer and likelier edits comes first; of texts that are the same program one is named.
    """
    if "\r\n" in text and text.count("\n") == text.count("\r\n"):
        return tuple(each.replace("\n", "\r\n") for each in mend_syntax(text.replace("\r\n", "\n"), most))
    stop = _stop(text)
    if stop is None:
        return ()
    lines = text.split("\n")
    # A block without its indentation may go on behind what looks like its end.
    first, behind = (0, len(lines)) if isinstance(stop, IndentationError) else _statement_around(lines, stop)
    if (first, behind) != (0, len(lines)) and _stop("\n".join([*lines[:first], *lines[behind:]])) is None:
        # All else parses: reading it again for each edit would cost most of the time.
        part = mend_syntax("\n".join(lines[first:behind]), most)
        parts = ("\n".join([*lines[:first], each, *lines[behind:]]) for each in part)
        return tuple(text for text in parts if _stop(text) is None)
    beam: list[Edit] = [(0.0, text)]
    found: dict[str, float] = {}
    for _ in range(_STEPS):
        further: dict[str, tuple[tuple[int, int], float]] = {}
        for cost, each in beam:
            stop = _stop(each)
            reach = _reach(stop)
            for more, edited in _edits(each, stop) if stop else ():
                then = _stop(edited)
                if then is None:
                    whole = cost + more + _strangeness(edited)
                    found[edited] = min(found.get(edited, whole), whole)
                elif (then_reach := _reach(then)) > reach:
                    further[edited] = ((-then_reach[0], -then_reach[1]), cost + more)
        if not further or min(found.values(), default=_CERTAIN) < _CERTAIN:
            break
        beam = [(further[each][1], each) for each in sorted(further, key=lambda each: further[each])[:_BEAM]]
    programs: dict[str | None, str] = {}
    for each in sorted(found, key=lambda each: found[each]):
        programs.setdefault(fingerprint(each), each)
    return tuple(programs.values())[:most]


def _statement_around(lines: list[str], stop: SyntaxError) -> tuple[int, int]:
    """The lines from the beginning of the statement at the left margin in which Python stops, to the next such one."""
    place = min(max((stop.lineno or 1) - 1, 0), len(lines) - 1)
    starts = [n for n, line in enumerate(lines) if _AT_MARGIN.match(line)]
    first = max((n for n in starts if n < place), default=0)
    opened = _opened(stop)
    if opened is not None and opened < first:
        first = max((n for n in starts if n <= opened), default=0)
    while first and lines[first - 1].startswith("@"):
        first -= 1
    return first, min((n for n in starts if n > place), default=len(lines))


def _stop(text: str) -> SyntaxError | None:
    """Where Python stops reading, or finds a word outside of what it belongs to; None if it does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # strange escapes are no matter here
            compile(parse_tree(text), "<text>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _strangeness(text: str) -> float:
    """How many conditions of a text are pairs, and so always true: what a bracket at the wrong place makes of them."""
    nodes = (node for node in ast.walk(parse_tree(text)) if isinstance(node, (ast.If, ast.While)))
    return float(sum(isinstance(node.test, ast.Tuple) for node in nodes))


def _reach(stop: SyntaxError | None) -> tuple[int, int]:
    """How far Python comes: it looks for the ends of all strings before it says what else is wrong further above."""
    if stop is None:
        return 0, 0
    return int(not (stop.msg or "").startswith("unterminated")), stop.lineno or 0


def _edits(text: str, stop: SyntaxError) -> Iterator[Edit]:
    lines = text.split("\n")
    place = min(max((stop.lineno or 1) - 1, 0), len(lines) - 1)
    yield from _comment_lifted(lines, place)
    # A bracket or a quote that is left open is noticed below, sometimes only at the end.
    above = [number for number in range(place, max(-1, place - 4), -1) if lines[number].strip()]
    opened = _opened(stop)
    others = [opened] if opened is not None and opened < len(lines) else []
    if (stop.msg or "").endswith("was never closed"):
        others += range(place + 1, min(place + _LONGEST_BRACKET, len(lines)))
    for number in dict.fromkeys([*above[:3], *others]):
        known = set(_WORD.findall("\n".join([*lines[:number], *lines[number + 1 :]])))
        for cost, line in _line_edits(lines[number], known):
            if line != lines[number]:
                yield cost, "\n".join([*lines[:number], line, *lines[number + 1 :]])
    if (stop.msg or "").startswith("unmatched") and stop.offset:
        line = lines[place]
        yield 0.1, "\n".join([*lines[:place], line[: stop.offset - 1] + line[stop.offset :], *lines[place + 1 :]])
    for number in above[:2]:
        if _FOREIGN_LINE.match(lines[number]):
            yield 1.5, "\n".join([*lines[:number], *lines[number + 1 :]])
    yield from indentation_edits(text, stop)


def _comment_lifted(lines: list[str], place: int) -> Iterator[Edit]:
    """The text without the quotes that make a comment of the code which a head at the place lacks."""
    for quotes in ('"""', "'''"):
        first = next(
            (n for n in range(place, min(place + 2, len(lines))) if lines[n].lstrip().startswith(quotes)), None
        )
        if first is None:
            continue
        last = next((n for n in range(first, len(lines)) if lines[n].rstrip().endswith(quotes)), None)
        if last is None or (first == last and lines[first].count(quotes) < 2):
            continue
        inner = list(lines)
        inner[last] = inner[last][: inner[last].rindex(quotes)]
        at = inner[first].index(quotes)
        # The margin may stand behind the quotes: the line is as deep as its code was.
        inner[first] = (
            inner[first][:at] + " " * 3 * bool(inner[first][at + 3 : at + 4].isspace()) + inner[first][at + 3 :]
        )
        yield 0.1, "\n".join(inner)


def _opened(stop: SyntaxError) -> int | None:
    """The line that a message names as the beginning of what is wrong."""
    match = re.search(r"on line (\d+)|at line (\d+)", stop.msg or "")
    return int(match[1] or match[2]) - 1 if match else None


def _line_edits(line: str, known: set[str]) -> Iterator[Edit]:
    """Other readings of a line; ``known`` are the words of the other lines."""
    stripped = line.strip()
    first = re.match(r"\w*", stripped)
    word = first.group() if first else ""
    for pattern, new in _SWAPS:
        if pattern.search(line):
            yield 0.5, pattern.sub(new, line)
    if match := _COMMENT.match(line):
        yield 0.4, f"{match[1]}# {match[2]}".rstrip()
        yield 0.5, match[1] + match[2]  # a statement that the block lacks when it is a comment
    if _TRAILING_COMMENT.search(line):
        yield 0.5, _TRAILING_COMMENT.sub("", line)
    if word in _BLOCKS:
        bare = line.rstrip().rstrip(":")
        yield 0.0, f"{bare}:"
        yield 0.3, f"{bare}{_missing(bare)}:"
        if word in ("if", "elif", "while"):
            compared = _ASSIGNED.sub("==", bare)
            yield 0.1, f"{compared}:"
            yield 0.4, f"{compared}{_missing(compared)}:"
    missing = _missing(line)
    if missing:
        yield 0.3, line.rstrip() + missing
        yield 0.2, re.sub(r"\s*,?\s*$", lambda match: missing + match[0].rstrip(), line)
    yield from _brackets(line)
    yield from ((cost, line) for cost, line in _quotes(line, known))
    yield 0.2, _ASSIGNED.sub("==", line, count=1)
    for match in re.finditer(r"[)\]}]", line):
        yield 0.6, line[: match.start()] + line[match.end() :]
    yield from _keywords(line if len(line) <= _LONGEST_LINE else word, known, line)
    if len(line) <= _LONGEST_LINE:
        yield from _commas(line)
        yield from _split(line, known)


def _commas(line: str) -> Iterator[Edit]:
    """The line with a comma between two things within brackets that nothing stands between."""
    for match in _BESIDE.finditer(line):
        before = bare_line(line[: match.start()])
        opened = sum(before.count(opener) - before.count(closer) for opener, closer in _CLOSERS.items())
        words = [found[0] for found in (_LAST_WORD.search(before), _WORD.match(line, match.end())) if found]
        if opened > 0 and "'" not in before and '"' not in before and not any(map(keyword.iskeyword, words)):
            yield 0.4, f"{line[: match.start()]}, {line[match.end() :]}"


def _keywords(words: str, known: set[str], line: str) -> Iterator[Edit]:
    """The line with a keyword for one of the words that is written much like one, and that stands nowhere else."""
    shift = line.index(words)
    for match in _WORD.finditer(words):
        word = match[0]
        if keyword.iskeyword(word) or word in known or hasattr(builtins, word):
            continue
        near = difflib.get_close_matches(word, keyword.kwlist, n=2, cutoff=0.6)
        for other in (each for each in near if is_slip(word, each)):
            unlike = 1 - difflib.SequenceMatcher(None, word, other).ratio()
            start, end = shift + match.start(), shift + match.end()
            yield 0.45 + unlike / 4, line[:start] + other + line[end:]


def _split(line: str, known: set[str]) -> Iterator[Edit]:
    """The line with an opening bracket after a name that another name follows, also within one word (``lenx)``)."""
    for opener, closer in ("()", "[]"):
        if line.count(closer) <= line.count(opener):
            continue
        before = known | set(_CALLED.findall(line)) | (_BUILTINS if opener == "(" else set())
        behind = known | _BUILTINS | set(_CALLED.findall(line))
        for match in _WORD.finditer(line):
            word, rest = match[0], line[match.end() :]
            ends = [n for n in range(2, len(word)) if word not in behind and word[:n] in before]
            for end in ends:
                # What falls into two known names was two: likelier than that the closing bracket is one too many.
                cost = 0.05 if word[end:] in behind else 0.5
                yield cost, f"{line[: match.start()]}{word[:end]}{opener}{line[match.start() + end :]}"
            if word in before and not keyword.iskeyword(word) and re.match(r"\s*[\w'\"\[{]", rest):
                yield 0.5, f"{line[: match.end()]}{opener}{rest.lstrip()}"


def _brackets(line: str) -> Iterator[Edit]:
    """A bracket closed within the line: before a word that no expression holds, another bracket or a colon."""
    missing = _missing(line)
    opener = line.count("(") - line.count(")"), line.count("[") - line.count("]"), line.count("{") - line.count("}")
    for closer, count in zip(")]}", opener, strict=True):
        if count <= 0 or (missing and closer not in missing):
            continue
        for match in _CLOSES_BEFORE.finditer(line):
            # ``f(a for b in c]`` holds a generator by mistake: a bracket before ``for`` leaves it to the list.
            cost = 0.45 if match[0].strip() in ("for", "in", "if", "else") else 0.5
            yield cost, line[: match.start()] + closer + line[match.start() :]


def _unbalanced(text: str) -> bool:
    return any(text.count(opener) != text.count(closer) for opener, closer in _CLOSERS.items())


def _missing(line: str) -> str:
    """The brackets that a line leaves open, closed."""
    left: list[str] = []
    for character in bare_line(line):
        if character in _CLOSERS:
            left.append(_CLOSERS[character])
        elif left and character == left[-1]:
            left.pop()
    return "".join(reversed(left))


def _quotes(line: str, known: set[str]) -> Iterator[Edit]:
    """One quote more, one less, or one of the other kind, where a string may have lost its end."""
    for quote, other in (("'", '"'), ('"', "'")):
        if line.count(quote) % 2 and not line.count(quote * 3):
            if other in line:
                place = line.rfind(other)
                yield 0.35, line[:place] + quote + line[place + 1 :]
                place = line.rfind(quote)
                yield 0.4, line[:place] + other + line[place + 1 :]
            if len(line) <= _LONGEST_LINE:
                yield from _quotes_within(line, quote, known)
            for match in re.finditer(r"(?=[)\]},:])|$", line):
                closed = line[: match.start()] + quote + line[match.start() :]
                yield (0.65 if line[: match.start()].endswith(quote) else 0.5), closed
                if _missing(closed):
                    yield 0.55, closed.rstrip() + _missing(closed)
            for match in re.finditer(quote, line):
                beside = _WORD.match(line, match.end()) or _LAST_WORD.search(line[: match.start()])
                # What is a name elsewhere is hardly a string here.
                yield (0.3 if beside and beside[0] in known else 0.7), line[: match.start()] + line[match.end() :]


def _quotes_within(line: str, quote: str, known: set[str]) -> Iterator[Edit]:
    """A quote more in front of a word, before one that no string holds, or beside the half of an empty string."""
    for match in re.finditer(r"(?<=[(\[{,=+:\s])(?=[^\s\"'])", line):
        beside = _WORD.match(line, match.end())
        quoted = line[match.start() :].partition(quote)[0]
        # No string holds the end of one bracket and the beginning of another; a number is seldom meant as one.
        strange = beside is not None and (beside[0] in known or keyword.iskeyword(beside[0]))
        strange = strange or quoted.isdigit() or _unbalanced(quoted)
        yield (0.75 if strange else 0.5), line[: match.start()] + quote + line[match.start() :]
    for match in _BEFORE_WORDS.finditer(line):
        # What goes on with names that are known elsewhere is code again.
        goes_on = _WORD.search(line, match.end())
        cost = 0.45 if goes_on and goes_on[0] in known else 0.6
        yield cost, line[: match.start()] + quote + line[match.start() :]
    for match in re.finditer(rf"{quote}(?=[.,)\]}}:\s])", line):  # half of an empty string
        begins = not line[: match.start()].strip() or line[match.start() - 1] in "([{,= "
        yield (0.45 if begins else 0.6), line[: match.start()] + quote + line[match.start() :]
