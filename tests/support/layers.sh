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

forbid "core/ includes a screen or the app" '#include "(views|app|tests)/|curses\.h' core/*.[ch]
forbid "core/ prints or exits" '(^|[^a-z_])(printf|puts|exit|fprintf) ?\((stdout|stderr|")?' $(ls core/*.c | grep -v core/decode.c)
forbid "views/ includes the app" '#include "(app|tests)/' views/*.[ch]
forbid "cblas.h outside core/gemm.c" 'include <cblas' $(ls core/*.[ch] views/*.[ch] app/*.[ch] | grep -v '^core/gemm.c$')
forbid "curses.h outside views/term.c" 'include <n?curses' $(ls core/*.[ch] views/*.[ch] app/*.[ch] | grep -v '^views/term.c$')

# All of the library must link with nothing above it; curses is left out for core.
without_curses=$(echo "$libs" | sed -E 's/-lncursesw|-ltinfo//g')
main=$(mktemp --suffix=.c)
echo 'int main(void) { return 0; }' >"$main"
$cc -o "$main.out" "$main" -Wl,--whole-archive "$core" -Wl,--no-whole-archive $without_curses || failed=1
$cc -o "$main.out" "$main" -Wl,--whole-archive "$views" "$core" -Wl,--no-whole-archive $libs || failed=1
rm -f "$main" "$main.out"

[ $failed -eq 0 ] && echo "layers: core knows no screen, views know no app"
exit $failed
