#!/usr/bin/env bash
# Installs the VS Code that the tests drive, once per version, and prints the folder that it is in.
#
# VS Code comes as code-server (its workbench, its extension host, its server) from the npm registry, the browser from
# Debian. The folder is named after the lock file, so a changed version is a new folder and an interrupted
# installation is never taken for a finished one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${PERSONA_LSP_EDITORS:-${XDG_CACHE_HOME:-$HOME/.cache}/persona-lsp-editors}
key=$(cat "$here/package.json" "$here/package-lock.json" "$here/install.sh" | sha256sum | cut -c1-12)
folder=$cache/vscode-$key

command -v node >/dev/null || { echo "the tests in VS Code need Node.js 20" >&2; exit 1; }
if ! command -v chromium >/dev/null; then
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-dejavu-core fonts-noto-color-emoji; } >&2
fi

if [ ! -e "$folder/.ready" ]; then
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "$here/package.json" "$here/package-lock.json" "$folder/"
  cd "$folder"
  # npx asks before it runs what a native module brings along, unless told.
  export npm_config_yes=true
  {
    npm ci --ignore-scripts --no-audit --no-fund
    (
      cd node_modules/code-server/lib/vscode
      npm install --omit=dev --ignore-scripts --no-audit --no-fund
      ln -sfn node_modules node_modules.asar
    )
    # The one native module that the server does not start without; the headers of Debian's Node.js are in /usr.
    [ -e /usr/include/node/node.h ] && export npm_config_nodedir=/usr
    npm rebuild argon2
    # And the one that its log channels write with: without it their panels stay empty.
    (cd node_modules/code-server/lib/vscode && npm rebuild @vscode/spdlog)
  } >&2
  touch .ready
fi
echo "$folder"
