#include "views/term/key_answer.h"

#include <string.h>

enum { BELL = 7, CANCEL = 0x18, SUBSTITUTE = 0x1a, ESCAPE = 0x1b, DIGITS_MAX = 6 };

static bool is_one_of(unsigned char byte, const char *bytes) {
    return byte != '\0' && strchr(bytes, byte) != NULL;
}

bool key_answer_introduces(unsigned char byte) {
    return is_one_of(byte, "]P_^X");
}

bool key_answer_is_kept(unsigned char introducer) {
    return is_one_of(introducer, "]_^");
}

static size_t span(const unsigned char *at, size_t count, const char *bytes) {
    size_t length = 0;
    while (length < count && is_one_of(at[length], bytes)) length++;
    return length;
}

/* The number of a question comes first, as in `11;rgb:0000/0000/0000`. */
static AnswerStart start_of_osc(const unsigned char *at, size_t count, bool torn) {
    size_t digits = span(at, count, "0123456789");
    if (digits > DIGITS_MAX) return ANSWER_NO;
    if (digits == count) return ANSWER_MAYBE;
    return digits > 0 && is_one_of(at[digits], torn ? ";" : ";\a\033") ? ANSWER_BEGINS : ANSWER_NO;
}

/* `1$r0m` (a setting), `1+r544e` (terminfo), `>|name` (the version), `!|00000000` (the unit). */
static AnswerStart start_of_dcs(const unsigned char *at, size_t count) {
    size_t digits = span(at, count, "0123456789;");
    at += digits;
    count -= digits;
    if (digits > DIGITS_MAX) return ANSWER_NO;
    if (count == 0) return ANSWER_MAYBE;
    if (!is_one_of(*at, "$+>!")) return ANSWER_NO;
    if (count == 1) return ANSWER_MAYBE;
    return is_one_of(at[1], is_one_of(*at, "$+") ? "rsu" : "|u") ? ANSWER_BEGINS : ANSWER_NO;
}

/* A string with its terminator is an answer whatever it holds: a terminator is not typed. */
static bool is_whole_answer(const unsigned char *at, size_t count) {
    bool ended;
    size_t length = key_answer_length(*at, at + 1, count - 1, &ended);
    return ended && is_one_of(at[length], "\a\\");
}

AnswerStart key_answer_start(const unsigned char *at, size_t count, bool torn) {
    AnswerStart start = ANSWER_NO;
    switch (*at) {
    case ']': start = start_of_osc(at + 1, count - 1, torn); break;
    case 'P': start = start_of_dcs(at + 1, count - 1); break;
    case '_': start = count == 1 ? ANSWER_MAYBE : !torn || at[1] == 'G' ? ANSWER_BEGINS : ANSWER_NO; break;
    case '^': start = torn ? ANSWER_NO : count == 1 ? ANSWER_MAYBE : ANSWER_BEGINS; break;
    case 'X': start = count == 1 && !torn ? ANSWER_MAYBE : ANSWER_NO; break;
    default: return ANSWER_NO;
    }
    return !torn && start != ANSWER_BEGINS && is_whole_answer(at, count) ? ANSWER_BEGINS : start;
}

size_t key_answer_length(unsigned char introducer, const unsigned char *at, size_t count, bool *ended) {
    *ended = false;
    for (size_t k = 0; k < count; k++) {
        bool is_end = at[k] == CANCEL || at[k] == SUBSTITUTE || (at[k] == BELL && introducer == ']');
        bool is_escape = at[k] == ESCAPE && k + 1 < count;
        if (at[k] == ESCAPE && !is_escape) return k;
        *ended = is_end || is_escape;
        if (is_escape) return at[k + 1] == '\\' ? k + 2 : k;
        if (is_end) return k + 1;
    }
    return count;
}
