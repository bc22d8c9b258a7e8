#include "views/term/key_reader.h"

#include <string.h>

#include "views/style/text.h"
#include "views/term/key_answer.h"

enum {
    ESCAPE = 27,
    SEQUENCE_MAX = KEY_HELD_MAX,
    X10_BYTES = 6,
    PARAMS_MAX = 3,
    MODIFIERS_MAX = 16,
    PASTE_BEGIN = 200,
    PASTE_END = 201
};

/* What reading at the front of the buffer gave: how many bytes are done with (0: wait for more), and a key or
 * none. */
typedef struct Token {
    size_t bytes;
    Key key;
} Token;

typedef struct Sequence {
    char prefix; /* '<' or '?' after the bracket, else 0 */
    char final;
    int params[PARAMS_MAX];
} Sequence;

size_t key_reader_room(const KeyReader *reader) {
    return KEY_READER_SIZE - reader->count - reader->held_count - reader->answer_escape;
}

static void put_in_front(KeyReader *reader, const void *bytes, size_t count) {
    memmove(reader->bytes + count, reader->bytes, reader->count);
    memcpy(reader->bytes, bytes, count);
    reader->count += count;
}

void key_reader_feed(KeyReader *reader, const void *bytes, size_t count) {
    size_t room = key_reader_room(reader);
    if (count > room) count = room;
    memcpy(reader->bytes + reader->count, bytes, count);
    reader->count += count;
    if (count == 0 || reader->held_count == 0) return;
    put_in_front(reader, reader->held, reader->held_count);
    reader->held_count = 0;
}

void key_reader_forget(KeyReader *reader) {
    reader->held_count = 0;
    reader->answer = 0;
    reader->answer_escape = reader->after_escape = reader->in_paste = false;
    reader->pasted_size = 0;
}

static Token token_of(size_t bytes, uint32_t code) {
    return (Token){.bytes = bytes, .key = {.code = code}};
}

static uint32_t code_of_letter(char letter, bool shifted) {
    switch (letter) {
    case 'A': return shifted ? KEY_CODE_SHIFT_UP : KEY_CODE_UP;
    case 'B': return shifted ? KEY_CODE_SHIFT_DOWN : KEY_CODE_DOWN;
    case 'C': return shifted ? KEY_CODE_SHIFT_RIGHT : KEY_CODE_RIGHT;
    case 'D': return shifted ? KEY_CODE_SHIFT_LEFT : KEY_CODE_LEFT;
    case 'a': return KEY_CODE_SHIFT_UP;
    case 'b': return KEY_CODE_SHIFT_DOWN;
    case 'c': return KEY_CODE_SHIFT_RIGHT;
    case 'd': return KEY_CODE_SHIFT_LEFT;
    case 'H': return KEY_CODE_HOME;
    case 'F': return KEY_CODE_END;
    case 'M': return KEY_CODE_ENTER;
    case 'Z': return KEY_CODE_BACKTAB;
    default: return letter >= 'P' && letter <= 'S' ? KEY_CODE_F1 + (uint32_t)(letter - 'P') : KEY_CODE_NONE;
    }
}

static uint32_t code_of_number(int number) {
    static const uint32_t editing[] = {
        [1] = KEY_CODE_HOME,    [2] = KEY_CODE_INSERT,    [3] = KEY_CODE_DELETE, [4] = KEY_CODE_END,
        [5] = KEY_CODE_PAGE_UP, [6] = KEY_CODE_PAGE_DOWN, [7] = KEY_CODE_HOME,   [8] = KEY_CODE_END,
    };
    /* DEC left gaps between the groups of function keys: 11-15, 17-21, 23-24. */
    if (number >= 1 && number <= 8) return editing[number];
    if (number >= 11 && number <= 15) return KEY_CODE_F1 + (uint32_t)(number - 11);
    if (number >= 17 && number <= 21) return KEY_CODE_F1 + (uint32_t)(number - 12);
    if (number >= 23 && number <= 24) return KEY_CODE_F1 + (uint32_t)(number - 13);
    return KEY_CODE_NONE;
}

/* xterm's button byte: 0-2 buttons, 64-65 the wheel, 32 motion; 4, 8 and 16 are modifier keys. x and y count
 * from 1. */
static Key mouse_key(int button, int x, int y) {
    static const MouseButton buttons[] = {MOUSE_LEFT, MOUSE_MIDDLE, MOUSE_RIGHT};
    int plain = button & ~(4 | 8 | 16);
    Key key = {.code = KEY_CODE_MOUSE, .x = x - 1, .y = y - 1};
    if (plain >= 0 && plain <= 2) {
        key.button = buttons[plain];
    } else if (plain == 64 || plain == 65) {
        key.button = plain == 64 ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
    } else {
        key = (Key){.code = KEY_CODE_NONE};
    }
    return key;
}

static Key key_of_sequence(KeyReader *reader, const Sequence *sequence) {
    const int *p = sequence->params;
    if (sequence->prefix == '<' && sequence->final == 'M') return mouse_key(p[0], p[1], p[2]);
    if (sequence->prefix != 0) return (Key){.code = KEY_CODE_NONE};
    /* Where the cursor is, `ESC [ row ; column R`; of F3 with a modifier key the row is 1, the column small.
     */
    if (sequence->final == 'R' && (p[0] > 1 || p[1] > MODIFIERS_MAX)) return (Key){.code = KEY_CODE_NONE};
    if (sequence->final != '~') return (Key){.code = code_of_letter(sequence->final, p[1] == 2)};
    if (p[0] == PASTE_BEGIN || p[0] == PASTE_END) reader->in_paste = p[0] == PASTE_BEGIN;
    return (Key){.code = code_of_number(p[0])};
}

static int clamp_digits(int value, unsigned char digit) {
    return value > 9999 ? value : value * 10 + (digit - '0');
}

/* ESC [ and what follows. A byte that no sequence can hold ends it, and is read again on its own. */
static Token read_sequence(KeyReader *reader) {
    const unsigned char *at = reader->bytes;
    Sequence sequence = {.prefix = 0};
    int param = 0;
    if (reader->count > 2 && at[2] == 'M') {
        if (reader->count < X10_BYTES) return token_of(0, KEY_CODE_NONE);
        return (Token){.bytes = X10_BYTES, .key = mouse_key(at[3] - 32, at[4] - 32, at[5] - 32)};
    }
    if (reader->count > 2 && at[2] == '[') {
        if (reader->count < 4) return token_of(0, KEY_CODE_NONE);
        return token_of(4,
                        at[3] >= 'A' && at[3] <= 'E' ? KEY_CODE_F1 + (uint32_t)(at[3] - 'A') : KEY_CODE_NONE);
    }
    for (size_t k = 2; k < reader->count && k < SEQUENCE_MAX; k++) {
        if (at[k] < ' ' || at[k] > '~') return token_of(k, KEY_CODE_NONE);
        if (at[k] >= '@') {
            sequence.final = (char)at[k];
            return (Token){.bytes = k + 1, .key = key_of_sequence(reader, &sequence)};
        }
        if (at[k] >= '0' && at[k] <= '9') {
            if (param < PARAMS_MAX) sequence.params[param] = clamp_digits(sequence.params[param], at[k]);
        } else if (at[k] == ';') {
            param++;
        } else {
            sequence.prefix = (char)at[k];
        }
    }
    return token_of(reader->count >= SEQUENCE_MAX ? SEQUENCE_MAX : 0, KEY_CODE_NONE);
}

static void begin_answer(KeyReader *reader, unsigned char introducer) {
    reader->answer = introducer;
    reader->answer_size = 0;
}

/* The Escape key or the beginning of an answer. */
static Token read_answer(KeyReader *reader) {
    AnswerStart start = key_answer_start(reader->bytes + 1, reader->count - 1, false);
    if (start == ANSWER_MAYBE) return token_of(0, KEY_CODE_NONE);
    if (start == ANSWER_NO) return token_of(1, KEY_CODE_ESCAPE);
    begin_answer(reader, reader->bytes[1]);
    return token_of(2, KEY_CODE_NONE);
}

static Token read_escape(KeyReader *reader) {
    if (reader->count < 2) return token_of(0, KEY_CODE_NONE);
    unsigned char next = reader->bytes[1];
    if (next == '[') return read_sequence(reader);
    if (key_answer_introduces(next) && !reader->in_paste) return read_answer(reader);
    if (next != 'O') return token_of(1, KEY_CODE_ESCAPE);
    if (reader->count < 3) return token_of(0, KEY_CODE_NONE);
    return token_of(3, code_of_letter((char)reader->bytes[2], false));
}

static uint32_t code_of_control(unsigned char byte) {
    switch (byte) {
    case 0: return KEY_CODE_NONE;
    case '\r':
    case '\n': return KEY_CODE_ENTER;
    case '\t': return KEY_CODE_TAB;
    case '\b':
    case 127: return KEY_CODE_BACKSPACE;
    default: return byte;
    }
}

static Token read_character(KeyReader *reader) {
    unsigned char first = reader->bytes[0];
    if (reader->after_escape && key_answer_introduces(first)) {
        AnswerStart start = key_answer_start(reader->bytes, reader->count, true);
        if (start == ANSWER_MAYBE) return token_of(0, KEY_CODE_NONE);
        if (start == ANSWER_BEGINS) begin_answer(reader, first);
        if (start == ANSWER_BEGINS) return token_of(1, KEY_CODE_NONE);
    }
    if (first < ' ' || first == 127) return token_of(1, code_of_control(first));
    size_t need = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    if (reader->count < need) return token_of(0, KEY_CODE_NONE);
    uint32_t code;
    size_t bytes = utf8_decode((const char *)reader->bytes, reader->count, &code);
    return token_of(bytes, text_glyph_width(code) > 0 ? code : KEY_CODE_NONE);
}

static void drop(KeyReader *reader, size_t bytes) {
    reader->count -= bytes;
    memmove(reader->bytes, reader->bytes + bytes, reader->count);
}

static void keep_answer(KeyReader *reader, size_t count) {
    for (size_t k = 0; k < count; k++, reader->answer_size++)
        if (reader->answer_size < sizeof reader->answer_text)
            reader->answer_text[reader->answer_size] = (char)reader->bytes[k];
}

/* An answer is heard once it is whole; what is longer than the longest one is another. */
static void hear_answer(KeyReader *reader) {
    bool is_heard = reader->answer == ']' && reader->answer_size <= sizeof reader->answer_text &&
                    background_parse_answer(reader->answer_text, reader->answer_size, &reader->background);
    reader->knows_background = reader->knows_background || is_heard;
    reader->answer = 0;
}

/* False: all that has come belongs to the answer, or may do so. */
static bool swallow_answer(KeyReader *reader, bool complete) {
    static const unsigned char escape = ESCAPE;
    bool ended;
    if (reader->answer_escape && reader->count > 0) {
        reader->answer_escape = false;
        put_in_front(reader, &escape, 1);
    }
    size_t length = key_answer_length(reader->answer, reader->bytes, reader->count, &ended);
    keep_answer(reader, length);
    drop(reader, length);
    if (ended) hear_answer(reader);
    if (!ended && complete && reader->count > 0) {
        reader->answer_escape = true;
        drop(reader, 1);
    }
    return ended;
}

/* Nothing more comes for now, and the bytes so far are not a whole key. */
static Token read_unfinished(KeyReader *reader) {
    bool is_escape = reader->bytes[0] == ESCAPE;
    if (!is_escape && reader->after_escape && key_answer_introduces(reader->bytes[0])) {
        reader->after_escape = false;
        return read_character(reader);
    }
    if (is_escape && (reader->count == 1 ||
                      (key_answer_introduces(reader->bytes[1]) && !key_answer_is_kept(reader->bytes[1]))))
        return token_of(1, KEY_CODE_ESCAPE);
    memcpy(reader->held, reader->bytes, reader->count);
    reader->held_count = reader->count;
    return token_of(reader->count, KEY_CODE_NONE);
}

/* No key of a pasted text may act: it is one key, with all of it, once its end has come. */
static Key take_pasted(KeyReader *reader, size_t bytes, bool is_escape) {
    if (reader->in_paste) {
        bool fits = !is_escape && reader->pasted_size + bytes < KEY_TEXT_MAX;
        if (fits) memcpy(reader->pasted + reader->pasted_size, reader->bytes, bytes);
        if (fits) reader->pasted_size += bytes;
        return (Key){.code = KEY_CODE_NONE};
    }
    reader->pasted[reader->pasted_size] = '\0';
    bool any = reader->pasted_size > 0;
    reader->pasted_size = 0;
    return (Key){.code = any ? KEY_CODE_PASTE : KEY_CODE_NONE, .text = reader->pasted};
}

bool key_reader_next(KeyReader *reader, bool complete, Key *key) {
    while (reader->count > 0) {
        if (reader->answer != 0 && !swallow_answer(reader, complete)) return false;
        if (reader->count == 0) return false;
        bool was_pasting = reader->in_paste, is_escape = reader->bytes[0] == ESCAPE;
        Token token = is_escape ? read_escape(reader) : read_character(reader);
        if (token.bytes == 0 && !complete) return false;
        if (token.bytes == 0) token = read_unfinished(reader);
        reader->after_escape = is_escape && reader->count == 1 && token.key.code == KEY_CODE_ESCAPE;
        if (was_pasting) token.key = take_pasted(reader, token.bytes, is_escape);
        drop(reader, token.bytes);
        if (token.key.code == KEY_CODE_NONE) continue;
        *key = token.key;
        return true;
    }
    return false;
}
