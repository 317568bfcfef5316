/* The conditions of the decision tree on what the log says; those on all else stand in condition_scene.c. */
#include <assert.h>

#include "engine/triage_internal.h"

enum { DEPTH_MAX = 64 };

static bool holds_at(struct sift_triage *triage, const struct sift_condition *condition, unsigned depth,
                     const struct sift_evidence **proof);

/* Conditions that must all hold name the cause first, and then what must be true besides: of proofs that are alike grave the
 * first stands, so that a step's exit code does not take the place of the line that it follows from. */
static const struct sift_evidence *first_of_worst(const struct sift_triage *triage, const struct sift_evidence *first,
                                                  const struct sift_evidence *second) {
  if (first == NULL || second == NULL) {
    return first != NULL ? first : second;
  }
  const struct sift_rule *rules = triage->ruleset->rules;
  return rules[second->rule].severity > rules[first->rule].severity ? second : first;
}

/* Every child of `any` is asked even when the answer is known, so that the proof is the best there is. */
static bool combination(struct sift_triage *triage, const struct sift_condition *condition, unsigned depth,
                        const struct sift_evidence **proof) {
  bool all = condition->kind == SIFT_COND_ALL;
  const struct sift_condition *outside = triage->outside;
  size_t holding = 0;
  for (size_t i = 0; i < condition->child_count; i++) {
    const struct sift_evidence *own = NULL;
    if (holds_at(triage, &condition->children[i], depth + 1, &own)) {
      holding++;
      *proof = all ? first_of_worst(triage, *proof, own) : sift_triage_better(triage, *proof, own);
    } else if (all) {
      *proof = NULL;
      triage->outside = outside;
      return false;
    }
  }
  return all || holding > 0;
}

static bool negation(struct sift_triage *triage, const struct sift_condition *condition, unsigned depth) {
  assert(condition->child_count == 1);
  const struct sift_evidence *ignored = NULL;
  const struct sift_condition *outside = triage->outside;
  bool holds = holds_at(triage, &condition->children[0], depth + 1, &ignored);
  triage->outside = outside;
  return !holds;
}

/* The Space is sorted: evidence by rule, undemoted first. */
const struct sift_evidence *sift_triage_of_rule(const struct sift_triage *triage, uint32_t rule) {
  const struct sift_space *space = triage->space;
  uint32_t low = 0;
  uint32_t high = space->evidence_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (space->evidence[middle].rule < rule) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  bool found = low < space->evidence_count && space->evidence[low].rule == rule;
  return found && sift_triage_current(triage, &space->evidence[low]) ? &space->evidence[low] : NULL;
}

static const struct sift_evidence *of_severity(const struct sift_triage *triage, uint32_t severity) {
  const struct sift_evidence *worst = triage->worst;
  return worst != NULL && triage->ruleset->rules[worst->rule].severity >= severity ? worst : NULL;
}

static const struct sift_evidence *of_class_after(const struct sift_triage *triage, uint32_t class_index, uint32_t mark) {
  const struct sift_attempt *attempt = triage->attempt;
  if (!attempt->has_mark[mark] || triage->best[class_index] == NULL) {
    return triage->best[class_index];
  }
  const struct sift_evidence *best = NULL;
  for (uint32_t i = 0; i < triage->space->evidence_count; i++) {
    const struct sift_evidence *evidence = &triage->space->evidence[i];
    if (triage->ruleset->rules[evidence->rule].class_index == class_index && sift_triage_current(triage, evidence) &&
        sift_instant_compare(&evidence->last, &attempt->marks[mark]) > 0) {
      best = sift_triage_better(triage, best, evidence);
    }
  }
  return best;
}

static bool mark_after(const struct sift_attempt *attempt, uint32_t mark, uint32_t other) {
  return attempt->has_mark[mark] &&
         (!attempt->has_mark[other] || sift_instant_compare(&attempt->marks[mark], &attempt->marks[other]) > 0);
}

static bool is_old(const struct sift_triage *triage, const struct sift_instant *then, uint64_t minutes) {
  int64_t now_ns = triage->scene.now_ns;
  /* Who asks for the Space's timeout asks of the stage too, which a dated sheet knows as it was then. */
  bool of_facts = minutes == SIFT_MINUTES_STARTUP_TIMEOUT && triage->facts != NULL && triage->facts->time_ns != SIFT_TIME_NONE;
  if (of_facts && triage->facts->time_ns < now_ns) {
    now_ns = triage->facts->time_ns;
  }
  if (then->time_ns == SIFT_TIME_NONE || now_ns == SIFT_TIME_NONE || then->time_ns > now_ns) {
    return false;
  }
  const uint64_t second_ns = UINT64_C(1000000000);
  uint64_t seconds = minutes == SIFT_MINUTES_STARTUP_TIMEOUT ? sift_triage_startup_timeout(triage) : minutes * 60;
  /* Unsigned, since a state may claim any times. */
  return ((uint64_t)now_ns - (uint64_t)then->time_ns) / second_ns >= seconds;
}

/* An undated mark has no age. */
static bool mark_is_old(const struct sift_triage *triage, uint32_t mark, uint64_t minutes) {
  const struct sift_attempt *attempt = triage->attempt;
  return attempt->has_mark[mark] && is_old(triage, &attempt->marks[mark], minutes);
}

static bool phase_lasted(const struct sift_triage *triage, uint32_t phases, uint64_t minutes) {
  const struct sift_attempt *attempt = triage->attempt;
  const struct sift_instant *latest = NULL;
  for (size_t mark = 0; mark < SIFT_MARKS; mark++) {
    if (attempt->has_mark[mark] && (latest == NULL || sift_instant_compare(&attempt->marks[mark], latest) > 0)) {
      latest = &attempt->marks[mark];
    }
  }
  return (phases >> attempt->phase & 1) != 0 && latest != NULL && is_old(triage, latest, minutes);
}

static bool scene(struct sift_triage *triage, const struct sift_condition *condition, const struct sift_evidence **proof) {
  if (!sift_condition_scene_holds(triage, condition, proof)) {
    return false;
  }
  triage->outside = triage->outside != NULL ? triage->outside : condition;
  return true;
}

/* Deeper than any loaded tree: such a condition does not hold. */
static bool holds_at(struct sift_triage *triage, const struct sift_condition *condition, unsigned depth,
                     const struct sift_evidence **proof) {
  if (depth > DEPTH_MAX || !sift_condition_possible(triage, condition)) {
    return false;
  }
  switch (condition->kind) {
  case SIFT_COND_ALWAYS:
    return true;
  case SIFT_COND_ALL:
  case SIFT_COND_ANY:
    return combination(triage, condition, depth, proof);
  case SIFT_COND_NOT:
    return negation(triage, condition, depth);
  case SIFT_COND_CLASS:
    *proof = triage->best[condition->index];
    return *proof != NULL;
  case SIFT_COND_RULE:
    *proof = sift_triage_of_rule(triage, condition->index);
    return *proof != NULL;
  case SIFT_COND_SEVERITY:
    *proof = of_severity(triage, condition->index);
    return *proof != NULL;
  case SIFT_COND_PHASE:
    return (condition->index >> triage->attempt->phase & 1) != 0;
  case SIFT_COND_MARK:
    return triage->attempt->has_mark[condition->index];
  case SIFT_COND_AFTER:
    return mark_after(triage->attempt, condition->index, condition->other);
  case SIFT_COND_LINES:
    return triage->space->lines >= condition->low && triage->space->lines <= condition->high;
  case SIFT_COND_INCIDENT:
    *proof = triage->struck;
    return *proof != NULL;
  case SIFT_COND_EVIDENCE_AFTER:
    *proof = of_class_after(triage, condition->index, condition->other);
    return *proof != NULL;
  case SIFT_COND_AGE:
    return mark_is_old(triage, condition->index, condition->low);
  case SIFT_COND_LASTED:
    return phase_lasted(triage, condition->index, condition->low);
  case SIFT_COND_WATCHED:
    return triage->scene.watched;
  case SIFT_COND_FACT:
  case SIFT_COND_KNOWN:
  case SIFT_COND_SAME:
  case SIFT_COND_DIFFERS:
  case SIFT_COND_STATUS:
  case SIFT_COND_CROWD:
    return scene(triage, condition, proof);
  }
  return false;
}

bool sift_condition_holds(struct sift_triage *triage, const struct sift_condition *condition, const struct sift_evidence **proof) {
  *proof = NULL;
  triage->outside = NULL;
  return holds_at(triage, condition, 0, proof);
}
