/* Tally of one Space + facts + incidents + decision tree → a verdict with its reasons. Pure: no clock, no files. */
#ifndef SIFT_ENGINE_TRIAGE_H
#define SIFT_ENGINE_TRIAGE_H

#include "engine/crowd.h"
#include "engine/facts.h"
#include "engine/incident.h"
#include "engine/ruleset.h"
#include "engine/space.h"
#include "engine/status_page.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_PATH_MAX = 512, SIFT_PROOFS_MAX = 8 };

/* One step of the walk, for `explain`. */
struct sift_step {
  const struct sift_node *node;
  unsigned depth;
  bool holds;
  const struct sift_evidence *evidence; /* what decided, or NULL */
  const struct sift_condition *outside; /* of what is known from outside the log, a condition that made it hold, or NULL */
};

/* What is true of the Space now, derived from its marks: never stored. */
struct sift_attempt {
  uint64_t number;           /* how many attempts the log shows at least, 0 where no mark says */
  struct sift_instant start; /* of the current one: the last queued or startup mark; undated where none */
  enum sift_phase phase;
  struct sift_instant marks[SIFT_MARKS]; /* last of each kind within the attempt */
  bool has_mark[SIFT_MARKS];
};

/* Borrows from the Space, the rule set and the incidents. */
struct sift_verdict {
  const struct sift_node *node; /* that gave the verdict; where no node of the tree holds, one that stands in for it */
  const char *id;               /* e.g. "dep_missing_module" */
  const char *branch;           /* or "" */
  enum sift_severity severity;
  enum sift_confidence confidence;
  struct sift_attempt attempt;
  const struct sift_evidence *proof;                    /* the line that proves it most, or NULL */
  const struct sift_evidence *current[SIFT_PROOFS_MAX]; /* undemoted evidence of the attempt, worst first, marks aside */
  size_t current_count;
  const struct sift_incident *incident; /* the one this Space is in, or NULL */
  bool has_facts;
  struct sift_fact_sheet facts; /* where has_facts: what is known of the Space from outside */
};

/* Triage keeps scratch memory between calls: one object a thread. */
struct sift_triage;
enum sift_status sift_triage_new(struct sift_triage **out, const struct sift_ruleset *ruleset,
                                 const struct sift_incidents *incidents);
void sift_triage_free(struct sift_triage *triage);

/* What is known besides the Space's own log and the incidents; all of it may be missing. Borrowed. */
struct sift_scene {
  /* The time of which verdicts speak: conditions on ages measure from it. SIFT_TIME_NONE: they never hold. */
  int64_t now_ns;
  /* Whether that time is the clock's, or one that a person gave, and so the present of the Spaces; archived logs end where
   * they end. */
  bool watched;
  const struct sift_facts *facts;      /* sealed */
  const struct sift_status_page *page; /* the platform's own word on itself */
  int64_t page_now_ns;                 /* the present that it speaks of; SIFT_TIME_NONE: not known */
  const struct sift_crowd *crowd;      /* of the whole fleet */
};

/* Copies the scene; what it points to must outlive the judging. Without it: no time, nothing known. */
void sift_triage_set_scene(struct sift_triage *triage, const struct sift_scene *scene);
const struct sift_scene *sift_triage_scene(const struct sift_triage *triage);

/* `space` must be sorted. The verdict borrows from it. */
void sift_triage_judge(struct sift_triage *triage, const struct sift_space *space, struct sift_verdict *out);

/* The nodes asked by the last sift_triage_judge(), in order; borrowed until the next. */
const struct sift_step *sift_triage_path(const struct sift_triage *triage, size_t *count);

/* What the marks of a Space say; sift_triage_judge() does it too. */
void sift_attempt_find(struct sift_attempt *attempt, const struct sift_ruleset *ruleset, const struct sift_space *space);

/* Whether evidence belongs to the attempt: at or after its start, or a headline rule's undated line; all of it where no mark
 * tells of an attempt. */
bool sift_attempt_holds(const struct sift_attempt *attempt, const struct sift_ruleset *ruleset,
                        const struct sift_evidence *evidence);

#ifdef __cplusplus
}
#endif
#endif
