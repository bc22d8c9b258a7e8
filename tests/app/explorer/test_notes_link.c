/* Notes between two terminals: the socket and who may use it, what goes over it, and both programs. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/explorer/notes_link.h"
#include "app/explorer/notes_link_socket.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"
#include "tests/support/theatre.h"

enum { DEADLINE_MS = 20000 };

static const NotesPanel page = {.lesson = "Skips",
                                .title = "The \"sum\"",
                                .notes = "Slowly.\nTwice.",
                                .next = "page 2",
                                .now = "the text",
                                .page = 1,
                                .pages = 3};

/* A short path: a socket's address has 108 bytes. */
static void make_path(TempDir *dir, char out[NOTES_LINK_PATH_MAX]) {
    assert_true(snprintf(out, NOTES_LINK_PATH_MAX, "%s", temp_dir_join(dir, "s")) < NOTES_LINK_PATH_MAX);
}

static bool is_readable(int fd, int timeout_ms) {
    return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, timeout_ms) > 0;
}

/* One line from the link, which is served meanwhile. */
static void read_line(NotesLink *link, int fd, char *out, size_t size) {
    size_t used = 0;
    do {
        if (link) assert_int_equal(notes_link_hear(link), NOTES_LINK_NOTHING);
        assert_true(is_readable(fd, DEADLINE_MS));
        ssize_t count = read(fd, out + used, 1);
        if (count <= 0) fail_msg("the link has closed after '%.*s'", (int)used, out);
        used += (size_t)count;
    } while (out[used - 1] != '\n' && used + 1 < size);
    out[used] = '\0';
}

static void serve(NotesLink *link) {
    assert_true(is_readable(notes_link_fd(link), DEADLINE_MS));
    assert_int_equal(notes_link_hear(link), NOTES_LINK_NOTHING);
}

static int join(NotesLink *link, const char *path) {
    Error err;
    int fd = notes_link_connect(path, &err), before = notes_link_peer_count(link);
    assert_true(fd >= 0);
    while (notes_link_peer_count(link) == before) serve(link);
    return fd;
}

static void only_folders_of_this_user_alone_are_used(void **state) {
    TempDir *dir = *state;
    char out[NOTES_LINK_PATH_MAX], expected[TEMP_PATH_MAX + 32], path[TEMP_PATH_MAX];
    Error err = {0};
    assert_int_equal(chmod(dir->path, 0700), 0);
    assert_true(notes_link_folder(dir->path, "/nowhere", out, &err));
    assert_string_equal(out, dir->path);
    /* Open to others, relative, or missing: the other place, made with mode 0700. */
    snprintf(path, sizeof path, "%s", temp_dir_join(dir, "open"));
    assert_int_equal(mkdir(path, 0755), 0);
    snprintf(expected, sizeof expected, "%s/skipscope-%ld", dir->path, (long)geteuid());
    const char *const bad[] = {path, "run", "", "/no/such/folder", NULL};
    for (int k = 0; k < 5; k++) {
        struct stat info;
        assert_true(notes_link_folder(bad[k], dir->path, out, &err));
        assert_string_equal(out, expected);
        assert_int_equal(lstat(out, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0700);
    }
    assert_int_equal(chmod(expected, 0750), 0);
    assert_false(notes_link_folder(NULL, dir->path, out, &err));
    assert_non_null(strstr(err.text, "yours alone"));
    assert_int_equal(chmod(expected, 0700), 0);
}

static void a_link_in_place_of_the_folder_is_refused(void **state) {
    TempDir *dir = *state;
    char out[NOTES_LINK_PATH_MAX], link[TEMP_PATH_MAX];
    Error err = {0};
    assert_int_equal(mkdir(temp_dir_join(dir, "real"), 0700), 0);
    snprintf(link, sizeof link, "%s/skipscope-%ld", dir->path, (long)geteuid());
    assert_int_equal(symlink(temp_dir_join(dir, "real"), link), 0);
    assert_false(notes_link_folder(NULL, dir->path, out, &err));
    assert_non_null(strstr(err.text, "no link"));
}

static void names_that_could_leave_the_folder_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"", "a/b", "..", "a b", "x.sock", "123456789012345678901234567890123"};
    char out[NOTES_LINK_PATH_MAX];
    for (int k = 0; k < 6; k++) {
        Error err = {0};
        assert_false(notes_link_path(bad[k], out, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
    }
}

static void the_socket_has_mode_0600_and_goes_with_its_link(void **state) {
    char path[NOTES_LINK_PATH_MAX];
    struct stat info;
    Error err = {0};
    make_path(*state, path);
    NotesLink *link = notes_link_open_at(path, &err);
    assert_non_null(link);
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISSOCK(info.st_mode));
    assert_int_equal(info.st_mode & 0777, 0600);
    notes_link_close(link);
    assert_int_equal(lstat(path, &info), -1);
}

static void what_a_dead_presentation_left_is_replaced_and_a_living_one_is_not(void **state) {
    char path[NOTES_LINK_PATH_MAX];
    Error err = {0};
    make_path(*state, path);
    int dead = notes_link_listen(path, &err);
    assert_true(dead >= 0);
    close(dead); /* the file stays, as after a crash */
    NotesLink *link = notes_link_open_at(path, &err);
    assert_non_null(link);
    assert_null(notes_link_open_at(path, &err));
    assert_non_null(strstr(err.text, "another presentation"));
    int fd = join(link, path);
    close(fd);
    notes_link_close(link);
}

static void a_file_that_is_no_socket_is_left_alone(void **state) {
    TempDir *dir = *state;
    char path[NOTES_LINK_PATH_MAX];
    struct stat info;
    Error err = {0};
    make_path(dir, path);
    temp_dir_write(dir, "s", "mine", 4);
    assert_null(notes_link_open_at(path, &err));
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "is a regular file, not"));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 4);
    assert_int_equal(notes_link_connect(path, &err), -1);
    assert_int_equal(err.kind, ERROR_NONE);
}

static void assert_refused(const char *path, const char *what) {
    struct stat before, after;
    Error err = {0};
    assert_int_equal(lstat(path, &before), 0);
    assert_null(notes_link_open_at(path, &err));
    if (!strstr(err.text, what) || !strstr(err.text, path))
        fail_msg("'%s' does not say '%s'", err.text, what);
    assert_int_equal(lstat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
}

static void whatever_else_is_in_the_place_is_named(void **state) {
    char path[NOTES_LINK_PATH_MAX];
    make_path(*state, path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused(path, "is a folder, not");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_refused(path, "is a symbolic link, not");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused(path, "is a named pipe, not");
    assert_int_equal(unlink(path), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_refused(path, "is a socket of another kind, not");
    close(fd);
}

/* So busy that it lets nobody in, but there. */
static void a_presentation_with_a_queue_before_it_is_not_taken_for_dead(void **state) {
    enum { MANY = 64 };
    char path[NOTES_LINK_PATH_MAX];
    int fds[MANY], count = 0;
    Error err = {0};
    make_path(*state, path);
    NotesLink *link = notes_link_open_at(path, &err);
    while (count < MANY && (fds[count] = notes_link_connect(path, &err)) >= 0) count++;
    assert_true(count < MANY);
    assert_null(notes_link_open_at(path, &err));
    assert_non_null(strstr(err.text, "another presentation"));
    for (int k = 0; k < count; k++) close(fds[k]);
    notes_link_close(link);
}

static void pages_are_the_same_at_the_other_end(void **state) {
    (void)state;
    NotesPanel read = {.pages = 0};
    char *line = notes_link_write_page(&page);
    assert_null(strchr(line, '\n'));
    assert_true(notes_link_read_page(line, &read));
    assert_string_equal(read.title, page.title);
    assert_string_equal(read.notes, page.notes);
    assert_string_equal(read.next, page.next);
    assert_int_equal(read.page, 1);
    assert_int_equal(read.pages, 3);
    free(line);
    static const char *const bad[] = {"", "{}", "[1]", "{\"lesson\":1}", "\xff", "{\"lesson\":\"x\""};
    for (int k = 0; k < 6; k++) assert_false(notes_link_read_page(bad[k], &read));
}

static void peers_hear_each_page_once_and_late_ones_the_last(void **state) {
    char path[NOTES_LINK_PATH_MAX], line[4096];
    NotesPanel now = page, read;
    Error err = {0};
    make_path(*state, path);
    NotesLink *link = notes_link_open_at(path, &err);
    assert_non_null(link);
    int early = join(link, path);
    notes_link_show(link, &now);
    notes_link_show(link, &now);
    read_line(link, early, line, sizeof line);
    assert_false(is_readable(early, 0));
    now.page = 2;
    notes_link_show(link, &now);
    read_line(link, early, line, sizeof line);
    assert_true(notes_link_read_page(line, &read));
    assert_int_equal(read.page, 2);
    int late = join(link, path);
    read_line(link, late, line, sizeof line);
    assert_true(notes_link_read_page(line, &read));
    assert_int_equal(read.page, 2);
    assert_true(read.elapsed_s >= read.page_s && read.page_s >= 0);
    notes_link_close(link);
    assert_true(is_readable(late, DEADLINE_MS));
    assert_int_equal(recv(late, line, sizeof line, 0), 0);
    close(early);
    close(late);
}

static void requests_come_one_at_a_time_and_nonsense_ends_the_acquaintance(void **state) {
    char path[NOTES_LINK_PATH_MAX];
    Error err = {0};
    make_path(*state, path);
    NotesLink *link = notes_link_open_at(path, &err);
    int fd = join(link, path);
    assert_int_equal(write(fd, "next\nback\nne", 12), 12);
    assert_int_equal(notes_link_hear(link), NOTES_LINK_NEXT);
    assert_int_equal(notes_link_hear(link), NOTES_LINK_BACK);
    assert_int_equal(notes_link_hear(link), NOTES_LINK_NOTHING);
    assert_int_equal(write(fd, "xt\n", 3), 3);
    assert_int_equal(notes_link_hear(link), NOTES_LINK_NEXT);
    assert_int_equal(write(fd, "format the disk\n", 16), 16);
    assert_int_equal(notes_link_hear(link), NOTES_LINK_NOTHING);
    assert_int_equal(notes_link_peer_count(link), 0);
    int other = join(link, path);
    char flood[4096];
    memset(flood, 'x', sizeof flood);
    assert_true(write(other, flood, sizeof flood) > 0);
    assert_int_equal(notes_link_hear(link), NOTES_LINK_NOTHING);
    assert_int_equal(notes_link_peer_count(link), 0);
    close(fd);
    close(other);
    notes_link_close(link);
}

static void who_does_not_read_is_let_go_and_nobody_waits(void **state) {
    char path[NOTES_LINK_PATH_MAX];
    NotesPanel now = page;
    Error err = {0};
    make_path(*state, path);
    NotesLink *link = notes_link_open_at(path, &err);
    int fd = join(link, path);
    memset(now.notes, 'x', sizeof now.notes - 1);
    /* More than any socket keeps for its reader. */
    for (int k = 0; k < 4000 && notes_link_peer_count(link) > 0; k++) {
        now.page = k;
        notes_link_show(link, &now);
    }
    assert_int_equal(notes_link_peer_count(link), 0);
    close(fd);
    notes_link_close(link);
}

static void a_peer_that_goes_away_leaves_its_place(void **state) {
    enum { MORE_THAN_PLACES = 40 };
    char path[NOTES_LINK_PATH_MAX];
    NotesPanel now = page;
    Error err = {0};
    make_path(*state, path);
    NotesLink *link = notes_link_open_at(path, &err);
    for (int k = 0; k < MORE_THAN_PLACES; k++) {
        int fd = join(link, path);
        close(fd);
        now.page = k;
        notes_link_show(link, &now); /* no signal, no harm */
        while (notes_link_peer_count(link) > 0) serve(link);
    }
    notes_link_close(link);
}

/* Both programs. */
static void the_notes_wait_follow_turn_pages_and_survive_the_end(void **state) {
    Theatre theatre;
    Pty present, notes;
    theatre_open(&theatre, *state);
    theatre_start(&theatre, &notes, theatre_notes, 80, 16);
    pty_wait_text(&notes, "waiting for 'skipscope present LESSON'");
    theatre_start(&theatre, &present, theatre_present, 100, 30);
    pty_wait_text(&present, "First.");
    pty_wait_text(&notes, "Say it slowly.");
    pty_wait_text(&notes, "page 2: Two");
    pty_type(&present, " ");
    pty_wait_text(&present, "Second.");
    pty_wait_text(&notes, "And twice");
    pty_type(&notes, " ");
    pty_wait_text(&present, "Third.");
    pty_wait_text(&notes, "(no notes on this page)");
    pty_type(&notes, "\x7f");
    pty_wait_text(&present, "Second.");
    pty_type(&present, "qq");
    pty_wait_end(&present);
    pty_end(&present);
    pty_wait_text(&notes, "the presentation has ended");
    theatre_start(&theatre, &present, theatre_present, 80, 24);
    pty_wait_text(&notes, "Say it slowly.");
    pty_type(&notes, "q");
    int status = pty_wait_end(&notes);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(pty_modes_are_restored(&notes));
    pty_end(&notes);
    pty_end(&present);
}

static void a_second_presentation_says_what_to_do_and_goes_on(void **state) {
    Theatre theatre;
    Pty first, second;
    theatre_open(&theatre, *state);
    theatre_start(&theatre, &first, theatre_present, 80, 24);
    pty_wait_text(&first, "First.");
    theatre_start(&theatre, &second, theatre_present, 120, 24);
    pty_wait_text(&second, "another presentation has the notes already");
    assert_false(pty_shows(&second, "error:"));
    pty_type(&second, " ");
    pty_wait_text(&second, "Second.");
    pty_end(&second);
    pty_end(&first);
}

/* A killed presentation leaves its socket; the next one takes its place. */
static void a_killed_presentation_stands_in_nobodys_way(void **state) {
    Theatre theatre;
    Pty present, notes;
    theatre_open(&theatre, *state);
    theatre_start(&theatre, &present, theatre_present, 80, 24);
    pty_wait_text(&present, "First.");
    theatre_start(&theatre, &notes, theatre_notes, 40, 5);
    pty_wait_text(&notes, "Say it slowly.");
    kill(present.child, SIGKILL);
    pty_wait_text(&notes, "the presentation has ended");
    pty_end(&present);
    theatre_start(&theatre, &present, theatre_present, 80, 24);
    pty_wait_text(&present, "First.");
    pty_wait_text(&notes, "Say it slowly.");
    pty_end(&notes);
    pty_end(&present);
}

/* Standard output is no terminal: one line a change, and the end. */
static void without_a_terminal_each_change_is_a_line(void **state) {
    Theatre theatre;
    Pty present;
    int ends[2];
    char line[4096];
    theatre_open(&theatre, *state);
    theatre_start(&theatre, &present, theatre_present, 80, 24);
    pty_wait_text(&present, "First.");
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        putenv(theatre.runtime);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        theatre_notes(NULL);
        _exit(127);
    }
    close(ends[1]);
    read_line(NULL, ends[0], line, sizeof line);
    assert_non_null(strstr(line, "1/3 One [the text]: Say it slowly. (next: page 2: Two)"));
    pty_type(&present, " ");
    read_line(NULL, ends[0], line, sizeof line);
    assert_non_null(strstr(line, "2/3 Two"));
    pty_type(&present, "qq");
    pty_wait_end(&present);
    do read_line(NULL, ends[0], line, sizeof line);
    while (!strstr(line, "the presentation has ended"));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(ends[0]);
    pty_end(&present);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(only_folders_of_this_user_alone_are_used),
        IN_TEMP_DIR(a_link_in_place_of_the_folder_is_refused),
        cmocka_unit_test(names_that_could_leave_the_folder_are_refused),
        IN_TEMP_DIR(the_socket_has_mode_0600_and_goes_with_its_link),
        IN_TEMP_DIR(what_a_dead_presentation_left_is_replaced_and_a_living_one_is_not),
        IN_TEMP_DIR(a_file_that_is_no_socket_is_left_alone),
        IN_TEMP_DIR(whatever_else_is_in_the_place_is_named),
        IN_TEMP_DIR(a_presentation_with_a_queue_before_it_is_not_taken_for_dead),
        cmocka_unit_test(pages_are_the_same_at_the_other_end),
        IN_TEMP_DIR(peers_hear_each_page_once_and_late_ones_the_last),
        IN_TEMP_DIR(requests_come_one_at_a_time_and_nonsense_ends_the_acquaintance),
        IN_TEMP_DIR(who_does_not_read_is_let_go_and_nobody_waits),
        IN_TEMP_DIR(a_peer_that_goes_away_leaves_its_place),
        IN_TEMP_DIR(the_notes_wait_follow_turn_pages_and_survive_the_end),
        IN_TEMP_DIR(a_second_presentation_says_what_to_do_and_goes_on),
        IN_TEMP_DIR(a_killed_presentation_stands_in_nobodys_way),
        IN_TEMP_DIR(without_a_terminal_each_change_is_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
