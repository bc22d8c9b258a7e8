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

/* A link to the word's entry, in which `length` bytes of the text stand. */
static void put_link(FILE *out, int entry, const char *text, size_t length) {
    fprintf(out, "<a class=\"word\" href=\"#word-%d\">", entry);
    xml_text_put(out, text, length);
    fputs("</a>", out);
}

/* One line of a paragraph that begins at `text`. */
static void put_line(FILE *out, const char *text, size_t length, HtmlWords *words) {
    size_t from = 0;
    for (size_t at = 0; words && at < length;) {
        int entry = 0;
        size_t found = glossary_match(text, text + at, &entry);
        if (found == 0 || at + found > length || words->used[entry]) {
            at += found > 0 && at + found <= length ? found : 1;
            continue;
        }
        xml_text_put(out, text + from, at - from);
        put_link(out, entry, text + at, found);
        words->used[entry] = true;
        from = at += found;
    }
    xml_text_put(out, text + from, length - from);
}

/* A run of lines that are formulas, or one paragraph. Returns where it ends. */
static const char *put_block(FILE *out, const char *text, HtmlWords *words) {
    bool formula = *text == ' ';
    fputs(formula ? "<pre>" : "<p>", out);
    for (bool first = true; *text && (*text == ' ') == formula && (formula || first); first = false) {
        size_t length = strcspn(text, "\n"), space = formula ? strspn(text, " ") : 0;
        if (!first) fputc('\n', out);
        put_line(out, text + space, length - space, formula ? NULL : words);
        text += length + (text[length] == '\n');
    }
    fputs(formula ? "</pre>\n" : "</p>\n", out);
    return text;
}

void html_put_text(FILE *out, const char *text, HtmlWords *words) {
    while (*text) text = *text == '\n' ? text + 1 : put_block(out, text, words);
}

void html_put_words(FILE *out, const HtmlWords *words) {
    bool any = false;
    for (int k = 0; k < glossary_count(); k++) {
        if (!words->used[k]) continue;
        if (!any) fputs("<section aria-labelledby=\"words\">\n<h2 id=\"words\">Words</h2>\n<dl>\n", out);
        any = true;
        fprintf(out, "<dt id=\"word-%d\"><dfn>", k);
        html_put(out, glossary_word(k)->word);
        fputs("</dfn></dt>\n<dd>", out);
        html_put(out, glossary_word(k)->says);
        fputs("</dd>\n", out);
    }
    if (any) fputs("</dl>\n</section>\n", out);
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
