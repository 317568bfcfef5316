/* The decision tree as data: nodes with a condition, a verdict and children. Filled by the loader, walked by triage. */
#ifndef SIFT_ENGINE_TREE_H
#define SIFT_ENGINE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a Space's current attempt stands, by the latest mark. The names are "unknown", "queued", "building", … */
enum sift_phase {
  SIFT_PHASE_UNKNOWN,
  SIFT_PHASE_QUEUED,
  SIFT_PHASE_BUILDING,
  SIFT_PHASE_BUILT,
  SIFT_PHASE_STARTING,
  SIFT_PHASE_LISTENING,
  SIFT_PHASE_HEALTHY,
  SIFT_PHASE_FAILED,
  SIFT_PHASES
};

const char *sift_phase_name(enum sift_phase phase);

enum sift_condition_kind {
  SIFT_COND_ALWAYS,
  SIFT_COND_ALL,            /* every child */
  SIFT_COND_ANY,            /* some child */
  SIFT_COND_NOT,            /* its one child does not hold */
  SIFT_COND_CLASS,          /* current, undemoted evidence of a class; `index` into classes */
  SIFT_COND_RULE,           /* the same of one rule; `index` into rules */
  SIFT_COND_SEVERITY,       /* current, undemoted evidence of at least this severity, marks aside; `index` an enum sift_severity */
  SIFT_COND_PHASE,          /* `index`: a set of bits 1 << enum sift_phase */
  SIFT_COND_MARK,           /* the current attempt has this mark; `index` an enum sift_mark */
  SIFT_COND_AFTER,          /* the last mark `index` of the attempt comes after the last mark `other`, or that is absent */
  SIFT_COND_LINES,          /* lines of the Space within [low, high] */
  SIFT_COND_INCIDENT,       /* an incident of the class that this Space has evidence of is under way, and the Space is in it */
  SIFT_COND_EVIDENCE_AFTER, /* current, undemoted evidence of class `index` comes after the last mark `other` */
  SIFT_COND_AGE,            /* the last mark `index` of the attempt is at least `low` minutes old, by the time triage is told */
  SIFT_COND_WATCHED,        /* somebody watches the Space now: what is missing from its log may still come */
  SIFT_COND_LASTED,  /* the attempt stands at a phase of the set `index`, and its latest mark is at least `low` minutes old */
  SIFT_COND_FACT,    /* the fact `index` (enum sift_fact) is known to be `value` */
  SIFT_COND_KNOWN,   /* the fact `index` is known at all */
  SIFT_COND_SAME,    /* what evidence of rule `index` captured as its capture `low` is the fact `other` */
  SIFT_COND_DIFFERS, /* the same, but both are known and are not the same */
  SIFT_COND_STATUS,  /* the status page has component `value`, or an open report of it, at a state of the set `index` */
  SIFT_COND_CROWD,   /* at least `low` Spaces, and `high` percent of all, are of crowd `index` (enum sift_crowd_kind) */
};

/* Instead of a number of minutes: the Space's own start-up timeout, or the platform's where that is not known. */
#define SIFT_MINUTES_STARTUP_TIMEOUT UINT64_MAX

struct sift_condition {
  enum sift_condition_kind kind;
  uint32_t index;
  uint32_t other;
  uint64_t low, high;
  struct sift_span value;                /* FACT, STATUS */
  const struct sift_condition *children; /* ALL, ANY, NOT */
  size_t child_count;
  /* It holds only where there is current evidence of one of these classes, bits 1 << (class % 64); 0: it may hold without.
   * Set by seal. Most conditions ask for a class that a Space has nothing of: this tells so at a glance. */
  uint64_t classes;
  unsigned line, column; /* in the tree's file */
};

/* Whether `index` is a rule, or a class. */
static inline bool sift_condition_names_rule(const struct sift_condition *condition) {
  return condition->kind == SIFT_COND_RULE || condition->kind == SIFT_COND_SAME || condition->kind == SIFT_COND_DIFFERS;
}
static inline bool sift_condition_names_class(const struct sift_condition *condition) {
  return condition->kind == SIFT_COND_CLASS || condition->kind == SIFT_COND_EVIDENCE_AFTER;
}

enum sift_confidence { SIFT_LOW, SIFT_MEDIUM, SIFT_HIGH };

const char *sift_confidence_name(enum sift_confidence confidence);

/* A node holds when its condition holds. Its children are then asked in order; the first that holds decides, and where
 * none does the node's own verdict stands. A node without a verdict only groups: where no child holds, it does not. */
struct sift_node {
  const char *id;
  const char *question; /* what is asked, for `explain` */
  const char *verdict;  /* NULL for a group */
  const char *branch;   /* of the published tree, e.g. "6B", or "" */
  const char *title;    /* one line for people; "" takes the title of the deciding rule */
  uint8_t severity;     /* enum sift_severity, of the verdict */
  enum sift_confidence confidence;
  struct sift_condition when;
  const char *const *actions; /* after the deciding rule's own actions */
  size_t action_count;
  const char *reference; /* URL or "" */
  const struct sift_node *children;
  size_t child_count;
  unsigned line, column;
};

struct sift_tree {
  const struct sift_node *nodes; /* the top level, asked in order */
  size_t count;
  const char *file;
};

#ifdef __cplusplus
}
#endif
#endif
