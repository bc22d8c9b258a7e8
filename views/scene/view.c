#include "views/scene/view.h"

#include <string.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"

#define VIEW_DECLARE(ID, file) extern const ViewOps view_##file##_ops;
VIEW_LIST(VIEW_DECLARE)
#undef VIEW_DECLARE

const ViewOps *view_ops(ViewId id) {
#define VIEW_ENTRY(ID, file) [VIEW_##ID] = &view_##file##_ops,
    static const ViewOps *const views[VIEW_COUNT] = {VIEW_LIST(VIEW_ENTRY)};
#undef VIEW_ENTRY
    return views[id];
}

Action view_select(const Network *network, long op) {
    Action action = view_action(ACTION_SELECT, 0);
    utf8_copy(action.text, sizeof action.text,
              network->ops[integer_clamp(op, 0, network->op_count - 1)].name);
    return action;
}

bool view_find(const char *name, ViewId *id) {
    for (int k = 0; k < VIEW_COUNT; k++)
        if (strcmp(view_ops((ViewId)k)->name, name) == 0) {
            *id = (ViewId)k;
            return true;
        }
    return false;
}

void view_list_names(const char *last, char out[VIEW_NAMES_MAX]) {
    out[0] = '\0';
    for (int k = 0; k < VIEW_COUNT; k++)
        utf8_append(out, VIEW_NAMES_MAX, "%s%s",
                    k == 0                ? ""
                    : k + 1 == VIEW_COUNT ? last
                                          : ", ",
                    view_ops((ViewId)k)->name);
}
