#include "app/publish/lesson_names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/screen/screen_state.h"
#include "core/base/utf8.h"
#include "views/canvas/export.h"

static bool is_part(char letter) {
    return isalnum((unsigned char)letter) || letter == '.' || letter == '_';
}

/* The next name of an operation or block. "relu" and "input" are words as well: a name has a digit. */
static const char *next_name(const char *at, const Network *network, char name[OP_NAME_MAX]) {
    while (*at) {
        size_t length = 0;
        bool digit = false;
        for (; is_part(at[length]); length++) digit = digit || isdigit((unsigned char)at[length]);
        const char *next = at + length;
        while (length > 0 && at[length - 1] == '.') length--;
        if (digit && length < OP_NAME_MAX) {
            utf8_copy_n(name, OP_NAME_MAX, at, length);
            if (network_find_op(network, name) >= 0 || network_find_block(network, name) >= 0) return next;
        }
        at = next + (*next != '\0');
    }
    return NULL;
}

/* The screen without the page's own text. */
static char *text_beside(Screen *screen) {
    const Session *session = screen_front(screen);
    Canvas *canvas = canvas_new(session->display.width, session->display.height, session->display.flags);
    if (!canvas) return NULL;
    screen_draw(screen, canvas);
    canvas_fill(canvas, session_panes(session).lesson, style_role(ROLE_TEXT), ' ');
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}

/* "layer1.1" is not in "layer1.10". */
static bool has_word(const char *text, const char *name) {
    size_t length = strlen(name);
    for (const char *at = strstr(text, name); at; at = strstr(at + 1, name))
        if ((at == text || !is_part(at[-1])) && !isalnum((unsigned char)at[length])) return true;
    return false;
}

static bool is_selected(const Session *session, const char *name) {
    const Network *network = session_network(session);
    int op = scene_op_at(network, session->exp.at), named = network_find_op(network, name);
    int block = named >= 0 ? network->ops[named].block : network_find_block(network, name);
    if (named >= 0 && session->look.view != VIEW_BLOCK) return named == op;
    return block >= 0 && block == network->ops[op].block;
}

void lesson_check_names(Screen *screen, const LessonPanel *panel, LessonMistakes *mistakes) {
    const LessonRun *run = screen_lesson(screen);
    const LessonPage *page = lesson_run_page(run);
    const Session *session = screen_front(screen);
    LessonPlace place =
        panel->phase == LESSON_SHOWN && page->after_place.line ? page->after_place : page->text_place;
    const char *const texts[] = {panel->text, panel->question};
    char name[OP_NAME_MAX], *beside = text_beside(screen);
    for (int k = 0; beside && k < 2; k++)
        for (const char *at = texts[k]; (at = next_name(at, session_network(session), name));)
            if (!is_selected(session, name) && !has_word(beside, name))
                lesson_mistake(mistakes, k == 0 ? place : page->ask.place,
                               "the text names %s, which the screen does not show", name);
    free(beside);
}
