/* The rows of the action list, walked: each says what may follow it and what it touches. */
#include <string.h>

#include "tests/support/assert_close.h"
#include "views/scene/action.h"

static bool is_in(ActionId id, const char *const *names) {
    for (; *names; names++)
        if (strcmp(action_name(id), *names) == 0) return true;
    return false;
}

static void a_name_leads_to_its_own_row(void **state) {
    (void)state;
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) {
        if (action_find(action_name((ActionId)id)) != (ActionId)id)
            fail_msg("two actions are called '%s'", action_name((ActionId)id));
        if (*action_help((ActionId)id) == '\0') fail_msg("%s has no help", action_name((ActionId)id));
    }
}

static void what_takes_text_says_what_follows_and_nothing_else_does(void **state) {
    (void)state;
    for (int id = ACTION_NONE; id < ACTION_COUNT; id++) {
        bool takes_text = action_argument((ActionId)id) == ACTION_ARGUMENT_TEXT;
        if (takes_text != (action_follows((ActionId)id)->words[0] != WORDS_NONE))
            fail_msg("'%s' %s", action_name((ActionId)id),
                     takes_text ? "does not say what follows it" : "takes no text, and says what follows it");
    }
}

/* Places are filled from the first on, and after one that takes the rest of the line there is none. */
static void places_have_no_gaps(void **state) {
    (void)state;
    for (int id = ACTION_NONE; id < ACTION_COUNT; id++) {
        const ActionFollows *follows = action_follows((ActionId)id);
        int filled = 0;
        while (filled < ACTION_PLACES_MAX && follows->words[filled] != WORDS_NONE) filled++;
        for (int k = filled; k < ACTION_PLACES_MAX; k++)
            if (follows->words[k] != WORDS_NONE)
                fail_msg("%s: a gap before place %d", action_name((ActionId)id), k);
        if (follows->line != 0 && follows->line != filled)
            fail_msg("%s: the rest of the line is at place %d of %d", action_name((ActionId)id),
                     follows->line, filled);
    }
}

/* A new action is not one of these by mistake: where there are words to choose from, Tab shall offer them. */
static void where_tab_has_nothing_to_offer_is_known(void **state) {
    (void)state;
    static const char *const letters[] = {"mark", "go-mark", NULL}, *const own[] = {"cell",   "bind",
                                                                                    "state",  "click",
                                                                                    "answer", NULL};
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) {
        WordsOf first = action_follows((ActionId)id)->words[0];
        if ((first == WORDS_LETTER) != is_in((ActionId)id, letters))
            fail_msg("%s: a letter?", action_name((ActionId)id));
        if ((first == WORDS_OWN) != is_in((ActionId)id, own))
            fail_msg("%s: are there words to choose from?", action_name((ActionId)id));
    }
}

static void what_touches_nothing_is_known(void **state) {
    (void)state;
    static const char *const harmless[] = {"breaks", "copy", NULL};
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) {
        bool touches = action_touches((ActionId)id) & ~(unsigned)(ONLY_ONCE | TAKES_DIGITS);
        if (touches == is_in((ActionId)id, harmless))
            fail_msg("'%s' %s", action_name((ActionId)id), touches ? "touches something" : "touches nothing");
    }
    assert_int_equal(action_touches(ACTION_NONE), TOUCH_NOTHING);
}

static void digits_belong_to_counts_and_to_three_more(void **state) {
    (void)state;
    static const char *const more[] = {"first", "last", "close", NULL};
    for (int id = ACTION_NONE; id < ACTION_COUNT; id++) {
        bool expected = action_argument((ActionId)id) == ACTION_ARGUMENT_COUNT || is_in((ActionId)id, more);
        if (action_takes_digits((ActionId)id) != expected) fail_msg("%s", action_name((ActionId)id));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_leads_to_its_own_row),
        cmocka_unit_test(what_takes_text_says_what_follows_and_nothing_else_does),
        cmocka_unit_test(places_have_no_gaps),
        cmocka_unit_test(where_tab_has_nothing_to_offer_is_known),
        cmocka_unit_test(what_touches_nothing_is_known),
        cmocka_unit_test(digits_belong_to_counts_and_to_three_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
