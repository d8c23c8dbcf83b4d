import json
import os
import subprocess
import sys

import pytest

# The SDK copies the environment once in a process, so each case is a process of its own.
SCRIPT = """
import json, os
{steps}
from scribekit.api.embedded import service_connection
found = service_connection()
print(json.dumps([found.api_key, found.base_url]))
"""
KEY, URL = "os.environ['ASSEMBLYAI_API_KEY']", "os.environ['ASSEMBLYAI_BASE_URL']"
SDK, OURS = "import assemblyai as aai", "import scribekit as sk"
EU, US = "https://api.eu.assemblyai.com", "https://api.assemblyai.com"
VERB = "from scribekit.api.embedded import service_connection; service_connection()"

CASES = {
    "unchanged": ([SDK, OURS], ["first", EU]),
    "changed after both imports": ([SDK, OURS, f"{KEY} = 'second'", f"{URL} = '{US}'"], ["second", US]),
    "changed before the SDK was imported": ([OURS, f"{KEY} = 'second'", SDK], ["second", EU]),
    "changed again after a verb": ([OURS, f"{KEY} = 'second'", SDK, VERB, f"{KEY} = 'third'"], ["third", EU]),
    "the address is unset": ([SDK, OURS, f"del {URL}"], ["first", US]),
    "a key of the settings' own": ([SDK, OURS, "aai.settings.api_key = 'own'", f"{KEY} = 'second'"], ["own", EU]),
    "an address of the settings' own": ([SDK, OURS, f"aai.settings.base_url = '{US}/x'", f"{URL} = '{US}/y'"], ["first", f"{US}/x"]),
}


@pytest.mark.parametrize(("steps", "expected"), CASES.values(), ids=CASES.keys())
def test_what_was_set_last_in_the_environment_counts_unless_the_settings_have_their_own(steps, expected):
    environ = {**os.environ, "ASSEMBLYAI_API_KEY": "first", "ASSEMBLYAI_BASE_URL": EU}
    said = subprocess.run([sys.executable, "-c", SCRIPT.format(steps="\n".join(steps))], env=environ, capture_output=True, check=True)
    assert json.loads(said.stdout) == expected


def test_a_key_that_was_removed_from_the_environment_is_gone():
    environ = {**os.environ, "ASSEMBLYAI_API_KEY": "first"}
    script = SCRIPT.format(steps="\n".join([SDK, OURS, f"del {KEY}"]))
    said = subprocess.run([sys.executable, "-c", script], check=False, env=environ, capture_output=True, text=True)
    assert "NoConnectionError" in said.stderr
