#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "engine/fleet.h"

static void damage(struct sift_fleet *fleet, enum sift_reason reason, const char *source, uint64_t offset) {
  assert_int_equal(sift_fleet_damage(fleet, reason, sift_span_of(source), offset), SIFT_OK);
}

static void places_are_listed_by_source_offset_and_reason_each_once(void **state) {
  (void)state;
  struct sift_fleet fleet;
  sift_fleet_init(&fleet);
  damage(&fleet, SIFT_REASON_TRUNCATED, "b", 5);
  damage(&fleet, SIFT_REASON_CORRUPT, "b", 5);
  damage(&fleet, SIFT_REASON_CORRUPT, "a", 9);
  damage(&fleet, SIFT_REASON_CORRUPT, "b", 4);
  damage(&fleet, SIFT_REASON_CORRUPT, "a", 9);
  assert_int_equal(fleet.damage_count, 4);
  assert_int_equal(fleet.reasons[SIFT_REASON_CORRUPT], 4);
  assert_string_equal(fleet.damages[0].source, "a");
  assert_int_equal(fleet.damages[1].offset, 4);
  assert_int_equal(fleet.damages[2].reason, SIFT_REASON_CORRUPT);
  assert_int_equal(fleet.damages[3].reason, SIFT_REASON_TRUNCATED);
  sift_fleet_release(&fleet);
}

static void what_is_no_damage_is_only_counted(void **state) {
  (void)state;
  struct sift_fleet fleet;
  sift_fleet_init(&fleet);
  damage(&fleet, SIFT_REASON_UTF8_REPAIRED, "a", 1);
  assert_int_equal(fleet.reasons[SIFT_REASON_UTF8_REPAIRED], 1);
  assert_int_equal(fleet.damage_count, 0);
  sift_fleet_release(&fleet);
}

static void the_first_in_order_stay_and_all_are_counted(void **state) {
  (void)state;
  struct sift_fleet fleet;
  sift_fleet_init(&fleet);
  for (uint64_t i = 3 * SIFT_DAMAGES_MAX; i-- > 0;) {
    damage(&fleet, SIFT_REASON_JSON_SYNTAX, "a", i);
  }
  assert_int_equal(fleet.damage_count, SIFT_DAMAGES_MAX);
  assert_int_equal(fleet.reasons[SIFT_REASON_JSON_SYNTAX], 3 * SIFT_DAMAGES_MAX);
  for (uint64_t i = 0; i < SIFT_DAMAGES_MAX; i++) {
    assert_int_equal(fleet.damages[i].offset, i);
  }
  sift_fleet_release(&fleet);
}

static void names_that_passed_through_do_not_pile_up(void **state) {
  (void)state;
  struct sift_fleet fleet;
  sift_fleet_init(&fleet);
  char source[2048];
  memset(source, 'x', sizeof source);
  for (unsigned i = 40000; i-- > 0;) {
    snprintf(source, sizeof source, "%05u", i);
    source[5] = 'x';
    assert_int_equal(sift_fleet_damage(&fleet, SIFT_REASON_CORRUPT, sift_span(source, sizeof source), 0), SIFT_OK);
  }
  assert_int_equal(fleet.damage_count, SIFT_DAMAGES_MAX);
  assert_true(sift_arena_bytes(&fleet.arena) < 20 << 20);
  for (unsigned i = 0; i < SIFT_DAMAGES_MAX; i++) {
    snprintf(source, sizeof source, "%05u", i);
    assert_memory_equal(fleet.damages[i].source, source, 5);
    assert_int_equal(strlen(fleet.damages[i].source), sizeof source);
    source[5] = 'x';
  }
  sift_fleet_release(&fleet);
}

static void a_name_ends_at_its_first_nul(void **state) {
  (void)state;
  struct sift_fleet fleet;
  sift_fleet_init(&fleet);
  assert_int_equal(sift_fleet_damage(&fleet, SIFT_REASON_CORRUPT, sift_span("ab\0c", 4), 1), SIFT_OK);
  assert_int_equal(sift_fleet_damage(&fleet, SIFT_REASON_CORRUPT, sift_span("ab\0d", 4), 1), SIFT_OK);
  assert_int_equal(fleet.damage_count, 1);
  assert_string_equal(fleet.damages[0].source, "ab");
  sift_fleet_release(&fleet);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(places_are_listed_by_source_offset_and_reason_each_once),
      cmocka_unit_test(what_is_no_damage_is_only_counted),
      cmocka_unit_test(the_first_in_order_stay_and_all_are_counted),
      cmocka_unit_test(names_that_passed_through_do_not_pile_up),
      cmocka_unit_test(a_name_ends_at_its_first_nul),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
