#!/usr/bin/env bash
# Installs VS Code 1.100, as code-server, and what a browser test of it needs, into the folder given. Everything comes from
# apt and npm. Exits with 77, and one line that says why, where this machine cannot have it.
set -euo pipefail

VERSION=4.100.3
folder=${1:?usage: install.sh FOLDER}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

skip() {
	echo "skipped: $*"
	exit 77
}

browser() {
	for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
		if [ -n "$name" ] && command -v "$name"; then return; fi
	done
	return 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

command -v npm >/dev/null || skip "VS Code's test needs Node 20 and npm, and there is no npm"
major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
[ "$major" = 20 ] || skip "code-server $VERSION runs on Node 20, and this is Node $major"

# Debian's names. Libraries are asked for by the header or program that the builds look for.
wanted=()
browser >/dev/null || wanted+=(chromium)
command -v rg >/dev/null || wanted+=(ripgrep)
command -v g++ >/dev/null || wanted+=(build-essential)
command -v pkg-config >/dev/null || wanted+=(pkg-config)
command -v git >/dev/null || wanted+=(git)
for pair in gssapi/gssapi.h:libkrb5-dev libsecret-1/libsecret/secret.h:libsecret-1-dev X11/Xlib.h:libx11-dev \
	X11/extensions/XKBrules.h:libxkbfile-dev; do
	[ -e "/usr/include/${pair%%:*}" ] || wanted+=("${pair##*:}")
done
if [ ${#wanted[@]} -gt 0 ]; then
	command -v apt-get >/dev/null || skip "missing ${wanted[*]}, and there is no apt-get to install them with"
	echo "installing ${wanted[*]}"
	export DEBIAN_FRONTEND=noninteractive
	{ as_root apt-get update -q && as_root apt-get install -q -y --no-install-recommends "${wanted[@]}"; } \
		>"$folder/apt.log" 2>&1 || skip "apt-get could not install ${wanted[*]}: $(tail -n 1 "$folder/apt.log")"
fi

if [ ! -e "$folder/installed" ]; then
	echo "installing code-server $VERSION into $folder"
	cd "$folder"
	[ -e package.json ] || echo '{"private": true}' >package.json
	{
		quiet=(--no-audit --no-fund --loglevel=error)
		# A plain install would download ripgrep from elsewhere.
		npm install "code-server@$VERSION" --ignore-scripts "${quiet[@]}"
		code=$folder/node_modules/code-server/lib/vscode
		(cd "$code" && npm install --unsafe-perm --omit=dev --ignore-scripts "${quiet[@]}")
		(cd "$code/extensions" && npm install --unsafe-perm --omit=dev --ignore-scripts "${quiet[@]}")
		for part in node-pty @parcel/watcher @vscode/spdlog native-watchdog kerberos; do
			(cd "$code" && npm rebuild "$part") || echo "rebuilding $part complained"
		done
		npm rebuild argon2 || echo "rebuilding argon2 complained"
		mkdir -p "$code/node_modules/@vscode/ripgrep/bin"
		ln -sf "$(command -v rg)" "$code/node_modules/@vscode/ripgrep/bin/rg"
		test -e "$code/node_modules/node-pty/build/Release/pty.node"
	} >install.log 2>&1 || skip "code-server could not be installed: $(tail -n 1 install.log)"
	touch installed
fi
browser | head -n 1 >"$folder/chromium"
