"""A user's own model: a GGUF file, or a folder as Hugging Face lays it out."""

from __future__ import annotations

from pathlib import Path

from autoglm_core.errors import ModelStoreError

_GGUF_MAGIC = b"GGUF"


def find_own_model(path: Path) -> Path:
    """The file or folder that an engine loads: a GGUF file, a safetensors folder, or the one GGUF in a folder.

    Raises ModelStoreError when there is none, or when the choice is not clear.
    """
    path = path.expanduser().absolute()
    try:
        if path.is_dir():
            return _in_folder(path)
        with path.open("rb") as file:
            magic = file.read(len(_GGUF_MAGIC))
    except FileNotFoundError as error:
        raise ModelStoreError(f"There is no model {path}. Check the path in your settings.") from error
    except OSError as error:
        raise ModelStoreError(f"The model {path} cannot be read: {error.strerror}.") from error
    if magic != _GGUF_MAGIC:
        raise ModelStoreError(
            f"{path} is no GGUF file: it does not begin with 'GGUF'. Give a .gguf file, or a folder with "
            f"config.json and *.safetensors; a file that was being downloaded may be damaged."
        )
    return path


def _in_folder(folder: Path) -> Path:
    if (folder / "config.json").is_file() and any(folder.glob("*.safetensors")):
        return folder
    files = sorted(folder.glob("*.gguf"))
    if len(files) == 1:
        return find_own_model(files[0])
    if files:
        names = ", ".join(file.name for file in files)
        raise ModelStoreError(f"The folder {folder} holds several models: {names}. Give the path of one of them.")
    raise ModelStoreError(
        f"The folder {folder} holds no model: neither config.json with *.safetensors files nor a *.gguf file."
    )
