#include "core/analysis/regime_runs.h"

#include <stdlib.h>

#include "core/base/integer.h"
#include "core/base/parallel.h"

bool regime_runs_open(RegimeRuns *runs) {
    const Network *network = runs->input->model->network;
    /* Networks here work in proportion to their depth. */
    int times = integer_divide_up(runs->deepest, arch_of(network->arch).depth);
    runs->small = analysis_pass_is_small(network, times * runs->input->image_count);
    runs->lane_count = runs->small ? integer_min(parallel_threads(), runs->count) : 1;
    runs->lanes = calloc((size_t)runs->lane_count, sizeof *runs->lanes);
    bool ok = runs->lanes != NULL;
    for (int k = 0; ok && k < runs->lane_count; k++) {
        runs->lanes[k].norms = calloc((size_t)runs->deepest, sizeof *runs->lanes[k].norms);
        ok = runs->lanes[k].norms != NULL;
    }
    return ok;
}

static void close_lane(RegimeLane *lane) {
    pass_free(lane->pass);
    network_free(lane->network);
    lane->pass = NULL;
    lane->network = NULL;
}

void regime_runs_close(RegimeRuns *runs) {
    for (int k = 0; runs->lanes && k < runs->lane_count; k++) {
        close_lane(&runs->lanes[k]);
        free(runs->lanes[k].norms);
    }
    free(runs->lanes);
}

static bool is_of(const RegimeLane *lane, Arch arch) {
    return lane->pass && lane->arch.depth == arch.depth && lane->arch.plain == arch.plain &&
           lane->arch.norm_free == arch.norm_free;
}

/* The lane's own network with other values, or a new one. */
static bool begin_network(const RegimeRuns *runs, RegimeLane *lane, int number, Error *err) {
    AnalysisBuild build = runs->build_of(runs->context, number);
    AnalysisBatch batch = {.images = runs->input->images,
                           .count = runs->input->image_count,
                           .targets = runs->targets,
                           .batch_statistics = true,
                           .no_input_gradient = true,
                           .no_param_gradients = true};
    if (is_of(lane, build.arch)) {
        network_init_values(lane->network, &build.init);
        pass_restart(lane->pass, runs->targets);
        return true;
    }
    close_lane(lane);
    lane->arch = build.arch;
    lane->network = analysis_build(&build, runs->input->model->network, err);
    lane->pass = lane->network ? analysis_open(lane->network, &batch, err) : NULL;
    return lane->pass != NULL;
}

static void measure_gradients(const RegimeLane *lane) {
    const Network *network = lane->network;
    int last = network->block_count - 1;
    for (int b = 0; b <= last; b++) lane->norms[b] = pass_grad_stats(lane->pass, network->blocks[b].input).l2;
    lane->norms[last + 1] = pass_grad_stats(lane->pass, network->blocks[last].output).l2;
}

static void run_lane(void *context, int begin, int end, int worker) {
    const RegimeRuns *runs = context;
    (void)worker;
    for (int k = begin; k < end; k++) {
        while (analysis_advance(runs->lanes[k].pass)) continue;
        measure_gradients(&runs->lanes[k]);
    }
}

static int run_side_by_side(RegimeRuns *runs, int done, Error *err) {
    int count = integer_min(runs->lane_count, runs->count - done);
    for (int k = 0; k < count; k++)
        if (!begin_network(runs, &runs->lanes[k], done + k, err)) return count;
    parallel_items(count, run_lane, runs);
    for (int k = 0; k < count; k++) runs->found(runs->context, done + k, runs->lanes[k].norms);
    return count;
}

static int run_one_by_one(RegimeRuns *runs, int done, Error *err) {
    RegimeLane *lane = &runs->lanes[0];
    if (!runs->begun) {
        runs->begun = begin_network(runs, lane, done, err);
        return runs->begun ? 0 : 1;
    }
    if (analysis_advance(lane->pass)) return 0;
    runs->begun = false;
    measure_gradients(lane);
    runs->found(runs->context, done, lane->norms);
    return 1;
}

int regime_runs_step(RegimeRuns *runs, int done, Error *err) {
    return runs->small ? run_side_by_side(runs, done, err) : run_one_by_one(runs, done, err);
}

double regime_runs_share(const RegimeRuns *runs) {
    return runs->begun ? analysis_pass_share(runs->lanes[0].pass) : 0;
}
