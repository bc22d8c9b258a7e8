#include "app/asset/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool folder_make(const char *path, Error *err) {
    struct stat status;
    if (mkdir(path, 0777) == 0) return true;
    if (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return true;
    return error_set(err, ERROR_FILE, "%s: cannot be made a folder: %s", path, strerror(errno));
}
