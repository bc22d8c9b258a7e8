/* Whoever is at the other end of the notes' socket, both programs stay with their user. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/explorer/notes_link.h"
#include "app/explorer/notes_link_socket.h"
#include "tests/support/assert_close.h"
#include "tests/support/theatre.h"

enum { FEW = 300 };

/* What has queued up is not worked off for minutes: who asks for so much is let go. */
static void a_client_that_floods_is_let_go_with_all_it_has_asked_for(void **state) {
    char path[NOTES_LINK_PATH_MAX], byte;
    Error err = {0};
    snprintf(path, sizeof path, "%s", temp_dir_join(*state, "s"));
    NotesLink *link = notes_link_open_at(path, &err);
    assert_non_null(link);
    int fd = notes_link_connect(path, &err), heard = 0;
    assert_true(fd >= 0);
    while (send(fd, "next\n", 5, MSG_DONTWAIT | MSG_NOSIGNAL) == 5) continue;
    while (heard < FEW && notes_link_hear(link) != NOTES_LINK_NOTHING) heard++;
    assert_true(heard < FEW);
    assert_int_equal(notes_link_peer_count(link), 0);
    assert_true(recv(fd, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET);
    close(fd);
    notes_link_close(link);
}

static void a_presenter_in_a_flood_obeys_keys_and_signals(void **state) {
    for (int by_key = 0; by_key < 2; by_key++) {
        Theatre theatre;
        Pty present;
        theatre_open(&theatre, *state);
        theatre_start(&theatre, &present, theatre_present, 80, 24);
        pty_wait_text(&present, "First.");
        pid_t client = theatre_start_flood(&theatre);
        pty_wait_output(&present, "Second.");
        if (by_key) pty_type(&present, "qq"); /* the lesson, the program */
        if (!by_key) kill(present.child, SIGTERM);
        int status = pty_wait_end(&present);
        assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, by_key ? 0 : SIGTERM);
        pty_assert_is_back(&present);
        theatre_end_flood(client);
        pty_end(&present);
    }
}

static void notes_in_a_flood_obey_keys_and_signals(void **state) {
    static const char *const keys[] = {"q", "\003", "\034"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        Theatre theatre;
        Pty notes;
        theatre_open(&theatre, *state);
        unlink(theatre.socket);
        pid_t flood = theatre_start_false_presentation(&theatre);
        theatre_start(&theatre, &notes, theatre_notes, 80, 16);
        pty_wait_text(&notes, "a flood of pages");
        pty_type(&notes, keys[k]);
        int status = pty_wait_end(&notes);
        assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, k == 0 ? 0 : k == 1 ? SIGINT : SIGQUIT);
        pty_assert_is_back(&notes);
        theatre_end_flood(flood);
        pty_end(&notes);
    }
}

static void a_file_in_the_sockets_place_is_named_by_both(void **state) {
    Theatre theatre;
    Pty pty;
    theatre_open(&theatre, *state);
    temp_dir_write(*state, "skipscope-present.sock", "mine", 4);
    theatre_start(&theatre, &pty, theatre_present, 200, 24);
    pty_wait_text(&pty, "is a regular file, not the socket of a presentation");
    pty_type(&pty, " ");
    pty_wait_text(&pty, "Second.");
    pty_end(&pty);
    theatre_start(&theatre, &pty, theatre_notes, 200, 16);
    int status = pty_wait_end(&pty);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    pty_assert_is_back(&pty);
    assert_true(pty_shows(&pty, "is a regular file, not the socket of a presentation"));
    pty_end(&pty);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_client_that_floods_is_let_go_with_all_it_has_asked_for),
        IN_TEMP_DIR(a_presenter_in_a_flood_obeys_keys_and_signals),
        IN_TEMP_DIR(notes_in_a_flood_obey_keys_and_signals),
        IN_TEMP_DIR(a_file_in_the_sockets_place_is_named_by_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
