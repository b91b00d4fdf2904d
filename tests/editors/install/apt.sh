#!/usr/bin/env bash
# usage: apt.sh PACKAGE...   installs Debian's packages that are missing, and prints nothing
source "$(dirname "$0")/common.sh"

missing=()
for package in "$@"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2> /dev/null | grep -q '^ii' || missing+=("$package")
done
[ ${#missing[@]} = 0 ] && exit 0
command -v apt-get > /dev/null || fail "there is no apt-get here; install: ${missing[*]}"
{
    as_root apt-get -o DPkg::Lock::Timeout=600 update
    as_root apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${missing[@]}"
} >&2
