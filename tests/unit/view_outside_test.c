#include "tests/unit/triage_fixture.h"

#include "engine/report.h"
#include "ingest/serve/rulebox.h"
#include "ingest/serve/view_internal.h"
#include "tests/support/live_worker.h"
#include "tests/unit/scene_support.h"
#include "tests/unit/view_support.h"

/* --- where the Spaces stand: no facts ---------------------------------------------------------------------------------- */

static struct view_world world;

static struct sift_view_input world_input(struct sift_view *base, const struct sift_run *runs, size_t count) {
  return (struct sift_view_input){
      .base = base, .runs = runs, .run_count = count, .rules = view_world_rules(&world), .spaces_max = UINT64_MAX, .now_ns = T0};
}

static struct sift_view *build(const struct sift_view_input *input) {
  struct sift_view *view = NULL;
  assert_int_equal(sift_view_build(&view, input), SIFT_OK);
  return view;
}

/* Of all Spaces as they are shown, one by one. */
static struct sift_crowd crowd_of(struct sift_view *view) {
  struct sift_crowd crowd = {0};
  struct sift_view_look *look = NULL;
  size_t count = 0;
  const struct sift_view_entry *entries = sift_view_entries(view, &count);
  assert_int_equal(sift_view_look_new(&look, view), SIFT_OK);
  for (size_t i = 0; i < count; i++) {
    const struct sift_space *space = NULL;
    const struct sift_verdict *verdict = NULL;
    assert_int_equal(sift_view_look_at(look, entries[i].name, &space, &verdict), SIFT_OK);
    if (sift_summary_counts(space)) {
      sift_crowd_add(&crowd, view->rules.ruleset, space, view->facts != NULL ? view->facts->facts : NULL);
    }
  }
  sift_view_look_free(look);
  return crowd;
}

static void check_crowd(struct sift_view *view) {
  struct sift_crowd want = crowd_of(view);
  assert_memory_equal(&view->crowd, &want, sizeof want);
}

static bool early(void *context, size_t index) {
  (void)context;
  return index < VIEW_HITS / 3;
}

static bool late(void *context, size_t index) {
  (void)context;
  return index >= VIEW_HITS / 3;
}

static bool few(void *context, size_t index) {
  (void)context;
  return index % 50 == 0;
}

static void the_crowd_is_that_of_base_and_overlay_together(void **state) {
  struct sift_state_buffer parts[] = {view_state(&world, early, NULL), view_state(&world, late, NULL),
                                      view_state(&world, few, NULL)};
  struct sift_run runs[] = {view_run(&parts[0]), view_run(&parts[1]), view_run(&parts[2])};
  (void)state;
  struct sift_view_input input = world_input(NULL, &runs[0], 1);
  input.overlay = &runs[1]; /* Spaces that the base knows, and others */
  input.overlay_count = 1;
  struct sift_view *first = build(&input);
  check_crowd(first);
  assert_true(first->crowd.spaces > first->base->crowd.spaces);
  assert_true(first->crowd.of[SIFT_PHASE_STARTING] > 100);
  input = world_input(first, &runs[1], 1);
  struct sift_view *second = build(&input);
  check_crowd(second);
  input = world_input(second, NULL, 0);
  input.overlay = &runs[2];
  input.overlay_count = 1;
  struct sift_view *third = build(&input);
  check_crowd(third);
  assert_int_equal(third->crowd.spaces, second->crowd.spaces);
  sift_view_release(third);
  sift_view_release(second);
  sift_view_release(first);
  for (size_t i = 0; i < 3; i++) {
    sift_state_buffer_release(&parts[i]);
  }
}

/* --- facts -------------------------------------------------------------------------------------------------------------- */

static struct sift_rulebox *rules;
static struct fixture fixture; /* over those rules */

static const struct sift_node stage_node = {
    .id = "n",
    .question = "",
    .verdict = "broken",
    .branch = "",
    .title = "",
    .reference = "",
    .severity = SIFT_ERROR,
    .when = {.kind = SIFT_COND_FACT, .index = SIFT_FACT_STAGE, .value = {"RUNTIME_ERROR", 13}}};

/* A log of one Space that has started and warns. */
static struct sift_state_buffer log_state(const char *name) {
  struct sift_state_buffer state = {0};
  struct sift_state_writer *writer = NULL;
  struct sift_fleet fleet;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  fleet.newest_ns = T0;
  assert_int_equal(sift_state_writer_new(&writer, sift_state_buffer_output(&state), &rules->header), SIFT_OK);
  fixture_space(&fixture, name);
  fixture.space.lines = 2;
  see(&fixture, "startup", T0 - SECOND, 10);
  see(&fixture, "warning", T0, 20);
  assert_int_equal(sift_state_write(writer, &fixture.space), SIFT_OK);
  assert_int_equal(sift_state_finish(writer, &fleet), SIFT_OK);
  sift_state_writer_free(writer);
  sift_fleet_release(&fleet);
  return state;
}

/* Of b/logged, which has a log, and of two that have none: a/silent, and c/told with a message. */
static struct sift_factbox *facts_at(int64_t time_ns, const char *stage) {
  struct sift_facts *facts = NULL;
  struct sift_factbox *box = NULL;
  assert_int_equal(sift_facts_new(&facts), SIFT_OK);
  know(facts, "a/silent", SIFT_FACT_STAGE, "BUILDING", SIFT_FACT_SDK, "docker", time_ns);
  int64_t later_ns = time_ns == SIFT_TIME_NONE ? time_ns : time_ns + 1; /* so that the times are the Spaces' own */
  know(facts, "b/logged", SIFT_FACT_STAGE, stage, SIFT_FACT_SDK, "gradio", later_ns);
  know(facts, "c/told", SIFT_FACT_STAGE, "RUNTIME_ERROR", SIFT_FACT_ERROR_MESSAGE, "Memory limit exceeded (16Gi)", time_ns);
  assert_int_equal(sift_factbox_new(&box, facts), SIFT_OK);
  return box;
}

static struct sift_view_input facts_input(struct sift_view *base, struct sift_factbox *facts, int64_t now_ns) {
  return (struct sift_view_input){
      .base = base, .rules = sift_rulebox_view(rules), .facts = facts, .spaces_max = UINT64_MAX, .now_ns = now_ns};
}

/* A view of the log of b/logged with those facts; the caller's references stay the caller's. */
static struct sift_view *log_view(struct sift_factbox *facts, int64_t now_ns) {
  struct sift_state_buffer log = log_state("b/logged");
  struct sift_run run = view_run(&log);
  struct sift_view_input input = facts_input(NULL, facts, now_ns);
  input.runs = &run;
  input.run_count = 1;
  struct sift_view *view = build(&input);
  sift_state_buffer_release(&log);
  return view;
}

static uint64_t hits_of(const struct sift_view *view) {
  uint64_t hits = 0;
  for (size_t i = 0; i < rules->ruleset->class_count; i++) {
    hits += sift_view_class_hits(view)[i];
  }
  return hits;
}

static void spaces_known_from_facts_alone_are_there(void **state) {
  struct sift_factbox *facts = facts_at(SIFT_TIME_NONE, "RUNTIME_ERROR");
  struct sift_view *view = log_view(facts, T0 + SECOND);
  (void)state;
  sift_factbox_release(facts); /* the view holds them */
  size_t count = 0;
  const struct sift_view_entry *entries = sift_view_entries(view, &count);
  assert_int_equal(count, 3);
  assert_true(sift_span_equal(entries[0].name, sift_span_of("a/silent")));
  assert_string_equal(entries[1].verdict, "broken");
  assert_int_equal(sift_view_fleet(view)->newest_ns, T0); /* of the logs */
  assert_int_equal(sift_view_summary(view)->spaces, 3);
  struct sift_view_look *look = NULL;
  const struct sift_space *space = NULL;
  const struct sift_verdict *verdict = NULL;
  assert_int_equal(sift_view_look_new(&look, view), SIFT_OK);
  assert_int_equal(sift_view_look_at(look, sift_span_of("c/told"), &space, &verdict), SIFT_OK);
  assert_int_equal(space->lines, 0);
  assert_int_equal(space->evidence_count, 1);
  assert_int_equal(space->evidence[0].last.time_ns, T0 + SECOND);
  assert_true(verdict->has_facts);
  assert_true(sift_span_equal(verdict->facts.values[SIFT_FACT_STAGE], sift_span_of("RUNTIME_ERROR")));
  assert_int_equal(sift_view_look_at(look, sift_span_of("b/logged"), &space, &verdict), SIFT_OK);
  assert_int_equal(space->evidence_count, 2);
  assert_true(sift_span_equal(verdict->facts.values[SIFT_FACT_SDK], sift_span_of("gradio")));
  sift_view_look_free(look);
  sift_view_release(view);
}

static void facts_count_in_the_crowd_and_in_incidents_but_not_as_hits(void **state) {
  struct sift_factbox *facts = facts_at(T0 - 60 * SECOND, "RUNNING");
  struct sift_view *view = log_view(facts, T0 + SECOND);
  struct sift_view *without = log_view(NULL, T0 + SECOND);
  (void)state;
  check_crowd(view);
  assert_int_equal(view->crowd.spaces, 3);
  assert_int_equal(view->crowd.of[SIFT_CROWD_SILENT], 1); /* c/told has a message */
  assert_int_equal(sift_view_fleet(view)->window_count, sift_view_fleet(without)->window_count + 1);
  assert_int_equal(sift_view_fleet(view)->newest_ns, T0); /* of the logs */
  assert_int_equal(hits_of(view), 2);
  assert_int_equal(hits_of(without), 2);
  sift_view_release(without);
  sift_view_release(view);
  sift_factbox_release(facts);
}

static void assert_alike(const struct sift_state_buffer *a, const struct sift_state_buffer *b) {
  assert_int_equal(a->size, b->size);
  assert_memory_equal(a->bytes, b->bytes, a->size);
}

static struct sift_state_buffer whole_of(struct sift_view *view) {
  struct sift_state_buffer state = {0};
  struct sift_view_copy *copy = NULL;
  enum sift_status status = SIFT_OK;
  assert_int_equal(sift_view_copy_whole(&copy, view, sift_state_buffer_output(&state)), SIFT_OK);
  while ((status = sift_view_copy_step(copy, 1)) == SIFT_OK) {}
  assert_int_equal(status, SIFT_END);
  sift_view_copy_free(copy);
  return state;
}

static void no_state_holds_facts(void **state) {
  struct sift_factbox *facts = facts_at(T0 - SECOND, "RUNNING");
  struct sift_state_buffer open_step = log_state("b/open");
  struct sift_run run = view_run(&open_step);
  struct sift_state_buffer written[2] = {{0}};
  struct sift_state_buffer whole[2] = {{0}};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct sift_view *logs = log_view(NULL, T0);
    struct sift_view_input input = facts_input(logs, i == 1 ? facts : NULL, T0);
    input.overlay = &run;
    input.overlay_count = 1;
    struct sift_view *view = build(&input);
    assert_int_equal(sift_view_summary(view)->spaces, i == 1 ? 4 : 2);
    assert_int_equal(sift_view_write(view, sift_state_buffer_output(&written[i])), SIFT_OK);
    whole[i] = whole_of(view);
    sift_view_release(view);
    sift_view_release(logs);
  }
  assert_alike(&written[0], &written[1]);
  assert_alike(&whole[0], &whole[1]);
  assert_true(whole[0].size > written[0].size);
  for (size_t i = 0; i < 2; i++) {
    sift_state_buffer_release(&written[i]);
    sift_state_buffer_release(&whole[i]);
  }
  sift_state_buffer_release(&open_step);
  sift_factbox_release(facts);
}

static void new_facts_change_verdicts_and_old_views_keep_theirs(void **state) {
  struct sift_factbox *before = facts_at(SIFT_TIME_NONE, "RUNNING");
  struct sift_factbox *after = facts_at(SIFT_TIME_NONE, "RUNTIME_ERROR");
  struct sift_view *first = log_view(before, T0 + SECOND);
  struct sift_view_input input = facts_input(first, after, T0 + 2 * SECOND);
  struct sift_view *second = build(&input);
  (void)state;
  sift_factbox_release(before);
  sift_factbox_release(after);
  assert_string_not_equal(sift_view_entry(first, sift_span_of("b/logged"))->verdict, "broken");
  assert_string_equal(sift_view_entry(second, sift_span_of("b/logged"))->verdict, "broken");
  struct sift_view_look *look = NULL;
  const struct sift_space *space = NULL;
  const struct sift_verdict *verdict = NULL;
  assert_int_equal(sift_view_look_new(&look, first), SIFT_OK);
  assert_int_equal(sift_view_look_at(look, sift_span_of("b/logged"), &space, &verdict), SIFT_OK);
  assert_true(sift_span_equal(verdict->facts.values[SIFT_FACT_STAGE], sift_span_of("RUNNING")));
  sift_view_look_free(look);
  input = facts_input(second, NULL, T0 + 3 * SECOND);
  struct sift_view *third = build(&input);
  assert_null(sift_view_entry(third, sift_span_of("a/silent"))); /* it came with the facts, and went with them */
  assert_int_equal(third->crowd.spaces, 1);
  sift_view_release(third);
  sift_view_release(second);
  sift_view_release(first);
}

/* What an undated message says is of the view's time all the same. */
static void the_share_of_facts_is_made_once(void **state) {
  (void)state;
  for (int dated = 0; dated < 2; dated++) {
    struct sift_factbox *facts = facts_at(dated == 1 ? T0 - SECOND : SIFT_TIME_NONE, "RUNNING");
    struct sift_view *first = log_view(facts, T0 + SECOND);
    struct sift_view_input input = facts_input(first, facts, T0 + 2 * SECOND);
    struct sift_view *second = build(&input);
    assert_ptr_equal(second->told, first->told);
    assert_int_equal(sift_view_entry(second, sift_span_of("c/told"))->newest_ns, dated == 1 ? T0 - SECOND : T0 + 2 * SECOND);
    check_crowd(second);
    struct sift_view_look *look = NULL;
    const struct sift_space *space = NULL;
    const struct sift_verdict *verdict = NULL;
    assert_int_equal(sift_view_look_new(&look, second), SIFT_OK);
    assert_int_equal(sift_view_look_at(look, sift_span_of("c/told"), &space, &verdict), SIFT_OK);
    assert_int_equal(space->evidence[0].first.time_ns, dated == 1 ? T0 - SECOND : T0 + 2 * SECOND);
    assert_int_equal(space->evidence[0].last.time_ns, space->evidence[0].first.time_ns);
    sift_view_look_free(look);
    sift_view_release(second);
    sift_view_release(first);
    sift_factbox_release(facts);
  }
}

/* The cap is on what comes from outside; facts are in memory already. */
static void the_cap_on_spaces_is_for_the_logs(void **state) {
  struct sift_factbox *facts = facts_at(T0 - SECOND, "RUNNING");
  struct sift_view_input input = facts_input(NULL, facts, T0);
  input.spaces_max = 1;
  struct sift_view *view = build(&input);
  (void)state;
  assert_int_equal(sift_view_summary(view)->spaces, 3);
  assert_null(sift_view_entry(view, sift_span_of("~overflow")));
  sift_view_release(view);
  sift_factbox_release(facts);
}

/* --- the status page ---------------------------------------------------------------------------------------------------- */

static void the_status_page_is_judged_with_and_held(void **state) {
  const struct sift_node node = {
      .id = "n",
      .question = "",
      .verdict = "outage",
      .branch = "",
      .title = "",
      .reference = "",
      .when = {.kind = SIFT_COND_STATUS, .index = 1U << SIFT_COMPONENT_DOWNTIME, .value = sift_span_of("Spaces")}};
  struct sift_status_page *page = NULL;
  struct sift_pagebox *box = NULL;
  (void)state;
  rules->ruleset->tree = (struct sift_tree){.nodes = &node, .count = 1};
  assert_int_equal(sift_status_page_new(&page), SIFT_OK);
  assert_int_equal(sift_status_page_add_component(page, sift_span_of("Spaces"), SIFT_COMPONENT_DOWNTIME), SIFT_OK);
  assert_int_equal(sift_pagebox_new(&box, page), SIFT_OK);
  struct sift_view *without = log_view(NULL, T0);
  struct sift_view_input input = facts_input(without, NULL, T0);
  input.page = box;
  struct sift_view *view = build(&input);
  sift_pagebox_release(box);
  assert_string_not_equal(sift_view_entry(without, sift_span_of("b/logged"))->verdict, "outage");
  assert_string_equal(sift_view_entry(view, sift_span_of("b/logged"))->verdict, "outage");
  assert_non_null(sift_status_page_component(sift_view_scene(view).page, sift_span_of("Spaces")));
  sift_view_release(view);
  sift_view_release(without);
  rules->ruleset->tree = (struct sift_tree){.nodes = &stage_node, .count = 1};
}

static int begin(void **state) {
  (void)state;
  view_world_begin(&world, 88172645463325252ULL);
  struct sift_ruleset *ruleset = test_ruleset(live_rules, LIVE_RULES);
  assert_int_equal(sift_rulebox_new(&rules, ruleset, test_database(ruleset)), SIFT_OK);
  rules->ruleset->tree = (struct sift_tree){.nodes = &stage_node, .count = 1};
  fixture.ruleset = rules->ruleset;
  sift_arena_init(&fixture.arena);
  return 0;
}

static int end(void **state) {
  (void)state;
  rules->ruleset->tree = (struct sift_tree){0};
  sift_arena_release(&fixture.arena);
  sift_rulebox_release(rules);
  view_world_end(&world);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_crowd_is_that_of_base_and_overlay_together),
      cmocka_unit_test(spaces_known_from_facts_alone_are_there),
      cmocka_unit_test(facts_count_in_the_crowd_and_in_incidents_but_not_as_hits),
      cmocka_unit_test(no_state_holds_facts),
      cmocka_unit_test(new_facts_change_verdicts_and_old_views_keep_theirs),
      cmocka_unit_test(the_share_of_facts_is_made_once),
      cmocka_unit_test(the_cap_on_spaces_is_for_the_logs),
      cmocka_unit_test(the_status_page_is_judged_with_and_held),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
