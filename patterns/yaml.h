/* A YAML file as a tree of nodes that know where they stand: the only face of libyaml. Plain data only: one document, no
 * anchors, no aliases, no tags, so that a node's size is what was written. */
#ifndef SIFT_PATTERNS_YAML_H
#define SIFT_PATTERNS_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/problem.h"
#include "engine/span.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_YAML_BYTES_MAX = 16 * 1024 * 1024, /* a file */
  SIFT_YAML_NODES_MAX = 1000 * 1000,      /* a file: keys, values, lists and mappings */
  SIFT_YAML_DEPTH_MAX = 64,               /* lists and mappings within each other */
  SIFT_YAML_KEYS_MAX = 64,                /* a mapping */
};

enum sift_yaml_kind { SIFT_YAML_SCALAR, SIFT_YAML_LIST, SIFT_YAML_MAP };

/* Immutable; lives as long as the arena it was made in. */
struct sift_yaml {
  enum sift_yaml_kind kind;
  bool plain;                    /* a scalar without quotes: may look like a number, true, false or null */
  unsigned line, column;         /* from 1 */
  struct sift_span text;         /* of a scalar, NUL-terminated beyond its length; may hold NULs */
  const struct sift_yaml *key;   /* of a value in a mapping: its key, a scalar; else NULL */
  const struct sift_yaml *first; /* items of a list, values of a mapping, in the file's order */
  const struct sift_yaml *next;
  size_t count; /* of items or values */
};

/* Reads one file into `*out`, which is NULL where the file holds no document. Keys are scalars and differ within a mapping.
 * SIFT_ERULES with each problem that was found: a syntax error or a limit ends the reading and gives NULL; others leave out
 * the value at fault, and the rest stands in `*out`, to be checked further. SIFT_ENOMEM. */
enum sift_status sift_yaml_parse(const struct sift_yaml **out, struct sift_arena *arena, const char *file, struct sift_span bytes,
                                 struct sift_problems *problems);

/* The value under a key of a mapping, or NULL. */
const struct sift_yaml *sift_yaml_get(const struct sift_yaml *map, const char *key);

#ifdef __cplusplus
}
#endif
#endif
