/* What the experiment on degradation left: see assets/README.md. Nothing of it is read before it is asked for. */
#ifndef APP_LOAD_EXPERIMENT_H
#define APP_LOAD_EXPERIMENT_H

#include "app/asset/assets.h"
#include "core/train/history_read.h"

/* One of asset_history's, unpacked. The caller frees it with history_free. */
History *experiment_history(const Asset *asset, Error *err);

#endif
