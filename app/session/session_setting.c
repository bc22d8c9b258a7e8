/* Choosing a setting: what else changes with it, and the sentence that answers. What settings there are, and
 * their words, says views/scene/setting_list.h; most need nothing from here. */
#include <string.h>

#include "app/session/session_state.h"
#include "views/panel/explain_panel.h"

static void after_theme(Session *session, const Settings *before) {
    (void)before;
    session_set_theme(session, session->look.settings.theme);
    session->display.theme_chosen = true;
}

static void after_presenter(Session *session, const Settings *before) {
    Switch on = session->look.settings.presenter;
    session->look.settings.presenter = before->presenter;
    session_set_presenter(session, on == SWITCH_ON);
}

static void after_versus(Session *session, const Settings *before) {
    (void)before;
    if (session->exp.job.kind == JOB_BASELINE) session->exp.job = (Job){0};
    pass_free(session->exp.baseline);
    session->exp.baseline = NULL;
    if (session->look.view != VIEW_GRADIENTS)
        session_tell(session, NOTICE_INFO, "the gradients view now compares with %s: %c shows it",
                     setting_word(SETTING_VERSUS, (int)session->look.settings.versus),
                     view_ops(VIEW_GRADIENTS)->key);
}

/* An order by figures that are not computed yet. */
static void after_order(Session *session, const Settings *before) {
    (void)before;
    const Network *network = session_network(session);
    int op = scene_op_at(network, session->exp.at);
    ChannelOrder order = session->look.settings.order;
    bool forward =
        order == ORDER_ACTIVATION || (order == ORDER_ENERGY && session->exp.at < network->op_count);
    Tensor tensor = forward ? pass_act(session->exp.pass, op) : pass_grad(session->exp.pass, op);
    if (order != ORDER_INDEX && !tensor.data)
        session_tell(session, NOTICE_INFO, "%s; it is not computed yet: by index until it is",
                     setting_spec(SETTING_ORDER)->sentences[order]);
}

/* What a choice changes besides the value, or has to say besides its sentence. */
static void (*const afterwards[SETTING_COUNT])(Session *session, const Settings *before) = {
    [SETTING_THEME] = after_theme,
    [SETTING_PRESENTER] = after_presenter,
    [SETTING_VERSUS] = after_versus,
    [SETTING_ORDER] = after_order,
};

/* Levels have names besides their numbers, and the level that is shown already is put away. */
static const char *explain_word(const Session *session, const char *word) {
    int shown = (int)session->look.settings.explain;
    for (int k = EXPLAIN_OFF; k <= EXPLAIN_MATH; k++)
        if (strcmp(word, explain_level_name((ExplainLevel)k)) == 0) word = setting_word(SETTING_EXPLAIN, k);
    bool again = *word && strcmp(word, setting_word(SETTING_EXPLAIN, shown)) == 0;
    return again ? setting_word(SETTING_EXPLAIN, EXPLAIN_OFF) : word;
}

bool session_do_setting(Session *session, const Action *action, Error *err) {
    SettingId id = setting_of(action->id);
    Settings before = session->look.settings;
    const char *word = id == SETTING_EXPLAIN ? explain_word(session, action->text) : action->text;
    if (!setting_choose(&session->look.settings, id, word, err)) return false;
    const char *const *sentences = setting_spec(id)->sentences;
    if (sentences)
        session_tell(session, NOTICE_INFO, "%s", sentences[setting_get(&session->look.settings, id)]);
    if (afterwards[id]) afterwards[id](session, &before);
    return true;
}

/* What the selected tensor uses. */
static PaletteUse use_shown(const Session *session) {
    Scene scene = session_scene(session);
    if (!scene_is_signed(&scene, scene.op, scene.phase)) return PALETTE_USE_MAGNITUDE;
    return scene.phase == PHASE_BACKWARD ? PALETTE_USE_GRADIENT : PALETTE_USE_ACTIVATION;
}

/* Takes the name of a use off the text; where it begins with none, the use stays. */
static const char *take_use(const char *text, PaletteUse *use) {
    for (int k = PALETTE_USE_ACTIVATION; k < PALETTE_USES; k++) {
        const char *word = setting_palette_use((PaletteUse)k);
        size_t length = strlen(word);
        if (strncmp(text, word, length) != 0 || text[length] != ' ') continue;
        *use = (PaletteUse)k;
        return text + length + 1;
    }
    return text;
}

static bool refuse_palette(const char *name, Error *err) {
    char sequential[SETTING_LIST_MAX], diverging[SETTING_LIST_MAX];
    setting_list_words(SETTING_PALETTE, sequential, sizeof sequential);
    setting_list_words(SETTING_PALETTE_SIGNED, diverging, sizeof diverging);
    return error_set(err, ERROR_USAGE, "palette: expected %s, or for signed values %s, found '%s'",
                     sequential, diverging, name);
}

/* "NAME", or "gradients NAME" for a use other than the shown one; without a word the next for what is shown.
 */
bool session_do_palette(Session *session, const Action *action, Error *err) {
    static const char *const values[PALETTE_USES] = {[PALETTE_USE_MAGNITUDE] =
                                                         "values that are never negative",
                                                     [PALETTE_USE_ACTIVATION] = "signed activations",
                                                     [PALETTE_USE_GRADIENT] = "gradients",
                                                     [PALETTE_USE_WEIGHT] = "weights"};
    PaletteUse use = use_shown(session);
    const char *name = take_use(action->text, &use);
    PaletteId found = setting_palette(&session->look.settings, use);
    if (*name == '\0') {
        bool diverging = use != PALETTE_USE_MAGNITUDE;
        do found = (PaletteId)((found + 1) % PALETTE_COUNT);
        while (palette_is_diverging(found) != diverging);
    } else if (!palette_find(name, &found)) {
        return refuse_palette(name, err);
    }
    use = setting_set_palette(&session->look.settings, use, found);
    session_tell(session, NOTICE_INFO, "palette %s for %s", palette_name(found), values[use]);
    return true;
}
