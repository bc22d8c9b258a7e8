/* Names of classes: lists in text files, and CIFAR-10's. */
#ifndef CORE_NETWORK_CLASS_NAMES_H
#define CORE_NETWORK_CLASS_NAMES_H

#include "core/base/arena.h"
#include "core/base/error.h"

enum { CLASS_NAME_MAX = 128 }; /* bytes of one name */

/* airplane automobile bird cat deer dog frog horse ship truck: the order of the labels; ten of them. */
const char *const *class_names_cifar10(void);

/* Exactly `count` names of UTF-8 without control characters: one a line, empty lines only at the end; or JSON, a list of
 * names, or an object from classes to names ({"0": "tench"}, Hugging Face's id2label, alone or in its config.json), to pairs of WordNet's
 * identifier and a name (Keras' class_index.json), or from names to classes ({"tench": 0}). `label` names the text in
 * messages. The names live in the arena; NULL on error. */
const char *const *class_names_parse(Arena *arena, const char *text, size_t size, int count,
                                     const char *label, Error *err);
const char *const *class_names_load(Arena *arena, const char *path, int count, Error *err);

/* A copy of names in the arena; NULL when memory is short. */
const char *const *class_names_copy(Arena *arena, const char *const *names, int count);

#endif
