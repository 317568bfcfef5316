/* What the parts of the loader share: the set being filled, and the ids that files refer to each other by. */
#ifndef SIFT_PATTERNS_LOADER_INTERNAL_H
#define SIFT_PATTERNS_LOADER_INTERNAL_H

#include "patterns/fields.h"
#include "patterns/loader.h"

enum { SIFT_SET_BYTES_MAX = 64 * 1024 * 1024 }; /* all files of a set */

/* An id, what it is the id of, and where it stands. */
struct sift_id {
  const char *id;
  uint32_t index;
  const char *file;
  unsigned line, column;
};

/* Filled first, then sorted, then asked. */
struct sift_ids {
  const char *what; /* "rule", "class", "tree node" */
  struct sift_id *items;
  size_t count, capacity;
};

bool sift_ids_add(struct sift_ids *ids, const struct sift_id *id);
void sift_ids_release(struct sift_ids *ids);

/* Sorts by id; reports each that stands twice, with both places. */
void sift_ids_sort(struct sift_ids *ids, struct sift_problems *problems);

/* The index of a sorted id, or -1. */
int sift_ids_find(const struct sift_ids *ids, const char *id);

/* One file as read. */
struct sift_document {
  const char *file;
  const struct sift_yaml *root; /* NULL: empty, or not readable */
};

struct sift_loader {
  struct sift_ruleset *ruleset;
  struct sift_reading reading; /* its arena is the rule set's */
  struct sift_arena scratch;   /* YAML nodes */
  struct sift_document *documents;
  size_t document_count;
  bool partial;    /* some file could not be read whole: what seems to be missing may stand there */
  bool rules_seen; /* some file has rules, right or wrong */
  struct sift_ids classes, rules;
};

/* As sift_rules_parse(). `partial`: there are more files, which could not be read, so that SIFT_ERULES is the best there is. */
enum sift_status sift_loader_parse(struct sift_ruleset **out, const struct sift_rule_file *files, size_t count, bool partial,
                                   struct sift_problems *problems);

/* Whether a named id is among `ids`; if not, an error that suggests the nearest. */
bool sift_loader_refer(struct sift_loader *loader, const struct sift_ids *ids, const struct sift_yaml *node, const char *field,
                       const char *id, uint32_t *index);

/* Each reads the list under one key of one file. */
void sift_load_classes(struct sift_loader *loader, const struct sift_yaml *list);
void sift_load_rules(struct sift_loader *loader, const struct sift_yaml *list);
void sift_load_tree(struct sift_loader *loader, const struct sift_yaml *list);

/* One condition of the tree; `reading.subject` is the node's id. */
bool sift_load_condition(struct sift_loader *loader, const struct sift_yaml *node, struct sift_condition *out);

/* How a condition is read: what stands behind its key is `value`. False where it holds an error, which was reported. */
typedef bool sift_condition_fn(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out);

/* ID or [ID…]: a list becomes ANY of one condition an id. `like` has the kind and what else they share. */
bool sift_load_ids(struct sift_loader *loader, const struct sift_ids *ids, const struct sift_yaml *value, const char *field,
                   struct sift_condition like, struct sift_condition *out);

/* Conditions on what is known from outside the logs. */
sift_condition_fn sift_load_fact, sift_load_known, sift_load_same, sift_load_differs, sift_load_page_status, sift_load_crowd;

/* The list of patterns under `field`, checked as far as their text tells. */
struct sift_patterns sift_load_patterns(struct sift_reading *reading, const struct sift_yaml *list, const char *field);

/* The lists within a rule. Captures must be groups of the `any` patterns. */
uint32_t sift_load_channels(struct sift_loader *loader, const struct sift_yaml *list);
struct sift_texts sift_load_captures(struct sift_reading *reading, const struct sift_yaml *list, const struct sift_patterns *any);
struct sift_texts sift_load_actions(struct sift_reading *reading, const struct sift_yaml *list);
void sift_load_examples(struct sift_reading *reading, const struct sift_yaml *node, struct sift_rule *rule);

#endif
