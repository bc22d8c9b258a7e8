#include "core/train/evaluate.h"

#include <math.h>
#include <stdlib.h>

struct Evaluator {
    const Model *model;
    const Dataset *dataset;
    Pass *pass;
    int *targets;
    Evaluation result;
};

Evaluator *evaluate_new(const Model *model, const Dataset *dataset, const PassConfig *config, Error *err) {
    const Network *network = model->network;
    if (!dataset_check_fit(dataset, network->arch, network->input, network->classes, err)) return NULL;
    Evaluator *evaluator = calloc(1, sizeof *evaluator);
    if (!evaluator) {
        error_set(err, ERROR_FAILED, "not enough memory to evaluate");
        return NULL;
    }
    PassConfig wanted = *config;
    wanted.fast = true;
    if (wanted.batch < 1 || wanted.batch > dataset_count(dataset)) wanted.batch = dataset_count(dataset);
    *evaluator = (Evaluator){.model = model, .dataset = dataset};
    evaluator->pass = pass_new(network, &wanted, err);
    evaluator->targets = calloc((size_t)wanted.batch, sizeof *evaluator->targets);
    if (evaluator->pass && evaluator->targets) return evaluator;
    if (evaluator->pass) error_set(err, ERROR_FAILED, "not enough memory to evaluate");
    evaluate_free(evaluator);
    return NULL;
}

void evaluate_free(Evaluator *evaluator) {
    if (!evaluator) return;
    pass_free(evaluator->pass);
    free(evaluator->targets);
    free(evaluator);
}

/* A short last batch is filled up with its first image; only the real ones are counted. */
static void fill_batch(Evaluator *e, int first, int count) {
    for (int n = 0; n < pass_batch(e->pass); n++) {
        int image = first + (n < count ? n : 0);
        dataset_to_input(e->dataset, image, &e->model->preprocess.normalise,
                         pass_input(e->pass) + (size_t)n * shape_count(e->model->network->input));
        e->targets[n] = dataset_label(e->dataset, image);
    }
    pass_restart(e->pass, e->targets);
}

bool evaluate_step(Evaluator *e) {
    int first = e->result.seen, left = dataset_count(e->dataset) - first;
    if (left <= 0) return false;
    int count = left < pass_batch(e->pass) ? left : pass_batch(e->pass),
        classes = network_answers(e->model->network);
    fill_batch(e, first, count);
    pass_run_forward(e->pass);
    const double *probabilities = pass_probabilities(e->pass);
    for (int n = 0; n < count; n++) {
        const double *p = probabilities + (size_t)n * (size_t)classes;
        int best = 0;
        for (int k = 1; k < classes; k++)
            if (p[k] > p[best]) best = k;
        e->result.right += best == e->targets[n];
        e->result.loss_sum -= log(p[e->targets[n]]);
    }
    e->result.seen += count;
    return true;
}

Evaluation evaluate_result(const Evaluator *evaluator) {
    return evaluator->result;
}
