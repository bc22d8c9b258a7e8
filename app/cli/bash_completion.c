#include "app/cli/bash_completion.h"

#include <ctype.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/cli/option_table.h"
#include "core/network/resnet.h"

/* What can stand in one place. */
typedef struct Offer {
    bool architectures, models, pictures, lessons, files;
    char words[320]; /* others, each with a space after it */
} Offer;

/* Words that begin a value whose form the option table knows only as text. */
static const char *const first_words[][2] = {
    {"init", "he glorot gain: normal: zero-gamma "},
    {"without-skip", "none plain cut lesion: "},
    {"pass", "forward forward_steps forward_backward train_step "},
    {"schedule", "cosine steps paper one-cycle step: constant "},
    {"lock", "weights image skip run view settings files lesson "},
    {"hide", "explain figures navigator strip "},
};

static void add_words(Offer *offer, const char *words, size_t length) {
    size_t used = strlen(offer->words);
    snprintf(offer->words + used, sizeof offer->words - used, "%.*s ", (int)length, words);
}

static bool holds(const char *text, size_t length, const char *part) {
    const char *at = strstr(text, part);
    return at && at + strlen(part) <= text + length;
}

/* What a placeholder of a usage line or of an option's argument stands for: "[MODEL]", "FILE.html|DIR". */
static void add_placeholder(Offer *offer, const char *text, size_t length) {
    static const char *const files[] = {"FILE",    "DIR",    "MODEL",  "IMAGE",
                                        "WEIGHTS", "SCRIPT", "LESSON", "X.npy"};
    for (size_t k = 0; k < sizeof files / sizeof *files; k++)
        offer->files = offer->files || holds(text, length, files[k]);
    offer->architectures =
        offer->architectures || holds(text, length, "ARCH") || holds(text, length, "MODEL");
    offer->models = offer->models || holds(text, length, "WEIGHTS") || holds(text, length, "MODEL");
    offer->pictures = offer->pictures || holds(text, length, "IMAGE");
    offer->lessons = offer->lessons || holds(text, length, "LESSON");
}

/* "1|2|3": a list of words has no capitals, but for single letters. */
static bool is_word_list(const char *argument) {
    if (!strchr(argument, '|')) return false;
    for (const char *at = argument; *at; at++)
        if (isupper((unsigned char)*at) && at[1] && at[1] != '|') return false;
    return true;
}

static Offer offer_values(const OptionSpec *spec) {
    Offer offer = {0};
    for (size_t k = 0; k < sizeof first_words / sizeof *first_words; k++)
        if (strcmp(first_words[k][0], spec->name) == 0) strcpy(offer.words, first_words[k][1]);
    if (is_word_list(spec->argument)) {
        add_words(&offer, spec->argument, strlen(spec->argument));
        for (char *at = offer.words; *at; at++)
            if (*at == '|') *at = ' ';
    } else {
        add_placeholder(&offer, spec->argument, strlen(spec->argument));
        offer.models = offer.models || strcmp(spec->name, "weights") == 0;
    }
    return offer;
}

/* In a usage line, words in lower case stand for themselves. */
static Offer offer_operands(const Command *command) {
    Offer offer = {.lessons = strcmp(command->name, "lesson") == 0};
    offer.files = offer.lessons;
    for (const char *at = command->words; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (islower((unsigned char)*at))
            add_words(&offer, at, length);
        else
            add_placeholder(&offer, at, length);
        at += length;
    }
    return offer;
}

/* _skipscope_offer "WORDS $lessons" files */
static void print_offer(FILE *out, const Offer *offer, const char *more) {
    fprintf(out, "_skipscope_offer \"%s%s%s%s%s%s\"%s ;;\n", offer->words,
            offer->architectures ? "$architectures " : "", offer->models ? "$models " : "",
            offer->pictures ? "$pictures " : "", offer->lessons ? "$lessons " : "", more,
            offer->files ? " files" : "");
}

/* "04-cat" is called cat as well. */
static const char *after_number(const char *name) {
    const char *dash = strchr(name, '-');
    return dash ? dash + 1 : name;
}

static void print_lessons(FILE *out) {
    static const char folder[] = "assets/lessons/";
    for (const Asset *asset = asset_list; asset->path; asset++) {
        if (strncmp(asset->path, folder, sizeof folder - 1) != 0) continue;
        const char *name = after_number(asset->path + sizeof folder - 1);
        fprintf(out, " %.*s", (int)strcspn(name, "."), name);
    }
}

static void print_models(FILE *out) {
    const Asset *asset;
    for (int k = 0; (asset = asset_model(k)); k++) {
        const char *name = asset_model_name(asset);
        fprintf(out, " %.*s", (int)strcspn(name, "."), name);
    }
}

static void print_pictures(FILE *out) {
    char name[ASSET_NAME_MAX];
    for (int k = 0; k < asset_image_count(); k++) {
        fprintf(out, " %s", asset_image_name(asset_image(k), name));
        /* Several pictures show a cat, and the word means the first. */
        if (asset_find_image(after_number(name)) == asset_image(k)) fprintf(out, " %s", after_number(name));
    }
}

static void print_commands(FILE *out, const char *between) {
    const char *before = "";
    for (int c = COMMAND_EXPLORE + 1; c < COMMAND_COUNT; c++) {
        const Command *command = command_get((CommandId)c);
        if (*command->sentence == '\0') continue;
        fprintf(out, "%s%s", before, command->name);
        before = between;
    }
}

/* Options that the word after them belongs to, as a pattern of `case`. */
static void print_valued(FILE *out) {
    const char *before = "";
    for (int k = 0; k < option_table_count; k++) {
        const OptionSpec *spec = &option_table[k];
        if (spec->kind == OPTION_FLAG) continue;
        fprintf(out, "%s--%s", before, spec->name);
        before = "|";
        if (spec->letter) fprintf(out, "|-%c", spec->letter);
    }
}

/* The words and the command; bash makes three words of --color=never. */
static void print_begin(FILE *out) {
    fputs("_skipscope_offer() { # words, and a second argument if names of files are offered, too\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$word\"; [[ -z $2 ]] || compgen -f -- "
          "\"$word\")\n"
          "    [[ -z $2 ]] || compopt -o filenames 2>/dev/null\n"
          "    [[ ${COMPREPLY[0]} == *: ]] && compopt -o nospace 2>/dev/null\n"
          "}\n"
          "_skipscope() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} first= command= k\n"
          "    if [[ $word == = ]]; then\n"
          "        word=\n"
          "    elif [[ $before == = ]]; then\n"
          "        before=${COMP_WORDS[COMP_CWORD - 2]}\n"
          "    fi\n"
          "    for ((k = 1; k < COMP_CWORD; k++)); do\n"
          "        case ${COMP_WORDS[k]} in\n"
          "        ",
          out);
    print_valued(out);
    fputs(") [[ ${COMP_WORDS[k + 1]} == = ]] && ((k++)); ((k++)) ;;\n"
          "        -*) ;;\n"
          "        *) first=${COMP_WORDS[k]}; break ;;\n"
          "        esac\n"
          "    done\n"
          "    case $first in\n"
          "    ",
          out);
    print_commands(out, "|");
    fputs(") command=$first ;;\n    esac\n", out);
}

static void print_names(FILE *out) {
    fputs("    local architectures='", out);
    for (const char *const *name = resnet_names(); *name; name++) fprintf(out, " %s", *name);
    fputs("'\n    local models='", out);
    print_models(out);
    fputs("'\n    local pictures='", out);
    print_pictures(out);
    fputs("'\n    local lessons='", out);
    print_lessons(out);
    fputs("'\n    local commands='", out);
    print_commands(out, " ");
    fputs("'\n    [[ -z $first ]] || commands=\n", out);
}

static void print_pattern(FILE *out, const OptionSpec *spec, const char *command) {
    fprintf(out, "%s:--%s", command, spec->name);
    if (spec->letter) fprintf(out, "|%s:-%c", command, spec->letter);
}

/* Whether this row is the only one of its name; others are for other commands. */
static bool is_only(const OptionSpec *spec) {
    int rows = 0;
    for (int k = 0; k < option_table_count; k++) rows += strcmp(option_table[k].name, spec->name) == 0;
    return rows == 1;
}

static void print_patterns(FILE *out, const OptionSpec *spec) {
    const char *before = "";
    if (is_only(spec)) {
        print_pattern(out, spec, "*");
        return;
    }
    for (int c = 0; c < COMMAND_COUNT; c++) {
        if (!option_is_for(spec, (CommandId)c)) continue;
        fputs(before, out);
        before = "|";
        print_pattern(out, spec, command_get((CommandId)c)->name);
    }
}

static void print_values(FILE *out) {
    fputs("    COMPREPLY=()\n    case $command:$before in\n", out);
    for (int k = 0; k < option_table_count; k++) {
        const OptionSpec *spec = &option_table[k];
        if (spec->kind == OPTION_FLAG) continue;
        Offer offer = offer_values(spec);
        fputs("    ", out);
        print_patterns(out, spec);
        fputs(") ", out);
        print_offer(out, &offer, "");
    }
}

/* What follows is reached where no value of an option is asked for: `command:option` is then of no use. */
static void print_options(FILE *out) {
    fputs("    *)\n        case $command:$word in\n", out);
    for (int c = COMMAND_EXPLORE; c < COMMAND_COUNT; c++) {
        const Command *command = command_get((CommandId)c);
        Offer offer = offer_operands(command);
        if (c != COMMAND_EXPLORE && *command->sentence == '\0') continue;
        fprintf(out, "        %s:-*) _skipscope_offer \"", command->name);
        for (int k = 0; k < option_table_count; k++)
            if (option_is_for(&option_table[k], (CommandId)c) && *option_table[k].help)
                fprintf(out, "--%s ", option_table[k].name);
        fprintf(out, "\" ;;\n        %s:*) ", command->name);
        print_offer(out, &offer, c == COMMAND_EXPLORE ? "$commands" : "");
    }
    fputs("        esac\n    esac\n}\ncomplete -F _skipscope skipscope\n", out);
}

void bash_completion_print(FILE *out) {
    fputs("# bash completion for skipscope " SKIPSCOPE_VERSION "\n", out);
    print_begin(out);
    print_names(out);
    print_values(out);
    print_options(out);
}
