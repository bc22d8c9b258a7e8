#include "app/measure/import_cifar10.h"
#include "app/cli/options.h"
#include "app/command/command.h"

bool command_import_cifar10(const Options *options, Error *err) {
    return import_cifar10(options->words[0], options->words[1], err);
}
