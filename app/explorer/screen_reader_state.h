/* What the explorer for screen readers holds; shared by the files app/explorer/screen_reader*.c only. */
#ifndef APP_EXPLORER_SCREEN_READER_STATE_H
#define APP_EXPLORER_SCREEN_READER_STATE_H

#include "app/explorer/screen_reader.h"
#include "app/screen/screen_state.h"

enum { SCREEN_READER_MENU_MAX = 40, SCREEN_READER_LABEL_MAX = 128 };

typedef struct MenuEntry {
    char label[SCREEN_READER_LABEL_MAX];
    char line[ACTION_TEXT_MAX]; /* what it stands for, as if typed */
} MenuEntry;

typedef struct Menu {
    int count;
    MenuEntry entries[SCREEN_READER_MENU_MAX];
} Menu;

/* What there was when the user was last told about it. */
typedef struct ScreenReaderSeen {
    bool lesson;
    int page;
    LessonPhase phase;
    bool task_done;
    int at, steps, channel, row, column;
    ViewId view;
    const AnalysisResult *result; /* of the analysis that is looked at */
    bool analyses_open;
    int watches;
    char run[1024]; /* network, weights, picture, what is changed in it, what it is compared with */
} ScreenReaderSeen;

typedef struct ScreenReader {
    Screen *screen;
    ScreenReaderConfig config;
    Menu menu;
    ScreenReaderSeen seen;
    bool done;
    bool refused; /* the line just read was not a line of text */
} ScreenReader;

void screen_reader_say(ScreenReader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* screen_reader_menu.c */
bool screen_reader_asks(const ScreenReader *reader); /* a lesson's question waits for an answer */
void screen_reader_main_menu(ScreenReader *reader);  /* for what is going on now */
void screen_reader_say_menu(ScreenReader *reader);
/* The lines "views", "lessons", "pictures": a menu of them. False when it is none of these. */
bool screen_reader_open_menu(ScreenReader *reader, const char *word);

/* screen_reader_report.c */
void screen_reader_say_where(ScreenReader *reader);   /* all of it: the run, the operation or the page */
void screen_reader_say_view(ScreenReader *reader);    /* what the view shows */
void screen_reader_look(ScreenReader *reader);        /* remembers what is there */
void screen_reader_say_changes(ScreenReader *reader); /* since it was last looked at */

#endif
