/* Classes in the order of a value: probabilities, logits. */
#ifndef VIEWS_SCENE_CLASS_RANK_H
#define VIEWS_SCENE_CLASS_RANK_H

/* Writes the indices of the `top` largest of `count` values to `order`, largest first; of equals the first
 * comes first, NaN comes last. Returns how many were written: `top`, or `count` when that is less. */
int class_rank(const double *values, int count, int *order, int top);

/* The place of `value` k in that order, from 1. */
int class_rank_of(const double *values, int count, int k);

#endif
