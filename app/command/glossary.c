/* The words that the screens use, on stdout. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "core/base/json_write.h"
#include "core/base/utf8.h"
#include "core/explain/glossary.h"

enum { GLOSSARY_WIDTH = 88, NEAREST_MAX = 3 * GLOSSARY_FORM_MAX };

/* Forms with a number in them are patterns, not words. */
static bool next_form(const GlossaryWord *word, int *f, char out[GLOSSARY_FORM_MAX]) {
    while (glossary_form(word, ++*f, out))
        if (!strchr(out, '#')) return true;
    return false;
}

static void print_word(const GlossaryWord *word, bool ascii) {
    char form[GLOSSARY_FORM_MAX];
    const char *at = word->see, *mark = "  see it: ";
    fputs(word->word, stdout);
    for (int f = 0; next_form(word, &f, form);) printf(", %s", form);
    putchar('\n');
    table_put_wrapped(stdout, word->says, 2, GLOSSARY_WIDTH, ascii);
    for (; glossary_next_action(&at, form, sizeof form); mark = ", ") printf("%s:%s", mark, form);
    putchar('\n');
}

static void write_word(JsonWriter *json, const GlossaryWord *word) {
    char form[GLOSSARY_FORM_MAX];
    const char *at = word->see;
    json_write_object_begin(json);
    json_write_key_string(json, "word", word->word);
    json_write_key(json, "forms");
    json_write_array_begin(json);
    for (int f = 0; next_form(word, &f, form);) json_write_string(json, form);
    json_write_array_end(json);
    json_write_key_string(json, "says", word->says);
    json_write_key(json, "see");
    json_write_array_begin(json);
    while (glossary_next_action(&at, form, sizeof form)) json_write_string(json, form);
    json_write_array_end(json);
    json_write_object_end(json);
}

/* One word, or all of them when `only` is negative. */
static bool print_json(int only, Error *err) {
    JsonWriter json;
    json_write_init(&json, stdout);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key(&json, "words");
    json_write_array_begin(&json);
    for (int k = 0; k < glossary_count(); k++)
        if (only < 0 || k == only) write_word(&json, glossary_word(k));
    json_write_array_end(&json);
    json_write_object_end(&json);
    return json_write_end(&json) || output_refuse(err);
}

static void print_all(bool ascii) {
    for (int k = 0; k < glossary_count(); k++) {
        if (k > 0) putchar('\n');
        print_word(glossary_word(k), ascii);
    }
    puts("\nIn the explorer K explains the words on the screen; ':what WORD' and Enter shows a place.");
}

bool command_glossary(const Options *options, Error *err) {
    char wanted[GLOSSARY_FORM_MAX] = "", nearest[NEAREST_MAX];
    size_t used = 0;
    for (int k = 0; k < options->word_count; k++)
        used += utf8_format(wanted + used, sizeof wanted - used, "%s%s", k > 0 ? " " : "", options->words[k]);
    int found = *wanted ? glossary_find(wanted) : -1;
    if (*wanted && found < 0) {
        glossary_nearest(wanted, nearest, sizeof nearest);
        return error_set(err, ERROR_USAGE, "there is no word '%s'; the nearest are %s", wanted, nearest);
    }
    if (options->output.json) return print_json(found, err);
    if (found >= 0)
        print_word(glossary_word(found), options->output.ascii);
    else
        print_all(options->output.ascii);
    return true;
}
