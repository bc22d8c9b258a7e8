/* The screen: what a user sits in front of. It owns the session that is shown, lays a lesson over it, and
 * stacks what opens on top of both: prompt, help, list of files, book, pointer. Keys, scripts and tests all
 * enter through screen_key and screen_do; the loop gives it time through screen_work. */
#ifndef APP_SCREEN_SCREEN_H
#define APP_SCREEN_SCREEN_H

#include "app/session/session.h"
#include "app/tutor/lesson_run.h"
#include "views/canvas/canvas.h"
#include "views/panel/notes_panel.h"
#include "views/scene/action.h"
#include "views/term/background.h"
#include "views/term/key.h"

typedef struct Screen Screen;

typedef struct ScreenConfig {
    SessionConfig session;
    bool mouse;
    const char *results; /* file that answers to lessons are appended to; NULL: they are not kept */
} ScreenConfig;

Screen *screen_new(const ScreenConfig *config, Error *err);
void screen_free(Screen *screen); /* NULL is fine */

/* Its size in cells and its CanvasFlags. */
void screen_set_canvas(Screen *screen, int width, int height, unsigned flags);
void screen_set_size(Screen *screen, int width, int height);

/* Performs an action. Quick ones are done on return; work that takes longer goes on in screen_work. What goes
 * wrong is shown in the notice line and is also what screen_error returns. */
void screen_do(Screen *screen, const Action *action);
/* A key goes to what lies on top, else through the keymap to screen_do. */
void screen_key(Screen *screen, const Key *key);

/* The session that has the keys: the lesson's, or the user's own. */
Session *screen_front(const Screen *screen);
/* The user's own, which stays the same for as long as the screen lives. */
Session *screen_own(const Screen *screen);

/* Goes to a state that the action "state" has shown (app/state/state_plan.h); what cannot be had changes
 * nothing. */
bool screen_set_state(Screen *screen, const char *text, Error *err);

/* One small step of the work under way (one operation of a pass). False when there is nothing to do. */
bool screen_work(Screen *screen);
/* All of it. */
void screen_finish_work(Screen *screen);

/* While it plays: milliseconds until the next operation is due, else -1; and that operation, when it is. */
int screen_wait_ms(const Screen *screen);
bool screen_tick(Screen *screen);
void screen_play_out(Screen *screen); /* the rest at once: scripts do not wait */

/* A notice from outside; `more` problems like it, 0 for none. NOTICE_NONE empties the notice line. */
void screen_say(Screen *screen, NoticeKind kind, const char *sentence, int more);
/* What was understood of the file of the model, or no notice. */
void screen_say_understood(Screen *screen);
void screen_forget_keys(Screen *screen); /* presenter mode shows no keys for what happens next */

/* Draws the whole screen; the canvas has its size. */
void screen_draw(Screen *screen, Canvas *canvas);

/* A lesson by name or file, in place of the one under way, which stays on failure. */
bool screen_begin_lesson(Screen *screen, const char *name, Error *err);
/* Shows the one page of a lesson, which is taken over; NULL: memory is short. */
void screen_follow_scene(Screen *screen, Lesson *lesson);
/* As Space and Backspace do, or a clicker; the lesson's last page stays. */
void screen_turn_page(Screen *screen, bool forward);
const LessonRun *screen_lesson(const Screen *screen); /* NULL: none is under way */
/* Everything there is to say about the page; false without a lesson. The texts live until the next action. */
bool screen_lesson_panel(const Screen *screen, LessonPanel *out);
/* What the speaker is told in another terminal; `pages` 0: no lesson is under way. Times stay 0. */
void screen_notes(const Screen *screen, NotesPanel *out);

ThemeId screen_theme(const Screen *screen);
/* The theme for the terminal's background, unless the user has chosen one. */
void screen_suit_background(Screen *screen, Background background);
char *screen_take_copy(Screen *screen);   /* a text for the clipboard, the caller's; NULL: none */
bool screen_mouse(const Screen *screen);  /* the mouse is wanted */
void screen_refuse_mouse(Screen *screen); /* this terminal has none */
bool screen_wants_quit(const Screen *screen);
bool screen_wants_redraw(Screen *screen);       /* ^L was pressed; asking clears it */
const char *screen_error(const Screen *screen); /* the last action's error, or NULL */
/* Why the last action was not done ("locked by this handout: weights"); NULL: it was not refused. */
const char *screen_refusal(const Screen *screen);

/* "Block view of resnet20, layer2.0.add", and what is shown in words: heap; NULL when memory is short. */
void screen_title(const Screen *screen, char *out, size_t out_size);
char *screen_describe(Screen *screen);

#endif
