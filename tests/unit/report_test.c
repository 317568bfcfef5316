#include "tests/unit/triage_fixture.h"

#include "engine/report.h"
#include "tests/unit/scene_support.h"

static struct fixture fixture;
static struct sift_json json;
static struct sift_triage *triage;
static const struct sift_incidents no_incidents;

static int begin(void **state) {
  (void)state;
  fixture_begin(&fixture);
  sift_json_init(&json);
  assert_int_equal(sift_triage_new(&triage, fixture.ruleset, &no_incidents), SIFT_OK);
  return 0;
}

static int end(void **state) {
  (void)state;
  sift_triage_free(triage);
  sift_json_release(&json);
  fixture_end(&fixture);
  return 0;
}

/* The Space's object as a string. */
static struct sift_verdict verdict;

static const char *report(const struct sift_incident *incident) {
  sift_triage_judge(triage, &fixture.space, &verdict);
  verdict.incident = incident;
  sift_json_clear(&json);
  sift_report_space(&json, fixture.ruleset, &fixture.space, &verdict);
  sift_json_raw(&json, sift_span("\0", 1));
  assert_false(json.failed);
  return json.bytes;
}

static void assert_has(const char *text, const char *part) {
  if (strstr(text, part) == NULL) {
    print_error("no %s\nin %s\n", part, text);
    fail();
  }
}

static void a_space_is_told_whole(void **state) {
  (void)state;
  fixture.space.lines = 12;
  fixture.space.bytes = 345;
  see(&fixture, "life-startup", T0, 0);
  see_line(&fixture, "deps-module", T0 + SECOND, 20, false, "No module named \"torch\"", "torch");
  see_line(&fixture, "deps-module", T0 + 2 * SECOND, 30, false, "No module named \"numpy\"", "numpy");
  const char *expected =
      "{\"type\":\"space\",\"space\":\"acme/demo\",\"verdict\":\"unclassified\",\"branch\":null,\"severity\":\"error\","
      "\"confidence\":\"low\",\"phase\":\"starting\",\"lines\":12,\"bytes\":345,\"attempt\":{\"number\":1,\"start\":"
      "{\"time\":\"2026-01-31T10:00:00Z\",\"source\":\"a.log\",\"offset\":0}},\"marks\":{\"startup\":{\"time\":"
      "\"2026-01-31T10:00:00Z\",\"source\":\"a.log\",\"offset\":0}},\"title\":\"numpy is not installed\",\"actions\":"
      "[\"Add numpy to requirements.txt\"],\"reference\":\"https://example.org/deps\",\"also\":[],\"proof\":\"deps-module\","
      "\"incident\":null,\"facts\":null,\"evidence\":[{\"rule\":\"deps-module\",\"class\":\"deps\",\"severity\":\"error\","
      "\"count\":2,"
      "\"demoted\":0,\"first\":{\"time\":\"2026-01-31T10:00:01Z\",\"source\":\"a.log\",\"offset\":20},\"last\":{\"time\":"
      "\"2026-01-31T10:00:02Z\",\"source\":\"a.log\",\"offset\":30},\"sample\":{\"text\":\"No module named \\\"numpy\\\"\","
      "\"source\":\"a.log\",\"offset\":30,\"line\":4,\"fields\":{\"module\":\"numpy\"}}}],\"history\":[]}";
  assert_string_equal(report(NULL), expected);
}

static void a_space_without_anything_is_told_too(void **state) {
  (void)state;
  const char *text = report(NULL);
  assert_has(text, "\"verdict\":\"no_fault_seen\"");
  assert_has(text, "\"attempt\":{\"number\":0,\"start\":null},\"marks\":{}");
  assert_has(text, "\"actions\":[],\"reference\":null,\"also\":[],\"proof\":null,\"incident\":null,\"facts\":null,\"evidence\":[],"
                   "\"history\":[]}");
}

static void what_is_known_from_outside_is_told(void **state) {
  (void)state;
  struct sift_facts *facts = facts_of("acme/demo", SIFT_FACT_STAGE, "PAUSED", SIFT_FACT_SDK, "docker");
  const struct sift_scene scene = {.now_ns = T0, .facts = facts};
  sift_triage_set_scene(triage, &scene);
  assert_has(report(NULL), "\"facts\":{\"stage\":\"PAUSED\",\"sdk\":\"docker\",\"time\":null}");
  sift_facts_free(facts);
}

static void older_evidence_is_history_and_marks_are_neither(void **state) {
  (void)state;
  see(&fixture, "crash-exit", T0 - SECOND, 0);
  see(&fixture, "life-startup", T0, 10);
  see(&fixture, "deps-warning", T0 + SECOND, 20);
  const char *text = report(NULL);
  assert_has(text, "\"evidence\":[{\"rule\":\"deps-warning\"");
  assert_has(text, "\"history\":[{\"rule\":\"crash-exit\"");
  assert_null(strstr(text, "\"rule\":\"life-startup\""));
}

static void demoted_hits_are_counted_with_their_rule(void **state) {
  (void)state;
  see(&fixture, "crash-exit", T0, 0);
  see_line(&fixture, "crash-exit", T0 + SECOND, 10, true, "demoted", NULL);
  see_line(&fixture, "crash-exit", T0 + SECOND, 20, true, "demoted", NULL);
  const char *text = report(NULL);
  assert_has(text, "\"rule\":\"crash-exit\",\"class\":\"crash\",\"severity\":\"error\",\"count\":3,\"demoted\":2");
  assert_has(text, "\"sample\":{\"text\":\"crash-exit\"");
  assert_null(strstr(strstr(text, "\"rule\":\"crash-exit\"") + 1, "\"rule\":\"crash-exit\""));
}

static void a_rule_that_was_only_demoted_is_evidence_without_weight(void **state) {
  (void)state;
  see_line(&fixture, "crash-exit", T0 + SECOND, 10, true, "demoted", NULL);
  const char *text = report(NULL);
  assert_has(text, "\"verdict\":\"no_fault_seen\"");
  assert_has(text, "\"count\":1,\"demoted\":1");
}

static void the_worst_evidence_comes_first(void **state) {
  (void)state;
  see(&fixture, "crash-exit", T0, 0);
  see(&fixture, "crash-fatal", T0, 0);
  see_line(&fixture, "deps-module", T0, 0, true, "x", "y");
  const char *text = report(NULL);
  const char *fatal = strstr(text, "\"rule\":\"crash-fatal\"");
  const char *error = strstr(text, "\"rule\":\"crash-exit\"");
  const char *demoted = strstr(text, "\"rule\":\"deps-module\"");
  assert_true(fatal != NULL && fatal < error && error < demoted);
}

static void its_incident_is_named(void **state) {
  (void)state;
  struct sift_incident incident = {
      .series = {class_index(&fixture, "push"), SIFT_RULE_NONE}, .start_s = T0 / SECOND, .end_s = T0 / SECOND + 600, .spaces = 40};
  assert_has(report(&incident),
             "\"incident\":{\"class\":\"push\",\"rule\":null,\"start\":\"2026-01-31T10:00:00Z\",\"end\":\"2026-01-31T10:10:00Z\","
             "\"spaces\":40}");
}

static void undated_and_unnumbered_lines_are_null(void **state) {
  (void)state;
  see(&fixture, "crash-exit", SIFT_TIME_NONE, 0);
  fixture.space.evidence[0].sample.line = 0;
  const char *text = report(NULL);
  assert_has(text, "\"last\":{\"time\":null,\"source\":\"a.log\",\"offset\":0}");
  assert_has(text, "\"line\":null");
}

static void hostile_text_stays_valid_json(void **state) {
  (void)state;
  see_line(&fixture, "crash-exit", T0, 0, false, "\x1b[2J\xFF\"\\", NULL);
  assert_has(report(NULL), "\"text\":\"\\u001b[2J\uFFFD\\\"\\\\\"");
}

static void the_walk_is_a_list_of_steps(void **state) {
  (void)state;
  const struct sift_node nodes[] = {
      {.id = "a",
       .question = "Is it pushed?",
       .verdict = "push",
       .branch = "6C",
       .title = "",
       .reference = "",
       .when = {.kind = SIFT_COND_CLASS, .index = class_index(&fixture, "push")}},
      {.id = "b",
       .question = "Does it crash?",
       .verdict = "crash",
       .branch = "6A",
       .title = "",
       .reference = "",
       .when = {.kind = SIFT_COND_CLASS, .index = class_index(&fixture, "crash")}},
  };
  fixture.ruleset->tree.nodes = nodes;
  fixture.ruleset->tree.count = 2;
  see(&fixture, "crash-exit", T0, 0);
  assert_has(report(NULL), "\"verdict\":\"crash\",\"branch\":\"6A\"");
  sift_json_clear(&json);
  sift_report_path(&json, fixture.ruleset, triage, &verdict);
  sift_json_raw(&json, sift_span("\0", 1));
  assert_has(json.bytes,
             "[{\"id\":\"a\",\"question\":\"Is it pushed?\",\"depth\":0,\"holds\":false,\"evidence\":null,\"outside\":null},"
             "{\"id\":\"b\",\"question\":\"Does it crash?\",\"depth\":0,\"holds\":true,\"evidence\":{\"rule\":\"crash-exit\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_space_is_told_whole),
      TEST(a_space_without_anything_is_told_too),
      TEST(what_is_known_from_outside_is_told),
      TEST(older_evidence_is_history_and_marks_are_neither),
      TEST(demoted_hits_are_counted_with_their_rule),
      TEST(a_rule_that_was_only_demoted_is_evidence_without_weight),
      TEST(the_worst_evidence_comes_first),
      TEST(its_incident_is_named),
      TEST(undated_and_unnumbered_lines_are_null),
      TEST(hostile_text_stays_valid_json),
      TEST(the_walk_is_a_list_of_steps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
