/* The equation of a block as a picture: its maps in the order of the equation, with the signs between them.
 * As many as fit stand large, one value a column and half a row or larger by whole factors; the others stand
 * small at the right. */
#ifndef VIEWS_BLOCK_PICTURE_H
#define VIEWS_BLOCK_PICTURE_H

#include "views/block/maps.h"
#include "views/canvas/canvas.h"

typedef struct BlockPicture {
    int count;         /* maps there are */
    int first, large;  /* the large ones: from `first` on */
    int choices;       /* of `first` */
    int columns;       /* of large maps; rows follow */
    int width, height; /* of a large one's map */
    int gap;
    bool native;                   /* the large ones show every value */
    Rect beside;                   /* what the maps leave at the right, of no height */
    Rect small;                    /* place of the others; empty: there is none */
    int small_columns;             /* of them */
    int small_width, small_height; /* of one of them, with its caption */
} BlockPicture;

/* `walk` counts the choices from the usual one on. `enlarge`: larger maps before more of them. */
BlockPicture block_picture_plan(const BlockMaps *maps, Rect area, int walk, bool enlarge);
int block_picture_rows(const BlockPicture *picture);
void block_picture_draw(Canvas *canvas, Rect area, const Scene *scene, const BlockMaps *maps,
                        const BlockPicture *picture);

#endif
