#include "app/lesson/lesson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/asset/assets.h"
#include "core/base/suggest.h"
#include "core/base/text_file.h"
#include "core/base/utf8.h"

static const char FOLDER[] = "assets/lessons/";

static void free_page(LessonPage *page) {
    free(page->title);
    free(page->text);
    free(page->after);
    free(page->notes);
    free(page->actions);
    free(page->task);
    free(page->ask.question);
    for (int k = 0; k < page->ask.option_count; k++) free(page->ask.options[k].text);
}

void lesson_free(Lesson *lesson) {
    if (!lesson) return;
    for (int k = 0; k < lesson->page_count; k++) free_page(&lesson->pages[k]);
    free(lesson->pages);
    free(lesson->title);
    free(lesson->about);
    free(lesson->source);
    free(lesson);
}

static const Asset *bundled_asset(int number) {
    for (const Asset *asset = asset_list; asset->path; asset++)
        if (strncmp(asset->path, FOLDER, sizeof FOLDER - 1) == 0 && number-- == 0) return asset;
    return NULL;
}

/* "assets/lessons/03-skip.lesson" is called skip. */
static const char *lesson_name(const char *path, char out[LESSON_NAME_MAX]) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t digits = strspn(name, "0123456789");
    if (digits > 0 && name[digits] == '-') name += digits + 1;
    utf8_copy_n(out, LESSON_NAME_MAX, name, strcspn(name, "."));
    return out;
}

const char *lesson_bundled(int number, char out[LESSON_NAME_MAX]) {
    const Asset *asset = bundled_asset(number);
    return asset ? lesson_name(asset->path, out) : NULL;
}

static const Asset *find_bundled(const char *name) {
    char own[LESSON_NAME_MAX];
    for (int k = 0; lesson_bundled(k, own); k++)
        if (strcmp(own, name) == 0) return bundled_asset(k);
    return NULL;
}

bool lesson_is_bundled(const char *name) {
    return find_bundled(name);
}

static bool unknown_lesson(const char *name, Error *err) {
    Suggestion suggestion = suggest_begin(name);
    char names[LESSON_PAGES_MAX][LESSON_NAME_MAX];
    for (int k = 0; k < LESSON_PAGES_MAX && lesson_bundled(k, names[k]); k++)
        suggest_offer(&suggestion, names[k]);
    const char *best = suggest_best(&suggestion);
    return error_set(err, ERROR_USAGE, "there is no lesson '%s'%s%s%s: 'skipscope lesson' lists them", name,
                     best ? "; did you mean '" : "", best ? best : "", best ? "'" : "");
}

Lesson *lesson_load(const char *name, LessonMistakes *mistakes, Error *err) {
    const Asset *asset = find_bundled(name);
    char *text = NULL;
    *mistakes = (LessonMistakes){.count = 0};
    if (asset)
        text = text_file_copy(asset->begin, asset_size(asset), name, err);
    else if (strpbrk(name, "/.") || access(name, F_OK) == 0)
        text = text_file_read(name, LESSON_BYTES_MAX, err);
    else
        unknown_lesson(name, err);
    if (!text) return NULL;
    Lesson *lesson = lesson_parse(text, mistakes);
    free(text);
    if (!lesson && mistakes->count == 0) error_set(err, ERROR_FAILED, "not enough memory for the lesson");
    if (lesson) lesson_name(asset ? asset->path : name, lesson->name);
    if (lesson) lesson->source = strdup(name);
    return lesson;
}

Lesson *lesson_open(const char *name, Error *err) {
    LessonMistakes mistakes;
    Lesson *lesson = lesson_load(name, &mistakes, err);
    if (!lesson && mistakes.count > 0)
        error_set(err, ERROR_FILE, "%s:%d:%d: %s", name, mistakes.rows[0].place.line,
                  mistakes.rows[0].place.column, mistakes.rows[0].text);
    return lesson;
}

bool lesson_next_figure(const char **text, const char **begin, Figure *figure) {
    for (const char *open = strchr(*text, '{'); open; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        char inside[4 * FIGURE_WORD_MAX];
        const char *words = inside;
        if (!close) return false;
        utf8_copy_n(inside, sizeof inside, open + 1, (size_t)(close - open) - 1);
        if (!figure_parse(&words, figure, NULL)) continue;
        *begin = open;
        *text = close + 1;
        return true;
    }
    return false;
}

char *lesson_fill(const char *text, const FigureSource *source, int *unknown) {
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);
    if (!stream) return NULL;
    const char *at = text, *begin;
    for (Figure figure; lesson_next_figure(&text, &begin, &figure); at = text) {
        FigureValue value = figure_value(&figure, source);
        fwrite(at, 1, (size_t)(begin - at), stream);
        fputs(value.text, stream);
        *unknown += !value.known;
    }
    fputs(at, stream);
    fclose(stream);
    return out;
}
