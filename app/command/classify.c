#include <math.h>
#include <stdlib.h>

#include "app/cli/progress.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "app/load/setup.h"
#include "core/base/json_write.h"
#include "core/base/utf8.h"
#include "core/image/exif.h"
#include "views/style/text.h"

enum { CLASSIFY_TOP = 5, CLASSIFY_BAR = 30, CLASSIFY_LABEL_MAX = 160, CLASSIFY_NOTICE_MAX = 1024 };

/* One picture's answer. */
typedef struct Answer {
    const char *image;
    const Model *model;
    const real *logits;          /* network->classes of them */
    const double *probabilities; /* likewise; NULL without a classifier, where logits are features */
    int *order;                  /* classes, most probable first */
    int top;
} Answer;

/* Selection sort of the first `top`: they are few. Equal probabilities keep the order of the classes. */
static void sort_top(const Answer *answer) {
    int classes = answer->model->network->classes;
    for (int k = 0; k < classes; k++) answer->order[k] = k;
    for (int k = 0; k < answer->top; k++) {
        int best = k;
        for (int j = k + 1; j < classes; j++)
            if (answer->logits[answer->order[j]] > answer->logits[answer->order[best]]) best = j;
        int found = answer->order[best];
        for (int j = best; j > k; j--) answer->order[j] = answer->order[j - 1];
        answer->order[k] = found;
    }
}

static void write_answer(JsonWriter *json, const Answer *answer) {
    json_write_object_begin(json);
    json_write_key_string(json, "image", answer->image);
    json_write_key(json, "logits");
    json_write_array_begin(json);
    for (int k = 0; k < answer->model->network->classes; k++) json_write_float(json, answer->logits[k]);
    json_write_array_end(json);
    json_write_key(json, "top");
    json_write_array_begin(json);
    for (int k = 0; k < answer->top; k++) {
        int class = answer->order[k];
        char label[CLASSIFY_LABEL_MAX];
        json_write_object_begin(json);
        json_write_key_int(json, "class", class);
        json_write_key_string(json, "label", model_class_name(answer->model, class, label, sizeof label));
        json_write_key_float(json, "probability", answer->probabilities ? answer->probabilities[class] : NAN);
        json_write_key_float(json, "logit", answer->logits[class]);
        json_write_object_end(json);
    }
    json_write_array_end(json);
    json_write_object_end(json);
}

static bool print_answer(const Answer *answer, bool ascii) {
    static const char *const classes[] = {"class", "<label", "probability", "logit", "<", NULL},
                             *const features[] = {"feature", "<label", "value", NULL};
    const double *p = answer->probabilities;
    Table table;
    table_put(stdout, answer->image, ascii);
    putchar('\n');
    table_init(&table, p ? classes : features, ascii);
    for (int k = 0; k < answer->top; k++) {
        int class = answer->order[k];
        char label[CLASSIFY_LABEL_MAX];
        table_cell(&table, "%d", class);
        table_cell(&table, "%s", model_class_name(answer->model, class, label, sizeof label));
        double logit = (double)answer->logits[class];
        if (p) table_cell(&table, "%.4f", isnan(p[class]) ? NAN : p[class]); /* its sign says nothing */
        table_cell(&table, isnan(logit) ? "nan" : "%+.3f", logit);
        if (p) table_bar(&table, p[class], CLASSIFY_BAR);
    }
    bool ok = table_print(&table, stdout);
    table_clear(&table);
    return ok;
}

/* What was done to the picture before it was looked at. */
static void say_turned(const char *image, int orientation) {
    char text[CLASSIFY_NOTICE_MAX];
    if (orientation == 0) return;
    utf8_format(text, sizeof text,
                "%s: %s, as its Exif orientation %d says (--exif ignore leaves it as it lies)", image,
                exif_words(orientation), orientation);
    progress_say(text);
}

/* How pictures become the network's input. Of the bundled network everything is known; of random weights nothing
 * hangs on it. */
static void say_preprocess(const Setup *setup) {
    char line[PREPROCESS_TEXT_MAX], text[CLASSIFY_NOTICE_MAX];
    const Preprocess *preprocess = &setup->model->preprocess;
    bool asked = false;
    for (int part = 0; part < PREPROCESS_PARTS; part++)
        asked = asked || preprocess->origins[part] == PREPROCESS_FROM_OPTION;
    if ((setup->untrained || !preprocess_has_guess(preprocess)) && !asked) return;
    utf8_format(text, sizeof text, "pictures: %s", preprocess_format(preprocess, true, line));
    progress_say(text);
}

static bool answer_all(const Setup *setup, const Options *options, Pass *pass, JsonWriter *json, Error *err) {
    const Network *network = setup->model->network;
    Answer answer = {.model = setup->model, .top = options->output.top ? options->output.top : CLASSIFY_TOP};
    if (answer.top > network->classes) answer.top = network->classes;
    answer.order = calloc((size_t)network->classes, sizeof *answer.order);
    bool ok = answer.order || error_set(err, ERROR_FAILED, "not enough memory");
    for (int k = 0; ok && k < setup->image_count; k++) {
        answer.image = setup->images[k];
        int orientation = 0;
        ok = setup_load_turned(setup, answer.image, pass_input(pass), &orientation, err);
        if (!ok) break;
        say_turned(answer.image, orientation);
        pass_restart(pass, NULL);
        pass_run_forward(pass);
        answer.logits = pass_act(pass, network_logits_op(network)).data;
        answer.probabilities = pass_probabilities(pass);
        sort_top(&answer);
        if (json)
            write_answer(json, &answer);
        else if (k > 0)
            putchar('\n');
        if (!json)
            ok = print_answer(&answer, options->output.ascii) ||
                 error_set(err, ERROR_FAILED, "not enough memory");
    }
    free(answer.order);
    return ok;
}

static bool answer_json(const Setup *setup, const Options *options, Pass *pass, Error *err) {
    JsonWriter json;
    char line[PREPROCESS_TEXT_MAX];
    json_write_init(&json, NULL);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key(&json, "results");
    json_write_array_begin(&json);
    if (!answer_all(setup, options, pass, &json, err)) {
        free(json.text);
        return false;
    }
    json_write_array_end(&json);
    json_write_key_string(&json, "preprocess", preprocess_format(&setup->model->preprocess, true, line));
    json_write_object_end(&json);
    if (!json_write_end(&json)) return error_set(err, ERROR_FAILED, "not enough memory for the answer");
    puts(json.text);
    free(json.text);
    return true;
}

static bool classify(const Setup *setup, const Options *options, Error *err) {
    PassConfig config;
    bool *lesioned;
    if (setup->image_count == 0)
        return error_set(
            err, ERROR_USAGE,
            "classify needs a picture: a PNG, JPEG, WebP, GIF, BMP or PNM file, or a bundled one");
    if (!setup_pass_config(setup, options, &config, &lesioned, err)) return false;
    config.fast = true;
    config.batch = 1;
    Pass *pass = pass_new(setup->model->network, &config, err);
    bool ok = pass && (options->output.json ? answer_json(setup, options, pass, err)
                                            : answer_all(setup, options, pass, NULL, err));
    pass_free(pass);
    free(lesioned);
    return ok;
}

bool command_classify(const Options *options, Error *err) {
    Setup setup;
    if (!setup_open(&setup, options, err)) return false;
    progress_say(setup.notice);
    say_preprocess(&setup);
    bool ok = classify(&setup, options, err);
    setup_close(&setup);
    return ok;
}
