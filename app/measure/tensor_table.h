/* Every tensor of a file of weights: what it is called, its shape and type, what it was taken for, and its values. */
#ifndef APP_MEASURE_TENSOR_TABLE_H
#define APP_MEASURE_TENSOR_TABLE_H

#include "app/cli/options.h"

/* On stdout, as --json, --csv and --ascii say; also of a file whose tensors are no network here, with the reason as a
 * last line. False with a sentence when the file cannot be opened at all. */
bool tensor_table_print(const char *path, const Options *options, Error *err);

/* The table of names by which tensors are recognised. */
bool tensor_table_print_names(bool ascii, Error *err);

#endif
