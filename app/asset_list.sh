#!/bin/sh
# Writes the C table of the files given, which `ld -r -b binary` has made objects of: see app/assets.h.
set -e
LC_ALL=C
symbol() { printf '%s' "_binary_$1" | tr -c 'A-Za-z0-9' '_'; }
echo '/* Made by app/asset_list.sh. */'
echo '#include "app/assets.h"'
for file in "$@"; do
    echo "extern const unsigned char $(symbol "$file")_start[], $(symbol "$file")_end[];"
done
echo 'const Asset asset_list[] = {'
for file in "$@"; do
    echo "    {.path = \"$file\", .begin = $(symbol "$file")_start, .end = $(symbol "$file")_end},"
done
echo '    {.path = 0},'
echo '};'
