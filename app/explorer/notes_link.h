/* The presenter's end of the speaker's notes: tells the terminals of this user that show them (the peers)
 * which page is on the screen, and takes their requests to go on or back. It never waits: a peer that does
 * not read is dropped. */
#ifndef APP_EXPLORER_NOTES_LINK_H
#define APP_EXPLORER_NOTES_LINK_H

#include "core/base/error.h"
#include "views/panel/notes_panel.h"

typedef struct NotesLink NotesLink;

typedef enum NotesLinkRequest { NOTES_LINK_NOTHING, NOTES_LINK_NEXT, NOTES_LINK_BACK } NotesLinkRequest;

/* NULL with a sentence; the presentation goes on without notes then. */
NotesLink *notes_link_open(const char *name, Error *err);
NotesLink *notes_link_open_at(const char *path, Error *err);
void notes_link_close(NotesLink *link); /* NULL is fine; the peers see the end */

int notes_link_fd(const NotesLink *link); /* readable when notes_link_hear has something to do */
/* Accepts connections and takes requests, one a call; NOTES_LINK_NOTHING: no more for now. The time is
 * bounded whatever the peers send: one that sends more than a held key would is dropped with all of it. */
NotesLinkRequest notes_link_hear(NotesLink *link);
/* Sends the page when it is another one. Times are filled in here. */
void notes_link_show(NotesLink *link, const NotesPanel *panel);
int notes_link_peer_count(const NotesLink *link);

/* The page as a line of JSON, without the newline, and back; the caller frees the text. */
char *notes_link_write_page(const NotesPanel *panel);
bool notes_link_read_page(const char *line, NotesPanel *panel);

#endif
