#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/database_internal.h"
#include "engine/typical.h"
#include "tests/support/rules.h"

static const struct test_rule rules[] = {
    {.id = "common", .any = {"HTTP/1\\.1\" 200"}, .match = {"HTTP/1.1\" 200"}, .no_match = {"HTTP/1.1\" 500"}},
    {.id = "mixed",
     .any = {"no disk left at all", "x\\d"},
     .all = {"at [a-z]+"},
     .match = {"no disk left at all"},
     .no_match = {"no disk"}},
};

static const struct sift_compiled *of(const struct sift_database *database, const char *pattern) {
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    if (strcmp(database->patterns[i].pattern->text, pattern) == 0) {
      return &database->patterns[i];
    }
  }
  fail();
  return NULL;
}

static void rare_texts_go_to_the_sampler_and_the_rest_to_a_database(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = test_database(ruleset);
  assert_non_null(database->sampler);
  assert_non_null(database->rest);
  const struct sift_compiled *rare = of(database, "no disk left at all");
  assert_int_equal(rare->atoms.count, 1);
  assert_string_equal(rare->atoms.items[0].data, "no disk left at all");
  assert_int_equal(sift_database_atoms(database, rare->pattern).count, 1);
  assert_int_equal(of(database, "x\\d")->atoms.count, 0);      /* too short */
  assert_int_equal(of(database, "at [a-z]+")->atoms.count, 0); /* no `any` pattern */
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

static void texts_that_typical_logs_are_full_of_do_not_wake(void **state) {
  (void)state;
  assert_non_null(memmem(sift_typical_text().data, sift_typical_text().len, "HTTP/1.1\" 200", 13));
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = test_database(ruleset);
  assert_int_equal(of(database, "HTTP/1\\.1\" 200")->atoms.count, 0);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

static void a_rule_set_may_need_only_one_of_them(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_database *database = test_database(ruleset);
  assert_null(database->sampler);
  assert_non_null(database->rest);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rare_texts_go_to_the_sampler_and_the_rest_to_a_database),
      cmocka_unit_test(texts_that_typical_logs_are_full_of_do_not_wake),
      cmocka_unit_test(a_rule_set_may_need_only_one_of_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
