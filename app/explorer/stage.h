/* The presenter's end of the notes: tells whoever of this user's terminals listens what page is shown, and
 * hears from them to go on or back. It never waits: who does not read is let go. */
#ifndef APP_EXPLORER_STAGE_H
#define APP_EXPLORER_STAGE_H

#include "core/base/error.h"
#include "views/panel/notes_panel.h"

typedef struct Stage Stage;

typedef enum StageRequest { STAGE_NOTHING, STAGE_NEXT, STAGE_BACK } StageRequest;

/* NULL with a sentence; the presentation goes on without notes then. */
Stage *stage_open(const char *name, Error *err);
Stage *stage_open_at(const char *path, Error *err);
void stage_close(Stage *stage); /* NULL is fine; the readers see the end */

int stage_fd(const Stage *stage); /* readable when stage_hear has something to do */
/* Lets readers in and takes what they ask for, one at a time; STAGE_NOTHING: no more for now. Takes a bounded
 * time, whatever they do. Who asks for more than a hand can is let go, with all that he has asked for. */
StageRequest stage_hear(Stage *stage);
/* Sends the page when it is another one. Times are filled in here. */
void stage_show(Stage *stage, const NotesPanel *panel);
int stage_reader_count(const Stage *stage);

/* The page as a line of JSON, without the newline, and back; the caller frees the text. */
char *stage_write_page(const NotesPanel *panel);
bool stage_read_page(const char *line, NotesPanel *panel);

#endif
