/* Recording a session that is driven without a terminal. Time is virtual: it follows from what there is to
 * read and from the keys that are pressed, so that the same input gives the same file, byte for byte. */
#ifndef APP_EXPLORER_RECORD_H
#define APP_EXPLORER_RECORD_H

#include "app/screen/screen.h"
#include "views/canvas/cast.h"

enum { RECORD_PACE = 200 }; /* words a minute that are read: what an adult reads of plain prose */

typedef struct RecordConfig {
    ColorDepth depth;  /* COLOR_DEPTH_NONE: bold, underline and reverse only */
    int pace;          /* words a minute; 0: RECORD_PACE. Every time is in proportion */
    const char *title; /* NULL: the lesson's, or the script's name */
} RecordConfig;

/* The session has its size and flags. A lesson is read page by page; questions are left time to think and
 * then skipped. Each page is a marker. The file is written to `out`. */
bool record_lesson(Screen *screen, const char *name, const RecordConfig *config, FILE *out, Error *err);
/* Each line is typed into the prompt; "keys" and "size" are done as they stand. A comment is a marker. */
bool record_script(Screen *screen, const char *path, const RecordConfig *config, FILE *out, Error *err);

/* A file has all colours, unless the user or NO_COLOR wants fewer. */
ColorDepth record_depth(ColorDepth wanted);

/* A recording of what somebody does cannot be made again, and so none takes the place of a file with
 * something in it. record_check asks early; record_open makes the file, which has each line as soon as it is
 * complete. */
bool record_check(const char *path, Error *err);
FILE *record_open(const char *path, Error *err);

/* For recordings of other kinds. The bytes that a key sends, "" for none. */
enum { RECORD_KEY_MAX = 8, RECORD_CHAPTER_MAX = 200 };
void record_key_bytes(uint32_t code, char out[RECORD_KEY_MAX]);
/* "3/7 The sum": the page of the lesson under way, if it differs from `chapter`. */
bool record_chapter(const Screen *screen, char chapter[RECORD_CHAPTER_MAX]);

#endif
