/* What the network says of the picture, before anybody has run the pass that is shown: a pass of its own,
 * forward only, while nothing else is to be done. */
#include <stdlib.h>
#include <string.h>

#include "app/session/session_state.h"

void session_answer_forget(Session *session) {
    Answer *answer = &session->exp.answer;
    pass_free(answer->pass);
    free(answer->probabilities);
    *answer = (Answer){.pass = NULL};
}

/* The answer of random weights says nothing, and the pass that is shown may have come so far itself. */
static bool is_wanted(const Session *session) {
    const Answer *answer = &session->exp.answer;
    return !session_network(session)->headless && !session->exp.setup->untrained && !answer->probabilities &&
           !answer->failed && pass_forward_done(session->exp.pass) < session_network(session)->op_count;
}

static bool begin(Session *session) {
    const Network *network = session_network(session);
    PassConfig config = session->exp.config;
    Error err = {0};
    config.batch = 1;
    config.lesioned = session->exp.lesioned;
    config.fast = true;
    Pass *pass = session->exp.answer.pass = pass_new(network, &config, &err);
    if (!pass) return false;
    memcpy(pass_input(pass), session->exp.picture.input, shape_count(network->input) * sizeof(real));
    pass_restart(pass, NULL);
    return true;
}

static bool keep(Answer *answer, int classes) {
    size_t size = (size_t)classes * sizeof *answer->probabilities;
    answer->probabilities = malloc(size);
    if (answer->probabilities) memcpy(answer->probabilities, pass_probabilities(answer->pass), size);
    pass_free(answer->pass);
    answer->pass = NULL;
    return answer->probabilities;
}

bool session_answer_work(Session *session) {
    Answer *answer = &session->exp.answer;
    if (!is_wanted(session)) return false;
    if (!answer->pass && !begin(session)) {
        answer->failed = true;
        return false;
    }
    if (!pass_step_forward(answer->pass))
        answer->failed = !keep(answer, network_answers(session_network(session)));
    return true;
}

const double *session_answer(const Session *session) {
    const Pass *pass = session->exp.pass;
    if (session->exp.setup->untrained || session->hides_answer) return NULL;
    bool own = pass_forward_done(pass) == session_network(session)->op_count;
    return own ? pass_probabilities(pass) : session->exp.answer.probabilities;
}
