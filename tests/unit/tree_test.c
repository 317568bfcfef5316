#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/tree.h"

static void every_phase_has_a_name_of_its_own(void **state) {
  (void)state;
  for (int i = 0; i < SIFT_PHASES; i++) {
    for (int j = 0; j < i; j++) {
      assert_string_not_equal(sift_phase_name((enum sift_phase)i), sift_phase_name((enum sift_phase)j));
    }
  }
  assert_string_equal(sift_phase_name(SIFT_PHASE_UNKNOWN), "unknown");
  assert_string_equal(sift_phase_name(SIFT_PHASE_LISTENING), "listening");
  assert_string_equal(sift_phase_name(SIFT_PHASE_FAILED), "failed");
  assert_string_equal(sift_phase_name(SIFT_PHASES), "unknown");
}

static void confidences_are_named(void **state) {
  (void)state;
  assert_string_equal(sift_confidence_name(SIFT_LOW), "low");
  assert_string_equal(sift_confidence_name(SIFT_MEDIUM), "medium");
  assert_string_equal(sift_confidence_name(SIFT_HIGH), "high");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_phase_has_a_name_of_its_own),
      cmocka_unit_test(confidences_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
