#include "app/input/completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/input/completion_offer.h"

/* The places after an action. In the last one of a `line` the spaces belong to the word: names of files and
 * classes have some. */
typedef struct Places {
    WordsOf words[COMPLETION_PLACES_MAX];
    int line; /* number of that place, from 1; 0: none */
} Places;

static const Places places[ACTION_COUNT] = {
    [ACTION_BREAK] = {.words = {WORDS_BREAK, WORDS_BREAK_NEXT, WORDS_RELATION, WORDS_LIMIT}},
    [ACTION_WATCH] = {.words = {WORDS_OP_OR_OFF, WORDS_CHANNEL, WORDS_ROW, WORDS_COLUMN}},
    [ACTION_SELECT] = {.words = {WORDS_OP, WORDS_DIRECTION}},
    [ACTION_VIEW] = {.words = {WORDS_VIEW}},
    [ACTION_IMAGE] = {.words = {WORDS_PICTURE}, .line = 1},
    [ACTION_WEIGHTS] = {.words = {WORDS_MODEL}, .line = 1},
    [ACTION_ARCH] = {.words = {WORDS_ARCH}},
    [ACTION_FILES] = {.words = {WORDS_FILE_GROUP}},
    [ACTION_TARGET] = {.words = {WORDS_CLASS}, .line = 1},
    [ACTION_WITHOUT_SKIP] = {.words = {WORDS_SKIP}},
    [ACTION_VERSUS] = {.words = {WORDS_VERSUS}},
    [ACTION_TWIN] = {.words = {WORDS_TWIN, WORDS_TWIN_NAME}, .line = 2},
    [ACTION_ANALYSIS] = {.words = {WORDS_ANALYSIS, WORDS_PLANE}},
    [ACTION_LESION] = {.words = {WORDS_BLOCK}},
    [ACTION_SWAP] = {.words = {WORDS_BLOCK, WORDS_BLOCK_LIKE}},
    [ACTION_SCOPE] = {.words = {WORDS_SCOPE}},
    [ACTION_ORDER] = {.words = {WORDS_ORDER}},
    [ACTION_PALETTE] = {.words = {WORDS_PALETTE_OR_USE, WORDS_PALETTE_OF_USE}},
    [ACTION_POOLING] = {.words = {WORDS_POOLING}},
    [ACTION_CLIP] = {.words = {WORDS_CLIP}},
    [ACTION_FOLD] = {.words = {WORDS_FOLD}},
    [ACTION_OVERLAY] = {.words = {WORDS_OVERLAY}},
    [ACTION_EXPLAIN] = {.words = {WORDS_LEVEL}},
    [ACTION_SEARCH] = {.words = {WORDS_OP}, .line = 1},
    [ACTION_SCREEN] = {.words = {WORDS_FILE}, .line = 1},
    [ACTION_EXPORT] = {.words = {WORDS_EXPORT}, .line = 1},
    [ACTION_DESCRIBE] = {.words = {WORDS_FILE}, .line = 1},
    [ACTION_COPY] = {.words = {WORDS_COPY}},
    [ACTION_EXPORT_CHART] = {.words = {WORDS_CHART}, .line = 1},
    [ACTION_THEME] = {.words = {WORDS_THEME}},
    [ACTION_MOUSE] = {.words = {WORDS_SWITCH}},
    [ACTION_PRESENTER] = {.words = {WORDS_SWITCH}},
    [ACTION_POINTER] = {.words = {WORDS_SWITCH}},
    [ACTION_QUESTIONS] = {.words = {WORDS_QUESTION}},
    [ACTION_LESSON] = {.words = {WORDS_LESSON}, .line = 1},
};

static void take_word(char out[COMPLETION_WORD_MAX], const char **at) {
    size_t length = strcspn(*at, " ");
    snprintf(out, COMPLETION_WORD_MAX, "%.*s", (int)length, *at);
    *at += length + strspn(*at + length, " ");
}

/* Offers what can stand where `at`, which is after the name of the action, ends. Returns where that word
 * begins. */
static const char *offer_words(Completion *completion, const char *at, const Scene *scene) {
    const Places *row = &places[completion->action];
    Offer to = {.completion = completion, .scene = scene};
    while (to.place + 1 != row->line && at[strcspn(at, " ")] != '\0') {
        if (to.place + 1 == COMPLETION_PLACES_MAX) return at;
        take_word(to.before[to.place++], &at);
    }
    to.stem = at;
    completion_offer(&to, row->words[to.place]);
    return at;
}

void completion_find(Completion *completion, const char *line, size_t cursor, const Scene *scene) {
    char head[ACTION_TEXT_MAX], name[64];
    completion_clear(completion);
    completion->words = calloc(COMPLETION_MAX, sizeof *completion->words);
    if (!completion->words) return;
    snprintf(head, sizeof head, "%.*s", (int)cursor, line);
    size_t first = strspn(head, " "), length = strcspn(head + first, " ");
    const char *at = head + first + length;
    if (*at == '\0') {
        completion->start = first;
        completion_offer_actions(completion, head + first);
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)length, head + first);
    completion->action = action_find(name);
    completion->start = (size_t)(offer_words(completion, at + strspn(at, " "), scene) - head);
}

void completion_common(const Completion *completion, char out[COMPLETION_WORD_MAX]) {
    out[0] = '\0';
    if (completion->count == 0) return;
    strcpy(out, completion->words[0]);
    for (int k = 1; k < completion->count; k++) {
        size_t same = 0;
        while (out[same] && out[same] == completion->words[k][same]) same++;
        out[same] = '\0';
    }
}

void completion_clear(Completion *completion) {
    free(completion->words);
    *completion = (Completion){.chosen = -1};
}
