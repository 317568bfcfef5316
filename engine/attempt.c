/* The current attempt of a Space, derived from its marks. */
#include <assert.h>

#include "engine/triage.h"

static enum sift_phase phase_of(enum sift_mark mark) {
  switch (mark) {
  case SIFT_MARK_QUEUED:
    return SIFT_PHASE_QUEUED;
  case SIFT_MARK_STEP_START:
  case SIFT_MARK_STEP_OK:
    return SIFT_PHASE_BUILDING;
  case SIFT_MARK_BUILT:
    return SIFT_PHASE_BUILT;
  case SIFT_MARK_STARTUP:
    return SIFT_PHASE_STARTING;
  case SIFT_MARK_LISTENING:
    return SIFT_PHASE_LISTENING;
  case SIFT_MARK_HEALTHY:
    return SIFT_PHASE_HEALTHY;
  case SIFT_MARK_STEP_FAILED:
  case SIFT_MARK_FAILED:
    return SIFT_PHASE_FAILED;
  case SIFT_MARK_NONE:
  case SIFT_MARKS:
    break;
  }
  return SIFT_PHASE_UNKNOWN;
}

static bool begins_attempt(enum sift_mark mark) {
  return mark == SIFT_MARK_QUEUED || mark == SIFT_MARK_STARTUP;
}

static void find_marks(struct sift_attempt *attempt, const struct sift_ruleset *ruleset, const struct sift_space *space) {
  for (uint32_t i = 0; i < space->evidence_count; i++) {
    const struct sift_evidence *evidence = &space->evidence[i];
    enum sift_mark mark = ruleset->rules[evidence->rule].mark;
    if (mark == SIFT_MARK_NONE || evidence->demoted) {
      continue;
    }
    if (!attempt->has_mark[mark] || sift_instant_compare(&evidence->last, &attempt->marks[mark]) > 0) {
      attempt->has_mark[mark] = true;
      attempt->marks[mark] = evidence->last;
    }
    /* Several rules may know one mark, and a queued Space starts later: the most of one rule is the number of attempts. */
    if (begins_attempt(mark) && evidence->count > attempt->number) {
      attempt->number = evidence->count;
    }
  }
}

/* The start is the later of the last queued and the last startup mark; false where there is neither. */
static bool find_start(struct sift_attempt *attempt) {
  bool queued = attempt->has_mark[SIFT_MARK_QUEUED];
  bool started = attempt->has_mark[SIFT_MARK_STARTUP];
  if (!queued && !started) {
    return false;
  }
  const struct sift_instant *queue = &attempt->marks[SIFT_MARK_QUEUED];
  const struct sift_instant *startup = &attempt->marks[SIFT_MARK_STARTUP];
  attempt->start = !started || (queued && sift_instant_compare(queue, startup) > 0) ? *queue : *startup;
  return true;
}

/* Of marks at one instant the one later in life counts. */
static enum sift_phase find_phase(const struct sift_attempt *attempt) {
  enum sift_mark latest = SIFT_MARK_NONE;
  for (enum sift_mark mark = SIFT_MARK_QUEUED; mark < SIFT_MARKS; mark++) {
    if (attempt->has_mark[mark] &&
        (latest == SIFT_MARK_NONE || sift_instant_compare(&attempt->marks[mark], &attempt->marks[latest]) >= 0)) {
      latest = mark;
    }
  }
  return phase_of(latest);
}

void sift_attempt_find(struct sift_attempt *attempt, const struct sift_ruleset *ruleset, const struct sift_space *space) {
  *attempt = (struct sift_attempt){.start = {.time_ns = SIFT_TIME_NONE, .source = ""}};
  find_marks(attempt, ruleset, space);
  if (find_start(attempt)) {
    for (size_t mark = 0; mark < SIFT_MARKS; mark++) {
      attempt->has_mark[mark] = attempt->has_mark[mark] && sift_instant_compare(&attempt->marks[mark], &attempt->start) >= 0;
    }
  }
  attempt->phase = find_phase(attempt);
}

bool sift_attempt_holds(const struct sift_attempt *attempt, const struct sift_ruleset *ruleset,
                        const struct sift_evidence *evidence) {
  assert(evidence->rule < ruleset->rule_count);
  bool started = attempt->has_mark[SIFT_MARK_QUEUED] || attempt->has_mark[SIFT_MARK_STARTUP];
  bool standing = ruleset->rules[evidence->rule].headline && evidence->last.time_ns == SIFT_TIME_NONE;
  return !started || standing || sift_instant_compare(&evidence->last, &attempt->start) >= 0;
}
