/* The screen in words, for readers who do not see it: one statement a line, every number read from this run.
 * The same for files, screen readers and the alternative text of pictures. */
#ifndef VIEWS_WORDS_DESCRIBE_H
#define VIEWS_WORDS_DESCRIBE_H

#include <stdio.h>

#include "views/scene/view.h"

/* Which network, weights, picture; how far the passes have come; what is out of the ordinary. */
void describe_run(FILE *out, const Scene *scene);
/* The selected operation: what it is, what it reads and writes, its figures, where they are largest; at an
 * addition both ways and how they meet. */
void describe_operation(FILE *out, const Scene *scene);
/* Figures of the selected operation's tensor only. */
void describe_figures(FILE *out, const Scene *scene);
/* The map of the selected channel, and the selected number in it. */
void describe_map(FILE *out, const Scene *scene);
void describe_value(FILE *out, const Scene *scene);
/* The likeliest classes; nothing while they are not known. */
void describe_answer(FILE *out, const Scene *scene);
/* What a view shows. */
void describe_view(FILE *out, const Scene *scene, ViewId view);

#endif
