#include "tests/unit/triage_fixture.h"

#include "engine/incident.h"
#include "tests/support/strike.h"

static const int64_t WINDOW_S = SIFT_WINDOW_SECONDS;

struct world {
  struct fixture fixture;
  struct sift_fleet fleet;
  struct sift_incidents incidents;
  uint32_t push, crash; /* classes: of incidents, and not */
};

static int begin(void **state) {
  static struct world world;
  fixture_begin(&world.fixture);
  assert_int_equal(sift_fleet_init(&world.fleet), SIFT_OK);
  world.push = class_index(&world.fixture, "push");
  world.crash = class_index(&world.fixture, "crash");
  memset(&world.incidents, 0, sizeof world.incidents);
  *state = &world;
  return 0;
}

static int end(void **state) {
  struct world *world = *state;
  sift_incidents_release(&world->incidents);
  sift_fleet_release(&world->fleet);
  fixture_end(&world->fixture);
  return 0;
}

/* Strikes Spaces [from, to) in window number `window`. */
static void strike_series(struct world *world, struct sift_series series, int64_t window, uint64_t from, uint64_t to) {
  for (uint64_t i = from; i < to; i++) {
    assert_int_equal(test_strike(&world->fleet, series, T0 + window * WINDOW_S * SECOND, i), SIFT_OK);
  }
}

static void strike(struct world *world, uint32_t class_index, int64_t window, uint64_t from, uint64_t to) {
  strike_series(world, test_class_series(class_index), window, from, to);
}

static void find(struct world *world, uint64_t spaces) {
  sift_incidents_release(&world->incidents);
  assert_int_equal(sift_incidents_find(&world->incidents, world->fixture.ruleset, &world->fleet, spaces), SIFT_OK);
}

/* The fleet's logs span `windows` windows. */
static void span(struct world *world, int64_t windows) {
  strike(world, world->crash, 0, 900000, 900001);
  strike(world, world->crash, windows - 1, 900000, 900001);
}

static void a_burst_in_a_quiet_class_is_an_incident_with_its_measures(void **state) {
  struct world *world = *state;
  span(world, 100);
  strike(world, world->push, 50, 0, 6);
  strike(world, world->push, 51, 3, 20);
  find(world, 400);
  assert_int_equal(world->incidents.count, 1);
  const struct sift_incident *incident = &world->incidents.items[0];
  assert_int_equal(incident->series.class_index, world->push);
  assert_int_equal(incident->start_s, T0 / SECOND + 50 * WINDOW_S);
  assert_int_equal(incident->end_s, T0 / SECOND + 52 * WINDOW_S);
  assert_int_equal(incident->spaces, 20);
  assert_int_equal(incident->peak_spaces, 17);
  assert_true(incident->baseline == 0);
  assert_true(incident->share > 0.0499 && incident->share < 0.0501);
  assert_int_equal(incident->window_count, 2);
}

static void a_class_of_users_faults_never_is_one(void **state) {
  struct world *world = *state;
  span(world, 100);
  strike(world, world->crash, 50, 0, 300);
  find(world, 400);
  assert_int_equal(world->incidents.count, 0);
}

static void four_spaces_are_too_few_whatever_the_share(void **state) {
  struct world *world = *state;
  span(world, 100);
  strike(world, world->push, 50, 0, 4);
  find(world, 4);
  assert_int_equal(world->incidents.count, 0);
}

static void less_than_a_hundredth_of_a_fleet_is_too_few(void **state) {
  struct world *world = *state;
  span(world, 100);
  strike(world, world->push, 50, 0, 9);
  find(world, 1000);
  assert_int_equal(world->incidents.count, 0);
  strike(world, world->push, 51, 9, 10);
  find(world, 1000);
  assert_int_equal(world->incidents.count, 0);
  strike(world, world->push, 50, 9, 10);
  find(world, 1000);
  assert_int_equal(world->incidents.count, 1);
}

static void a_large_fleet_asks_for_no_more_than_its_square_root(void **state) {
  struct world *world = *state;
  span(world, 100);
  strike(world, world->push, 50, 0, 1200);
  find(world, 1000000);
  assert_int_equal(world->incidents.count, 1);
}

static void an_hour_that_stands_out_is_one_though_none_of_its_windows_does(void **state) {
  struct world *world = *state;
  span(world, 400);
  for (int64_t window = 0; window < 8; window++) { /* two Spaces every five minutes, forty minutes long */
    strike(world, world->push, 100 + window, (uint64_t)window * 2, (uint64_t)window * 2 + 2);
  }
  strike(world, world->push, 300, 50, 52); /* and some others at other times */
  strike(world, world->push, 350, 52, 54);
  find(world, 300);
  assert_int_equal(world->incidents.count, 1);
  assert_int_equal(world->incidents.items[0].spaces, 16);
  assert_int_equal(world->incidents.items[0].start_s, T0 / SECOND + 100 * WINDOW_S);
  assert_int_equal(world->incidents.items[0].end_s, T0 / SECOND + 108 * WINDOW_S);
}

static void a_steady_trickle_is_none(void **state) {
  struct world *world = *state;
  span(world, 400);
  for (int64_t window = 0; window < 400; window += 3) {
    strike(world, world->push, window, (uint64_t)window, (uint64_t)window + 1 + (uint64_t)(window % 5 == 0));
  }
  find(world, 300);
  assert_int_equal(world->incidents.count, 0);
}

static void what_is_usual_for_a_class_is_none(void **state) {
  struct world *world = *state;
  for (int64_t window = 0; window < 60; window++) {
    uint64_t many = 20 + (uint64_t)(window * 7 % 9);
    strike(world, world->push, window, (uint64_t)window * 10, (uint64_t)window * 10 + many);
  }
  find(world, 1000);
  assert_int_equal(world->incidents.count, 0);
  strike(world, world->push, 30, 5000, 5020);
  find(world, 1000);
  assert_int_equal(world->incidents.count, 0);
  strike(world, world->push, 30, 5020, 5060);
  find(world, 1000);
  assert_int_equal(world->incidents.count, 1);
  assert_int_equal(world->incidents.items[0].window_count, 1);
  assert_true(world->incidents.items[0].baseline >= 20 && world->incidents.items[0].baseline <= 28);
}

static void one_quiet_window_does_not_end_it_two_do(void **state) {
  struct world *world = *state;
  span(world, 100);
  strike(world, world->push, 50, 0, 10);
  strike(world, world->push, 52, 10, 20);
  strike(world, world->push, 55, 20, 30);
  find(world, 300);
  assert_int_equal(world->incidents.count, 2);
  assert_int_equal(world->incidents.items[0].spaces, 20);
  assert_int_equal(world->incidents.items[0].end_s - world->incidents.items[0].start_s, 3 * WINDOW_S);
  assert_int_equal(world->incidents.items[1].spaces, 10);
}

static void it_reaches_to_where_it_ebbs(void **state) {
  struct world *world = *state;
  span(world, 100);
  strike(world, world->push, 49, 0, 2);
  strike(world, world->push, 50, 2, 20);
  strike(world, world->push, 51, 20, 22);
  strike(world, world->push, 52, 22, 23);
  find(world, 300);
  assert_int_equal(world->incidents.count, 1);
  assert_int_equal(world->incidents.items[0].start_s, T0 / SECOND + 49 * WINDOW_S);
  assert_int_equal(world->incidents.items[0].end_s, T0 / SECOND + 52 * WINDOW_S);
}

static void without_a_baseline_the_share_decides(void **state) {
  struct world *world = *state;
  strike(world, world->push, 0, 0, 19);
  find(world, 100);
  assert_int_equal(world->incidents.count, 0);
  strike(world, world->push, 0, 19, 20);
  find(world, 100);
  assert_int_equal(world->incidents.count, 1);
  find(world, 20);
  assert_int_equal(world->incidents.count, 1);
  assert_true(world->incidents.items[0].share == 1);
}

static void nine_spaces_of_a_tiny_fleet_prove_nothing_without_a_baseline(void **state) {
  struct world *world = *state;
  strike(world, world->push, 0, 0, 9);
  find(world, 9);
  assert_int_equal(world->incidents.count, 0);
}

static void an_incident_longer_than_half_the_span_is_seen_by_its_share(void **state) {
  struct world *world = *state;
  for (int64_t window = 0; window < 10; window++) {
    strike(world, world->push, window, 0, 60);
  }
  find(world, 100);
  assert_int_equal(world->incidents.count, 1);
  assert_int_equal(world->incidents.items[0].window_count, 10);
}

static void the_worst_comes_first(void **state) {
  struct world *world = *state;
  span(world, 100);
  strike(world, world->push, 20, 0, 10);
  strike(world, world->push, 40, 0, 30);
  strike(world, world->push, 60, 50, 60);
  find(world, 300);
  assert_int_equal(world->incidents.count, 3);
  assert_int_equal(world->incidents.items[0].spaces, 30);
  assert_true(world->incidents.items[1].start_s < world->incidents.items[2].start_s);
}

static void a_time_finds_the_incident_it_falls_into(void **state) {
  struct world *world = *state;
  span(world, 100);
  strike(world, world->push, 20, 0, 10);
  strike(world, world->push, 40, 0, 30);
  find(world, 300);
  int64_t start = T0 + 40 * WINDOW_S * SECOND;
  assert_ptr_equal(sift_incidents_at(&world->incidents, test_class_series(world->push), start), &world->incidents.items[0]);
  assert_ptr_equal(sift_incidents_at(&world->incidents, test_class_series(world->push), start + WINDOW_S * SECOND - 1),
                   &world->incidents.items[0]);
  assert_ptr_equal(sift_incidents_at(&world->incidents, test_class_series(world->push), start - 20 * WINDOW_S * SECOND),
                   &world->incidents.items[1]);
  assert_null(sift_incidents_at(&world->incidents, test_class_series(world->push), start - 1));
  assert_null(sift_incidents_at(&world->incidents, test_class_series(world->push), start + WINDOW_S * SECOND));
  assert_null(sift_incidents_at(&world->incidents, test_class_series(world->crash), start));
  assert_null(sift_incidents_at(&world->incidents, test_class_series(world->push), SIFT_TIME_NONE));
}

static void an_empty_fleet_has_none(void **state) {
  struct world *world = *state;
  find(world, 0);
  assert_int_equal(world->incidents.count, 0);
  assert_null(sift_incidents_at(&world->incidents, test_class_series(world->push), T0));
}

static void times_far_apart_do_no_harm(void **state) {
  struct world *world = *state;
  int64_t far = INT64_MAX / SECOND / WINDOW_S - T0 / SECOND / WINDOW_S - 2;
  strike(world, world->push, far, 0, 10);
  strike(world, world->push, -2 * (T0 / SECOND / WINDOW_S), 0, 10);
  strike(world, world->push, 50, 0, 10);
  find(world, 100);
  assert_int_equal(world->incidents.count, 3);
}

/* A phrase of the platform's, of a class that is none. */
static struct sift_series phrase_of(struct world *world, const char *rule) {
  uint32_t index = rule_index(&world->fixture, rule);
  world->fixture.ruleset->rules[index].incident = true;
  return (struct sift_series){world->fixture.ruleset->rules[index].class_index, index};
}

static void a_phrase_is_one_though_its_class_is_none(void **state) {
  struct world *world = *state;
  const struct sift_series phrase = phrase_of(world, "crash-fatal");
  const struct sift_series unmarked = {phrase.class_index, rule_index(&world->fixture, "crash-exit")};
  span(world, 100);
  strike_series(world, phrase, 50, 0, 20);
  strike_series(world, unmarked, 70, 0, 20);
  find(world, 400);
  assert_int_equal(world->incidents.count, 1);
  assert_int_equal(sift_series_compare(world->incidents.items[0].series, phrase), 0);
  assert_int_equal(world->incidents.items[0].spaces, 20);
  const int64_t at = T0 + 50 * WINDOW_S * SECOND;
  assert_ptr_equal(sift_incidents_at(&world->incidents, phrase, at), &world->incidents.items[0]);
  assert_null(sift_incidents_at(&world->incidents, unmarked, at));
  assert_null(sift_incidents_at(&world->incidents, test_class_series(phrase.class_index), at));
}

static void a_rule_that_a_state_puts_into_another_class_is_none(void **state) {
  struct world *world = *state;
  const struct sift_series phrase = phrase_of(world, "crash-fatal");
  span(world, 100);
  strike_series(world, (struct sift_series){world->push, phrase.rule}, 50, 0, 20);
  strike_series(world, (struct sift_series){phrase.class_index, 4000}, 50, 0, 20);
  find(world, 400);
  assert_int_equal(world->incidents.count, 0);
}

static void a_phrase_within_its_classes_outbreak_is_told_once(void **state) {
  struct world *world = *state;
  const struct sift_series phrase = phrase_of(world, "push-refused");
  span(world, 100);
  strike(world, world->push, 50, 0, 25);
  strike_series(world, phrase, 50, 0, 20);
  strike_series(world, phrase, 51, 0, 10); /* reaches beyond, but its worst is told */
  find(world, 400);
  assert_int_equal(world->incidents.count, 1);
  assert_int_equal(world->incidents.items[0].series.rule, SIFT_RULE_NONE);
  strike_series(world, phrase, 80, 0, 30); /* another outbreak, which the class's noise hides */
  find(world, 400);
  assert_int_equal(world->incidents.count, 2);
  assert_int_equal(world->incidents.items[0].series.rule, phrase.rule);
}

static void it_knows_its_first_spaces_and_their_lines(void **state) {
  struct world *world = *state;
  span(world, 100);
  strike(world, world->push, 50, 4, 6);
  strike(world, world->push, 51, 0, 20);
  find(world, 400);
  assert_int_equal(world->incidents.count, 1);
  const struct sift_witnesses *witnesses = &world->incidents.items[0].witnesses;
  const char *const spaces[] = {"s/4", "s/5", "s/0"};
  assert_int_equal(witnesses->count, 3);
  for (uint32_t i = 0; i < 3; i++) {
    assert_true(sift_span_equal(sift_witness_space(&witnesses->items[i]), sift_span_of(spaces[i])));
    assert_int_equal(witnesses->items[i].time_ns, T0 + (i < 2 ? 50 : 51) * WINDOW_S * SECOND);
  }
  assert_true(sift_span_equal(sift_witness_text(&witnesses->items[0]), sift_span_of("s/4 was struck")));
}

static void what_flaps_across_the_limit_stays_one(void **state) {
  struct world *world = *state;
  span(world, 200);
  for (int64_t window = 0; window < 20; window++) { /* over the limit, under it, and nothing at all, in turn */
    static const uint64_t spaces[] = {12, 2, 8, 0};
    strike(world, world->push, 100 + window, (uint64_t)window * 12, (uint64_t)window * 12 + spaces[window % 4]);
  }
  find(world, 400);
  assert_int_equal(world->incidents.count, 1);
  assert_int_equal(world->incidents.items[0].start_s, T0 / SECOND + 100 * WINDOW_S);
  assert_int_equal(world->incidents.items[0].end_s, T0 / SECOND + 119 * WINDOW_S);
}

static void a_slow_rise_opens_once_and_from_where_it_left_the_usual(void **state) {
  struct world *world = *state;
  for (int64_t window = 0; window < 200; window++) { /* three are usual: from 8 on it stays, from 15 on it opens */
    uint64_t extra = window >= 100 && window < 140 ? (uint64_t)(window - 100) : 0;
    strike(world, world->push, window, (uint64_t)window * 100, (uint64_t)window * 100 + 3 + extra);
  }
  find(world, 20000);
  assert_int_equal(world->incidents.count, 1);
  const struct sift_incident *incident = &world->incidents.items[0];
  assert_true(incident->baseline == 3);
  assert_int_equal(incident->start_s, T0 / SECOND + 105 * WINDOW_S); /* 8 >= 3 + 2 sigma + 1 */
  assert_int_equal(incident->end_s, T0 / SECOND + 140 * WINDOW_S);
  assert_int_equal(incident->peak_spaces, 42);
}

static void a_quiet_fleet_has_none(void **state) {
  struct world *world = *state;
  for (int64_t window = 0; window < SIFT_WINDOWS_MAX; window++) {
    uint64_t spaces = (uint64_t)(window * 2654435761 >> 7) % 4; /* none to three, at random */
    strike(world, world->push, window, (uint64_t)window * 4, (uint64_t)window * 4 + spaces);
  }
  find(world, 10000);
  assert_int_equal(world->incidents.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_burst_in_a_quiet_class_is_an_incident_with_its_measures),
      TEST(a_class_of_users_faults_never_is_one),
      TEST(four_spaces_are_too_few_whatever_the_share),
      TEST(less_than_a_hundredth_of_a_fleet_is_too_few),
      TEST(a_large_fleet_asks_for_no_more_than_its_square_root),
      TEST(an_hour_that_stands_out_is_one_though_none_of_its_windows_does),
      TEST(a_steady_trickle_is_none),
      TEST(what_is_usual_for_a_class_is_none),
      TEST(one_quiet_window_does_not_end_it_two_do),
      TEST(it_reaches_to_where_it_ebbs),
      TEST(without_a_baseline_the_share_decides),
      TEST(nine_spaces_of_a_tiny_fleet_prove_nothing_without_a_baseline),
      TEST(an_incident_longer_than_half_the_span_is_seen_by_its_share),
      TEST(the_worst_comes_first),
      TEST(a_time_finds_the_incident_it_falls_into),
      TEST(an_empty_fleet_has_none),
      TEST(times_far_apart_do_no_harm),
      TEST(a_phrase_is_one_though_its_class_is_none),
      TEST(a_rule_that_a_state_puts_into_another_class_is_none),
      TEST(a_phrase_within_its_classes_outbreak_is_told_once),
      TEST(it_knows_its_first_spaces_and_their_lines),
      TEST(what_flaps_across_the_limit_stays_one),
      TEST(a_slow_rise_opens_once_and_from_where_it_left_the_usual),
      TEST(a_quiet_fleet_has_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
