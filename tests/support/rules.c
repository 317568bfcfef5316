#include "tests/support/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"

static void must(bool good, const char *what) {
  if (!good) {
    fprintf(stderr, "test support: %s failed\n", what);
    abort();
  }
}

static struct sift_patterns patterns_of(struct sift_arena *arena, const char *const *texts) {
  size_t count = 0;
  while (count < TEST_PATTERNS_MAX && texts[count] != NULL) {
    count++;
  }
  struct sift_pattern *items = sift_arena_alloc(arena, (count + 1) * sizeof *items);
  for (size_t i = 0; i < count; i++) {
    items[i].text = sift_arena_copy(arena, sift_span_of(texts[i]));
  }
  return (struct sift_patterns){items, count};
}

static struct sift_texts texts_of(struct sift_arena *arena, const char *const *texts) {
  size_t count = 0;
  while (count < TEST_PATTERNS_MAX && texts[count] != NULL) {
    count++;
  }
  struct sift_span *items = sift_arena_alloc(arena, (count + 1) * sizeof *items);
  for (size_t i = 0; i < count; i++) {
    items[i] = sift_span(sift_arena_copy(arena, sift_span_of(texts[i])), strlen(texts[i]));
  }
  return (struct sift_texts){items, count};
}

static uint32_t class_of(struct sift_ruleset *ruleset, const char *id) {
  for (size_t i = 0; i < ruleset->class_count; i++) {
    if (strcmp(ruleset->classes[i].id, id) == 0) {
      return (uint32_t)i;
    }
  }
  struct sift_class *made = sift_ruleset_add_class(ruleset);
  must(made != NULL, "adding a class");
  made->id = sift_arena_copy(&ruleset->arena, sift_span_of(id));
  made->title = made->id;
  made->incident = strncmp(id, "incident", 8) == 0;
  made->file = "test";
  return (uint32_t)ruleset->class_count - 1;
}

static void add_rule(struct sift_ruleset *ruleset, const struct test_rule *from) {
  uint32_t class_index = class_of(ruleset, from->class_id != NULL ? from->class_id : "trouble");
  struct sift_rule *rule = sift_ruleset_add_rule(ruleset);
  must(rule != NULL, "adding a rule");
  rule->id = sift_arena_copy(&ruleset->arena, sift_span_of(from->id));
  rule->class_index = class_index;
  rule->severity = from->severity;
  rule->mark = from->mark;
  rule->headline = from->headline;
  rule->incident = from->incident;
  rule->channels = from->channel != NULL ? sift_ruleset_channel(ruleset, sift_span_of(from->channel)) : UINT32_MAX;
  rule->title = rule->id;
  rule->reference = "";
  rule->file = "test";
  rule->any = patterns_of(&ruleset->arena, from->any);
  rule->all = patterns_of(&ruleset->arena, from->all);
  rule->none = patterns_of(&ruleset->arena, from->none);
  rule->captures = texts_of(&ruleset->arena, from->captures);
  rule->match = texts_of(&ruleset->arena, from->match);
  rule->no_match = texts_of(&ruleset->arena, from->no_match);
}

struct sift_ruleset *test_ruleset(const struct test_rule *rules, size_t count) {
  struct sift_ruleset *ruleset = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  must(sift_ruleset_new(&ruleset) == SIFT_OK, "making a rule set");
  ruleset->name = "test";
  ruleset->version = "1";
  for (size_t i = 0; i < count; i++) {
    add_rule(ruleset, &rules[i]);
  }
  enum sift_status status = sift_ruleset_seal(ruleset, &problems);
  sift_problems_print(&problems, stderr);
  must(status == SIFT_OK, "sealing");
  sift_problems_release(&problems);
  return ruleset;
}

struct sift_database *test_database(const struct sift_ruleset *ruleset) {
  struct sift_database *database = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  enum sift_status status = sift_database_compile(&database, ruleset, &problems);
  sift_problems_print(&problems, stderr);
  must(status == SIFT_OK, "compiling");
  sift_problems_release(&problems);
  return database;
}

char *test_padded(const char *text, size_t len) {
  char *copy = calloc(1, len + SIFT_PADDING);
  must(copy != NULL, "allocating");
  if (len > 0) {
    memcpy(copy, text, len);
  }
  return copy;
}
