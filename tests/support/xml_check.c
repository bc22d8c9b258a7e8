#include "tests/support/xml_check.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "views/style/text.h"

enum { DEPTH_MAX = 64, NAME_MAX_BYTES = 64, IDS_MAX = 512, ATTRIBUTES_MAX = 24 };

typedef struct Xml {
    const char *text, *at;
    char open[DEPTH_MAX][NAME_MAX_BYTES];
    int depth, roots;
    char ids[IDS_MAX][NAME_MAX_BYTES];
    int id_count;
} Xml;

static void refuse(const Xml *xml, const char *what) {
    int line = 1;
    for (const char *c = xml->text; c < xml->at; c++) line += *c == '\n';
    fail_msg("line %d: %s at: %.60s", line, what, xml->at);
}

static void expect(Xml *xml, const char *word) {
    if (strncmp(xml->at, word, strlen(word)) != 0) refuse(xml, word);
    xml->at += strlen(word);
}

/* `out` has NAME_MAX_BYTES. */
static void take_name(Xml *xml, char *out) {
    size_t length = 0;
    while (isalnum((unsigned char)xml->at[length]) ||
           (length > 0 && xml->at[length] && strchr("-:_.", xml->at[length])))
        length++;
    if (length == 0 || length >= NAME_MAX_BYTES) refuse(xml, "expected a name");
    memcpy(out, xml->at, length);
    out[length] = '\0';
    xml->at += length;
}

static void skip_space(Xml *xml) {
    xml->at += strspn(xml->at, " \t\r\n");
}

static void take_entity(Xml *xml) {
    static const char *const known[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strncmp(xml->at, known[k], strlen(known[k])) == 0) {
            xml->at += strlen(known[k]);
            return;
        }
    refuse(xml, "an unknown entity");
}

/* One character of text or of an attribute (XML 1.0, production 2). */
static void take_character(Xml *xml) {
    uint32_t code;
    if (*xml->at == '&') {
        take_entity(xml);
        return;
    }
    size_t count = utf8_decode(xml->at, strlen(xml->at), &code);
    bool control = code < ' ' && code != '\n' && code != '\t' && code != '\r';
    if (code == UINT32_MAX || control || code == 0xFFFE || code == 0xFFFF || *xml->at == '<')
        refuse(xml, "a character that is not allowed");
    xml->at += count;
}

static void keep_id(Xml *xml, const char *begin, size_t length) {
    char id[NAME_MAX_BYTES];
    if (length >= sizeof id || xml->id_count == IDS_MAX) refuse(xml, "too many or too long ids");
    snprintf(id, sizeof id, "%.*s", (int)length, begin);
    for (int k = 0; k < xml->id_count; k++)
        if (strcmp(xml->ids[k], id) == 0) refuse(xml, "an id comes twice before here");
    memcpy(xml->ids[xml->id_count++], id, sizeof id);
}

static void take_attributes(Xml *xml) {
    char names[ATTRIBUTES_MAX][NAME_MAX_BYTES];
    int count = 0;
    for (skip_space(xml); isalpha((unsigned char)*xml->at); skip_space(xml)) {
        if (count == ATTRIBUTES_MAX) refuse(xml, "too many attributes");
        take_name(xml, names[count]);
        for (int k = 0; k < count; k++)
            if (strcmp(names[k], names[count]) == 0) refuse(xml, "an attribute comes twice");
        expect(xml, "=\"");
        const char *begin = xml->at;
        while (*xml->at != '"') take_character(xml);
        if (strcmp(names[count], "id") == 0) keep_id(xml, begin, (size_t)(xml->at - begin));
        xml->at++, count++;
    }
}

static void take_tag(Xml *xml) {
    char name[NAME_MAX_BYTES];
    expect(xml, "<");
    if (*xml->at == '/') {
        xml->at++;
        take_name(xml, name);
        if (xml->depth == 0 || strcmp(xml->open[xml->depth - 1], name) != 0)
            refuse(xml, "closes what is not open");
        xml->depth--;
        expect(xml, ">");
        return;
    }
    take_name(xml, name);
    take_attributes(xml);
    if (xml->depth == 0 && xml->roots++ > 0) refuse(xml, "a second root");
    if (*xml->at == '/') {
        expect(xml, "/>");
        return;
    }
    expect(xml, ">");
    if (xml->depth == DEPTH_MAX) refuse(xml, "too deep");
    memcpy(xml->open[xml->depth++], name, sizeof name);
}

void assert_well_formed(const char *text) {
    static const char prolog[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", html[] = "<!DOCTYPE html>";
    Xml *xml = calloc(1, sizeof *xml);
    assert_non_null(xml);
    xml->text = xml->at = text;
    if (strncmp(text, prolog, strlen(prolog)) == 0) expect(xml, prolog);
    if (strncmp(xml->at, html, strlen(html)) == 0) expect(xml, html);
    while (*xml->at) {
        if (*xml->at == '<')
            take_tag(xml);
        else if (xml->depth == 0 && !isspace((unsigned char)*xml->at))
            refuse(xml, "text outside of the root");
        else
            take_character(xml);
    }
    if (xml->depth != 0 || xml->roots != 1) refuse(xml, "something is not closed");
    free(xml);
}

char *xml_text(const char *text) {
    char *out = calloc(strlen(text) + 1, 1), *end = out;
    assert_non_null(out);
    for (bool inside = false; *text; text++) {
        if (*text == '<') inside = true;
        if (!inside) *end++ = *text;
        if (*text == '>') inside = false;
    }
    return out;
}
