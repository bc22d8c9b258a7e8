/* Long and broken notes on their way to the speaker's terminal: every page arrives, cut at a character. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/explorer/notes_link.h"
#include "app/explorer/notes_link_socket.h"
#include "core/base/utf8.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/session_world.h"

enum { DEADLINE_MS = 20000, LINE_MAX_BYTES = 1 << 20 };

static const NotesPanel page = {.lesson = "Skips",
                                .title = "The sum",
                                .notes = "Slowly.",
                                .next = "page 2",
                                .now = "the text",
                                .page = 1,
                                .pages = 3};

static void assert_utf8(const char *text) {
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        uint32_t code;
        at += utf8_decode(text + at, length - at, &code);
        if (code == UINT32_MAX) fail_msg("broken before byte %zu", at);
    }
}

/* What the other end makes of the page; it must get one. */
static NotesPanel send_page(const NotesPanel *sent) {
    NotesPanel read = {.pages = 0};
    char *line = notes_link_write_page(sent);
    if (!line) fail_msg("no page is sent");
    assert_true(notes_link_read_page(line, &read));
    free(line);
    return read;
}

static void broken_bytes_arrive_marked_and_keep_no_page_back(void **state) {
    (void)state;
    NotesPanel sent = page;
    snprintf(sent.notes, sizeof sent.notes, "na\xEFve");
    snprintf(sent.title, sizeof sent.title, "Stra\xC3"); /* cut in the middle of a character */
    NotesPanel read = send_page(&sent);
    assert_string_equal(read.notes, "na\xEF\xBF\xBDve");
    assert_string_equal(read.title, "Stra\xEF\xBF\xBD");
    assert_int_equal(read.page, sent.page);
}

/* Greek: two bytes a letter, after one that moves all of them; longer than any room there is. */
static void texts_of_any_length_are_cut_at_a_character(void **state) {
    enum { LETTERS = 20000 };
    static const int lengths[] = {79,  80,  155, 156,  199,  200,  319,   320,   321,
                                  500, 511, 512, 1023, 1024, 4000, 12286, 12287, LETTERS};
    SessionWorld *world = *state;
    char *greek = malloc(2 * LETTERS + 1), *text = NULL, *line = NULL;
    NotesPanel notes;
    for (int k = 0; k < LETTERS; k++) memcpy(greek + 2 * k, "\xCE\xB1", 3);
    for (size_t n = 0; n < sizeof lengths / sizeof lengths[0]; n++) {
        int letters = lengths[n];
        assert_true(asprintf(&text, "title x%.*s\nabout A\npage x%.*s\n| a\nnotes x%.*s\npage y%.*s\n| b\n",
                             2 * letters, greek, 2 * letters, greek, 2 * letters, greek, 2 * letters,
                             greek) > 0);
        assert_true(asprintf(&line, "lesson %s", temp_dir_write(world->dir, "g.lesson", text, strlen(text))) >
                    0);
        session_world_act(world, line);
        assert_null(screen_error(world->screen));
        screen_notes(world->screen, &notes);
        const char *const texts[] = {notes.lesson, notes.title, notes.notes, notes.next};
        for (int k = 0; k < 4; k++) assert_utf8(texts[k]);
        bool whole = (size_t)letters * 2 + 2 <= sizeof notes.notes;
        assert_int_equal(strstr(notes.notes, "\xE2\x80\xA6") == NULL, whole);
        NotesPanel read = send_page(&notes);
        assert_string_equal(read.notes, notes.notes);
        assert_string_equal(read.title, notes.title);
        free(text);
        free(line);
    }
    free(greek);
}

static void a_long_page_of_notes_is_not_cut(void **state) {
    (void)state;
    NotesPanel sent = page;
    assert_true(sizeof sent.notes > 16 << 10);
    memset(sent.notes, 'x', 16 << 10);
    assert_int_equal(strlen(send_page(&sent).notes), 16 << 10);
}

static int join(NotesLink *link, const char *path) {
    Error err;
    int fd = notes_link_connect(path, &err);
    assert_true(fd >= 0);
    while (notes_link_peer_count(link) == 0) {
        assert_true(poll(&(struct pollfd){.fd = notes_link_fd(link), .events = POLLIN}, 1, DEADLINE_MS) > 0);
        notes_link_hear(link);
    }
    return fd;
}

/* Six bytes of JSON for each byte: the longest line that can come. */
static void the_longest_page_goes_through_the_socket(void **state) {
    TempDir *dir = *state;
    NotesPanel now = page, back;
    Error err = {0};
    char *line = malloc(LINE_MAX_BYTES);
    size_t used = 0;
    NotesLink *link = notes_link_open_at(temp_dir_join(dir, "s"), &err);
    if (!link) fail_msg("%s", err.text);
    int fd = join(link, temp_dir_join(dir, "s"));
    char *const texts[] = {now.notes, now.title, now.lesson, now.next};
    const size_t sizes[] = {sizeof now.notes, sizeof now.title, sizeof now.lesson, sizeof now.next};
    for (int k = 0; k < 4; k++) memset(texts[k], '\033', sizes[k] - 1);
    notes_link_show(link, &now);
    assert_int_equal(notes_link_peer_count(link), 1);
    while (used == 0 || line[used - 1] != '\n') {
        assert_true(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, DEADLINE_MS) > 0);
        ssize_t count = read(fd, line + used, LINE_MAX_BYTES - 1 - used);
        assert_true(count > 0);
        used += (size_t)count;
    }
    line[used] = '\0';
    assert_true(used < 1 << 18); /* what 'skipscope notes' has room for */
    assert_true(notes_link_read_page(line, &back));
    assert_string_equal(back.notes, now.notes);
    close(fd);
    notes_link_close(link);
    free(line);
}

/* Both programs. */
typedef struct Theatre {
    char runtime[TEMP_PATH_MAX + 32], lesson[TEMP_PATH_MAX];
} Theatre;

static int run_present(void *context) {
    execl(program_path(), "skipscope", "present", (char *)context, "--no-config", (char *)NULL);
    return 127;
}

static int run_notes(void *context) {
    (void)context;
    execl(program_path(), "skipscope", "notes", (char *)NULL);
    return 127;
}

static void start(Pty *pty, Theatre *theatre, PtyMain run) {
    const char *const environment[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", theatre->runtime, NULL};
    pty_start(
        pty,
        &(PtyConfig){
            .width = 80, .height = 24, .environment = environment, .run = run, .context = theatre->lesson});
}

/* A page of Greek notes after a short one, then one with a long title. */
static void write_lesson(Theatre *theatre, TempDir *dir) {
    enum { WORDS = 1200, TITLE = 400 };
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fputs("title Small\nabout A\npage One\n| First.\nnotes Short.\npage Two\n| Second.\nnotes x begin", out);
    for (int k = 0; k < WORDS; k++) fputs(" \xCE\xB1\xCE\xB2\xCE\xB3", out);
    fputs(" end.\npage x", out);
    for (int k = 0; k < TITLE; k++) fputs("\xC3\xA4", out);
    fputs("\n| Third.\nnotes Over.\n", out);
    fclose(out);
    assert_int_equal(chmod(dir->path, 0700), 0);
    snprintf(theatre->runtime, sizeof theatre->runtime, "XDG_RUNTIME_DIR=%s", dir->path);
    snprintf(theatre->lesson, sizeof theatre->lesson, "%s", temp_dir_write(dir, "s.lesson", text, size));
    free(text);
}

static void the_speaker_follows_through_long_pages_and_reads_them_to_their_end(void **state) {
    Theatre theatre;
    Pty present, notes;
    write_lesson(&theatre, *state);
    start(&present, &theatre, run_present);
    pty_wait_text(&present, "First.");
    start(&notes, &theatre, run_notes);
    pty_wait_text(&notes, "Short.");
    pty_type(&notes, " ");
    pty_wait_text(&present, "Second.");
    pty_wait_text(&notes, "x begin");
    pty_wait_text(&notes, "Down");
    for (int k = 0; k < 100; k++) pty_type(&notes, "\033[B");
    pty_wait_text(&notes, "end.");
    assert_false(pty_shows(&notes, "x begin"));
    pty_type(&notes, "\033[A");
    pty_wait_text(&notes, "Down 1 more");
    pty_type(&notes, " ");
    pty_wait_text(&present, "Third.");
    pty_wait_text(&notes, "Over.");
    pty_type(&notes, "q");
    pty_wait_end(&notes);
    pty_end(&notes);
    pty_end(&present);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_bytes_arrive_marked_and_keep_no_page_back),
        IN_WORLD(texts_of_any_length_are_cut_at_a_character),
        cmocka_unit_test(a_long_page_of_notes_is_not_cut),
        IN_TEMP_DIR(the_longest_page_goes_through_the_socket),
        IN_TEMP_DIR(the_speaker_follows_through_long_pages_and_reads_them_to_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
