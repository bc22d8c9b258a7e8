/* Layers as a table and as JSON. */
#ifndef APP_MEASURE_LAYERS_PRINT_H
#define APP_MEASURE_LAYERS_PRINT_H

#include "app/measure/layers.h"
#include "core/base/json_write.h"

/* `peak_gflops`: what the processor can do at most, see app/measure/probe.h. False when memory is short. */
bool layers_print(const Layers *layers, double peak_gflops, bool ascii);
void layers_write(JsonWriter *json, const Layers *layers, double peak_gflops);

#endif
