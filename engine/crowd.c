#include "engine/crowd.h"

#include "engine/triage.h"

const char *sift_crowd_kind_name(enum sift_crowd_kind kind) {
  return kind == SIFT_CROWD_SILENT ? "silent" : sift_phase_name((enum sift_phase)kind);
}

/* The Hub's own client waits while a Space is at one of these; the stages that users' code mentions besides are named alike. */
bool sift_stage_is_unsettled(struct sift_span stage) {
  static const char *const names[] = {"BUILDING",     "BUILD_QUEUED",         "RUNNING_BUILDING",
                                      "APP_STARTING", "RUNNING_APP_STARTING", "RUNNING_CONTAINER_STARTING"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (sift_span_equal(stage, sift_span_of(names[i]))) {
      return true;
    }
  }
  return false;
}

static bool look_up(struct sift_fact_sheet *sheet, const struct sift_space *space, const struct sift_facts *facts) {
  size_t at = facts != NULL ? sift_facts_find(facts, space->name) : SIZE_MAX;
  if (at != SIZE_MAX) {
    sift_facts_at(facts, at, sheet);
  }
  return at != SIZE_MAX;
}

void sift_crowd_add(struct sift_crowd *crowd, const struct sift_ruleset *ruleset, const struct sift_space *space,
                    const struct sift_facts *facts) {
  struct sift_attempt attempt;
  struct sift_fact_sheet sheet;
  sift_attempt_find(&attempt, ruleset, space);
  crowd->spaces++;
  if (!look_up(&sheet, space, facts) || sheet.values[SIFT_FACT_STAGE].len == 0) {
    crowd->of[attempt.phase]++;
    return;
  }
  /* Where the platform says that it has settled, it stands no more where its log ends. */
  bool unsettled = sift_stage_is_unsettled(sheet.values[SIFT_FACT_STAGE]);
  crowd->of[attempt.phase] += unsettled;
  crowd->of[SIFT_CROWD_SILENT] += unsettled && space->lines == 0 && sheet.values[SIFT_FACT_ERROR_MESSAGE].len == 0;
}

bool sift_crowd_is_there(const struct sift_crowd *crowd, enum sift_crowd_kind kind, uint64_t spaces, uint64_t percent) {
  uint64_t of = crowd->of[kind];
  return of >= spaces && (double)of * 100 >= (double)percent * (double)crowd->spaces;
}
