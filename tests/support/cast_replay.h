/* Plays an asciicast v2 in a terminal for tests (libvterm) and checks that it is well formed on the way. */
#ifndef TESTS_SUPPORT_CAST_REPLAY_H
#define TESTS_SUPPORT_CAST_REPLAY_H

#include <jansson.h>
#include <vterm.h>

#include "views/canvas/canvas.h"
#include "views/style/theme.h"

typedef struct CastReplay {
    VTerm *vterm;
    VTermScreen *screen;
    int width, height;
    char *text; /* heap; `at` goes through its lines */
    const char *at;
    json_t *header;
    double time_s;
    int outputs, inputs;
    char marker[200]; /* the one stopped at */
} CastReplay;

/* `text` is copied. Fails the test where the header is not what asciicast v2 asks for. */
CastReplay cast_replay_begin(const char *text);
/* Plays up to the next marker, or to the end and returns false. Fails the test at an event that is none, at a
 * time that falls, at a sequence or a character that is cut. */
bool cast_replay_next(CastReplay *replay);
/* Every cell shows what the canvas holds; fails the test with the first that does not. */
void cast_replay_expect(const CastReplay *replay, const Canvas *canvas, ThemeId theme, ColorDepth depth);
void cast_replay_end(CastReplay *replay);

#endif
