/* Two blocks of the same shape change places: their weights do, and everything else stays where it is. */
#include <stdio.h>
#include <string.h>

#include "app/session/session_state.h"

/* A pair that changes places a second time is as it was. */
static bool note_pair(Session *session, int a, int b) {
    Swaps *swaps = &session->exp.swaps;
    for (int k = 0; k < swaps->count; k++)
        if (swaps->pairs[k][0] == (a < b ? a : b) && swaps->pairs[k][1] == (a < b ? b : a) &&
            k == swaps->count - 1) {
            swaps->count--;
            return true;
        }
    if (swaps->count == SWAPS_MAX) return false;
    swaps->pairs[swaps->count][0] = a < b ? a : b;
    swaps->pairs[swaps->count++][1] = a < b ? b : a;
    return true;
}

void session_swap_describe(const Session *session, char *note, size_t size) {
    const Network *network = session_network(session);
    size_t used = strlen(note);
    for (int k = 0; k < session->exp.swaps.count && used < size; k++) {
        const int *pair = session->exp.swaps.pairs[k];
        used += (size_t)snprintf(note + used, size - used, "%s%s<>%s", k ? " " : "; swapped ",
                                 network->blocks[pair[0]].name, network->blocks[pair[1]].name);
    }
}

static bool swap_named_blocks(Session *session, int a, int b, Error *err) {
    const Network *network = session_network(session);
    if (a == b)
        return error_set(err, ERROR_USAGE, "swap: %s is the same block twice", network->blocks[a].name);
    if (!note_pair(session, a, b))
        return error_set(err, ERROR_USAGE,
                         "swap: at most %d pairs at a time; the last one swapped again goes back", SWAPS_MAX);
    if (!network_swap_blocks(session->exp.setup->model->network, a, b, err)) {
        note_pair(session, a, b);
        return false;
    }
    session_describe_weights(session);
    session_twin_clear(session);
    session_rerun(session);
    session_analyses_refresh(session);
    return true;
}

bool session_set_swaps(Session *session, int (*pairs)[2], int count, Error *err) {
    Network *network = session->exp.setup->model->network;
    Swaps *swaps = &session->exp.swaps;
    while (swaps->count > 0) {
        const int *pair = swaps->pairs[--swaps->count];
        network_swap_blocks(network, pair[0], pair[1], NULL);
    }
    bool ok = true;
    for (int k = 0; ok && k < count; k++) {
        ok = network_swap_blocks(network, pairs[k][0], pairs[k][1], err);
        if (ok) note_pair(session, pairs[k][0], pairs[k][1]);
    }
    session_describe_weights(session);
    return ok;
}

/* The named block, or that of the selected op; -1 with a sentence. */
static int find_named_block(const Session *session, const char *name, Error *err) {
    const Network *network = session_network(session);
    int block =
        *name ? network_find_block(network, name) : network->ops[scene_op_at(network, session->exp.at)].block;
    if (block < 0)
        error_set(err, ERROR_USAGE,
                  *name ? "swap: %s has no block '%s'" : "swap: %s: select an operation inside a block%s",
                  network->arch, name);
    return block;
}

/* "A B" swaps at once; otherwise the first block waits for the second. */
static bool do_swap(Session *session, const char *text, Error *err) {
    char first[OP_NAME_MAX] = "", second[OP_NAME_MAX] = "";
    sscanf(text, "%31s %31s", first, second);
    int a = find_named_block(session, first, err);
    if (a < 0) return false;
    int b = *second ? find_named_block(session, second, err) : session->exp.swaps.waiting - 1;
    if (*second && b < 0) return false;
    if (b < 0) {
        session->exp.swaps.waiting = a + 1;
        session_tell(session, NOTICE_INFO,
                     "%s waits: select a block of the same shape and press the key again",
                     session_network(session)->blocks[a].name);
        return true;
    }
    session->exp.swaps.waiting = 0;
    if (!swap_named_blocks(session, a, b, err)) return false;
    session_tell(session, NOTICE_INFO, "%s and %s have changed places; the same again puts them back",
                 session_network(session)->blocks[a].name, session_network(session)->blocks[b].name);
    return true;
}

bool session_do_swap(Session *session, const Action *action, Error *err) {
    bool ok = do_swap(session, action->text, err);
    if (!ok) session->exp.swaps.waiting = 0;
    return ok;
}
