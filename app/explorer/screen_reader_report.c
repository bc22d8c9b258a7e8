/* What has changed, in words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/explorer/screen_reader_state.h"
#include "core/base/utf8.h"
#include "views/panel/twin_frame.h"
#include "views/widget/widgets.h"
#include "views/words/describe.h"
#include "views/words/say.h"

/* Collects what is written and says it. */
typedef struct Note {
    FILE *out;
    char *text;
    size_t size;
} Note;

static bool begin_note(Note *note) {
    *note = (Note){.text = NULL};
    note->out = open_memstream(&note->text, &note->size);
    return note->out;
}

static void say_note(ScreenReader *reader, Note *note) {
    if (fclose(note->out) == 0) say_put(reader->config.out, note->text, reader->config.ascii);
    free(note->text);
}

static Scene scene_of(const ScreenReader *reader) {
    Session *front = screen_front(reader->screen);
    session_look_prepare(front);
    Scene scene = session_scene(front);
    session_twin_scene(front, &scene);
    return scene;
}

static void describe_run_of(char *out, size_t out_size, Session *front) {
    Scene scene = session_scene(front);
    char twin[TWIN_NAME_MAX] = "";
    if (front->twin.show != TWIN_OFF) session_twin_describe(front, twin, sizeof twin);
    utf8_format(out, out_size, "%s|%s|%s|%s|%d|%s", scene.network->arch, scene.weights_note, scene.image_name,
                widget_skip_mode(&scene).text, front->exp.target, twin);
}

static ScreenReaderSeen look(const ScreenReader *reader) {
    Session *front = screen_front(reader->screen);
    LessonPanel panel;
    Scene scene = session_scene(front);
    ScreenReaderSeen seen = {.lesson = screen_lesson_panel(reader->screen, &panel),
                             .at = scene.at,
                             .steps = scene_steps_done(scene.pass),
                             .channel = scene.channel,
                             .row = scene.row,
                             .column = scene.column,
                             .view = front->look.view,
                             .analyses_open = front->analyses.shown.open,
                             .watches = scene.watch_count};
    if (seen.analyses_open) seen.result = front->analyses.shown.results[front->analyses.shown.current];
    if (seen.lesson) seen.page = panel.page, seen.phase = panel.phase, seen.task_done = panel.task_done;
    describe_run_of(seen.run, sizeof seen.run, front);
    return seen;
}

void screen_reader_look(ScreenReader *reader) {
    reader->seen = look(reader);
}

static void say_twin(FILE *out, Session *front, const Scene *scene) {
    char twin[TWIN_NAME_MAX];
    if (front->twin.show == TWIN_OFF) return;
    session_twin_describe(front, twin, sizeof twin);
    fprintf(out, "Compared with %s.\n", twin);
    if (!scene->twin || !scene->twin->figures.known) return;
    const Difference *d = &scene->twin->figures;
    char words[TWIN_NAME_MAX];
    twin_say_difference(scene, words, sizeof words);
    fprintf(out, "A is this side, B the other. %s\n", words);
    fprintf(out, "Lengths here %.3g, there %.3g, of the difference %.3g.\n", d->a_l2, d->b_l2, d->l2);
}

static void say_watches(ScreenReader *reader) {
    Scene scene = scene_of(reader);
    for (int k = 0; k < scene.watch_count; k++) {
        const SceneWatch *watch = &scene.watches[k];
        Tensor tensor = scene_tensor(&scene, watch->op, scene.phase);
        char value[40] = "not computed yet";
        size_t at = shape_index(tensor.shape, 0, watch->channel, watch->row, watch->column);
        if (tensor.data) snprintf(value, sizeof value, "%.5g", (double)tensor.data[at]);
        screen_reader_say(reader, "Watched: %s, channel %d, row %d, column %d: %s.",
                          scene.network->ops[watch->op].name, watch->channel, watch->row, watch->column,
                          value);
    }
    if (scene.watch_count == 0) screen_reader_say(reader, "Nothing is watched.");
}

static void say_run(ScreenReader *reader) {
    Note note;
    Scene scene = scene_of(reader);
    if (!begin_note(&note)) return;
    describe_run(note.out, &scene);
    describe_answer(note.out, &scene);
    say_twin(note.out, screen_front(reader->screen), &scene);
    say_note(reader, &note);
}

static void say_operation(ScreenReader *reader) {
    Note note;
    Scene scene = scene_of(reader);
    ViewId view = screen_front(reader->screen)->look.view;
    if (!begin_note(&note)) return;
    describe_operation(note.out, &scene);
    if (view == VIEW_MAPS) describe_map(note.out, &scene);
    if (view == VIEW_VALUE) describe_value(note.out, &scene);
    if (view == VIEW_BLOCK) describe_view(note.out, &scene, view);
    say_note(reader, &note);
}

void screen_reader_say_view(ScreenReader *reader) {
    Note note;
    Scene scene = scene_of(reader);
    if (!begin_note(&note)) return;
    LessonPanel panel;
    if (screen_lesson_panel(reader->screen, &panel) && panel.bars)
        lesson_bars_describe(note.out, panel.bars);
    else
        describe_view(note.out, &scene, screen_front(reader->screen)->look.view);
    say_note(reader, &note);
}

static void say_place(ScreenReader *reader, bool map) {
    Note note;
    Scene scene = scene_of(reader);
    if (!begin_note(&note)) return;
    if (map)
        describe_map(note.out, &scene);
    else
        describe_value(note.out, &scene);
    say_note(reader, &note);
}

/* "Which?" and its options, each on a line of its own; the screen has them in a row with three spaces
 * between. */
static void say_question(ScreenReader *reader, const char *question) {
    const char *option, *label = "Question: ";
    for (; (option = strstr(question, "   ")); question = option + 3, label = "")
        screen_reader_say(reader, "%s%.*s", label, (int)(option - question), question);
    screen_reader_say(reader, "%s%s", label, question);
    screen_reader_say(reader, "Type the answer, or skip.");
}

static void say_page(ScreenReader *reader) {
    LessonPanel panel;
    if (!screen_lesson_panel(reader->screen, &panel)) return;
    if (panel.phase != LESSON_SHOWN)
        screen_reader_say(reader, "Lesson %s, page %d of %d:\n%s", panel.lesson, panel.page + 1,
                          panel.page_count, panel.title);
    if (*panel.verdict) screen_reader_say(reader, "%s", panel.verdict);
    if (*panel.text) screen_reader_say(reader, "%s", panel.text);
    if (*panel.task) screen_reader_say(reader, "%s %s", panel.task_done ? "Done:" : "Task:", panel.task);
    if (panel.phase == LESSON_SHOWN || !panel.changes) {
        screen_reader_say(reader, "View: %s.", view_ops(screen_front(reader->screen)->look.view)->title);
        screen_reader_say_view(reader);
    }
    if (*panel.question) say_question(reader, panel.question);
}

void screen_reader_say_where(ScreenReader *reader) {
    if (screen_lesson(reader->screen)) {
        say_page(reader);
        return;
    }
    say_run(reader);
    say_operation(reader);
}

/* An explanation is told once, not again at every change as a pane would show it. */
static bool say_explanation(ScreenReader *reader) {
    Session *front = screen_front(reader->screen);
    Explanation explanation;
    if (front->look.settings.explain == EXPLAIN_OFF) return false;
    Scene scene = scene_of(reader);
    session_explain_make(front, &scene, &explanation);
    front->look.settings.explain = EXPLAIN_OFF;
    for (int k = 0; k < explanation.line_count; k++) {
        const ExplainLine *line = &explanation.lines[k];
        screen_reader_say(reader, "%s%s", line->kind == EXPLAIN_LINE_NOW ? "this line: " : "", line->text);
    }
    return true;
}

static void say_help(ScreenReader *reader) {
    ScreenKeys keys;
    screen_collect_help(reader->screen, &keys);
    for (int k = 0; k < keys.row_count; k++)
        screen_reader_say(reader, "%s: %s", keys.rows[k].keys, keys.rows[k].help);
}

/* The word that was asked for, or which words there are. */
static void say_words(ScreenReader *reader) {
    const WordsState *words = &reader->screen->words;
    char form[GLOSSARY_FORM_MAX];
    if (!words->asked) {
        screen_reader_say(reader, "%d words are on this screen:", words->count);
        for (int k = 0; k < words->count; k++)
            screen_reader_say(reader, "%s", glossary_word(words->entries[k])->word);
        screen_reader_say(reader, "Type what and a word.");
        return;
    }
    const GlossaryWord *word = glossary_word(words->entries[words->selected]);
    const char *at = word->see;
    screen_reader_say(reader, "%s: %s", word->word, word->says);
    screen_reader_say(reader, "To see it, type:");
    while (glossary_next_action(&at, form, sizeof form)) screen_reader_say(reader, "%s", form);
}

static void say_files(ScreenReader *reader) {
    const FileList *list = &reader->screen->files.list;
    reader->screen->files.filtering = false;
    screen_reader_say(reader, "%d %s in %s:", list->shown_count, file_group_name(list->group), list->folder);
    for (int k = 0; k < list->shown_count; k++)
        screen_reader_say(reader, "%s", list->rows[list->shown[k]].name);
    screen_reader_say(reader, "Type image, weights or arch and a name.");
}

static void say_prompt(ScreenReader *reader) {
    const char *text = reader->screen->typing.prompt.text;
    screen_reader_say(reader, "A word is missing after it: %s ...", *text ? text : "the action");
}

/* What would lie over the view is said once, the topmost first, and is then out of the way. */
static bool say_layers(ScreenReader *reader) {
    static void (*const says[LAYER_COUNT])(ScreenReader *) = {[LAYER_HELP] = say_help,
                                                              [LAYER_WORDS] = say_words,
                                                              [LAYER_FILES] = say_files,
                                                              [LAYER_PROMPT] = say_prompt};
    const LayerStack *stack = &reader->screen->layers;
    bool any = false;
    for (int k = stack->count - 1; k >= layer_floor(reader->screen); k--) {
        LayerId id = stack->ids[k];
        if (!says[id]) continue;
        says[id](reader);
        layer_close(reader->screen, id);
        any = true;
    }
    return say_explanation(reader) || any;
}

static bool say_selection(ScreenReader *reader, const ScreenReaderSeen *old, const ScreenReaderSeen *now) {
    bool moved = now->at != old->at, view = now->view != old->view, channel = now->channel != old->channel,
         cell = now->row != old->row || now->column != old->column;
    bool steps = now->steps != old->steps, watches = now->watches != old->watches;
    bool analyses = now->view == VIEW_ANALYSES &&
                    (now->result != old->result || now->analyses_open != old->analyses_open);
    if (view) screen_reader_say(reader, "View: %s.", view_ops(now->view)->title);
    if (view || analyses)
        screen_reader_say_view(reader);
    else if (moved || steps)
        say_operation(reader);
    else if (channel || cell)
        say_place(reader, channel);
    if (watches || (now->watches > 0 && steps)) say_watches(reader);
    return moved || view || channel || cell || steps || watches || analyses;
}

static bool say_notice(ScreenReader *reader) {
    const Session *front = screen_front(reader->screen);
    if (front->notice.kind == NOTICE_NONE || front->notice.text[0] == '\0') return false;
    screen_reader_say(reader, "%s%s",
                      front->notice.kind == NOTICE_INFO ? "" : "Not done: ", front->notice.text);
    return true;
}

void screen_reader_say_changes(ScreenReader *reader) {
    ScreenReaderSeen old = reader->seen, now = look(reader);
    bool page = now.lesson && (!old.lesson || now.page != old.page || now.phase != old.phase);
    bool any = say_notice(reader);
    any = say_layers(reader) || any;
    if (page || now.lesson != old.lesson) {
        if (now.lesson) say_page(reader);
        screen_reader_main_menu(reader);
        if (!now.lesson) screen_reader_say_where(reader);
        if ((!old.lesson || !now.lesson) && !screen_reader_asks(reader)) screen_reader_say_menu(reader);
        any = true;
    } else {
        bool run = strcmp(now.run, old.run) != 0;
        if (run) say_run(reader);
        any = say_selection(reader, &old, &now) || run || any;
        if (now.task_done && !old.task_done) screen_reader_say(reader, "The task is done.");
    }
    if (!any)
        screen_reader_say(reader, "Nothing has changed that could be said; describe says what is shown.");
    reader->seen = now;
}
