/* What this session keeps out of reach; see app/session/handout.h. */
#include <stdio.h>

#include "core/base/utf8.h"

#include "app/session/session_state.h"

bool session_refuses(Session *session, const Action *action) {
    Error why = {0};
    if (session->by_author || !handout_refuses(&session->handout, action, &why)) return false;
    session_tell(session, NOTICE_REFUSAL, "%s", why.text);
    return true;
}

bool session_offers(const Session *session, ActionId id, const char *text) {
    Action action = {.id = id};
    utf8_copy(action.text, sizeof action.text, text ? text : "");
    return !handout_refuses(&session->handout, &action, NULL);
}

bool session_may_show(const Session *session, ViewId view) {
    if (session->by_author || view == session->look.view) return true;
    return !handout_hides_view(&session->handout, view) && !handout_locks(&session->handout, LOCK_VIEW);
}

bool session_hides(const Session *session, HiddenPane pane) {
    return handout_hides_pane(&session->handout, pane);
}

bool session_set_handout(Session *session, const char *lock, const char *hide, Error *err) {
    Handout handout = session->handout;
    if (lock && !handout_lock(&handout, lock, err)) return false;
    if (hide && !handout_hide(&handout, hide, err)) return false;
    session->handout = handout;
    for (int k = 0; k < VIEW_COUNT && handout_hides_view(&handout, session->look.view); k++)
        if (!handout_hides_view(&handout, (ViewId)k)) session->look.view = (ViewId)k;
    if (session_hides(session, HIDE_EXPLAIN)) session->look.settings.explain = EXPLAIN_OFF;
    return true;
}
