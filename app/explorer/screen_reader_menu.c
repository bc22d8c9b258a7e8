/* Menus of numbers. */
#include <stdio.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/explorer/screen_reader_state.h"
#include "core/base/utf8.h"

static void add_menu_entry(Menu *menu, const char *line, const char *label) {
    if (menu->count == SCREEN_READER_MENU_MAX) return;
    MenuEntry *entry = &menu->entries[menu->count++];
    utf8_copy(entry->label, sizeof entry->label, label);
    utf8_copy(entry->line, sizeof entry->line, line);
}

bool screen_reader_asks(const ScreenReader *reader) {
    LessonPanel panel;
    return screen_lesson_panel(reader->screen, &panel) && *panel.question && panel.phase != LESSON_SHOWN;
}

/* Each line and its label. */
static const char *const lesson_entries[][2] = {{"lesson-next", "go on"},
                                                {"lesson-back", "back"},
                                                {"repeat", "say the page again"},
                                                {"describe", "describe what the view shows"},
                                                {"lesson-return", "back to the page's view after exploring"},
                                                {"quit", "leave the lesson"},
                                                {NULL, NULL}};
static const char *const explorer_entries[][2] = {{"step", "next operation"},
                                                  {"step-back", "previous operation"},
                                                  {"block", "run a block"},
                                                  {"finish", "run to the end of the pass"},
                                                  {"explain 1", "explain it in plain words"},
                                                  {"describe", "describe what the view shows"},
                                                  {"views", "another view"},
                                                  {"pictures", "another picture"},
                                                  {"lessons", "a lesson"},
                                                  {NULL, NULL}};

void screen_reader_main_menu(ScreenReader *reader) {
    const char *const(*entries)[2] = screen_lesson(reader->screen) ? lesson_entries : explorer_entries;
    reader->menu.count = 0;
    for (; (*entries)[0]; entries++) add_menu_entry(&reader->menu, (*entries)[0], (*entries)[1]);
}

void screen_reader_say_menu(ScreenReader *reader) {
    const Menu *menu = &reader->menu;
    if (screen_reader_asks(reader)) {
        screen_reader_say(reader, "Type the answer, or skip, back, h for help, q to leave the lesson.");
        return;
    }
    for (int k = 0; k < menu->count; k++) screen_reader_say(reader, "%d %s", k + 1, menu->entries[k].label);
    screen_reader_say(reader, "Choose 1 to %d or type the name of an action; h help, q quit.", menu->count);
}

static void add_views(Menu *menu) {
    for (int k = 0; k < VIEW_COUNT; k++) {
        const ViewOps *view = view_ops((ViewId)k);
        char line[SCREEN_READER_LABEL_MAX], label[SCREEN_READER_LABEL_MAX];
        utf8_format(line, sizeof line, "view %s", view->name);
        utf8_format(label, sizeof label, "%s: %.*s", view->name, (int)strcspn(view->summary, ".:;"),
                    view->summary);
        add_menu_entry(menu, line, label);
    }
}

static void add_lessons(Menu *menu) {
    char name[LESSON_NAME_MAX], line[LESSON_NAME_MAX + 8], label[SCREEN_READER_LABEL_MAX];
    for (int k = 0; lesson_bundled(k, name); k++) {
        Error err = {0};
        Lesson *lesson = lesson_open(name, &err);
        utf8_format(line, sizeof line, "lesson %s", name);
        utf8_format(label, sizeof label, "%s: %s", name, lesson ? lesson->title : "");
        add_menu_entry(menu, line, label);
        lesson_free(lesson);
    }
}

static void add_pictures(Menu *menu, const Session *session) {
    for (int k = 0; k < session->exp.pictures.count; k++) {
        char line[ACTION_TEXT_MAX];
        utf8_format(line, sizeof line, "image %s", session->exp.pictures.list[k]);
        add_menu_entry(menu, line, session->exp.pictures.list[k]);
    }
}

bool screen_reader_open_menu(ScreenReader *reader, const char *word) {
    Menu *menu = &reader->menu;
    bool views = strcmp(word, "views") == 0, lessons = strcmp(word, "lessons") == 0,
         pictures = strcmp(word, "pictures") == 0;
    if (!views && !lessons && !pictures) return false;
    menu->count = 0;
    if (views) add_views(menu);
    if (lessons) add_lessons(menu);
    if (pictures) add_pictures(menu, screen_front(reader->screen));
    for (int k = 0; k < menu->count; k++) screen_reader_say(reader, "%d %s", k + 1, menu->entries[k].label);
    screen_reader_say(reader, "Choose 1 to %d; anything else goes back.", menu->count);
    return true;
}
