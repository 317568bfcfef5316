#include "tests/unit/triage_fixture.h"

#include "engine/triage.h"

/* Each condition is asked as the only node of a tree. */
static struct fixture fixture;
static const struct sift_incidents no_incidents;
static int64_t now_ns = SIFT_TIME_NONE;

static int begin(void **state) {
  (void)state;
  fixture_begin(&fixture);
  return 0;
}

static int end(void **state) {
  (void)state;
  fixture_end(&fixture);
  return 0;
}

static bool watching;

/* Whether the condition holds; *proof is the rule id that decided, or "". */
static bool ask(struct sift_condition condition, const char **proof) {
  struct sift_node node = {
      .id = "n", .question = "", .verdict = "yes", .branch = "", .title = "", .reference = "", .when = condition};
  fixture.ruleset->tree.nodes = &node;
  fixture.ruleset->tree.count = 1;
  struct sift_triage *triage = NULL;
  struct sift_verdict verdict;
  assert_int_equal(sift_triage_new(&triage, fixture.ruleset, &no_incidents), SIFT_OK);
  const struct sift_scene scene = {.now_ns = now_ns, .watched = watching};
  sift_triage_set_scene(triage, &scene);
  sift_triage_judge(triage, &fixture.space, &verdict);
  bool holds = strcmp(verdict.id, "yes") == 0;
  size_t steps = 0;
  const struct sift_step *path = sift_triage_path(triage, &steps);
  assert_int_equal(steps, 1);
  assert_int_equal(path[0].holds, holds);
  *proof = holds && verdict.proof != NULL ? fixture.ruleset->rules[verdict.proof->rule].id : "";
  sift_triage_free(triage);
  fixture.ruleset->tree.nodes = NULL;
  fixture.ruleset->tree.count = 0;
  return holds;
}

static bool holds(struct sift_condition condition) {
  const char *proof;
  return ask(condition, &proof);
}

static struct sift_condition of(enum sift_condition_kind kind, uint32_t index) {
  return (struct sift_condition){.kind = kind, .index = index};
}

static void assert_proof(struct sift_condition condition, const char *rule) {
  const char *proof;
  assert_true(ask(condition, &proof));
  assert_string_equal(proof, rule);
}

static void always_holds_without_proof(void **state) {
  (void)state;
  assert_proof(of(SIFT_COND_ALWAYS, 0), "");
}

static void of_all_the_first_is_the_proof_unless_a_later_one_is_graver(void **state) {
  (void)state;
  const struct sift_condition children[] = {of(SIFT_COND_RULE, rule_index(&fixture, "deps-module")),
                                            of(SIFT_COND_RULE, rule_index(&fixture, "crash-exit"))};
  const struct sift_condition both = {.kind = SIFT_COND_ALL, .children = children, .child_count = 2};
  see(&fixture, "deps-module", T0, 10);
  see(&fixture, "crash-exit", T0 + SECOND, 20);
  assert_proof(both, "deps-module");
  const struct sift_condition graver[] = {children[0], of(SIFT_COND_RULE, rule_index(&fixture, "crash-fatal"))};
  see(&fixture, "crash-fatal", T0, 5);
  assert_proof((struct sift_condition){.kind = SIFT_COND_ALL, .children = graver, .child_count = 2}, "crash-fatal");
}

static void a_class_holds_by_its_best_evidence(void **state) {
  (void)state;
  struct sift_condition crash = of(SIFT_COND_CLASS, class_index(&fixture, "crash"));
  assert_false(holds(crash));
  see(&fixture, "crash-exit", T0, 10);
  assert_proof(crash, "crash-exit");
  see(&fixture, "headline", T0 + SECOND, 20);
  assert_proof(crash, "headline");
  see(&fixture, "crash-fatal", T0, 5);
  assert_proof(crash, "crash-fatal");
  assert_false(holds(of(SIFT_COND_CLASS, class_index(&fixture, "deps"))));
}

/* As it is after sealing: with the classes that it takes. */
static void a_condition_without_evidence_of_its_classes_fails_unasked(void **state) {
  (void)state;
  struct sift_condition crash = of(SIFT_COND_CLASS, class_index(&fixture, "crash"));
  see(&fixture, "crash-exit", T0, 10);
  crash.classes = UINT64_C(1) << class_index(&fixture, "crash");
  assert_proof(crash, "crash-exit");
  crash.classes = UINT64_C(1) << class_index(&fixture, "deps");
  assert_false(holds(crash));
  crash.classes |= UINT64_C(1) << class_index(&fixture, "crash");
  assert_proof(crash, "crash-exit");
}

static void equal_evidence_is_told_apart_by_rule_id(void **state) {
  (void)state;
  see(&fixture, "headline", T0, 10);
  see(&fixture, "crash-exit", T0, 10);
  assert_proof(of(SIFT_COND_CLASS, class_index(&fixture, "crash")), "crash-exit");
}

static void demoted_and_old_evidence_holds_nothing(void **state) {
  (void)state;
  see_line(&fixture, "crash-exit", T0 + SECOND, 10, true, "x", NULL);
  see(&fixture, "deps-module", T0 - SECOND, 5);
  see(&fixture, "life-startup", T0, 8);
  assert_false(holds(of(SIFT_COND_CLASS, class_index(&fixture, "crash"))));
  assert_false(holds(of(SIFT_COND_RULE, rule_index(&fixture, "crash-exit"))));
  assert_false(holds(of(SIFT_COND_RULE, rule_index(&fixture, "deps-module"))));
  assert_false(holds(of(SIFT_COND_SEVERITY, SIFT_INFO)));
}

static void a_rule_holds_by_its_own_evidence(void **state) {
  (void)state;
  see(&fixture, "crash-fatal", T0, 10);
  see(&fixture, "deps-module", T0, 10);
  assert_proof(of(SIFT_COND_RULE, rule_index(&fixture, "deps-module")), "deps-module");
  assert_false(holds(of(SIFT_COND_RULE, rule_index(&fixture, "crash-exit"))));
  assert_false(holds(of(SIFT_COND_RULE, rule_index(&fixture, "push-refused"))));
}

static void fault_asks_for_a_severity_and_ignores_marks(void **state) {
  (void)state;
  see(&fixture, "life-failed", T0, 10);
  assert_false(holds(of(SIFT_COND_SEVERITY, SIFT_INFO)));
  see(&fixture, "deps-warning", T0, 20);
  assert_true(holds(of(SIFT_COND_SEVERITY, SIFT_WARNING)));
  assert_false(holds(of(SIFT_COND_SEVERITY, SIFT_ERROR)));
  see(&fixture, "deps-module", T0, 20);
  assert_proof(of(SIFT_COND_SEVERITY, SIFT_WARNING), "deps-module");
}

static void all_any_and_not_combine(void **state) {
  (void)state;
  see(&fixture, "deps-warning", T0, 20);
  see(&fixture, "crash-exit", T0, 10);
  const struct sift_condition both[] = {of(SIFT_COND_CLASS, class_index(&fixture, "deps")),
                                        of(SIFT_COND_CLASS, class_index(&fixture, "crash"))};
  const struct sift_condition one[] = {of(SIFT_COND_CLASS, class_index(&fixture, "deps")),
                                       of(SIFT_COND_CLASS, class_index(&fixture, "push"))};
  assert_proof((struct sift_condition){.kind = SIFT_COND_ALL, .children = both, .child_count = 2}, "crash-exit");
  assert_false(holds((struct sift_condition){.kind = SIFT_COND_ALL, .children = one, .child_count = 2}));
  assert_proof((struct sift_condition){.kind = SIFT_COND_ANY, .children = both, .child_count = 2}, "crash-exit");
  assert_proof((struct sift_condition){.kind = SIFT_COND_ANY, .children = one, .child_count = 2}, "deps-warning");
  assert_false(holds((struct sift_condition){.kind = SIFT_COND_ANY, .children = &one[1], .child_count = 1}));
  assert_proof((struct sift_condition){.kind = SIFT_COND_NOT, .children = &one[1], .child_count = 1}, "");
  assert_false(holds((struct sift_condition){.kind = SIFT_COND_NOT, .children = both, .child_count = 1}));
}

static void a_phase_is_one_of_a_set(void **state) {
  (void)state;
  see(&fixture, "life-queued", T0, 10);
  assert_true(holds(of(SIFT_COND_PHASE, 1u << SIFT_PHASE_QUEUED | 1u << SIFT_PHASE_FAILED)));
  assert_false(holds(of(SIFT_COND_PHASE, 1u << SIFT_PHASE_FAILED | 1u << SIFT_PHASE_UNKNOWN)));
}

static void a_mark_must_be_of_the_attempt(void **state) {
  (void)state;
  see(&fixture, "life-healthy", T0, 10);
  assert_true(holds(of(SIFT_COND_MARK, SIFT_MARK_HEALTHY)));
  see(&fixture, "life-queued", T0 + SECOND, 20);
  assert_false(holds(of(SIFT_COND_MARK, SIFT_MARK_HEALTHY)));
}

static void after_compares_two_marks(void **state) {
  (void)state;
  struct sift_condition failed_after_healthy = {.kind = SIFT_COND_AFTER, .index = SIFT_MARK_FAILED, .other = SIFT_MARK_HEALTHY};
  see(&fixture, "life-startup", T0, 0);
  assert_false(holds(failed_after_healthy));
  see(&fixture, "life-failed", T0 + SECOND, 10);
  assert_true(holds(failed_after_healthy));
  see(&fixture, "life-healthy", T0 + 2 * SECOND, 20);
  assert_false(holds(failed_after_healthy));
  see(&fixture, "life-failed", T0 + 3 * SECOND, 30);
  assert_true(holds(failed_after_healthy));
}

static void class_after_compares_evidence_with_a_mark(void **state) {
  (void)state;
  struct sift_condition after = {
      .kind = SIFT_COND_EVIDENCE_AFTER, .index = class_index(&fixture, "crash"), .other = SIFT_MARK_HEALTHY};
  see(&fixture, "life-startup", T0, 0);
  assert_false(holds(after));
  see(&fixture, "crash-fatal", T0 + SECOND, 10);
  assert_proof(after, "crash-fatal");
  see(&fixture, "life-healthy", T0 + 2 * SECOND, 20);
  assert_false(holds(after));
  see(&fixture, "crash-exit", T0 + 3 * SECOND, 30);
  assert_proof(after, "crash-exit");
}

static void lines_lie_within_both_limits(void **state) {
  (void)state;
  fixture.space.lines = 10;
  assert_true(holds((struct sift_condition){.kind = SIFT_COND_LINES, .low = 10, .high = 10}));
  assert_false(holds((struct sift_condition){.kind = SIFT_COND_LINES, .low = 11, .high = UINT64_MAX}));
  assert_false(holds((struct sift_condition){.kind = SIFT_COND_LINES, .low = 0, .high = 9}));
}

static void conditions_deeper_than_any_loaded_tree_do_not_hold(void **state) {
  (void)state;
  struct sift_condition nested[100];
  nested[99] = of(SIFT_COND_ALWAYS, 0);
  for (size_t i = 99; i-- > 0;) {
    nested[i] = (struct sift_condition){.kind = SIFT_COND_ALL, .children = &nested[i + 1], .child_count = 1};
  }
  assert_false(holds(nested[0]));
  assert_true(holds(nested[50]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static bool is_old(int64_t at_ns, uint64_t minutes) {
  now_ns = at_ns;
  bool old = holds((struct sift_condition){.kind = SIFT_COND_AGE, .index = SIFT_MARK_STARTUP, .low = minutes});
  now_ns = SIFT_TIME_NONE;
  return old;
}

static void an_age_is_measured_from_now(void **state) {
  (void)state;
  assert_false(is_old(T0 + 3600 * SECOND, 0)); /* no mark */
  see(&fixture, "life-startup", T0, 10);
  assert_false(is_old(T0 + 1800 * SECOND - 1, 30));
  assert_true(is_old(T0 + 1800 * SECOND, 30));
  assert_true(is_old(T0, 0));
  assert_false(is_old(T0 - 1, 0)); /* still to come */
  assert_false(is_old(SIFT_TIME_NONE, 0));
  assert_false(is_old(T0 + 1800 * SECOND - 1, SIFT_MINUTES_STARTUP_TIMEOUT)); /* the platform's own: 30 minutes */
  assert_true(is_old(T0 + 1800 * SECOND, SIFT_MINUTES_STARTUP_TIMEOUT));
  see(&fixture, "life-startup", T0 + 600 * SECOND, 20); /* the last one counts */
  assert_false(is_old(T0 + 1800 * SECOND, 30));
}

static void a_phase_lasts_since_the_latest_mark(void **state) {
  (void)state;
  const struct sift_condition starting = {.kind = SIFT_COND_LASTED, .index = 1U << SIFT_PHASE_STARTING, .low = 10};
  now_ns = T0 + 600 * SECOND;
  assert_false(holds(starting)); /* no mark, no phase */
  see(&fixture, "life-queued", T0 - SECOND, 1);
  see(&fixture, "life-startup", T0, 10);
  assert_true(holds(starting));
  now_ns--;
  assert_false(holds(starting));
  now_ns = T0 + 6000 * SECOND;
  see(&fixture, "life-healthy", T0 + SECOND, 20);
  assert_false(holds(starting)); /* another phase by now */
  now_ns = SIFT_TIME_NONE;
}

static void only_who_watches_may_still_see_more(void **state) {
  (void)state;
  const struct sift_condition condition = of(SIFT_COND_WATCHED, 0);
  assert_false(holds(condition));
  watching = true;
  assert_true(holds(condition));
  watching = false;
}

static void an_undated_mark_has_no_age(void **state) {
  (void)state;
  see(&fixture, "life-startup", SIFT_TIME_NONE, 10);
  assert_false(is_old(T0, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(always_holds_without_proof),
      TEST(of_all_the_first_is_the_proof_unless_a_later_one_is_graver),
      TEST(a_class_holds_by_its_best_evidence),
      TEST(a_condition_without_evidence_of_its_classes_fails_unasked),
      TEST(equal_evidence_is_told_apart_by_rule_id),
      TEST(demoted_and_old_evidence_holds_nothing),
      TEST(a_rule_holds_by_its_own_evidence),
      TEST(fault_asks_for_a_severity_and_ignores_marks),
      TEST(all_any_and_not_combine),
      TEST(a_phase_is_one_of_a_set),
      TEST(a_mark_must_be_of_the_attempt),
      TEST(after_compares_two_marks),
      TEST(class_after_compares_evidence_with_a_mark),
      TEST(lines_lie_within_both_limits),
      TEST(an_age_is_measured_from_now),
      TEST(a_phase_lasts_since_the_latest_mark),
      TEST(only_who_watches_may_still_see_more),
      TEST(an_undated_mark_has_no_age),
      TEST(conditions_deeper_than_any_loaded_tree_do_not_hold),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
