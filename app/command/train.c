#include <signal.h>

#include "app/command/command.h"
#include "app/train/run.h"

bool command_train(const Options *options, Error *err) {
    TrainRun run;
    bool ok = train_run_begin(&run, options, err) &&
              (run.finished ? train_run_tell_finished(&run, err) : train_run(&run, err));
    train_run_end(&run);
    /* Whoever started the program is to see that a signal ended it. */
    if (run.signal) raise(run.signal);
    return ok;
}
