#!/usr/bin/env bash
# Runs the tests in a Neovim, with a server, stores and configuration that are nobody's own.
#   run.sh NVIM COMMAND
set -euo pipefail
nvim=${1:?usage: run.sh NVIM COMMAND}
command=${2:?usage: run.sh NVIM COMMAND}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export FORETHOUGHT_TEST_COMMAND=$command
export FORETHOUGHT_CACHE_DIR=$home/cache FORETHOUGHT_STATE_DIR=$home/state FORETHOUGHT_CONFIG=$home/config.toml
export XDG_CONFIG_HOME=$home/xdg/config XDG_DATA_HOME=$home/xdg/data XDG_STATE_HOME=$home/xdg/state XDG_CACHE_HOME=$home/xdg/cache
unset NVIM NVIM_APPNAME VIMRUNTIME
if command -v luacheck >/dev/null; then
	(cd "$here/.." && luacheck --quiet .)
else
	echo "luacheck is not installed (Debian: lua-check); skipped"
fi
"$nvim" --headless -u "$here/minimal.lua" -l "$here/test.lua"
