/* A session on the bundled network without a terminal, as lessons want it. */
#ifndef APP_EXPLORER_BUNDLED_SESSION_H
#define APP_EXPLORER_BUNDLED_SESSION_H

#include "app/cli/options.h"
#include "app/screen/screen.h"

typedef struct BundledSession {
    Setup setup;
    Screen *screen; /* NULL: it could not be opened; there is nothing to close then, but it may be closed */
} BundledSession;

/* With the options' theme, size (80x24) and glyphs; `colors`: what is drawn will have them. */
bool bundled_session_open(BundledSession *out, const Options *options, bool colors, Error *err);
void bundled_session_close(BundledSession *bundled);

#endif
