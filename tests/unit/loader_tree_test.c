#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/triage.h"
#include "patterns/loader.h"

static struct sift_ruleset *load_split(void) {
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_load(&ruleset, SIFT_TEST_DATA "/rules/good/split", &problems), SIFT_OK);
  sift_problems_release(&problems);
  return ruleset;
}

static uint32_t class_of(const struct sift_ruleset *ruleset, const char *id) {
  return (uint32_t)sift_ruleset_find_class(ruleset, sift_span_of(id));
}

static void a_node_arrives_whole(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = load_split();
  assert_int_equal(ruleset->tree.count, 4);
  assert_non_null(strstr(ruleset->tree.file, "90-tree.yaml"));
  const struct sift_node *node = &ruleset->tree.nodes[0];
  assert_string_equal(node->id, "capacity");
  assert_string_equal(node->question, "Did the scheduler find no machine?");
  assert_string_equal(node->verdict, "scheduling_capacity");
  assert_string_equal(node->branch, "5");
  assert_string_equal(node->title, "No machine was free");
  assert_int_equal(node->severity, SIFT_ERROR);
  assert_int_equal(node->confidence, SIFT_HIGH);
  assert_int_equal(node->action_count, 1);
  assert_string_equal(node->actions[0], "Restart the Space later");
  assert_string_equal(node->reference, "https://huggingface.co/docs/hub/spaces-gpus");
  assert_int_equal(node->line, 2);
  assert_int_equal(node->when.kind, SIFT_COND_CLASS);
  assert_int_equal(node->when.index, class_of(ruleset, "capacity"));
  assert_int_equal(node->when.line, 4);
  sift_ruleset_free(ruleset);
}

static void what_a_node_leaves_out_has_a_default(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = load_split();
  const struct sift_node *group = &ruleset->tree.nodes[1];
  assert_null(group->verdict);
  assert_int_equal(group->child_count, 1);
  const struct sift_node *node = &group->children[0];
  assert_string_equal(node->branch, "");
  assert_string_equal(node->title, "");
  assert_string_equal(node->reference, "");
  assert_int_equal(node->confidence, SIFT_MEDIUM);
  assert_int_equal(node->action_count + node->child_count, 0);
  assert_int_equal(ruleset->tree.nodes[3].confidence, SIFT_LOW);
  sift_ruleset_free(ruleset);
}

static void each_condition_is_read_as_written(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = load_split();
  const struct sift_condition *any = &ruleset->tree.nodes[1].when;
  assert_int_equal(any->kind, SIFT_COND_ANY);
  assert_int_equal(any->children[0].kind, SIFT_COND_MARK);
  assert_int_equal(any->children[0].index, SIFT_MARK_STARTUP);
  assert_int_equal(any->children[1].kind, SIFT_COND_PHASE);
  assert_int_equal(any->children[1].index, 1U << SIFT_PHASE_STARTING | 1U << SIFT_PHASE_LISTENING);
  const struct sift_condition *after = &ruleset->tree.nodes[1].children[0].when;
  assert_int_equal(after->kind, SIFT_COND_ANY);
  assert_int_equal(after->child_count, 2);
  assert_int_equal(after->children[0].kind, SIFT_COND_EVIDENCE_AFTER);
  assert_int_equal(after->children[0].index, class_of(ruleset, "oom"));
  assert_int_equal(after->children[1].index, class_of(ruleset, "capacity"));
  assert_int_equal(after->children[1].other, SIFT_MARK_STARTUP);
  const struct sift_condition *all = &ruleset->tree.nodes[2].when;
  assert_int_equal(all->kind, SIFT_COND_ALL);
  assert_int_equal(all->child_count, 6);
  assert_int_equal(all->children[0].kind, SIFT_COND_NOT);
  assert_int_equal(all->children[0].children[0].kind, SIFT_COND_RULE);
  assert_int_equal(all->children[0].children[0].index, sift_ruleset_find_rule(ruleset, sift_span_of("memory-limit")));
  assert_int_equal(all->children[1].kind, SIFT_COND_LINES);
  assert_int_equal(all->children[1].low, 1);
  assert_true(all->children[1].high == UINT64_MAX);
  assert_int_equal(all->children[2].kind, SIFT_COND_SEVERITY);
  assert_int_equal(all->children[2].index, SIFT_WARNING);
  assert_int_equal(all->children[3].kind, SIFT_COND_AFTER);
  assert_int_equal(all->children[3].index, SIFT_MARK_STARTUP);
  assert_int_equal(all->children[3].other, SIFT_MARK_QUEUED);
  assert_int_equal(all->children[4].kind, SIFT_COND_INCIDENT);
  assert_int_equal(all->children[5].kind, SIFT_COND_AGE);
  assert_int_equal(all->children[5].index, SIFT_MARK_STARTUP);
  assert_int_equal(all->children[5].low, 30);
  assert_int_equal(ruleset->tree.nodes[3].when.kind, SIFT_COND_ALWAYS);
  sift_ruleset_free(ruleset);
}

static size_t errors_of_tree(int nodes) {
  size_t size = 1000 + (size_t)nodes * 120;
  char *text = calloc(1, size);
  size_t len = (size_t)snprintf(
      text, size,
      "ruleset: {name: t, version: v}\nclasses: [{id: c, title: C}]\nrules:\n  - {id: r, class: c, severity: info, "
      "title: T, any: [abc], examples: {match: [abc], no_match: [ab]}}\ntree:\n");
  for (int i = 0; i < nodes; i++) {
    len +=
        (size_t)snprintf(text + len, size - len, "  - {id: n%d, question: Q, when: {class: c}, verdict: v, severity: info}\n", i);
  }
  struct sift_rule_file file = {"t.yaml", sift_span(text, len)};
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  sift_rules_parse(&ruleset, &file, 1, &problems);
  size_t errors = problems.errors;
  sift_problems_release(&problems);
  sift_ruleset_free(ruleset);
  free(text);
  return errors;
}

static void a_tree_fits_into_the_path_that_is_explained(void **state) {
  (void)state;
  assert_int_equal(errors_of_tree(SIFT_PATH_MAX), 0);
  assert_int_equal(errors_of_tree(SIFT_PATH_MAX + 1), 1);
  assert_int_equal(errors_of_tree(SIFT_PATH_MAX + 500), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_node_arrives_whole),
      cmocka_unit_test(what_a_node_leaves_out_has_a_default),
      cmocka_unit_test(each_condition_is_read_as_written),
      cmocka_unit_test(a_tree_fits_into_the_path_that_is_explained),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
