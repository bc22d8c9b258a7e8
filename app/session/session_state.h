/* What a Session holds; shared by app/session, app/state, app/screen and app/tutor. */
#ifndef APP_SESSION_SESSION_STATE_H
#define APP_SESSION_SESSION_STATE_H

#include "app/book/session_book.h"
#include "app/input/bindings.h"
#include "app/input/completion.h"
#include "app/input/file_list.h"
#include "app/input/prompt.h"
#include "app/session/display.h"
#include "app/session/experiment.h"
#include "app/session/handout.h"
#include "app/session/look.h"
#include "app/session/session.h"
#include "app/session/session_lab.h"
#include "app/session/session_lesson.h"
#include "app/session/session_stops.h"
#include "app/session/session_twin.h"
#include "views/canvas/layout.h"
#include "views/panel/explain_panel.h"
#include "views/panel/frame.h"
#include "views/panel/help.h"
#include "views/scene/view.h"

enum { SESSION_TWIN_WIDE = 2 * LAYOUT_S_WIDTH + 1 /* from here on two sides stand beside each other */ };

/* What is being typed: the prompt with its completion, a search, a count before a key, the letter of a mark. */
typedef struct Typing {
    Prompt prompt;
    Completion completion;
    char search[ACTION_TEXT_MAX];
    int search_from; /* the moment selected when a search began */
    int count;       /* digits typed so far */
    ActionId letter; /* the action that waits for a letter */
    UserBindings bindings;
} Typing;

typedef struct HelpScreen {
    bool open;
    int first; /* row at the top */
} HelpScreen;

typedef struct FileScreen {
    bool open, filtering;
    FileList list;
} FileScreen;

struct Session {
    Experiment exp;
    Twin twin;
    Lab lab;
    Stops stops;
    Look look;
    Notice notice;
    Display display;
    Typing typing;
    HelpScreen help;
    FileScreen files;
    BookState book;
    Handout handout;

    LessonRun *lesson;   /* under way: it has the keys */
    LessonRun *tutor;    /* this is the session of that lesson; not owned */
    const char *results; /* file for answers; NULL: they are not kept */
};

/* session_run.c: passes and the work on them */
bool session_make_pass(Session *session, Error *err);
void session_run_to(Session *session, int steps_done);    /* the selection ends at the last of these steps */
void session_rerun(Session *session);                     /* begin again and come as far as before */
void session_run_still(Session *session, int steps_done); /* the same; the selection stays where it is */
bool session_load_image(Session *session, const char *name, Error *err);
void session_name_image(Session *session, const char *name); /* the picture in the pass is that one */
bool session_set_skip(Session *session, const char *word, Error *err);
/* The block of that name, or for "" that of the selected op, loses its branch or gets it back. */
bool session_toggle_lesion(Session *session, const char *name, Error *err);

/* session_model.c: another network in place of this one */
void session_do_load(Session *session, const Action *action);
bool session_load_waiting(Session *session); /* loads what was asked for; false when nothing was */
void session_describe_weights(Session *session);
/* Takes the setup, also on failure; the picture is prepared anew for it. */
bool session_replace(Session *session, Setup *setup, Error *err);

/* session_files.c: the list of files */
void session_do_files(Session *session, const char *word);
bool session_files_eat(Session *session, const Action *action); /* false: the list has no use for it */
bool session_files_key(Session *session, const Key *key);       /* false: the key stands for an action */
void session_files_draw(const Session *session, Canvas *canvas);
int session_files_hints(FrameHint *out, int room);

/* session_book.c: the book of questions */
void session_do_questions(Session *session, const char *words);
bool session_book_eat(Session *session, const Action *action); /* false: the book has no use for it */
bool session_book_key(Session *session, const Key *key);       /* false: the key stands for an action */
void session_book_draw(const Session *session, Canvas *canvas);
int session_book_hints(const Session *session, FrameHint *out, int room);
void session_book_show(Session *session, int part, size_t at); /* of the question it is at */
void session_book_clear(Session *session);

/* session_book_find.c: searching it */
void session_book_find(Session *session, const char *words);
void session_book_find_next(Session *session, int direction);
void session_book_give_up(Session *session); /* back to where the search began */

/* session_mouse.c: clicks and the wheel */
void session_do_mouse(Session *session, const char *word); /* on, off; without a word: the other */
void session_do_click(Session *session, const char *place);
void session_mouse_key(Session *session, const Key *key);

/* session_keys.c: what the keys mean now, for the hint bar and the help; the texts lie in the struct. */
enum { SESSION_HINTS_MAX = 64, SESSION_ROWS_MAX = 160, SESSION_KEY_MAX = 32 };

typedef struct SessionKeys {
    FrameHint hints[SESSION_HINTS_MAX];
    HelpRow rows[SESSION_ROWS_MAX];
    char hint_names[SESSION_HINTS_MAX][SESSION_KEY_MAX], row_names[SESSION_ROWS_MAX][SESSION_KEY_MAX];
    int hint_count, row_count;
    const char *pressed[KEYS_SHOWN_MAX];
    char pressed_names[KEYS_SHOWN_MAX][16], pressed_text[128];
    int pressed_count;
} SessionKeys;

void session_do_bind(Session *session, const char *text); /* the action "bind" */
void session_collect_hints(const Session *session, SessionKeys *keys);
void session_collect_help(const Session *session, SessionKeys *keys);

/* session_time.c: moving through time */
bool session_do_time(Session *session, const Action *action); /* false when the action is not about time */
void session_go_to(Session *session, int at);                 /* runs what is missing up to that moment */
void session_look_at(Session *session, int at);               /* the nearest there is */

/* session_stops.c: breakpoints, marks, watches */
void session_do_break(Session *session, const char *text);
void session_do_breaks(Session *session);
void session_do_continue(Session *session);
void session_do_continue_back(Session *session);
void session_do_mark(Session *session, const char *text);
void session_do_go_mark(Session *session, const char *text);
void session_do_watch(Session *session, const char *text);
bool session_stops_here(Session *session, int at); /* tells why */
void session_stops_clear(Session *session);
/* Those of another session; `flags` stay out of it. */
void session_stops_replace(Session *session, const Stops *stops);
/* The session has another network than `old`: what stands at operations that both have stays. */
void session_stops_follow(Session *session, const Network *old);

/* session_gradcheck.c: the selected gradient by central differences, told in a notice */
void session_do_gradcheck(Session *session);

/* session_prompt.c: the prompt and the search */
void session_prompt_key(Session *session, const Key *key);
void session_prompt_draw(const Session *session, Canvas *canvas);
void session_do_search(Session *session, const char *words); /* without words: the prompt asks */
void session_do_search_next(Session *session, int direction);

/* session_export.c: the screen, in words too, or the selected tensor into a file */
void session_do_export(Session *session, const Action *action); /* "screen", "describe" and "export" */
/* "Block view of resnet20, layer2.0.add", and what is shown in words: heap; NULL when memory is short. */
void session_screen_title(const Session *session, char *out, size_t out_size);
char *session_describe(Session *session);
bool session_export(Session *session, const char *path, Error *err);
void session_export_name(const Session *session, char *out, size_t out_size); /* one that suits */

/* session_twin.c: the other side of a comparison */
bool session_twin_do(Session *session, const char *text, Error *err); /* the action "twin" */
bool session_twin_work(Session *session);                             /* one step; false when there is none */
/* Completes the scene with the other side; false when nothing is compared. */
bool session_twin_scene(Session *session, Scene *scene);
void session_twin_describe(const Session *session, char *out, size_t out_size);
void session_twin_forget(Session *session); /* its pass; it begins anew when it is next shown */
void session_twin_clear(Session *session);  /* everything */

/* session_lab.c: analyses */
/* "paths", "slice", or "slice plane", in a state "slice-plane". */
bool session_lab_find(const char *name, AnalysisId *id, bool *plane);
void session_lab_do(Session *session, const Action *action); /* "analysis" and "export-chart" */
bool session_lab_work(Session *session);                     /* one step; false when there is none */
bool session_lab_close(Session *session);   /* stops it, or goes back to the list; false: was there already */
void session_lab_refresh(Session *session); /* after anything that results depend on may have changed */
void session_lab_leave(Session *session);   /* before the network goes: results stay, what ran does not */
/* Takes what another session has found, to be shown only when it is asked for: it need not be found twice. */
void session_lab_inherit(Session *session, Session *from);
void session_lab_clear(Session *session);

/* session_look.c: how maps are looked at */
bool session_look_do(Session *session, const Action *action); /* false: not one of its actions */
void session_look_prepare(Session *session);                  /* the figures of what is selected */
void session_look_scene(const Session *session, Scene *scene);

/* session_overlay.c: what is laid over the picture */
void session_overlay_do(Session *session, const char *word); /* the action "overlay" */
void session_overlay_prepare(Session *session);              /* of every side that is shown */

/* session_swap.c: two blocks change places */
void session_do_swap(Session *session, const char *text);
/* Puts back what has been swapped and swaps these pairs; the pass is stale afterwards. */
bool session_set_swaps(Session *session, int (*pairs)[2], int count, Error *err);
void session_swap_describe(const Session *session, char *note, size_t size); /* goes on behind the note */

/* session_explain.c: what is selected, explained */
void session_do_explain(Session *session, const char *word);
void session_explain_make(const Session *session, const Scene *scene, Explanation *out);
void session_explain_digit(Session *session, int digit, bool first);
/* A key comes: a digit typed long before it was a question, and no count goes on with it. */
void session_explain_wait(Session *session, double now_s);
/* The key after digits takes a count, or not. True when the digit was a question and no count. */
bool session_explain_settle(Session *session, bool counts);
Rect session_explain_take(const Session *session, Rect *view); /* its rows at the bottom of the view */

/* session_handout.c: what is out of reach */
bool session_refuses(Session *session, const Action *action);               /* and tells it */
bool session_offers(const Session *session, ActionId id, const char *text); /* is it within reach? */
bool session_may_show(const Session *session, ViewId view);
bool session_hides(const Session *session, HiddenPane pane);

/* session_present.c: presenter mode, the pointer, keys shown as they are pressed */
unsigned session_frame_parts(const Session *session); /* FrameParts that are missing */
void session_set_presenter(Session *session, bool on);
bool session_present_do(Session *session, const Action *action); /* false: not one of its actions */
bool session_pointer_key(Session *session, const Key *key);      /* false: the key is none of the pointer's */
void session_pointer_draw(const Session *session, Canvas *canvas);
void session_show_key(Session *front, uint32_t code, const Action *action);
void session_collect_pressed(const Session *session, SessionKeys *keys);

/* session_draw.c: what stands where between the frame's rows; an empty rectangle is not drawn. From 120x40 on
 * the network stands to the left of the view, from 200x60 on the arithmetic of the selected value to its
 * right; two compared sides take the whole width. */
typedef struct SessionPanes {
    Rect navigator, title, view, line, other_title, other, value, strip, watch, explain, lesson;
} SessionPanes;

Rect session_frame_area(const Session *session); /* between the frame's rows; empty when there is no room */
SessionPanes session_panes(const Session *session);
int session_view_width(const Session *session); /* columns for the view and what stands beside it */
void session_draw_view(Session *session, Scene *scene, Canvas *canvas);
void session_draw_lesson(const Session *session, Canvas *canvas); /* its page, when there is one */

/* session_move.c: where a step, a block, a pass begins and ends */
int session_block_end(const Network *network, int at);
int session_block_start(const Network *network, int at);
int session_pass_end(const Network *network, int at);
int session_pass_start(const Network *network, int at);

void session_set_theme(Session *session, ThemeId theme); /* and the palettes that suit it */
Scene session_scene(const Session *session);
void session_tell(Session *session, NoticeKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
