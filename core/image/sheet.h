/* Where a decoder puts its rows: a picture that lies the right way up, whichever way the file has it. */
#ifndef CORE_IMAGE_SHEET_H
#define CORE_IMAGE_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Sheet {
    int width, height; /* as the file has it */
    int orientation;   /* Exif's, 0 to 8 */
    uint8_t *rgb;      /* 3*width*height bytes of the upright picture; not owned */
    uint8_t *held;     /* rows of the file that have not been turned yet; NULL where none has to be */
    int held_count;    /* room for so many rows */
} Sheet;

/* With room for a strip of rows, or for all of them where the decoder does not make one after the other.
 * False when memory is short. */
bool sheet_begin(Sheet *sheet, bool whole);
void sheet_end(Sheet *sheet);

/* Row y of the file is to be written here, 3*width bytes. Without `whole`, rows come in their order. */
uint8_t *sheet_row(const Sheet *sheet, int y);
/* The row is written. */
void sheet_put(Sheet *sheet, int y);

#endif
