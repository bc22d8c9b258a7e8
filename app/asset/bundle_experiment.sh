#!/bin/sh
# Makes assets/experiment anew out of the trainings of the degradation experiment, and their table in assets/README.md:
#
#     app/asset/bundle_experiment.sh RUNS
#
# RUNS is the folder where `train --out RUNS/NAME.safetensors` has written; every NAME.safetensors.history.jsonl there
# is a training, finished or not, and it may be going on. Kept are, as far as they are there and until BUDGET bytes
# are full, in this order:
#
#     the history, as it is, through gzip -9n
#     the last weights in float16, refused when that costs more than POINTS (0.05) of test accuracy
#     of 20 and 56 layers the snapshots after the first epoch and in the middle
#     of 20 layers the way of the weights, twelve points and two directions: paths/NAME.safetensors
#     the last weights of 32 and 44 layers, then of other depths
#
# What is not finished is taken from its checkpoint and has its epoch in its name. DATA is the folder of the data set.
set -eu

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: $0 RUNS" >&2
    exit 2
fi
runs=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
data=${DATA:-data}
budget=${BUDGET:-20900000}
points_lost=${POINTS:-0.05}
assets=${ASSETS_DIR:-assets}
program=${SKIPSCOPE:-./skipscope}
tool=build/release/tests/reference/bundle_experiment
points="1 2 3 5 8 11 15 19 23 27"

for needed in "$program" "$tool"; do
    [ -x "$needed" ] || { echo "$0: expected the program $needed, found none: run make $needed" >&2; exit 1; }
done
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
trap 'exit 130' INT TERM HUP
new=$temp/experiment
mkdir -p "$new/paths" "$temp/start"
: >"$temp/rows"
: >"$temp/left"
: >"$temp/go_on"

size_of() {
    wc -c <"$1"
}

# FILE NAME: into the new folder, unless the program would grow too large.
used=0
keep() {
    size=$(size_of "$1")
    if [ $((used + size)) -gt "$budget" ]; then
        echo "$2" >>"$temp/left"
        echo "$0: no room for $2 ($size bytes)" >&2
        return
    fi
    used=$((used + size))
    cp "$1" "$new/$2"
    chmod 644 "$new/$2"
}

# WEIGHTS [KEY]: the share of the test images that are right.
accuracy() {
    set -- "$1" ${2:+--key "$2"} --dataset "$dataset"
    [ "$dataset" = mini ] || set -- "$@" --data "$data"
    "$program" eval "$@" --quiet --json |
        sed -n 's/.*"top1": *\([0-9.]*\).*/\1/p'
}

# Words of one network of one training, as bundle_experiment lists them.
each_network() {
    for history in "$temp"/*.history.jsonl; do
        run=$(basename "$history" .history.jsonl)
        number=0
        "$tool" list "$history" >"$temp/list"
        while read -r network arch depth kind seed epochs planned train test dataset error_of <&3; do
            count=$(wc -l <"$temp/list")
            "$1"
            number=$((number + 1))
        done 3<"$temp/list"
    done
}

# "resnet20-experiment", of another seed than 0 "resnet20-experiment-seed1".
name_of() {
    if [ "$seed" = 0 ]; then echo "$arch-experiment"; else echo "$arch-experiment-seed$seed"; fi
}

# Where the run wrote what is this network's: "e20-resnet20", alone "e20".
stem() {
    if [ "$count" -gt 1 ]; then echo "$runs/$run-$network"; else echo "$runs/$run"; fi
}

half_weights() {
    name=$(name_of)
    key=
    weights=$(stem).safetensors
    if [ ! -f "$weights" ]; then
        weights=$runs/$run.safetensors.ckpt
        [ -f "$weights" ] || return 0
        cp "$weights" "$temp/weights.ckpt" # a training that goes on replaces it
        weights=$temp/weights.ckpt
        [ "$count" -eq 1 ] || key=$network
    fi
    ended=$("$tool" half "$history" "$number" "$weights" "$temp/half.safetensors")
    [ "$ended" -gt 0 ] || return 0
    whole=$(accuracy "$weights" "$key")
    half=$(accuracy "$temp/half.safetensors")
    if ! awk -v a="$whole" -v b="$half" -v most="$points_lost" \
        'BEGIN { exit !(a != "" && b != "" && 100 * (a - b) <= most + 1e-6) }'; then
        echo "$0: $name: in float16 $half of the test images are right, in float32 $whole: too few" >&2
        exit 1
    fi
    "$tool" half "$history" "$number" "$weights" "$temp/half.safetensors" "$half" >/dev/null
    if [ "$ended" -lt "$planned" ]; then
        name=$name-epoch$ended
        echo "$run $ended $planned $seed" >>"$temp/go_on"
    fi
    keep "$temp/half.safetensors" "$name.safetensors"
    [ ! -f "$new/$name.safetensors" ] || echo "$network $run $name" >>"$temp/weights"
}

: >"$temp/weights"
weights_of_the_musts() {
    case $depth in 20 | 56) half_weights ;; esac
}

weights_between() {
    case $depth in 32 | 44) half_weights ;; esac
}

weights_of_the_others() {
    case $depth in 20 | 32 | 44 | 56) ;; *) half_weights ;; esac
}

snapshots() {
    case $depth in 20 | 56) ;; *) return 0 ;; esac
    for epoch in 1 $((planned / 2)); do
        file=$(stem).epoch$epoch.safetensors
        name=$(name_of)-epoch$epoch.safetensors
        if [ -f "$file" ] && [ ! -f "$new/$name" ]; then keep "$file" "$name"; fi
    done
}

# The start is drawn from the seed, whatever the data are; the end is what is kept of it.
path_of_weights() {
    end=$new/$(name_of).safetensors
    [ "$depth" = 20 ] && [ -f "$(stem).safetensors" ] && [ -f "$end" ] || return 0
    "$program" train "$arch" --dataset mini --limit 50 --epochs 1 --seed "$seed" --snapshots 0 --stop-after 1 \
        --restart --out "$temp/start/start.safetensors" --quiet >/dev/null
    set -- "$temp/start/start.epoch0.safetensors"
    for epoch in $points; do
        file=$(stem).epoch$epoch.safetensors
        if [ -f "$file" ] && [ "$epoch" -lt "$planned" ]; then set -- "$@" "$file"; fi
    done
    "$program" trajectory "$@" "$end" --out "$temp/path.safetensors" >/dev/null
    keep "$temp/path.safetensors" "paths/$(name_of).safetensors"
}

# The table's line; the errors are those of the last epoch in the history.
row() {
    name=$(sed -n "s/^$network $run //p" "$temp/weights")
    made=$epochs
    [ "$epochs" -ge "$planned" ] || made="$epochs of $planned"
    sum=
    [ -z "$name" ] || sum=$(sha256sum "$new/$name.safetensors" | cut -d ' ' -f 1)
    printf '%s\t%s\t| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$depth" "$kind" "$depth" "$kind" "$made" "$seed" \
        "$train" "$test" "${name:+\`$name\`}" "${sum:+\`$sum\`}" >>"$temp/rows"
    echo "$error_of" >>"$temp/errors_of"
    sed -n '1s/.*"recipe":"\([^"]*\)".*/\1/p' "$history" | sed 's/, seed [0-9]*//' >>"$temp/recipes"
}

describe() {
    echo "Licence: MIT, as the program. Trained by \`skipscope train --compare\` on the 50,000 training images of CIFAR-10, two networks in step"
    echo "with each other, from the same batches: see figure 6 of He et al. 2015. The histories, \`experiment/*.history.jsonl.gz\`, are the files"
    errors_of="the mean over that epoch"
    grep -q mean "$temp/errors_of" || errors_of="that of all training images after it"
    echo "of the runs; MANUAL.md has their form. Errors in percent after the last epoch; the training error is $errors_of."
    echo "Weights are in float16, with what they were trained by in their metadata: \`skipscope plain56-experiment\` opens them by name."
    echo
    echo "| depth | kind | epochs | seed | train error | test error | weights | sha256 |"
    echo "|---|---|---|---|---|---|---|---|"
    LC_ALL=C sort -n -k 1,1 -k 2,2 "$temp/rows" | cut -f 3-
    echo
    sort -u "$temp/recipes" | sed 's/^/Recipe: /; s/$/./'
    if [ -s "$temp/left" ]; then
        echo
        echo "Left out, so that the program stays small: $(sort -u "$temp/left" | paste -sd ' ' -)."
    fi
    if [ -s "$temp/go_on" ]; then
        echo
        sort -u "$temp/go_on" | while read -r run ended planned seed; do
            echo "The training \`$run\` was stopped after epoch $ended of $planned. What it takes to go on is not built in; with its checkpoint,"
            echo "\`$run.safetensors.ckpt\`, the same command with \`--resume\` goes on to the same bits, else it begins anew from its seed:"
            echo
            echo "    skipscope train --compare $(sed -n '1s/.*"networks":\[\(.*\)\],"recipe.*/\1/p' "$temp/$run.history.jsonl" |
                grep -o '"arch":"[^"]*"' | cut -d '"' -f 4 | paste -sd , -) --data data --epochs $planned$([ "$seed" = 0 ] || echo " --seed $seed") --out $run.safetensors --resume"
        done
    fi
    echo
    echo "Made by \`app/asset/bundle_experiment.sh\`. sha256 of the other files:"
    echo
    (cd "$new" && find . -type f | sed 's|^\./||' | LC_ALL=C sort | while read -r file; do
        name=${file%.safetensors}
        grep -q " $name\$" "$temp/weights" || sha256sum "$file" | sed 's|  |  experiment/|; s/^/    /'
    done)
}

found=no
for file in "$runs"/*.safetensors.history.jsonl; do
    [ -f "$file" ] || continue
    run=$(basename "$file" .safetensors.history.jsonl)
    cp "$file" "$temp/$run.history.jsonl"
    # The start alone is no training yet.
    if ! grep -q '"type":"epoch"' "$temp/$run.history.jsonl"; then
        rm "$temp/$run.history.jsonl"
        continue
    fi
    found=yes
    gzip -9n <"$temp/$run.history.jsonl" >"$temp/gz"
    keep "$temp/gz" "$run.history.jsonl.gz"
done
[ "$found" = yes ] || { echo "$0: no training in $runs has ended its first epoch" >&2; exit 1; }
each_network weights_of_the_musts
each_network snapshots
each_network path_of_weights
each_network weights_between
each_network weights_of_the_others
each_network row
rmdir "$new/paths" 2>/dev/null || true
describe >"$temp/text"
awk -v text="$temp/text" '
    /^<!-- experiment -->$/ { print; while ((getline line <text) > 0) print line; inside = 1 }
    /^<!-- end of experiment -->$/ { inside = 0 }
    !inside { print }
' "$assets/README.md" >"$temp/README.md"
grep -q '^<!-- end of experiment -->$' "$temp/README.md" ||
    { echo "$0: $assets/README.md has no lines <!-- experiment --> and <!-- end of experiment -->" >&2; exit 1; }
rm -rf "$assets/experiment"
cp -R "$new" "$assets/experiment"
cp "$temp/README.md" "$assets/README.md"
echo "made $assets/experiment: $used bytes" >&2
