#include "tests/unit/triage_fixture.h"

#include "engine/report.h"
#include "tests/support/strike.h"

static struct fixture fixture;
static struct sift_json json;

static int begin(void **state) {
  (void)state;
  fixture_begin(&fixture);
  sift_json_init(&json);
  return 0;
}

static int end(void **state) {
  (void)state;
  sift_json_release(&json);
  fixture_end(&fixture);
  return 0;
}

static const char *text_of_json(void) {
  sift_json_raw(&json, sift_span("\0", 1));
  assert_false(json.failed);
  return json.bytes;
}

static void an_incident_is_told_with_its_windows(void **state) {
  (void)state;
  struct sift_fleet fleet;
  struct sift_incidents incidents;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  for (uint64_t i = 0; i < 30; i++) {
    assert_int_equal(
        test_strike(&fleet, test_class_series(class_index(&fixture, "push")), T0 + (int64_t)(i % 3 == 0) * 300 * SECOND, i),
        SIFT_OK);
  }
  assert_int_equal(sift_incidents_find(&incidents, fixture.ruleset, &fleet, 60), SIFT_OK);
  assert_int_equal(incidents.count, 1);
  sift_report_incident(&json, fixture.ruleset, &incidents.items[0]);
  assert_string_equal(text_of_json(),
                      "{\"type\":\"incident\",\"class\":\"push\",\"rule\":null,\"title\":\"The registry "
                      "refused\",\"start\":\"2026-01-31T10:00:00Z\","
                      "\"end\":\"2026-01-31T10:10:00Z\",\"spaces\":30,\"peak_spaces\":20,\"baseline\":0,\"share\":0.5,"
                      "\"first\":{\"space\":\"s/1\",\"time\":\"2026-01-31T10:00:00Z\"},\"samples\":["
                      "{\"space\":\"s/1\",\"time\":\"2026-01-31T10:00:00Z\",\"text\":\"s/1 was struck\"},"
                      "{\"space\":\"s/10\",\"time\":\"2026-01-31T10:00:00Z\",\"text\":\"s/10 was struck\"},"
                      "{\"space\":\"s/11\",\"time\":\"2026-01-31T10:00:00Z\",\"text\":\"s/11 was struck\"}],\"windows\":["
                      "{\"start\":\"2026-01-31T10:00:00Z\",\"spaces\":20},{\"start\":\"2026-01-31T10:05:00Z\",\"spaces\":10}]}");
  sift_incidents_release(&incidents);
  sift_fleet_release(&fleet);
}

static void a_phrase_is_told_with_its_rule_and_title(void **state) {
  (void)state;
  uint32_t rule = rule_index(&fixture, "deps-module"); /* its title holds a captured value */
  struct sift_incident incident = {.series = {class_index(&fixture, "deps"), rule}, .start_s = T0 / SECOND};
  sift_report_incident(&json, fixture.ruleset, &incident);
  const char *text = text_of_json();
  assert_non_null(strstr(text, "\"class\":\"deps\",\"rule\":\"deps-module\",\"title\":\"\u2026 is not installed\""));
  assert_non_null(strstr(text, "\"first\":null,\"samples\":[]"));
}

static void times_out_of_range_are_null(void **state) {
  (void)state;
  struct sift_incident incident = {.series = {0, SIFT_RULE_NONE}, .start_s = INT64_MIN, .end_s = INT64_MAX};
  sift_report_incident(&json, fixture.ruleset, &incident);
  assert_non_null(strstr(text_of_json(), "\"start\":null,\"end\":null"));
}

static void the_summary_tells_counts_and_damage(void **state) {
  (void)state;
  struct sift_fleet fleet;
  struct sift_summary summary;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  assert_int_equal(sift_summary_init(&summary, fixture.ruleset), SIFT_OK);
  fleet.shards = 1, fleet.lines = 2, fleet.bytes = 3, fleet.compressed_bytes = 4, fleet.hits = 5, fleet.records_dropped = 6;
  assert_int_equal(sift_fleet_damage(&fleet, SIFT_REASON_CORRUPT, sift_span_of("b.zst"), 77), SIFT_OK);
  assert_int_equal(sift_fleet_damage(&fleet, SIFT_REASON_UTF8_REPAIRED, sift_span_of("b.zst"), 78), SIFT_OK);
  see(&fixture, "crash-exit", T0, 0);
  struct sift_verdict verdict = {.id = "startup_crash", .severity = SIFT_ERROR};
  assert_int_equal(sift_summary_add(&summary, &fixture.space, &verdict, fixture.ruleset), SIFT_OK);
  sift_summary_finish(&summary);
  sift_report_summary(&json, fixture.ruleset, &summary, &fleet, T0);
  char expected[1024];
  snprintf(
      expected, sizeof expected,
      "{\"type\":\"summary\",\"ruleset\":{\"name\":\"test\",\"version\":\"1\",\"hash\":\"%s\"},\"now\":\"2026-01-31T10:00:00Z\","
      "\"spaces\":1,\"need_someone\":1,\"overflow_spaces\":0,\"shards\":1,\"lines\":2,\"bytes\":3,\"compressed_bytes\":4,"
      "\"hits\":5,\"records_dropped\":6,\"verdicts\":[{\"verdict\":\"startup_crash\",\"severity\":\"error\",\"spaces\":1}],"
      "\"classes\":[{\"class\":\"crash\",\"title\":\"The app "
      "crashed\",\"spaces\":1}],\"reasons\":{\"corrupt\":1,\"utf8_repaired\":1},"
      "\"damages\":[{\"source\":\"b.zst\",\"offset\":77,\"reason\":\"corrupt\"}]}",
      fixture.ruleset->hash_text);
  assert_string_equal(text_of_json(), expected);
  sift_summary_release(&summary);
  sift_fleet_release(&fleet);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(an_incident_is_told_with_its_windows),
      TEST(a_phrase_is_told_with_its_rule_and_title),
      TEST(times_out_of_range_are_null),
      TEST(the_summary_tells_counts_and_damage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
