/* The key table: every key known, none twice, and no collision with the views' own keys. */
#include <stdlib.h>
#include <string.h>

#include "app/input/keymap.h"
#include "tests/support/assert_close.h"
#include "views/term/key.h"

typedef void (*EachKey)(uint32_t code, const Binding *binding, void *context);

static void for_each_key(EachKey each, void *context) {
    for (const Binding *binding = keymap_bindings(); binding->keys; binding++) {
        char *names = strdup(binding->keys), *state = NULL;
        for (char *name = strtok_r(names, " ", &state); name; name = strtok_r(NULL, " ", &state)) {
            uint32_t code = 0;
            if (!key_parse(name, &code)) fail_msg("there is no key '%s'", name);
            each(code, binding, context);
        }
        free(names);
    }
}

static void count_key(uint32_t code, const Binding *binding, void *context) {
    uint32_t *seen = context;
    int k = 0;
    for (; seen[k]; k++)
        if (seen[k] == code) fail_msg("a key of '%s' is bound twice", binding->keys);
    seen[k] = code;
}

static void no_key_is_bound_twice(void **state) {
    (void)state;
    uint32_t seen[256] = {0};
    int views = 0;
    for (; views < VIEW_COUNT; views++) {
        seen[views] = (uint32_t)view_ops((ViewId)views)->key;
        for (int k = 0; k < views; k++) assert_int_not_equal(seen[k], seen[views]);
    }
    for_each_key(count_key, seen);
}

static void find_key(uint32_t code, const Binding *binding, void *context) {
    (void)context;
    assert_int_equal(keymap_find(code).id, binding->action);
}

static void every_bound_key_finds_its_action(void **state) {
    (void)state;
    for_each_key(find_key, NULL);
}

static void view_keys_open_their_views(void **state) {
    (void)state;
    for (int k = 0; k < VIEW_COUNT; k++) {
        Action action = keymap_find((uint32_t)view_ops((ViewId)k)->key);
        assert_int_equal(action.id, ACTION_VIEW);
        assert_string_equal(action.text, view_ops((ViewId)k)->name);
    }
}

static void unbound_keys_do_nothing(void **state) {
    (void)state;
    assert_int_equal(keymap_find('~').id, ACTION_NONE);
    assert_int_equal(keymap_find(KEY_CODE_MOUSE).id, ACTION_NONE);
}

static void every_view_hints_at_help_and_quit(void **state) {
    (void)state;
    for (unsigned view = 0; view < VIEW_COUNT; view++) {
        int found = 0;
        for (const Binding *binding = keymap_bindings(); binding->keys; binding++)
            if (binding->hint && binding->views & 1u << view)
                found += binding->action == ACTION_HELP || binding->action == ACTION_QUIT;
        assert_int_equal(found, 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_is_bound_twice),
        cmocka_unit_test(every_bound_key_finds_its_action),
        cmocka_unit_test(view_keys_open_their_views),
        cmocka_unit_test(unbound_keys_do_nothing),
        cmocka_unit_test(every_view_hints_at_help_and_quit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
