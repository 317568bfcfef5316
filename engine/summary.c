/* What the summary counts while Spaces pass by. */
#include <stdlib.h>
#include <string.h>

#include "engine/report.h"
#include "engine/state.h"

bool sift_summary_counts(const struct sift_space *space) {
  return !sift_span_equal(space->name, sift_span_of("-")) && !sift_span_equal(space->name, sift_span_of(SIFT_OVERFLOW_NAME));
}

enum sift_status sift_summary_init(struct sift_summary *summary, const struct sift_ruleset *ruleset) {
  *summary = (struct sift_summary){.class_count = ruleset->class_count};
  summary->class_spaces = calloc(ruleset->class_count + 1, sizeof *summary->class_spaces);
  summary->class_seen = calloc(ruleset->class_count + 1, sizeof *summary->class_seen);
  if (summary->class_spaces == NULL || summary->class_seen == NULL) {
    sift_summary_release(summary);
    return SIFT_ENOMEM;
  }
  return SIFT_OK;
}

void sift_summary_release(struct sift_summary *summary) {
  free(summary->verdicts);
  free(summary->verdict_counts);
  free(summary->verdict_severities);
  free(summary->class_spaces);
  free(summary->class_seen);
  *summary = (struct sift_summary){0};
}

static enum sift_status reserve(struct sift_summary *summary) {
  if (summary->verdict_count < summary->verdict_capacity) {
    return SIFT_OK;
  }
  size_t capacity = summary->verdict_capacity == 0 ? 64 : summary->verdict_capacity * 2;
  const char **verdicts = realloc(summary->verdicts, capacity * sizeof(*verdicts));
  summary->verdicts = verdicts != NULL ? verdicts : summary->verdicts;
  uint64_t *counts = realloc(summary->verdict_counts, capacity * sizeof *counts);
  summary->verdict_counts = counts != NULL ? counts : summary->verdict_counts;
  enum sift_severity *severities = realloc(summary->verdict_severities, capacity * sizeof *severities);
  summary->verdict_severities = severities != NULL ? severities : summary->verdict_severities;
  if (verdicts == NULL || counts == NULL || severities == NULL) {
    return SIFT_ENOMEM;
  }
  summary->verdict_capacity = capacity;
  return SIFT_OK;
}

/* Several nodes may give one verdict, so addresses that differ are compared as texts. */
static size_t find_verdict(const struct sift_summary *summary, const char *id) {
  size_t i = 0;
  while (i < summary->verdict_count && summary->verdicts[i] != id && strcmp(summary->verdicts[i], id) != 0) {
    i++;
  }
  return i;
}

static enum sift_status count_verdict(struct sift_summary *summary, const struct sift_verdict *verdict) {
  size_t i = find_verdict(summary, verdict->id);
  if (i == summary->verdict_count) {
    enum sift_status status = reserve(summary);
    if (status != SIFT_OK) {
      return status;
    }
    summary->verdicts[i] = verdict->id;
    summary->verdict_counts[i] = 0;
    summary->verdict_severities[i] = verdict->severity;
    summary->verdict_count++;
  }
  summary->verdict_counts[i]++;
  if (verdict->severity > summary->verdict_severities[i]) {
    summary->verdict_severities[i] = verdict->severity;
  }
  return SIFT_OK;
}

enum sift_status sift_summary_add(struct sift_summary *summary, const struct sift_space *space, const struct sift_verdict *verdict,
                                  const struct sift_ruleset *ruleset) {
  if (!sift_summary_counts(space)) {
    return SIFT_OK;
  }
  summary->spaces++;
  summary->need_someone += verdict->severity >= SIFT_ERROR;
  for (uint32_t i = 0; i < space->evidence_count; i++) {
    const struct sift_evidence *evidence = &space->evidence[i];
    const struct sift_rule *rule = &ruleset->rules[evidence->rule];
    bool counts = !evidence->demoted && rule->mark == SIFT_MARK_NONE && summary->class_seen[rule->class_index] != summary->spaces;
    if (counts && sift_attempt_holds(&verdict->attempt, ruleset, evidence)) {
      summary->class_seen[rule->class_index] = summary->spaces;
      summary->class_spaces[rule->class_index]++;
    }
  }
  return count_verdict(summary, verdict);
}

static bool comes_before(const struct sift_summary *summary, size_t a, size_t b) {
  if (summary->verdict_severities[a] != summary->verdict_severities[b]) {
    return summary->verdict_severities[a] > summary->verdict_severities[b];
  }
  if (summary->verdict_counts[a] != summary->verdict_counts[b]) {
    return summary->verdict_counts[a] > summary->verdict_counts[b];
  }
  return strcmp(summary->verdicts[a], summary->verdicts[b]) < 0;
}

static void swap_verdicts(struct sift_summary *summary, size_t a, size_t b) {
  const char *verdict = summary->verdicts[a];
  uint64_t count = summary->verdict_counts[a];
  enum sift_severity severity = summary->verdict_severities[a];
  summary->verdicts[a] = summary->verdicts[b];
  summary->verdict_counts[a] = summary->verdict_counts[b];
  summary->verdict_severities[a] = summary->verdict_severities[b];
  summary->verdicts[b] = verdict;
  summary->verdict_counts[b] = count;
  summary->verdict_severities[b] = severity;
}

/* Insertion: three arrays side by side, and as few verdicts as a tree has nodes. */
void sift_summary_finish(struct sift_summary *summary) {
  for (size_t i = 1; i < summary->verdict_count; i++) {
    for (size_t at = i; at > 0 && comes_before(summary, at, at - 1); at--) {
      swap_verdicts(summary, at, at - 1);
    }
  }
}
