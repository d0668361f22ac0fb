#!/bin/sh
# Ensure that Java 17 or newer and Maven are installed: Kafka's broker runs on Java, and Maven downloads it.
set -eu

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

has_java() {
    java=${JAVA_HOME:+$JAVA_HOME/bin/}java
    version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p') || return 1
    [ -n "$version" ] && [ "$version" -ge 17 ]
}

has_maven() { command -v mvn >/dev/null 2>&1; }

install() { apt-get install -y -qq --no-install-recommends "$1" >/dev/null || fail "apt-get could not install $1."; }

if has_java && has_maven; then exit 0; fi

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    fail "Kafka needs Java 17 or newer and Maven; on Debian: sudo apt-get install -y openjdk-17-jre-headless maven"
fi

export DEBIAN_FRONTEND=noninteractive
say "Installing Java and Maven (system packages, a minute or two)"
apt-get update -qq >/dev/null || fail "apt-get could not refresh its lists, so Java and Maven cannot be installed."
if ! has_java; then
    # Newer Debian releases no longer have 17; their default is newer.
    if apt-cache show openjdk-17-jre-headless >/dev/null 2>&1; then install openjdk-17-jre-headless; else install default-jre-headless; fi
fi
has_maven || install maven
has_java || fail "The Java found first is older than 17; JAVA_HOME names another one."
say "Ready: Java and Maven"
