#include "core/analysis/lesions.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/networks.h"
#include "core/base/integer.h"
#include "core/base/parallel.h"

/* Elements of kept inputs of blocks that a lane may have: 256 MiB of floats. */
static const double KEPT_MAX = 1 << 26;

static const bool *lost_in(const LesionsState *state, int choice) {
    return state->lost + (size_t)choice * (size_t)state->blocks;
}

/* The first block that only one of the choices loses; the number of blocks where there is none. */
static int first_difference(const LesionsState *state, int a, int b) {
    int block = 0;
    while (block < state->blocks && lost_in(state, a)[block] == lost_in(state, b)[block]) block++;
    return block;
}

/* Those that keep the block before those that lose it, and both likewise by the blocks after it. */
static void sort_choices(const LesionsState *state, int *order, int count, int block) {
    int kept = 0;
    if (count < 2 || block == state->blocks) return;
    for (int k = 0; k < count; k++) {
        int choice = order[k];
        if (lost_in(state, choice)[block]) continue;
        order[k] = order[kept];
        order[kept++] = choice;
    }
    sort_choices(state, order, kept, block + 1);
    sort_choices(state, order + kept, count - kept, block + 1);
}

static void plan_order(LesionsState *state) {
    for (int k = 0; k < state->choices; k++) state->order[k] = k;
    sort_choices(state, state->order, state->choices, 0);
    for (int at = 0; at < state->choices; at++) {
        state->place[state->order[at]] = at;
        if (at > 0) state->changed[at] = first_difference(state, state->order[at], state->order[at - 1]);
    }
}

static int kept_block(const LesionsState *state, int block) {
    return integer_min(block, state->blocks - 1) / state->keep_every * state->keep_every;
}

/* Of one picture, from the kept block on and without the branches that are lost. */
static double work_of(const LesionsState *state, int at) {
    const Network *network = state->sides[0].network;
    const bool *lost = lost_in(state, state->order[at]);
    int first = at == 0 ? 0 : network->blocks[kept_block(state, state->changed[at])].input + 1;
    double macs = 1; /* a pass takes time even where nothing is multiplied */
    for (int i = first; i < network->op_count; i++) {
        int block = network->ops[i].block;
        bool in_branch =
            block >= 0 && i >= network->blocks[block].branch_first && i <= network->blocks[block].branch_last;
        if (!in_branch || !lost[block]) macs += (double)network_op_macs(network, i);
    }
    return macs;
}

static double kept_elements(const LesionsState *state) {
    const Network *network = state->sides[0].network;
    double elements = 0;
    for (int b = 0; b < state->blocks; b++)
        elements += (double)shape_count(network->ops[network->blocks[b].input].out);
    return elements * LESIONS_CHUNK;
}

bool lesions_plan_runs(LesionsState *state) {
    size_t choices = (size_t)state->choices;
    state->small = analysis_pass_is_small(state->sides[0].network, LESIONS_CHUNK);
    int chunks = state->small ? integer_divide_up(parallel_threads(), state->side_count) : 1;
    state->lane_count = integer_min(chunks, state->chunks) * state->side_count;
    state->keep_every = 1 + (int)(kept_elements(state) / KEPT_MAX);
    state->at = -1;
    state->order = calloc(choices, sizeof *state->order);
    state->place = calloc(choices, sizeof *state->place);
    state->changed = calloc(choices, sizeof *state->changed);
    state->work = calloc(choices + 1, sizeof *state->work);
    state->lanes = calloc((size_t)state->lane_count, sizeof *state->lanes);
    bool ok = state->order && state->place && state->changed && state->work && state->lanes;
    for (int k = 0; ok && k < state->lane_count; k++) {
        state->lanes[k].side = &state->sides[k % state->side_count];
        state->lanes[k].tallies = calloc(choices, sizeof *state->lanes[k].tallies);
        ok = state->lanes[k].tallies != NULL;
    }
    if (!ok) return false;
    plan_order(state);
    for (int at = 0; at < state->choices; at++) state->work[at + 1] = state->work[at] + work_of(state, at);
    return true;
}

void lesions_free_runs(LesionsState *state) {
    for (int k = 0; state->lanes && k < state->lane_count; k++) {
        pass_free(state->lanes[k].pass);
        pass_free(state->lanes[k].original);
        free(state->lanes[k].tallies);
    }
    free(state->lanes);
    free(state->order);
    free(state->place);
    free(state->changed);
    free(state->work);
}

static AnalysisPart part_of(const LesionsState *state, int chunk) {
    int first = chunk * LESIONS_CHUNK;
    return (AnalysisPart){first, integer_min(LESIONS_CHUNK, state->input->image_count - first)};
}

/* Lanes of this round: there are pictures for them. */
static int lanes_now(const LesionsState *state) {
    return integer_min(state->lane_count, (state->chunks - state->chunk) * state->side_count);
}

static int pictures_of_round(const LesionsState *state) {
    int last = state->chunk + lanes_now(state) / state->side_count - 1;
    AnalysisPart part = part_of(state, last);
    return part.first + part.count - state->chunk * LESIONS_CHUNK;
}

/* The network as it was given, for the comparison. */
static Pass *begin_original(LesionsState *state, LesionLane *lane) {
    PassConfig config = {.batch_statistics = state->input->batch_statistics, .fast = true};
    lane->original = analysis_open_forward(lane->original, state->input, lane->side->original, config,
                                           lane->part, &state->err);
    return lane->original;
}

/* A plain network is the residual one with all skips closed but those of the lost blocks. */
static Pass *begin_choice(LesionsState *state, LesionLane *lane) {
    const bool *lost = lost_in(state, state->order[state->at]);
    PassConfig config = {.batch_statistics = state->input->batch_statistics,
                         .skip = SKIP_LESION,
                         .lesioned = lost,
                         .others_plain = lane->side->owned != NULL,
                         .fast = true,
                         .keep_every = state->keep_every};
    if (lane->pass) pass_set_skip(lane->pass, SKIP_LESION, lost);
    if (state->at > 0)
        pass_restart_at(lane->pass, integer_min(state->changed[state->at], state->blocks - 1), NULL);
    else
        lane->pass = analysis_open_forward(lane->pass, state->input, lane->side->network, config, lane->part,
                                           &state->err);
    return lane->pass;
}

/* Readies a lane's pass for this place in the order; NULL when memory is short. */
static Pass *begin_lane(LesionsState *state, int k) {
    LesionLane *lane = &state->lanes[k];
    if (state->at < 0) {
        lane->part = part_of(state, state->chunk + k / state->side_count);
        memset(lane->tallies, 0, (size_t)state->choices * sizeof *lane->tallies);
    }
    return state->at < 0 ? begin_original(state, lane) : begin_choice(state, lane);
}

static int likeliest(const double *probabilities, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++)
        if (probabilities[k] > probabilities[best]) best = k;
    return best;
}

/* What the choice at hand makes of a picture, whose classes have the probabilities p. */
static void count_picture(const LesionsState *state, LesionLane *lane, int image, const double *p) {
    LesionSide *side = lane->side;
    int classes = network_answers(side->network), answer = likeliest(p, classes);
    Tally *tally = &lane->tallies[state->order[state->at]];
    if (state->at == 0) side->truth[image] = state->labelled ? state->input->labels[image] : answer;
    double loss = -log(fmax(p[side->truth[image]], DBL_MIN));
    if (state->at == 0) side->losses[image] = loss;
    double change = loss - side->losses[image];
    tally->seen++;
    tally->right += answer == side->truth[image];
    tally->change += change;
    tally->change_square += change * change;
}

/* The oracle: with nothing lost this is the network as it was given, bit for bit. */
static void compare_with_original(LesionLane *lane, bool small) {
    Tensor a = pass_act(lane->pass, network_logits_op(lane->side->network)),
           b = pass_act(lane->original, network_logits_op(lane->side->original));
    for (size_t j = 0; j < shape_count(a.shape); j++)
        lane->side->difference = fmax(lane->side->difference, fabs((double)a.data[j] - (double)b.data[j]));
    if (small) return;
    pass_free(lane->original);
    lane->original = NULL;
}

/* What a lane's pass has found. */
static void finish_lane(const LesionsState *state, LesionLane *lane) {
    if (state->at < 0) return;
    for (int n = 0; n < lane->part.count; n++)
        count_picture(state, lane, lane->part.first + n,
                      pass_probabilities(lane->pass) +
                          (size_t)n * (size_t)network_answers(lane->side->network));
    if (state->at == 0) compare_with_original(lane, state->small);
}

static void add_tally(Tally *to, const Tally *from) {
    to->seen += from->seen;
    to->right += from->right;
    to->change += from->change;
    to->change_square += from->change_square;
}

/* Chunk by chunk, so that the sums do not depend on how many are in a round. */
static void add_up_round(LesionsState *state) {
    for (int k = 0; k < lanes_now(state); k++)
        for (int c = 0; c < state->choices; c++)
            add_tally(&state->lanes[k].side->tallies[c], &state->lanes[k].tallies[c]);
}

static void next_place(LesionsState *state) {
    state->lane = 0;
    if (++state->at < state->choices) return;
    add_up_round(state);
    state->chunk += state->lane_count / state->side_count;
    state->at = -1;
}

static void run_lane(void *context, int begin, int end, int worker) {
    LesionsState *state = context;
    (void)worker;
    for (int k = begin; k < end; k++)
        pass_run_forward(state->at < 0 ? state->lanes[k].original : state->lanes[k].pass);
}

/* All lanes at this place in the order. Returns how many steps that are. */
static int run_side_by_side(LesionsState *state) {
    int count = lanes_now(state), counted = state->at >= 0;
    for (int k = 0; k < count; k++)
        if (!begin_lane(state, k)) return 1;
    parallel_items(count, run_lane, state);
    for (int k = 0; k < count; k++) finish_lane(state, &state->lanes[k]);
    next_place(state);
    return counted * count;
}

/* A piece of one lane's pass. */
static int run_one_by_one(LesionsState *state) {
    LesionLane *lane = &state->lanes[state->lane];
    if (!state->begun) {
        state->begun = begin_lane(state, state->lane) != NULL;
        return state->begun ? 0 : 1;
    }
    if (analysis_advance(state->at < 0 ? lane->original : lane->pass)) return 0;
    int counted = state->at >= 0;
    state->begun = false;
    finish_lane(state, lane);
    if (++state->lane == lanes_now(state)) next_place(state);
    return counted;
}

int lesions_run(LesionsState *state) {
    if (state->err.kind != ERROR_NONE) return 1;
    return state->small ? run_side_by_side(state) : run_one_by_one(state);
}

double lesions_run_share(const LesionsState *state) {
    double whole = state->work[1], all = whole + state->work[state->choices]; /* the original runs first */
    double before = state->at < 0 ? 0 : whole + state->work[state->at], lanes = state->lane;
    double here = state->at < 0 ? whole : state->work[state->at + 1] - state->work[state->at];
    const LesionLane *lane = &state->lanes[state->lane];
    if (state->chunk >= state->chunks) return 1;
    if (state->begun) lanes += analysis_pass_share(state->at < 0 ? lane->original : lane->pass);
    double round = (before + here * lanes / state->side_count) / all * pictures_of_round(state);
    return (state->chunk * LESIONS_CHUNK + round) / state->input->image_count;
}

int lesions_pictures(const LesionsState *state) {
    if (state->chunk == 0) return pictures_of_round(state);
    return integer_min(state->chunk * LESIONS_CHUNK, state->input->image_count);
}

bool lesions_is_done(const LesionsState *state, int choice) {
    return state->chunk > 0 || state->place[choice] < state->at;
}

Tally lesions_tally(const LesionsState *state, int side, int choice) {
    Tally tally = state->sides[side].tallies[choice];
    for (int k = side; k < state->lane_count && state->chunk == 0; k += state->side_count)
        add_tally(&tally, &state->lanes[k].tallies[choice]);
    return tally;
}
