#include "views/words/say.h"

#include <ctype.h>
#include <string.h>

#include "views/style/text.h"

/* U+2500 to U+25FF: lines, blocks, triangles. */
enum { DRAWING_FIRST = 0x2500, DRAWING_LAST = 0x25FF };

static void put_glyph(FILE *out, uint32_t glyph, bool ascii) {
    bool likeness = ascii || (glyph >= DRAWING_FIRST && glyph <= DRAWING_LAST);
    char bytes[4] = {text_ascii(glyph)};
    size_t count = likeness ? 1 : utf8_encode(glyph, bytes);
    fwrite(bytes, 1, count, out);
}

/* Does a sentence end at `at`, and another one begin? Not after "et al." or an initial. */
static bool ends_sentence(const char *begin, const char *at, const char *end) {
    if (!strchr(".!?", *at) || at + 2 >= end || at[1] != ' ' || !isupper((unsigned char)at[2])) return false;
    if (at - begin < 2 || at[-1] == '.' || (at[-2] == ' ' && isupper((unsigned char)at[-1]))) return false;
    return !(at - begin >= 3 && strncmp(at - 3, " al", 3) == 0);
}

static void put_line(FILE *out, const char *line, size_t length, bool ascii) {
    TextScan scan = text_scan(line, length);
    uint32_t glyph;
    int width;
    while (text_scan_next(&scan, &glyph, &width)) put_glyph(out, glyph, ascii);
    fputc('\n', out);
}

static void put_sentences(FILE *out, const char *line, const char *end, bool ascii) {
    for (const char *at = line; at < end; at++) {
        if (!ends_sentence(line, at, end)) continue;
        put_line(out, line, (size_t)(at + 1 - line), ascii);
        line = at += 2;
    }
    if (line < end) put_line(out, line, (size_t)(end - line), ascii);
}

void say_put(FILE *out, const char *text, bool ascii) {
    while (*text) {
        size_t length = strcspn(text, "\n");
        put_sentences(out, text, text + length, ascii);
        text += length + (text[length] == '\n');
    }
}
