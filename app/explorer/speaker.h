/* What the speaker of a lesson has beside the screen of the class: the notes in other terminals, with the
 * answers that a rehearsal finds while the screen has nothing to do. */
#ifndef APP_EXPLORER_SPEAKER_H
#define APP_EXPLORER_SPEAKER_H

#include "app/explorer/notes_link.h"
#include "app/explorer/rehearsal.h"
#include "app/screen/screen.h"

typedef struct Speaker {
    const Options *options;
    NotesLink *link; /* NULL: there are no notes */
    Rehearsal *rehearsal;
    bool refused; /* this lesson cannot be rehearsed */
} Speaker;

/* Only a presentation has notes; where they cannot be had, the screen says so and it goes on without. */
void speaker_open(Speaker *speaker, Screen *screen, const Options *options);
void speaker_close(Speaker *speaker);

/* Does what the notes' terminal asks for, one thing a call: each page is seen. False: nothing. */
bool speaker_hear(Speaker *speaker, Screen *screen);
void speaker_show(Speaker *speaker, const Screen *screen);
/* One small step of the rehearsal; false when there is nothing to do. */
bool speaker_work(Speaker *speaker, const Screen *screen);

#endif
