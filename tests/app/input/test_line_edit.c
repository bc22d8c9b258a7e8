#include "app/input/line_edit.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "views/term/key.h"

/* `ä→z one`, edited from the place before the space; '|' is the cursor. */
static void every_key_does_its_work(void **state) {
    const struct {
        uint32_t code;
        const char *expected;
    } cases[] = {{KEY_CODE_LEFT, "ä→|z one"},  {key_ctrl('b'), "ä→|z one"}, {KEY_CODE_RIGHT, "ä→z |one"},
                 {key_ctrl('f'), "ä→z |one"},  {KEY_CODE_HOME, "|ä→z one"}, {key_ctrl('a'), "|ä→z one"},
                 {KEY_CODE_END, "ä→z one|"},   {key_ctrl('e'), "ä→z one|"}, {KEY_CODE_BACKSPACE, "ä→| one"},
                 {KEY_CODE_DELETE, "ä→z|one"}, {key_ctrl('w'), "| one"},    {key_ctrl('u'), "| one"},
                 {key_ctrl('k'), "ä→z|"},      {0x732B, "ä→z猫| one"}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char text[40] = "ä→z one", shown[48];
        size_t cursor = strcspn(text, " ");
        LineEdit edit = {.text = text, .size = sizeof text, .cursor = &cursor};
        assert_true(line_edit_key(edit, cases[k].code));
        snprintf(shown, sizeof shown, "%.*s|%s", (int)cursor, text, text + cursor);
        assert_string_equal(shown, cases[k].expected);
    }
}

static void other_keys_are_not_taken(void **state) {
    const uint32_t codes[] = {KEY_CODE_UP, KEY_CODE_TAB, KEY_CODE_ESCAPE, KEY_CODE_MOUSE, key_ctrl('c')};
    (void)state;
    char text[8] = "a";
    size_t cursor = 1;
    LineEdit edit = {.text = text, .size = sizeof text, .cursor = &cursor};
    for (size_t k = 0; k < sizeof codes / sizeof codes[0]; k++) assert_false(line_edit_key(edit, codes[k]));
    assert_string_equal(text, "a");
}

static void at_the_ends_nothing_is_lost(void **state) {
    (void)state;
    char text[8] = "ä";
    size_t cursor = 0;
    LineEdit edit = {.text = text, .size = sizeof text, .cursor = &cursor};
    line_edit_key(edit, KEY_CODE_BACKSPACE);
    line_edit_key(edit, KEY_CODE_LEFT);
    line_edit_key(edit, key_ctrl('w'));
    line_edit_key(edit, KEY_CODE_END);
    line_edit_key(edit, KEY_CODE_RIGHT);
    line_edit_key(edit, KEY_CODE_DELETE);
    assert_string_equal(text, "ä");
    assert_int_equal(cursor, 2);
}

static void what_has_no_room_is_left_out_whole(void **state) {
    (void)state;
    char text[6] = "abc";
    size_t cursor = 1;
    LineEdit edit = {.text = text, .size = sizeof text, .cursor = &cursor};
    line_edit_key(edit, 0x2192); /* three bytes */
    assert_string_equal(text, "abc");
    line_edit_key(edit, 0xE4); /* two */
    assert_string_equal(text, "aäbc");
    line_edit_key(edit, 'x');
    assert_string_equal(text, "aäbc");
    line_edit_replace(edit, 1, "→→");
    assert_string_equal(text, "a→b");
    assert_int_equal(cursor, 4);
    line_edit_set(edit, "→→");
    assert_string_equal(text, "→");
    assert_int_equal(cursor, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_does_its_work),
        cmocka_unit_test(other_keys_are_not_taken),
        cmocka_unit_test(at_the_ends_nothing_is_lost),
        cmocka_unit_test(what_has_no_room_is_left_out_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
