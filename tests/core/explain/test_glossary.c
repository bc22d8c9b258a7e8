/* The glossary itself: its words can be found, its sentences read. */
#include <string.h>
#include <strings.h>

#include "core/explain/glossary.h"
#include "tests/support/assert_close.h"
#include "tests/support/reading_grade.h"

static void words_are_in_order_and_each_is_there_once(void **state) {
    (void)state;
    assert_true(glossary_count() >= 60 && glossary_count() <= GLOSSARY_MAX);
    for (int k = 1; k < glossary_count(); k++)
        if (strcasecmp(glossary_word(k - 1)->word, glossary_word(k)->word) >= 0)
            fail_msg("'%s' does not come after '%s'", glossary_word(k)->word, glossary_word(k - 1)->word);
}

static void every_word_and_every_form_leads_to_its_entry(void **state) {
    char form[GLOSSARY_FORM_MAX];
    (void)state;
    for (int k = 0; k < glossary_count(); k++)
        for (int f = 0; glossary_form(glossary_word(k), f, form); f++)
            if (glossary_find(form) != k)
                fail_msg("'%s' of '%s' leads to entry %d", form, glossary_word(k)->word, glossary_find(form));
    assert_int_equal(glossary_find("RECEPTIVE Field"), glossary_find("receptive field"));
    assert_int_equal(glossary_find("eigenvalue"), -1);
}

/* Two sentences that a pupil of the eighth year can read; a single entry may ask for a little more, where its
 * own word has many syllables and returns. */
static void sentences_are_two_and_easy(void **state) {
    double sum = 0;
    (void)state;
    for (int k = 0; k < glossary_count(); k++) {
        const GlossaryWord *word = glossary_word(k);
        int sentences = reading_sentences(word->says);
        double grade = reading_grade(word->says);
        if (sentences != 2) fail_msg("'%s' has %d sentences", word->word, sentences);
        if (grade > 9.5) fail_msg("'%s' reads at grade %.1f: %s", word->word, grade, word->says);
        sum += grade;
    }
    print_message("grade %.1f in the mean\n", sum / glossary_count());
    assert_true(sum / glossary_count() <= 8);
}

/* The measure itself can tell: sentences whose grade is known to lie far apart. */
static void hard_sentences_are_seen_to_be_hard(void **state) {
    (void)state;
    assert_true(reading_grade("The cat sat on the mat. It was fat.") < 2);
    assert_true(reading_grade("Notwithstanding considerable methodological heterogeneity, multivariate "
                              "regularisation demonstrably ameliorates generalisation.") > 20);
    assert_int_equal(reading_sentences("One. Two? 3.5 is none!"), 3);
}

static void whole_words_are_found_in_a_text(void **state) {
    static const struct {
        const char *word, *text;
        bool there;
    } cases[] = {
        {"skip", "the skips are on", true},
        {"skip", "skipscope", false},
        {"skip", "▸skip", true},
        {"channel", "conv1 › ch 3", true},
        {"channel", "each", false},
        {"n", "n 16,384", true},
        {"n", "n block", false},
        {"ReLU", "relu1", false},
        {"batch norm", "BN running", true},
        {"batch norm", "a bn", false},
        {"batch norm", "batch   norm", true},
        {"shape", "16x32x32", true},
        {"convolution", "the convolved", false},
        {"cosine", "cos -0.25", true},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const GlossaryWord *word = glossary_word(glossary_find(cases[k].word));
        if (glossary_is_in(word, cases[k].text) != cases[k].there)
            fail_msg("'%s' in '%s': %s", cases[k].word, cases[k].text,
                     cases[k].there ? "not found" : "found");
    }
}

static void the_longest_match_wins(void **state) {
    const char *text = "the input gradient here";
    int entry = -1;
    (void)state;
    assert_int_equal(glossary_match(text, text + 4, &entry), strlen("input gradient"));
    assert_string_equal(glossary_word(entry)->word, "input gradient");
    assert_int_equal(glossary_match(text, text + 5, &entry), 0);
}

static void the_nearest_three_are_offered(void **state) {
    char nearest[3 * GLOSSARY_FORM_MAX];
    (void)state;
    glossary_nearest("cosin", nearest, sizeof nearest);
    assert_int_equal(strncmp(nearest, "cosine, ", strlen("cosine, ")), 0);
    assert_non_null(strstr(nearest, " or "));
    glossary_nearest("recepive", nearest, sizeof nearest); /* one word of two */
    assert_int_equal(strncmp(nearest, "receptive field, ", strlen("receptive field, ")), 0);
}

static void a_place_is_taken_apart_into_actions(void **state) {
    char action[GLOSSARY_FORM_MAX];
    const char *at = "select bn1; run-here; view step";
    (void)state;
    assert_string_equal(glossary_next_action(&at, action, sizeof action), "select bn1");
    assert_string_equal(glossary_next_action(&at, action, sizeof action), "run-here");
    assert_string_equal(glossary_next_action(&at, action, sizeof action), "view step");
    assert_null(glossary_next_action(&at, action, sizeof action));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_in_order_and_each_is_there_once),
        cmocka_unit_test(every_word_and_every_form_leads_to_its_entry),
        cmocka_unit_test(sentences_are_two_and_easy),
        cmocka_unit_test(hard_sentences_are_seen_to_be_hard),
        cmocka_unit_test(whole_words_are_found_in_a_text),
        cmocka_unit_test(the_longest_match_wins),
        cmocka_unit_test(the_nearest_three_are_offered),
        cmocka_unit_test(a_place_is_taken_apart_into_actions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
