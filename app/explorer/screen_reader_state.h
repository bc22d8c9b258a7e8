/* What the listening explorer holds; shared by the files app/explorer/reader*.c only. */
#ifndef APP_EXPLORER_READER_STATE_H
#define APP_EXPLORER_READER_STATE_H

#include "app/explorer/reader.h"
#include "app/screen/screen_state.h"

enum { READER_MENU_MAX = 40, READER_LABEL_MAX = 128 };

typedef struct MenuEntry {
    char label[READER_LABEL_MAX];
    char line[ACTION_TEXT_MAX]; /* what it stands for, as if typed */
} MenuEntry;

typedef struct Menu {
    int count;
    MenuEntry entries[READER_MENU_MAX];
} Menu;

/* What was there when it was last spoken of. */
typedef struct ReaderSeen {
    bool lesson;
    int page;
    LessonPhase phase;
    bool task_done;
    int at, steps, channel, row, column;
    ViewId view;
    const AnalysisResult *result; /* of the analysis that is looked at */
    bool lab_open;
    int watches;
    char run[1024]; /* network, weights, picture, what is changed in it, what it is compared with */
} ReaderSeen;

typedef struct Reader {
    Screen *screen;
    ReaderConfig config;
    Menu menu;
    ReaderSeen seen;
    bool done;
    bool refused; /* the line just read is none */
} Reader;

void reader_say(Reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* reader_menu.c */
bool reader_asks(const Reader *reader); /* a lesson's question waits for an answer */
void reader_main_menu(Reader *reader);  /* for what is going on now */
void reader_say_menu(Reader *reader);
/* The lines "views", "lessons", "pictures": a menu of them. False when it is none of these. */
bool reader_open_menu(Reader *reader, const char *word);

/* reader_report.c */
void reader_say_where(Reader *reader);   /* all of it: the run, the operation or the page */
void reader_say_view(Reader *reader);    /* what the view shows */
void reader_look(Reader *reader);        /* remembers what is there */
void reader_say_changes(Reader *reader); /* since it was last looked at */

#endif
