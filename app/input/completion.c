#include "app/input/completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/input/completion_offer.h"

static void take_word(char out[COMPLETION_WORD_MAX], const char **at) {
    size_t length = strcspn(*at, " ");
    snprintf(out, COMPLETION_WORD_MAX, "%.*s", (int)length, *at);
    *at += length + strspn(*at + length, " ");
}

/* Offers what can stand where `at`, which is after the name of the action, ends. Returns where that word
 * begins. */
static const char *offer_words(Completion *completion, const char *at, const Scene *scene) {
    const ActionFollows *row = action_follows(completion->action);
    Offer to = {.completion = completion, .scene = scene};
    while (to.place + 1 != row->line && at[strcspn(at, " ")] != '\0') {
        if (to.place + 1 == ACTION_PLACES_MAX) return at;
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
