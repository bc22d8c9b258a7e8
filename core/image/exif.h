/* Which way up a picture was taken. Source: Exif 2.32, sections 4.5.2 and 4.6.2; TIFF 6.0, section 2. */
#ifndef CORE_IMAGE_EXIF_H
#define CORE_IMAGE_EXIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/image/kind.h"

/* The orientation, 1 to 8, that a block of Exif data gives (with or without "Exif\0\0" before it); 0 when it
 * gives none. Any bytes are fine. */
int exif_orientation(const uint8_t *bytes, size_t size);

/* The same for a whole file of this kind: a JPEG's APP1, a PNG's eXIf, a WebP's EXIF. Walks the file's parts
 * with bounds of its own, up to the first that holds it. */
int exif_find_orientation(ImageKind kind, const uint8_t *bytes, size_t size);

/* True for the four orientations that exchange width and height. */
bool exif_turns(int orientation);

/* What has to be done to such a picture: "turned right by 90 degrees"; "" for 0 and 1. */
const char *exif_words(int orientation);

#endif
