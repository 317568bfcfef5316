#include "tests/unit/report_fixture.h"

#include "tests/support/strike.h"
#include "tools/spacesift/fleet_text.h"

struct world {
  struct fixture fixture;
  struct sift_census census;
  struct sift_summary summary;
  struct sift_text text;
};

static int begin(void **state) {
  static struct world world;
  memset(&world, 0, sizeof world);
  fixture_begin(&world.fixture);
  assert_int_equal(sift_fleet_init(&world.census.fleet), SIFT_OK);
  assert_int_equal(sift_summary_init(&world.summary, world.fixture.ruleset), SIFT_OK);
  world.census.now_ns = SIFT_TIME_NONE;
  sift_text_init(&world.text, false);
  *state = &world;
  return 0;
}

static int end(void **state) {
  struct world *world = *state;
  sift_text_release(&world->text);
  sift_summary_release(&world->summary);
  sift_census_release(&world->census);
  fixture_end(&world->fixture);
  return 0;
}

static const char *text_of(struct world *world) {
  sift_text_append(&world->text, sift_span("\0", 1));
  assert_false(world->text.failed);
  return world->text.bytes;
}

static void count(struct world *world, const char *id, enum sift_severity severity, int times) {
  struct sift_verdict verdict = {.id = id, .severity = severity};
  for (int i = 0; i < times; i++) {
    assert_int_equal(sift_summary_add(&world->summary, &world->fixture.space, &verdict, world->fixture.ruleset), SIFT_OK);
  }
}

static void totals_tell_what_was_read_and_how_fast(void **state) {
  struct world *world = *state;
  struct sift_fleet *fleet = &world->census.fleet;
  fleet->shards = 1, fleet->lines = 1234, fleet->bytes = 3000000000, fleet->compressed_bytes = 300000, fleet->hits = 5;
  world->census.now_ns = T0;
  count(world, "oom", SIFT_ERROR, 2);
  sift_text_totals(&world->text, world->fixture.ruleset, &world->census, &world->summary, 2);
  assert_string_equal(text_of(world), "2 Spaces, of which 2 need someone\n"
                                      "  1 shard, 1,234 lines, 3.0 GB of logs (300.0 kB on disk), 5 hits, read in 2.0 s: 1.5 GB/s\n"
                                      "  rules test 1, as of 2026-01-31T10:00:00Z\n");
}

static void totals_leave_out_what_is_not_known(void **state) {
  struct world *world = *state;
  sift_text_totals(&world->text, world->fixture.ruleset, &world->census, &world->summary, 0);
  const char *text = text_of(world);
  assert_has_not(text, "read in");
  assert_has_not(text, "as of");
  assert_has_not(text, "limit");
}

static void spaces_over_the_limit_are_told(void **state) {
  struct world *world = *state;
  assert_int_equal(sift_sketch_add(&world->census.fleet.overflow, 1), SIFT_OK);
  sift_text_totals(&world->text, world->fixture.ruleset, &world->census, &world->summary, 0);
  assert_has(text_of(world), "about 1 Space over the limit");
}

static void verdicts_stand_in_aligned_columns_with_bars(void **state) {
  struct world *world = *state;
  count(world, "healthy", SIFT_INFO, 30);
  count(world, "oom", SIFT_ERROR, 10);
  sift_summary_finish(&world->summary);
  sift_text_verdicts(&world->text, &world->summary);
  assert_string_equal(text_of(world), "\nSpaces by verdict\n"
                                      "  error   oom             10   25.0 %  ██████████\n"
                                      "  info    healthy         30   75.0 %  ██████████████████████████████\n");
}

static void a_fleet_of_nothing_has_no_tables(void **state) {
  struct world *world = *state;
  sift_text_verdicts(&world->text, &world->summary);
  assert_int_equal(sift_text_classes(&world->text, world->fixture.ruleset, &world->summary, 100), SIFT_OK);
  sift_text_damage(&world->text, &world->census.fleet, 100);
  sift_text_incidents(&world->text, world->fixture.ruleset, &world->census.incidents, 100);
  assert_string_equal(text_of(world), "");
}

static void classes_are_sorted_by_spaces(void **state) {
  struct world *world = *state;
  see(&world->fixture, "crash-exit", T0, 0);
  count(world, "x", SIFT_ERROR, 1);
  see(&world->fixture, "push-refused", T0, 0);
  count(world, "x", SIFT_ERROR, 1);
  assert_int_equal(sift_text_classes(&world->text, world->fixture.ruleset, &world->summary, 34), SIFT_OK);
  assert_string_equal(text_of(world), "\nSpaces with evidence, by class\n"
                                      "  crash          2  The app crash…\n"
                                      "  push           1  The registry …\n");
}

static void damage_is_counted_by_reason_and_listed_by_place(void **state) {
  struct world *world = *state;
  for (uint64_t i = 0; i < 25; i++) {
    assert_int_equal(sift_fleet_damage(&world->census.fleet, SIFT_REASON_CORRUPT, sift_span_of("a\x1b.zst"), i), SIFT_OK);
  }
  assert_int_equal(sift_fleet_damage(&world->census.fleet, SIFT_REASON_UTF8_REPAIRED, sift_span_of("a.zst"), 0), SIFT_OK);
  sift_text_damage(&world->text, &world->census.fleet, 100);
  const char *text = text_of(world);
  assert_has(text, "\nDamaged or incomplete input\n         25  corrupt          ");
  assert_has(text, "\n          1  utf8_repaired ");
  assert_has(text, "\n  a\\x1b.zst byte 19: corrupt\n  and 5 more places\n");
}

static void what_is_no_damage_is_of_note(void **state) {
  struct world *world = *state;
  assert_int_equal(sift_fleet_damage(&world->census.fleet, SIFT_REASON_UTF8_REPAIRED, sift_span_of("a.zst"), 0), SIFT_OK);
  sift_text_damage(&world->text, &world->census.fleet, 100);
  const char *text = text_of(world);
  assert_has(text, "Of note in the input\n");
  assert_has_not(text, "a.zst");
}

static void strike(struct world *world, int64_t window, uint64_t spaces) {
  for (uint64_t i = 0; i < spaces; i++) {
    assert_int_equal(test_strike(&world->census.fleet, test_class_series(class_index(&world->fixture, "push")),
                                 T0 + window * 300 * SECOND, i + 1),
                     SIFT_OK);
  }
}

static void an_incident_shows_its_course(void **state) {
  struct world *world = *state;
  strike(world, -100, 1);
  strike(world, 0, 8);
  strike(world, 1, 40);
  strike(world, 3, 20);
  assert_int_equal(sift_incidents_find(&world->census.incidents, world->fixture.ruleset, &world->census.fleet, 400), SIFT_OK);
  sift_text_incidents(&world->text, world->fixture.ruleset, &world->census.incidents, 100);
  assert_string_equal(text_of(world), "\nIncidents\n"
                                      "  push  The registry refused\n"
                                      "    2026-01-31 10:00 to 2026-01-31 10:20 UTC: 40 Spaces, 10.0 % of the fleet; "
                                      "at most 40 Spaces in 5 minutes, usual are 0\n"
                                      "    ▂█ ▄\n"
                                      "    first  s/1, 2026-01-31T10:00:00Z\n"
                                      "    line   s/1 was struck\n");
}

static void the_incident_of_a_phrase_is_named_by_its_rule_and_hostile_lines_do_no_harm(void **state) {
  struct world *world = *state;
  uint32_t rule = rule_index(&world->fixture, "headline");
  world->fixture.ruleset->rules[rule].incident = true;
  const struct sift_series phrase = {class_index(&world->fixture, "crash"), rule};
  for (uint64_t i = 0; i < 40; i++) {
    assert_int_equal(test_strike(&world->census.fleet, phrase, T0 + 7 * SECOND, i), SIFT_OK);
  }
  assert_int_equal(
      test_strike_space(&world->census.fleet, phrase, T0 + SECOND, "z/z", "\x1b[2J a line that is longer than the width"), SIFT_OK);
  assert_int_equal(sift_incidents_find(&world->census.incidents, world->fixture.ruleset, &world->census.fleet, 50), SIFT_OK);
  sift_text_incidents(&world->text, world->fixture.ruleset, &world->census.incidents, 40);
  const char *text = text_of(world);
  assert_has(text, "  crash, headline  headline\n");
  assert_has(text, "    first  z/z, 2026-01-31T10:00:01Z\n    line   \\x1b[2J a line that is");
  assert_has_not(text, "than the width");
}

static void a_long_incident_fits_the_width_by_its_peaks(void **state) {
  struct world *world = *state;
  strike(world, -2000, 1);
  for (int64_t window = 0; window < 600; window++) {
    strike(world, window, window == 599 ? 16 : 8);
  }
  assert_int_equal(sift_incidents_find(&world->census.incidents, world->fixture.ruleset, &world->census.fleet, 20), SIFT_OK);
  assert_int_equal(world->census.incidents.count, 1);
  sift_text_incidents(&world->text, world->fixture.ruleset, &world->census.incidents, 48);
  const char *text = text_of(world);
  assert_has(text, "    ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄█\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(totals_tell_what_was_read_and_how_fast),
      TEST(totals_leave_out_what_is_not_known),
      TEST(spaces_over_the_limit_are_told),
      TEST(verdicts_stand_in_aligned_columns_with_bars),
      TEST(a_fleet_of_nothing_has_no_tables),
      TEST(classes_are_sorted_by_spaces),
      TEST(damage_is_counted_by_reason_and_listed_by_place),
      TEST(what_is_no_damage_is_of_note),
      TEST(an_incident_shows_its_course),
      TEST(the_incident_of_a_phrase_is_named_by_its_rule_and_hostile_lines_do_no_harm),
      TEST(a_long_incident_fits_the_width_by_its_peaks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
