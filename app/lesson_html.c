#include "app/lesson_html.h"

#include <string.h>

#include "views/text.h"

static const char STYLE[] =
    ":root{color-scheme:light "
    "dark;--ground:#fcfcfa;--text:#1d2126;--soft:#5b646e;--line:#d9dcdf;--accent:#00608a;"
    "--panel:#f1f3f4}\n"
    "@media(prefers-color-scheme:dark){:root{--ground:#16191d;--text:#e6e6e3;--soft:#a0a8b0;--line:#363c43;"
    "--accent:#7cc7ee;--panel:#1f242a}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:2.5rem 1.25rem "
    "5rem;max-width:48rem;background:var(--ground);color:var(--text);"
    "font:1.0625rem/1.6 system-ui,-apple-system,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif}\n"
    "h1{font-size:2rem;line-height:1.2;margin:0 0 .4rem}\n"
    "h2{font-size:1.35rem;line-height:1.3;margin:0 0 .8rem}\n"
    "h2 .number{color:var(--soft);font-weight:400;margin-right:.55em}\n"
    "p{margin:0 0 .9rem}\n"
    ".about{color:var(--soft);font-size:1.15rem}\n"
    "a{color:var(--accent)}\n"
    "nav{margin:1.5rem 0 0;padding:.9rem 1.2rem;background:var(--panel);border-radius:.5rem}\n"
    "nav ol{margin:0;padding-left:1.4rem;columns:2 16rem}\n"
    "section{margin-top:2.6rem;padding-top:2.2rem;border-top:1px solid var(--line)}\n"
    "figure{margin:1.2rem 0}\n"
    "figure svg{display:block;width:100%;height:auto;border-radius:.4rem;outline:1px solid var(--line)}\n"
    "@media(min-width:72rem){section>figure{margin-inline:-6rem}}\n"
    "figcaption{margin-top:.4rem;color:var(--soft);font-size:.9rem}\n"
    "pre{margin:0 0 .9rem;padding:.6rem 1rem;background:var(--panel);border-radius:.4rem;overflow-x:auto;"
    "font:.95rem/1.5 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}\n"
    ".ask{margin:1.2rem 0;padding:1rem 1.2rem .4rem;border-left:.25rem solid "
    "var(--accent);background:var(--panel);"
    "border-radius:0 .5rem .5rem 0}\n"
    ".ask p:first-child{font-weight:600}\n"
    ".ask ol{margin:0 0 .9rem;padding-left:1.6rem;list-style:lower-alpha}\n"
    "summary{cursor:pointer;color:var(--accent);font-weight:600;padding:.2rem 0 .6rem}\n"
    "details.words summary{font-weight:400;font-size:.9rem;padding:0}\n"
    "details.words p{margin:.4rem 0 0;font-size:.9rem;color:var(--soft)}\n"
    ".truth{font-size:1.15rem;font-weight:600}\n"
    ".task,.notes{padding:.7rem 1.1rem;border:1px dashed var(--line);border-radius:.5rem}\n"
    ".notes{color:var(--soft)}\n"
    ":focus-visible{outline:.18rem solid var(--accent);outline-offset:.15rem}\n"
    "@media "
    "print{body{max-width:none;padding:0;font-size:11pt}nav{display:none}section{"
    "margin-top:1.5rem}section>figure{margin-inline:0}figure,.ask{break-inside:avoid}svg{print-color-adjust:"
    "exact;-webkit-print-color-"
    "adjust:exact}}\n";

static void put_glyph(FILE *out, uint32_t glyph) {
    char bytes[4] = {0};
    size_t count;
    switch (glyph) {
    case '<': fputs("&lt;", out); return;
    case '>': fputs("&gt;", out); return;
    case '&': fputs("&amp;", out); return;
    case '"': fputs("&quot;", out); return;
    default: count = text_encode(glyph, bytes); fwrite(bytes, 1, count, out);
    }
}

static void put_n(FILE *out, const char *text, size_t length) {
    TextScan scan = text_scan(text, length);
    uint32_t glyph;
    int width;
    while (text_scan_next(&scan, &glyph, &width)) put_glyph(out, glyph);
}

void html_put(FILE *out, const char *text) {
    put_n(out, text, strlen(text));
}

/* A run of lines that are formulas, or one paragraph. Returns where it ends. */
static const char *put_block(FILE *out, const char *text) {
    bool formula = *text == ' ';
    fputs(formula ? "<pre>" : "<p>", out);
    for (bool first = true; *text && (*text == ' ') == formula && (formula || first); first = false) {
        size_t length = strcspn(text, "\n");
        if (!first) fputc('\n', out);
        put_n(out, text + (formula ? strspn(text, " ") : 0), length - (formula ? strspn(text, " ") : 0));
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
    fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>", STYLE);
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
