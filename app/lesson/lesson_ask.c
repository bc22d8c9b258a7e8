#include "app/lesson/lesson_ask.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/style/text.h"

enum { SHARE_DEFAULT = 25 }; /* percent */

/* Reports what is wrong at `at`, or left over after it. */
static bool finish_line(LessonParser *parser, bool ok, const char *at, const Error *err) {
    at += strspn(at, " \t");
    if (!ok)
        lesson_mistake(parser->mistakes, lesson_parser_place(parser, at), "%s", err->text);
    else if (*at)
        lesson_mistake(parser->mistakes, lesson_parser_place(parser, at), "'%s' is one word too many", at);
    return ok && *at == '\0';
}

void lesson_read_condition(LessonParser *parser, const char *rest, FigureTest *condition) {
    Error err = {0};
    const char *at = rest;
    bool ok = figure_test_parse(&at, condition, &err);
    finish_line(parser, ok, at, &err);
}

bool lesson_read_ask(LessonParser *parser, const char *rest) {
    static const char *const words[] = {
        [ASK_NUMBER] = "number", [ASK_CHOICE] = "choice", [ASK_BLOCK] = "block"};
    LessonAsk *ask = &parser->page->ask;
    size_t length = strcspn(rest, " \t");
    LessonPlace place = lesson_parser_place(parser, rest);
    if (ask->kind != ASK_NOTHING) {
        lesson_mistake(parser->mistakes, place, "a page asks one question only");
        return true;
    }
    for (int k = ASK_NUMBER; k <= ASK_BLOCK; k++)
        if (length == strlen(words[k]) && strncmp(rest, words[k], length) == 0) ask->kind = (AskKind)k;
    const char *question = rest + length + strspn(rest + length, " \t");
    if (ask->kind == ASK_NOTHING)
        lesson_mistake(parser->mistakes, place, "ask: expected number, choice or block and a question");
    else if (*question == '\0')
        lesson_mistake(parser->mistakes, lesson_parser_place(parser, question), "ask: expected a question");
    ask->place = place;
    ask->question = strdup(question);
    return ask->question;
}

/* "TEXT when CONDITION", "TEXT otherwise". */
bool lesson_read_option(LessonParser *parser, const char *rest) {
    LessonAsk *ask = &parser->page->ask;
    LessonPlace place = lesson_parser_place(parser, rest);
    const char *when = strstr(rest, " when "), *otherwise = strstr(rest, " otherwise");
    if (ask->kind != ASK_CHOICE) {
        lesson_mistake(parser->mistakes, place, "option: 'ask choice' must come before it");
        return true;
    }
    if (ask->option_count == LESSON_OPTIONS_MAX) {
        lesson_mistake(parser->mistakes, place, "a question has at most %d options", LESSON_OPTIONS_MAX);
        return true;
    }
    if (!when && !(otherwise && otherwise[10] == '\0')) {
        lesson_mistake(parser->mistakes, place, "option: expected TEXT when CONDITION, or TEXT otherwise");
        return true;
    }
    LessonOption *option = &ask->options[ask->option_count++];
    option->otherwise = !when;
    if (when) lesson_read_condition(parser, when + 6, &option->when);
    option->text = strndup(rest, (size_t)((when ? when : otherwise) - rest));
    return option->text;
}

/* "within 20%", "within x2", "within 0.5". */
static bool read_within(const char **at, LessonAsk *ask, Error *err) {
    *at += strspn(*at, " \t");
    ask->tolerance = WITHIN_SHARE;
    ask->within = SHARE_DEFAULT / 100.0;
    if (**at == '\0') return true;
    if (strncmp(*at, "within ", 7) != 0)
        return error_set(err, ERROR_USAGE, "expected 'within' and how near, found '%s'", *at);
    *at += 7;
    char *end;
    bool factor = **at == 'x';
    double number = strtod(*at + factor, &end);
    bool share = *end == '%';
    if (end == *at + factor || !(number > 0) || (factor && (number <= 1 || share)))
        return error_set(err, ERROR_USAGE, "expected how near, as in 20%%, x2 or 0.5, found '%s'", *at);
    ask->tolerance = factor ? WITHIN_FACTOR : share ? WITHIN_SHARE : WITHIN_DISTANCE;
    ask->within = share ? number / 100 : number;
    *at = end + share;
    return true;
}

static bool parse_answer_line(const char **at, LessonAsk *ask, Error *err) {
    if (ask->kind == ASK_NUMBER) return figure_parse(at, &ask->figure, err) && read_within(at, ask, err);
    ask->smallest = strncmp(*at, "smallest ", 9) == 0;
    if (!ask->smallest && strncmp(*at, "largest ", 8) != 0)
        return error_set(err, ERROR_USAGE, "answer: expected largest or smallest and a figure of blocks");
    *at += ask->smallest ? 9 : 8;
    return figure_parse_block_name(at, &ask->figure, err);
}

bool lesson_read_answer(LessonParser *parser, const char *rest) {
    LessonAsk *ask = &parser->page->ask;
    Error err = {0};
    if (ask->kind != ASK_NUMBER && ask->kind != ASK_BLOCK) {
        lesson_mistake(parser->mistakes, lesson_parser_place(parser, rest),
                       "answer: 'ask number' or 'ask block' must come before it");
        return true;
    }
    const char *at = rest;
    bool ok = parse_answer_line(&at, ask, &err);
    finish_line(parser, ok, at, &err);
    ask->answered = true;
    return true;
}

/* Rows a text takes; a figure is counted as six columns. */
static int rows_of_text(const char *text) {
    char filled[4096];
    size_t used = 0;
    for (const char *at = text; *at && used < sizeof filled - 8; at++) {
        const char *close = *at == '{' ? strchr(at, '}') : NULL;
        if (!close) {
            filled[used++] = *at;
            continue;
        }
        memcpy(filled + used, "000000", 6);
        used += 6;
        at = close;
    }
    filled[used] = '\0';
    return *text ? text_wrap_count(filled, LESSON_WIDTH) : 0;
}

static void check_row_count(LessonParser *parser, LessonPlace place, int rows, const char *what) {
    if (rows > LESSON_ROWS)
        lesson_mistake(parser->mistakes, place, "%s takes %d rows of %d columns: at most %d", what, rows,
                       LESSON_WIDTH, LESSON_ROWS);
}

static void check_ask(LessonParser *parser, const LessonPage *page) {
    const LessonAsk *ask = &page->ask;
    char *text = lesson_ask_text(ask);
    if (ask->kind == ASK_CHOICE && ask->option_count < 2)
        lesson_mistake(parser->mistakes, ask->place, "a choice needs at least two options");
    if (ask->kind != ASK_CHOICE && !ask->answered)
        lesson_mistake(parser->mistakes, ask->place, "a question needs an answer: answer FIGURE");
    if (text)
        check_row_count(parser, ask->place, rows_of_text(page->text) + rows_of_text(text),
                        "the page with its question");
    free(text);
}

void lesson_check_page(LessonParser *parser) {
    const LessonPage *page = parser->page;
    int task_rows = page->task ? 1 + (text_width(page->task) > LESSON_WIDTH - 12) : 0;
    bool ask = page->ask.kind != ASK_NOTHING;
    if (*page->text == '\0' && !ask)
        lesson_mistake(parser->mistakes, page->place, "page '%s' has no text: | TEXT", page->title);
    if (page->task && !page->has_until)
        lesson_mistake(parser->mistakes, page->task_place, "a task needs a condition: until CONDITION");
    if (page->has_until && !page->task)
        lesson_mistake(parser->mistakes, page->place, "page '%s' has an until, but no task", page->title);
    if (ask) check_ask(parser, page);
    bool last = *page->after || page->action_count > page->opening_count || ask;
    int text_rows = rows_of_text(page->text);
    if (!ask) check_row_count(parser, page->text_place, text_rows + (last ? 0 : task_rows), "this text");
    if (last)
        check_row_count(parser, *page->after ? page->after_place : page->text_place,
                        (*page->after || ask ? rows_of_text(page->after) : text_rows) + task_rows + ask,
                        ask ? "what is said after the answer, with a row for the verdict," : "this text");
}

char *lesson_ask_text(const LessonAsk *ask) {
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);
    if (!stream) return NULL;
    fputs(ask->question, stream);
    for (int k = 0; k < ask->option_count; k++)
        fprintf(stream, "%s%c) %s", k ? "   " : "\n", 'a' + k, ask->options[k].text);
    fclose(stream);
    return out;
}

/* "1,234,567": from the first comma on, groups of three digits; a leading 0 begins a fraction. */
static bool has_thousands(const char *answer) {
    const char *at = answer + strspn(answer, "+-");
    size_t first = strspn(at, "0123456789");
    if (first < 1 || first > 3 || *at == '0') return false;
    for (at += first; *at == ','; at += 4)
        if (strspn(at + 1, "0123456789") != 3) return false;
    return at[strspn(at, " %")] == '\0' || *at == '.';
}

/* Without the commas of thousands, and with a point for a decimal comma. A comma before three digits, "1,500",
 * is one of thousands where a whole number is asked for. */
static void write_plainly(const LessonAsk *ask, const char *answer, char *out) {
    const char *comma = strchr(answer, ',');
    bool several = comma && strchr(comma + 1, ','), point = strchr(answer, '.') != NULL;
    bool count = figure_kind(&ask->figure) == FIGURE_COUNT;
    bool thousands = comma && (count || several || point) && has_thousands(answer);
    for (; *answer; answer++)
        if (*answer != ',' || !thousands) *out++ = *answer == ',' && !several && !point ? '.' : *answer;
    *out = '\0';
}

static bool read_number(const LessonAsk *ask, const char *answer, double *number, bool *percent) {
    char plain[ACTION_TEXT_MAX], *end;
    if (strlen(answer) >= sizeof plain) return false;
    write_plainly(ask, answer, plain);
    *number = strtod(plain, &end);
    if (end == plain || !isfinite(*number)) return false;
    end += strspn(end, " ");
    *percent = *end == '%';
    return *end == '\0' || strcmp(end, "%") == 0;
}

/* The option by its letter or its number; -1: neither. */
static int option_said(const LessonAsk *ask, const char *answer) {
    int first = isdigit((unsigned char)answer[0]) ? '1' : 'a', k = tolower((unsigned char)answer[0]) - first;
    return k >= 0 && k < ask->option_count && answer[1] == '\0' ? k : -1;
}

/* "layer2.1", or its digits alone. */
static int block_said(const Network *network, const char *answer) {
    char name[OP_NAME_MAX];
    utf8_format(name, sizeof name, "layer%s", answer);
    int block = network_find_block(network, answer);
    return block >= 0 ? block : network_find_block(network, name);
}

bool lesson_answer_check(const LessonAsk *ask, const Network *network, const char *answer, Error *err) {
    double number;
    bool percent;
    if (ask->kind == ASK_NUMBER && !read_number(ask, answer, &number, &percent))
        return error_set(err, ERROR_USAGE, "expected a number, found '%s'", answer);
    if (ask->kind == ASK_CHOICE && option_said(ask, answer) < 0)
        return error_set(err, ERROR_USAGE, "expected a letter from a to %c, found '%s'",
                         'a' + ask->option_count - 1, answer);
    if (ask->kind == ASK_BLOCK && block_said(network, answer) < 0)
        return error_set(err, ERROR_USAGE, "%s has no block '%s': expected a name like %s", network->arch,
                         answer, network->blocks[0].name);
    return true;
}

static void judge_number(const LessonAsk *ask, const char *answer, const FigureSource *source,
                         LessonVerdict *verdict) {
    FigureValue truth = figure_value(&ask->figure, source);
    double number, unit = truth.kind == FIGURE_SHARE ? 100 : 1, value = truth.number * unit;
    bool percent;
    verdict->known = truth.known && truth.kind != FIGURE_TEXT;
    utf8_copy(verdict->truth, sizeof verdict->truth, truth.text);
    if (!verdict->given || !verdict->known || !read_number(ask, answer, &number, &percent)) return;
    double off = fabs(number - value), factor = number > value ? number / value : value / number;
    char far[64];
    if (ask->tolerance == WITHIN_FACTOR && factor > 0 && isfinite(factor))
        snprintf(far, sizeof far, "off by a factor of %.3g", factor);
    else if (ask->tolerance == WITHIN_DISTANCE || value == 0)
        snprintf(far, sizeof far, "%.3g off", off);
    else
        snprintf(far, sizeof far, off >= 0.01 * fabs(value) ? "%.3g %% off" : "%.1g %% off",
                 100 * off / fabs(value));
    FigureValue said = {.kind = FIGURE_NUMBER, .number = number / unit};
    bool exact = figure_same(&said, &truth);
    bool near = ask->tolerance == WITHIN_SHARE      ? off <= ask->within * fabs(value)
                : ask->tolerance == WITHIN_DISTANCE ? off <= ask->within
                                                    : factor > 0 && factor <= ask->within;
    verdict->right = exact || near;
    utf8_format(verdict->text, sizeof verdict->text, "You said %s. It is %s: %s.", answer, truth.text,
                exact ? "exactly so" : far);
}

static void judge_choice(const LessonAsk *ask, const char *answer, const FigureSource *source,
                         LessonVerdict *verdict) {
    int truth = -1;
    verdict->known = true;
    for (int k = 0; k < ask->option_count; k++) {
        const LessonOption *option = &ask->options[k];
        if (!option->otherwise && !figure_test_is_known(&option->when, source)) verdict->known = false;
        if (truth < 0 && (option->otherwise || figure_test_holds(&option->when, source))) truth = k;
    }
    verdict->known = verdict->known && truth >= 0;
    if (!verdict->known) return;
    snprintf(verdict->truth, sizeof verdict->truth, "%c", 'a' + truth);
    int said = verdict->given ? option_said(ask, answer) : -1;
    verdict->right = said == truth;
    if (verdict->right)
        utf8_format(verdict->text, sizeof verdict->text, "You said %c: %s. So it is.", 'a' + truth,
                    ask->options[truth].text);
    else
        utf8_format(verdict->text, sizeof verdict->text, "You said %c. It is %c: %s.", 'a' + said,
                    'a' + truth, ask->options[truth].text);
}

typedef struct BlockRank {
    int best, rank; /* rank of the answer, from 1 */
    FigureValue own, top;
    bool fragile; /* another block comes so close to the best that the order may be another one elsewhere */
} BlockRank;

/* Does `a` come before `b` by more than rounding? */
static bool comes_before(const LessonAsk *ask, const FigureValue *a, const FigureValue *b) {
    return (ask->smallest ? a->number < b->number : a->number > b->number) && !figure_same(a, b);
}

static BlockRank rank_blocks(const LessonAsk *ask, int answer, const FigureSource *source) {
    BlockRank r = {.best = -1, .rank = 1};
    if (answer >= 0) r.own = figure_of_block(&ask->figure, source, answer);
    for (int b = 0; b < source->scene->network->block_count; b++) {
        FigureValue value = figure_of_block(&ask->figure, source, b);
        if (!value.known) continue;
        if (r.own.known && comes_before(ask, &value, &r.own)) r.rank++;
        bool better = r.best < 0 || comes_before(ask, &value, &r.top);
        bool close = r.best >= 0 && figure_too_close(&value, &r.top);
        r.fragile = close || (r.fragile && !better);
        if (!better) continue;
        r.best = b;
        r.top = value;
    }
    return r;
}

static void judge_block(const LessonAsk *ask, const char *answer, const FigureSource *source,
                        LessonVerdict *verdict) {
    const Network *network = source->scene->network;
    int block = block_said(network, answer);
    const char *said = block >= 0 ? network->blocks[block].name : answer;
    BlockRank r = rank_blocks(ask, block, source);
    verdict->known = r.best >= 0;
    if (!verdict->known) return;
    utf8_copy(verdict->truth, sizeof verdict->truth, network->blocks[r.best].name);
    verdict->right = r.own.known && figure_same(&r.own, &r.top);
    if (verdict->right)
        utf8_format(verdict->text, sizeof verdict->text, "You said %s. So it is: %s.", said, r.top.text);
    else
        utf8_format(verdict->text, sizeof verdict->text, "You said %s (%s, place %d of %d). It is %s: %s.",
                    said, r.own.text, r.rank, network->block_count, verdict->truth, r.top.text);
}

bool lesson_ask_bars(const LessonAsk *ask, const char *answer, const FigureSource *source, LessonBars *out) {
    const Network *network = source->scene->network;
    int said = block_said(network, answer), best = rank_blocks(ask, -1, source).best;
    *out = (LessonBars){.rows = calloc((size_t)network->block_count, sizeof *out->rows)};
    if (!out->rows) return false;
    out->count = network->block_count;
    utf8_copy(out->title, sizeof out->title, figure_meaning(&ask->figure));
    out->title[0] = (char)toupper((unsigned char)out->title[0]);
    for (int b = 0; b < out->count; b++) {
        FigureValue value = figure_of_block(&ask->figure, source, b);
        LessonBar *row = &out->rows[b];
        *row = (LessonBar){.value = value.number, .said = b == said, .right = b == best};
        utf8_copy(row->name, sizeof row->name, network->blocks[b].name);
        utf8_copy(row->text, sizeof row->text, value.text);
    }
    return true;
}

bool lesson_ask_is_fragile(const LessonAsk *ask, const FigureSource *source) {
    if (ask->kind == ASK_BLOCK) return rank_blocks(ask, -1, source).fragile;
    for (int k = 0; ask->kind == ASK_CHOICE && k < ask->option_count; k++)
        if (!ask->options[k].otherwise && figure_test_is_fragile(&ask->options[k].when, source)) return true;
    return false;
}

void lesson_ask_lack(const LessonAsk *ask, const FigureSource *source, char out[FIGURE_LACK_MAX]) {
    Figure figure = ask->figure;
    for (int k = 0; k < ask->option_count; k++) {
        const FigureTest *when = &ask->options[k].when;
        if (ask->options[k].otherwise || figure_test_is_known(when, source)) continue;
        figure = figure_value(&when->left, source).known ? when->right : when->left;
        break;
    }
    if (ask->kind == ASK_BLOCK)
        utf8_copy(figure.words[0], FIGURE_WORD_MAX, source->scene->network->blocks[0].name);
    figure_lack(&figure, source, out);
}

LessonVerdict lesson_judge(const LessonAsk *ask, const char *answer, const FigureSource *source) {
    LessonVerdict verdict = {.given = *answer != '\0'};
    if (ask->kind == ASK_NUMBER) judge_number(ask, answer, source, &verdict);
    if (ask->kind == ASK_CHOICE) judge_choice(ask, answer, source, &verdict);
    if (ask->kind == ASK_BLOCK) judge_block(ask, answer, source, &verdict);
    if (!verdict.known)
        snprintf(verdict.text, sizeof verdict.text, "the answer has not been computed here");
    else if (!verdict.given && ask->kind == ASK_CHOICE)
        utf8_format(verdict.text, sizeof verdict.text, "Not answered. It is %s: %s.", verdict.truth,
                    ask->options[verdict.truth[0] - 'a'].text);
    else if (!verdict.given)
        utf8_format(verdict.text, sizeof verdict.text, "Not answered. It is %s.", verdict.truth);
    return verdict;
}
