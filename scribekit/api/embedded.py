"""The embedded service as a child process, which this module starts and ends; and which service the verbs use now."""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any

from scribekit.api import sdk_settings
from scribekit.api.connection import Connection, embedded_host, resolve
from scribekit.base.errors import LocalServiceError, MissingExtraError, OptionError, PlainHttpWarning, nearest

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 5.0

_RECOGNISERS = {"pocketsphinx": ("pocketsphinx", "starlette", "uvicorn"), "scripted": ("starlette", "uvicorn")}
_MODELS = {"pocketsphinx": "embedded-pocketsphinx"}
_running: list[LocalService] = []


class LocalService:
    """An embedded transcription service on 127.0.0.1, which the verbs use while it runs.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`. It ends with this process at the latest. Each start makes a new
    key; whoever does not have it, another user of the machine or a web page, gets no answer but a refusal.

    Attributes:
        recogniser: ``"pocketsphinx"`` or ``"scripted"``.
    """

    def __init__(self, recogniser: str, arguments: list[str], *, is_private: bool = False) -> None:
        self.recogniser = recogniser
        self._arguments = arguments
        self._is_private = is_private
        self._process: subprocess.Popen[str] | None = None
        self._connection: Connection | None = None

    @property
    def base_url(self) -> str:
        """Its address, for example ``http://127.0.0.1:41234``.

        Raises:
            LocalServiceError: It is not running.
        """
        return self.connection.base_url

    @property
    def api_key(self) -> str:
        """The only key that it accepts, made at its start: for the SDK, or for another process of yours.

        Raises:
            LocalServiceError: It is not running.
        """
        return self.connection.api_key

    @property
    def is_running(self) -> bool:
        """Whether its process is running."""
        return self._process is not None and self._process.poll() is None

    @property
    def connection(self) -> Connection:
        """How to reach it.

        Raises:
            LocalServiceError: It is not running.
        """
        if self._connection is None:
            raise LocalServiceError("The local service has not been started. Run its start(), or use it in a with statement.")
        if not self.is_running:
            raise LocalServiceError(
                "The local service has ended by itself. Run its start() to have it again, or its stop() to go on without it."
            )
        return self._connection

    def start(self) -> LocalService:
        """Start it and wait until it answers. From then on the verbs use it.

        Returns:
            Itself.

        Raises:
            LocalServiceError: It did not start.
            MissingExtraError: A library that it needs is not installed.
        """
        if self.is_running:
            return self
        self.stop()
        _require(self.recogniser)
        key = secrets.token_hex(16)
        command = [sys.executable, "-m", "scribekit.service", "--port", "0", "--recogniser", self.recogniser, "--exit-with-parent"]
        command += ["--key-file", "-"]  # by a pipe: every user of the machine can read arguments
        self._process = subprocess.Popen(  # noqa: S603 -- our own module
            [*command, *self._arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            self._hand_over(key)
            base_url = self._address()
        except BaseException:
            self.stop()
            raise
        self._connection = Connection(
            base_url, key, host=embedded_host(self.recogniser), forgets_jobs=True, model=_MODELS.get(self.recogniser)
        )
        if not self._is_private:
            _running.append(self)
        atexit.register(self.stop)
        return self

    def _hand_over(self, key: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(OSError):  # it has ended, which its missing address tells
            os.write(self._process.stdin.fileno(), f"{key}\n".encode())

    def _address(self) -> str:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        timeout = threading.Timer(START_TIMEOUT_S, process.kill)
        timeout.start()
        try:
            line = process.stdout.readline()
        finally:
            timeout.cancel()
        try:
            return str(json.loads(line)["base_url"])
        except (ValueError, KeyError):
            process.kill()
            code = process.wait()
            raise LocalServiceError(
                f"The local service did not start (exit code {code}); see its output above. "
                f"Run `python -m scribekit.service --port 0 --recogniser {self.recogniser}` to see more."
            ) from None

    def stop(self) -> None:
        """End it. Does nothing when it has ended already."""
        atexit.unregister(self.stop)
        if self in _running:
            _running.remove(self)
        process, self._process, self._connection = self._process, None, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()

    def __enter__(self) -> LocalService:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        where = f"at {self._connection.base_url}" if self.is_running and self._connection else "not running"
        quality = {"pocketsphinx": "demonstration quality", "scripted": "a rehearsal: invented words"}[self.recogniser]
        return f"<LocalService {self.recogniser} ({quality}), {where}>"


def local_service(
    recogniser: str = "pocketsphinx",
    *,
    slots: int | None = None,
    speed: float | None = None,
    faults: Mapping[str, Any] | None = None,
    control: bool = False,
) -> LocalService:
    """Make an embedded transcription service on this machine: no key, no network, no cost.

    While it runs the verbs use it, also when a key is set. With ``pocketsphinx`` it really recognises speech (US English,
    demonstration quality: about 5 to 10 % word errors on clean generated speech, about 30 % on read human speech). With
    ``scripted`` it imitates AssemblyAI with invented words and realistic waiting times, to rehearse a whole library
    before paying for it.

    Args:
        recogniser: ``"pocketsphinx"`` or ``"scripted"``.
        slots: Jobs that it works on at once. Default: the number of cores (pocketsphinx), 200 (scripted).
        speed: For ``scripted``: how many times faster than AssemblyAI's usual pace.
        faults: For ``scripted``: failures to inject, for example ``{"http_503": 0.02}``.
        control: Offer the control endpoints (its counters, switching faults).

    Returns:
        A service that is not running yet: use it in a ``with`` statement, or call ``start()``.

    Raises:
        OptionError: There is no such recogniser, or a number is not above zero.

    Example:
        >>> with local_service("scripted", speed=100) as service:
        ...     service.is_running
        True
    """
    if recogniser not in _RECOGNISERS:
        raise OptionError(f"There is no recogniser {recogniser!r}.{nearest(recogniser, _RECOGNISERS)}")
    for name, value in (("slots", slots), ("speed", speed)):
        if value is not None and not value > 0:
            raise OptionError(f"{name}= is a number above zero; found {value!r}.")
    arguments: list[str] = []
    if slots is None and recogniser == "scripted":
        slots = 200
    if slots is not None:
        arguments += ["--slots", str(slots)]
    if speed is not None:
        arguments += ["--speed", str(speed)]
    if faults:
        arguments += ["--faults", json.dumps(dict(faults))]
    if control:
        arguments.append("--control")
    return LocalService(recogniser, arguments)


def private_service(recogniser: str) -> LocalService:
    """Make a local service that the verbs do not use by themselves: the caller passes its connection on."""
    return LocalService(recogniser, [], is_private=True)


def current_connection() -> Connection | None:
    """Return the connection of the local service that was started last and not stopped since, if any.

    Raises:
        LocalServiceError: It has ended by itself. To go on without it could mean to pay the service that a key is set for.
    """
    return _running[-1].connection if _running else None


def service_connection() -> Connection:
    """Return the connection that the verbs use now, by what settings and environment hold at this moment.

    Raises:
        NoConnectionError: There is neither a key nor a local service.
        LocalServiceError: The local service has ended by itself.
        OptionError: The address, or the key, is malformed.

    Warns:
        PlainHttpWarning: Key and recordings would go unencrypted to another machine.
    """
    local = current_connection()
    settings_key, settings_url = (None, None) if local else sdk_settings.key_and_url()
    connection = resolve(settings_key=settings_key, settings_url=settings_url, environ=os.environ, local=local)
    if connection.is_readable_on_the_way:
        warnings.warn(
            f"{connection.variable} begins with http://, so the API key and the recordings go to {connection.host} unencrypted, for "
            "everyone on the way to read. Use https:// unless that network is private.",
            PlainHttpWarning,
            stacklevel=3,
        )
    return connection


def _require(recogniser: str) -> None:
    if any(importlib.util.find_spec(name) is None for name in _RECOGNISERS[recogniser]):
        raise MissingExtraError("local", "The embedded service")
