/* What a Screen holds, and what the files of this room do with it. */
#ifndef APP_SCREEN_SCREEN_STATE_H
#define APP_SCREEN_SCREEN_STATE_H

#include "app/input/bindings.h"
#include "app/input/completion.h"
#include "app/input/file_list.h"
#include "app/input/prompt.h"
#include "app/screen/book_state.h"
#include "app/screen/layers.h"
#include "app/screen/screen.h"
#include "app/screen/words_state.h"
#include "app/session/session_state.h"

/* What a search does while its words are typed, and when it is given up. */
typedef struct SearchOps {
    void (*follow)(Screen *screen, const char *words);
    void (*give_up)(Screen *screen);
} SearchOps;

/* What is being typed: the prompt with its completion, a search, a count before a key, the letter of a mark. */
typedef struct Typing {
    Prompt prompt;
    Completion completion;
    const SearchOps *searches; /* what a prompt with '/' looks through */
    char search[ACTION_TEXT_MAX];
    int search_from; /* the moment selected when a search began */
    int count;       /* digits typed so far */
    ActionId letter; /* the action that waits for a letter */
} Typing;

typedef struct FileScreen {
    FileList list;
    bool filtering;
    size_t cursor; /* in the filter that is typed: bytes before it */
    bool chosen;   /* a row is being loaded: when that goes well, the list closes */
} FileScreen;

/* Shows a place to a class. */
typedef struct Pointer {
    int x, y;
} Pointer;

/* The keys pressed last, for a class to see, and what the last one does. */
enum { KEYS_SHOWN_MAX = 3 };

typedef struct KeysShown {
    uint32_t codes[KEYS_SHOWN_MAX];
    int count;
    ActionId action; /* ACTION_NONE: none */
    char text[24];   /* of the action */
} KeysShown;

struct Screen {
    Session *own;
    LessonRun *lesson;   /* under way; its session has the keys */
    const char *results; /* file for answers; NULL: they are not kept */
    LayerStack layers;
    Typing typing;
    UserBindings bindings;
    int help_first; /* row at the top of the help */
    FileScreen files;
    BookState book;
    WordsState words;
    Pointer pointer;
    KeysShown keys_shown;
    bool lists_views; /* the last key chose a view: the names of all stand where the keys do */
    bool quit, redraw;
    char *copy; /* waits for the clipboard; NULL: nothing */
};

/* dispatch.c */
void screen_perform(Screen *screen, const Action *action); /* below all layers: as a lesson's own action */

/* screen.c. Opens the prompt with a text, or for a search. */
void screen_open_prompt(Screen *screen, const char *text);
void screen_open_search(Screen *screen, const SearchOps *searches);

/* draw.c */
bool screen_shows_welcome(const Screen *screen); /* the first screen, which says where to go from here */
Rect screen_full_area(
    const Screen *screen); /* between the frame's rows, or all of a screen too small for one */

/* Handlers: what the actions do that concern the screen itself. False with a sentence. Files of their names. */
bool screen_do_files(Screen *screen, const Action *action, Error *err);
bool screen_do_questions(Screen *screen, const Action *action, Error *err);
bool screen_do_what(Screen *screen, const Action *action, Error *err);
bool screen_do_lesson(Screen *screen, const Action *action, Error *err);
bool screen_do_export(Screen *screen, const Action *action, Error *err);
bool screen_do_screen(Screen *screen, const Action *action, Error *err);
bool screen_do_describe(Screen *screen, const Action *action, Error *err);
bool screen_do_copy(Screen *screen, const Action *action, Error *err);
bool screen_do_export_chart(Screen *screen, const Action *action, Error *err);
bool screen_do_bind(Screen *screen, const Action *action, Error *err);
bool screen_do_click(Screen *screen, const Action *action, Error *err);
bool screen_do_pointer(Screen *screen, const Action *action, Error *err);
bool screen_do_prompt(Screen *screen, const Action *action, Error *err);
bool screen_do_help(Screen *screen, const Action *action, Error *err);
bool screen_do_search(Screen *screen, const Action *action, Error *err);
bool screen_do_search_next(Screen *screen, const Action *action, Error *err);

/* layer_files.c: after a choice has been performed */
void screen_settle_files(Screen *screen);

/* layer_lesson.c: one step of the own work of the lesson under way; false when there is none */
bool screen_lesson_work(Screen *screen);
void screen_end_lesson(Screen *screen); /* back to the user's own session; nothing happens without a lesson */

/* book_find.c: searching the book */
extern const SearchOps book_searches;
bool screen_book_find(Screen *screen, const char *words, Error *err);
bool screen_book_find_next(Screen *screen, int direction, Error *err);
void screen_book_show(Screen *screen, int part, size_t at); /* of the question it is at */

/* mouse.c */
void screen_mouse_key(Screen *screen, const Key *key);
/* KEY_CODE_PASTE: types the text into a prompt, or opens the file that it names. */
void screen_paste(Screen *screen, const char *text);

/* present.c: keys shown as they are pressed */
void screen_show_key(Screen *screen, uint32_t code, const Action *action);

/* hints.c: what the keys mean now, for the hint bar and the help; the texts lie in the struct. */
enum { SCREEN_HINTS_MAX = 64, SCREEN_ROWS_MAX = 160, SCREEN_KEY_MAX = 32 };

typedef struct ScreenKeys {
    FrameHint hints[SCREEN_HINTS_MAX];
    HelpRow rows[SCREEN_ROWS_MAX];
    char hint_names[SCREEN_HINTS_MAX][SCREEN_KEY_MAX], row_names[SCREEN_ROWS_MAX][SCREEN_KEY_MAX];
    int hint_count, row_count;
    const char *pressed[KEYS_SHOWN_MAX];
    char pressed_names[KEYS_SHOWN_MAX][16], pressed_text[128];
    int pressed_count;
} ScreenKeys;

void screen_collect_hints(const Screen *screen, ScreenKeys *keys);
void screen_collect_help(const Screen *screen, ScreenKeys *keys);
void screen_collect_pressed(const Screen *screen, ScreenKeys *keys);

#endif
