/* What a Session holds, and what the files of its room do; shared by those who see into it. */
#ifndef APP_SESSION_SESSION_STATE_H
#define APP_SESSION_SESSION_STATE_H

#include "app/session/display.h"
#include "app/session/experiment.h"
#include "app/session/handout.h"
#include "app/session/look.h"
#include "app/session/session.h"
#include "app/session/session_analyses.h"
#include "app/session/session_stops.h"
#include "app/session/session_twin.h"
#include "views/canvas/layout.h"
#include "views/term/background.h"

struct Session {
    Experiment exp;
    Twin twin;
    Analyses analyses;
    Stops stops;
    Look look;
    Notice notice;
    Display display;
    Handout handout;
    bool hides_answer; /* a lesson still asks what the network says */
    bool by_author; /* what is done now its author wants to be seen: a handout keeps nothing out of reach */
};

static inline const Network *session_network(const Session *session) {
    return session->exp.setup->model->network;
}

/* Handlers: what the actions do, in the files named. The text and number are the action's; false with a
 * sentence when it cannot be done. */
/* session_time.c */
bool session_do_time(Session *session, const Action *action, Error *err); /* steps, blocks, passes, go */
bool session_do_play(Session *session, const Action *action, Error *err); /* play, slower, pause */
/* session_choose.c */
bool session_do_select(Session *session, const Action *action, Error *err);
bool session_do_channel(Session *session, const Action *action, Error *err);
bool session_do_cell(Session *session, const Action *action, Error *err);
bool session_do_view(Session *session, const Action *action, Error *err);
bool session_do_next_view(Session *session, const Action *action, Error *err); /* and previous-view */
bool session_do_image(Session *session, const Action *action, Error *err);
bool session_do_target(Session *session, const Action *action, Error *err);
bool session_do_without_skip(Session *session, const Action *action, Error *err);
bool session_do_lesion(Session *session, const Action *action, Error *err);
bool session_do_close(Session *session, const Action *action, Error *err);
bool session_do_move(Session *session, const Action *action,
                     Error *err); /* up, down, left, right, pages, first, last */
bool session_do_open(Session *session, const Action *action, Error *err);
bool session_do_fold(Session *session, const Action *action, Error *err);
bool session_do_other(Session *session, const Action *action, Error *err);
/* session_stops.c */
bool session_do_break(Session *session, const Action *action, Error *err);
bool session_do_breaks(Session *session, const Action *action, Error *err);
bool session_do_mark(Session *session, const Action *action, Error *err);
bool session_do_go_mark(Session *session, const Action *action, Error *err);
bool session_do_watch(Session *session, const Action *action, Error *err);
/* session_setting.c */
bool session_do_setting(Session *session, const Action *action, Error *err); /* of any setting */
bool session_do_palette(Session *session, const Action *action, Error *err);
/* session_model.c, session_swap.c, session_twin.c, session_analyses.c, session_gradcheck.c */
bool session_do_load(Session *session, const Action *action, Error *err); /* weights, arch */
bool session_do_swap(Session *session, const Action *action, Error *err);
bool session_do_twin(Session *session, const Action *action, Error *err);
bool session_do_analysis(Session *session, const Action *action, Error *err);
bool session_do_gradcheck(Session *session, const Action *action, Error *err);

/* session.c */
Scene session_scene(const Session *session);
/* The view that is shown may deal with an action first: as a view's act. */
Action session_ask_view(Session *session, Action action);
void session_set_theme(Session *session, ThemeId theme); /* and the palettes that suit it */
/* The theme for the terminal's background, unless the user has chosen one. */
void session_suit_background(Session *session, Background background);
void session_set_presenter(Session *session, bool on); /* and the theme for it */
void session_tell(Session *session, NoticeKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* session_run.c: passes and the work on them */
bool session_make_pass(Session *session, Error *err);
void session_rerun(Session *session); /* begin again and come as far as before */
/* The same with another way to lose the skips. What has been run to the end stays where it is of use beside the
 * new pass. */
void session_rerun_skip(Session *session);
void session_run_to(Session *session, int steps_done);    /* the selection ends at the last of these steps */
void session_run_still(Session *session, int steps_done); /* the same; the selection stays where it is */
bool session_load_image(Session *session, const char *name, Error *err);
void session_name_image(Session *session, const char *name); /* the picture in the pass is that one */
bool session_set_skip(Session *session, const char *word, Error *err);
/* The block of that name, or for "" that of the selected op, loses its branch or gets it back. */
bool session_toggle_lesion(Session *session, const char *name, Error *err);

SkipMode session_baseline_mode(const Session *session);
/* A piece of the random weights that the pass wants next; false when they are all there. */
bool session_draw_for_step(const Pass *pass);
/* One operation of a pass that is shown; false when none is left. */
bool session_step_pass(Pass *pass);

/* session_answer.c: what the network says of the picture, one probability a class; NULL: not known yet, of
 * random weights, or hidden */
const double *session_answer(const Session *session);
bool session_answer_work(Session *session); /* one step; false when there is none */
void session_answer_forget(Session *session);

/* session_pictures.c: the pictures to choose from */
/* The bundled ones, and in front of them the one that was named on the command line. */
bool session_pictures_list(Session *session, const char *extra);
bool session_pictures_work(Session *session); /* loads a small one; false when there is none to load */
void session_pictures_free(Session *session);

/* session_model.c: another network in place of this one */
bool session_load_waiting(Session *session); /* loads what was asked for; false when nothing was */
void session_describe_weights(Session *session);
/* Takes the setup, also on failure; the picture is prepared anew for it. */
bool session_replace(Session *session, Setup *setup, Error *err);

/* session_time.c: moving through time */
void session_look_at(Session *session, int at); /* the nearest there is */

/* session_stops.c: breakpoints, marks, watches */
void session_continue(Session *session);
void session_continue_back(Session *session);
bool session_stops_here(Session *session, int at); /* tells why */
void session_stops_clear(Session *session);
/* Those of another session; `flags` stay out of it. */
void session_stops_replace(Session *session, const Stops *stops);
/* The session has another network than `old`: what stands at operations that both have stays. */
void session_stops_follow(Session *session, const Network *old);
/* What was understood of the model's file; no notice when there is nothing to say. */
void session_tell_understood(Session *session);
/* Of a model with values that are not finite: runs stop at the first operation that they spoil. */
void session_stop_where_spoiled(Session *session);

/* session_twin.c: the other side of a comparison */
bool session_set_twin(Session *session, const char *text, Error *err); /* the words of the action "twin" */
bool session_twin_work(Session *session); /* one step; false when there is none */
/* Completes the scene with the other side; false when nothing is compared. */
bool session_twin_scene(Session *session, Scene *scene);
void session_twin_describe(const Session *session, char *out, size_t out_size);
void session_twin_forget(Session *session); /* its pass; it begins anew when it is next shown */
void session_twin_clear(Session *session);  /* everything */

/* session_analyses.c: analyses */
/* "paths", "slice", or "slice plane", in a state "slice-plane". */
bool session_analyses_find(const char *name, AnalysisId *id, bool *plane);
bool session_analyses_work(Session *session); /* one step; false when there is none */
bool session_analyses_close(
    Session *session); /* stops it, or goes back to the list; false: was there already */
void session_analyses_refresh(Session *session); /* after anything that results depend on may have changed */
void session_analyses_leave(Session *session); /* before the network goes: results stay, what ran does not */
/* Takes what another session has found, to be shown only when it is asked for: it need not be found twice. */
void session_analyses_inherit(Session *session, Session *from);
void session_analyses_clear(Session *session);
/* The analysis that is shown, into a file, and a name that suits one; false when none is shown. */
bool session_export_chart(const Session *session, const char *path, Error *err);
bool session_chart_name(const Session *session, char *out, size_t out_size, Error *err);

/* session_look.c: how maps are looked at */
void session_look_prepare(Session *session); /* the figures of what is selected */
void session_look_scene(const Session *session, Scene *scene);
void session_look_place(const Session *session, Scene *scene); /* the scene's channel and cell */

/* session_overlay.c: what is laid over the picture, of every side that is shown */
void session_overlay_prepare(Session *session);

/* session_swap.c: two blocks change places */
/* Puts back what has been swapped and swaps these pairs; the pass is stale afterwards. */
bool session_set_swaps(Session *session, int (*pairs)[2], int count, Error *err);
void session_swap_describe(const Session *session, char *note, size_t size); /* appends to the note */

/* session_explain.c: what is selected, explained */
void session_explain_make(const Session *session, const Scene *scene, Explanation *out);
void session_explain_digit(Session *session, int digit, bool first);
/* A key comes. True when a digit typed long before it was a question: no count goes on with it. */
bool session_explain_wait(Session *session, double now_s);
/* The key after digits takes a count, or not. True when the digit was a question and no count. */
bool session_explain_settle(Session *session, bool counts);
/* Closes the pane; false when it is not open, or work under way is to be stopped first. */
bool session_explain_close(Session *session);
Rect session_explain_take(const Session *session, Rect *view); /* its rows at the bottom of the view */

/* session_handout.c: what is out of reach */
bool session_refuses(Session *session, const Action *action);               /* and tells it */
bool session_offers(const Session *session, ActionId id, const char *text); /* is it within reach? */
bool session_may_show(const Session *session, ViewId view);
bool session_hides(const Session *session, HiddenPane pane);

/* session_panes.c: what stands where between the frame's rows; an empty rectangle is not drawn. From 120x40
 * on the network stands to the left of the view, from 200x60 on the arithmetic of the selected value to its
 * right; two compared sides take the whole width. */
typedef struct SessionPanes {
    Rect navigator, title, view, line, other_title, other, value, strip, watch, explain, lesson;
} SessionPanes;

unsigned session_frame_parts(const Session *session); /* FrameParts that are missing */
Rect session_frame_area(const Session *session); /* between the frame's rows; empty when there is no room */
SessionPanes session_panes(const Session *session);
bool session_twin_fits(const Session *session); /* two sides beside each other */
bool session_shows_twin(const Session *session);

/* session_move.c: where a step, a block, a pass begins and ends */
int session_block_end(const Network *network, int at);
int session_block_start(const Network *network, int at);
int session_pass_end(const Network *network, int at);
int session_pass_start(const Network *network, int at);

#endif
