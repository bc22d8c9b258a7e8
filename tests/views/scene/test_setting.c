/* The table of settings: what it says of one is complete and holds together. */
#include "views/scene/setting.h"

#include <string.h>

#include "tests/support/assert_close.h"

static int count_words(SettingId id) {
    int count = 0;
    while (setting_word(id, count)) count++;
    return count;
}

static void every_value_has_a_word_of_its_own(void **state) {
    (void)state;
    for (int id = 0; id < SETTING_COUNT; id++) {
        int count = count_words((SettingId)id);
        if (count < 2) fail_msg("%s: %d words are no choice", setting_spec((SettingId)id)->name, count);
        for (int a = 0; a < count; a++)
            for (int b = 0; b < a; b++)
                if (strcmp(setting_word((SettingId)id, a), setting_word((SettingId)id, b)) == 0)
                    fail_msg("%s: '%s' twice", setting_spec((SettingId)id)->name,
                             setting_word((SettingId)id, a));
    }
}

static void every_word_has_its_sentence_or_none_has(void **state) {
    (void)state;
    for (int id = 0; id < SETTING_COUNT; id++) {
        const SettingSpec *spec = setting_spec((SettingId)id);
        int count = 0;
        while (spec->sentences && spec->sentences[count]) count++;
        if (spec->sentences && count != count_words((SettingId)id))
            fail_msg("%s: %d sentences for %d words", spec->name, count, count_words((SettingId)id));
    }
}

static void the_help_of_its_action_names_every_word(void **state) {
    (void)state;
    for (int id = 0; id < SETTING_PALETTE; id++) {
        const SettingSpec *spec = setting_spec((SettingId)id);
        assert_string_equal(action_name(spec->action), spec->name);
        assert_int_equal(action_argument(spec->action), ACTION_ARGUMENT_TEXT);
        assert_int_equal(setting_of(spec->action), id);
        for (int k = 0; setting_word((SettingId)id, k); k++)
            if (!strstr(action_help(spec->action), setting_word((SettingId)id, k)))
                fail_msg("the help of %s does not say '%s'", spec->name, setting_word((SettingId)id, k));
    }
}

/* A field of one setting is no other's: only it changes. */
static void each_has_a_place_of_its_own(void **state) {
    (void)state;
    for (int id = 0; id < SETTING_COUNT; id++) {
        Settings settings = setting_defaults();
        setting_set(&settings, (SettingId)id, 1000 + id);
        for (int other = 0; other < SETTING_COUNT; other++) {
            int expected = other == id ? 1000 + id : setting_spec((SettingId)other)->initial;
            assert_int_equal(setting_get(&settings, (SettingId)other), expected);
        }
    }
}

static void without_a_word_the_next_value_comes_until_all_have_been(void **state) {
    (void)state;
    for (int id = 0; id < SETTING_PALETTE; id++) {
        Settings settings = setting_defaults();
        Error err = {0};
        int count = count_words((SettingId)id), first = setting_get(&settings, (SettingId)id);
        assert_true(first >= 0 && first < count);
        for (int k = 1; k <= count; k++) {
            assert_true(setting_choose(&settings, (SettingId)id, "", &err));
            assert_int_equal(setting_get(&settings, (SettingId)id), (first + k) % count);
        }
    }
}

static void all_words_are_offered_and_off_is_the_last(void **state) {
    (void)state;
    for (int id = 0; id < SETTING_PALETTE; id++) {
        int count = count_words((SettingId)id);
        Settings settings = setting_defaults();
        Error err = {0};
        for (int k = 0; k < count; k++) {
            const char *word = setting_offer((SettingId)id, k);
            if (!word) fail_msg("%s: offers %d of %d words", setting_spec((SettingId)id)->name, k, count);
            assert_true(setting_choose(&settings, (SettingId)id, word, &err));
            assert_string_equal(setting_word((SettingId)id, setting_get(&settings, (SettingId)id)), word);
        }
        assert_null(setting_offer((SettingId)id, count));
        if (strcmp(setting_word((SettingId)id, 0), "off") == 0)
            assert_string_equal(setting_offer((SettingId)id, count - 1), "off");
    }
}

static void another_word_is_refused_with_all_that_there_are(void **state) {
    (void)state;
    for (int id = 0; id < SETTING_PALETTE; id++) {
        Settings settings = setting_defaults(), before = settings;
        Error err = {0};
        assert_false(setting_choose(&settings, (SettingId)id, "sideways", &err));
        assert_int_equal(err.kind, ERROR_USAGE);
        assert_non_null(strstr(err.text, "'sideways'"));
        for (int k = 0; setting_word((SettingId)id, k); k++)
            assert_non_null(strstr(err.text, setting_word((SettingId)id, k)));
        assert_memory_equal(&settings, &before, sizeof settings);
    }
}

static void words_are_listed_as_a_sentence_has_them(void **state) {
    (void)state;
    char list[SETTING_LIST_MAX], low[12];
    setting_list_words(SETTING_PALETTE, list, sizeof list);
    assert_string_equal(list, "viridis, cividis, magma, gray or dusk"); /* the theme's own has no word */
    setting_list_words(SETTING_MOUSE, list, sizeof list);
    assert_string_equal(list, "on or off");
    setting_list_words(SETTING_SCOPE, low, sizeof low);
    assert_string_equal(low, "auto, map, "); /* what does not fit is cut off */
}

static void a_palette_is_taken_for_what_it_suits(void **state) {
    (void)state;
    Settings settings = setting_defaults();
    assert_int_equal(setting_palette(&settings, PALETTE_USE_GRADIENT),
                     theme_palette(THEME_DARK, PALETTE_USE_GRADIENT));
    assert_int_equal(setting_set_palette(&settings, PALETTE_USE_GRADIENT, PALETTE_PUOR),
                     PALETTE_USE_GRADIENT);
    assert_int_equal(setting_set_palette(&settings, PALETTE_USE_GRADIENT, PALETTE_GRAY),
                     PALETTE_USE_MAGNITUDE);
    assert_int_equal(setting_set_palette(&settings, PALETTE_USE_MAGNITUDE, PALETTE_RDBU),
                     PALETTE_USE_ACTIVATION);
    assert_int_equal(setting_palette(&settings, PALETTE_USE_GRADIENT), PALETTE_PUOR);
    assert_int_equal(setting_palette(&settings, PALETTE_USE_MAGNITUDE), PALETTE_GRAY);
    assert_int_equal(setting_palette(&settings, PALETTE_USE_ACTIVATION), PALETTE_RDBU);
    assert_string_equal(
        setting_word(SETTING_PALETTE_GRADIENTS, setting_get(&settings, SETTING_PALETTE_GRADIENTS)), "puor");
    setting_set_palette(&settings, PALETTE_USE_GRADIENT, theme_palette(THEME_DARK, PALETTE_USE_GRADIENT));
    assert_int_equal(setting_get(&settings, SETTING_PALETTE_GRADIENTS), 0); /* the theme's own again */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_has_a_word_of_its_own),
        cmocka_unit_test(every_word_has_its_sentence_or_none_has),
        cmocka_unit_test(the_help_of_its_action_names_every_word),
        cmocka_unit_test(each_has_a_place_of_its_own),
        cmocka_unit_test(without_a_word_the_next_value_comes_until_all_have_been),
        cmocka_unit_test(all_words_are_offered_and_off_is_the_last),
        cmocka_unit_test(another_word_is_refused_with_all_that_there_are),
        cmocka_unit_test(words_are_listed_as_a_sentence_has_them),
        cmocka_unit_test(a_palette_is_taken_for_what_it_suits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
