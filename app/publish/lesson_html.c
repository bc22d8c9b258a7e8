#include "app/publish/lesson_html.h"

#include <string.h>

#include "app/asset/assets.h"
#include "views/style/text.h"
#include "views/style/xml_text.h"

/* Written without escaping: the file has no characters that mean something in HTML. */
static void put_style(FILE *out) {
    const Asset *asset = asset_find("assets/style/lesson.css");
    if (asset) fwrite(asset->begin, 1, asset_size(asset), out);
}

void html_put(FILE *out, const char *text) {
    xml_text_put(out, text, strlen(text));
}

/* A run of lines that are formulas, or one paragraph. Returns where it ends. */
static const char *put_block(FILE *out, const char *text) {
    bool formula = *text == ' ';
    fputs(formula ? "<pre>" : "<p>", out);
    for (bool first = true; *text && (*text == ' ') == formula && (formula || first); first = false) {
        size_t length = strcspn(text, "\n");
        if (!first) fputc('\n', out);
        xml_text_put(out, text + (formula ? strspn(text, " ") : 0),
                     length - (formula ? strspn(text, " ") : 0));
        text += length + (text[length] == '\n');
    }
    fputs(formula ? "</pre>\n" : "</p>\n", out);
    return text;
}

void html_put_text(FILE *out, const char *text) {
    while (*text) text = *text == '\n' ? text + 1 : put_block(out, text);
}

void html_begin(FILE *out, const Lesson *lesson) {
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>",
          out);
    html_put(out, lesson->title);
    fputs("</title>\n<style>\n", out);
    put_style(out);
    fputs("</style>\n</head>\n<body>\n<header>\n<h1>", out);
    html_put(out, lesson->title);
    fputs("</h1>\n<p class=\"about\">", out);
    html_put(out, lesson->about);
    fputs("</p>\n<nav aria-label=\"Pages\">\n<ol>\n", out);
    for (int k = 0; k < lesson->page_count; k++) {
        fprintf(out, "<li><a href=\"#page-%d\">", k + 1);
        html_put(out, lesson->pages[k].title);
        fputs("</a></li>\n", out);
    }
    fputs("</ol>\n</nav>\n</header>\n<main>\n", out);
}

void html_end(FILE *out) {
    fputs("</main>\n</body>\n</html>\n", out);
}
