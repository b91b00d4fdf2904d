#!/usr/bin/env bash
# usage: apt.sh PACKAGE...   installs Debian's packages that are missing, and prints nothing
source "$(dirname "$0")/common.sh"

missing=()
for package in "$@"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2> /dev/null | grep -q '^ii' || missing+=("$package")
done
[ ${#missing[@]} = 0 ] && exit 0
command -v apt-get > /dev/null || unavailable "there is no apt-get here; install: ${missing[*]}"
options=(-o DPkg::Lock::Timeout=600 -o Acquire::Retries=2 -o Acquire::http::Timeout=60 -o Acquire::https::Timeout=60)
{
    # Lists that cannot be had may be those of somebody else's packages: what is missing then shows itself.
    find "$CACHE/.apt-updated" -mmin -60 2> /dev/null | grep -q . ||
        { as_root apt-get "${options[@]}" update && touch "$CACHE/.apt-updated"; } || echo "not all lists are new" >&2
    as_root apt-get "${options[@]}" install -y --no-install-recommends "${missing[@]}" ||
        unavailable "apt could not install: ${missing[*]}"
} >&2
