#include "app/session/handout.h"

#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"

_Static_assert(VIEW_COUNT < 32, "Handout.views has a bit for each view");

enum { WORD_MAX = 32, NO_GROUP = -1 };

/* Each lock's name, and what actions touch that it keeps back. */
static const struct {
    const char *name;
    ActionTouches touches;
} locks[LOCK_GROUP_COUNT] = {
    [LOCK_WEIGHTS] = {"weights", TOUCH_MODEL}, [LOCK_IMAGE] = {"image", TOUCH_PICTURE},
    [LOCK_SKIP] = {"skip", TOUCH_SKIP},        [LOCK_RUN] = {"run", TOUCH_RUN},
    [LOCK_VIEW] = {"view", TOUCH_VIEW},        [LOCK_SETTINGS] = {"settings", TOUCH_LOOK},
    [LOCK_FILES] = {"files", TOUCH_FILES},     [LOCK_LESSON] = {"lesson", TOUCH_LESSON}};
static const char *const pane_names[HIDDEN_PANE_COUNT] = {[HIDE_EXPLAIN] = "explain",
                                                          [HIDE_FIGURES] = "figures",
                                                          [HIDE_NAVIGATOR] = "navigator",
                                                          [HIDE_STRIP] = "strip"};

const char *handout_lock_name(LockGroup group) {
    return locks[group].name;
}

bool handout_locks(const Handout *handout, LockGroup group) {
    return handout->locks >> group & 1;
}

bool handout_hides_view(const Handout *handout, ViewId view) {
    return handout->views >> view & 1;
}

bool handout_hides_pane(const Handout *handout, HiddenPane pane) {
    return handout->panes >> pane & 1;
}

/* The next name of the list; false at its end. */
static bool next_word(const char **list, char word[WORD_MAX]) {
    if (**list == '\0') return false;
    size_t length = strcspn(*list, ",+");
    utf8_format(word, WORD_MAX, "%.*s", (int)length, *list);
    *list += length + ((*list)[length] != '\0');
    return true;
}

static int find_lock(const char *word) {
    for (int k = 0; k < LOCK_GROUP_COUNT; k++)
        if (strcmp(word, locks[k].name) == 0) return k;
    return -1;
}

static int find_pane(const char *word) {
    for (int k = 0; k < HIDDEN_PANE_COUNT; k++)
        if (strcmp(word, pane_names[k]) == 0) return k;
    return -1;
}

bool handout_lock(Handout *handout, const char *names, Error *err) {
    Handout next = *handout;
    char word[WORD_MAX];
    if (*names == '\0') return error_set(err, ERROR_USAGE, "lock: expected names, as in weights,image");
    while (next_word(&names, word)) {
        int group = find_lock(word);
        if (group < 0)
            return error_set(
                err, ERROR_USAGE,
                "lock: expected weights, image, skip, run, view, settings, files or lesson, found '%s'",
                word);
        next.locks |= 1u << group;
    }
    *handout = next;
    return true;
}

static bool refuse_pane(const char *word, Error *err) {
    char views[VIEW_NAMES_MAX];
    view_list_names(", ", views);
    return error_set(err, ERROR_USAGE,
                     "hide: expected a view (%s), explain, figures, navigator or strip, found '%s'", views,
                     word);
}

bool handout_hide(Handout *handout, const char *names, Error *err) {
    Handout next = *handout;
    char word[WORD_MAX];
    if (*names == '\0') return error_set(err, ERROR_USAGE, "hide: expected names, as in gradients,explain");
    while (next_word(&names, word)) {
        ViewId view;
        int pane = find_pane(word);
        if (pane >= 0)
            next.panes |= 1u << pane;
        else if (view_find(word, &view))
            next.views |= 1u << view;
        else
            return refuse_pane(word, err);
    }
    if (next.views == (1u << VIEW_COUNT) - 1)
        return error_set(err, ERROR_USAGE, "hide: at least one view must stay");
    *handout = next;
    return true;
}

static int group_of_files(const Handout *handout, const char *word) {
    if (strcmp(word, "pictures") == 0) return LOCK_IMAGE;
    if (*word) return LOCK_WEIGHTS;
    return handout_locks(handout, LOCK_IMAGE) ? LOCK_WEIGHTS : NO_GROUP;
}

int handout_lock_of(ActionId action) {
    for (int k = 0; k < LOCK_GROUP_COUNT; k++)
        if (action_touches(action) & locks[k].touches) return k;
    return NO_GROUP;
}

static int group_of(const Handout *handout, const Action *action) {
    return action->id == ACTION_FILES ? group_of_files(handout, action->text) : handout_lock_of(action->id);
}

/* The name of what the action would show; NULL when that is not hidden. */
static const char *hidden_by(const Handout *handout, const Action *action) {
    ViewId view;
    if (action->id == ACTION_EXPLAIN && handout_hides_pane(handout, HIDE_EXPLAIN))
        return pane_names[HIDE_EXPLAIN];
    bool shows = action->id == ACTION_ANALYSIS || action->id == ACTION_VIEW;
    const char *name = action->id == ACTION_ANALYSIS ? view_ops(VIEW_ANALYSES)->name : action->text;
    return shows && view_find(name, &view) && handout_hides_view(handout, view) ? view_ops(view)->name : NULL;
}

bool handout_refuses(const Handout *handout, const Action *action, Error *why) {
    int group = group_of(handout, action);
    const char *hidden = hidden_by(handout, action);
    if (group != NO_GROUP && handout_locks(handout, (LockGroup)group))
        error_set(why, ERROR_USAGE, "locked by this handout: %s", locks[group].name);
    else if (hidden)
        error_set(why, ERROR_USAGE, "hidden by this handout: %s", hidden);
    else
        return false;
    return true;
}

static void add_name(char out[HANDOUT_NAMES_MAX], const char *name) {
    utf8_append(out, HANDOUT_NAMES_MAX, "%s%s", *out ? "+" : "", name);
}

void handout_lock_names(const Handout *handout, char out[HANDOUT_NAMES_MAX]) {
    out[0] = '\0';
    for (int k = 0; k < LOCK_GROUP_COUNT; k++)
        if (handout_locks(handout, (LockGroup)k)) add_name(out, locks[k].name);
}

void handout_hide_names(const Handout *handout, char out[HANDOUT_NAMES_MAX]) {
    out[0] = '\0';
    for (int k = 0; k < VIEW_COUNT; k++)
        if (handout_hides_view(handout, (ViewId)k)) add_name(out, view_ops((ViewId)k)->name);
    for (int k = 0; k < HIDDEN_PANE_COUNT; k++)
        if (handout_hides_pane(handout, (HiddenPane)k)) add_name(out, pane_names[k]);
}
