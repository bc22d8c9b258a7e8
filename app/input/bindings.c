#include "app/input/bindings.h"

#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/scene/action_parse.h"
#include "views/scene/view.h"
#include "views/term/key.h"

static bool is_view_key(uint32_t code) {
    for (int k = 0; k < VIEW_COUNT; k++)
        if ((uint32_t)view_ops((ViewId)k)->key == code) return true;
    return false;
}

static bool check_key(const char *name, uint32_t *code, Error *err) {
    if (!key_parse(name, code) || *code == KEY_CODE_MOUSE || *code == KEY_CODE_PASTE ||
        *code == KEY_CODE_RESIZE)
        return error_set(err, ERROR_USAGE,
                         "bind: there is no key '%s': expected one like x, C-t, F5 or PageUp", name);
    bool digit = *code >= '0' && *code <= '9';
    if (digit || is_view_key(*code))
        return error_set(err, ERROR_USAGE, "bind: %s keeps its meaning: %s", name,
                         digit ? "digits say how often" : "it opens a view");
    if (*code == KEY_CODE_ESCAPE || *code == ':' || *code == '?' || *code == 'q')
        return error_set(err, ERROR_USAGE, "bind: %s keeps its meaning: one must be able to ask and to leave",
                         name);
    return true;
}

static void forget(UserBindings *bindings, uint32_t code) {
    for (int k = 0; k < bindings->count; k++)
        if (bindings->rows[k].code == code) bindings->rows[k] = bindings->rows[--bindings->count];
}

bool bindings_set(UserBindings *bindings, const char *text, Error *err) {
    UserBinding binding = {.code = KEY_CODE_NONE};
    size_t length = strcspn(text, " \t");
    const char *line = text + length + strspn(text + length, " \t");
    utf8_format(binding.key, sizeof binding.key, "%.*s", (int)length, text);
    if (length >= sizeof binding.key || length == 0)
        return error_set(err, ERROR_USAGE,
                         "bind: expected a key and an action, as in 'bind X arch resnet56'");
    if (!check_key(binding.key, &binding.code, err)) return false;
    if (*line && !action_parse(line, &binding.action, err)) return false;
    forget(bindings, binding.code);
    if (binding.action.id == ACTION_NONE) return true;
    if (bindings->count == BINDINGS_MAX)
        return error_set(err, ERROR_USAGE, "bind: there are %d keys of your own already", BINDINGS_MAX);
    key_format(binding.code, binding.key);
    utf8_copy(binding.line, sizeof binding.line, line);
    bindings->rows[bindings->count++] = binding;
    return true;
}

const UserBinding *bindings_find(const UserBindings *bindings, uint32_t code) {
    for (int k = 0; k < bindings->count; k++)
        if (bindings->rows[k].code == code) return &bindings->rows[k];
    return NULL;
}

const char *bindings_left(const UserBindings *bindings, const char *keys, char *out, size_t out_size) {
    size_t used = 0;
    out[0] = '\0';
    for (const char *at = keys; *at;) {
        char name[BINDING_KEY_MAX];
        size_t length = strcspn(at, " ");
        uint32_t code;
        utf8_format(name, sizeof name, "%.*s", (int)length, at);
        if (key_parse(name, &code) && !bindings_find(bindings, code) && used < out_size)
            used += utf8_format(out + used, out_size - used, "%s%s", used ? " " : "", name);
        at += length + (at[length] == ' ');
    }
    return out;
}
