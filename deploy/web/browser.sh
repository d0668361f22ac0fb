#!/bin/sh
# What the tests of the pages need beside Python: Chromium, and a font with Chinese characters, so that pictures show text.
# Installs what is missing where it may (Debian, as root), and else says what to install.
set -eu

fail() {
    echo "browser: $1" >&2
    exit 1
}

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
if ! command -v fc-list >/dev/null 2>&1; then missing="$missing fontconfig fonts-noto-cjk"
elif [ -z "$(fc-list :lang=zh)" ]; then missing="$missing fonts-noto-cjk"; fi
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    fail "install first:$missing"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null || fail "apt-get could not refresh its lists, to install:$missing"
# Word by word: they are names of packages.
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null || fail "apt-get could not install:$missing"
