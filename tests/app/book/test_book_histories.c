/* Is what the book says of the bundled trainings what their histories have? Sources that begin with "history" name the
 * line and the figure: see tests/support/history_source.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/load/experiment.h"
#include "tests/support/assert_close.h"
#include "tests/support/history_source.h"
#include "tests/support/tutorial.h"

static const Asset *find_run(const char *run) {
    char path[2 * HISTORY_WORD_MAX];
    snprintf(path, sizeof path, "assets/experiment/%s.history.jsonl.gz", run);
    return asset_find(path);
}

/* True when the text is about a history, and agrees with it. */
static bool check(const BookSource *source) {
    HistorySource wanted;
    Error err = {0};
    double actual;
    if (!history_source_parse(source->text, &wanted)) return false;
    const Asset *asset = find_run(wanted.run);
    if (!asset) fail_msg("%s:%d: no training %s is bundled", TUTORIAL_NAME, source->place.line, wanted.run);
    History *history = experiment_history(asset, &err);
    if (!history) fail_msg("%s", err.text);
    if (!history_source_agrees(&wanted, history, &actual))
        fail_msg("%s:%d: '%s': the history has %.6g", TUTORIAL_NAME, source->place.line, source->text,
                 actual);
    history_free(history);
    return true;
}

static void the_book_states_what_the_histories_have(void **state) {
    (void)state;
    int checked = 0;
    char *text = tutorial_read();
    Book *book = tutorial_parse(text);
    for (int q = 0; q < book->count; q++)
        for (int k = 0; k < book->questions[q].source_count; k++)
            checked += check(&book->questions[q].sources[k]);
    print_message("%d numbers are looked up\n", checked);
    book_free(book);
    free(text);
}

static const char TEXT[] =
    "{\"type\":\"run\",\"schema\":1,\"step\":0,\"networks\":[{\"name\":\"plain8\",\"arch\":\"plain8\","
    "\"shortcut\":"
    "\"none\",\"parameters\":1,\"blocks\":[\"layer1.0\",\"layer2.0\",\"layer3.0\"]}],\"recipe\":\"one\","
    "\"dataset\":"
    "\"mini\",\"train_images\":50,\"batch\":10,\"steps\":10,\"steps_per_epoch\":5,\"seed\":\"0\",\"program\":"
    "\"1\","
    "\"commit\":\"c\",\"processor\":\"p\",\"kernel\":\"k\",\"threads\":1}\n"
    "{\"type\":\"blocks\",\"epoch\":0,\"step\":0,\"network\":0,\"bn\":\"train\",\"gradient\":[8,2,1],"
    "\"gradient_input\":[0.5,0.25,0.125],\"weight\":[1,1,1],\"update\":[null,null,null],\"skip_share\":[null,"
    "null,null],"
    "\"branch_share\":[null,null,null],\"branch_over_input\":[1,1,1],\"dead\":[0,0,0]}\n"
    "{\"type\":\"epoch\",\"epoch\":1,\"step\":5,\"network\":0,\"train_loss\":1.5,\"train_error\":0.12345,"
    "\"train_error_pass\":null,\"test_loss\":2.5,\"test_error\":0.4,\"seconds\":null}\n";

static bool agrees(const History *history, const char *text) {
    HistorySource source;
    double actual;
    assert_true(history_source_parse(text, &source));
    return history_source_agrees(&source, history, &actual);
}

/* The negative control: a slip of the pen, another epoch, network, block or figure. */
static void a_wrong_number_is_caught(void **state) {
    (void)state;
    Error err = {0};
    HistorySource source;
    History *history = history_load_memory(TEXT, sizeof TEXT - 1, "text", &err);
    if (!history) fail_msg("%s", err.text);
    assert_true(agrees(history, "history e8, plain8, epoch 1, train error: 12.3"));
    assert_true(agrees(history, "history e8, plain8, epoch 1, test error: 40.0"));
    assert_true(
        agrees(history, "history e8, plain8, epoch 0, batch gradient of layer1.0 over layer3.0: 8.00"));
    assert_true(agrees(history, "history e8, plain8, epoch 0, batch gradient_input of layer2.0: 0.25"));
    assert_false(agrees(history, "history e8, plain8, epoch 1, train error: 12.6"));
    assert_false(agrees(history, "history e8, plain8, epoch 2, train error: 12.3"));
    assert_false(agrees(history, "history e8, resnet8, epoch 1, train error: 12.3"));
    assert_false(agrees(history, "history e8, plain8, epoch 1, train error: 12.3 40.0"));
    assert_false(agrees(history, "history e8, plain8, epoch 0, running gradient of layer1.0: 8"));
    assert_false(agrees(history, "history e8, plain8, epoch 0, batch gradient of layer4.0: 8"));
    assert_false(agrees(history, "history e8, plain8, epoch 0, batch weight of layer1.0: 8"));
    assert_false(history_source_parse("He et al. 2015, table 6: 8.75", &source));
    history_free(history);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_book_states_what_the_histories_have),
        cmocka_unit_test(a_wrong_number_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
