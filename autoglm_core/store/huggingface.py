"""Hugging Face as a source: one file over HTTP, gone on with where it stopped."""

from __future__ import annotations

import os
import queue
import threading
import time
from dataclasses import dataclass

import httpx

from autoglm_core.store.catalogue import CatalogueModel
from autoglm_core.store.partial import PartialFile
from autoglm_core.store.transfer import Phase, SourceError, Watch

_OFFICIAL_ENDPOINT = "https://huggingface.co"
_STALL_S = 30.0
_POLL_S = 0.1
_WORTH_RESUMING = 1 << 20
"""A connection that brought fewer bytes before it was cut is not tried again: the line or server is broken."""


@dataclass(frozen=True, slots=True)
class HuggingFace:
    """The official source. ``patience`` is how many seconds it may take to give its first answer.

    The environment counts as it does for Hugging Face's own client: ``HF_ENDPOINT`` names another host,
    ``HF_HUB_OFFLINE`` forbids to ask. Proxies are taken from the usual variables.
    """

    patience: float
    name: str = "Hugging Face"

    def space_beside(self, model: CatalogueModel) -> int:
        """The bytes of disk needed beside the model's own file: none."""
        return 0

    def fetch(self, model: CatalogueModel, partial: PartialFile, watch: Watch) -> None:
        """Append what is missing. Raises SourceError when that cannot be had from here."""
        if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
            raise SourceError("HF_HUB_OFFLINE is set")
        endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or _OFFICIAL_ENDPOINT
        url = f"{endpoint}/{model.repo}/resolve/main/{model.file}"
        while partial.size < model.bytes:
            start = partial.size
            connection = _Connection(url, start, self.patience)
            try:
                self._receive(connection, url, model, partial, watch)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if partial.size - start < _WORTH_RESUMING:
                    raise SourceError(f"{url}: {error or type(error).__name__}") from error
            finally:
                connection.stop()

    def _receive(
        self, connection: _Connection, url: str, model: CatalogueModel, partial: PartialFile, watch: Watch
    ) -> None:
        watch.step(Phase.CONNECTING, self.name, partial.size)
        response = None
        while response is None:
            response = connection.response(_POLL_S)
            watch.step(Phase.CONNECTING, self.name, partial.size)
        begin = _begin(response, url, model, partial.size)
        # A server that knows no ranges sends the file from its start: what is there already is passed over.
        skip = partial.size - begin
        while (chunk := connection.chunk(_POLL_S)) is not None:
            fresh = chunk[skip : skip + model.bytes - partial.size]
            skip = max(0, skip - len(chunk))
            if fresh:
                partial.append(fresh)
            watch.step(Phase.DOWNLOADING, self.name, partial.size)
        if partial.size < model.bytes:
            raise httpx.ReadError(f"the connection ended after {partial.size:,} of {model.bytes:,} bytes")


def _begin(response: httpx.Response, url: str, model: CatalogueModel, offset: int) -> int:
    """The offset at which the body begins, once the answer has been judged by its headers."""
    if response.status_code not in {200, 206}:
        raise SourceError(f"{url} answers {response.status_code} {response.reason_phrase}")
    for hop in (*response.history, response):
        official = hop.headers.get("x-linked-etag", "").strip('W/"')
        if len(official) == len(model.sha256) and official != model.sha256:
            raise SourceError(f"{url} is another file by now: its SHA-256 is {official}, not {model.sha256}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise SourceError(f"{url} comes encoded as {response.headers['content-encoding']}, which was not asked for")
    if response.status_code == 206:
        begin, total = offset, response.headers.get("content-range", "").removeprefix(f"bytes {offset}-").split("/")[-1]
    else:
        begin, total = 0, response.headers.get("content-length", "")
    if total != str(model.bytes):
        raise SourceError(f"{url} is not the model: it has {total or 'an unknown number of'} bytes, not {model.bytes}")
    return begin


class _Connection:
    """One request, read by a thread of its own.

    A name lookup, a connection attempt and a silent server cannot be interrupted; waiting for a queue can.
    A thread that is left behind ends with its timeout, and holds nothing that matters.
    """

    def __init__(self, url: str, offset: int, patience: float) -> None:
        self._url = url
        self._offset = offset
        self._patience = patience
        self._answered = threading.Event()
        self._stopped = threading.Event()
        self._items: queue.Queue[httpx.Response | bytes | Exception | None] = queue.Queue(maxsize=64)
        self._give_up_at = time.monotonic() + patience
        threading.Thread(target=self._run, name="autoglm-download", daemon=True).start()

    def response(self, seconds: float) -> httpx.Response | None:
        """The answer's head; None when it has not come within ``seconds``. Raises what the request raised."""
        try:
            item = self._items.get(timeout=seconds)
        except queue.Empty:
            if not self._answered.is_set() and time.monotonic() > self._give_up_at:
                raise SourceError(f"{self._url} gave no answer within {self._patience:g} s") from None
            return None
        if isinstance(item, Exception):
            raise item
        assert isinstance(item, httpx.Response)  # noqa: S101 -- the thread's first item, by construction
        return item

    def chunk(self, seconds: float) -> bytes | None:
        """The next bytes of the body, empty when none came within ``seconds``; None at its end."""
        try:
            item = self._items.get(timeout=seconds)
        except queue.Empty:
            return b""
        if isinstance(item, Exception):
            raise item
        assert not isinstance(item, httpx.Response)  # noqa: S101 -- only the first item is one
        return item

    def stop(self) -> None:
        """Let the thread end as soon as it can."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            self._read()
        except Exception as error:  # noqa: BLE001 -- a thread's boundary: the reader of the queue raises it again
            self._put(error)

    def _read(self) -> None:
        timeout = httpx.Timeout(_STALL_S, connect=self._patience)
        headers = {"Accept-Encoding": "identity", "User-Agent": "autoglm-ls"}
        if self._offset:
            headers["Range"] = f"bytes={self._offset}-"
        hooks = {"response": [lambda _: self._answered.set()]}
        try:
            client = httpx.Client(timeout=timeout, follow_redirects=True, headers=headers, event_hooks=hooks)
        except (ValueError, ImportError, OSError) as error:
            raise SourceError(f"the proxy or certificate settings in the environment do not work: {error}") from error
        with client, client.stream("GET", self._url) as response:
            going_on = self._put(response)
            chunks = response.iter_raw()
            while going_on and (chunk := next(chunks, None)) is not None:
                going_on = self._put(chunk)
            self._put(None)

    def _put(self, item: httpx.Response | bytes | Exception | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._items.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False
