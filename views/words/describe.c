#include "views/words/describe.h"

#include <math.h>

#include "core/inspect/block_figures.h"
#include "core/op/activation.h"
#include "core/tensor/landmark.h"
#include "views/scene/class_rank.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { CLASSES = 3 };

static const char *place_words(Landmark at, Shape shape, WidgetText *out) {
    if (shape.h * shape.w == 1)
        snprintf(out->text, sizeof out->text, "channel %d", at.channel);
    else
        snprintf(out->text, sizeof out->text, "channel %d, row %d, column %d", at.channel, at.row, at.column);
    return out->text;
}

static const char *shape_words(Shape shape, WidgetText *out) {
    if (shape.h * shape.w == 1)
        snprintf(out->text, sizeof out->text, shape.c == 1 ? "one number" : "%d numbers", shape.c);
    else
        snprintf(out->text, sizeof out->text, "%d channels of %d by %d", shape.c, shape.h, shape.w);
    return out->text;
}

void describe_run(FILE *out, const Scene *scene) {
    int ops = scene->network->op_count, forward = pass_forward_done(scene->pass),
        backward = pass_backward_done(scene->pass);
    fprintf(out, "Network %s, %s; picture %s.\n", scene->network->arch, scene->weights_note,
            scene->hides_answer ? "without a name while the lesson asks" : scene->image_name);
    if (pass_skip_mode(scene->pass) != SKIP_NONE_REMOVED)
        fprintf(out, "Changed: %s.\n", widget_skip_mode(scene).text);
    if (forward < ops)
        fprintf(out, "The forward pass has run %d of %d operations.\n", forward, ops);
    else if (backward < ops)
        fprintf(out, "The forward pass is done; the backward pass has run %d of %d operations.\n", backward,
                ops);
    else
        fprintf(out, "Both passes are done.\n");
}

static void say_inputs(FILE *out, const Scene *scene, const Op *op) {
    WidgetText shape;
    for (int k = 0; k < op->input_count; k++) {
        const Op *from = &scene->network->ops[op->inputs[k]];
        fprintf(out, "%s %s, %s", k == 0 ? "Reads" : " and", from->name, shape_words(from->out, &shape));
    }
    fprintf(out, "%s %s.\n", op->input_count > 0 ? "; writes" : "Holds", shape_words(op->out, &shape));
}

static const char *tensor_word(const Scene *scene) {
    return scene->phase == PHASE_FORWARD ? "activation" : "gradient";
}

static void say_signs(FILE *out, const Stats *stats) {
    double count = (double)stats->count;
    size_t bad = stats->nan + stats->inf, positive = stats->count - stats->zeros - stats->negative - bad;
    fprintf(out, "%s numbers: %s negative, %s zero, %s positive.\n", text_format_count(stats->count).text,
            text_format_percent((double)stats->negative / count).text,
            text_format_percent((double)stats->zeros / count).text,
            text_format_percent((double)positive / count).text);
    if (bad > 0) fprintf(out, "Beware: %zu are not a number and %zu infinite.\n", stats->nan, stats->inf);
}

/* How many channels have nothing to show, and why. */
static void say_empty_channels(FILE *out, const Scene *scene) {
    static const struct {
        WidgetChannel kind;
        const char *words;
    } kinds[] = {{CHANNEL_PADDING, "are padding: no input leads to them, they are zero for every picture"},
                 {CHANNEL_OFF, "are never active on this picture: zero everywhere"},
                 {CHANNEL_BLOCKED, "receive no gradient at all"}};
    WidgetTensor tensor = widget_tensor(scene, scene->op, scene->phase);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        int count = 0;
        for (int c = 0; c < tensor.tensor.shape.c; c++)
            count += widget_channel(scene, &tensor, c) == kinds[k].kind;
        if (count > 0) fprintf(out, "%d of %d channels %s.\n", count, tensor.tensor.shape.c, kinds[k].words);
    }
}

static void say_landmarks(FILE *out, const Scene *scene, Tensor tensor) {
    TensorLandmarks marks = tensor_landmarks(tensor);
    Shape shape = op_output_shape(&scene->network->ops[scene->op], 1);
    WidgetText largest, smallest;
    if (!marks.known) return;
    fprintf(out, "Largest %.3g at %s; smallest %.3g at %s.\n", marks.largest.value,
            place_words(marks.largest, shape, &largest), marks.smallest.value,
            place_words(marks.smallest, shape, &smallest));
    if (shape.c == 1) return;
    say_empty_channels(out, scene);
    fprintf(out, "Strongest channel %d, with %s of the sum of squares.\n", marks.strongest,
            text_format_percent(marks.strongest_share).text);
}

void describe_figures(FILE *out, const Scene *scene) {
    Tensor tensor = scene_tensor(scene, scene->op, scene->phase);
    Stats stats = scene_stats(scene, scene->op, scene->phase);
    if (!tensor.data || !stats.known) {
        fprintf(out, "Its %s is not computed yet.\n", tensor_word(scene));
        return;
    }
    if (stats.count == 1) {
        fprintf(out, "It is %.4g.\n", (double)tensor.data[0]);
        return;
    }
    say_signs(out, &stats);
    fprintf(out, "Mean %.3g, standard deviation %.3g, length (l2 norm) %.3g.\n", stats.mean, stats.std,
            stats.l2);
    say_landmarks(out, scene, tensor);
}

static void say_sum(FILE *out, const Scene *scene, const Op *op) {
    BlockForward f = block_forward(scene->pass, op->block);
    if (!f.known) return;
    fprintf(out,
            "The addition: x has length %.3g, the shortcut brings %.3g, F adds %.3g, the sum has %.3g.\n",
            f.x, f.shortcut, f.branch, f.sum);
    fprintf(out, "F is %.3g times the shortcut", f.ratio);
    if (!isnan(f.cosine)) fprintf(out, "; the cosine between them is %+.3f", f.cosine);
    const OpSpec *last = network_activation(scene->network);
    const ActivationWords *words = activation_words(last);
    fprintf(out, ".\nThe %s behind it %s %s%s.\n", last->title, words->verb,
            widget_density(scene->network, f.kept).text, words->of_sum);
}

static void say_junction(FILE *out, const Scene *scene, const Op *op) {
    BlockBackward g = block_backward(scene->pass, op->block);
    if (!g.known || isnan(g.skip)) return;
    fprintf(
        out,
        "At the block's input both ways meet: gradient %.3g, of it %.3g through the skip and %.3g through F",
        g.x, g.skip, g.branch);
    if (!isnan(g.cosine)) fprintf(out, ", cosine %+.3f", g.cosine);
    fprintf(out, ".\n");
}

void describe_answer(FILE *out, const Scene *scene) {
    const double *p = pass_probabilities(scene->pass);
    int top[CLASSES], count = p ? class_rank(p, network_answers(scene->network), top, CLASSES) : 0;
    char name[CLASS_NAME_MAX];
    if (scene->hides_answer) {
        fprintf(out, "The lesson asks what the network says: answer first.\n");
        return;
    }
    if (count == 0) return;
    fprintf(out, "The network says");
    for (int k = 0; k < count; k++)
        fprintf(out, "%s %s, %s", k ? ";" : "", scene_class_name(scene, top[k], name),
                text_format_percent(p[top[k]]).text);
    fprintf(out, ".\n");
    if (scene->true_class >= 0)
        fprintf(out, "%s: the picture shows %s.\n",
                top[0] == scene->true_class ? "That is right" : "That is wrong",
                scene_class_name(scene, scene->true_class, name));
    fprintf(out, "Loss %.4g, for the target %s.\n", pass_loss(scene->pass),
            scene_class_name(scene, pass_target(scene->pass, 0), name));
}

static void say_weights(FILE *out, const Scene *scene, const Op *op) {
    size_t own = network_op_param_count(scene->network, op->index);
    if (own == 0) return;
    fprintf(out, "It has %s learned numbers", text_format_count(own).text);
    if (network_op_macs(scene->network, op->index) > 0)
        fprintf(out, " and takes %s multiply-adds",
                text_format_count((size_t)network_op_macs(scene->network, op->index)).text);
    fprintf(out, ".\n");
    for (int k = 0; scene->phase == PHASE_BACKWARD && k < op->param_count; k++) {
        const Param *param = &scene->network->params[op->param_first + k];
        if (!param_role_learns(param->role) || !pass_param_grad(scene->pass, param)) continue;
        fprintf(out, "The gradient of %s has length %.3g.\n", param->name,
                pass_param_grad_stats(scene->pass, param).l2);
    }
}

void describe_operation(FILE *out, const Scene *scene) {
    const Network *network = scene->network;
    const Op *op = &network->ops[scene->op];
    const OpSpec *spec = op_spec(op->kind);
    bool forward = scene->phase == PHASE_FORWARD;
    fprintf(out, "%s: %s, %s; operation %d of %d", op->name, widget_op_summary(op).text,
            widget_phase_name(scene->phase), scene->op, network->op_count - 1);
    if (op->block >= 0)
        fprintf(out, ", in block %s of stage %d", network->blocks[op->block].name,
                network->blocks[op->block].stage);
    fprintf(out, ".\n");
    if (forward) {
        fprintf(out, "%s\n", spec->sentence);
        say_inputs(out, scene, op);
    } else {
        WidgetText shape;
        fprintf(out, "The gradient of the loss with respect to what it writes, %s.\n",
                shape_words(op->out, &shape));
    }
    say_weights(out, scene, op);
    describe_figures(out, scene);
    bool addition = network_is_addition(network, scene->op);
    if (addition && forward) say_sum(out, scene, op);
    if (addition && !forward) say_junction(out, scene, op);
    if (scene->op == network_logits_op(network) || scene->op == network_loss_op(network))
        describe_answer(out, scene);
}

void describe_value(FILE *out, const Scene *scene) {
    Tensor tensor = scene_tensor(scene, scene->op, scene->phase);
    if (!tensor.data) return;
    Landmark here = {.channel = scene->channel, .row = scene->row, .column = scene->column};
    WidgetText place;
    size_t at = shape_index(tensor.shape, 0, here.channel, here.row, here.column);
    fprintf(out, "Selected: %s, %s %.5g.\n", place_words(here, tensor.shape, &place),
            scene->phase == PHASE_FORWARD ? "value" : "gradient", (double)tensor.data[at]);
}

static void say_parts(FILE *out, const MapLandmarks *map) {
    if (map->strongest < 0) return;
    fprintf(out, "The strongest part is the %s, with %s of all magnitude; by thirds from the top left:",
            landmark_part_name(map->strongest), text_format_percent(map->shares[map->strongest]).text);
    for (int k = 0; k < LANDMARK_PARTS; k++)
        fprintf(out, "%s%s",
                k == 0       ? " "
                : k % 3 == 0 ? "; "
                             : ", ",
                text_format_percent(map->shares[k]).text);
    fprintf(out, ".\n");
}

void describe_map(FILE *out, const Scene *scene) {
    Tensor tensor = scene_tensor(scene, scene->op, scene->phase);
    MapLandmarks map = map_landmarks(tensor, scene->channel);
    if (!map.known || tensor.shape.h * tensor.shape.w == 1) {
        describe_value(out, scene);
        return;
    }
    fprintf(out, "Channel %d of %d, a map of %d by %d", scene->channel, tensor.shape.c, tensor.shape.h,
            tensor.shape.w);
    WidgetTensor shown = widget_tensor(scene, scene->op, scene->phase);
    WidgetChannel kind = widget_channel(scene, &shown, scene->channel);
    if (map.strongest < 0) {
        fprintf(out, ": zero everywhere, %s.\n", widget_channel_words(kind));
        return;
    }
    fprintf(out, ": from %.3g at row %d, column %d to %.3g at row %d, column %d; mean %.3g; %s zero.\n",
            map.smallest.value, map.smallest.row, map.smallest.column, map.largest.value, map.largest.row,
            map.largest.column, map.stats.mean,
            text_format_percent((double)map.stats.zeros / (double)map.stats.count).text);
    if (tensor.shape.h >= 3 && tensor.shape.w >= 3) say_parts(out, &map);
    describe_value(out, scene);
}
