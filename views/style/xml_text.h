/* Text inside SVG and HTML. */
#ifndef VIEWS_STYLE_XML_TEXT_H
#define VIEWS_STYLE_XML_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* < > & and " as entities; all that XML must not contain, or a reader must not be fooled with, as \xNN. */
void xml_text_put(FILE *out, const char *text, size_t length);
void xml_text_glyph(FILE *out, uint32_t glyph);

#endif
