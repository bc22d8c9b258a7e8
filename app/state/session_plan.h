/* A session's state as a plan, and the way to a plan; shared by those who see into a Session. */
#ifndef APP_STATE_SESSION_PLAN_H
#define APP_STATE_SESSION_PLAN_H

#include "app/session/session_state.h"
#include "app/state/state_plan.h"

StatePlan session_plan_of(const Session *session);
/* The action "state" without a string shows it, with - prints it. */
bool session_do_state(Session *session, const Action *action, Error *err);

#endif
