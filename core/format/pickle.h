/* Python pickles as torch.save writes them, read without Python: a machine with a stack, of which only the
 * instructions that build dictionaries, lists, numbers, texts and tensors are there.
 *
 * Nothing that a file names is ever looked up, let alone called. A name ("torch._utils", "_rebuild_tensor_v2") stands for what
 * this reader does itself, by a list (core/format/pickle_globals); names of things that training scripts leave in checkpoints beside
 * the tensors become values without content; every other name is refused, and those that run commands are called dangerous. All
 * values are in one arena, nothing here calls itself, and instructions, depth and memory are bounded. Source: Python's Lib/pickle.py
 * and Lib/pickletools.py. */
#ifndef CORE_FORMAT_PICKLE_H
#define CORE_FORMAT_PICKLE_H

#include "core/base/arena.h"
#include "core/format/element.h"
#include "core/format/source.h"

enum { PICKLE_RANK_MAX = 8 };

typedef enum PickleKind {
    PICKLE_NONE,
    PICKLE_BOOL,
    PICKLE_INT,
    PICKLE_TEXT,
    PICKLE_TUPLE,
    PICKLE_LIST,
    PICKLE_DICT,
    PICKLE_GLOBAL,
    PICKLE_STORAGE,
    PICKLE_TENSOR,
    PICKLE_OPAQUE /* something whose content is of no use here */
} PickleKind;

typedef struct PickleValue PickleValue;

/* A row of elements that tensors are views of; its values are elsewhere, under its key. */
typedef struct PickleStorage {
    const char *key;
    ElementType type;
    uint64_t count;
} PickleStorage;

typedef struct PickleTensor {
    PickleStorage storage;
    int rank;
    uint64_t dims[PICKLE_RANK_MAX], strides[PICKLE_RANK_MAX]; /* elements */
    uint64_t offset, count;
} PickleTensor;

/* Items of a tuple or list; of a dictionary key, value, key, value, ... */
typedef struct PickleItems {
    PickleValue **at;
    size_t count, room;
} PickleItems;

struct PickleValue {
    PickleKind kind;
    bool visited; /* for those who walk through values: one may be in many places, even within itself */
    union {
        int64_t integer; /* and truth */
        const char *text;
        PickleItems items;
        const struct PickleGlobal *global; /* also of an opaque value; NULL for one without a name */
        const PickleStorage *storage;
        const PickleTensor *tensor;
    } as;
};

typedef struct PickleResult {
    const PickleValue *root;
    PickleItems storages; /* all that it names, one of them perhaps often */
} PickleResult;

/* Reads one pickle that begins at byte *at of the source and ends before `end`; *at is then behind it. The values are the
 * arena's. False when it is damaged or names what is not on the list. */
bool pickle_read(const Source *source, uint64_t *at, uint64_t end, Arena *arena, PickleResult *result,
                 Error *err);

/* The value of a dictionary's text key; NULL when there is none. Of several the last, as in Python. */
const PickleValue *pickle_get(const PickleValue *dictionary, const char *key);

/* "torch.nn.modules.container.Sequential" of a global or of what it made; "" for others. */
void pickle_name(const PickleValue *value, char *out, size_t out_size);

/* What a file is called in a line of Python that opens it: its own name, or "FILE" where that is long or has quotes. */
const char *pickle_file_name(const char *label);

#endif
