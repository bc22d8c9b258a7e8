/* Bytes from a terminal to keys, without a terminal.
 *
 * Understands the sequences that xterm, tmux, rxvt and the Linux console send (ECMA-48 control sequences),
 * SGR and X10 mouse reports and bracketed paste. Unknown sequences and answers of the terminal are swallowed
 * whole, however they come in pieces, so that their letters never run as commands. */
#ifndef VIEWS_TERM_KEY_READER_H
#define VIEWS_TERM_KEY_READER_H

#include "views/term/background.h"
#include "views/term/key.h"

enum { KEY_READER_SIZE = 512, KEY_HELD_MAX = 64 };

typedef struct KeyReader {
    unsigned char bytes[KEY_READER_SIZE];
    size_t count;
    unsigned char held[KEY_HELD_MAX]; /* the beginning of a sequence whose rest is late */
    size_t held_count;
    unsigned char answer; /* what introduced the string that is being swallowed; 0: none */
    bool answer_escape;   /* of that string an escape character has come, and not yet what comes after it */
    bool after_escape;    /* the last key was Escape; an answer's first byte, should its second follow */
    bool in_paste;
    char pasted[KEY_TEXT_MAX]; /* so far; what does not fit is left out */
    size_t pasted_size;
    char answer_text[BACKGROUND_ANSWER_MAX]; /* its beginning */
    size_t answer_size;                      /* all of it so far */
    bool knows_background;                   /* such an answer has been among them */
    Rgb background;
} KeyReader;

/* Bytes that still fit; key_reader_feed takes no more. Never 0 after key_reader_next has returned false. */
size_t key_reader_room(const KeyReader *reader);
void key_reader_feed(KeyReader *reader, const void *bytes, size_t count);

/* The next key; false when there is none, or when what is there may be the beginning of a sequence.
 * `complete`: nothing more is coming for now, so a lone escape character is the Escape key; of a longer
 * sequence the rest may still come, until key_reader_forget. */
bool key_reader_next(KeyReader *reader, bool complete, Key *key);

/* Nothing has come for so long that the rest of a sequence, a paste or an answer will not come. */
void key_reader_forget(KeyReader *reader);

#endif
