#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/rules.h"

static const struct test_rule stored[] = {
    {.id = "a",
     .any = {"alpha(?!x)", "beta (?<n>\\d+)"},
     .captures = {"n"},
     .match = {"alphay", "beta 12"},
     .no_match = {"alphax"}},
    {.id = "b", .any = {"gamma"}, .match = {"gamma"}, .no_match = {"gamm"}},
};

static void the_compiled_form_comes_back_as_it_was(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = test_ruleset(stored, 2);
  struct sift_database *made = test_database(ruleset);
  struct sift_database *back = NULL;
  char *bytes = NULL;
  size_t len = 0;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_database_serialize(made, &bytes, &len), SIFT_OK);
  assert_int_equal(sift_database_deserialize(&back, ruleset, sift_span(bytes, len)), SIFT_OK);
  assert_int_equal(sift_database_check(back, true, &problems), SIFT_OK);
  sift_database_free(back);
  sift_database_free(made);
  sift_ruleset_free(ruleset);
  sift_problems_release(&problems);
  free(bytes);
}

static void a_changed_byte_anywhere_is_noticed_before_use(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = test_ruleset(stored, 2);
  struct sift_database *made = test_database(ruleset);
  char *bytes = NULL;
  size_t len = 0;
  assert_int_equal(sift_database_serialize(made, &bytes, &len), SIFT_OK);
  for (size_t at = 0; at < len; at += 1 + at / 16) {
    struct sift_database *back = NULL;
    bytes[at] ^= 0x40;
    enum sift_status status = sift_database_deserialize(&back, ruleset, sift_span(bytes, len));
    assert_true(status == SIFT_ECORRUPT || status == SIFT_EVERSION);
    assert_null(back);
    bytes[at] ^= 0x40;
  }
  for (size_t cut = 0; cut < len; cut += 1 + cut / 8) {
    struct sift_database *back = NULL;
    assert_int_equal(sift_database_deserialize(&back, ruleset, sift_span(bytes, cut)), SIFT_ECORRUPT);
  }
  sift_database_free(made);
  sift_ruleset_free(ruleset);
  free(bytes);
}

static void another_rule_set_does_not_take_it(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = test_ruleset(stored, 2);
  struct sift_ruleset *other = test_ruleset(stored, 1);
  struct sift_database *made = test_database(ruleset);
  struct sift_database *back = NULL;
  char *bytes = NULL;
  size_t len = 0;
  assert_int_equal(sift_database_serialize(made, &bytes, &len), SIFT_OK);
  assert_int_equal(sift_database_deserialize(&back, other, sift_span(bytes, len)), SIFT_EVERSION);
  sift_database_free(made);
  sift_ruleset_free(ruleset);
  sift_ruleset_free(other);
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_compiled_form_comes_back_as_it_was),
      cmocka_unit_test(a_changed_byte_anywhere_is_noticed_before_use),
      cmocka_unit_test(another_rule_set_does_not_take_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
