#!/bin/sh
# Install exactly the locked packages of one set into .venv: `sh deploy/local/setup.sh runtime` or `… dev`.
# dev contains runtime. A second call finds the stamp of the first and returns at once.
# PYTHON names the interpreter; by default, the newest sufficient python3 is used.
set -eu
cd "$(dirname "$0")/../.."

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

# A lock file's checksum and the folder: programs in an environment contain its path, so a moved clone is rebuilt.
stamp_of() {
    if command -v sha256sum >/dev/null 2>&1; then sum=$(sha256sum <"requirements/$1.lock"); else sum=$(shasum -a 256 <"requirements/$1.lock"); fi
    say "${sum%% *} $(pwd -P)"
}

is_installed() {
    [ -x .venv/bin/python ] && [ -f ".venv/.stamp-$1" ] && [ "$(cat ".venv/.stamp-$1")" = "$(stamp_of "$1")" ]
}

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then say "$name"; return; fi
    done
    fail "Python 3.11 or newer is needed and was not found; PYTHON=/path/to/python3 names one elsewhere."
}

# Debian packages venv separately.
install_venv() {
    command -v apt-get >/dev/null 2>&1 || fail "$1 cannot make virtual environments: its modules venv and ensurepip are missing."
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    [ "$(id -u)" = 0 ] || fail "$1 cannot make virtual environments; run this once: sudo apt-get install -y $package"
    say "Installing $package (system package)"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package"; } >/dev/null ||
        fail "apt-get could not install $package, which $1 needs to make virtual environments."
}

name=${1:-}
case $name in
    runtime) if is_installed runtime || is_installed dev; then exit 0; fi ;;
    dev) if is_installed dev; then exit 0; fi ;;
    *) fail "usage: $0 runtime|dev" ;;
esac

# Rebuilt if its Python is gone, if it was moved, or if it has no pip; otherwise packages are updated in place.
if ! .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || install_venv "$python"
    say "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv || fail "$python could not make a virtual environment in .venv."
fi

rm -f .venv/.stamp-*
say "Installing $(grep -c '==' "requirements/$name.lock") locked packages into .venv ($name)"
.venv/bin/python -m pip install --require-hashes --no-deps -q --disable-pip-version-check --no-input \
    -r "requirements/$name.lock" || fail "pip could not install requirements/$name.lock; its message is above."
stamp_of "$name" >".venv/.stamp-$name"
say "Ready: .venv ($name)"
