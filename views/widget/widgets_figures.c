/* The figures under a tensor, of views/widget/widgets.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "views/style/text.h"
#include "views/widget/widgets.h"

enum {
    GAP = 2,
    GAP_BRIEF = 3,
    ROWS_MAX = 4,
    TEXT_MAX = 128,
    /* Columns in which all figures of a tensor have room on one line, and on two. */
    ONE_LINE_WIDTH = 160,
    TWO_LINES_WIDTH = 78,
};

/* As they stand from left to right. */
typedef enum Figure {
    FIGURE_N,
    FIGURE_NAN,
    FIGURE_INF,
    FIGURE_SIGNS,
    FIGURE_MIN,
    FIGURE_P1,
    FIGURE_P25,
    FIGURE_P50,
    FIGURE_P75,
    FIGURE_P99,
    FIGURE_MAX,
    FIGURE_MEAN,
    FIGURE_STD,
    FIGURE_L2,
    FIGURE_PERCENTILES, /* all five in one; only in the dense forms */
    FIGURE_RANGE,       /* from here on: only in the brief form */
    FIGURE_ZERO_SHARE,
    FIGURE_LENGTH,
    FIGURE_COUNT
} Figure;

/* From what is always there to what goes first. */
static const Figure by_weight[FIGURE_COUNT] = {
    FIGURE_NAN,  FIGURE_INF, FIGURE_N,   FIGURE_SIGNS, FIGURE_MIN,         FIGURE_MAX,
    FIGURE_MEAN, FIGURE_STD, FIGURE_L2,  FIGURE_P50,   FIGURE_PERCENTILES, FIGURE_P1,
    FIGURE_P99,  FIGURE_P25, FIGURE_P75, FIGURE_RANGE, FIGURE_ZERO_SHARE,  FIGURE_LENGTH};

/* How the figures are written: each by itself, or shorter, with three digits or two; or only the brief ones. */
typedef enum Form { FORM_WIDE, FORM_DENSE, FORM_DENSEST, FORM_BRIEF, FORM_BRIEF_TIGHT, FORM_COUNT } Form;

/* One row's texts; "" for what is not known. */
typedef struct Texts {
    char text[FIGURE_COUNT][TEXT_MAX];
} Texts;

static void put_count(Texts *texts, Figure figure, const char *label, size_t count) {
    snprintf(texts->text[figure], TEXT_MAX, "%s %s", label, text_format_count(count).text);
}

/* "1.5e-05" as "1.5e-5". */
static void shorten_exponent(char *text) {
    char *e = strchr(text, 'e');
    if (!e || (e[1] != '-' && e[1] != '+')) return;
    char *digits = e + 2;
    while (*digits == '0' && digits[1]) digits++;
    char *to = e + 1;
    if (e[1] == '-') *to++ = '-';
    memmove(to, digits, strlen(digits) + 1);
}

static void put_value(Texts *texts, Figure figure, const char *label, double value, Form form) {
    char number[32];
    snprintf(number, sizeof number, form == FORM_DENSEST ? "%.2g" : "%.3g", value);
    if (form != FORM_WIDE) shorten_exponent(number);
    snprintf(texts->text[figure], TEXT_MAX, "%s %s", label, number);
}

/* One power of ten for all, where each by itself would be written with one. */
static int common_exponent(const double *values, int count) {
    double largest = 0;
    for (int k = 0; k < count; k++) largest = fmax(largest, fabs(values[k]));
    int exponent = largest > 0 && isfinite(largest) ? (int)floor(log10(largest)) : 0;
    return exponent < -2 || exponent > 4 ? exponent : 0;
}

static void compose_percentiles(char *out, size_t size, const Percentiles *p, int digits) {
    const double values[] = {p->p1, p->p25, p->p50, p->p75, p->p99};
    int count = (int)(sizeof values / sizeof values[0]), exponent = common_exponent(values, count);
    double factor = pow(10, -exponent);
    size_t used = (size_t)snprintf(out, size, "p1/25/50/75/99");
    for (int k = 0; k < count && used < size; k++) {
        char number[32];
        snprintf(number, sizeof number, "%.*g", digits, values[k] * factor);
        shorten_exponent(number);
        used += (size_t)snprintf(out + used, size - used, " %s", number);
    }
    if (exponent != 0 && used < size) snprintf(out + used, size - used, " x1e%d", exponent);
}

/* Shares of all elements, so that they add up to 100% only when nothing is NaN or infinite. */
static void put_signs(Texts *texts, const Stats *stats) {
    double count = stats->count ? (double)stats->count : 1;
    size_t positive = stats->count - stats->negative - stats->zeros - stats->nan - stats->inf;
    snprintf(texts->text[FIGURE_SIGNS], TEXT_MAX, "-%s 0:%s +%s",
             text_format_percent((double)stats->negative / count).text,
             text_format_percent((double)stats->zeros / count).text,
             text_format_percent((double)positive / count).text);
}

static void put_invalid(Texts *texts, const Stats *stats, bool merged) {
    if (merged) {
        snprintf(texts->text[FIGURE_NAN], TEXT_MAX, "nan/inf 0");
        return;
    }
    put_count(texts, FIGURE_NAN, "nan", stats->nan);
    put_count(texts, FIGURE_INF, "inf", stats->inf);
}

static Texts compose_brief(const WidgetFigures *row, bool bad) {
    Texts texts = {.text = {""}};
    const Stats *stats = &row->stats;
    char low[32], high[32], length[32];
    if (!stats->known) return texts;
    if (bad) put_invalid(&texts, stats, false);
    snprintf(low, sizeof low, "%.3g", stats->min);
    snprintf(high, sizeof high, "%.3g", stats->max);
    snprintf(length, sizeof length, "%.3g", stats->l2);
    shorten_exponent(low);
    shorten_exponent(high);
    shorten_exponent(length);
    double share = stats->count ? (double)stats->zeros / (double)stats->count : 0;
    TextNumber percent = text_format_percent(share);
    percent.text[strcspn(percent.text, "%")] = '\0';
    snprintf(texts.text[FIGURE_RANGE], TEXT_MAX, "range %s..%s", low, high);
    snprintf(texts.text[FIGURE_ZERO_SHARE], TEXT_MAX, "%s %% zero", percent.text);
    snprintf(texts.text[FIGURE_LENGTH], TEXT_MAX, "%s %s", row->norm ? row->norm : "|x|", length);
    return texts;
}

/* `bad`: one of the rows has a NaN or an infinity. */
static Texts compose(const WidgetFigures *row, Form form, bool bad) {
    Texts texts = {.text = {""}};
    const Stats *stats = &row->stats;
    const Percentiles *p = &row->percentiles;
    if (form >= FORM_BRIEF) return compose_brief(row, bad);
    if (!stats->known) return texts;
    put_count(&texts, FIGURE_N, "n", stats->count);
    put_invalid(&texts, stats, form != FORM_WIDE && !bad);
    put_signs(&texts, stats);
    put_value(&texts, FIGURE_MIN, "min", stats->min, form);
    put_value(&texts, FIGURE_MAX, "max", stats->max, form);
    put_value(&texts, FIGURE_MEAN, "mean", stats->mean, form);
    put_value(&texts, FIGURE_STD, "std", stats->std, form);
    put_value(&texts, FIGURE_L2, "|x|", stats->l2, form);
    if (!p->known) return texts;
    if (form != FORM_WIDE) {
        compose_percentiles(texts.text[FIGURE_PERCENTILES], TEXT_MAX, p, form == FORM_DENSEST ? 2 : 3);
        return texts;
    }
    put_value(&texts, FIGURE_P1, "p1", p->p1, form);
    put_value(&texts, FIGURE_P25, "p25", p->p25, form);
    put_value(&texts, FIGURE_P50, "p50", p->p50, form);
    put_value(&texts, FIGURE_P75, "p75", p->p75, form);
    put_value(&texts, FIGURE_P99, "p99", p->p99, form);
    return texts;
}

/* Which figures are shown, in common columns of all rows. */
typedef struct Columns {
    Figure order[FIGURE_COUNT]; /* as they stand */
    int width[FIGURE_COUNT];    /* 0: left out */
    int gap;
    int room, lines; /* columns of a line; lines that each row takes */
    int shown;       /* of by_weight, from its beginning */
} Columns;

/* Breaks the figures into lines, and moves to the next place; a figure that is left out has none. */
static bool flow(const Columns *columns, Figure figure, int *x, int *line) {
    int width = columns->width[figure];
    if (width == 0) return false;
    if (*x > 0 && *x + width > columns->room) *x = 0, *line += 1;
    return true;
}

static int lines_of(const Columns *columns) {
    int x = 0, line = 0;
    for (int k = 0; k < FIGURE_COUNT; k++)
        if (flow(columns, columns->order[k], &x, &line))
            x += columns->width[columns->order[k]] + columns->gap;
    return line + 1;
}

static int widest(const Texts *texts, int count, Figure figure) {
    int most = 0;
    for (int r = 0; r < count; r++) {
        int own = text_width(texts[r].text[figure]);
        if (own > most) most = own;
    }
    return most;
}

/* A NaN or an infinity comes first, and stays when there is room for nothing. */
static bool any_bad(const WidgetFigures *rows, int count) {
    for (int r = 0; r < count; r++)
        if (rows[r].stats.known && rows[r].stats.nan + rows[r].stats.inf > 0) return true;
    return false;
}

/* As many figures as the room has lines and columns for, by weight. */
static Columns plan_figure_columns(const Texts *texts, const WidgetFigures *rows, int count, Rect room,
                                   Form form) {
    static const Figure bad_first[] = {FIGURE_NAN, FIGURE_INF, FIGURE_N};
    Columns columns = {.gap = form == FORM_BRIEF ? GAP_BRIEF : GAP, .room = room.w};
    bool bad = any_bad(rows, count);
    for (int k = 0; k < FIGURE_COUNT; k++) columns.order[k] = k < 3 && bad ? bad_first[k] : (Figure)k;
    for (int k = 0; k < FIGURE_COUNT; k++) {
        Figure figure = by_weight[k];
        bool always = bad && (figure == FIGURE_NAN || figure == FIGURE_INF);
        columns.width[figure] = widest(texts, count, figure);
        bool fits = lines_of(&columns) <= room.h && columns.width[figure] <= room.w;
        if (fits || always) {
            columns.shown = k + 1;
            continue;
        }
        columns.width[figure] = 0;
        break;
    }
    columns.lines = lines_of(&columns);
    return columns;
}

/* The form that shows most in so many columns and lines; the wider one where two show the same. */
static void choose_form(Texts *texts, Columns *columns, const WidgetFigures *rows, int count, Rect room) {
    int best = -1, first = rows[0].brief ? FORM_BRIEF : FORM_WIDE;
    int end = rows[0].brief ? FORM_COUNT : FORM_BRIEF;
    for (int form = first; form < end && best < FIGURE_COUNT; form++) {
        Texts written[ROWS_MAX];
        bool bad = any_bad(rows, count);
        for (int r = 0; r < count; r++) written[r] = compose(&rows[r], (Form)form, bad);
        Columns found = plan_figure_columns(written, rows, count, room, (Form)form);
        if (found.shown <= best) continue;
        best = found.shown;
        *columns = found;
        memcpy(texts, written, (size_t)count * sizeof written[0]);
    }
}

static bool is_bad(const Stats *stats, Figure figure) {
    return (figure == FIGURE_NAN && stats->nan > 0) || (figure == FIGURE_INF && stats->inf > 0);
}

static void draw_row(Canvas *canvas, int x, int y, const WidgetFigures *row, const Texts *texts,
                     const Columns *columns) {
    int at = 0, line = 0;
    for (int k = 0; k < FIGURE_COUNT; k++) {
        Figure figure = columns->order[k];
        if (!flow(columns, figure, &at, &line)) continue;
        Style style = is_bad(&row->stats, figure) ? style_bold(ROLE_BAD) : style_role(ROLE_TEXT);
        canvas_text(canvas, x + at, y + line, style, texts->text[figure]);
        at += columns->width[figure] + columns->gap;
    }
}

void widget_figures(Canvas *canvas, Rect area, const WidgetFigures *rows, int count) {
    Texts texts[ROWS_MAX];
    Columns columns = {0};
    int label = 0;
    if (rect_is_empty(area) || count < 1 || rows[0].hidden) return;
    if (count > ROWS_MAX) count = ROWS_MAX;
    if (count > area.h) count = area.h;
    for (int r = 0; r < count; r++) {
        int width = rows[r].label ? text_width(rows[r].label) + GAP : 0;
        if (width > label) label = width;
    }
    choose_form(texts, &columns, rows, count, (Rect){.w = area.w - label, .h = area.h / count});
    Rect old = canvas_clip(canvas, area);
    for (int r = 0; r < count; r++) {
        int x = area.x + label, y = area.y + r * columns.lines;
        if (rows[r].label) canvas_text(canvas, area.x, y, style_role(ROLE_DIM), rows[r].label);
        if (rows[r].stats.known)
            draw_row(canvas, x, y, &rows[r], &texts[r], &columns);
        else
            canvas_text_fit(canvas, x, y, area.w - label, style_role(ROLE_DIM), "not computed yet");
    }
    canvas_unclip(canvas, old);
}

int widget_figures_lines(const Scene *scene, int width) {
    if (scene->hides_figures) return 0;
    if (scene->settings.figures == FIGURES_ONE || width >= ONE_LINE_WIDTH) return 1;
    return width >= TWO_LINES_WIDTH ? 2 : 3;
}

WidgetFigures widget_figures_of(const Scene *scene, int op, Phase phase) {
    WidgetFigures figures = {.stats = scene_stats(scene, op, phase),
                             .hidden = scene->hides_figures,
                             .brief = scene->settings.figures == FIGURES_ONE,
                             .norm = phase == PHASE_BACKWARD ? "|g|" : "|x|"};
    const Profile *profile = scene_profile(scene, op, phase);
    if (profile) figures.percentiles = profile->percentiles;
    return figures;
}
