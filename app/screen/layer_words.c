/* The glossary over the view: the words on the screen below, or all of them. What a word stands for is shown
 * in a session of its own, as the book's scenes are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screen/screen_state.h"
#include "core/base/integer.h"
#include "views/canvas/export.h"
#include "views/panel/words_panel.h"
#include "views/scene/action_parse.h"
#include "views/style/text.h"

enum { PAGE_WIDTH = 76 }; /* a lesson's lines have two columns more */

static WordsPanel panel_of(const Screen *screen) {
    const WordsState *words = &screen->words;
    return (WordsPanel){
        .entries = words->entries, .count = words->count, .selected = words->selected, .all = words->all};
}

static void draw(const Screen *screen, Canvas *canvas) {
    WordsPanel panel = panel_of(screen);
    words_panel_draw(canvas, screen_full_area(screen), &panel);
}

/* The words that stand on the screen as it is drawn now. */
static void find_words(Screen *screen) {
    WordsState *words = &screen->words;
    const Display *display = &screen_front(screen)->display;
    Canvas *canvas = canvas_new(display->width, display->height, display->flags);
    if (canvas) screen_draw(screen, canvas);
    char *text = canvas ? canvas_export_text_string(canvas) : NULL;
    words->here_count = 0;
    for (int k = 0; text && k < glossary_count(); k++)
        if (glossary_is_in(glossary_word(k), text)) words->here[words->here_count++] = k;
    free(text);
    canvas_free(canvas);
}

/* All of them where there are no others. */
static void list_words(WordsState *words, bool all) {
    words->all = all || words->here_count == 0;
    words->count = words->all ? glossary_count() : words->here_count;
    for (int k = 0; k < words->count; k++) words->entries[k] = words->all ? k : words->here[k];
    words->selected = 0;
}

static void select_word(WordsState *words, int entry) {
    for (int k = 0; k < words->count; k++)
        if (words->entries[k] == entry) words->selected = k;
}

/* The page of a lesson that shows the place; NULL when memory is short. */
static Lesson *page_of(const GlossaryWord *word) {
    char *text = NULL, action[GLOSSARY_FORM_MAX];
    const char *at = word->see, *cursor = word->says, *line;
    size_t size, length;
    FILE *out = open_memstream(&text, &size);
    LessonMistakes mistakes = {.count = 0};
    if (!out) return NULL;
    fprintf(out, "title a word of the glossary\nabout %s\npage %s\n", word->word, word->word);
    while ((line = text_wrap_next(&cursor, PAGE_WIDTH, &length))) fprintf(out, "| %.*s\n", (int)length, line);
    while (glossary_next_action(&at, action, sizeof action)) fprintf(out, "do %s\n", action);
    bool ok = fclose(out) == 0;
    Lesson *lesson = ok ? lesson_parse(text, &mistakes) : NULL;
    free(text);
    return lesson;
}

/* A place that no lesson can show, such as a question of the book, is one action of the user's. */
static Action show_selected(Screen *screen) {
    const WordsState *words = &screen->words;
    Action action = {.id = ACTION_NONE};
    Error err;
    const char *see = glossary_word(words->entries[words->selected])->see;
    if (action_parse(see, &action, &err) && lesson_is_for_users(action.id)) return action;
    if (screen->lesson)
        session_tell(screen_front(screen), NOTICE_ERROR,
                     "a lesson is under way: leave it with q to go where this leads");
    else
        screen_follow_scene(screen, page_of(glossary_word(words->entries[words->selected])));
    return (Action){.id = ACTION_NONE};
}

static void move_by(WordsState *words, int by) {
    words->selected = integer_clamp(words->selected + by, 0, words->count - 1);
}

static Action act(Screen *screen, Action action) {
    WordsState *words = &screen->words;
    int by = action_count(&action), page = words_panel_rows(screen_full_area(screen));
    switch (action.id) {
    case ACTION_UP: move_by(words, -by); break;
    case ACTION_DOWN: move_by(words, by); break;
    case ACTION_PAGE_UP: move_by(words, -by * page); break;
    case ACTION_STEP:
    case ACTION_PAGE_DOWN: move_by(words, by * page); break;
    case ACTION_FIRST: words->selected = 0; break;
    case ACTION_LAST: words->selected = words->count - 1; break;
    case ACTION_RIGHT:
    case ACTION_OPEN: return show_selected(screen);
    case ACTION_LEFT:
    case ACTION_CLOSE:
    case ACTION_QUIT: layer_close(screen, LAYER_WORDS); break;
    default:
        if (!(action_touches(action.id) & TOUCH_SCREEN)) layer_close(screen, LAYER_WORDS);
        return action;
    }
    return (Action){.id = ACTION_NONE};
}

bool screen_do_what(Screen *screen, const Action *action, Error *err) {
    WordsState *words = &screen->words;
    bool open = layer_is_open(screen, LAYER_WORDS);
    int entry = *action->text ? glossary_find(action->text) : -1;
    if (*action->text && entry < 0) {
        char nearest[3 * GLOSSARY_FORM_MAX];
        glossary_nearest(action->text, nearest, sizeof nearest);
        return error_set(err, ERROR_USAGE, "what: there is no word '%s'; the nearest are %s", action->text,
                         nearest);
    }
    if (!open) find_words(screen);
    if (entry < 0) {
        list_words(words, open && !words->all);
    } else {
        if (!open) list_words(words, true);
        select_word(words, entry);
        if (words->entries[words->selected] != entry) list_words(words, true), select_word(words, entry);
    }
    words->asked = entry >= 0;
    layer_open(screen, LAYER_WORDS);
    return true;
}

static int hints(const Screen *screen, FrameHint *out, int room) {
    static const FrameHint rows[] = {{.key = "Enter", .label = "see it"},
                                     {.key = "j k", .label = "choose"},
                                     {.key = "K", .label = "all words"},
                                     {.key = "Esc", .label = "close"}};
    int count = integer_min((int)(sizeof rows / sizeof rows[0]), room);
    memcpy(out, rows, (size_t)count * sizeof *out);
    if (screen->words.all && count > 2) out[2].label = "this screen's";
    return count;
}

const LayerOps layer_words = {.act = act, .draw = draw, .hints = hints, .hides_view = true};
