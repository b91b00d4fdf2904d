#!/usr/bin/env bash
# usage: extension.sh VSCODE   packages the extension of this repository for VS Code, once for the same sources
# Prints a folder: persona-lsp.vsix is the package, extensions/ is what the VS Code in VSCODE made of it when it
# installed it. Tests take copies of that, so that none has to wait for the installation again.
source "$(dirname "$0")/common.sh"

vscode=$1
root=$(cd "$HERE/../../.." && pwd)
cd "$root"
key=$({
    echo "$vscode"
    find LICENSE README.md pyproject.toml constraints.txt server personas docs/rules client-config "$0" -type f \
        -not -path '*/node_modules/*' -not -path '*/__pycache__/*' -not -path 'client-config/vscode/bundled/*' \
        -not -path 'client-config/vscode/build/*' -not -path 'client-config/vscode/out/*' -not -path 'client-config/vscode/dist/*' \
        -print0 | sort -z | xargs -0 sha256sum
} | sha256sum | cut -c1-12)
folder=$root/build/editors/extension-$key

if [ ! -e "$folder/.complete" ] || [ ! -d client-config/vscode/node_modules ]; then
    rm -rf "$root/build/editors"
    mkdir -p "$folder/home"
    cd client-config/vscode
    from_npm npm ci
    from_pypi "$PIP_PYTHON" scripts/bundle.py
    rm -rf dist
    node scripts/package.mjs >&2
    cp dist/persona-lsp-linux-*.vsix "$folder/persona-lsp.vsix"
    : > "$folder/config.yaml"
    HOME=$folder/home EXTENSIONS_GALLERY='{}' VSCODE_CLI=1 node "$vscode/node_modules/code-server/out/node/entry.js" \
        --config "$folder/config.yaml" --user-data-dir "$folder/data" --extensions-dir "$folder/extensions" \
        --install-extension "$folder/persona-lsp.vsix" --force >&2
    # As it is after a first start: compiling the server's modules would be most of the time of each test.
    "$PIP_PYTHON" -m compileall -q -j 0 "$folder"/extensions/*/bundled/{common,cp3*}
    touch "$folder/.complete"
fi
echo "$folder"
