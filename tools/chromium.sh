#!/bin/sh
# Finds a Chromium for the browser tests, or installs one: the system's package where that is allowed, else the browser driver's own.
# It never fails: without a browser those tests are skipped, and it says so.
python=$1
for found in "$CHROMIUM" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
    [ -n "$found" ] && [ -x "$found" ] && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests (once) …"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } >/dev/null 2>&1 && exit 0
fi
"$python" -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not pathlib.Path(p.chromium.executable_path).exists())' 2>/dev/null && exit 0
"$python" -m playwright install chromium >/dev/null 2>&1 && exit 0
echo "************************************************************************************************"
echo "No Chromium was found and none could be installed: THE BROWSER TESTS ARE LEFT OUT."
echo "Install one (Debian: apt-get install chromium), or set CHROMIUM to its path, and run this again."
echo "************************************************************************************************"
