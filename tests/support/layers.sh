#!/bin/sh
# The direction of the house, proven twice: by what the sources include, and by what the libraries link.
# usage: layers.sh CC LIBS libcore.a libviews.a
cc=$1 libs=$2 core=$3 views=$4
failed=0

# A room may include itself and those above it in the list, so that no rooms can need each other in a circle.
rooms=tests/support/rooms
for folder in $(find core views app -type d); do
    ls "$folder" | grep -q '\.[ch]$' || continue
    grep -qx "$folder" $rooms || { echo "layers: $folder is not in $rooms" >&2; failed=1; }
done
grep -rHn '^#include "' core views app | awk -v rooms=$rooms '
    function room(path) { sub(/\/[^\/]*$/, "", path); return path }
    BEGIN { while ((getline line <rooms) > 0) if (line !~ /^#/ && line != "") place[line] = ++count }
    {
        split($0, part, ":")
        split($0, quoted, "\"")
        from = room(part[1])
        to = room(quoted[2])
        if (quoted[2] !~ /\//) next
        if (!(to in place)) { print part[1] ":" part[2] ": " quoted[2] " is in no room"; bad = 1 }
        else if (place[to] > place[from]) {
            print part[1] ":" part[2] ": " from " may not include " quoted[2] ", which is in a later room"
            bad = 1
        }
    }
    END { exit bad }' || failed=1

forbid() { # what it means, pattern, files
    what=$1 pattern=$2
    shift 2
    if grep -nE "$pattern" "$@"; then
        echo "layers: $what" >&2
        failed=1
    fi
}

sources() { # floor...
    find "$@" -name '*.[ch]'
}

forbid "core/ includes curses" 'curses\.h' $(sources core)
forbid "core/ prints or exits" '(^|[^a-z_])(printf|puts|exit|fprintf) ?\((stdout|stderr|")?' \
    $(find core -name '*.c' | grep -v core/image/decode.c)
forbid "the tests are included" '#include "tests/' $(sources core views app)
forbid "cblas.h outside core/tensor/gemm.c" 'include <cblas' $(sources core views app | grep -v '^core/tensor/gemm.c$')
forbid "curses.h outside views/term/term.c" 'include <n?curses' $(sources core views app | grep -v '^views/term/term.c$')

# Every object of a library, so that the linker may leave out none that nobody asks for.
objects() { # archive, floor
    find "${1%/*}/$2" -name '*.o' | while read -r object; do
        source=${object#"${1%/*}/"}
        [ -f "${source%.o}.c" ] && echo "$object"
    done
}

# All of the library must link with nothing above it; curses is left out for core.
without_curses=$(echo "$libs" | sed -E 's/-lncursesw|-ltinfo//g')
folder=$(mktemp -d)
echo 'int main(void) { return 0; }' >"$folder/main.c"
$cc -o "$folder/main" "$folder/main.c" $(objects "$core" core) $without_curses || failed=1
$cc -o "$folder/main" "$folder/main.c" $(objects "$views" views) "$core" $libs || failed=1
rm -r "$folder"

[ $failed -eq 0 ] && echo "layers: $(grep -c '^[a-z]' $rooms) rooms, none includes a later one; core links without views, views without app"
exit $failed
