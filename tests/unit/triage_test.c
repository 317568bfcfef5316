#include "tests/unit/triage_fixture.h"

#include "engine/report.h"
#include "engine/triage.h"
#include "tests/support/strike.h"

struct world {
  struct fixture fixture;
  struct sift_incidents incidents;
  struct sift_triage *triage;
  struct sift_verdict verdict;
};

static int begin(void **state) {
  static struct world world;
  memset(&world, 0, sizeof world);
  fixture_begin(&world.fixture);
  assert_int_equal(sift_triage_new(&world.triage, world.fixture.ruleset, &world.incidents), SIFT_OK);
  *state = &world;
  return 0;
}

static int end(void **state) {
  struct world *world = *state;
  sift_triage_free(world->triage);
  sift_incidents_release(&world->incidents);
  fixture_end(&world->fixture);
  return 0;
}

static struct sift_condition of(enum sift_condition_kind kind, uint32_t index) {
  return (struct sift_condition){.kind = kind, .index = index};
}

static struct sift_node node(const char *id, const char *verdict, struct sift_condition when) {
  return (struct sift_node){.id = id,
                            .question = "",
                            .verdict = verdict,
                            .branch = "",
                            .title = "",
                            .reference = "",
                            .severity = SIFT_ERROR,
                            .when = when};
}

static const char *judge(struct world *world, const struct sift_node *nodes, size_t count) {
  world->fixture.ruleset->tree.nodes = nodes;
  world->fixture.ruleset->tree.count = count;
  sift_triage_judge(world->triage, &world->fixture.space, &world->verdict);
  return world->verdict.id;
}

static const char *proof_of(const struct world *world) {
  return world->verdict.proof != NULL ? world->fixture.ruleset->rules[world->verdict.proof->rule].id : "";
}

static void the_first_node_that_holds_decides(void **state) {
  struct world *world = *state;
  see(&world->fixture, "deps-module", T0, 0);
  const struct sift_node nodes[] = {
      node("a", "crash", of(SIFT_COND_CLASS, class_index(&world->fixture, "crash"))),
      node("b", "deps", of(SIFT_COND_CLASS, class_index(&world->fixture, "deps"))),
      node("c", "rest", of(SIFT_COND_ALWAYS, 0)),
  };
  assert_string_equal(judge(world, nodes, 3), "deps");
  assert_ptr_equal(world->verdict.node, &nodes[1]);
  assert_string_equal(proof_of(world), "deps-module");
  size_t count = 0;
  const struct sift_step *path = sift_triage_path(world->triage, &count);
  assert_int_equal(count, 2);
  assert_false(path[0].holds);
  assert_null(path[0].evidence);
  assert_true(path[1].holds);
  assert_ptr_equal(path[1].evidence, world->verdict.proof);
}

static void a_child_that_holds_goes_before_its_parent(void **state) {
  struct world *world = *state;
  see(&world->fixture, "deps-module", T0, 0);
  see(&world->fixture, "crash-exit", T0, 10);
  struct sift_node children[] = {
      node("a1", "push", of(SIFT_COND_CLASS, class_index(&world->fixture, "push"))),
      node("a2", "crash", of(SIFT_COND_CLASS, class_index(&world->fixture, "crash"))),
  };
  struct sift_node parent = node("a", "deps", of(SIFT_COND_CLASS, class_index(&world->fixture, "deps")));
  parent.children = children;
  parent.child_count = 2;
  assert_string_equal(judge(world, &parent, 1), "crash");
  assert_string_equal(proof_of(world), "crash-exit");
  size_t count = 0;
  const struct sift_step *path = sift_triage_path(world->triage, &count);
  assert_int_equal(count, 3);
  assert_int_equal(path[0].depth, 0);
  assert_int_equal(path[2].depth, 1);
  parent.child_count = 1;
  assert_string_equal(judge(world, &parent, 1), "deps");
  assert_string_equal(proof_of(world), "deps-module");
}

static void a_child_without_proof_of_its_own_rests_on_its_parents(void **state) {
  struct world *world = *state;
  see(&world->fixture, "deps-module", T0, 0);
  struct sift_node child = node("a1", "child", of(SIFT_COND_ALWAYS, 0));
  struct sift_node parent = node("a", NULL, of(SIFT_COND_CLASS, class_index(&world->fixture, "deps")));
  parent.children = &child;
  parent.child_count = 1;
  assert_string_equal(judge(world, &parent, 1), "child");
  assert_string_equal(proof_of(world), "deps-module");
}

static void a_group_whose_children_fail_is_passed_by_with_its_proof(void **state) {
  struct world *world = *state;
  see(&world->fixture, "deps-module", T0, 0);
  struct sift_node child = node("a1", "push", of(SIFT_COND_CLASS, class_index(&world->fixture, "push")));
  struct sift_node nodes[] = {
      node("a", NULL, of(SIFT_COND_CLASS, class_index(&world->fixture, "deps"))),
      node("b", "rest", of(SIFT_COND_ALWAYS, 0)),
  };
  nodes[0].children = &child;
  nodes[0].child_count = 1;
  assert_string_equal(judge(world, nodes, 2), "rest");
  assert_string_equal(proof_of(world), "");
}

static void without_an_answer_of_the_tree_a_fault_is_unclassified(void **state) {
  struct world *world = *state;
  assert_string_equal(judge(world, NULL, 0), "no_fault_seen");
  assert_int_equal(world->verdict.severity, SIFT_INFO);
  see(&world->fixture, "deps-warning", T0, 0);
  assert_string_equal(judge(world, NULL, 0), "no_fault_seen");
  see(&world->fixture, "deps-module", T0, 0);
  assert_string_equal(judge(world, NULL, 0), "unclassified");
  assert_string_equal(proof_of(world), "deps-module");
  assert_int_equal(world->verdict.severity, SIFT_ERROR);
}

static void current_evidence_is_listed_worst_first_without_marks(void **state) {
  struct world *world = *state;
  see(&world->fixture, "life-startup", T0, 0);
  see(&world->fixture, "deps-warning", T0 + SECOND, 10);
  see(&world->fixture, "deps-module", T0 + SECOND, 20);
  see(&world->fixture, "crash-fatal", T0 + SECOND, 5);
  see(&world->fixture, "crash-exit", T0 + 2 * SECOND, 30);
  see(&world->fixture, "push-refused", T0 - SECOND, 0);
  judge(world, NULL, 0);
  const char *const expected[] = {"crash-fatal", "crash-exit", "deps-module", "deps-warning"};
  assert_int_equal(world->verdict.current_count, 4);
  for (size_t i = 0; i < 4; i++) {
    assert_string_equal(world->fixture.ruleset->rules[world->verdict.current[i]->rule].id, expected[i]);
  }
}

static void the_list_keeps_the_worst_when_there_are_more(void **state) {
  (void)state;
  struct fixture fixture;
  memset(&fixture, 0, sizeof fixture);
  sift_arena_init(&fixture.arena);
  assert_int_equal(sift_ruleset_new(&fixture.ruleset), SIFT_OK);
  fixture_class(&fixture, "c", "c", false);
  char ids[12][8];
  for (int i = 0; i < 12; i++) {
    snprintf(ids[i], sizeof ids[i], "r%02d", i);
    fixture_rule(&fixture, ids[i], 0, SIFT_ERROR, SIFT_MARK_NONE);
  }
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_ruleset_seal(fixture.ruleset, &problems), SIFT_OK);
  sift_problems_release(&problems);
  for (int i = 0; i < 12; i++) {
    see(&fixture, ids[i], T0 + (i * 7 % 12) * SECOND, 0);
  }
  struct sift_triage *triage = NULL;
  struct sift_verdict verdict;
  const struct sift_incidents none = {0};
  assert_int_equal(sift_triage_new(&triage, fixture.ruleset, &none), SIFT_OK);
  sift_triage_judge(triage, &fixture.space, &verdict);
  assert_int_equal(verdict.current_count, SIFT_PROOFS_MAX);
  for (int i = 0; i < SIFT_PROOFS_MAX; i++) {
    assert_int_equal(verdict.current[i]->last.time_ns, T0 + (11 - i) * SECOND);
  }
  sift_triage_free(triage);
  fixture_end(&fixture);
}

static void one_space_leaves_nothing_to_the_next(void **state) {
  struct world *world = *state;
  const struct sift_node nodes[] = {node("a", "deps", of(SIFT_COND_CLASS, class_index(&world->fixture, "deps")))};
  see(&world->fixture, "deps-module", T0, 0);
  assert_string_equal(judge(world, nodes, 1), "deps");
  fixture_space(&world->fixture, "acme/other");
  see(&world->fixture, "crash-exit", T0, 0);
  assert_string_equal(judge(world, nodes, 1), "unclassified");
  assert_int_equal(world->verdict.current_count, 1);
}

/* Makes a fleet in which push struck `spaces` Spaces and this one in the window of T0, and finds its incidents. */
static void strike(struct world *world, struct sift_fleet *fleet, uint64_t spaces, const char *name) {
  const struct sift_series push = test_class_series(class_index(&world->fixture, "push"));
  assert_int_equal(sift_fleet_init(fleet), SIFT_OK);
  for (uint64_t i = 0; i < spaces; i++) {
    assert_int_equal(test_strike(fleet, push, T0, i + 1), SIFT_OK);
  }
  assert_int_equal(test_strike_space(fleet, push, T0, name, "push-refused"), SIFT_OK);
  assert_int_equal(sift_incidents_find(&world->incidents, world->fixture.ruleset, fleet, spaces), SIFT_OK);
  assert_int_equal(world->incidents.count, 1);
}

static void a_space_is_in_an_incident_by_its_evidences_time_and_name(void **state) {
  struct world *world = *state;
  struct sift_fleet fleet;
  strike(world, &fleet, 20, "acme/demo");
  const struct sift_node nodes[] = {node("a", "incident", of(SIFT_COND_INCIDENT, 0)), node("b", "alone", of(SIFT_COND_ALWAYS, 0))};
  assert_string_equal(judge(world, nodes, 2), "alone");
  see(&world->fixture, "push-refused", T0 + SECOND, 0);
  assert_string_equal(judge(world, nodes, 2), "incident");
  assert_ptr_equal(world->verdict.incident, &world->incidents.items[0]);
  assert_string_equal(proof_of(world), "push-refused");

  fixture_space(&world->fixture, "acme/stranger");
  see(&world->fixture, "push-refused", T0 + SECOND, 0);
  assert_string_equal(judge(world, nodes, 2), "alone");
  assert_null(world->verdict.incident);

  fixture_space(&world->fixture, "acme/demo");
  see(&world->fixture, "push-refused", T0 + 301 * SECOND, 0);
  assert_string_equal(judge(world, nodes, 2), "alone");

  fixture_space(&world->fixture, "acme/demo");
  see(&world->fixture, "crash-exit", T0 + SECOND, 0);
  assert_string_equal(judge(world, nodes, 2), "alone");
  sift_fleet_release(&fleet);
}

static void the_first_hit_places_a_space_in_an_incident_only_within_its_attempt(void **state) {
  struct world *world = *state;
  struct sift_fleet fleet;
  strike(world, &fleet, 20, "acme/demo");
  const struct sift_node nodes[] = {node("a", "incident", of(SIFT_COND_INCIDENT, 0)), node("b", "alone", of(SIFT_COND_ALWAYS, 0))};
  see(&world->fixture, "push-refused", T0 + SECOND, 0);
  see(&world->fixture, "push-refused", T0 + 4000 * SECOND, 10);
  assert_string_equal(judge(world, nodes, 2), "incident");
  see(&world->fixture, "life-startup", T0 + 3000 * SECOND, 5);
  assert_string_equal(judge(world, nodes, 2), "alone");
  sift_fleet_release(&fleet);
}

static void a_phrase_of_the_platform_strikes_only_by_its_own_evidence(void **state) {
  struct world *world = *state;
  struct sift_fleet fleet;
  uint32_t rule = rule_index(&world->fixture, "headline");
  world->fixture.ruleset->rules[rule].incident = true;
  const struct sift_series phrase = {class_index(&world->fixture, "crash"), rule};
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  for (uint64_t i = 0; i < 20; i++) {
    assert_int_equal(test_strike(&fleet, phrase, T0, i), SIFT_OK);
  }
  assert_int_equal(test_strike_space(&fleet, phrase, T0, "acme/demo", "headline"), SIFT_OK);
  assert_int_equal(sift_incidents_find(&world->incidents, world->fixture.ruleset, &fleet, 40), SIFT_OK);
  assert_int_equal(world->incidents.count, 1);
  const struct sift_node nodes[] = {node("a", "incident", of(SIFT_COND_INCIDENT, 0)), node("b", "alone", of(SIFT_COND_ALWAYS, 0))};
  see(&world->fixture, "crash-exit", T0 + SECOND, 0); /* of the same class */
  assert_string_equal(judge(world, nodes, 2), "alone");
  see(&world->fixture, "headline", T0 + SECOND, 1);
  see(&world->fixture, "deps-module", T0 + 2 * SECOND, 2);
  assert_string_equal(judge(world, nodes, 2), "incident");
  assert_string_equal(proof_of(world), "headline");
  assert_int_equal(sift_series_compare(world->verdict.incident->series, phrase), 0);
  assert_int_equal(world->verdict.current_count, 3); /* its own evidence stays */
  uint32_t also[SIFT_PROOFS_MAX];
  assert_int_equal(sift_verdict_also(also, world->fixture.ruleset, &world->verdict), 1);
  assert_int_equal(also[0], class_index(&world->fixture, "deps"));
  sift_fleet_release(&fleet);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(the_first_node_that_holds_decides),
      TEST(a_child_that_holds_goes_before_its_parent),
      TEST(a_child_without_proof_of_its_own_rests_on_its_parents),
      TEST(a_group_whose_children_fail_is_passed_by_with_its_proof),
      TEST(without_an_answer_of_the_tree_a_fault_is_unclassified),
      TEST(current_evidence_is_listed_worst_first_without_marks),
      TEST(the_list_keeps_the_worst_when_there_are_more),
      TEST(one_space_leaves_nothing_to_the_next),
      TEST(a_space_is_in_an_incident_by_its_evidences_time_and_name),
      TEST(a_phrase_of_the_platform_strikes_only_by_its_own_evidence),
      TEST(the_first_hit_places_a_space_in_an_incident_only_within_its_attempt),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
