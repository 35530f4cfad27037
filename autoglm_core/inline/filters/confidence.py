"""An answer that the model itself does not believe in is not shown."""

from __future__ import annotations

from autoglm_core.inline.extent import Extent
from autoglm_core.inline.hole import Hole

# To be measured: the mean log-probability of a token (natural logarithm) below which more answers are wrong
# than right. -1.0 is a probability of 0.37 a token. A block has many certain tokens (names, brackets,
# indentation), which hide uncertain ones, so its bar is higher.
LOWEST_LOGPROB = {Extent.LINE: -1.0, Extent.BLOCK: -0.8}


def low_confidence(text: str, hole: Hole) -> str:
    """Nothing, where the mean log-probability is under the bar; the text where the engine does not say."""
    doubted = hole.logprob is not None and hole.logprob < LOWEST_LOGPROB[hole.extent]
    return "" if doubted else text
