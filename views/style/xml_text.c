#include "views/style/xml_text.h"

#include "views/style/text.h"

void xml_text_glyph(FILE *out, uint32_t glyph) {
    char bytes[4];
    switch (glyph) {
    case '<': fputs("&lt;", out); break;
    case '>': fputs("&gt;", out); break;
    case '&': fputs("&amp;", out); break;
    case '"': fputs("&quot;", out); break;
    default: fwrite(bytes, 1, utf8_encode(glyph, bytes), out);
    }
}

void xml_text_put(FILE *out, const char *text, size_t length) {
    TextScan scan = text_scan(text, length);
    uint32_t glyph;
    int width;
    while (text_scan_next(&scan, &glyph, &width)) xml_text_glyph(out, glyph);
}
