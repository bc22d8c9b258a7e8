#!/bin/sh
# Writes the C table of the files given, with their bytes taken in by the assembler: see app/asset/assets.h.
set -e
cat <<'END'
/* Made by app/asset/asset_list.sh. */
#include "app/asset/assets.h"

#ifdef __APPLE__
#define READ_ONLY "__TEXT,__const"
#else
#define READ_ONLY ".rodata"
#endif
/* The names are given twice because some systems write C's names with an underscore before them. */
#define BUILT_IN(name, path)                                                                                   \
    extern const unsigned char name[] __asm__(#name), name##_end[] __asm__(#name "_end");                      \
    __asm__(".pushsection " READ_ONLY "\n"                                                                     \
            ".globl " #name "\n.globl " #name "_end\n" #name ":\n"                                             \
            ".incbin \"" path "\"\n" #name "_end:\n.popsection\n");

END
number=0
for file in "$@"; do
    echo "BUILT_IN(asset_$number, \"$file\")"
    number=$((number + 1))
done
echo
echo 'const Asset asset_list[] = {'
number=0
for file in "$@"; do
    echo "    {.path = \"$file\", .begin = asset_$number, .end = asset_${number}_end},"
    number=$((number + 1))
done
echo '    {.path = 0},'
echo '};'
