#include "core/inspect/gradcheck.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/pass/state.h"

enum { NOISE_STEPS = 4 }; /* the smallest, where rounding is measured */

static const double EPSILON = sizeof(real) == sizeof(double) ? DBL_EPSILON : FLT_EPSILON;

struct Gradcheck {
    const Pass *pass;
    GradcheckSite site;
    Network network; /* the pass's, with values of its own */
    real *values;    /* heap */
    Pass *moved;     /* one pass, used again */
    double scale;    /* of the tensor: rms */
    double loss;     /* unmoved, in double */
    GradcheckStep steps[GRADCHECK_STEPS];
    bool begun, below;        /* a loss is on its way; it is the second of its step, that of v - h */
    int compared;             /* operations whose decisions have been compared */
    double moved_to, loss_to; /* of the first one: what v + h became in a real, and its loss */
};

static size_t memory_index(const Param *param, const int *index) {
    size_t at = (size_t)index[0];
    if (param->role == PARAM_CONV_WEIGHT) {
        const int order[] = {3, 1, 0}; /* (K,C,R,S) lies as (R,S,C,K) */
        at = (size_t)index[2];
        for (int d = 0; d < 3; d++) at = at * (size_t)param->dims[order[d]] + (size_t)index[order[d]];
        return at;
    }
    for (int d = 1; d < param->rank; d++) at = at * (size_t)param->dims[d] + (size_t)index[d];
    return at;
}

static size_t largest(const real *values, size_t count) {
    size_t best = 0;
    for (size_t j = 1; j < count; j++)
        if (fabs((double)values[j]) > fabs((double)values[best])) best = j;
    return best;
}

static bool check_index(const char *name, const int *index, int count, const int *dims, int rank,
                        Error *err) {
    if (count != rank)
        return error_set(err, ERROR_USAGE, "%s has %d dimensions: expected %d numbers, found %d", name, rank,
                         rank, count);
    for (int d = 0; d < rank; d++)
        if (index[d] < 0 || index[d] >= dims[d])
            return error_set(err, ERROR_USAGE, "%s: expected 0 to %d as number %d, found %d", name,
                             dims[d] - 1, d + 1, index[d]);
    return true;
}

bool gradcheck_find(const Pass *pass, const char *name, const int *index, int index_count,
                    GradcheckSite *site, Error *err) {
    const Network *network = pass->network;
    *site = (GradcheckSite){.param = network_find_param(network, name), .op = network_find_op(network, name)};
    const Param *param = site->param;
    if (param && !param_role_learns(param->role))
        return error_set(err, ERROR_USAGE, "%s is a statistic and has no gradient", name);
    if (param) {
        site->op = param->op;
        if (index_count == 0)
            site->at = pass_param_grad(pass, param) ? largest(pass_param_grad(pass, param), param->count) : 0;
        else if (check_index(name, index, index_count, param->dims, param->rank, err))
            site->at = memory_index(param, index);
        else
            return false;
        return true;
    }
    if (site->op < 0 || site->op >= network_logits_op(network) + 1)
        return error_set(err, ERROR_USAGE,
                         "%s has no operation or parameter '%.*s': expected one like layer1.0.conv1 or "
                         "layer1.0.conv1.weight",
                         network->arch, utf8_first(name, 60), name);
    Shape shape = network->ops[site->op].out;
    size_t count = shape_count(shape);
    if (index_count == 0) {
        const real *gradient = pass_grad(pass, site->op).data;
        site->at = gradient ? largest(gradient, count) : 0;
        return true;
    }
    const int dims[] = {shape.c, shape.h, shape.w};
    if (!check_index(name, index, index_count, dims, 3, err)) return false;
    site->at = shape_index(shape, 0, index[0], index[1], index[2]);
    return true;
}

void gradcheck_describe(const Pass *pass, GradcheckSite site, char out[GRADCHECK_LABEL_MAX]) {
    const Network *network = pass->network;
    size_t at = site.at;
    if (site.param && site.param->role == PARAM_CONV_WEIGHT) {
        size_t k = (size_t)site.param->dims[0], c = (size_t)site.param->dims[1],
               s = (size_t)site.param->dims[3];
        utf8_format(out, GRADCHECK_LABEL_MAX, "%s (%zu,%zu,%zu,%zu)", site.param->name, at % k, at / k % c,
                    at / (k * c * s), at / (k * c) % s);
    } else if (site.param && site.param->rank == 2) {
        size_t columns = (size_t)site.param->dims[1];
        utf8_format(out, GRADCHECK_LABEL_MAX, "%s (%zu,%zu)", site.param->name, at / columns, at % columns);
    } else if (site.param) {
        utf8_format(out, GRADCHECK_LABEL_MAX, "%s (%zu)", site.param->name, at);
    } else {
        Shape shape = network->ops[site.op].out;
        size_t c = (size_t)shape.c, w = (size_t)shape.w, h = (size_t)shape.h;
        utf8_format(out, GRADCHECK_LABEL_MAX, "%s (%zu,%zu,%zu)", network->ops[site.op].name, at % c,
                    at / (c * w) % h, at / c % w);
    }
}

static const real *tensor_of(const Gradcheck *check, size_t *count) {
    const GradcheckSite *site = &check->site;
    *count = site->param ? site->param->count : shape_count(check->pass->network->ops[site->op].out);
    return site->param ? network_const_values(check->pass->network, site->param)
                       : pass_act(check->pass, site->op).data;
}

/* In double from the probabilities, or the features: the loss itself is stored as a float. */
static double loss_of(const Pass *pass) {
    const double *p = pass_probabilities(pass);
    int classes = network_answers(pass->network), batch = pass->config.batch;
    double sum = 0;
    const real *z = pass_act(pass, network_logits_op(pass->network)).data;
    for (int n = 0; n < batch; n++) {
        int k = n * classes + pass->targets[n];
        sum += p ? -log(p[k]) : (double)z[k];
    }
    return sum / batch;
}

static bool open_moved(Gradcheck *check, Error *err) {
    const Pass *pass = check->pass;
    PassConfig config = pass->config;
    check->network = *pass->network;
    check->values = malloc(pass->network->value_count * sizeof *check->values);
    if (!check->values) return error_set(err, ERROR_FAILED, "not enough memory for a copy of the weights");
    memcpy(check->values, network_const_all_values(pass->network),
           pass->network->value_count * sizeof *check->values);
    check->network.memory = check->values;
    check->network.undrawn = NULL;
    config.forward_only = config.no_inspection = true;
    check->moved = pass_new(&check->network, &config, err);
    if (!check->moved) return false;
    memcpy(pass_input(check->moved), pass->nodes[0].act, pass_act_count(pass, 0) * sizeof(real));
    return true;
}

Gradcheck *gradcheck_new(const Pass *pass, GradcheckSite site, Error *err) {
    Gradcheck *check = calloc(1, sizeof *check);
    if (!check) {
        error_set(err, ERROR_FAILED, "not enough memory");
        return NULL;
    }
    check->pass = pass;
    check->site = site;
    if (!open_moved(check, err)) {
        gradcheck_free(check);
        return NULL;
    }
    size_t count;
    const real *tensor = tensor_of(check, &count);
    check->scale = sqrt(tensor_dot(tensor, tensor, count) / (double)count);
    if (!(check->scale > 0)) check->scale = 1;
    check->loss = loss_of(pass);
    return check;
}

void gradcheck_free(Gradcheck *check) {
    if (!check) return;
    pass_free(check->moved);
    free(check->values);
    free(check);
}

double gradcheck_value(const Gradcheck *check) {
    size_t count;
    return (double)tensor_of(check, &count)[check->site.at];
}

double gradcheck_backprop(const Gradcheck *check) {
    const GradcheckSite *site = &check->site;
    const real *grad =
        site->param ? pass_param_grad(check->pass, site->param) : pass_grad(check->pass, site->op).data;
    return (double)grad[site->at];
}

static void set_param(Gradcheck *check, real value) {
    check->values[check->site.param->offset + check->site.at] = value;
    network_touch(&check->network);
}

/* Decisions of an operation's gates or maxima that differ from the unmoved pass. */
static int count_kinks(const Gradcheck *check, int i) {
    int kinks = 0;
    size_t count = pass_act_count(check->pass, i);
    const OpSpec *spec = op_spec(check->pass->network->ops[i].kind);
    if (spec->activation && spec->activation->has_gates) {
        const real *a = pass_act(check->pass, i).data, *b = pass_act(check->moved, i).data;
        for (size_t j = 0; j < count; j++) kinks += (a[j] > 0) != (b[j] > 0);
    }
    if (spec->chooses) {
        const int *x = check->pass->nodes[i].saved, *y = check->moved->nodes[i].saved;
        for (size_t j = 0; j < count; j++) kinks += x[j] != y[j];
    }
    return kinks;
}

/* Puts `value` in place of v, if that is a parameter or the picture. */
static void set_value(Gradcheck *check, real value) {
    const GradcheckSite *site = &check->site;
    if (site->param)
        set_param(check, value);
    else if (site->op == 0)
        check->moved->nodes[0].act[site->at] = value;
}

/* A piece of the pass with `value` in place of v, then of the comparison of decisions after it; true when both are
 * over. */
static bool advance_moved(Gradcheck *check, real value, int *kinks) {
    const GradcheckSite *site = &check->site;
    Pass *moved = check->moved;
    bool inside = !site->param && site->op > 0;
    if (!check->begun) {
        pass_restart(moved, check->pass->targets);
        set_value(check, value);
        check->begun = true;
        check->compared = site->op + 1;
        return false;
    }
    if (pass_step_forward(moved)) {
        if (inside && moved->forward_done == site->op + 1) pass_act(moved, site->op).data[site->at] = value;
        return false;
    }
    if (check->compared < check->pass->network->op_count) {
        *kinks += count_kinks(check, check->compared++);
        return false;
    }
    set_value(check, (real)gradcheck_value(check));
    check->begun = false;
    return true;
}

bool gradcheck_advance(Gradcheck *check, int number) {
    GradcheckStep *step = &check->steps[number];
    double h = check->scale * pow(10, (number - GRADCHECK_STEPS) / 2.0);
    real value = (real)(gradcheck_value(check) + (check->below ? -h : h));
    if (!advance_moved(check, value, &step->kinks)) return false;
    double loss = loss_of(check->moved);
    check->below = !check->below;
    if (check->below) {
        check->moved_to = (double)value;
        check->loss_to = loss;
        return false;
    }
    double above = check->loss_to, below = loss, distance = check->moved_to - (double)value;
    step->known = true;
    step->h = distance / 2; /* as it was after rounding to a real */
    step->numeric = (above - below) / distance;
    step->second = above + below - 2 * check->loss;
    return true;
}

void gradcheck_step(Gradcheck *check, int number) {
    while (!gradcheck_advance(check, number)) continue;
}

double gradcheck_share(const Gradcheck *check) {
    int ops = check->pass->network->op_count, first = check->site.op + 1;
    double loss = !check->begun
                      ? 0
                      : (double)(check->moved->forward_done + check->compared - first) / (2 * ops - first);
    return (check->below + loss) / 2;
}

/* Standard deviation of one loss. The second difference of three losses has 6 times its variance, and the
 * least that there can be is the rounding of the logits themselves. */
static double noise_of(const Gradcheck *check) {
    double squares = 0;
    int count = 0;
    for (int k = 0; k < NOISE_STEPS; k++) {
        if (!check->steps[k].known) continue;
        squares += check->steps[k].second * check->steps[k].second / 6;
        count++;
    }
    return fmax(count > 0 ? sqrt(squares / count) : 0, EPSILON / 8);
}

/* What changed from the coarser step to this one, as far as rounding cannot explain it, was its curvature
 * and its kinks. Curvature goes with the square of the step, so little of it is left; what kinks do goes with
 * the step itself and by chance, so as much may be left as has changed. */
static double truncation_of(const Gradcheck *check, int number, double noise) {
    const GradcheckStep *step = &check->steps[number];
    if (number + 1 == GRADCHECK_STEPS || !step[1].known) return fabs(step->numeric);
    double ratio = step->h / step[1].h, square = ratio * ratio;
    double explained = noise / step->h + noise / step[1].h;
    double change = fmax(0, fabs(step->numeric - step[1].numeric) - explained);
    double before = truncation_of(check, number + 1, noise);
    return step->kinks > 0 ? fmax(change, before * ratio)
                           : fmax(change * square / (1 - square), before * square);
}

GradcheckStep gradcheck_get(const Gradcheck *check, int number) {
    GradcheckStep step = check->steps[number];
    double noise = noise_of(check);
    if (!step.known) return step;
    step.rounding = noise / (sqrt(2) * step.h);
    step.truncation = truncation_of(check, number, noise);
    return step;
}

int gradcheck_best(const Gradcheck *check) {
    int best = -1;
    double least = INFINITY;
    for (int k = 0; k < GRADCHECK_STEPS; k++) {
        GradcheckStep step = gradcheck_get(check, k);
        double error = step.rounding + step.truncation;
        if (!step.known || !(error < least)) continue;
        least = error;
        best = k;
    }
    return best;
}

const char *gradcheck_limit(GradcheckStep step) {
    if (step.rounding >= step.truncation) return "rounding";
    return step.kinks > 0 ? "a kink" : "curvature";
}

double gradcheck_relative(double backprop, double numeric) {
    double largest_of = fmax(fabs(backprop), fabs(numeric));
    return largest_of > 0 ? fabs(backprop - numeric) / largest_of : 0;
}
