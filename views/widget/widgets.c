/* The texts and lines of views/widget/widgets.h; figures are in parts_figures.c, maps in parts_montage.c, bars in
 * parts_bars.c. */
#include "views/widget/widgets.h"

#include <stdio.h>
#include <string.h>

#include "views/style/text.h"

WidgetText widget_op_summary(const Op *op) {
    WidgetText out;
    op_format_summary(op, out.text, sizeof out.text);
    return out;
}

WidgetText widget_density(const Network *network, double density) {
    WidgetText out;
    bool gates = network_activation(network)->activation->has_gates;
    if (gates)
        snprintf(out.text, sizeof out.text, "%s", text_format_percent(density).text);
    else
        snprintf(out.text, sizeof out.text, "%.2f", density);
    return out;
}

const char *widget_op_short_name(const Network *network, int op) {
    const Op *o = &network->ops[op];
    if (o->block < 0) return o->name;
    const char *block = network->blocks[o->block].name;
    size_t length = strlen(block);
    bool inside = strncmp(o->name, block, length) == 0 && o->name[length] == '.';
    return inside ? o->name + length + 1 : o->name;
}

const char *widget_shortcut_name(ShortcutKind kind) {
    static const char *const names[] = {[SHORTCUT_NONE] = "none",
                                        [SHORTCUT_IDENTITY] = "identity",
                                        [SHORTCUT_ZERO_PAD] = "zero-pad (A)",
                                        [SHORTCUT_PROJECTION] = "projection (B)"};
    return names[kind];
}

const char *widget_phase_name(Phase phase) {
    return phase == PHASE_FORWARD ? "forward" : "backward";
}

Role widget_phase_role(Phase phase) {
    return phase == PHASE_FORWARD ? ROLE_FORWARD : ROLE_BACKWARD;
}

char widget_op_state(const Pass *pass, int op) {
    Stats act = pass_act_stats(pass, op), grad = pass_grad_stats(pass, op);
    bool act_bad = act.known && act.nan + act.inf > 0, grad_bad = grad.known && grad.nan + grad.inf > 0;
    if (act_bad || grad_bad) return '!';
    if (pass_grad(pass, op).data) return 'G';
    return op < pass_forward_done(pass) ? 'F' : ' ';
}

Role widget_op_state_role(char state) {
    switch (state) {
    case '!': return ROLE_BAD;
    case 'G': return ROLE_BACKWARD;
    case 'F': return ROLE_FORWARD;
    default: return ROLE_DIM;
    }
}

/* As many names as fit; more are shown as an ellipsis. */
static WidgetText lesion_text(const Scene *scene) {
    static const char more[] = ", ...";
    WidgetText out = {.text = "lesion:"};
    size_t used = strlen(out.text), count = 0;
    for (int b = 0; b < scene->network->block_count; b++) {
        if (!pass_block_is_lesioned(scene->pass, b)) continue;
        char name[OP_NAME_MAX + 4];
        snprintf(name, sizeof name, "%s %s", count++ ? "," : "", scene->network->blocks[b].name);
        if (used + strlen(name) + sizeof more > sizeof out.text) {
            snprintf(out.text + used, sizeof out.text - used, "%s", more);
            return out;
        }
        used += (size_t)snprintf(out.text + used, sizeof out.text - used, "%s", name);
    }
    if (count == 0) snprintf(out.text, sizeof out.text, "lesion: no block chosen, skips as built");
    return out;
}

WidgetText widget_skip_mode(const Scene *scene) {
    static const char *const texts[] = {[SKIP_NONE_REMOVED] = "skips as built",
                                        [SKIP_PLAIN] = "plain: skips removed in both directions",
                                        [SKIP_CUT] = "cut: skips carry no gradient",
                                        [SKIP_LESION] = ""};
    WidgetText out = {.text = "no skips in this architecture"};
    SkipMode mode = pass_skip_mode(scene->pass);
    if (scene->network->shortcut == '-') return out;
    if (mode == SKIP_LESION) return lesion_text(scene);
    snprintf(out.text, sizeof out.text, "%s", texts[mode]);
    return out;
}

const char *widget_skip_word(const Scene *scene) {
    SkipMode mode = pass_skip_mode(scene->pass);
    if (scene->network->shortcut == '-') return "no skips";
    return mode == SKIP_NONE_REMOVED ? "skips on" : skip_mode_name(mode);
}

uint32_t widget_glyph(const Canvas *canvas, uint32_t glyph, char ascii) {
    return canvas->flags & CANVAS_ASCII ? (uint32_t)(unsigned char)ascii : glyph;
}

int widget_heading(Canvas *canvas, Rect row, Style style, const char *title) {
    if (rect_is_empty(row)) return row.x;
    Rect old = canvas_clip(canvas, row);
    style.attributes |= CELL_BOLD;
    int after = canvas_text_fit(canvas, row.x, row.y, row.w, style, title);
    canvas_line_across(canvas, after + 1, row.y, row.x + row.w - after - 1, style_role(ROLE_BORDER));
    canvas_unclip(canvas, old);
    return after;
}

int widget_field(Canvas *canvas, Rect area, int label_width, const char *label, const char *text) {
    if (rect_is_empty(area)) return 0;
    Rect old = canvas_clip(canvas, area);
    Rect rest = {.x = area.x + label_width, .y = area.y, .w = area.w - label_width, .h = area.h};
    canvas_text(canvas, area.x, area.y, style_role(ROLE_DIM), label);
    int rows = rest.w > 0 ? canvas_text_wrapped(canvas, rest, style_role(ROLE_TEXT), text, 0) : 0;
    canvas_unclip(canvas, old);
    return rows < 1 ? 1 : rows < area.h ? rows : area.h;
}
