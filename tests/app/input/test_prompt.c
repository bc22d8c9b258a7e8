#include "app/input/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "views/canvas/export.h"

static Prompt *opened(const char *text) {
    Prompt *prompt = calloc(1, sizeof *prompt);
    prompt_open(prompt, ':', text);
    return prompt;
}

static void press(Prompt *prompt, uint32_t code) {
    assert_int_equal(prompt_key(prompt, &(Key){.code = code}), PROMPT_EDITING);
}

static void type(Prompt *prompt, const char *text) {
    for (; *text; text++) press(prompt, (unsigned char)*text);
}

static void text_goes_in_at_the_cursor(void **state) {
    (void)state;
    Prompt *prompt = opened("");
    type(prompt, "select fc");
    for (int k = 0; k < 3; k++) press(prompt, KEY_CODE_LEFT);
    type(prompt, "ed");
    assert_string_equal(prompt->text, "selected fc");
    press(prompt, KEY_CODE_HOME);
    press(prompt, KEY_CODE_DELETE);
    assert_string_equal(prompt->text, "elected fc");
    press(prompt, KEY_CODE_END);
    press(prompt, KEY_CODE_BACKSPACE);
    assert_string_equal(prompt->text, "elected f");
    free(prompt);
}

static void whole_characters_are_passed_and_erased(void **state) {
    (void)state;
    Prompt *prompt = opened("");
    press(prompt, 0xE4); /* ä */
    press(prompt, 0x2192);
    press(prompt, KEY_CODE_LEFT);
    press(prompt, KEY_CODE_BACKSPACE);
    assert_string_equal(prompt->text, "→");
    free(prompt);
}

static void control_keys_erase_words_and_ends(void **state) {
    (void)state;
    Prompt *prompt = opened("image photos/cat one");
    press(prompt, key_ctrl('w'));
    assert_string_equal(prompt->text, "image photos/cat ");
    press(prompt, key_ctrl('a'));
    press(prompt, KEY_CODE_RIGHT);
    press(prompt, key_ctrl('k'));
    assert_string_equal(prompt->text, "i");
    press(prompt, key_ctrl('u'));
    assert_string_equal(prompt->text, "");
    free(prompt);
}

static void earlier_lines_come_back(void **state) {
    (void)state;
    Prompt *prompt = opened("first");
    prompt_key(prompt, &(Key){.code = KEY_CODE_ENTER});
    prompt_open(prompt, ':', "second");
    prompt_key(prompt, &(Key){.code = KEY_CODE_ENTER});
    prompt_open(prompt, ':', "");
    press(prompt, KEY_CODE_UP);
    assert_string_equal(prompt->text, "second");
    press(prompt, KEY_CODE_UP);
    press(prompt, KEY_CODE_UP);
    assert_string_equal(prompt->text, "first");
    press(prompt, KEY_CODE_DOWN);
    press(prompt, KEY_CODE_DOWN);
    assert_string_equal(prompt->text, "");
    free(prompt);
}

static void a_line_longer_than_the_screen_shows_its_cursor(void **state) {
    (void)state;
    Prompt *prompt = opened("");
    for (int k = 0; k < 600; k++) press(prompt, 'a' + (uint32_t)k % 26); /* more than fits */
    assert_int_equal(strlen(prompt->text), ACTION_TEXT_MAX - 1);
    Canvas *canvas = canvas_new(40, 1, 0);
    prompt_draw(prompt, canvas, canvas_area(canvas));
    assert_true(canvas->cursor_x > 30 && canvas->cursor_x < 40);
    press(prompt, KEY_CODE_HOME);
    canvas_clear(canvas);
    prompt_draw(prompt, canvas, canvas_area(canvas));
    assert_int_equal(canvas->cursor_x, 1);
    canvas_free(canvas);
    free(prompt);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_goes_in_at_the_cursor),
        cmocka_unit_test(whole_characters_are_passed_and_erased),
        cmocka_unit_test(control_keys_erase_words_and_ends),
        cmocka_unit_test(earlier_lines_come_back),
        cmocka_unit_test(a_line_longer_than_the_screen_shows_its_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
