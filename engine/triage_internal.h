enum { SIFT_PAGE_ANSWERS = 64 };

/* What judging one Space knows; shared by the walk and the conditions. */
#ifndef SIFT_ENGINE_TRIAGE_INTERNAL_H
#define SIFT_ENGINE_TRIAGE_INTERNAL_H

#include "engine/triage.h"

struct sift_triage {
  const struct sift_ruleset *ruleset;
  const struct sift_incidents *incidents;
  const struct sift_evidence **best; /* by class: the best current evidence; NULL where none */
  struct sift_scene scene;
  /* What the status page answers is the same for all Spaces: looked up once a condition. */
  struct {
    const struct sift_condition *asked;
    bool holds;
  } page_answers[SIFT_PAGE_ANSWERS];
  size_t page_answer_count;
  struct sift_step path[SIFT_PATH_MAX];
  size_t path_count;
  /* Of the Space being judged: */
  const struct sift_space *space;
  const struct sift_attempt *attempt;
  uint64_t classes;                   /* of current evidence, as sift_condition's */
  const struct sift_evidence *worst;  /* of all current evidence */
  const struct sift_evidence *struck; /* the evidence that an incident explains */
  const struct sift_incident *incident;
  const struct sift_fact_sheet *facts; /* NULL where nothing is known */
  bool runs;                           /* by the facts, as of `runs_ns`; INT64_MAX: now */
  int64_t runs_ns;
  const struct sift_condition *outside; /* while a node is asked: the first condition on the scene that holds */
};

/* Undemoted evidence of the current attempt, marks included, that the facts have not overtaken. */
bool sift_triage_current(const struct sift_triage *triage, const struct sift_evidence *evidence);

/* The one that proves more: the more severe, then the later (what stopped a Space comes last), then by rule id. Either may
 * be NULL. */
const struct sift_evidence *sift_triage_better(const struct sift_triage *triage, const struct sift_evidence *a,
                                               const struct sift_evidence *b);

/* False where the condition cannot hold, for want of evidence. */
static inline bool sift_condition_possible(const struct sift_triage *triage, const struct sift_condition *condition) {
  return condition->classes == 0 || (condition->classes & triage->classes) != 0;
}

/* Whether the condition holds for the Space; *proof is then the evidence that satisfied it, or NULL where none was asked, and
 * triage->outside the first of its conditions on the scene that holds, or NULL. */
bool sift_condition_holds(struct sift_triage *triage, const struct sift_condition *condition, const struct sift_evidence **proof);

/* The conditions on the scene (condition_scene.c): facts, status page, crowd. *proof as above. */
bool sift_condition_scene_holds(struct sift_triage *triage, const struct sift_condition *condition,
                                const struct sift_evidence **proof);

/* In seconds: the Space's, or the platform's where that is not known. */
uint64_t sift_triage_startup_timeout(const struct sift_triage *triage);

/* Current, undemoted evidence of a rule, or NULL. */
const struct sift_evidence *sift_triage_of_rule(const struct sift_triage *triage, uint32_t rule);

#endif
