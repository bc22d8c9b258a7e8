#include "app/publish/lesson_export.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/publish/lesson_html.h"
#include "app/publish/lesson_tour.h"
#include "core/base/file.h"
#include "views/canvas/svg.h"
#include "views/widget/widgets.h"

typedef struct Sheet {
    FILE *out;
    const char *folder;
    bool notes;
    int screens; /* written so far */
    int page;    /* begun; -1: none yet */
    bool asked;  /* its answer is being folded away */
    HtmlWords words;
} Sheet;

/* The screen as a picture with its title and its words; heap. */
static char *picture_of(const TourStop *stop, const char *id, bool inside) {
    char title[WIDGET_TEXT_MAX], *words = screen_describe(stop->owner);
    size_t size;
    screen_title(stop->owner, title, sizeof title);
    CanvasSvg svg = {.theme = screen_theme(stop->owner),
                     .title = title,
                     .description = words,
                     .id = id,
                     .rows = stop->screen->height - 1,
                     .inside = inside};
    char *text = canvas_svg(stop->screen, &svg, &size);
    free(words);
    return text;
}

static bool put_figure(Sheet *sheet, const TourStop *stop, Error *err) {
    char id[32], title[WIDGET_TEXT_MAX];
    if (!stop->changed) return true;
    snprintf(id, sizeof id, "screen-%d", ++sheet->screens);
    char *picture = picture_of(stop, id, true), *words = screen_describe(stop->owner);
    bool ok = picture && words;
    screen_title(stop->owner, title, sizeof title);
    if (ok) {
        fprintf(sheet->out, "<figure>\n%s<figcaption>", picture);
        html_put(sheet->out, title);
        fputs("\n<details class=\"words\"><summary>in words</summary>\n", sheet->out);
        html_put_text(sheet->out, words, NULL);
        fputs("</details></figcaption>\n</figure>\n", sheet->out);
    }
    free(picture);
    free(words);
    return ok || error_set(err, ERROR_FAILED, "not enough memory for the pictures");
}

/* `question` has its figures filled in; its options, in the rows below it, are a list here. */
static void put_question(FILE *out, const LessonAsk *ask, const char *question) {
    char *asked = strndup(question, strcspn(question, "\n"));
    fputs("<div class=\"ask\">\n<p>", out);
    html_put(out, asked ? asked : ask->question);
    free(asked);
    fputs("</p>\n", out);
    if (ask->option_count > 0) fputs("<ol>\n", out);
    for (int k = 0; k < ask->option_count; k++) {
        fputs("<li>", out);
        html_put(out, ask->options[k].text);
        fputs("</li>\n", out);
    }
    if (ask->option_count > 0) fputs("</ol>\n", out);
    fputs("<details>\n<summary>Answer</summary>\n", out);
}

static void end_page(Sheet *sheet) {
    if (sheet->page < 0) return;
    if (sheet->asked) fputs("</details>\n</div>\n", sheet->out);
    sheet->asked = false;
    fputs("</section>\n", sheet->out);
}

static void begin_page(Sheet *sheet, const TourStop *stop) {
    int number = stop->panel.page + 1;
    end_page(sheet);
    sheet->page = stop->panel.page;
    fprintf(sheet->out,
            "<section id=\"page-%d\" aria-labelledby=\"title-%d\">\n<h2 id=\"title-%d\"><span "
            "class=\"number\">%d</span>",
            number, number, number, number);
    html_put(sheet->out, stop->panel.title);
    fputs("</h2>\n", sheet->out);
}

static void put_rest(Sheet *sheet, const TourStop *stop) {
    if (*stop->panel.task) {
        fputs("<div class=\"task\"><strong>Task:</strong> ", sheet->out);
        html_put(sheet->out, stop->panel.task);
        fputs("</div>\n", sheet->out);
    }
    if (sheet->notes && *stop->panel.notes) {
        fputs("<aside class=\"notes\" aria-label=\"Notes for the speaker\">\n", sheet->out);
        html_put_text(sheet->out, stop->panel.notes, NULL);
        fputs("</aside>\n", sheet->out);
    }
}

/* Before the page's actions: its text and its question. After them: what there is to see. */
static bool visit_html(const TourStop *stop, void *context, Error *err) {
    Sheet *sheet = context;
    bool before = sheet->page != stop->panel.page,
         last = stop->panel.phase == LESSON_SHOWN || !stop->panel.changes;
    if (before && sheet->page < 0) html_begin(sheet->out, stop->lesson);
    if (before) begin_page(sheet, stop);
    if (before) html_put_text(sheet->out, stop->panel.text, &sheet->words);
    if (*stop->truth) {
        fputs("<p class=\"truth\">", sheet->out);
        html_put(sheet->out, stop->truth);
        fputs("</p>\n", sheet->out);
    }
    if (!put_figure(sheet, stop, err)) return false;
    /* A page without words for what is seen keeps the ones it had. */
    if (!before && *stop->source->after) html_put_text(sheet->out, stop->panel.text, &sheet->words);
    if (before && stop->source->ask.kind != ASK_NOTHING) {
        put_question(sheet->out, &stop->source->ask, stop->panel.question);
        sheet->asked = true;
    }
    if (last) put_rest(sheet, stop);
    return true;
}

bool lesson_export_html(Screen *screen, const LessonExport *what, FILE *out, Error *err) {
    Sheet sheet = {.out = out, .notes = what->notes, .page = -1};
    if (!lesson_tour(screen, what->lesson, visit_html, &sheet, err)) return false;
    end_page(&sheet);
    html_put_words(out, &sheet.words);
    html_end(out);
    return true;
}

/* "What a skip adds" becomes "what-a-skip-adds". */
static void put_slug(char *out, size_t out_size, const char *title) {
    size_t used = 0;
    for (; *title && used + 1 < out_size; title++) {
        if (isalnum((unsigned char)*title))
            out[used++] = (char)tolower((unsigned char)*title);
        else if (used > 0 && out[used - 1] != '-')
            out[used++] = '-';
    }
    while (used > 0 && out[used - 1] == '-') used--;
    out[used] = '\0';
}

static bool visit_svg(const TourStop *stop, void *context, Error *err) {
    Sheet *sheet = context;
    char slug[64], path[ACTION_TEXT_MAX];
    if (!stop->changed) return true;
    put_slug(slug, sizeof slug, stop->panel.title);
    snprintf(path, sizeof path, "%s/%02d-%s.svg", sheet->folder, ++sheet->screens, slug);
    char *picture = picture_of(stop, NULL, false);
    bool ok = picture ? file_write_atomic(path, picture, strlen(picture), err)
                      : error_set(err, ERROR_FAILED, "not enough memory for the pictures");
    free(picture);
    return ok;
}

bool lesson_export_svg(Screen *screen, const LessonExport *what, const char *folder, int *count, Error *err) {
    Sheet sheet = {.folder = folder};
    bool ok = lesson_tour(screen, what->lesson, visit_svg, &sheet, err);
    *count = sheet.screens;
    return ok;
}
