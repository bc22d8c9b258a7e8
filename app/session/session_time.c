/* Moving through time: steps, blocks, passes, playing. */
#include <math.h>

#include "app/session/session_state.h"
#include "core/base/clock.h"
#include "core/base/integer.h"

enum { PLAY_FIRST = 2, PLAY_MAX = 64 };

static int last_at(const Session *session) {
    return 2 * session_network(session)->op_count - 1;
}

/* Runs what is missing up to that moment. */
static void run_to_moment(Session *session, int at) {
    session_run_to(session, (at > last_at(session) ? last_at(session) : at) + 1);
}

void session_look_at(Session *session, int at) {
    session->exp.job.follow = false;
    session->exp.at = integer_clamp(at, 0, last_at(session));
}

/* A key counts from where the keys before it lead, also when the network is still on its way there: typing
 * sss fast is three steps. */
static void take_destination(Session *session) {
    const Job *job = &session->exp.job;
    if (job->kind == JOB_RUN && job->follow && !job->stops) session->exp.at = job->target - 1;
}

static void do_step(Session *session, int count) {
    /* A selection ahead of what has been run, and of what is on its way, is caught up with first. */
    if (session->exp.at >= scene_steps_done(session->exp.pass) && session->exp.job.kind != JOB_RUN)
        run_to_moment(session, session->exp.at + count - 1);
    else
        run_to_moment(session, session->exp.at + count);
}

/* Each round but the last goes on by an operation at least, so there are no more than the network has. */
static int blocks_on(const Session *session, int count) {
    int at = session->exp.at, before = -1;
    for (int k = 0; k < count && at != before; k++) {
        before = at;
        at = session_block_end(session_network(session), at);
    }
    return at;
}

static int blocks_back(const Session *session, int count) {
    int at = session->exp.at;
    for (int k = 0; k < count && at > 0; k++) at = session_block_start(session_network(session), at);
    return at;
}

static void do_block(Session *session, int count) {
    int at = blocks_on(session, count);
    if (at == session->exp.at)
        do_step(session, 1);
    else
        run_to_moment(session, at);
}

static bool do_restart(Session *session, Error *err) {
    if (!session_make_pass(session, err)) return false;
    session_run_to(session, 1);
    return true;
}

static bool do_go(Session *session, int op, Error *err) {
    const Network *network = session_network(session);
    Phase phase = session->exp.at < network->op_count ? PHASE_FORWARD : PHASE_BACKWARD;
    if (op < 0 || op >= network->op_count)
        return error_set(err, ERROR_USAGE, "go: %s has operations 0 to %d, found %d%s", network->arch,
                         network->op_count - 1, op, op == ACTION_NUMBER_MAX ? " or more" : "");
    session_look_at(session, scene_at(network, op, phase));
    return true;
}

static void run_here(Session *session) {
    run_to_moment(session, session->exp.at);
    if (session->look.view == VIEW_ARCHITECTURE && session_may_show(session, VIEW_STEP))
        session->look.view = VIEW_STEP;
}

static void set_rate(Session *session, double rate) {
    session->exp.play.rate = rate > PLAY_MAX ? PLAY_MAX : rate < 1 ? 0 : rate;
    session->exp.play.next_tick_s =
        clock_seconds() + (session->exp.play.rate > 0 ? 1 / session->exp.play.rate : 0);
    if (session->exp.play.rate > 0)
        session_tell(session, NOTICE_INFO, "playing %g operations a second: > faster, < slower, Space pauses",
                     session->exp.play.rate);
    else
        session_tell(session, NOTICE_INFO, "paused");
}

int session_wait_ms(const Session *session) {
    if (session->exp.play.rate == 0) return -1;
    double wait = ceil(1e3 * (session->exp.play.next_tick_s - clock_seconds()));
    return wait < 0 ? 0 : (int)wait;
}

bool session_tick(Session *session) {
    if (session->exp.play.rate == 0 || clock_seconds() < session->exp.play.next_tick_s) return false;
    session->notice.kind = NOTICE_NONE;
    session->exp.play.next_tick_s += 1 / session->exp.play.rate;
    if (session->exp.play.next_tick_s < clock_seconds()) session->exp.play.next_tick_s = clock_seconds();
    if (session->exp.at < last_at(session))
        do_step(session, 1);
    else
        set_rate(session, 0);
    return true;
}

void session_play_out(Session *session) {
    if (session->exp.play.rate == 0) return;
    session->exp.play.rate = 0;
    run_to_moment(session, last_at(session));
}

/* The selection stays where it is; when nothing runs either: why. */
static void tell_standstill(Session *session, ActionId id) {
    bool runs =
        session->exp.job.kind == JOB_RUN && session->exp.job.target > scene_steps_done(session->exp.pass);
    if (runs || session->notice.kind != NOTICE_NONE || id == ACTION_RESTART || id == ACTION_GO) return;
    if (id == ACTION_RUN_HERE)
        session_tell(
            session, NOTICE_INFO, "%s has been run already",
            session_network(session)->ops[scene_op_at(session_network(session), session->exp.at)].name);
    else if (session->exp.at == last_at(session))
        session_tell(session, NOTICE_INFO, "the backward pass has reached the image: R starts again");
    else if (session->exp.at == 0)
        session_tell(session, NOTICE_INFO, "the forward pass begins here, at the image: s runs on");
}

bool session_do_play(Session *session, const Action *action, Error *err) {
    double rate = session->exp.play.rate;
    (void)err;
    switch (action->id) {
    case ACTION_PLAY: set_rate(session, rate > 0 ? 2 * rate : PLAY_FIRST); break;
    case ACTION_SLOWER: set_rate(session, rate / 2); break;
    default: set_rate(session, 0); break;
    }
    return true;
}

static bool do_move(Session *session, const Action *action, Error *err) {
    const Network *network = session_network(session);
    int at = session->exp.at, count = action_count(action);
    switch (action->id) {
    case ACTION_STEP: do_step(session, count); break;
    case ACTION_STEP_BACK:
    case ACTION_PREVIOUS_OP: session_look_at(session, at - count); break;
    case ACTION_NEXT_OP: session_look_at(session, at + count); break;
    case ACTION_BLOCK: do_block(session, count); break;
    case ACTION_BLOCK_BACK: session_look_at(session, blocks_back(session, count)); break;
    case ACTION_FINISH: run_to_moment(session, session_pass_end(network, at)); break;
    case ACTION_REWIND: session_look_at(session, session_pass_start(network, at)); break;
    case ACTION_RUN_HERE: run_here(session); break;
    case ACTION_RESTART: return do_restart(session, err);
    case ACTION_DIRECTION: session_look_at(session, last_at(session) - at); break;
    case ACTION_GO: return do_go(session, action->number, err);
    case ACTION_CONTINUE: session_continue(session); break;
    case ACTION_CONTINUE_BACK: session_continue_back(session); break;
    default: break;
    }
    return true;
}

bool session_do_time(Session *session, const Action *action, Error *err) {
    if (action->id == ACTION_STEP && session->exp.play.rate > 0) { /* the key that steps pauses a film */
        set_rate(session, 0);
        return true;
    }
    if (action->id == ACTION_STEP || action->id == ACTION_BLOCK || action->id == ACTION_FINISH)
        take_destination(session);
    int before = session->exp.at;
    ViewId view = session->look.view;
    bool ok = do_move(session, action, err);
    if (ok && session->exp.at == before && session->look.view == view) tell_standstill(session, action->id);
    session->exp.play.rate = 0;
    return ok;
}
