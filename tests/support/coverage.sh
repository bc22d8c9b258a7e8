#!/bin/sh
# Prints how many lines of each room the tests have run. usage: coverage.sh BUILD-DIRECTORY, of objects made with --coverage.
# Lines in headers count for nobody: they are in many objects.
build=$1
find "$build/core" "$build/views" "$build/app" -name '*.gcno' | xargs "${GCOV:-gcov}" -n 2>/dev/null |
    awk -v rooms=tests/support/rooms '
    function line(name, run, all) {
        printf "%-22s %6d of %6d lines  %5.1f %%\n", name, run, all, all ? 100 * run / all : 0
    }
    BEGIN { while ((getline room <rooms) > 0) if (room !~ /^#/ && room != "") order[++count] = room }
    /^File / { split($0, quoted, "\047"); file = quoted[2] }
    # Lines executed:97.50% of 40
    /^Lines executed:/ && file ~ /^(core|views|app)\/.*\.c$/ {
        split($0, part, /[:% ]+/)
        room = file
        sub(/\/[^\/]*$/, "", room)
        all[room] += part[5]
        run[room] += int(part[3] * part[5] / 100 + 0.5)
        file = ""
    }
    END {
        for (k = 1; k <= count; k++) {
            line(order[k], run[order[k]], all[order[k]])
            total += all[order[k]]
            total_run += run[order[k]]
        }
        line("all", total_run, total)
        exit total == 0
    }'
