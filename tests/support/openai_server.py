"""A small server on loopback that speaks OpenAI's API for transcriptions, as it is told to."""

import contextlib
import email
import io
import json
import threading
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = "Good morning, all. We start."
WORDS = [
    {"word": "Good", "start": 0.1, "end": 0.3},
    {"word": "morning", "start": 0.3, "end": 0.7},
    {"word": "all", "start": 0.7, "end": 0.9},
    {"word": "We", "start": 1.5, "end": 1.6},
    {"word": "start", "start": 1.6, "end": 1.9},
]
SEGMENTS = [{"id": 0, "start": 0.1, "end": 0.9, "text": " Good morning, all."}, {"id": 1, "start": 1.5, "end": 1.9, "text": " We start."}]
TIMED = {"task": "transcribe", "language": "english", "duration": 2.0, "text": TEXT, "words": WORDS, "segments": SEGMENTS}


def reply(answer=TIMED, status=200, **headers):
    """An answer; a text is a body of its own, everything else becomes JSON."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return status, {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}, body


class OpenAIServer:
    """Gives one answer after the other, the last one again and again.

    Attributes:
        url: The address of its API.
        requests: What was asked: path, headers, fields, and the seconds and channels of each sound.
        answers: The answers that are left. A function is called with the handler instead, to write what it wants.
        let_go: Set at the end, so that an answer that waits for it ends.
    """

    def __init__(self):
        self.requests = []
        self.answers = [reply()]
        self.let_go = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"server_state": self}))
        self._http.daemon_threads = True
        self.host = f"127.0.0.1:{self._http.server_port}"
        self.url = f"http://{self.host}/v1"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def next_answer(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self):
        self.let_go.set()
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    server_state = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server_state.requests.append({"path": self.path, "headers": dict(self.headers), **_read(self.headers["content-type"], body)})
        answer = self.server_state.next_answer()
        with contextlib.suppress(OSError):  # the other side has gone
            if callable(answer):
                answer(self, self.server_state)
                return
            status, headers, content = answer
            self.send_response(status)
            for name, value in ({"content-length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_):
        pass


def _read(content_type, body):
    """The fields and the sounds of a form."""
    parts = email.message_from_bytes(b"content-type: " + content_type.encode() + b"\r\n\r\n" + body).get_payload()
    fields, sounds = [], []
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            with wave.open(io.BytesIO(part.get_payload(decode=True))) as sound:
                sounds.append((sound.getnframes() / sound.getframerate(), sound.getnchannels(), part.get_filename()))
        else:
            fields.append((name, part.get_payload(decode=True).decode()))
    return {"fields": fields, "sounds": sounds}


def silent(handler, state):
    """Never answer."""
    state.let_go.wait()


def endless(handler, state):
    """Begin an answer of JSON that never ends."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.end_headers()
    handler.wfile.write(b'{"text": "')
    while not state.let_go.wait(0.01):
        handler.wfile.write(b"on and on ")


def cut(handler, state):
    """Close the connection in the middle of an answer."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"text": "')
    handler.close_connection = True
