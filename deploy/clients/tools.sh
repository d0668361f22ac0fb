#!/bin/sh
# What `make clients` needs beside Python: a Java compiler of version 17 or newer, Maven, Node.js and npm. Installs what is
# missing where it may (Debian, as root), and else says what to install.
set -eu

fail() {
    echo "clients: $1" >&2
    exit 1
}

missing=""
command -v javac >/dev/null 2>&1 || missing="$missing openjdk-17-jdk-headless"
command -v mvn >/dev/null 2>&1 || missing="$missing maven"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    fail "install first:$missing"
fi
apt-get update -qq >/dev/null || fail "apt-get could not refresh its lists, to install:$missing"
# Word by word: they are names of packages.
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null || fail "apt-get could not install:$missing"
