#include "tests/support/assert_close.h"

#include <stdio.h>
#include <string.h>

#include "views/term/key_reader.h"

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
    assert_keys("a\033[200~dd\n\033[Aq\033[201~b", "a Paste b ");
    assert_keys("a\033[200~\033[201~b", "a b ");
    KeyReader reader = {.count = 0};
    char names[64];
    const char paste[] = "\033[200~x\ny\t\x04\033[A\033[201~\r";
    read_all(&reader, paste, sizeof paste - 1, true, names);
    assert_string_equal(names, "Paste Enter ");
}

/* However it comes in pieces. */
static void pasted_text_is_one_key_with_all_of_it(void **state) {
    (void)state;
    static const char paste[] = "\033[200~'/a b/\xC3\xA9.png' \033[201~";
    for (size_t piece = 1; piece < sizeof paste; piece++) {
        KeyReader reader = {.count = 0};
        Key key = {.code = KEY_CODE_NONE};
        for (size_t at = 0; at < sizeof paste - 1; at += piece) {
            assert_false(key_reader_next(&reader, false, &key));
            key_reader_feed(&reader, paste + at, at + piece < sizeof paste ? piece : sizeof paste - 1 - at);
        }
        assert_true(key_reader_next(&reader, false, &key));
        assert_int_equal(key.code, KEY_CODE_PASTE);
        assert_string_equal(key.text, "'/a b/\xC3\xA9.png' ");
    }
}

static void of_an_endless_paste_the_beginning_is_kept(void **state) {
    (void)state;
    KeyReader reader = {.count = 0};
    Key key;
    key_reader_feed(&reader, "\033[200~", 6);
    for (int k = 0; k < 20000; k++) {
        key_reader_feed(&reader, "a", 1);
        assert_false(key_reader_next(&reader, false, &key));
    }
    key_reader_feed(&reader, "\033[201~", 6);
    assert_true(key_reader_next(&reader, false, &key));
    assert_int_equal(strlen(key.text), KEY_TEXT_MAX - 1);
    key_reader_feed(&reader, "\033[200~b", 7);
    assert_false(key_reader_next(&reader, false, &key));
    key_reader_forget(&reader);
    key_reader_feed(&reader, "\033[200~c\033[201~", 13);
    assert_true(key_reader_next(&reader, false, &key));
    assert_string_equal(key.text, "c");
}

static const char *const answers[] = {
    "\033]11;rgb:1e1e/1e1e/1e1e\007",
    "\033]11;rgb:1e1e/1e1e/1e1e\033\\",
    "\033]4;7;rgb:ff/ff/ff\007",
    "\033]52;c;cXVpdA==\033\\",
    "\033P1$r0;1m\033\\",
    "\033P1+r544e=787465726d\033\\",
    "\033P>|tmux 3.3a\033\\",
    "\033P!|00000000\033\\",
    "\033_Gi=31;OK\033\\",
    "\033^quit: is it seen?\033\\",
    "\033[?62;22c",
    "\033[12;40R",
};

/* What a terminal answers to somebody's question, however late. */
static void answers_of_the_terminal_are_no_keys(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof answers / sizeof *answers; k++) {
        char twice[128];
        snprintf(twice, sizeof twice, "a%sb%sq", answers[k], answers[k]);
        assert_keys(twice, "a b q ");
    }
    /* What nobody asks for, but a terminal may say: whole it is known by its end. */
    assert_keys("\033Xstart of string\033\\q\033Pq#0~~\033\\q\033]ltitle\033\\q\033P1;2|17/q\033\\q",
                "q q q q ");
}

/* One piece, a pause in which nothing more comes, and the rest. */
static void read_in_two(const char *bytes, size_t first, char *names) {
    KeyReader reader = {.count = 0};
    char rest[256];
    read_all(&reader, bytes, first, true, names);
    assert_int_equal(reader.count, 0);
    read_all(&reader, bytes + first, strlen(bytes) - first, true, rest);
    strcat(names, rest);
}

static void answers_may_come_in_pieces_with_pauses(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof answers / sizeof *answers; k++)
        for (size_t first = 1; first < strlen(answers[k]); first++) {
            char bytes[128], names[512];
            bool is_string = answers[k][1] != '[';
            /* After a pause an escape character has been the Escape key; the letters of a DCS are keys as
             * well until it can be nothing else, and of the rarer strings only the beginning. */
            if (answers[k][1] == 'P' && first >= 2 && first < 5) continue;
            if ((answers[k][1] == '^' || !is_string) && first == 1) continue;
            snprintf(bytes, sizeof bytes, "%sq", answers[k]);
            read_in_two(bytes, first, names);
            if (strcmp(names, first == 1 ? "Esc q " : "q ") != 0)
                fail_msg("answer %zu, %zu bytes and the rest: %s", k, first, names);
        }
}

static void an_answer_comes_byte_by_byte_and_is_longer_than_the_buffer(void **state) {
    (void)state;
    KeyReader reader = {.count = 0};
    char names[256], begin[] = "\033]52;c;", end[] = "\033\\x";
    for (size_t k = 0; k + 1 < sizeof begin; k++) {
        read_all(&reader, begin + k, 1, false, names);
        assert_string_equal(names, "");
    }
    for (int k = 0; k < 5000; k++) {
        read_all(&reader, "q", 1, k % 7 == 0, names);
        assert_string_equal(names, "");
    }
    for (size_t k = 0; k + 1 < sizeof end; k++) read_all(&reader, end + k, 1, true, names);
    assert_string_equal(names, "x ");
}

static void assert_background(const KeyReader *reader, bool known, Rgb expected) {
    assert_int_equal(reader->knows_background, known);
    assert_int_equal(reader->background.r, expected.r);
    assert_int_equal(reader->background.g, expected.g);
    assert_int_equal(reader->background.b, expected.b);
}

/* However it is cut in two, with a pause after the first piece or without. */
static void the_background_is_heard(void **state) {
    (void)state;
    static const char *const forms[] = {"\033]11;rgb:fdfd/f6f6/e3e3\a", "\033]11;rgb:fd/f6/e3\033\\",
                                        "\033]11;rgba:fdfd/f6f6/e3e3/ffff\033\\"};
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++)
        for (size_t first = 0; first < strlen(forms[k]); first++)
            for (int pause = 0; pause < 2; pause++) {
                KeyReader reader = {.count = 0};
                char names[256];
                read_all(&reader, forms[k], first, pause, names);
                assert_false(reader.knows_background);
                read_all(&reader, forms[k] + first, strlen(forms[k]) - first, false, names);
                assert_string_equal(names, "");
                assert_background(&reader, true, (Rgb){0xfd, 0xf6, 0xe3});
            }
}

static void other_answers_are_not_heard(void **state) {
    (void)state;
    static const char *const others[] = {"\033]10;rgb:ffff/ffff/ffff\a",
                                         "\033]4;11;rgb:ff/ff/ff\a",
                                         "\033P11;rgb:ff/ff/ff\033\\",
                                         "\033_11;rgb:ff/ff/ff\033\\",
                                         "\033]11;rgb:ffff/ffff/ffff\030",
                                         "\033]11;rgb:ff/ff/ff\033[A",
                                         "\033[200~\033]11;rgb:f/f/f\a\033[201~",
                                         "\033]11;zzz\a"};
    KeyReader reader = {.count = 0};
    char names[64], longer[100] = "\033]11;rgb:ff/ff/ff";
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        read_all(&reader, others[k], strlen(others[k]), true, names);
    /* Its beginning would do; and what is heard before stays, whatever comes after. */
    memset(longer + strlen(longer), '0', 60);
    strcat(longer, "\a");
    read_all(&reader, longer, strlen(longer), true, names);
    assert_background(&reader, false, (Rgb){0, 0, 0});
    read_all(&reader, "\033]11;rgb:1/2/3\a\033]11;rgb:9/9\a", 29, true, names);
    assert_background(&reader, true, (Rgb){0x11, 0x22, 0x33});
}

/* No string without its end keeps the keyboard. */
static void an_answer_that_breaks_off_gives_the_keys_back(void **state) {
    (void)state;
    assert_keys("\033]11;rgb:\033[Aq", "Up q ");
    assert_keys("\033]11;rgb:\030q", "q ");
    KeyReader reader = {.count = 0};
    char names[256];
    read_all(&reader, "\033]11;rgb:", 9, true, names);
    read_all(&reader, "\033", 1, true, names);
    assert_string_equal(names, "");
    read_all(&reader, "[Aq", 3, true, names);
    assert_string_equal(names, "Up q ");
    read_all(&reader, "\033]11;rgb:", 9, true, names);
    key_reader_forget(&reader);
    read_all(&reader, "q", 1, true, names);
    assert_string_equal(names, "q ");
    read_all(&reader, "\033[1;", 4, true, names);
    key_reader_forget(&reader);
    read_all(&reader, "q", 1, true, names);
    assert_string_equal(names, "q ");
}

/* Pressed quickly, or with Alt. */
static void escape_and_the_letters_of_answers_stay_keys(void **state) {
    (void)state;
    assert_keys("\033Pq", "Esc P q ");
    assert_keys("\033P1s", "Esc P 1 s ");
    assert_keys("\033P", "Esc P ");
    assert_keys("\033X", "Esc X ");
    assert_keys("\033]s", "Esc ] s ");
    assert_keys("]11;_G^P1$r", "] 1 1 ; _ G ^ P 1 $ r ");
    KeyReader reader = {.count = 0};
    char names[256];
    read_all(&reader, "\033", 1, true, names);
    assert_string_equal(names, "Esc ");
    read_all(&reader, "]", 1, true, names);
    assert_string_equal(names, "] ");
    read_all(&reader, "1;", 2, true, names);
    assert_string_equal(names, "1 ; ");
}

static void a_sequence_with_a_pause_in_it_is_still_its_key(void **state) {
    (void)state;
    static const char *const bytes[] = {"\033[A", "\033OB", "\033[5~", "\033[<0;3;4M", "\xE2\x96\x80"};
    static const char *const names[] = {"Up ", "Down ", "PageUp ", NULL, "\u2580 "};
    for (size_t k = 0; k < sizeof bytes / sizeof *bytes; k++)
        for (size_t first = bytes[k][0] == 27 ? 2 : 1; first < strlen(bytes[k]); first++) {
            char got[64];
            read_in_two(bytes[k], first, got);
            if (names[k]) assert_string_equal(got, names[k]);
            if (!names[k]) assert_non_null(strstr(got, "ouse"));
        }
    KeyReader reader = {.count = 0};
    char got[64];
    read_all(&reader, "\033[200~x\033[20", 11, true, got);
    assert_string_equal(got, "");
    read_all(&reader, "1~\ry", 4, true, got);
    assert_string_equal(got, "Paste Enter y ");
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
            bytes[k] = noise >> 30 == 0   ? 27
                       : noise >> 29 == 2 ? (unsigned char)"[]P_^X\\\a"[noise >> 20 & 7]
                                          : (unsigned char)(noise >> 16);
        }
        key_reader_feed(&reader, bytes, sizeof bytes);
        if (round % 50 == 0) key_reader_forget(&reader);
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
        cmocka_unit_test(pasted_text_is_one_key_with_all_of_it),
        cmocka_unit_test(of_an_endless_paste_the_beginning_is_kept),
        cmocka_unit_test(answers_of_the_terminal_are_no_keys),
        cmocka_unit_test(answers_may_come_in_pieces_with_pauses),
        cmocka_unit_test(an_answer_comes_byte_by_byte_and_is_longer_than_the_buffer),
        cmocka_unit_test(the_background_is_heard),
        cmocka_unit_test(other_answers_are_not_heard),
        cmocka_unit_test(an_answer_that_breaks_off_gives_the_keys_back),
        cmocka_unit_test(escape_and_the_letters_of_answers_stay_keys),
        cmocka_unit_test(a_sequence_with_a_pause_in_it_is_still_its_key),
        cmocka_unit_test(noise_leaves_the_reader_working),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
