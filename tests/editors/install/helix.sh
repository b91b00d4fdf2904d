#!/usr/bin/env bash
# usage: helix.sh   installs Helix from Debian 13, and prints the path of its executable
# Debian 12 has no Helix, and its C library is too old for the one of Debian 13. So that one's packages are unpacked
# into a folder, and Helix runs with the libraries there; what it starts uses the system's. It needs no root.
source "$(dirname "$0")/common.sh"

SUITE=trixie
command -v apt-get > /dev/null || unavailable "there is no apt-get here, and Helix is taken from Debian $SUITE"
folder=$CACHE/helix-$SUITE-1
if [ ! -e "$folder/.complete" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"/{root,apt/{lists/partial,archives/partial,preferences.d}}
    arch=$(dpkg --print-architecture)
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' | sed -n "s/ $(. /etc/os-release && echo "${VERSION_CODENAME:-}")\$//p" | head -n 1)
    [ -n "$mirror" ] || unavailable "apt knows no mirror of Debian; Helix is taken from Debian $SUITE"
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [arch=$arch signed-by=$keys] $mirror $SUITE main" > "$folder/apt/sources.list"
    : > "$folder/apt/status"
    options=(
        -o Dir::Etc::SourceList="$folder/apt/sources.list" -o Dir::Etc::SourceParts="$folder/apt/preferences.d"
        -o Dir::Etc::PreferencesParts="$folder/apt/preferences.d" -o Dir::State="$folder/apt" -o Dir::State::Lists="$folder/apt/lists"
        -o Dir::State::Status="$folder/apt/status" -o Dir::Cache="$folder/apt" -o APT::Sandbox::User=
        -o Acquire::Retries=2 -o Acquire::http::Timeout=60
    )
    {
        apt-get "${options[@]}" update || unavailable "apt does not reach $mirror"
        # An empty status makes everything that Helix needs new, from the C library on.
        apt-get "${options[@]}" install -y --no-install-recommends --download-only hx ||
            unavailable "Helix could not be downloaded from Debian $SUITE"
        for package in "$folder"/apt/archives/*.deb; do
            dpkg -x "$package" "$folder/root"
        done
    } >&2
    rm -rf "$folder/apt"
    loader=$(find "$folder/root" -name 'ld-linux-*.so.*' | head -n 1)
    libraries=$(find "$folder/root" -name 'libc.so.6' -printf '%h\n' | sort -u | paste -s -d :)
    [ -n "$loader" ] && [ -n "$libraries" ] || fail "the C library of Debian $SUITE was not unpacked"
    cat > "$folder/hx" << SCRIPT
#!/bin/sh
HELIX_RUNTIME=$folder/root/usr/lib/helix/runtime
export HELIX_RUNTIME
exec "$loader" --argv0 hx --library-path "$libraries" "$folder/root/usr/bin/hx" "\$@"
SCRIPT
    chmod +x "$folder/hx"
    "$folder/hx" --version | grep -q '^helix' || fail "Helix does not run"
    touch "$folder/.complete"
fi
echo "$folder/hx"
