#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine/reason.h"

static void names_are_sorted_and_every_reason_has_a_text(void **state) {
  (void)state;
  for (int i = 0; i < SIFT_REASONS; i++) {
    assert_true(strlen(sift_reason_text((enum sift_reason)i)) > 10);
    assert_true(strlen(sift_reason_name((enum sift_reason)i)) > 3);
    if (i > 0) {
      assert_true(strcmp(sift_reason_name((enum sift_reason)(i - 1)), sift_reason_name((enum sift_reason)i)) < 0);
    }
  }
}

static void only_what_loses_nothing_is_no_damage(void **state) {
  (void)state;
  for (int i = 0; i < SIFT_REASONS; i++) {
    int harmless = i == SIFT_REASON_FORWARD_SIGNAL || i == SIFT_REASON_NO_SPACE || i == SIFT_REASON_UTF8_REPAIRED;
    assert_int_equal(sift_reason_is_damage((enum sift_reason)i), !harmless);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_are_sorted_and_every_reason_has_a_text),
      cmocka_unit_test(only_what_loses_nothing_is_no_damage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
