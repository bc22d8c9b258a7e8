#include "views/step/panel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/integer.h"
#include "core/inspect/contribution.h"
#include "views/scene/class_rank.h"

/* Does an addition let this input through? The three meanings of "without skip" are in core/pass/pass.h. */
static bool route_is_open(const Scene *scene, const Op *add, int input, Phase phase) {
    bool skip = input == 1;
    switch (pass_skip_mode(scene->pass)) {
    case SKIP_NONE_REMOVED: return true;
    case SKIP_PLAIN: return !skip;
    case SKIP_CUT: return !skip || phase == PHASE_FORWARD;
    case SKIP_LESION: return skip || !pass_block_is_lesioned(scene->pass, add->block);
    }
    return true;
}

static StepPanelKind panel_kind(const Scene *scene, int op, Tensor tensor) {
    if (op == network_logits_op(scene->network)) return STEP_PANEL_CLASSES;
    return tensor.shape.h * tensor.shape.w == 1 ? STEP_PANEL_VALUES : STEP_PANEL_MAPS;
}

static StepPanel panel_of(const Scene *scene, int op, Phase phase, const char *symbol) {
    StepPanel panel = {.symbol = symbol,
                       .op = op,
                       .role = widget_phase_role(phase),
                       .phase = phase,
                       .stats = scene_stats(scene, op, phase),
                       .part = widget_tensor(scene, op, phase)};
    panel.kind = panel_kind(scene, op, panel.part.tensor);
    panel.channel = integer_clamp(scene->channel, 0, panel.part.tensor.shape.c - 1);
    snprintf(panel.missing.text, sizeof panel.missing.text, "not run yet");
    return panel;
}

static void close_panel(StepPanel *panel) {
    panel->part.tensor.data = NULL;
    panel->stats.known = false;
    panel->closed = true;
    snprintf(panel->missing.text, sizeof panel->missing.text, "closed: nothing passes here");
}

/* What the network is given, in its colours, before it is taken apart into channels. */
static StepPanel picture_panel(const Scene *scene) {
    StepPanel panel = panel_of(scene, 0, PHASE_FORWARD, "picture");
    panel.kind = STEP_PANEL_PICTURE;
    panel.words = "";
    panel.role = ROLE_TEXT;
    return panel;
}

static StepPanels forward_panels(const Scene *scene, const Op *op) {
    StepPanels panels = {.count = 0, .other = -1};
    OpMiddle middle = op_spec(op->kind)->middle;
    bool add = middle == OP_MIDDLE_SUM, loss = middle == OP_MIDDLE_SOFTMAX;
    if (op->input_count == 0) panels.item[panels.count++] = picture_panel(scene);
    for (int k = 0; k < op->input_count; k++) {
        StepPanel *panel = &panels.item[panels.count++];
        *panel = panel_of(scene, op->inputs[k], PHASE_FORWARD, add && k == 0 ? "F(x)" : "x");
        panel->words = !add ? "in" : k == 0 ? "what F adds" : "what went past";
        if (add) panel->role = k == 0 ? ROLE_BRANCH : ROLE_SKIP;
        if (k > 0) panel->joint = "+";
        if (add && !route_is_open(scene, op, k, PHASE_FORWARD)) close_panel(panel);
    }
    StepPanel *out = &panels.item[panels.count++];
    *out = panel_of(scene, op->index, PHASE_FORWARD, op->input_count > 0 ? "y" : "x");
    out->words = add ? "their sum" : "out";
    out->joint = add ? "=" : "→";
    if (!loss) return panels;
    out->kind = STEP_PANEL_PROBABILITIES;
    out->symbol = "p";
    panels.item[0].kind = STEP_PANEL_RANKED;
    panels.item[0].symbol = "z";
    return panels;
}

/* The op that reads `op` and has still to send its part of the gradient. */
static int waits_for(const Scene *scene, int op) {
    int first_done = scene->network->op_count - pass_backward_done(scene->pass);
    for (int consumer = op + 1; consumer < first_done; consumer++)
        for (int k = 0; k < scene->network->ops[consumer].input_count; k++)
            if (scene->network->ops[consumer].inputs[k] == op) return consumer;
    return -1;
}

/* The gradient that an input gets from this op. An addition hands on dy as it is, whatever else its inputs
 * will receive; the others are shown once they are complete. */
static StepPanel sent_panel(const Scene *scene, const Op *op, int k) {
    static const char *const add_symbols[] = {"dF", "dx(skip)"};
    StepPanel panel = panel_of(scene, op->inputs[k], PHASE_BACKWARD, "dx");
    panel.words = "gradient";
    bool ran = op->index >= scene->network->op_count - pass_backward_done(scene->pass);
    int consumer = waits_for(scene, op->inputs[k]);
    OpMiddle middle = op_spec(op->kind)->middle;
    if (middle == OP_MIDDLE_SUM) {
        panel.symbol = add_symbols[k];
        panel.role = k == 0 ? ROLE_BRANCH : ROLE_SKIP;
        panel.words = k == 0 ? "to F" : "to the skip";
        if (ran) panel.part = widget_tensor(scene, op->index, PHASE_BACKWARD);
        panel.stats = ran ? scene_stats(scene, op->index, PHASE_BACKWARD) : (Stats){0};
        if (!route_is_open(scene, op, k, PHASE_BACKWARD)) close_panel(&panel);
    } else if (ran && consumer >= 0) {
        snprintf(panel.missing.text, sizeof panel.missing.text,
                 "its part is stored; the sum is complete after %s", scene->network->ops[consumer].name);
    }
    if (middle == OP_MIDDLE_SOFTMAX) {
        panel.kind = STEP_PANEL_RANKED;
        panel.symbol = "dz";
    }
    return panel;
}

static StepPanels backward_panels(const Scene *scene, const Op *op) {
    StepPanels panels = {.count = 1, .other = -1};
    OpMiddle middle = op_spec(op->kind)->middle;
    if (op->input_count == 0) {
        panels.item[0] = picture_panel(scene);
        panels.item[1] = panel_of(scene, op->index, PHASE_BACKWARD, "dx");
        panels.item[1].words = "gradient at it";
        panels.item[1].joint = "→";
        panels.count = 2;
        return panels;
    }
    if (middle == OP_MIDDLE_SOFTMAX) {
        panels.item[0] = panel_of(scene, op->index, PHASE_FORWARD, "p");
        panels.item[0].kind = STEP_PANEL_PROBABILITIES;
    } else {
        panels.item[0] = panel_of(scene, op->index, PHASE_BACKWARD, "dy");
    }
    panels.item[0].words = middle == OP_MIDDLE_SOFTMAX ? "probabilities" : "gradient";
    for (int k = 0; k < op->input_count; k++) {
        StepPanel *panel = &panels.item[panels.count++];
        *panel = sent_panel(scene, op, k);
        panel->joint = k == 0 ? "→" : "+";
        if (middle == OP_MIDDLE_SUM && k == 1) panel->joint = "→";
    }
    return panels;
}

static StepFilter find_filter(const Scene *scene, const Op *op, int rank) {
    StepFilter filter = {
        .known = true, .output = integer_clamp(scene->channel, 0, op->out.c - 1), .rank = rank};
    double *parts = malloc((size_t)op->in.c * sizeof *parts);
    int *order = malloc(((size_t)rank + 1) * sizeof *order);
    bool back = scene->phase == PHASE_BACKWARD;
    if (parts && order && contribution_of_channels(scene->pass, op->index, back, filter.output, parts) &&
        class_rank(parts, op->in.c, order, rank + 1) == rank + 1) {
        filter.input = order[rank];
        filter.part = parts[filter.input];
    } else {
        filter.input = integer_clamp(rank, 0, op->in.c - 1);
        filter.part = NAN;
    }
    free(order);
    free(parts);
    return filter;
}

int step_panels_choices(const Scene *scene) {
    const Op *op = &scene->network->ops[scene->op];
    OpMiddle middle = op_spec(op->kind)->middle;
    if (middle == OP_MIDDLE_KERNEL) return op->in.c;
    return middle == OP_MIDDLE_SUM ? 2 : 1;
}

/* Scores and probabilities, while a lesson still asks what the network says. */
static bool is_hidden(const Scene *scene, const StepPanel *panel) {
    bool classes = panel->kind == STEP_PANEL_CLASSES || panel->kind == STEP_PANEL_RANKED ||
                   panel->kind == STEP_PANEL_PROBABILITIES;
    return scene->hides_answer && classes;
}

StepPanels step_panels(const Scene *scene, int walk) {
    const Op *op = &scene->network->ops[scene->op];
    bool forward = scene->phase == PHASE_FORWARD;
    StepPanels panels = forward ? forward_panels(scene, op) : backward_panels(scene, op);
    walk %= step_panels_choices(scene);
    if (op_spec(op->kind)->middle == OP_MIDDLE_SUM) {
        panels.other = forward ? 1 - walk : 2 - walk;
    } else if (op_spec(op->kind)->middle == OP_MIDDLE_KERNEL) {
        panels.filter = find_filter(scene, op, walk);
        panels.item[forward ? 0 : 1].channel = panels.filter.input;
    }
    for (int k = 0; k < panels.count; k++)
        if (is_hidden(scene, &panels.item[k]))
            snprintf(panels.item[k].missing.text, sizeof panels.item[k].missing.text,
                     "The lesson asks what the network says: answer first.");
    return panels;
}

bool step_panel_has_values(const Scene *scene, const StepPanel *panel) {
    if (is_hidden(scene, panel)) return false;
    if (panel->kind == STEP_PANEL_PROBABILITIES) return pass_probabilities(scene->pass) != NULL;
    return panel->part.tensor.data != NULL;
}
