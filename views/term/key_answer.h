/* Answers of a terminal to questions that this program or one before it has asked: control strings of ECMA-48
 * (OSC, DCS, APC, PM, SOS). They come whenever they like, are as long as they like, and are nobody's keys. */
#ifndef VIEWS_TERM_KEY_ANSWER_H
#define VIEWS_TERM_KEY_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

typedef enum AnswerStart {
    ANSWER_NO,    /* keys */
    ANSWER_MAYBE, /* the next bytes will tell */
    ANSWER_BEGINS /* what follows is text of the terminal's, up to the end of the string */
} AnswerStart;

/* May this byte, after an escape character, begin a string? */
bool key_answer_introduces(unsigned char byte);

/* Is this a string, or the Escape key and then others? `at` points after the escape character. `torn`: that
 * character has come long before the rest and has already been the Escape key; only what nobody types is a
 * string then. */
AnswerStart key_answer_start(const unsigned char *at, size_t count, bool torn);

/* When no more comes: is "maybe" to be kept for what comes later, or a key after all? The letters of a DCS
 * and an SOS are keys that people press after Escape. */
bool key_answer_is_kept(unsigned char introducer);

/* The number of bytes at `at` that belong to a string that has begun; *ended: the last of them ends it. An
 * escape character that ends the text is not among them, unless its backslash follows. */
size_t key_answer_length(unsigned char introducer, const unsigned char *at, size_t count, bool *ended);

#endif
