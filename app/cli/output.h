/* Standard output, when it fails. */
#ifndef APP_CLI_OUTPUT_H
#define APP_CLI_OUTPUT_H

#include "core/base/error.h"

/* The sentence about it, with the reason in errno where that is one: ERROR_FAILED. Returns false. */
bool output_refuse(Error *err);
/* Whether all that was printed has arrived; else as above. */
bool output_finish(Error *err);

#endif
