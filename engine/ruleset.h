/* The immutable model of what we look for: classes, rules and the decision tree. Knows no YAML and no pattern engine. */
#ifndef SIFT_ENGINE_RULESET_H
#define SIFT_ENGINE_RULESET_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/arena.h"
#include "engine/problem.h"
#include "engine/span.h"
#include "engine/status.h"
#include "engine/tree.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In rising order; the names in YAML, events and reports are "info", "warning", "error", "fatal". */
enum sift_severity { SIFT_INFO, SIFT_WARNING, SIFT_ERROR, SIFT_FATAL, SIFT_SEVERITIES };

const char *sift_severity_name(enum sift_severity severity);

/* OpenTelemetry's SeverityNumber of the first step of each range: 9, 13, 17, 21 (logs data model, "SeverityNumber"). */
unsigned sift_severity_number(enum sift_severity severity);

/* False when `name` is none of the four. */
bool sift_severity_parse(struct sift_span name, enum sift_severity *out);

/* What a lifecycle rule says of an attempt; the names are "queued", "step_start", … The order is that of a life. */
enum sift_mark {
  SIFT_MARK_NONE,
  SIFT_MARK_QUEUED,
  SIFT_MARK_STEP_START,
  SIFT_MARK_STEP_OK,
  SIFT_MARK_STEP_FAILED,
  SIFT_MARK_BUILT,
  SIFT_MARK_STARTUP,
  SIFT_MARK_LISTENING,
  SIFT_MARK_HEALTHY,
  SIFT_MARK_FAILED,
  SIFT_MARKS
};

const char *sift_mark_name(enum sift_mark mark);
bool sift_mark_parse(struct sift_span name, enum sift_mark *out);

enum {
  SIFT_RULES_MAX = 16384,
  SIFT_CLASSES_MAX = 512,
  SIFT_CHANNELS_MAX = 32, /* named in rules; others share one bit */
  SIFT_PATTERN_BYTES_MAX = 4096,
  SIFT_CAPTURES_MAX = 8, /* a rule */
};

/* One PCRE pattern. `text` is NUL-terminated. */
struct sift_pattern {
  const char *text;
  unsigned line, column; /* where it stands in its file */
};

struct sift_patterns {
  const struct sift_pattern *items;
  size_t count;
};

/* Texts are NUL-terminated; they may hold NULs only where a file did, so the lengths count. */
struct sift_texts {
  const struct sift_span *items;
  size_t count;
};

/* What kind of trouble rules are evidence for. */
struct sift_class {
  const char *id;
  const char *title; /* one line for people */
  bool incident;     /* a trouble of the platform's, which may strike many Spaces at once */
  bool phrases;      /* some of its rules are counted by themselves; set by seal */
  const char *file;
  unsigned line, column;
};

struct sift_rule {
  const char *id;
  uint32_t class_index; /* into sift_ruleset.classes */
  enum sift_severity severity;
  enum sift_mark mark;
  bool headline;                       /* the platform's own statement of how the Space stands now; see docs/rules.md */
  bool incident;                       /* a phrase of the platform's that is counted by itself, whatever its class */
  uint32_t channels;                   /* bit i: applies to channels[i]; bit 31: to any other; all bits: everywhere */
  const char *title;                   /* may hold {name} of a capture */
  const char *reference;               /* URL or "" */
  struct sift_patterns any, all, none; /* within one line: one of any, each of all, none of none */
  struct sift_texts captures;          /* names of groups that stand in some pattern of `any` */
  struct sift_texts actions;           /* what to do, imperative, one line each; may hold {name} */
  struct sift_texts match, no_match;   /* examples: single lines */
  const char *file;
  unsigned line, column;
};

struct sift_ruleset {
  struct sift_arena arena;
  const char *name;           /* e.g. "spaces" */
  const char *version;        /* the rule set's own, e.g. "1" */
  uint64_t hash[2];           /* XXH3 128 over everything that changes a result (high, low); set by seal */
  char hash_text[33];         /* the same in hexadecimal */
  struct sift_class *classes; /* sorted by id after seal */
  size_t class_count;
  struct sift_rule *rules; /* sorted by id after seal: an index is a rank */
  size_t rule_count;
  const char *channels[SIFT_CHANNELS_MAX]; /* names that rules restrict themselves to; at most 31 */
  size_t channel_count;
  struct sift_tree tree;
  size_t class_capacity, rule_capacity; /* private */
};

/* An empty rule set to fill. SIFT_ENOMEM, and *out is NULL. */
enum sift_status sift_ruleset_new(struct sift_ruleset **out);
void sift_ruleset_free(struct sift_ruleset *ruleset);

/* Adds a zeroed class or rule to fill in; texts must come from ruleset->arena. NULL when memory is out or the limit is
 * reached. The pointer is good until the next add of its kind. */
struct sift_class *sift_ruleset_add_class(struct sift_ruleset *ruleset);
struct sift_rule *sift_ruleset_add_rule(struct sift_ruleset *ruleset);

/* The bit of a channel name, adding it if need be. 0 when 31 names are taken. */
uint32_t sift_ruleset_channel(struct sift_ruleset *ruleset, struct sift_span name);

/* The bit by which a record's channel is tested against sift_rule.channels; "" and "-" (unknown) give all bits. */
uint32_t sift_ruleset_channel_bit(const struct sift_ruleset *ruleset, struct sift_span name);

/* Sorts classes and rules by id, renumbers class_index and the tree's references, and sets the hash. After it the rule
 * set is immutable and may be shared by threads. Two rules or classes with one id: SIFT_ERULES, reported in `problems`. */
enum sift_status sift_ruleset_seal(struct sift_ruleset *ruleset, struct sift_problems *problems);

/* The index of an id, or -1; binary search, so only after seal. */
int sift_ruleset_find_rule(const struct sift_ruleset *ruleset, struct sift_span id);
int sift_ruleset_find_class(const struct sift_ruleset *ruleset, struct sift_span id);

#ifdef __cplusplus
}
#endif
#endif
