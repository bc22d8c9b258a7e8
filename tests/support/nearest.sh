#!/bin/sh
# Says that there is no such test, and which one was probably meant: one that contains the name, else the one that the
# fewest letters put in, left out or exchanged lead to. usage: nearest.sh NAME BINARY...
name=$1
shift
for binary in "$@"; do
    echo "${binary##*/test_}"
done | awk -v name="$name" '
function least(a, b) { return a < b ? a : b }
function distance(a, b,    i, j, row, above, corner) {
    for (j = 0; j <= length(b); j++) row[j] = j
    for (i = 1; i <= length(a); i++) {
        corner = row[0]
        row[0] = i
        for (j = 1; j <= length(b); j++) {
            above = row[j]
            row[j] = least(least(above, row[j - 1]) + 1, corner + (substr(a, i, 1) != substr(b, j, 1)))
            corner = above
        }
    }
    return row[length(b)]
}
{
    far = index($0, name) ? 0 : distance(name, $0)
    if (NR == 1 || far < nearest) {
        nearest = far
        meant = $0
    }
}
END {
    print "There is no test '\''" name "'\''; the nearest is '\''" meant "'\'' (make test-" meant "), " \
        "and tests/*/test_*.c are all there are"
}'
