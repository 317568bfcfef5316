/* Typed reading of YAML nodes: what is missing, misspelt or of the wrong kind becomes a problem, and reading goes on. */
#ifndef SIFT_PATTERNS_FIELDS_H
#define SIFT_PATTERNS_FIELDS_H

#include "engine/ruleset.h"
#include "patterns/yaml.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_ID_BYTES_MAX = 64, SIFT_FIELD_NAME_MAX = 64 };

/* Where reading stands: for messages, and for the memory of what is read. */
struct sift_reading {
  struct sift_problems *problems;
  struct sift_arena *arena;
  const char *file;
  const char *subject; /* id of the rule, class or node at hand, or "" */
  bool no_memory;      /* set once an allocation failed */
};

/* A key that a mapping may hold. */
struct sift_field {
  const char *name;
  bool required;
};

/* Adds an error at a node. `field` and `hint` may be "". */
void sift_reading_error(struct sift_reading *reading, const struct sift_yaml *at, const char *field, const char *hint,
                        const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Whether `node` is a mapping; reports a wrong kind, keys that are none of `fields` and required ones that are missing.
 * `prefix` stands before the names of keys in messages: "" or e.g. "examples.". `what` is for people: "a rule". */
bool sift_read_map(struct sift_reading *reading, const struct sift_yaml *node, const char *what, const char *prefix,
                   const struct sift_field *fields, size_t count);

/* Whether `node` is a list, else an error. An empty list is one too where `filled`. */
bool sift_read_list(struct sift_reading *reading, const struct sift_yaml *node, const char *field, bool filled);

/* Text as a person writes it, not a number, true, false or null without quotes; not empty; NUL-terminated in the reading's arena,
 * though NULs may stand in it. */
bool sift_read_text(struct sift_reading *reading, const struct sift_yaml *node, const char *field, struct sift_span *out);

/* Text of one line without control characters. NULL where it is none. */
const char *sift_read_line(struct sift_reading *reading, const struct sift_yaml *node, const char *field);

/* A word of [a-z0-9-], and '_' where `underscores`; at most SIFT_ID_BYTES_MAX bytes. NULL where it is none. */
const char *sift_read_id(struct sift_reading *reading, const struct sift_yaml *node, const char *field, bool underscores);

/* http:// or https:// and no blanks. NULL where it is none. */
const char *sift_read_url(struct sift_reading *reading, const struct sift_yaml *node, const char *field);

bool sift_read_bool(struct sift_reading *reading, const struct sift_yaml *node, const char *field, bool *out);
bool sift_read_number(struct sift_reading *reading, const struct sift_yaml *node, const char *field, uint64_t *out);

/* The place of the text among `names`. */
bool sift_read_choice(struct sift_reading *reading, const struct sift_yaml *node, const char *field, const char *const *names,
                      size_t count, size_t *out);

/* "any[2]", counted from 1. */
void sift_field_item(char out[SIFT_FIELD_NAME_MAX], const char *field, size_t index);

/* sift_arena_alloc() that notes a failure. */
void *sift_reading_alloc(struct sift_reading *reading, size_t size);

#ifdef __cplusplus
}
#endif
#endif
