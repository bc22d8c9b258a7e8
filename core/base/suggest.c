#include "core/base/suggest.h"

#include <limits.h>
#include <string.h>

enum { SUGGEST_LENGTH_MAX = 40 };

static int smallest(int a, int b, int c) {
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static int edit_distance(const char *a, const char *b) {
    int d[SUGGEST_LENGTH_MAX + 1][SUGGEST_LENGTH_MAX + 1];
    int rows = (int)strnlen(a, SUGGEST_LENGTH_MAX), cols = (int)strnlen(b, SUGGEST_LENGTH_MAX);
    for (int i = 0; i <= rows; i++) d[i][0] = i;
    for (int j = 0; j <= cols; j++) d[0][j] = j;
    for (int i = 1; i <= rows; i++) {
        for (int j = 1; j <= cols; j++) {
            d[i][j] = smallest(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    }
    return d[rows][cols];
}

Suggestion suggest_begin(const char *wanted) {
    return (Suggestion){.wanted = wanted, .distance = INT_MAX};
}

void suggest_offer(Suggestion *suggestion, const char *word) {
    int distance = edit_distance(suggestion->wanted, word);
    if (distance >= suggestion->distance) return;
    suggestion->best = word;
    suggestion->distance = distance;
}

const char *suggest_best(const Suggestion *suggestion) {
    int length = (int)strnlen(suggestion->wanted, SUGGEST_LENGTH_MAX);
    return suggestion->best && suggestion->distance <= (length + 2) / 3 ? suggestion->best : NULL;
}

const char *suggest_nearest(const char *wanted, const char *const *words) {
    Suggestion suggestion = suggest_begin(wanted);
    for (; *words; words++) suggest_offer(&suggestion, *words);
    return suggestion.best;
}
