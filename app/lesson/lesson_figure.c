#include "app/lesson/lesson_figure.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/lesson/lesson_measure.h"
#include "core/base/suggest.h"
#include "core/base/utf8.h"

static const FigureSpec table[] = {LESSON_FIGURES(FIGURE_ROW)};

enum { FIGURE_TOTAL = sizeof table / sizeof table[0] };

const FigureSpec *figure_spec(int id) {
    return id >= 0 && id < FIGURE_TOTAL ? &table[id] : NULL;
}

static const char *skip_space(const char *at) {
    while (*at == ' ' || *at == '\t') at++;
    return at;
}

/* The next word; `=` and its like are words of their own. Returns its length. */
static size_t word_length(const char *at) {
    if (strncmp(at, "!=", 2) == 0) return 2;
    if (*at && strchr("<>=", *at)) return 1;
    return strcspn(at, " \t<>=!");
}

static bool take_word(const char **text, char out[FIGURE_WORD_MAX]) {
    const char *at = skip_space(*text);
    size_t length = word_length(at);
    if (length == 0 || strchr("<>=!", *at)) return false;
    utf8_format(out, FIGURE_WORD_MAX, "%.*s", (int)length, at);
    *text = at + length;
    return true;
}

static int count_arguments(const FigureSpec *spec) {
    int count = *spec->words != '\0';
    for (const char *at = spec->words; *at; at++) count += *at == ' ';
    return count;
}

static bool unknown_figure(const char *word, Error *err) {
    Suggestion suggestion = suggest_begin(word);
    for (int k = 0; k < FIGURE_TOTAL; k++) suggest_offer(&suggestion, table[k].name);
    const char *best = suggest_best(&suggestion);
    return error_set(err, ERROR_USAGE, "there is no figure '%s'%s%s%s", word, best ? ": did you mean '" : "",
                     best ? best : "", best ? "'?" : "");
}

static int find_figure(const char *word) {
    for (int k = 0; k < FIGURE_TOTAL; k++)
        if (strcmp(table[k].name, word) == 0) return k;
    return -1;
}

static bool parse_number(const char *word, Figure *figure) {
    char *end;
    double number = strtod(word, &end);
    if (end == word || !isfinite(number) || (*end != '\0' && strcmp(end, "%") != 0)) return false;
    *figure = (Figure){.id = -1, .percent = *end == '%', .number = *end == '%' ? number / 100 : number};
    return true;
}

static bool parse_words(const char **text, Figure *figure, Error *err) {
    const FigureSpec *spec = &table[figure->id];
    int count = count_arguments(spec);
    for (int k = 0; k < count; k++)
        if (!take_word(text, figure->words[k])) {
            *text = skip_space(*text);
            return error_set(err, ERROR_USAGE, "%s: expected %s after it", spec->name, spec->words);
        }
    return true;
}

bool figure_parse(const char **text, Figure *figure, Error *err) {
    char word[FIGURE_WORD_MAX];
    const char *start = *text = skip_space(*text);
    *figure = (Figure){.id = -1};
    if (!take_word(text, word)) return error_set(err, ERROR_USAGE, "expected a figure or a number");
    if (parse_number(word, figure)) return true;
    figure->id = find_figure(word);
    if (figure->id >= 0) return parse_words(text, figure, err);
    *text = start;
    return unknown_figure(word, err);
}

bool figure_parse_block_name(const char **text, Figure *figure, Error *err) {
    char word[FIGURE_WORD_MAX];
    const char *start = *text = skip_space(*text);
    *figure = (Figure){.id = -1};
    if (!take_word(text, word)) return error_set(err, ERROR_USAGE, "expected the name of a figure of blocks");
    figure->id = find_figure(word);
    if (figure->id >= 0 && strcmp(table[figure->id].words, "BLOCK") == 0) return true;
    *text = start;
    if (figure->id < 0) return unknown_figure(word, err);
    return error_set(err, ERROR_USAGE, "'%s' is not a figure of one block: expected one like share", word);
}

/* A word to compare with a figure that is a word. */
static bool parse_right(const char **text, FigureTest *condition, Error *err) {
    char word[FIGURE_WORD_MAX];
    bool words = condition->left.id >= 0 && table[condition->left.id].kind == FIGURE_TEXT;
    if (!words) return figure_parse(text, &condition->right, err);
    *text = skip_space(*text);
    if (!take_word(text, word)) return error_set(err, ERROR_USAGE, "expected a word to compare with");
    condition->right = (Figure){.id = -1};
    utf8_copy(condition->right.words[0], FIGURE_WORD_MAX, word);
    return true;
}

bool figure_test_parse(const char **text, FigureTest *condition, Error *err) {
    static const char *const signs[] = {
        [FIGURE_LESS] = "<", [FIGURE_GREATER] = ">", [FIGURE_EQUAL] = "=", [FIGURE_UNEQUAL] = "!="};
    *condition = (FigureTest){.relation = FIGURE_IS_TRUE};
    if (!figure_parse(text, &condition->left, err)) return false;
    const char *at = *text = skip_space(*text);
    for (int k = FIGURE_LESS; k <= FIGURE_UNEQUAL; k++)
        if (word_length(at) == strlen(signs[k]) && strncmp(at, signs[k], strlen(signs[k])) == 0)
            condition->relation = (FigureRelation)k;
    if (condition->relation == FIGURE_IS_TRUE) return true;
    *text += strlen(signs[condition->relation]);
    return parse_right(text, condition, err);
}

const char *figure_meaning(const Figure *figure) {
    return table[figure->id].meaning;
}

FigureKind figure_kind(const Figure *figure) {
    return figure->id >= 0 ? table[figure->id].kind : figure->percent ? FIGURE_SHARE : FIGURE_NUMBER;
}

bool figure_is_answer(const Figure *figure) {
    static const char *const names[] = {"predicted", "certainty", "probability", "right", "loss"};
    for (size_t k = 0; figure->id >= 0 && k < sizeof names / sizeof names[0]; k++)
        if (strcmp(table[figure->id].name, names[k]) == 0) return true;
    return false;
}

static FigureValue measure_figure(const Figure *figure, const FigureSource *source, int block) {
    FigureValue value = {.kind = FIGURE_NUMBER, .known = true, .number = figure->number};
    if (figure->id < 0) {
        value.kind = figure->percent ? FIGURE_SHARE : FIGURE_NUMBER;
        utf8_copy(value.text, sizeof value.text, figure->words[0]);
    } else {
        const FigureSpec *spec = &table[figure->id];
        FigureQuery query = {.source = source, .words = figure->words, .block = block};
        value = (FigureValue){.kind = spec->kind, .number = NAN};
        if (spec->kind == FIGURE_TEXT)
            spec->write(&query, value.text);
        else
            value.number = spec->read(&query);
        value.known = spec->kind == FIGURE_TEXT ? *value.text != '\0' : !isnan(value.number);
    }
    if (value.kind != FIGURE_TEXT && *value.text == '\0') measure_format(&value);
    return value;
}

FigureValue figure_value(const Figure *figure, const FigureSource *source) {
    return measure_figure(figure, source, -1);
}

FigureValue figure_of_block(const Figure *figure, const FigureSource *source, int block) {
    return measure_figure(figure, source, block);
}

/* A picture also matches by its name without the number. */
static bool same_word(const char *a, const char *b) {
    const Asset *asset = asset_find_image(b);
    char name[ASSET_NAME_MAX];
    return strcmp(a, b) == 0 || (asset && strcmp(a, asset_image_name(asset, name)) == 0);
}

bool figure_test_is_known(const FigureTest *condition, const FigureSource *source) {
    return figure_value(&condition->left, source).known &&
           (condition->relation == FIGURE_IS_TRUE || figure_value(&condition->right, source).known);
}

/* How far the processor's own way of summing can move a figure, relative. Tensors are float32: of their seven
 * digits five are left after a hundred operations. Measured over eight OpenBLAS cores, the figures of the
 * lessons differ by less than 2e-5. */
static const double ROUNDING = 1e-4;
/* Beyond rounding, a ReLU whose input is almost 0 may be open on one processor and closed on another. */
static const double FRAGILE = 1e-3;

static bool within(const FigureValue *a, const FigureValue *b, double share) {
    bool counts = a->kind == FIGURE_COUNT && b->kind == FIGURE_COUNT;
    if (counts || a->number == b->number) return a->number == b->number;
    return fabs(a->number - b->number) <= share * fmax(fabs(a->number), fabs(b->number));
}

bool figure_same(const FigureValue *a, const FigureValue *b) {
    return within(a, b, ROUNDING);
}

bool figure_too_close(const FigureValue *a, const FigureValue *b) {
    return within(a, b, FRAGILE);
}

bool figure_test_is_fragile(const FigureTest *condition, const FigureSource *source) {
    if (condition->relation != FIGURE_LESS && condition->relation != FIGURE_GREATER) return false;
    FigureValue left = figure_value(&condition->left, source),
                right = figure_value(&condition->right, source);
    return left.known && right.known && left.kind != FIGURE_TEXT && figure_too_close(&left, &right);
}

bool figure_test_holds(const FigureTest *condition, const FigureSource *source) {
    FigureValue left = figure_value(&condition->left, source);
    if (!left.known) return false;
    if (condition->relation == FIGURE_IS_TRUE) return left.kind == FIGURE_TEXT || left.number != 0;
    FigureValue right = figure_value(&condition->right, source);
    if (left.kind == FIGURE_TEXT)
        return same_word(left.text, condition->right.words[0]) == (condition->relation == FIGURE_EQUAL);
    if (!right.known) return false;
    bool same = figure_same(&left, &right);
    switch (condition->relation) {
    case FIGURE_LESS: return !same && left.number < right.number;
    case FIGURE_GREATER: return !same && left.number > right.number;
    case FIGURE_EQUAL: return same;
    case FIGURE_UNEQUAL: return !same;
    case FIGURE_IS_TRUE: break;
    }
    return false;
}
