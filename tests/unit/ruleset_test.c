#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/ruleset.h"

/* What a small set is made of, so that each test can change one thing. */
struct recipe {
  bool reversed; /* classes, rules and channels added last first */
  const char *name, *version, *class_title, *pattern, *none, *capture, *title, *action, *reference, *example, *verdict, *file;
  bool incident, headline, phrase;
  enum sift_severity severity;
  enum sift_mark mark;
  bool other_channel, other_class, other_rule_asked;
  unsigned line;
};

static const struct recipe plain = {.name = "t",
                                    .version = "1",
                                    .class_title = "A class",
                                    .pattern = "foo (?<x>a)",
                                    .none = "bar",
                                    .capture = "x",
                                    .title = "A title",
                                    .action = "Do it",
                                    .reference = "",
                                    .example = "foo a",
                                    .verdict = "v",
                                    .file = "f",
                                    .severity = SIFT_ERROR};

static void *copy(struct sift_ruleset *ruleset, const void *bytes, size_t size) {
  return memcpy(sift_arena_alloc(&ruleset->arena, size), bytes, size);
}

static struct sift_texts one_text(struct sift_ruleset *ruleset, const char *text) {
  struct sift_span span = sift_span_of(text);
  return (struct sift_texts){copy(ruleset, &span, sizeof span), 1};
}

static struct sift_patterns one_pattern(struct sift_ruleset *ruleset, const char *text) {
  struct sift_pattern pattern = {text, 1, 1};
  return (struct sift_patterns){copy(ruleset, &pattern, sizeof pattern), 1};
}

static void add_classes(struct sift_ruleset *ruleset, const struct recipe *recipe) {
  const char *ids[] = {"alpha", "beta", "gamma"};
  for (int i = 0; i < 3; i++) {
    struct sift_class *class = sift_ruleset_add_class(ruleset);
    class->id = ids[recipe->reversed ? 2 - i : i];
    class->title = recipe->class_title;
    class->incident = recipe->incident;
  }
}

static uint32_t class_at(const struct sift_ruleset *ruleset, const char *id) {
  for (size_t i = 0; i < ruleset->class_count; i++) {
    if (strcmp(ruleset->classes[i].id, id) == 0) {
      return (uint32_t)i;
    }
  }
  fail();
  return 0;
}

static void add_rule(struct sift_ruleset *ruleset, const struct recipe *recipe, const char *id) {
  const char *class = strcmp(id, "one") == 0 ? "gamma" : recipe->other_class ? "beta" : "alpha";
  const char *channel = strcmp(id, "one") == 0 ? "run" : "build";
  struct sift_rule *rule = sift_ruleset_add_rule(ruleset);
  rule->id = id;
  rule->class_index = class_at(ruleset, class);
  rule->severity = recipe->severity;
  rule->mark = recipe->mark;
  rule->headline = recipe->headline;
  rule->incident = recipe->phrase;
  rule->channels = sift_ruleset_channel(ruleset, sift_span_of(recipe->other_channel ? "third" : channel)) | UINT32_C(1) << 31;
  rule->title = recipe->title;
  rule->reference = recipe->reference;
  rule->any = one_pattern(ruleset, recipe->pattern);
  rule->none = one_pattern(ruleset, recipe->none);
  rule->captures = one_text(ruleset, recipe->capture);
  rule->actions = one_text(ruleset, recipe->action);
  rule->match = one_text(ruleset, recipe->example);
  rule->file = recipe->file;
  rule->line = recipe->line;
}

static void add_tree(struct sift_ruleset *ruleset, const struct recipe *recipe) {
  uint32_t one = strcmp(ruleset->rules[0].id, "one") == 0 ? 0 : 1;
  struct sift_condition parts[] = {{.kind = SIFT_COND_CLASS, .index = class_at(ruleset, "gamma")},
                                   {.kind = SIFT_COND_RULE, .index = recipe->other_rule_asked ? 1 - one : one},
                                   {.kind = SIFT_COND_PHASE, .index = 2}};
  struct sift_node child = {.id = "child",
                            .question = "?",
                            .verdict = recipe->verdict,
                            .branch = "",
                            .title = "",
                            .reference = "",
                            .when = {.kind = SIFT_COND_EVIDENCE_AFTER, .index = class_at(ruleset, "beta"), .other = 3}};
  struct sift_node top = {.id = "top", .question = "?", .branch = "", .title = "", .reference = ""};
  top.when = (struct sift_condition){.kind = SIFT_COND_ANY, .children = copy(ruleset, parts, sizeof parts), .child_count = 3};
  top.children = copy(ruleset, &child, sizeof child);
  top.child_count = 1;
  ruleset->tree.nodes = copy(ruleset, &top, sizeof top);
  ruleset->tree.count = 1;
}

static struct sift_ruleset *cook(const struct recipe *recipe) {
  struct sift_ruleset *ruleset = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_ruleset_new(&ruleset), SIFT_OK);
  ruleset->name = recipe->name;
  ruleset->version = recipe->version;
  add_classes(ruleset, recipe);
  add_rule(ruleset, recipe, recipe->reversed ? "two" : "one");
  add_rule(ruleset, recipe, recipe->reversed ? "one" : "two");
  add_tree(ruleset, recipe);
  assert_int_equal(sift_ruleset_seal(ruleset, &problems), SIFT_OK);
  assert_int_equal(problems.errors, 0);
  sift_problems_release(&problems);
  return ruleset;
}

static void hash_of(const struct recipe *recipe, char out[33]) {
  struct sift_ruleset *ruleset = cook(recipe);
  memcpy(out, ruleset->hash_text, 33);
  assert_int_equal(strlen(out), 32);
  sift_ruleset_free(ruleset);
}

static void sealing_sorts_and_keeps_every_reference(void **state) {
  (void)state;
  struct recipe recipe = plain;
  recipe.reversed = true;
  struct sift_ruleset *ruleset = cook(&recipe);
  assert_string_equal(ruleset->classes[0].id, "alpha");
  assert_string_equal(ruleset->rules[0].id, "one");
  assert_int_equal(ruleset->rules[0].class_index, 2);
  assert_int_equal(ruleset->rules[1].class_index, 0);
  assert_string_equal(ruleset->channels[0], "build");
  assert_int_equal(ruleset->rules[0].channels, UINT32_C(1) << 31 | 2);
  assert_int_equal(ruleset->rules[1].channels, UINT32_C(1) << 31 | 1);
  const struct sift_node *top = ruleset->tree.nodes;
  assert_int_equal(top->when.children[0].index, 2);
  assert_int_equal(top->when.children[1].index, 0);
  assert_int_equal(top->when.children[2].index, 2);
  assert_int_equal(top->children[0].when.index, 1);
  assert_int_equal(top->children[0].when.other, 3);
  sift_ruleset_free(ruleset);
}

/* What sealing says of `all` or `any` of three children: a class, another class, and a phase. */
static uint64_t classes_of(enum sift_condition_kind kind, size_t first, size_t count) {
  struct sift_ruleset *ruleset = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_ruleset_new(&ruleset), SIFT_OK);
  add_classes(ruleset, &plain);
  add_rule(ruleset, &plain, "one");
  struct sift_condition parts[] = {{.kind = SIFT_COND_CLASS, .index = class_at(ruleset, "gamma")},
                                   {.kind = SIFT_COND_CLASS, .index = class_at(ruleset, "beta")},
                                   {.kind = SIFT_COND_PHASE, .index = 2}};
  struct sift_node top = {.id = "top", .question = "?", .branch = "", .title = "", .reference = ""};
  top.when = (struct sift_condition){.kind = kind, .children = copy(ruleset, parts, sizeof parts), .child_count = count};
  top.when.children += first;
  ruleset->tree.nodes = copy(ruleset, &top, sizeof top);
  ruleset->tree.count = 1;
  assert_int_equal(sift_ruleset_seal(ruleset, &problems), SIFT_OK);
  uint64_t classes = ruleset->tree.nodes->when.classes;
  sift_ruleset_free(ruleset);
  sift_problems_release(&problems);
  return classes;
}

/* alpha, beta, gamma have the bits 1, 2 and 4. */
static void sealing_knows_the_classes_without_which_a_condition_fails(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = cook(&plain);
  const struct sift_node *top = ruleset->tree.nodes;
  assert_int_equal(top->when.children[0].classes, 4);
  assert_int_equal(top->when.children[1].classes, UINT64_C(1) << ruleset->rules[top->when.children[1].index].class_index);
  assert_int_equal(top->when.children[2].classes, 0);
  assert_int_equal(top->children[0].when.classes, 2);
  sift_ruleset_free(ruleset);
  assert_int_equal(classes_of(SIFT_COND_ANY, 0, 2), 6);
  assert_int_equal(classes_of(SIFT_COND_ANY, 0, 3), 0);
  assert_int_equal(classes_of(SIFT_COND_ALL, 0, 3), 4);
  assert_int_equal(classes_of(SIFT_COND_ALL, 2, 1), 0);
  assert_int_equal(classes_of(SIFT_COND_ALL, 1, 2), 2);
  assert_int_equal(classes_of(SIFT_COND_NOT, 0, 1), 0);
}

static void the_hash_does_not_depend_on_the_order_of_adding(void **state) {
  (void)state;
  struct recipe reversed = plain;
  reversed.reversed = true;
  char a[33];
  char b[33];
  hash_of(&plain, a);
  hash_of(&reversed, b);
  assert_string_equal(a, b);
}

static void the_hash_does_not_depend_on_places_and_examples(void **state) {
  (void)state;
  struct recipe other = plain;
  other.file = "elsewhere";
  other.line = 77;
  other.example = "foo a, again";
  char a[33];
  char b[33];
  hash_of(&plain, a);
  hash_of(&other, b);
  assert_string_equal(a, b);
}

static void the_hash_changes_with_everything_that_changes_results(void **state) {
  (void)state;
  enum { CHANGES = 20 };
  char hashes[CHANGES + 1][33];
  hash_of(&plain, hashes[CHANGES]);
  for (int i = 0; i < CHANGES; i++) {
    struct recipe other = plain;
    const char **texts[] = {&other.name,    &other.version, &other.class_title, &other.pattern,   &other.none,
                            &other.capture, &other.title,   &other.action,      &other.reference, &other.verdict};
    if (i < 10) {
      *texts[i] = "changed";
    }
    other.incident = i == 10;
    other.headline = i == 11;
    other.severity = i == 12 ? SIFT_FATAL : plain.severity;
    other.mark = i == 13 ? SIFT_MARK_BUILT : plain.mark;
    other.other_channel = i == 14;
    other.other_class = i == 15;
    other.other_rule_asked = i == 16;
    other.verdict = i == 17 ? NULL : other.verdict;
    other.pattern = i == 18 ? "" : other.pattern;
    other.phrase = i == 19;
    hash_of(&other, hashes[i]);
    for (int j = 0; j < i; j++) {
      assert_string_not_equal(hashes[i], hashes[j]);
    }
    assert_string_not_equal(hashes[i], hashes[CHANGES]);
  }
}

static void the_hash_is_the_same_on_every_machine(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = cook(&plain);
  char expected[33];
  snprintf(expected, sizeof expected, "%016llx%016llx", (unsigned long long)ruleset->hash[0], (unsigned long long)ruleset->hash[1]);
  assert_string_equal(ruleset->hash_text, expected);
  assert_string_equal(ruleset->hash_text, "278a64d086025f784061f8938e9d8c92");
  sift_ruleset_free(ruleset);
}

static void two_of_one_id_are_refused_with_both_places(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_ruleset_new(&ruleset), SIFT_OK);
  sift_ruleset_add_class(ruleset)->id = "c";
  for (unsigned i = 0; i < 3; i++) {
    struct sift_rule *rule = sift_ruleset_add_rule(ruleset);
    rule->id = i == 1 ? "other" : "same";
    rule->file = i == 0 ? "a.yaml" : "b.yaml";
    rule->line = 10 + i;
  }
  assert_int_equal(sift_ruleset_seal(ruleset, &problems), SIFT_ERULES);
  assert_int_equal(problems.errors, 1);
  assert_string_equal(problems.items[0].file, "b.yaml");
  assert_int_equal(problems.items[0].line, 12);
  assert_non_null(strstr(problems.items[0].message, "a.yaml:10"));
  sift_problems_release(&problems);
  sift_ruleset_free(ruleset);
}

static void ids_are_found_after_sealing_and_no_others(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_ruleset_new(&ruleset), SIFT_OK);
  sift_ruleset_add_class(ruleset)->id = "c";
  for (int i = 999; i >= 0; i--) {
    char id[16];
    snprintf(id, sizeof id, "rule-%03d", i);
    sift_ruleset_add_rule(ruleset)->id = sift_arena_copy(&ruleset->arena, sift_span_of(id));
  }
  assert_int_equal(sift_ruleset_seal(ruleset, &problems), SIFT_OK);
  assert_int_equal(sift_ruleset_find_rule(ruleset, sift_span_of("rule-000")), 0);
  assert_int_equal(sift_ruleset_find_rule(ruleset, sift_span_of("rule-777")), 777);
  assert_int_equal(sift_ruleset_find_rule(ruleset, sift_span_of("rule-999")), 999);
  assert_int_equal(sift_ruleset_find_rule(ruleset, sift_span_of("rule-")), -1);
  assert_int_equal(sift_ruleset_find_rule(ruleset, sift_span("rule-777 ", 9)), -1);
  assert_int_equal(sift_ruleset_find_class(ruleset, sift_span_of("c")), 0);
  assert_int_equal(sift_ruleset_find_class(ruleset, sift_span_of("")), -1);
  sift_problems_release(&problems);
  sift_ruleset_free(ruleset);
}

static void an_empty_set_is_sealed_and_finds_nothing(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_ruleset_new(&ruleset), SIFT_OK);
  assert_int_equal(sift_ruleset_seal(ruleset, &problems), SIFT_OK);
  assert_int_equal(sift_ruleset_find_rule(ruleset, sift_span_of("x")), -1);
  sift_problems_release(&problems);
  sift_ruleset_free(ruleset);
  sift_ruleset_free(NULL);
}

static void limits_are_kept(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = NULL;
  assert_int_equal(sift_ruleset_new(&ruleset), SIFT_OK);
  for (int i = 0; i < SIFT_CLASSES_MAX; i++) {
    assert_non_null(sift_ruleset_add_class(ruleset));
  }
  assert_null(sift_ruleset_add_class(ruleset));
  for (int i = 0; i < SIFT_RULES_MAX; i++) {
    assert_non_null(sift_ruleset_add_rule(ruleset));
  }
  assert_null(sift_ruleset_add_rule(ruleset));
  for (uint32_t i = 0; i < SIFT_CHANNELS_MAX - 1; i++) {
    char name[16];
    snprintf(name, sizeof name, "c%u", i);
    assert_int_equal(sift_ruleset_channel(ruleset, sift_span_of(name)), UINT32_C(1) << i);
    assert_int_equal(sift_ruleset_channel(ruleset, sift_span_of(name)), UINT32_C(1) << i);
  }
  assert_int_equal(sift_ruleset_channel(ruleset, sift_span_of("more")), 0);
  sift_ruleset_free(ruleset);
}

static void an_unknown_channel_passes_for_any_and_a_strange_one_for_other(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = NULL;
  assert_int_equal(sift_ruleset_new(&ruleset), SIFT_OK);
  uint32_t run = sift_ruleset_channel(ruleset, sift_span_of("run"));
  assert_int_equal(sift_ruleset_channel_bit(ruleset, sift_span_of("run")), run);
  assert_int_equal(sift_ruleset_channel_bit(ruleset, sift_span_of("ru")), UINT32_C(1) << 31);
  assert_int_equal(sift_ruleset_channel_bit(ruleset, sift_span_of("-")), UINT32_MAX);
  assert_int_equal(sift_ruleset_channel_bit(ruleset, sift_span_of("")), UINT32_MAX);
  sift_ruleset_free(ruleset);
}

static void names_are_read_back_and_no_others(void **state) {
  (void)state;
  enum sift_severity severity = SIFT_INFO;
  for (int i = 0; i < SIFT_SEVERITIES; i++) {
    assert_true(sift_severity_parse(sift_span_of(sift_severity_name((enum sift_severity)i)), &severity));
    assert_int_equal(severity, i);
  }
  assert_false(sift_severity_parse(sift_span_of("Error"), &severity));
  assert_false(sift_severity_parse(sift_span_of(""), &severity));
  enum sift_mark mark = SIFT_MARK_NONE;
  for (int i = 1; i < SIFT_MARKS; i++) {
    assert_true(sift_mark_parse(sift_span_of(sift_mark_name((enum sift_mark)i)), &mark));
    assert_int_equal(mark, i);
  }
  assert_false(sift_mark_parse(sift_span_of("none"), &mark));
  assert_string_equal(sift_mark_name(SIFT_MARK_STEP_OK), "step_ok");
}

static void severity_numbers_are_those_of_opentelemetry(void **state) {
  (void)state;
  assert_int_equal(sift_severity_number(SIFT_INFO), 9);
  assert_int_equal(sift_severity_number(SIFT_WARNING), 13);
  assert_int_equal(sift_severity_number(SIFT_ERROR), 17);
  assert_int_equal(sift_severity_number(SIFT_FATAL), 21);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sealing_sorts_and_keeps_every_reference),
      cmocka_unit_test(sealing_knows_the_classes_without_which_a_condition_fails),
      cmocka_unit_test(the_hash_does_not_depend_on_the_order_of_adding),
      cmocka_unit_test(the_hash_does_not_depend_on_places_and_examples),
      cmocka_unit_test(the_hash_changes_with_everything_that_changes_results),
      cmocka_unit_test(the_hash_is_the_same_on_every_machine),
      cmocka_unit_test(two_of_one_id_are_refused_with_both_places),
      cmocka_unit_test(ids_are_found_after_sealing_and_no_others),
      cmocka_unit_test(an_empty_set_is_sealed_and_finds_nothing),
      cmocka_unit_test(limits_are_kept),
      cmocka_unit_test(an_unknown_channel_passes_for_any_and_a_strange_one_for_other),
      cmocka_unit_test(names_are_read_back_and_no_others),
      cmocka_unit_test(severity_numbers_are_those_of_opentelemetry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
