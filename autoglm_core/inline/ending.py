"""When an answer has written enough: watched while it streams, so that the engine stops at once."""

from __future__ import annotations

import re

from autoglm_core.inline.blocks import is_comment, opens_block, width
from autoglm_core.inline.extent import Extent
from autoglm_core.inline.hole import Hole
from autoglm_core.inline.lexical import LINE_COMMENT, scan
from autoglm_core.inline.repetition import kept_of_repetition
from autoglm_core.types import Document

# A bar is written in ASCII by most models and as U+FF5C by DeepSeek's, which joins words by U+2581.
SPECIAL_TOKEN = re.compile(
    r"<\|[A-Za-z_]\w*\|>|<\uff5c[\w\u2581 ]+\uff5c>"
    r"|<(?:fim_(?:prefix|middle|suffix|pad)|file_sep|repo_name|EOT|PRE|SUF|MID)>"
)
FENCE = re.compile(r"[ \t]*```")
MOST_COMMENTS = 3
"""How many lines of comment may stand above the one line that was called for."""
MOST_SIMPLE_STATEMENTS = 12
"""How many lines a run of plain statements may have where one statement was called for."""
_GOES_ON = re.compile(
    r"\s*(?:[)\]}.]|</|(?:elif|else|except|finally|catch|case|default|elsif|rescue|ensure|when|then|do|end|fi|done)\b)"
)
# A letter may still become a word that goes on with the statement; `<` and a backtick may become tokens.
_FIRST_WORD = re.compile(r"[ \t]*(?:\w+(?=\W)|[^\s\w<`)\]}.])")
FREE_LINES = frozenset({
    "javascript", "javascriptreact", "typescript", "typescriptreact", "rust", "go", "java", "kotlin", "scala", "swift",
    "dart", "c", "cpp", "csharp", "php",
})  # fmt: skip
"""Languages in which a line that ends with an operator goes on below it."""
_OPERATOR = re.compile(r"(?:=>|&&|\|\||[=*%?&^|]|(?<!\+)\+|(?<!-)-)$")
_SEVERAL = re.compile(r"\s*(?:export\s+)?(?:var|let|const)\b")
_WORDS = re.compile(r"\w.*\w|\w{2}")


class StreamEnd:
    """Watches an answer and says when it is complete, line by line.

    How the text was cut into pieces makes no difference, since only whole lines (and whole special tokens)
    decide. ``reason`` names the rule that ended it, empty while it goes on.
    """

    def __init__(self, document: Document, offset: int, extent: Extent) -> None:
        self._hole = hole = Hole(document, offset, extent)
        self._raw = ""
        self._start = self._seen = 0
        self._end: int | None = None
        self.reason = ""
        self._lines: list[str] = []
        self._state = hole.state
        self._depth = len(hole.state.brackets)
        # The brackets that the cursor's line opened, that nothing behind closes, are for the answer to close.
        self._limit = self._depth - min(hole.unclosed, hole.opened_on_line)
        own = width((hole.before if hole.on_empty_line else hole.indent) + "x")
        header = width(document.line(hole.header)) if hole.header is not None else -1
        self._level = header + 1 if header >= 0 and (not hole.on_empty_line or own <= header) else own
        self._one_statement = extent is Extent.BLOCK and hole.header is None
        self._statements, self._compound = 0, False

    @property
    def text(self) -> str:
        """What counts of the answer so far, with ``\\n`` between lines."""
        return self._raw[self._start : self._end]

    def feed(self, piece: str) -> bool:
        """Take the next piece; True when it is enough and the engine should stop at once."""
        if self._end is not None:
            return True
        self._raw += piece.replace("\r", "")
        while self._end is None and (at := self._raw.find("\n", self._seen)) >= 0:
            start, self._seen = self._seen, at + 1
            self._take(start, at)
        if self._end is None and not self._leave(self._raw[self._seen :], self._seen):
            self._cut_token(self._seen, len(self._raw))
        return self._end is not None

    def _stop(self, at: int, reason: str) -> None:
        self._end, self.reason = max(at, self._start), reason

    def _cut_token(self, start: int, end: int) -> bool:
        """Stop at a special token or a fence on one line."""
        token = SPECIAL_TOKEN.search(self._raw, start, end)
        fence = FENCE.match(self._raw, start, end) if any(map(str.strip, self._lines)) else None
        if token or fence:
            self._stop(fence.start() if fence else token.start() if token else end, "token")
        return bool(token or fence)

    def _take(self, start: int, end: int) -> None:
        """Look at a whole line of the answer."""
        line = self._raw[start:end]
        if self._leave(line + "\n", start) or self._cut_token(start, end):
            return
        if not any(map(str.strip, self._lines)) and FENCE.match(line):
            self._start, self._lines = self._seen, []
            return
        first = not self._lines
        shown = self._hole.before + line if first and self._hole.on_empty_line else line
        before = self._state
        after = scan(line + "\n", self._hole.dialect, before)
        amid_string = not first and self._amid_string()
        reason = "" if amid_string else self._ends_before(shown, first, after.kept)
        if reason:
            self._stop(start - 1, reason)
            return
        # A comment ends with its line, which the scan has read.
        self._state = after.state
        self._lines.append(shown)
        kept = kept_of_repetition(self._lines)
        if kept is not None:
            self._stop(self._offset_of(kept), "repetition")
        elif self._ends_behind(line, first, amid_string):
            self._stop(end, "line" if self._hole.extent is Extent.LINE else "block")

    def _offset_of(self, lines: int) -> int:
        at = self._start
        for _ in range(lines):
            at = self._raw.index("\n", at) + 1
        return at - 1

    def _amid_string(self) -> bool:
        return bool(self._state.inside) and self._state.inside in self._hole.dialect.long_strings

    def _leave(self, begun: str, start: int) -> bool:
        """Stop before a line whose beginning already shows that it leaves the block: most of it is never written.

        It must say of a whole line what it says of its beginning, else the cutting into pieces would matter.
        """
        word = _FIRST_WORD.match(begun)
        amid_brackets = len(self._state.brackets) > (self._limit if self._hole.extent is Extent.LINE else self._depth)
        if word is None or not self._lines or self._amid_string() or amid_brackets or _GOES_ON.match(begun):
            return False
        left = width(begun) < self._level
        over = self._one_statement and self._compound and width(begun) == self._level
        if left or over:
            self._stop(start - 1, "scope" if left else "block")
        return left or over

    def _ends_before(self, shown: str, first: bool, kept: int) -> str:
        """Why a line does not belong to the answer any more; empty when it does."""
        hole, open_now = self._hole, len(self._state.brackets)
        if not shown.strip():
            run_over = self._one_statement and self._statements and not self._compound
            return "block" if run_over and open_now <= self._depth else ""
        if self._repeats_below(shown, first):
            return "suffix"
        if first:
            return ""
        if open_now > (self._limit if hole.extent is Extent.LINE else self._depth):
            # Inside brackets; a statement there means that they were never going to be closed.
            lost = hole.dialect.statement and re.match(hole.dialect.statement, shown)
            return "brackets" if lost else ""
        closes = self._depth - kept
        if closes > 0:  # the line closes what was open before the cursor
            return "" if closes <= hole.unclosed else "scope"
        if width(shown) < self._level:
            return "scope"
        many = self._one_statement and self._statements >= MOST_SIMPLE_STATEMENTS
        over = self._one_statement and self._compound and not _GOES_ON.match(shown)
        return "block" if width(shown) == self._level and (many or over) else ""

    def _repeats_below(self, shown: str, first: bool) -> bool:
        hole = self._hole
        if not hole.below or hole.after.strip() or (first and not hole.on_empty_line):
            return False
        below = hole.below[0]
        return shown.strip() == below.strip() and width(shown) == width(below) and bool(_WORDS.search(shown))

    def _ends_behind(self, line: str, first: bool, amid_string: bool) -> bool:
        """Whether the answer is complete with the line that was just taken."""
        hole, open_now = self._hole, len(self._state.brackets)
        if self._state.inside and self._state.inside != LINE_COMMENT:
            return False
        if hole.extent is Extent.LINE:
            if line.endswith("\\") and hole.language == "python":
                return False
            if not any(map(str.strip, self._lines)):
                return not (hole.on_empty_line or open_now)
            if self._comments_alone():
                return False
            return open_now <= self._limit and not self._goes_on_below()
        if hole.header is not None and not hole.on_empty_line:
            if open_now < self._depth:
                return True  # the body's own brace was closed
            return first and bool(line.strip()) and hole.dialect.indented and open_now <= self._depth
        if open_now < self._depth:
            return True
        self._count(line, first, amid_string)
        return False

    def _comments_alone(self) -> bool:
        """Whether only comments were written, few enough that the code which they are about is worth waiting for."""
        hole = self._hole
        lines = [line for line in self._lines if line.strip()]
        commented = hole.on_empty_line and all(is_comment(line, hole.language) for line in lines)
        return commented and len(lines) <= MOST_COMMENTS

    def _goes_on_below(self) -> bool:
        """Whether a statement goes on behind its line's end, in languages whose line breaks end none."""
        hole = self._hole
        if (
            hole.language not in FREE_LINES
            or hole.after.strip()
            or (hole.state.brackets and hole.state.brackets[-1] != "{")
        ):
            return False
        whole = self._lines[0] if hole.on_empty_line else hole.before + self._lines[0]
        code = self._lines[-1].rstrip()
        return bool(_OPERATOR.search(code)) or (code.endswith(",") and bool(_SEVERAL.match(whole)))

    def _count(self, line: str, first: bool, amid_string: bool) -> None:
        shown = self._lines[-1]
        if not line.strip() or amid_string or is_comment(shown, self._hole.language) or line.lstrip().startswith("@"):
            return
        if first or width(shown) == self._level:
            self._statements += 1
        self._compound = self._compound or opens_block(shown, self._hole.language) or width(shown) > self._level
