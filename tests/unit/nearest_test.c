#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "patterns/nearest.h"

static const char *best(const char *name, const char *const *candidates, size_t count) {
  struct sift_nearest nearest = sift_nearest_to(sift_span_of(name));
  for (size_t i = 0; i < count; i++) {
    sift_nearest_try(&nearest, candidates[i]);
  }
  return nearest.best;
}

static void slips_of_the_pen_find_the_name_that_was_meant(void **state) {
  (void)state;
  const char *const names[] = {"severity", "class", "capture", "channels", "title", "actions"};
  assert_string_equal(best("sevrity", names, 6), "severity");
  assert_string_equal(best("severitty", names, 6), "severity");
  assert_string_equal(best("clsas", names, 6), "class");
  assert_string_equal(best("captures", names, 6), "capture");
  assert_string_equal(best("chanels", names, 6), "channels");
  assert_string_equal(best("titel", names, 6), "title");
  assert_string_equal(best("action", names, 6), "actions");
}

static void what_is_not_near_finds_nothing(void **state) {
  (void)state;
  const char *const names[] = {"severity", "any", "all", ""};
  assert_null(best("colour", names, 4));
  assert_null(best("xyz", names, 4));
  assert_null(best("", names, 2));
}

static void the_nearest_of_several_wins(void **state) {
  (void)state;
  const char *const names[] = {"dep_conflicts_all", "dep_conflicts", "dep_conflict", "dep_conflist"};
  assert_string_equal(best("dep_conflct", names, 4), "dep_conflict");
}

static void names_of_any_length_are_safe(void **state) {
  (void)state;
  char longest[65];
  char longer[200];
  memset(longest, 'x', 64);
  longest[64] = '\0';
  memset(longer, 'x', 199);
  longer[199] = '\0';
  const char *const names[] = {longest, longer};
  longest[10] = 'y';
  struct sift_nearest nearest = sift_nearest_to(sift_span(longer, 64));
  sift_nearest_try(&nearest, longest);
  assert_ptr_equal(nearest.best, longest);
  assert_null(best(longer, names, 2));
}

static void the_hint_falls_back(void **state) {
  (void)state;
  char hint[64];
  struct sift_nearest nearest = sift_nearest_to(sift_span_of("sevrity"));
  sift_nearest_hint(&nearest, "otherwise", hint, sizeof hint);
  assert_string_equal(hint, "otherwise");
  sift_nearest_try(&nearest, "severity");
  sift_nearest_hint(&nearest, "otherwise", hint, sizeof hint);
  assert_string_equal(hint, "did you mean 'severity'?");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slips_of_the_pen_find_the_name_that_was_meant),
      cmocka_unit_test(what_is_not_near_finds_nothing),
      cmocka_unit_test(the_nearest_of_several_wins),
      cmocka_unit_test(names_of_any_length_are_safe),
      cmocka_unit_test(the_hint_falls_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
