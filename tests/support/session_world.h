/* A screen with a session on a random resnet20 and a picture from a formula, driven by the lines of a script. */
#ifndef TESTS_SUPPORT_SESSION_WORLD_H
#define TESTS_SUPPORT_SESSION_WORLD_H

#include "app/screen/screen_state.h"
#include "tests/support/temp_dir.h"

typedef struct SessionWorld {
    TempDir *dir;
    Setup setup;
    Screen *screen;
    Session *session; /* the user's own on that screen */
    int steps;        /* of the whole program */
} SessionWorld;

/* For cmocka: *state becomes a SessionWorld. */
int session_world_open(void **state);
int session_world_close(void **state);

/* Performs a line and finishes the work it begins. */
void session_world_act(SessionWorld *world, const char *line);
/* Presses keys by their names, "s Down Enter", and finishes the work each begins. */
void session_world_press(SessionWorld *world, const char *names);
/* The screen as text; the caller frees it. */
char *session_world_screen(SessionWorld *world);

#endif
