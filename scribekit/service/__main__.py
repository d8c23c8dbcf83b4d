"""``python -m scribekit.service``: run the embedded service as a process."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from scribekit.base import model_files
from scribekit.base.errors import MissingExtraError, OptionError, ScribekitError, nearest
from scribekit.base.service_address import is_readable_on_the_way, readable_on_the_way
from scribekit.service.faults.spec import Faults
from scribekit.service.keys import OPENAI_VARIABLE, VARIABLE, given_key, new_key
from scribekit.service.recognisers.base import Recogniser
from scribekit.service.state.settings import ROOM_BYTES, Settings

EXIT_USAGE = 2
EXIT_MISSING_EXTRA = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal to stop, and return the exit code.

    One line of JSON on standard output says when it listens: ``{"base_url": …, "recogniser": …, "pid": …}``, and the ``api_key`` when no
    key was given.
    With ``--exit-with-parent`` a service that cannot start says so in such a line too: ``{"error": …}``.
    The exit code is 3 when an extra is not installed, and 2 for a wrong option, a missing model or a port that is in use.
    """
    options = _parser().parse_args(arguments)
    try:
        faults = Faults.from_json(options.faults)
        return _serve(options, faults, given_key(options.key_file, os.environ))
    except MissingExtraError as missing:
        _complain(str(missing), options)
        return EXIT_MISSING_EXTRA
    except ScribekitError as error:
        _complain(str(error), options)
        return EXIT_USAGE
    except OSError as error:
        _complain(f"The service cannot start on port {options.port}: {error}. Try --port 0 for a free one.", options)
        return EXIT_USAGE


def _complain(sentence: str, options: argparse.Namespace) -> None:
    """Say why there is no service: to a person, or to the program that started it and shows the sentence itself."""
    if options.exit_with_parent:
        print(json.dumps({"error": sentence}), flush=True)
    else:
        print(sentence, file=sys.stderr)


def _serve(options: argparse.Namespace, faults: Faults, given: str | None) -> int:
    try:
        from scribekit.service.server import address, listen, serve
        from scribekit.service.state.webhooks import PAUSE_S
    except ModuleNotFoundError as error:
        raise _missing(error, "The embedded service") from error
    recogniser = _recogniser(options)
    listener = listen(options.port)
    settings = Settings(
        base_url=address(listener),
        api_key=given or new_key(),
        quality=QUALITIES.get(options.recogniser, "not measured"),
        slots=options.slots,
        requests_per_window=options.requests_per_window,
        window_s=options.window_s,
        upload_mbps=options.upload_mbps,
        room_bytes=int(options.disk_gb * 1e9),
        allow_remote=options.allow_remote,
        require_models=options.require_models,
        null_prev_url_at_end=options.null_prev_url_at_end,
        control=options.control,
        webhook_pause_s=PAUSE_S / options.speed if options.webhook_pause_s is None else options.webhook_pause_s,
        other_transcripts=options.other_transcripts,
        faults=faults,
    )
    announcement = {"base_url": settings.base_url, "recogniser": recogniser.name, "pid": os.getpid()}
    if given is None:
        announcement["api_key"] = settings.api_key
    asyncio.run(
        serve(
            listener,
            settings,
            recogniser,
            upload_dir=options.upload_dir,
            exit_with_parent=options.exit_with_parent,
            ready=lambda: print(json.dumps(announcement), flush=True),
        )
    )
    return 0


def _recogniser(options: argparse.Namespace) -> Recogniser:
    """Make the recogniser that was asked for: one of ours, or one that another package offers."""
    if options.recogniser in RECOGNISERS:
        try:
            return RECOGNISERS[options.recogniser](options)
        except ModuleNotFoundError as error:
            raise _missing(error, f"The recogniser {options.recogniser}") from error
    offered = {entry.name: entry for entry in entry_points(group=GROUP)}
    if options.recogniser not in offered:
        raise OptionError(f"There is no recogniser {options.recogniser!r}.{nearest(options.recogniser, [*RECOGNISERS, *offered])}")
    return _made(offered[options.recogniser], options.slots)


def _made(entry: EntryPoint, slots: int) -> Recogniser:
    """Make a recogniser of another package; whatever goes wrong in its code is said in one sentence."""
    try:
        made: Recogniser = entry.load()(slots=slots)
    except ScribekitError:
        raise
    except Exception as error:  # what another package does is not known
        problem = f"The recogniser {entry.name!r} ({entry.value}) cannot be made"
        raise OptionError(f"{problem}: {type(error).__name__}: {error}. See docs/engines.md.") from error
    missing = [name for name in ("name", "needs_bytes", "abilities", "recognise", "close") if not hasattr(made, name)]
    if missing:
        raise OptionError(f"{entry.value} made no recogniser: it has no {', '.join(missing)}. See docs/engines.md.")
    return made


def _pocketsphinx(options: argparse.Namespace) -> Recogniser:
    from scribekit.service.recognisers.pocketsphinx.recogniser import pocketsphinx

    return pocketsphinx(processes=min(options.slots, os.cpu_count() or 1))


def _scripted(options: argparse.Namespace) -> Recogniser:
    from scribekit.service.recognisers.scripted.recogniser import Scripted

    return Scripted(speed=options.speed)


def _whisper(options: argparse.Namespace) -> Recogniser:
    from scribekit.service.recognisers.whisper.recogniser import whisper

    model = options.model or model_files.best_here() or model_files.DEFAULT
    return whisper(model, slots=options.slots, device=options.device, compute_type=options.compute_type, language=options.language)


def _openai(options: argparse.Namespace) -> Recogniser:
    from scribekit.service.recognisers.openai.recogniser import OpenAI
    from scribekit.service.recognisers.openai.server import Server

    if not options.url or not options.model:
        raise OptionError("The recogniser openai needs --url, the address of the server's API, and --model, the server's name of a model.")
    server = Server(options.url, given_key(options.openai_key_file, os.environ, OPENAI_VARIABLE))
    if is_readable_on_the_way(server.url) and not options.exit_with_parent:  # its parent has said so
        print(readable_on_the_way(server.url), file=sys.stderr)
    return OpenAI(server, options.model)


def _missing(error: ModuleNotFoundError, purpose: str) -> ImportError:
    return error if (error.name or "").startswith("scribekit") else MissingExtraError("local", purpose)


RECOGNISERS: dict[str, Callable[[argparse.Namespace], Recogniser]] = {
    "pocketsphinx": _pocketsphinx,
    "scripted": _scripted,
    "whisper": _whisper,
    "openai": _openai,
}
QUALITIES = {"pocketsphinx": "demonstration", "scripted": "scripted", "whisper": "by model"}
GROUP = "scribekit.recognisers"
"""The entry points by which other packages offer recognisers: functions that take ``slots`` and return a ``Recogniser``."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scribekit.service",
        description="Run a transcription service on this machine's loopback address. Defaults are in parentheses.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="the port on 127.0.0.1; 0 takes a free one")
    add("--recogniser", default="pocketsphinx", help=f"what turns audio into words: {', '.join(RECOGNISERS)} (pocketsphinx)")
    add("--model", metavar="NAME", help="a model of whisper, by name or by its folder (the best that is there), or of the server of openai")
    add("--url", help="the address of the API of an OpenAI-compatible server, for openai: http://127.0.0.1:8000/v1")
    add(
        "--openai-key-file",
        metavar="FILE",
        help=f"as --key-file, the key of that server, in the line after it (${OPENAI_VARIABLE}, or none)",
    )
    add("--device", default="auto", help="cpu, cuda, or auto for a GPU where there is one: for whisper (auto)")
    add("--compute-type", metavar="TYPE", help="the arithmetic of whisper, by CTranslate2's name (int8; float16 on a GPU)")
    add("--language", metavar="CODE", help="the language of whisper's jobs that name none (detected)")
    add("--slots", type=_positive(int), default=os.cpu_count() or 1, help="jobs processed at the same time (number of cores)")
    add("--speed", type=_positive(float), default=1.0, help="time scale of the scripted recogniser (1)")
    add("--requests-per-window", type=_positive(int), default=20_000, help="requests answered per window; the rest get 429 (20,000)")
    add("--window-s", type=_positive(float), default=300.0, help="length of the request window in seconds (300)")
    add("--upload-mbps", type=_positive(float), help="megabits per second that all uploads share (no limit)")
    add("--key-file", metavar="FILE", help=f"the first line of FILE, or of standard input for -, is the key (${VARIABLE}, or a new one)")
    add("--disk-gb", type=_positive(float), default=ROOM_BYTES / 1e9, help="gigabytes for uploads; the oldest go first (20)")
    add("--faults", default="{}", metavar="JSON", help="faults to inject (none)")
    add("--other-transcripts", type=_positive(int), default=0, metavar="N", help="transcripts of other clients in the list from the start")
    add("--webhook-pause-s", type=_positive(float), help="seconds between two attempts to call a webhook (10 / speed)")
    add("--control", action="store_true", help="answer /_control/counters and /_control/faults")
    add("--allow-remote", action="store_true", help="fetch audio from other machines and call webhooks on them too")
    add("--require-models", action="store_true", help="refuse jobs without speech_models")
    add("--null-prev-url-at-end", action="store_true", help="the oldest list page has no prev_url")
    add("--upload-dir", type=Path, metavar="DIR", help="keep uploads in a new folder inside DIR while the service runs")
    add("--exit-with-parent", action="store_true", help="end when standard input ends")
    return parser


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = kind(text)
        if value <= 0:
            raise argparse.ArgumentTypeError(f"{text} is not greater than 0")
        return value

    return read


if __name__ == "__main__":
    sys.exit(main())
