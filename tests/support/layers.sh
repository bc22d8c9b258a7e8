#!/bin/sh
# The direction of the house, proven twice: by what the sources include, and by what the libraries link.
# usage: layers.sh CC LIBS libcore.a libviews.a
cc=$1 libs=$2 core=$3 views=$4
failed=0

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

forbid "core/ includes a screen or the app" '#include "(views|app)/|curses\.h' $(sources core)
forbid "views/ includes the app" '#include "app/' $(sources views)
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

[ $failed -eq 0 ] && echo "layers: core knows no screen, views know no app"
exit $failed
