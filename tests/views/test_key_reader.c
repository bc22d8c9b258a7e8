#include "tests/support/assert_close.h"

#include <string.h>

#include "views/key_reader.h"

/* The names of all keys in `bytes`, each followed by a space. */
static void read_all(KeyReader *reader, const char *bytes, size_t count, bool complete, char *names) {
    Key key;
    names[0] = '\0';
    key_reader_feed(reader, bytes, count);
    while (key_reader_next(reader, complete, &key)) {
        char name[16];
        strcat(strcat(names, key_format(key.code, name)), " ");
    }
}

static void assert_keys(const char *bytes, const char *expected) {
    KeyReader reader = {.count = 0};
    char names[4096];
    read_all(&reader, bytes, strlen(bytes), true, names);
    assert_string_equal(names, expected);
    assert_int_equal(reader.count, 0);
}

static void plain_keys_are_their_characters(void **state) {
    (void)state;
    assert_keys("jJ \x04\r\n\t\x7F\b\xC3\xA9", "j J Space C-d Enter Enter Tab Backspace Backspace é ");
    assert_keys("a\xFF\xC3(b", "a ( b ");
    assert_keys("a\xE2\x80\xAE", "a ");
}

static void sequences_of_usual_terminals_are_known(void **state) {
    (void)state;
    assert_keys("\033[A\033OB\033[1;2C\033[d", "Up Down S-Right S-Left ");
    assert_keys("\033[H\033OF\033[1~\033[8~\033[5~\033[6~\033[3~\033[2~",
                "Home End Home End PageUp PageDown Delete Insert ");
    assert_keys("\033OP\033[15~\033[17~\033[21~\033[24~\033[[B\033[Z", "F1 F5 F6 F10 F12 F2 S-Tab ");
}

static void unknown_sequences_run_no_commands(void **state) {
    (void)state;
    assert_keys("\033[99~q\033[?62;1;4cq\033[1;5Pq", "q q F1 q ");
    assert_keys("\033[12\001q", "C-a q ");
    assert_keys("\033[<0;1", "");
    assert_keys("\033[", "");
    char longest[200];
    memset(longest, '1', sizeof longest);
    memcpy(longest, "\033[", 2);
    longest[sizeof longest - 1] = '\0';
    KeyReader reader = {.count = 0};
    char names[4096];
    read_all(&reader, longest, 64, false, names);
    assert_string_equal(names, "");
    assert_int_equal(reader.count, 0);
}

static void a_lone_escape_is_a_key_only_when_nothing_follows(void **state) {
    (void)state;
    KeyReader reader = {.count = 0};
    char names[64];
    read_all(&reader, "\033", 1, false, names);
    assert_string_equal(names, "");
    read_all(&reader, "[A", 2, false, names);
    assert_string_equal(names, "Up ");
    read_all(&reader, "\033", 1, true, names);
    assert_string_equal(names, "Esc ");
    assert_keys("\033x\033\033", "Esc x Esc Esc ");
}

static void characters_may_come_in_pieces(void **state) {
    (void)state;
    KeyReader reader = {.count = 0};
    char names[64];
    read_all(&reader, "\xE2\x96", 2, false, names);
    assert_string_equal(names, "");
    read_all(&reader, "\x80", 1, false, names);
    assert_string_equal(names, "▀ ");
}

static void mouse_reports_tell_button_and_cell(void **state) {
    (void)state;
    KeyReader reader = {.count = 0};
    Key key;
    const char reports[] = "\033[<0;300;5M\033[<0;300;5m\033[<65;1;1M\033[<35;2;2M\033[M\x22\x23\x24";
    key_reader_feed(&reader, reports, sizeof reports - 1);
    assert_true(key_reader_next(&reader, true, &key));
    assert_int_equal(key.code, KEY_CODE_MOUSE);
    assert_int_equal(key.button, MOUSE_LEFT);
    assert_int_equal(key.x, 299);
    assert_int_equal(key.y, 4);
    assert_true(key_reader_next(&reader, true, &key));
    assert_int_equal(key.button, MOUSE_WHEEL_DOWN);
    assert_true(key_reader_next(&reader, true, &key));
    assert_int_equal(key.button, MOUSE_RIGHT);
    assert_int_equal(key.x, 2);
    assert_int_equal(key.y, 3);
    assert_false(key_reader_next(&reader, true, &key));
}

static void pasted_text_never_acts(void **state) {
    (void)state;
    assert_keys("a\033[200~dd\n\033[Aq\033[201~b", "a b ");
    KeyReader reader = {.accepts_paste = true};
    char names[64];
    const char paste[] = "\033[200~x\ny\t\x04\033[A\033[201~\r";
    read_all(&reader, paste, sizeof paste - 1, true, names);
    assert_string_equal(names, "x Space y Space Enter ");
}

/* Whatever comes, the reader ends, keeps its bounds (under ASan) and has room again. */
static void noise_leaves_the_reader_working(void **state) {
    (void)state;
    KeyReader reader = {.count = 0};
    uint32_t noise = 12345;
    for (int round = 0; round < 20000; round++) {
        unsigned char bytes[16];
        for (size_t k = 0; k < sizeof bytes; k++) {
            noise = noise * 1664525u + 1013904223u;
            bytes[k] = noise >> 30 == 0 ? 27 : noise >> 29 == 2 ? '[' : (unsigned char)(noise >> 16);
        }
        key_reader_feed(&reader, bytes, sizeof bytes);
        Key key;
        while (key_reader_next(&reader, round % 3 == 0, &key)) assert_int_not_equal(key.code, KEY_CODE_NONE);
        assert_true(key_reader_room(&reader) >= KEY_READER_SIZE - 64);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_keys_are_their_characters),
        cmocka_unit_test(sequences_of_usual_terminals_are_known),
        cmocka_unit_test(unknown_sequences_run_no_commands),
        cmocka_unit_test(a_lone_escape_is_a_key_only_when_nothing_follows),
        cmocka_unit_test(characters_may_come_in_pieces),
        cmocka_unit_test(mouse_reports_tell_button_and_cell),
        cmocka_unit_test(pasted_text_never_acts),
        cmocka_unit_test(noise_leaves_the_reader_working),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
