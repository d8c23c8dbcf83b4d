"""An answer that unpacks to far more than there is memory: it costs its own job only."""

import json
import os
import subprocess
import sys
import textwrap

import pytest
import spoiler
from hostile import COUNT, sources
from spoiler import Spoiler, endless

pytestmark = pytest.mark.long


RUN = """
    import re, sys
    from pathlib import Path
    import scribekit as sk
    corpus, base_url, *sources = sys.argv[1:]
    limits = sk.Limits(poll_s=0.1, settle_s=0.3, backoff_s=0.02, tries=2, request_timeout_s=60)
    jobs = sk.collect(sk.submit_batch(sources, corpus=corpus, limits=limits, progress=False), progress=False)
    print(jobs[["status", "error"]].to_json(orient="values"))
    # Not ru_maxrss: that of the process which started this one counts there too.
    print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""
BOMBS = [
    ("get", "gzip", "200 OK", "was larger than 64 MB"),
    ("get", "deflate", "200 OK", "was larger than 64 MB"),
    ("get", "br", "200 OK", "was packed in a way that was not asked for"),
    ("get", "zstd", "200 OK", "was packed in a way that was not asked for"),
    ("get", "gzip, gzip", "200 OK", "was packed in a way that was not asked for"),
    ("get", "gzip", "503 Service Unavailable", "server_error"),
    ("get", None, "200 OK", "was larger than 64 MB"),
    ("create", "gzip", "200 OK", None),
    ("list", "gzip", "200 OK", None),
]


@pytest.mark.parametrize(("kind", "packing", "status", "why"), BOMBS, ids=["-".join(map(str, bomb[:3])) for bomb in BOMBS])
def test_no_answer_fills_the_memory(bench, tmp_path, kind, packing, status, why):
    service = bench("--speed", "2000", "--slots", "50")

    def spoil(request, _answer, proxy):
        is_later_list = kind == "list" and sum(asked == "list" for asked, _ in proxy.asked) > 2
        if request.kind != kind or not (request.is_victims or is_later_list):
            return None
        return spoiler.bomb(packing, status) if packing else endless()

    with Spoiler(service.base_url, spoil) as proxy:
        command = [sys.executable, "-c", textwrap.dedent(RUN), str(tmp_path / "c"), proxy.base_url, *sources()]
        own = {**os.environ, "ASSEMBLYAI_API_KEY": service.connection.api_key, "ASSEMBLYAI_BASE_URL": proxy.base_url}
        done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows, most = map(json.loads, done.stdout.splitlines())
    assert [row[0] for row in rows[1:]] == ["completed"] * (COUNT - 1)
    assert rows[0][0] == ("completed" if why is None else "error")
    assert why is None or why in rows[0][1]
    assert most < 400
