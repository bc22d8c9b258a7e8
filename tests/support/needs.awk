# Which parts each test and fuzzer is made of, as a piece of a makefile, from what the sources include. Input: the lines of
# grep -H '^#include "' over tests/, so that each begins with its file's name.
#
#   PARTS_tests/core/conv/test_conv := tests/support/fixture.o       beside its own object
#   FLOORS_tests/core/conv/test_conv := core                         the libraries, highest first
#   RUN_THE_PROGRAM += tests/app/test_cli                          tests that start build/.../skipscope
{
    colon = index($0, ":")
    from = substr($0, 1, colon - 1)
    split(substr($0, colon), quoted, "\"")
    included[from, ++count[from]] = quoted[2]
}
# Follows the includes of a file; a header of tests/support stands for its object as well.
function follow(file,    k) {
    if (seen[file]++) return
    if (file ~ /^views\//) views = 1
    if (file ~ /^app\//) app = 1
    if (file == "tests/support/program.h") program = 1
    if (file ~ /^tests\/support\/.*\.c$/) parts = parts " " substr(file, 1, length(file) - 1) "o"
    for (k = 1; k <= count[file]; k++) follow(included[file, k])
    if (file ~ /^tests\/support\//) {
        sub(/\.h$/, ".c", file)
        if (file in count) follow(file)
    }
}
END {
    for (file in count) if (file ~ /\/test_[a-z0-9_]*\.c$/ && file !~ /^tests\/support\// || file ~ /^tests\/fuzz\//) tests[file] = 1
    for (file in tests) {
        split("", seen)
        parts = ""
        views = app = program = 0
        follow(file)
        name = substr(file, 1, length(file) - 2)
        floors = app ? "app views core" : views ? "views core" : "core"
        # A test of core is linked with core alone, whatever it includes.
        if (name ~ /^tests\/(core|fuzz)\//) floors = "core"
        print "PARTS_" name " :=" parts
        print "FLOORS_" name " := " floors
        if (program) print "RUN_THE_PROGRAM += " name
    }
}
