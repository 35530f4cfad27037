"""``autoglm serve``: the address, the key, and the end."""

from __future__ import annotations

import signal
import stat

import httpx
import pytest

ONE = "```python\ndef one() -> int:\n    return 1\n```"


def lines_of(process, count):
    return [process.stdout.readline().decode().strip() for _ in range(count)]


def test_the_printed_key_opens_the_printed_address(autoglm):
    process = autoglm.start("serve", "--port", "0", "--script", autoglm.script(ONE))
    address, key, page = lines_of(process, 3)
    url = address.removeprefix("AutoGLM serves ")
    assert url.startswith("http://127.0.0.1:")
    assert httpx.post(f"{url}/v1/generate", json={"description": "one"}).status_code == 401
    assert page == f"Page: {url}/#key={key.removeprefix('Key: ')}", "a fragment stays in the browser"
    headers = {"Authorization": "Bearer " + key.removeprefix("Key: ")}
    answer = httpx.post(f"{url}/v1/generate", json={"description": "one"}, headers=headers, timeout=60)
    assert answer.json()["status"] == "accepted"
    assert httpx.get(f"{url}/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_a_key_file_keeps_the_key_off_the_screen(autoglm):
    file = autoglm.folder / "key"
    process = autoglm.start("serve", "--port", "0", "--key-file", "key", "--script", autoglm.script(ONE))
    address, words = lines_of(process, 2)
    assert words == "The key is in key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    headers = {"Authorization": f"Bearer {file.read_text().strip()}"}
    assert httpx.get(address.removeprefix("AutoGLM serves ") + "/v1/runs", headers=headers).json() == {"runs": []}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_though_a_request_is_open(autoglm, number):
    script = autoglm.script({"answer": "one two", "token_delay_s": 60})
    process = autoglm.start("serve", "--port", "0", "--no-auth", "--script", script)
    (address,) = lines_of(process, 1)
    url = address.removeprefix("AutoGLM serves ")
    with httpx.stream("POST", f"{url}/v1/generate", json={"description": "x", "stream": True}, timeout=60) as stream:
        assert next(stream.iter_lines()) == "event: run"
        process.send_signal(number)
        assert process.wait(timeout=60) in (130, -number)


def test_no_key_beyond_loopback_is_refused(autoglm):
    done = autoglm.run("serve", "--port", "0", "--host", "0.0.0.0", "--no-auth", "--script", autoglm.script(ONE))
    assert done.returncode == 2
    assert "loopback" in done.stderr


def test_a_missing_model_is_told_before_anything_is_served(autoglm):
    done = autoglm.run("serve", "--port", "0", "--model", "qwen2.5-coder-0.5b")
    assert done.returncode == 3
    assert "autoglm models pull qwen2.5-coder-0.5b" in done.stderr
    assert done.stdout == ""
