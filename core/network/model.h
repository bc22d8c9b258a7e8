/* A Model: a network together with what is needed to use it on pictures: normalisation, class names, and the
 * notes that its file carries.
 *
 * In a file these are string metadata: "arch" ("plain20"), "shortcut" ("A", or "none"), "stride_in" ("1x1" or
 * "3x3"), "mean" and "std" ("0.485,0.456,0.406"), "classes" (comma separated, or a JSON list of strings when
 * a name has a comma in it), "preprocess" ("resize 235 bicubic, crop 224, RGB", where it is not what is
 * guessed), "activation" ("gelu"), "dataset", "recipe", "test_top1" and anything else, kept as strings and readable
 * by key. */
#ifndef CORE_NETWORK_MODEL_H
#define CORE_NETWORK_MODEL_H

#include "core/base/arena.h"
#include "core/image/preprocess.h"
#include "core/network/weights.h"

typedef struct Model {
    Network *network;               /* owned */
    Preprocess preprocess;          /* how its pictures are made ready, and where that is from */
    const char *const *class_names; /* network->classes of them; NULL when they have no names */
    const SafetensorsPair *pairs;   /* all metadata of the file, in its order; then what lies beside it */
    int pair_count, own_pair_count; /* all; of the file itself */
    const char *source;             /* path or label it came from; "" for a new one */
    const char *key;                /* the ModelOptions' own; "" for none */
    /* One line about a file that is not simply the network: what it was taken for, what was left out, which values
     * are not finite; "" when there is nothing to say. */
    const char *understood;
    int bad_tensors; /* parameters with values that are not finite, or with negative variances */
    Arena *arena;
} Model;

typedef struct ModelOptions {
    const char *arch;         /* NULL: found from the file */
    bool stride_in_1x1;       /* bottlenecks as in the paper */
    const OpSpec *activation; /* in place of the one that the name says; NULL: that one */
    char shortcut;            /* 0: found from the file; otherwise it must agree with it */
    int side;                 /* of the pictures; 0: what the file says, or the architecture's own */
    const char *key;          /* the dictionary of tensors in a checkpoint; NULL: see core/format/tensors.h */
} ModelOptions;

/* `options` may be NULL. */
Model *model_load_file(const char *path, const ModelOptions *options, Error *err);
/* `label` names the bytes in messages. The bytes are not needed afterwards. */
Model *model_load_memory(const void *bytes, size_t size, const char *label, const ModelOptions *options,
                         Error *err);
/* Takes the network (also on failure) and gives it the default normalisation and names: CIFAR-10's for a
 * 10-class CIFAR network, CIFAR-100's normalisation for one of 100 classes, ImageNet's and no names for the others. */
Model *model_new(Network *network, Error *err);
/* The same without its skips, or for a plain network with identity and zero-pad (option A) skips: a new model
 * with copies of all values that both have, and no metadata. NULL with a sentence when memory is short. */
Model *model_new_twin(const Model *model, Error *err);
void model_free(Model *model); /* NULL is fine; frees the network too */

/* Copies the names; network->classes of them. */
bool model_set_class_names(Model *model, const char *const *names, Error *err);

const char *model_value(const Model *model, const char *key); /* metadata by key; NULL when there is none */
/* "cat", or "class 281" written into `buffer` when the classes have no names. Of a single class also what stands
 * against it: "not cat". */
const char *model_class_name(const Model *model, int class_index, char *buffer, size_t buffer_size);

/* As in the metadata: "A", "B", "C", or "none" for a plain network. */
const char *model_shortcut_name(const Model *model);

/* The metadata that model_save writes: `pairs`, and what of the model's own they do not have. False when memory is
 * short; model_notes_free is due in every case. The texts of `pairs`, and the model, outlive the notes. */
enum { MODEL_OWN_PAIRS = 7 };

typedef struct ModelNotes {
    SafetensorsPair *pairs;
    int count;
    char *heap[MODEL_OWN_PAIRS]; /* texts that were made for it */
    int heap_count;
} ModelNotes;

bool model_notes(ModelNotes *notes, const Model *model, const SafetensorsPair *pairs, int pair_count);
void model_notes_free(ModelNotes *notes);

/* Writes network, "arch", "shortcut", "stride_in", "mean", "std", "classes", and `pairs` (dataset, recipe,
 * test_top1, ...); a pair of the same key wins over the model's own. Metadata the model was loaded with is
 * not copied. */
bool model_save(const Model *model, const SafetensorsPair *pairs, int pair_count, const char *path,
                Error *err);
/* The same in half the space, see WeightsNotes. */
/* The parameters alone, as torch.save writes a state_dict. */
bool model_save_torch(const Model *model, const char *path, Error *err);
bool model_save_half(const Model *model, const SafetensorsPair *pairs, int pair_count, const char *path,
                     Error *err);

#endif
