/* Bytes from a terminal to keys, without a terminal.
 *
 * Understands the sequences that xterm, tmux, rxvt and the Linux console send (ECMA-48 control sequences),
 * SGR and X10 mouse reports and bracketed paste. Unknown sequences are swallowed whole, so that their letters
 * never run as commands. */
#ifndef VIEWS_KEY_READER_H
#define VIEWS_KEY_READER_H

#include "views/key.h"

enum { KEY_READER_SIZE = 512 };

typedef struct KeyReader {
    unsigned char bytes[KEY_READER_SIZE];
    size_t count;
    bool in_paste;
    bool accepts_paste; /* pasted text comes as keys, line ends and tabs as spaces; else it is swallowed */
} KeyReader;

/* Bytes that still fit; key_reader_feed takes no more. Never 0 after key_reader_next has returned false. */
size_t key_reader_room(const KeyReader *reader);
void key_reader_feed(KeyReader *reader, const void *bytes, size_t count);

/* The next key; false when there is none, or when what is there may be the beginning of a sequence.
 * `complete`: nothing more is coming for now, so a lone escape character is the Escape key. */
bool key_reader_next(KeyReader *reader, bool complete, Key *key);

#endif
