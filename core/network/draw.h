/* Initial values, most of them random, that are drawn when they are first wanted. Each parameter knows the state of the
 * generator before its first value, and each of its rows follows by a jump, so that values are the same in
 * whatever order, and by however many threads, they are drawn. Called by core/network/network.c; others see
 * network_values, network_init_values and network_draw, and draw_normals for random directions. */
#ifndef CORE_NETWORK_DRAW_H
#define CORE_NETWORK_DRAW_H

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "core/network/network.h"

/* Room to remember what is to be drawn, in the network's arena; nothing is at first. False: no memory. */
bool draw_allocate(Network *network);
void draw_free(Network *network);

/* Draws what is missing of one parameter, or of all. Any thread, several at a time; cheap when there is
 * nothing to do. */
void draw_param(const Network *network, const Param *param);
void draw_all(const Network *network);
/* The parameter's values are about to be overwritten, all of them: none has to be drawn. */
void draw_forget(Network *network, const Param *param);

/* y (count,NORMAL_ROWS): (real)(scale * rng_normal) of each generator, `count` times. Rows side by side cost a fraction
 * of what one after the other does. */
void draw_normals(Rng rows[NORMAL_ROWS], double scale, int count, real *y);

#endif
