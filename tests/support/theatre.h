/* A presentation and its notes: the built program on pseudo terminals, with a socket of their own. */
#ifndef TESTS_SUPPORT_THEATRE_H
#define TESTS_SUPPORT_THEATRE_H

#include "tests/support/pty.h"
#include "tests/support/temp_dir.h"

/* A lesson of three pages, "First." with the notes "Say it slowly.", "Second." and "Third.". */
typedef struct Theatre {
    char runtime[TEMP_PATH_MAX + 32], lesson[TEMP_PATH_MAX];
    char socket[108]; /* what a socket's address holds */
} Theatre;

void theatre_open(Theatre *theatre, TempDir *dir);

/* PtyMain, their context the path of a lesson. */
int theatre_present(void *context);
int theatre_notes(void *context);

void theatre_start(Theatre *theatre, Pty *pty, PtyMain run, int width, int height);

/* A client that asks for pages as fast as it can and comes back when it is let go. It ends when it is killed,
 * or with the test. */
pid_t theatre_start_flood(const Theatre *theatre);
/* A false presentation that sends pages as fast as they are taken. */
pid_t theatre_start_false_presentation(const Theatre *theatre);
void theatre_end_flood(pid_t client);

#endif
