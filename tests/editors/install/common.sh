# What the scripts of this folder share. Each installs one thing if it is not there, and prints where it is.
# Downloads are kept in $CACHE, outside of the clone, in folders that carry the version.

set -euo pipefail
umask 022
CACHE=${PERSONA_LSP_EDITORS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/persona-lsp-editors}
mkdir -p "$CACHE"

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# Two test runs may ask for the same thing at once. File 9 stays open until the script ends.
exec 9> "$CACHE/.$(basename "$0" .sh).lock"
flock -w 900 9 || fail "another installation has been running for a quarter of an hour"

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@" || fail "needs root or sudo without a password for: $*"
    fi
}
