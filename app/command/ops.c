#include <string.h>

#include "app/cli/options.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "core/base/suggest.h"
#include "core/op/op.h"

enum { OPS_WIDTH = 96 };

static void print_field(const char *name, const char *text, bool ascii) {
    printf("  %s\n", name);
    table_put_wrapped(stdout, text, 4, OPS_WIDTH, ascii);
}

static void print_op(const OpSpec *spec, bool ascii) {
    printf("%s: %s\n", spec->name, spec->title);
    table_put_wrapped(stdout, spec->sentence, 2, OPS_WIDTH, ascii);
    print_field("forward", spec->forward_math, ascii);
    print_field("backward", spec->backward_math, ascii);
    print_field("source", spec->source, ascii);
}

static bool print_named(const char *name, bool ascii, Error *err) {
    Suggestion suggestion = suggest_begin(name);
    for (int k = 0; k < OP_KIND_COUNT; k++) {
        const OpSpec *spec = op_spec((OpKind)k);
        suggest_offer(&suggestion, spec->name);
        if (strcmp(spec->name, name) != 0) continue;
        print_op(spec, ascii);
        return true;
    }
    return error_set(err, ERROR_USAGE, "there is no operator '%s'; the nearest is %s", name, suggestion.best);
}

bool command_ops(const Options *options, Error *err) {
    if (options->word_count > 0) return print_named(options->words[0], options->output.ascii, err);
    for (int k = 0; k < OP_KIND_COUNT; k++) {
        if (k > 0) putchar('\n');
        print_op(op_spec((OpKind)k), options->output.ascii);
    }
    return true;
}
