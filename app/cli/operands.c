#include "app/cli/operands.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/argument_kind.h"
#include "core/base/suggest.h"

enum { OPERANDS_MAX = 8 };

/* One piece of a usage line. */
typedef struct Operand {
    const char *name; /* without brackets and dots; ends at `length` */
    size_t length;
    bool optional, many; /* many: only the last */
} Operand;

/* What may stand between two " | ". */
typedef struct Form {
    Operand operands[OPERANDS_MAX];
    int count;
} Form;

static Operand parse_operand(const char *piece, size_t length) {
    Operand operand = {.name = piece, .length = length};
    operand.optional = piece[0] == '[';
    if (operand.optional) {
        operand.name++;
        operand.length -= 2;
    }
    operand.many = operand.length > 3 && strncmp(operand.name + operand.length - 3, "...", 3) == 0;
    if (operand.many) operand.length -= 3;
    return operand;
}

/* The form that begins at *usage, which then is at the next one or at the end. */
static Form take_form(const char **usage) {
    Form form = {.count = 0};
    const char *at = *usage;
    while (*at && *at != '|') {
        size_t length = strcspn(at, " ");
        assert(form.count < OPERANDS_MAX);
        form.operands[form.count++] = parse_operand(at, length);
        at += length + strspn(at + length, " ");
        assert(!form.operands[form.count - 1].many || *at == '\0' || *at == '|');
    }
    *usage = *at == '|' ? at + 1 + strspn(at + 1, " ") : at;
    return form;
}

static bool is_literal(const Operand *operand) {
    return islower((unsigned char)operand->name[0]);
}

static bool is_called(const Operand *operand, const char *name) {
    return strlen(name) == operand->length && strncmp(operand->name, name, operand->length) == 0;
}

static bool is_picture(const char *word) {
    ArgumentKind kind;
    Error ignored;
    return argument_kind_find(word, &kind, &ignored) && (kind == ARGUMENT_IMAGE || kind == ARGUMENT_BUNDLED);
}

/* What is neither there nor a picture is left to whoever opens it: its sentence is the better one. */
static bool takes(const Operand *operand, const char *word) {
    if (is_literal(operand)) return is_called(operand, word);
    return !is_called(operand, "MODEL") || !is_picture(word);
}

/* How the words fit the operands from one on. */
typedef struct Fit {
    bool all; /* none is left over, none is missing */
    int used; /* the most words that any way of reading them has a place for */
} Fit;

/* A missing operand is tried first: then no file is opened for a word that has a place anyway. */
static Fit fit_from(const Form *form, int operand, char *const *words, int count, int at) {
    Fit fit = {.all = operand == form->count && at == count, .used = at};
    if (operand == form->count) return fit;
    const Operand *o = &form->operands[operand];
    if (o->many) return (Fit){.all = o->optional || at < count, .used = count};
    if (o->optional) fit = fit_from(form, operand + 1, words, count, at);
    if (fit.all || at == count || !takes(o, words[at])) return fit;
    Fit taken = fit_from(form, operand + 1, words, count, at + 1);
    if (taken.used < fit.used) taken.used = fit.used;
    return taken;
}

static const char *operand_name(const Command *command) {
    return *command->name ? command->name : "the explorer";
}

/* A word of the program's own that the first word is a misspelling of, or NULL. */
static const char *find_meant(const Command *command, const char *word, char out[32]) {
    const char *usage = command->words;
    Suggestion suggestion = suggest_begin(word);
    char literals[OPERANDS_MAX][32];
    for (int k = 0; *usage && k < OPERANDS_MAX; k++) {
        Form form = take_form(&usage);
        const Operand *first = &form.operands[0];
        if (form.count == 0 || !is_literal(first)) continue;
        snprintf(literals[k], sizeof literals[k], "%.*s", (int)first->length, first->name);
        suggest_offer(&suggestion, literals[k]);
    }
    const char *best = suggest_best(&suggestion);
    return best ? strcpy(out, best) : NULL;
}

static bool refuse_operand(const Command *command, char *const *words, int count, int used, Error *err) {
    char buffer[32];
    const char *meant = count > 1 ? find_meant(command, words[0], buffer) : NULL;
    if (used == count)
        return error_set(err, ERROR_USAGE, "%s needs %s", operand_name(command), command->words);
    if (meant && strcmp(meant, words[0]) != 0)
        return error_set(err, ERROR_USAGE, "%s has no '%s': did you mean '%s'?", operand_name(command),
                         words[0], meant);
    return error_set(err, ERROR_USAGE, "'%s' is one %s too many for %s, which takes %s", words[used],
                     strstr(command->words, "MODEL") && is_picture(words[used]) ? "picture" : "word",
                     operand_name(command), *command->words ? command->words : "none");
}

bool operands_check(const Command *command, char *const *words, int count, Error *err) {
    const char *usage = command->words;
    int used = 0;
    do {
        Form form = take_form(&usage);
        Fit fit = fit_from(&form, 0, words, count, 0);
        if (fit.all) return true;
        if (fit.used > used) used = fit.used;
    } while (*usage);
    return refuse_operand(command, words, count, used, err);
}
