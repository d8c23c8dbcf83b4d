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
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import entry_points
from types import TracebackType
from typing import Any
from urllib.parse import quote, unquote

from scribekit.api import sdk_settings
from scribekit.api.connection import Connection, embedded_host, resolve
from scribekit.base import model_files
from scribekit.base.errors import LocalServiceError, MissingExtraError, ModelError, OptionError, PlainHttpWarning, nearest
from scribekit.base.service_address import is_readable_on_the_way, key_problem, readable_on_the_way, speech_server

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 5.0

_SERVER = ("starlette", "uvicorn")
_NEEDED = {
    "pocketsphinx": ("local", ("pocketsphinx", *_SERVER)),
    "scripted": ("local", _SERVER),
    "whisper": ("whisper", ("faster_whisper", *_SERVER)),
    "openai": ("local", _SERVER),
}
"""Recogniser → the extra that installs it, and the libraries that it needs."""
_OWN_ARGUMENTS = {"whisper": ("model", "device", "compute_type", "language"), "openai": ("url", "model", "key")}
"""Recogniser → the arguments of :func:`local_service` that are for it."""
_QUALITIES = {"pocketsphinx": "demonstration quality", "scripted": "a rehearsal: invented words"}
_SLOTS = {"scripted": 200, "openai": 4}
"""Recogniser → how many jobs it works on at once, where that does not depend on the cores."""
OFFERED = "scribekit.recognisers"
"""The entry points by which other packages offer recognisers."""
MODEL_PREFIX = "embedded-"
"""The beginning of the name of each model that answers on this machine, whatever the request names."""
_running: list[LocalService] = []


class LocalService:
    """An embedded transcription service on 127.0.0.1, which the verbs use while it runs.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`. It ends with this process at the latest. Each start makes a new
    key; whoever does not have it, another user of the machine or a web page, gets no answer but a refusal.

    Attributes:
        recogniser: ``"whisper"``, ``"openai"``, ``"pocketsphinx"``, ``"scripted"``, or the name of one that another package offers.
        model: The model of the recogniser; None where it has only one.
        is_private: The verbs do not use it by themselves.
    """

    def __init__(
        self,
        recogniser: str,
        arguments: list[str],
        *,
        model: str | None = None,
        identity: str | None = None,
        server_key: str | None = None,
        is_private: bool = False,
    ) -> None:
        self.recogniser = recogniser
        self.model = model
        self._identity = identity or recogniser
        self._arguments = arguments
        self._server_key = server_key
        self.is_private = is_private
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
        answers = None if self.recogniser == "scripted" else MODEL_PREFIX + "-".join(filter(None, [self.recogniser, self.model]))
        self._connection = Connection(base_url, key, host=embedded_host(self._identity), forgets_jobs=True, model=answers)
        if not self.is_private:
            _running.append(self)
        atexit.register(self.stop)
        return self

    def _hand_over(self, key: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(OSError):  # it has ended, which its missing address tells
            lines = f"{key}\n" if self._server_key is None else f"{key}\n{self._server_key}\n"
            os.write(self._process.stdin.fileno(), lines.encode())

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
            said = json.loads(line)
            if "error" in said:
                process.wait()
                raise LocalServiceError(str(said["error"]))
            return str(said["base_url"])
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
        name = " ".join(filter(None, [self.recogniser, self.model]))
        quality = f" ({_QUALITIES[self.recogniser]})" if self.recogniser in _QUALITIES else ""
        return f"<LocalService {name}{quality}, {where}>"


def local_service(
    recogniser: str | None = None,
    *,
    model: str | os.PathLike[str] | None = None,
    device: str | None = None,
    compute_type: str | None = None,
    language: str | None = None,
    url: str | None = None,
    key: str | None = None,
    slots: int | None = None,
    speed: float | None = None,
    faults: Mapping[str, Any] | None = None,
    control: bool = False,
) -> LocalService:
    """Make an embedded transcription service on this machine: no key, no network, no cost.

    While it runs the verbs use it, also when a key is set. ``whisper`` transcribes with a Whisper model that :func:`scribekit.get_model`
    fetched: 4 to 8 % word errors on read human speech with ``base``, about ten times as fast as real time on one core, a hundred
    languages. ``pocketsphinx`` is for demonstrations: US English, about 5 to 10 % word errors on clean generated speech, a third to a half
    of the words on human speech. ``scripted`` imitates AssemblyAI with invented words and realistic waiting times, to rehearse a whole
    library before paying for it. ``openai`` has a server transcribe that speaks OpenAI's API, for example one of speaches, vLLM or LocalAI
    on your network; what such a server charges is not counted. Other packages may offer more (see docs/engines.md).

    Args:
        recogniser: Its name. By default the best one that is installed with its model: ``whisper``, else ``pocketsphinx``.
        model: For ``whisper``: a name of :func:`scribekit.models`, or the path of a folder with a model in the form of CTranslate2. By
            default the most accurate one that is there. For ``openai``: the server's name of a model.
        device: For ``whisper``: ``"cpu"``, ``"cuda"``, or ``"auto"`` (the default) for a GPU where there is one.
        compute_type: For ``whisper``: the arithmetic, by CTranslate2's name. By default ``int8`` on a processor, ``float16`` on a GPU.
        language: For ``whisper``: the language of recordings that name none, for example ``"de"``. By default it is detected.
        url: For ``openai``: the address of the server's API, for example ``"http://127.0.0.1:8000/v1"``.
        key: For ``openai``: the server's key, where it wants one. By default the environment's ``SCRIBEKIT_OPENAI_KEY``.
        slots: Jobs that it works on at once. Default: the number of cores, 200 for ``scripted``, 4 for ``openai``.
        speed: For ``scripted``: how many times faster than AssemblyAI's usual pace.
        faults: For ``scripted``: failures to inject, for example ``{"http_503": 0.02}``.
        control: Offer the control endpoints (its counters, switching faults).

    Returns:
        A service that is not running yet: use it in a ``with`` statement, or call ``start()``.

    Raises:
        OptionError: There is no such recogniser, an argument is for another one or malformed, or a number is not above zero.
        ModelError: The model is not there, or is damaged.
        MissingExtraError: The recogniser is not installed.

    Warns:
        PlainHttpWarning: Recordings would go unencrypted to another machine.

    Example:
        >>> with local_service("scripted", speed=100) as service:
        ...     service.is_running
        True
    """
    offered = {entry.name for entry in entry_points(group=OFFERED)}
    if recogniser is None and url is not None:
        recogniser = "openai"
    if recogniser is None:
        recogniser = "whisper" if model is not None or (_is_installed("whisper") and model_files.best_here()) else "pocketsphinx"
    if recogniser not in {*_NEEDED, *offered}:
        raise OptionError(f"There is no recogniser {recogniser!r}.{nearest(recogniser, {*_NEEDED, *offered})}")
    for name, value in (("slots", slots), ("speed", speed)):
        if value is not None and not value > 0:
            raise OptionError(f"{name}= is a number above zero; found {value!r}.")
    given = {"model": model, "device": device, "compute_type": compute_type, "language": language, "url": url, "key": key}
    _check_owners(recogniser, [name for name, value in given.items() if value is not None])
    arguments: list[str] = []
    slots = slots or _SLOTS.get(recogniser)
    if slots is not None:
        arguments += ["--slots", str(slots)]
    if speed is not None:
        arguments += ["--speed", str(speed)]
    if faults:
        arguments += ["--faults", json.dumps(dict(faults))]
    if control:
        arguments.append("--control")
    if recogniser == "openai":
        return _openai(arguments, url, model, key)
    if recogniser != "whisper":
        return LocalService(recogniser, arguments)
    _require("whisper")
    located = model_files.locate(model or model_files.best_here() or model_files.DEFAULT)
    identified = located.name if located.is_known else f"{located.name}@{located.sha256[:12]}"
    given |= {"model": located.name if located.is_known else located.folder}
    arguments += [part for name, value in given.items() if value is not None for part in (f"--{name.replace('_', '-')}", str(value))]
    return LocalService("whisper", arguments, model=located.name, identity="/".join(filter(None, ["whisper", identified, language])))


def _check_owners(recogniser: str, given: Sequence[str]) -> None:
    """Refuse arguments that are for another recogniser."""
    foreign = [name for name in given if name not in _OWN_ARGUMENTS.get(recogniser, ())]
    if foreign:
        owners = [repr(owner) for owner, names in _OWN_ARGUMENTS.items() if set(foreign) & set(names)]
        named = " and ".join(f"{name}=" for name in foreign)
        raise OptionError(f"{named} is for the recogniser {' or '.join(owners)}, not for {recogniser!r}. Leave it out.")


def _openai(arguments: list[str], url: str | None, model: str | os.PathLike[str] | None, key: str | None) -> LocalService:
    """Make the service that has an OpenAI-compatible server transcribe. Its key goes through a pipe: every user can read arguments."""
    if url is None or not isinstance(model, str) or not model.strip():
        raise OptionError(
            "The recogniser 'openai' needs url=, the address of the server's API, and model=, the server's name of a model: "
            "sk.local_service('openai', url='http://127.0.0.1:8000/v1', model='Systran/faster-whisper-small')."
        )
    problem = key_problem(key) if key else None if key is None else "is empty"
    if problem is not None:
        raise OptionError(f"The key in key= {problem}. Give the key itself, without 'Bearer'.")
    address = speech_server(url, key)
    if is_readable_on_the_way(address):
        warnings.warn(readable_on_the_way(address), PlainHttpWarning, stacklevel=3)
    arguments += ["--url", address, "--model", model, *(["--openai-key-file", "-"] if key else [])]
    return LocalService("openai", arguments, model=model, identity=f"openai/{quote(model, safe='')}/{address}", server_key=key)


def private_service(identity: str) -> LocalService:
    """Make a local service that the verbs do not use by themselves: the caller passes its connection on.

    Args:
        identity: A recogniser, or what the name of the service in job keys says: ``whisper/base/de``.

    Raises:
        ModelError: Its model is not there, or is damaged.
        MissingExtraError: The recogniser is not installed.
    """
    recogniser, _, rest = identity.partition("/")
    name, _, language = rest.partition("/")
    service = local_service(recogniser, model=name or None, language=language or None)
    service.is_private = True
    return service


def how_to_make(identity: str) -> str:
    """Return the call that makes a service with this identity.

    Example:
        >>> how_to_make("pocketsphinx"), how_to_make("whisper/base/de")
        ("sk.local_service('pocketsphinx')", "sk.local_service('whisper', model='base', language='de')")
        >>> how_to_make("openai/org%2Fsmall/http://lab:8000/v1")
        "sk.local_service('openai', url='http://lab:8000/v1', model='org/small')"
    """
    recogniser, _, rest = identity.partition("/")
    model, _, rest = rest.partition("/")
    asked = (
        [("url", rest), ("model", unquote(model))] if recogniser == "openai" else [("model", model.partition("@")[0]), ("language", rest)]
    )
    given = [f"{name}={value!r}" for name, value in asked if value]
    return f"sk.local_service({', '.join([repr(recogniser), *given])})"


def can_be_made_again(identity: str) -> bool:
    """Return whether a service that ended can be made again, so that its unfinished jobs are done: it recognises, and its model is there.

    Of a rehearsal nobody knows the settings afterwards, of a server nobody knows the key.
    """
    recogniser, _, rest = identity.partition("/")
    if recogniser in ("scripted", "openai") or not _is_installed(recogniser):
        return False
    try:
        return recogniser != "whisper" or model_files.find(rest.partition("/")[0]) is not None
    except ModelError:
        return False


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


def _is_installed(recogniser: str) -> bool:
    _, needed = _NEEDED.get(recogniser, ("", _SERVER))
    return all(importlib.util.find_spec(name) is not None for name in needed)


def _require(recogniser: str) -> None:
    extra, _ = _NEEDED.get(recogniser, ("local", ()))
    if not _is_installed(recogniser):
        raise MissingExtraError(extra, "The embedded service" if extra == "local" else f"The recogniser {recogniser}")
