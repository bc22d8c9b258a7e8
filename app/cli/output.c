#include "app/cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Between the write that failed and the question why, other calls may have set errno to what has nothing to
 * do with it. */
static bool is_reason(int number) {
    return number == ENOSPC || number == EDQUOT || number == EFBIG || number == EIO || number == EPIPE;
}

bool output_refuse(Error *err) {
    int number = errno;
    if (number == EBADF)
        return error_set(err, ERROR_FAILED, "standard output is closed, and what was to be printed is lost");
    return error_set(err, ERROR_FAILED, "standard output cannot be written%s%s",
                     is_reason(number) ? ": " : "", is_reason(number) ? strerror(number) : "");
}

bool output_finish(Error *err) {
    errno = 0;
    return (fflush(stdout) == 0 && !ferror(stdout)) || output_refuse(err);
}
