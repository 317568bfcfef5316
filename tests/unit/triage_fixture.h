/* A small rule set and Spaces made by hand, for the tests of triage and of the reports. */
#ifndef SIFT_TESTS_TRIAGE_FIXTURE_H
#define SIFT_TESTS_TRIAGE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/ruleset.h"
#include "engine/space.h"

#define SECOND INT64_C(1000000000)

/* 2026-01-31 10:00:00 UTC: the begin of a window of incidents. */
#define T0 (INT64_C(1769853600) * SECOND)

struct fixture {
  struct sift_ruleset *ruleset;
  struct sift_arena arena;
  struct sift_space space;
};

static inline void fixture_class(struct fixture *fixture, const char *id, const char *title, bool incident) {
  struct sift_class *class = sift_ruleset_add_class(fixture->ruleset);
  assert_non_null(class);
  class->id = id;
  class->title = title;
  class->incident = incident;
}

static inline struct sift_rule *fixture_rule(struct fixture *fixture, const char *id, uint32_t class_index,
                                             enum sift_severity severity, enum sift_mark mark) {
  struct sift_rule *rule = sift_ruleset_add_rule(fixture->ruleset);
  assert_non_null(rule);
  rule->id = id;
  rule->class_index = class_index;
  rule->severity = severity;
  rule->mark = mark;
  rule->title = id;
  return rule;
}

/* Classes: crash, deps, life, push (of incidents). Rules: see below. No tree. */
static inline void fixture_begin(struct fixture *fixture) {
  static const struct sift_span captures[] = {{"module", 6}};
  static const struct sift_span actions[] = {{"Add {module} to requirements.txt", 32}};
  memset(fixture, 0, sizeof *fixture);
  sift_arena_init(&fixture->arena);
  assert_int_equal(sift_ruleset_new(&fixture->ruleset), SIFT_OK);
  fixture->ruleset->name = "test";
  fixture->ruleset->version = "1";
  fixture_class(fixture, "crash", "The app crashed", false);
  fixture_class(fixture, "deps", "A dependency is missing", false);
  fixture_class(fixture, "life", "Lifecycle", false);
  fixture_class(fixture, "push", "The registry refused", true);
  fixture_rule(fixture, "crash-exit", 0, SIFT_ERROR, SIFT_MARK_NONE);
  fixture_rule(fixture, "crash-fatal", 0, SIFT_FATAL, SIFT_MARK_NONE);
  struct sift_rule *module = fixture_rule(fixture, "deps-module", 1, SIFT_ERROR, SIFT_MARK_NONE);
  module->title = "{module} is not installed";
  module->captures = (struct sift_texts){captures, 1};
  module->actions = (struct sift_texts){actions, 1};
  module->reference = "https://example.org/deps";
  fixture_rule(fixture, "deps-warning", 1, SIFT_WARNING, SIFT_MARK_NONE);
  fixture_rule(fixture, "headline", 0, SIFT_ERROR, SIFT_MARK_NONE)->headline = true;
  fixture_rule(fixture, "life-failed", 2, SIFT_INFO, SIFT_MARK_FAILED);
  fixture_rule(fixture, "life-healthy", 2, SIFT_INFO, SIFT_MARK_HEALTHY);
  fixture_rule(fixture, "life-queued", 2, SIFT_INFO, SIFT_MARK_QUEUED);
  fixture_rule(fixture, "life-startup", 2, SIFT_INFO, SIFT_MARK_STARTUP);
  fixture_rule(fixture, "life-startup-too", 2, SIFT_INFO, SIFT_MARK_STARTUP);
  fixture_rule(fixture, "life-step-ok", 2, SIFT_INFO, SIFT_MARK_STEP_OK);
  fixture_rule(fixture, "push-refused", 3, SIFT_ERROR, SIFT_MARK_NONE);
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_ruleset_seal(fixture->ruleset, &problems), SIFT_OK);
  sift_problems_release(&problems);
  fixture->space.name = sift_span_of("acme/demo");
  fixture->space.first.source = fixture->space.last.source = "";
}

static inline void fixture_end(struct fixture *fixture) {
  sift_arena_release(&fixture->arena);
  sift_ruleset_free(fixture->ruleset);
}

/* Forgets the Space's evidence and gives it a name. */
static inline void fixture_space(struct fixture *fixture, const char *name) {
  memset(&fixture->space, 0, sizeof fixture->space);
  fixture->space.name = sift_span_of(name);
  fixture->space.first.source = fixture->space.last.source = "";
}

static inline uint32_t rule_index(const struct fixture *fixture, const char *id) {
  int index = sift_ruleset_find_rule(fixture->ruleset, sift_span_of(id));
  assert_true(index >= 0);
  return (uint32_t)index;
}

static inline uint32_t class_index(const struct fixture *fixture, const char *id) {
  int index = sift_ruleset_find_class(fixture->ruleset, sift_span_of(id));
  assert_true(index >= 0);
  return (uint32_t)index;
}

/* One hit of a rule in shard "a.log", with `field` as the captured value where the rule takes one. */
static inline void see_line(struct fixture *fixture, const char *rule, int64_t time_ns, uint64_t offset, bool demoted,
                            const char *line, const char *field) {
  uint32_t index = rule_index(fixture, rule);
  struct sift_instant at = {.time_ns = time_ns, .offset = offset, .source = "a.log"};
  struct sift_span value = sift_span_of(field);
  struct sift_observation seen = {
      .rule = index,
      .demoted = demoted,
      .count = 1,
      .first = at,
      .last = at,
      .text = sift_span_of(line),
      .line = offset / 10 + 1,
      .fields = &value,
      .field_count = (uint32_t)fixture->ruleset->rules[index].captures.count,
  };
  assert_true(sift_space_observe(&fixture->space, &fixture->arena, &seen));
  sift_space_sort(&fixture->space);
}

static inline void see(struct fixture *fixture, const char *rule, int64_t time_ns, uint64_t offset) {
  see_line(fixture, rule, time_ns, offset, false, rule, "torch");
}

static inline const struct sift_evidence *evidence_of(const struct fixture *fixture, const char *rule) {
  uint32_t index = rule_index(fixture, rule);
  for (uint32_t i = 0; i < fixture->space.evidence_count; i++) {
    if (fixture->space.evidence[i].rule == index && !fixture->space.evidence[i].demoted) {
      return &fixture->space.evidence[i];
    }
  }
  return NULL;
}

#endif
