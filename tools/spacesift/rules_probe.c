/* Who decides a pattern: found out by compiling it, as databases only tell how many patterns need PCRE2. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/database.h"
#include "engine/pattern.h"
#include "tools/spacesift/rules.h"

/* What compiling some patterns together tells. */
struct outcome {
  bool refused;       /* some pattern is taken by nobody */
  size_t prefiltered; /* so many are decided by PCRE2 */
};

static enum sift_status add_rules(struct sift_ruleset *ruleset, const struct sift_probe *probes, size_t count) {
  if (sift_ruleset_add_class(ruleset) == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < count; i++) {
    char id[32];
    snprintf(id, sizeof id, "%zu", i);
    struct sift_rule *rule = sift_ruleset_add_rule(ruleset);
    const char *copy = sift_arena_copy(&ruleset->arena, sift_span_of(id));
    if (rule == NULL || copy == NULL) {
      return SIFT_ENOMEM;
    }
    rule->id = copy;
    rule->any = (struct sift_patterns){probes[i].pattern, 1};
  }
  return SIFT_OK;
}

static enum sift_status compile(struct sift_ruleset *ruleset, struct outcome *out) {
  struct sift_problems problems;
  sift_problems_init(&problems);
  struct sift_database *database = NULL;
  struct sift_database_info info = {0};
  enum sift_status status = sift_ruleset_seal(ruleset, &problems);
  if (status == SIFT_OK) {
    status = sift_database_compile(&database, ruleset, &problems);
  }
  if (status == SIFT_OK) {
    status = sift_database_info(database, &info);
  }
  *out = (struct outcome){.refused = status == SIFT_ERULES, .prefiltered = info.prefiltered};
  sift_database_free(database);
  sift_problems_release(&problems);
  return status == SIFT_ERULES ? SIFT_OK : status;
}

static enum sift_status compile_together(const struct sift_probe *probes, size_t count, struct outcome *out) {
  struct sift_ruleset *ruleset = NULL;
  enum sift_status status = sift_ruleset_new(&ruleset);
  if (status == SIFT_OK) {
    status = add_rules(ruleset, probes, count);
  }
  if (status == SIFT_OK) {
    status = compile(ruleset, out);
  }
  sift_ruleset_free(ruleset);
  return status;
}

/* Halves the list until all of a part fare alike. */
static enum sift_status probe_part(struct sift_probe *probes, size_t count) {
  struct outcome outcome = {0};
  enum sift_status status = count > 0 ? compile_together(probes, count, &outcome) : SIFT_OK;
  if (status != SIFT_OK) {
    return status;
  }
  bool alike = !outcome.refused && (outcome.prefiltered == 0 || outcome.prefiltered == count);
  if (!alike && count > 1) {
    status = probe_part(probes, count / 2);
    return status == SIFT_OK ? probe_part(probes + count / 2, count - count / 2) : status;
  }
  for (size_t i = 0; i < count; i++) {
    probes[i].decider = outcome.refused ? SIFT_BY_NOBODY : outcome.prefiltered > 0 ? SIFT_BY_PCRE : SIFT_BY_HYPERSCAN;
  }
  return SIFT_OK;
}

/* Those that look as if PCRE2 were needed go last, so that the two parts mostly fare alike each. */
static size_t part(struct sift_probe *probes, size_t count) {
  size_t plain = 0;
  for (size_t i = 0; i < count; i++) {
    if (!sift_pattern_looks_around(probes[i].pattern->text)) {
      struct sift_probe swap = probes[plain];
      probes[plain++] = probes[i];
      probes[i] = swap;
    }
  }
  return plain;
}

static int by_number(const void *a, const void *b) {
  const struct sift_probe *x = a;
  const struct sift_probe *y = b;
  return (x->number > y->number) - (x->number < y->number);
}

enum sift_status sift_rules_probe(struct sift_probe *probes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    probes[i].number = i;
  }
  size_t plain = part(probes, count);
  enum sift_status status = probe_part(probes, plain);
  if (status == SIFT_OK) {
    status = probe_part(probes + plain, count - plain);
  }
  qsort(probes, count, sizeof *probes, by_number);
  return status;
}
