#ifndef APP_ASSET_FOLDER_H
#define APP_ASSET_FOLDER_H

#include "core/base/error.h"

/* There is a folder of that name afterwards; one that is there already is fine. */
bool folder_make(const char *path, Error *err);

#endif
