/* A lesson walked to its end ahead of the speaker, unseen: so the notes have the right answer while a class
 * still thinks about the question. */
#ifndef APP_EXPLORER_REHEARSAL_H
#define APP_EXPLORER_REHEARSAL_H

#include "app/cli/options.h"

typedef struct Rehearsal Rehearsal;

/* The lesson by its name or file. NULL when it cannot be had: the notes then have the answers later. */
Rehearsal *rehearsal_new(const char *lesson, const Options *options);
void rehearsal_free(Rehearsal *rehearsal); /* NULL is fine */

const char *rehearsal_lesson(const Rehearsal *rehearsal); /* as it was named */
bool rehearsal_work(Rehearsal *rehearsal);                /* one small step; false at the end */
/* The right answer to the question of a page, from 0; "" where nothing is asked or it is not known yet. */
const char *rehearsal_answer(const Rehearsal *rehearsal, int page);

#endif
